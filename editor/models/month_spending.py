"""What one person's month came to: day by day, by model, and consent by consent.

By the ledger, in which money belongs to the day on which it was set aside (UTC), as the caps
count it.
"""

from __future__ import annotations

import calendar
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, F, Prefetch, Q, Sum
from django.db.models.functions import TruncDate

from editor.models.attempts import Attempt, Consent
from editor.models.ledger import Budget, LedgerEntry
from editor.models.receipts import line_of
from editor.money import dollars

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from editor.models.people import User
    from editor.models.receipts import Line

_PAID = (LedgerEntry.Kind.SETTLE, LedgerEntry.Kind.ADJUST)
_ENDS = (LedgerEntry.Kind.SETTLE, LedgerEntry.Kind.RELEASE)


@dataclass
class Spent:
    """What was paid and what is still set aside, for one day or model."""

    paid_nano: int = 0
    held_nano: int = 0
    edits: int = 0

    @property
    def total_nano(self) -> int:
        return self.paid_nano + self.held_nano

    @property
    def paid_text(self) -> str:
        return dollars(self.paid_nano)

    @property
    def held_text(self) -> str:
        return dollars(self.held_nano)


@dataclass
class MonthSpending:
    """One month of one person."""

    month: date
    days: dict[date, Spent] = field(default_factory=dict)  # every day of it, in order
    models: list[tuple[str, Spent]] = field(default_factory=list)  # the dearest first
    total: Spent = field(default_factory=Spent)


def spending_of(user: User, month: date) -> MonthSpending:
    """Sum up a month in two queries."""
    count = calendar.monthrange(month.year, month.month)[1]
    found = MonthSpending(month, {month + timedelta(n): Spent() for n in range(count)})
    by_model: dict[str, Spent] = defaultdict(Spent)
    entries = LedgerEntry.objects.filter(budget__user=user, budget__month=month).order_by()
    grouped = entries.values(
        day=TruncDate("consent__granted_at", tzinfo=UTC), model=F("consent__job__model_name")
    )
    paid = grouped.filter(kind__in=_PAID).annotate(
        nano=Sum("amount_nano"), edits=Count("consent", filter=Q(kind="settle"), distinct=True)
    )
    ended = LedgerEntry.objects.filter(budget__user=user, budget__month=month, kind__in=_ENDS)
    held = grouped.filter(kind=LedgerEntry.Kind.RESERVE)
    held = held.exclude(consent__in=ended.order_by().values("consent"))
    for row in paid:
        for spent in (found.days[row["day"]], by_model[row["model"]], found.total):
            spent.paid_nano += row["nano"]
            spent.edits += row["edits"]
    for day, model, nano in held.annotate(nano=Sum("amount_nano")).values_list(
        "day", "model", "nano"
    ):
        for spent in (found.days[day], by_model[model], found.total):
            spent.held_nano += nano
    found.models = sorted(by_model.items(), key=lambda each: (-each[1].total_nano, each[0]))
    return found


def months_of(user: User) -> list[date]:
    """The months in which this person has spent or set aside anything, newest first."""
    return list(user.budgets.order_by("-month").values_list("month", flat=True))


def consents_of(user: User, month: date) -> QuerySet[Consent]:
    """What was agreed to in a month, newest first, with all that a receipt is read from."""
    budget = Budget.objects.filter(user=user, month=month)
    reserves = LedgerEntry.objects.filter(budget__in=budget, kind=LedgerEntry.Kind.RESERVE)
    return (
        Consent.objects.filter(pk__in=reserves.values("consent"))
        .select_related("job", "granted_by")
        .prefetch_related("entries", Prefetch("attempts", Attempt.objects.order_by("sent_at")))
        .order_by("-granted_at", "-pk")
    )


def receipts_of(consents: list[Consent]) -> list[tuple[Consent, Line]]:
    """Each consent with its line of the receipt."""
    return [(consent, line_of(consent)) for consent in consents]
