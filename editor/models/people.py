"""Who uses this server."""

from __future__ import annotations

from collections.abc import Collection

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import AbstractUser
from django.contrib.sessions.models import Session
from django.db import models
from django.utils import timezone
from django.utils.crypto import constant_time_compare


class User(AbstractUser):
    """An account. Our own class from the first migration on, since Django cannot swap it later."""

    monthly_cap_nano = models.BigIntegerField(
        "monthly cap in nano-dollars",
        null=True,
        blank=True,
        help_text="Most that this person's edits may cost in a calendar month; empty: no cap.",
    )


def logged_in(session_keys: Collection[str]) -> dict[str, int]:
    """Tell who is logged in by each of these sessions: its key, and the person's id.

    A session is left out when it is over or logged out, when the password was changed since,
    and when its account was deactivated. Two queries, however many sessions there are.
    """
    rows = Session.objects.filter(session_key__in=session_keys, expire_date__gt=timezone.now())
    told = {row.session_key: row.get_decoded() for row in rows}
    ids = {data[SESSION_KEY] for data in told.values() if SESSION_KEY in data}
    people = {str(user.pk): user for user in User.objects.filter(pk__in=ids, is_active=True)}
    found = {}
    for key, data in told.items():
        user = people.get(data.get(SESSION_KEY, ""))
        given = data.get(HASH_SESSION_KEY, "")
        if user and constant_time_compare(given, user.get_session_auth_hash()):
            found[key] = user.pk
    return found
