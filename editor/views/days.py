"""Walls by day: which edits belong under which date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.formats import date_format

if TYPE_CHECKING:
    from collections.abc import Iterable

    from editor.models import EditJob


@dataclass(frozen=True)
class Day:
    """The edits of one day that stand together on a page; without a date, simply all of them."""

    jobs: list[EditJob]
    date: date | None = None

    @property
    def key(self) -> str:
        """What tells it from others: pages of one wall may hold parts of the same day."""
        return self.date.isoformat() if self.date else "all"

    @property
    def title(self) -> str:
        return day_title(self.date, timezone.localdate()) if self.date else ""


def by_day(jobs: Iterable[EditJob]) -> list[Day]:
    """Cut a list that is ordered by time into days of the server's time zone."""
    return [
        Day(list(group), day)
        for day, group in groupby(jobs, lambda job: timezone.localdate(job.created_at))
    ]


def day_title(day: date, today: date) -> str:
    """Name a day as one would say it: with its year only when that is another one."""
    if day == today:
        return "Today"
    if day == today - timedelta(days=1):
        return "Yesterday"
    return date_format(day, "l j F" if day.year == today.year else "l j F Y")
