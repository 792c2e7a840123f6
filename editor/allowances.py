"""What the caps still allow: a person's day and month, and those of the whole server.

Days and months are UTC. Where nothing is capped there is no Allowance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.utils import timezone

from editor.models import Budget, OwnKey, SpendingCaps, SpendingPeriod, User
from editor.money import dollars

DAY, MONTH = SpendingPeriod.Kind.DAY, SpendingPeriod.Kind.MONTH
# Whose, and how long: what people call it, on a line of its own and within a sentence.
NAMES = {
    (False, DAY): ("Today", "of the budget for today"),
    (False, MONTH): ("This month", "of the budget for this month"),
    (True, DAY): ("Server, today", "of the server budget for today"),
    (True, MONTH): ("Server, this month", "of the server budget for this month"),
}


@dataclass(frozen=True)
class Allowance:
    """One cap, and what it still allows."""

    of_server: bool
    kind: str
    first_day: date
    cap_nano: int
    reserved_nano: int
    spent_nano: int
    soft_percent: int

    @property
    def used_nano(self) -> int:
        return self.reserved_nano + self.spent_nano

    @property
    def left_nano(self) -> int:
        """What is left, negative when more was allowed than the cap says."""
        return self.cap_nano - self.used_nano

    @property
    def percent(self) -> int:
        """How much of it is used, 0 to 100: full only when nothing is left."""
        if self.left_nano <= 0:
            return 100
        return min(99, self.used_nano * 100 // self.cap_nano)

    @property
    def used_text(self) -> str:
        return f"{self.percent} % used"

    @property
    def state(self) -> str:
        """`good`, `soft` from the mark on at which people are warned, `over` with nothing left."""
        if self.left_nano <= 0:
            return "over"
        return "soft" if self.is_soft else "good"

    @property
    def is_soft(self) -> bool:
        """Whether so much is used that people are to be warned."""
        return self.used_nano * 100 >= self.cap_nano * self.soft_percent

    @property
    def ends_at(self) -> datetime:
        """When the next day or month begins."""
        next_day = self.first_day + timedelta(days=1 if self.kind == DAY else 32)
        first = next_day if self.kind == DAY else next_day.replace(day=1)
        return datetime.combine(first, time.min, UTC)

    @property
    def until_text(self) -> str:
        """Until when it holds: "until tomorrow, 00:00 UTC", "until 1 December, 00:00 UTC"."""
        end = self.ends_at
        day = "tomorrow" if self.kind == DAY else f"{end.day} {end:%B}"
        return f"until {day}, 00:00 UTC"

    @property
    def name(self) -> str:
        return NAMES[self.of_server, SpendingPeriod.Kind(self.kind)][0]

    @property
    def of_text(self) -> str:
        return NAMES[self.of_server, SpendingPeriod.Kind(self.kind)][1]

    @property
    def left_text(self) -> str:
        return dollars(max(0, self.left_nano))

    @property
    def cap_text(self) -> str:
        return dollars(self.cap_nano)

    @property
    def reserved_text(self) -> str:
        return dollars(self.reserved_nano)

    @property
    def spent_text(self) -> str:
        return dollars(self.spent_nano)


def day_of(moment: datetime) -> date:
    """The day that this moment belongs to, UTC."""
    return moment.astimezone(UTC).date()


def month_of(moment: datetime) -> date:
    """The first day of the month that this moment belongs to, UTC."""
    return day_of(moment).replace(day=1)


def this_month() -> date:
    """The first day of the current month, UTC."""
    return month_of(timezone.now())


def allowances(user: User, at: datetime | None = None) -> list[Allowance]:
    """Everything that is capped for this person, their own first, days before months.

    Nothing where their own key pays.
    """
    if OwnKey.objects.current_of(user):
        return []
    at = at or timezone.now()
    caps = SpendingCaps.objects.current()
    return [*_own(user, caps, at), *_of_server(caps, at)]


def of_server(at: datetime | None = None) -> list[Allowance]:
    """What is capped for the whole server."""
    return _of_server(SpendingCaps.objects.current(), at or timezone.now())


def tightest(user: User) -> Allowance | None:
    """The cap of which least is left for this person; None when nothing is capped."""
    return min(allowances(user), key=lambda each: each.left_nano, default=None)


def left_nano(user: User) -> int | None:
    """What this person may still spend now; None without a cap."""
    least = tightest(user)
    return None if least is None else least.left_nano


def over_words(user: User, amounts_nano: Sequence[int | None]) -> str:
    """Say that a cap does not allow these edits together, what is left, and until when."""
    total = sum(amount or 0 for amount in amounts_nano)
    count = len(amounts_nano)
    costs = dollars(total)
    what = f"This edit costs {costs}" if count == 1 else f"These {count} edits cost {costs}"
    least = tightest(user)
    if least is None:  # the cap was lifted meanwhile
        return f"{what}, more than the budget allowed."
    if least.left_nano <= 0:
        left = f"nothing {least.of_text} of {least.cap_text} is left"
    else:
        left = f"only {least.left_text} {least.of_text} of {least.cap_text} are left"
    return f"{what}, but {left} {least.until_text}."


def approval_words(user: User, amounts_nano: Sequence[int | None]) -> str:
    """Say before anything is sent that these edits will wait for approval; "" when they fit."""
    left = left_nano(user)
    if left is None or left >= sum(amount or 0 for amount in amounts_nano):
        return ""
    return f"{over_words(user, amounts_nano)} It will wait for approval."


def _own(user: User, caps: SpendingCaps, at: datetime) -> list[Allowance]:
    found = []
    if user.daily_cap_nano is not None:
        row = SpendingPeriod.objects.filter(user=user, kind=DAY, first_day=day_of(at)).first()
        found.append(_allowance(row, DAY, day_of(at), user.daily_cap_nano, caps))
    if user.monthly_cap_nano is not None:
        month = month_of(at)
        budget = Budget.objects.filter(user=user, month=month).first()
        found.append(_allowance(budget, MONTH, month, user.monthly_cap_nano, caps))
    return found


def _of_server(caps: SpendingCaps, at: datetime) -> list[Allowance]:
    capped = ((DAY, day_of(at), caps.day_nano), (MONTH, month_of(at), caps.month_nano))
    found = []
    for kind, first_day, cap in capped:
        if cap is not None:
            row = SpendingPeriod.objects.filter(user=None, kind=kind, first_day=first_day).first()
            found.append(_allowance(row, kind, first_day, cap, caps, of_server=True))
    return found


def _allowance(
    row: SpendingPeriod | Budget | None,
    kind: str,
    first_day: date,
    cap: int,
    caps: SpendingCaps,
    *,
    of_server: bool = False,
) -> Allowance:
    reserved, spent = (row.reserved_nano, row.spent_nano) if row else (0, 0)
    return Allowance(of_server, kind, first_day, cap, reserved, spent, caps.soft_percent)
