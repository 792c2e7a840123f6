"""The first account, and what a request of somebody with an account looks like."""

from __future__ import annotations

from django.contrib.contenttypes.models import ContentType
from django.core import signing
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode
from django_htmx.middleware import HtmxDetails

from editor.audit import record
from editor.models import User

SETUP_LINK_SECONDS = 7 * 24 * 3600
_SALT = "editor.setup"


class MemberRequest(HttpRequest):
    """A request behind `login_required`, as the type checker should see it."""

    user: User
    htmx: HtmxDetails


def no_account_yet() -> bool:
    """Tell whether the first account still has to be made."""
    return not User.objects.exists()


def setup_path() -> str:
    """Give the one-time link of the first account: it dies with its use, or after a week."""
    token = signing.dumps("first account", salt=_SALT)
    return f"{reverse('editor:setup')}?{urlencode({'token': token})}"


def may_set_up(token: str) -> bool:
    """Tell whether this link may make the first account now."""
    try:
        signing.loads(token, salt=_SALT, max_age=SETUP_LINK_SECONDS)
    except signing.BadSignature:
        return False
    return no_account_yet()


def make_first_account(user: User) -> bool:
    """Save an account as the first one, which is an administrator.

    False, and nothing saved, when two people had the same link open and the other one
    was quicker.
    """
    with transaction.atomic():
        # One row that both must lock, so that the second one sees the first one's account.
        list(ContentType.objects.select_for_update().filter(app_label="editor", model="user"))
        if not no_account_yet():
            return False
        user.role = User.Role.ADMINISTRATOR
        user.save()
        record("account.made", by=user, on=user, facts={"how": "first account"})
    return True
