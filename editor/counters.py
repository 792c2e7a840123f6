"""The four counters that a reserve goes through: a person's month and day, the server's.

Each is one row and one conditional UPDATE that checks and takes, in the transaction of whoever
reserves: two submits at once cannot both fit into the rest. The rows are always taken in the
same order, so that nobody waits for somebody who waits for them. The ledger is the truth;
`manage.py verify` compares.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import F, Manager, Q
from django.utils import timezone

from editor.allowances import DAY, MONTH, NAMES, day_of, month_of
from editor.models import Budget, SpendingCaps, SpendingPeriod, User
from editor.money import dollars


@dataclass(frozen=True)
class Counter:
    """One row, named by what makes it the only one, and its cap if it has one."""

    rows: Manager[Any]
    named: dict[str, Any]
    kind: str
    first_day: date
    cap_nano: int | None = None
    of_server: bool = False

    @property
    def of_text(self) -> str:
        """What it is part of: "of the budget for today"."""
        return NAMES[self.of_server, SpendingPeriod.Kind(self.kind)][1]

    @property
    def cap_text(self) -> str:
        return dollars(self.cap_nano)

    def reserve(self, amount_nano: int, *, above_cap: bool) -> bool:
        """Set this much aside, if the cap allows it; the row is made when it is not there."""
        if self._take(amount_nano, above_cap=above_cap):
            return True
        self.rows.get_or_create(**self.named)
        return self._take(amount_nano, above_cap=above_cap)

    def _take(self, amount_nano: int, *, above_cap: bool) -> bool:
        room = self.rows.filter(**self.named)
        if self.cap_nano is not None and not above_cap:
            room = room.filter(Q(spent_nano__lte=self.cap_nano - amount_nano - F("reserved_nano")))
        return room.update(reserved_nano=F("reserved_nano") + amount_nano) == 1

    def move(self, *, reserved_nano: int = 0, spent_nano: int = 0) -> None:
        """Follow the ledger, whatever the cap says."""
        changes = {
            "reserved_nano": F("reserved_nano") + reserved_nano,
            "spent_nano": F("spent_nano") + spent_nano,
        }
        if self.rows.filter(**self.named).update(**changes) != 1:
            self.rows.get_or_create(**self.named)
            self.rows.filter(**self.named).update(**changes)

    def passes_its_mark(self, soft_percent: int) -> bool:
        """Whether the mark was passed just now: true once for each row."""
        if self.cap_nano is None:
            return False
        unwarned = self.rows.filter(**self.named, warned_at=None)
        row = unwarned.values_list("reserved_nano", "spent_nano").first()
        if row is None or sum(row) * 100 < self.cap_nano * soft_percent:
            return False
        return bool(unwarned.update(warned_at=timezone.now()))


def counters(
    user: User, at: datetime, caps: SpendingCaps | None = None, *, own_key: bool = False
) -> list[Counter]:
    """The rows that money of this moment goes through; with `caps`, what they may hold at most.

    None where somebody's own key pays: caps are for this server's money.
    """
    if own_key:
        return []
    month, day = month_of(at), day_of(at)
    of_month = {"user": user, "month": month}
    return [
        Counter(Budget.objects, of_month, MONTH, month, user.monthly_cap_nano),
        _period(user, DAY, day, user.daily_cap_nano),
        _period(None, MONTH, month, caps.month_nano if caps else None),
        _period(None, DAY, day, caps.day_nano if caps else None),
    ]


def _period(user: User | None, kind: str, first_day: date, cap: int | None) -> Counter:
    named = {"user": user, "kind": kind, "first_day": first_day}
    return Counter(SpendingPeriod.objects, named, kind, first_day, cap, user is None)
