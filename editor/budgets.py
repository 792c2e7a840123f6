"""Leave to pay, and the money set aside for it: reserve, settle, release.

A consent reserves its estimate in its person's month, in the transaction that queues
the job. It ends once: settled when the call was answered (or must be taken for
charged), released when it was surely free. While an outcome is unknown the reserve
stays. A figure that becomes known later is an adjustment.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from editor.models import Attempt, Budget, Consent, EditJob, LedgerEntry, User
from editor.money import dollars

ENDS = (LedgerEntry.Kind.SETTLE, LedgerEntry.Kind.RELEASE)


class OverBudget(Exception):
    """The month's cap does not allow this; the text says what is left."""


def this_month() -> date:
    """The first day of the current month, UTC."""
    return _month_of(timezone.now())


def _month_of(moment: datetime) -> date:
    return moment.date().replace(day=1)


def left_nano(user: User) -> int | None:
    """What this person may still spend this month; None without a cap."""
    if user.monthly_cap_nano is None:
        return None
    budget = Budget.objects.filter(user=user, month=this_month()).first()
    used = budget.spent_nano + budget.reserved_nano if budget else 0
    return user.monthly_cap_nano - used


def over_words(user: User, amounts_nano: Sequence[int | None]) -> str:
    """Say that the cap does not allow these edits together, and what is left."""
    costs = dollars(sum(amount or 0 for amount in amounts_nano))
    count = len(amounts_nano)
    what = f"This edit costs {costs}" if count == 1 else f"These {count} edits cost {costs}"
    left = dollars(max(0, left_nano(user) or 0))
    return (
        f"{what}, but only {left} of the monthly budget of {dollars(user.monthly_cap_nano)} "
        "are left."
    )


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
    Raises OverBudget.
    """
    at = at or timezone.now()
    consent = Consent.objects.create(
        job=job,
        seq=job.consents.count() + 1,
        max_cost_nano=max_cost_nano,
        granted_by=by,
        policy=policy,
        granted_at=at,
    )
    _reserve(job.owner, consent, max_cost_nano or 0, above_caps=above_caps)
    return consent


def _reserve(user: User, consent: Consent, amount_nano: int, *, above_caps: bool) -> None:
    month = _month_of(consent.granted_at)
    budget, _ = Budget.objects.get_or_create(user=user, month=month)
    room = Budget.objects.filter(pk=budget.pk)
    cap = user.monthly_cap_nano
    if cap is not None and not above_caps:
        # One UPDATE that checks and takes: two submits at once cannot both fit into the rest.
        room = room.filter(Q(spent_nano__lte=cap - amount_nano - F("reserved_nano")))
    if room.update(reserved_nano=F("reserved_nano") + amount_nano) != 1:
        raise OverBudget(f"{over_words(user, [amount_nano])} Nothing was sent.")
    LedgerEntry.objects.create(
        budget=budget,
        consent=consent,
        kind=LedgerEntry.Kind.RESERVE,
        amount_nano=amount_nano,
        source="allowed above the cap" if above_caps else "estimate",
        at=consent.granted_at,
    )


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
            _adjust(reserve.budget, consent_id, cost_nano, source)


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
        LedgerEntry.objects.select_for_update()
        .filter(consent_id=consent_id, kind=LedgerEntry.Kind.RESERVE)
        .first()
    )


def _end(reserve: LedgerEntry, kind: LedgerEntry.Kind, cost_nano: int, source: str) -> None:
    amount = reserve.amount_nano if kind == LedgerEntry.Kind.RELEASE else cost_nano
    LedgerEntry.objects.create(
        budget_id=reserve.budget_id,
        consent_id=reserve.consent_id,
        kind=kind,
        amount_nano=amount,
        source=source[:40],
    )
    Budget.objects.filter(pk=reserve.budget_id).update(
        reserved_nano=F("reserved_nano") - reserve.amount_nano,
        spent_nano=F("spent_nano") + cost_nano,
    )


def _adjust(budget: Budget, consent_id: uuid.UUID, cost_nano: int, source: str) -> None:
    counted = sum(
        entry.amount_nano
        for entry in LedgerEntry.objects.filter(
            consent_id=consent_id,
            kind__in=(LedgerEntry.Kind.SETTLE, LedgerEntry.Kind.ADJUST),
        )
    )
    difference = cost_nano - counted
    if difference == 0:
        return
    LedgerEntry.objects.create(
        budget=budget,
        consent_id=consent_id,
        kind=LedgerEntry.Kind.ADJUST,
        amount_nano=difference,
        source=source[:40],
    )
    Budget.objects.filter(pk=budget.pk).update(spent_nano=F("spent_nano") + difference)
