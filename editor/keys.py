"""Which key pays: this server's, or the own one of whoever asks.

A Consent names its key when it is given, and no other one ever pays for it: when that
key is gone, its job ends unsent and says so.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db.models import Case, Value, When
from django.db.models.functions import Now

from editor.models import Attempt, Consent, EditJob, OwnKey, User
from editor.models.jobs import UNSENT_STATES
from editor.sealing import CannotUnseal, unseal
from editor.upstream import UpstreamKey, server_key

NO_GATE = "removed"  # in place of a gate's name: nothing closes it


class KeyGone(Exception):
    """The key that a consent was given for cannot pay any more; the text says why, for people."""


class NoOwnKey(Exception):
    """This server wants an own key, and there is none that may pay. The text is for people."""


def payer_of(owner: User, by: User | None) -> OwnKey | None:
    """The own key that pays for a consent that `by` gives to a job of `owner`; None: the server's.

    Nobody but its owner spends an own key. Raises NoOwnKey.
    """
    own = OwnKey.objects.current_of(owner) if by is None or by == owner else None
    if own is None and settings.OWN_KEYS == "required":
        if by is None or by == owner:
            sentence = (
                "This server asks everybody to pay with an API key of their own. "
                "Enter yours under Account, Keys. Nothing was sent."
            )
        else:
            sentence = (
                f"On this server everybody pays with an own key, so only {owner.get_username()} "
                "can have this sent. Nothing was sent."
            )
        raise NoOwnKey(sentence)
    return own


def key_for(consent: Consent) -> UpstreamKey:
    """The key that a consent was given for, and no other. Raises KeyGone."""
    return server_key() if consent.own_key is None else opened(consent.own_key)


def key_of(attempt: Attempt) -> UpstreamKey:
    """The key that made a call, for free questions about it. Raises KeyGone."""
    if attempt.consent and attempt.consent.own_key:
        return opened(attempt.consent.own_key)
    key = server_key()
    same = (
        attempt.key_hash == key.digest if attempt.key_hash else attempt.key_tail in ("", key.tail)
    )
    if not same:
        sentence = "This call was made with another key, so the present one cannot look it up."
        raise KeyGone(sentence)
    return key


def opened(own: OwnKey) -> UpstreamKey:
    """An own key with its secret. Raises KeyGone."""
    if own.removed_at is not None:
        sentence = f"Your key …{own.tail}, which this was to be paid with, is not kept any more."
        raise KeyGone(sentence)
    if settings.OWN_KEYS == "off":
        sentence = f"Your key …{own.tail} cannot pay: this server does not take own keys any more."
        raise KeyGone(sentence)
    try:
        return UpstreamKey(unseal(own.sealed, of=own.sealed_of), own.pk)
    except CannotUnseal as lost:
        sentence = f"Your key …{own.tail} cannot be opened any more. Enter it anew."
        raise KeyGone(sentence) from lost


def note_use(key: UpstreamKey) -> None:
    """Write down that a key pays now, in the transaction that commits the intent to call.

    Raises KeyGone when it was removed after it had been read.
    """
    if key.own_id is None:
        return
    own = OwnKey.objects.filter(pk=key.own_id)
    if own.filter(removed_at=None).update(used_at=Now(), key_hash=key.digest) != 1:
        opened(own.get())
        raise KeyGone(f"Your key …{key.tail} is not kept any more.")


def unsent_payers() -> dict[uuid.UUID, str]:
    """Which jobs that wait for their call an own key pays for, by the name of its gate.

    One whose key was removed waits at no gate: nobody finds that key well any more, and the
    job is to end unsent.
    """
    if settings.OWN_KEYS == "off":
        return {}
    consents = Consent.objects.filter(
        job__state__in=UNSENT_STATES, job__consents__own_key__isnull=False
    )
    gate = Case(
        When(own_key__removed_at__isnull=False, then=Value(NO_GATE)), default="own_key__key_hash"
    )
    rows = consents.order_by("seq").values_list("job_id", gate)
    return {job: name for job, name in dict(rows).items() if name}


def waiting_jobs(own: OwnKey) -> int:
    """How many edits wait to be paid with this key."""
    unsent = EditJob.objects.filter(state__in=UNSENT_STATES, consents__own_key=own)
    return unsent.distinct().count()
