"""Somebody's own API key: tried for free, kept sealed, replaced and removed."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from editor import audit, gates
from editor.keys import KeyGone, opened
from editor.models import Attempt, EditJob, JobState, OwnKey, User
from editor.nanogpt.errors import NanoGPTError, NotSent, RateLimited, Refused, Unavailable
from editor.nanogpt.messages import Balance
from editor.sealing import seal
from editor.upstream import UpstreamKey, open_client

SECONDS_PER_LOOK = 8.0  # a person waits for these answers


class WrongKey(Exception):
    """The upstream was asked and does not take this key; the text says so, for people."""


class CannotAsk(Exception):
    """The upstream did not say anything about the key; the text says why, for people."""


def ask(key: UpstreamKey) -> Balance:
    """Try a key by the free question for its balance. Raises WrongKey and CannotAsk."""
    try:
        with open_client(SECONDS_PER_LOOK, key=key) as client:
            return client.balance()
    except (RateLimited, Unavailable, NotSent) as away:
        raise CannotAsk(str(away)) from away
    except Refused as refused:
        raise WrongKey(str(refused)) from refused
    except (NanoGPTError, ValueError) as odd:
        raise CannotAsk(str(odd)) from odd


def keep(user: User, secret: str, balance: Balance | None) -> OwnKey:
    """Keep somebody's key in place of the one before; `balance` None: it could not be tried."""
    key, now = UpstreamKey(secret), timezone.now()
    own = OwnKey(user=user, tail=key.tail, key_hash=key.digest)
    own.sealed = seal(secret, of=own.sealed_of)
    if balance:
        own.tested_at, own.balance_nano, own.balance_at = now, balance.usd_nano, now
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)  # two first keys at once: the later stays
        before = _erase(user)
        own.save(force_insert=True)
        facts = {"key": f"…{own.tail}", "tested": balance is not None}
        if before:
            facts["before"] = f"…{before.tail}"
        audit.record("key.replaced" if before else "key.added", by=user, on=own, facts=facts)
    return own


def remove(user: User, by: User | None = None) -> OwnKey | None:
    """Erase somebody's key; give its row. Edits that wait to be paid with it end at their turn."""
    with transaction.atomic():
        own = _erase(user)
        if own:
            audit.record("key.removed", by=by or user, on=own, facts={"key": f"…{own.tail}"})
    return own


def _erase(user: User) -> OwnKey | None:
    own = OwnKey.objects.select_for_update().filter(user=user, removed_at=None).first()
    if own is None:
        return None
    own.sealed, own.removed_at = "", timezone.now()
    own.save(update_fields=["sealed", "removed_at"])
    waiting = EditJob.objects.filter(state=JobState.WAITING, consents__own_key=own)
    EditJob.objects.filter(pk__in=waiting.values("pk")).update(next_at=Now())
    return own


def look_again(own: OwnKey) -> OwnKey:
    """Ask for the balance again; a gate that was closed for this key opens when it is well.

    Raises WrongKey and CannotAsk.
    """
    try:
        key = opened(own)
    except KeyGone as gone:
        raise WrongKey(str(gone)) from gone
    balance, now = ask(key), timezone.now()
    own.tested_at, own.balance_nano, own.balance_at = now, balance.usd_nano, now
    own.save(update_fields=["tested_at", "balance_nano", "balance_at"])
    if balance.usd_nano is None or balance.usd_nano > 0:
        gates.open_gate_if_closed(key)
    return own


def last_balance(own: OwnKey) -> tuple[int | None, datetime | None]:
    """What was left on its account when last heard of, and when that was."""
    answers = Attempt.objects.filter(consent__own_key=own, balance_after_nano__isnull=False)
    heard = answers.exclude(answered_at=None).order_by("-answered_at").first()
    if (
        heard
        and heard.answered_at
        and (own.balance_at is None or heard.answered_at > own.balance_at)
    ):
        return heard.balance_after_nano, heard.answered_at
    return own.balance_nano, own.balance_at
