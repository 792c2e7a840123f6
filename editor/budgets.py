"""Leave to pay, and the money set aside for it: reserve, settle, release.

A consent reserves its estimate in its person's month and day, and in those of the server
(counters.py), in the transaction that queues the job. It ends once: settled when the call
was answered (or must be taken for charged), released when it was surely free. While an
outcome is unknown the reserve stays. A figure that becomes known later is an adjustment.

What somebody's own key pays for stands in the ledger as well, but no counter counts it and no
cap holds it up: caps are for this server's money.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from editor import keys
from editor.allowances import month_of, over_words
from editor.counters import Counter, counters
from editor.models import (
    Attempt,
    Budget,
    Consent,
    EditJob,
    LedgerEntry,
    SpendingCaps,
    StaffAlert,
    User,
)

MARK_PASSED = "With this edit, "  # how the event of a soft mark begins
ENDS = (LedgerEntry.Kind.SETTLE, LedgerEntry.Kind.RELEASE)


class OverBudget(Exception):
    """A cap does not allow this; the text says what is left."""


def grant_consent(
    job: EditJob,
    max_cost_nano: int | None,
    *,
    by: User | None = None,
    policy: str = "",
    at: datetime | None = None,
    above_caps: bool = False,
) -> Consent:
    """Write down the leave to pay for one call, and set its price aside.

    Must run in the transaction that queues the job. `at`: when it was given, for a past that
    is written down afterwards; `above_caps`: by somebody who may allow more than the caps do.
    Raises OverBudget, and keys.NoOwnKey.
    """
    at = at or timezone.now()
    consent = Consent.objects.create(
        job=job,
        seq=job.consents.count() + 1,
        max_cost_nano=max_cost_nano,
        granted_by=by,
        policy=policy,
        granted_at=at,
        # Who may allow more than the caps do, and the operator's rule, spend this server's money.
        own_key=None if above_caps or policy else keys.payer_of(job.owner, by),
    )
    _reserve(job, consent, max_cost_nano or 0, above_caps=above_caps)
    return consent


def _reserve(job: EditJob, consent: Consent, amount_nano: int, *, above_caps: bool) -> None:
    user, caps = job.owner, SpendingCaps.objects.current()
    own_key = consent.own_key_id is not None
    passed = counters(user, consent.granted_at, caps, own_key=own_key)
    for counter in passed:
        if not counter.reserve(amount_nano, above_cap=above_caps):
            raise OverBudget(f"{over_words(user, [amount_nano])} Nothing was sent.")
    month, _made = Budget.objects.get_or_create(user=user, month=month_of(consent.granted_at))
    LedgerEntry.objects.create(
        budget=month,
        consent=consent,
        kind=LedgerEntry.Kind.RESERVE,
        amount_nano=amount_nano,
        source="allowed above the cap" if above_caps else "estimate",
        own_key=own_key,
        at=consent.granted_at,
    )
    for counter in passed if not above_caps else ():  # who allows more knows how it stands
        if counter.passes_its_mark(caps.soft_percent):
            _warn(counter, job, caps.soft_percent)


def _warn(counter: Counter, job: EditJob, percent: int) -> None:
    """Say once for each day or month that its soft mark is passed: to staff, and to the owner."""
    if not counter.of_server:
        job.note(f"{MARK_PASSED}{percent} % {counter.of_text} is used or set aside.")
    whose = "The server" if counter.of_server else job.owner.get_username()
    sentence = f"{whose} has used or set aside {percent} % {counter.of_text}, {counter.cap_text}."
    StaffAlert.objects.tell(StaffAlert.Kind.SPENDING, f"{whose}: {counter.first_day}", sentence)


def settle(consent_id: uuid.UUID, cost_nano: int | None, source: str) -> None:
    """Take what a call cost out of the reserve; without a figure, the estimate.

    A consent that has ended already is adjusted to the figure instead.
    """
    with transaction.atomic():
        reserve = _reserve_of(consent_id)
        if reserve is None:
            return
        cost = reserve.amount_nano if cost_nano is None else cost_nano
        end = LedgerEntry.objects.filter(consent_id=consent_id, kind__in=ENDS).first()
        if end is None:
            _end(reserve, LedgerEntry.Kind.SETTLE, cost, source)
        elif cost_nano is not None:
            _adjust(reserve, cost_nano, source)


def release(consent_id: uuid.UUID, source: str = "not charged") -> None:
    """Give the reserve of a consent back; nothing happens when it has ended already."""
    with transaction.atomic():
        reserve = _reserve_of(consent_id)
        ended = LedgerEntry.objects.filter(consent_id=consent_id, kind__in=ENDS).exists()
        if reserve is not None and not ended:
            _end(reserve, LedgerEntry.Kind.RELEASE, 0, source)


def release_unspent(job: EditJob) -> None:
    """Give back what no call of this job has spent, when the job ends before one."""
    spent = Attempt.objects.filter(job=job).exclude(state=Attempt.State.NOT_CHARGED)
    for consent in job.consents.exclude(pk__in=spent.values("consent")):
        release(consent.pk)


def settle_doubtful(job: EditJob, source: str) -> None:
    """Take calls that nobody will clear up any more for charged, at their estimates."""
    for attempt in Attempt.objects.filter(job=job, state=Attempt.State.UNKNOWN, settled_at=None):
        settle(attempt.paid_under, attempt.cost_nano, source)


def _reserve_of(consent_id: uuid.UUID) -> LedgerEntry | None:
    # The lock makes two ends of one consent wait for each other where the database has
    # row locks; SQLite's transactions that write run one at a time anyway.
    return (
        LedgerEntry.objects.select_for_update(of=("self",))
        .select_related("budget__user", "consent")
        .filter(consent_id=consent_id, kind=LedgerEntry.Kind.RESERVE)
        .first()
    )


def _end(reserve: LedgerEntry, kind: LedgerEntry.Kind, cost_nano: int, source: str) -> None:
    amount = reserve.amount_nano if kind == LedgerEntry.Kind.RELEASE else cost_nano
    _write(reserve, kind, amount, source)
    for counter in _counters_of(reserve):
        counter.move(reserved_nano=-reserve.amount_nano, spent_nano=cost_nano)


def _adjust(reserve: LedgerEntry, cost_nano: int, source: str) -> None:
    counted = sum(
        entry.amount_nano
        for entry in LedgerEntry.objects.filter(
            consent_id=reserve.consent_id,
            kind__in=(LedgerEntry.Kind.SETTLE, LedgerEntry.Kind.ADJUST),
        )
    )
    difference = cost_nano - counted
    if difference == 0:
        return
    _write(reserve, LedgerEntry.Kind.ADJUST, difference, source)
    for counter in _counters_of(reserve):
        counter.move(spent_nano=difference)


def _write(reserve: LedgerEntry, kind: LedgerEntry.Kind, amount_nano: int, source: str) -> None:
    LedgerEntry.objects.create(
        budget_id=reserve.budget_id,
        consent_id=reserve.consent_id,
        kind=kind,
        amount_nano=amount_nano,
        source=source[:40],
        own_key=reserve.own_key,
    )


def _counters_of(reserve: LedgerEntry) -> list[Counter]:
    """The day and month in which it was set aside, whenever it ends."""
    return counters(reserve.budget.user, reserve.consent.granted_at, own_key=reserve.own_key)
