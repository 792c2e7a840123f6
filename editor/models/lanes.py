"""The lanes of the review desk: which edits lie in each, in which order, and how many.

A lane is narrowed by what stands in the job's own row, so each is a stretch of one index.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import Q

from editor.models.jobs import EditJob, EditJobQuerySet, JobState
from editor.models.reviewed import NEW

if TYPE_CHECKING:
    from datetime import datetime

MOST_COUNTED = 999  # a lane that holds more says so, and need not be gone through


@dataclass(frozen=True)
class Lane:
    """One lane: its name in addresses, what people call it, and by what it is ordered."""

    name: str
    label: str
    about: str
    order: str = "created_at"
    newest_first: bool = False

    def jobs(self) -> EditJobQuerySet:
        """What lies in it, in no order. Nothing that was erased, and no tests of masks."""
        return EditJob.objects.filter(_RULES[self.name]() & Q(purging_at=None, mask_test=None))

    def in_order(self) -> EditJobQuerySet:
        """What lies in it, in its order."""
        way = "-" if self.newest_first else ""
        return self.jobs().order_by(f"{way}{self.order}", f"{way}id")

    def count(self) -> int:
        """How many lie in it, up to one more than MOST_COUNTED."""
        # In its order, as SQLite would go through the whole table otherwise.
        return self.in_order()[: MOST_COUNTED + 1].count()

    def beyond(self, job: EditJob, *, forwards: bool) -> EditJobQuerySet:
        """What comes after a job in the lane's order, or before it, the nearest first.

        The job itself need not lie in the lane any more.
        """
        return _beyond(self, self.key_of(job), job.pk, forwards=forwards)

    def key_of(self, job: EditJob) -> datetime:
        """Where in the lane's order a job stands, or stood."""
        key: datetime | None = getattr(job, self.order)
        if key is None and self.order == "flagged_at" and (flag := job.flags.first()):
            key = flag.at  # it was answered a moment ago
        return key or job.created_at

    def place_of(self, job: EditJob) -> int:
        """How many come before a job, up to one more than MOST_COUNTED."""
        return self.beyond(job, forwards=False)[: MOST_COUNTED + 1].count()


def _beyond(lane: Lane, key: datetime, pk: uuid.UUID, *, forwards: bool) -> EditJobQuerySet:
    larger = forwards != lane.newest_first
    compare, way = ("gt", "") if larger else ("lt", "-")
    later = Q(**{f"{lane.order}__{compare}": key})
    same = Q(**{lane.order: key, f"id__{compare}": pk})
    # The bound on the first column alone lets both databases begin inside the index.
    bound = Q(**{f"{lane.order}__{compare}e": key})
    jobs = lane.jobs().filter(bound, later | same)
    return jobs.order_by(f"{way}{lane.order}", f"{way}id")


def _sampled() -> Q:
    """A stable part of the new ones. Ids are random, so the smallest of them are a fair sample."""
    share = min(1.0, settings.REVIEW_SAMPLE_PERCENT / 100)
    if share >= 1:
        return Q(**NEW)
    return Q(**NEW, pk__lt=uuid.UUID(int=int(share * 2**128)))


_RULES: dict[str, Any] = {
    "new": lambda: Q(**NEW),
    "flagged": lambda: Q(flagged_at__isnull=False),
    "budget": lambda: Q(state=JobState.HELD),
    "unknown": lambda: Q(state=JobState.UNKNOWN),
    "sample": _sampled,
    "withheld": lambda: Q(withheld_at__isnull=False, state=JobState.DONE),
    "all": Q,
}
LANES = {
    lane.name: lane
    for lane in (
        Lane("new", "New", "Done, and nobody has judged them yet. The oldest comes first."),
        Lane("flagged", "Flagged", "Somebody, or a check, asks for a look.", order="flagged_at"),
        Lane("budget", "Over budget", "They wait until somebody allows what they cost."),
        Lane("unknown", "Outcome unknown", "Nobody knows whether the call was charged."),
        Lane("sample", "Sample", "A part of the new ones, chosen at random and always the same."),
        Lane("withheld", "Withheld", "Results that their owner cannot see.", order="withheld_at"),
        Lane("all", "All", "Every edit, the newest first.", newest_first=True),
    )
}


def counts() -> dict[str, int]:
    """How many lie in each lane but the last, which holds all there are."""
    return {name: lane.count() for name, lane in LANES.items() if name != "all"}


def count_words(count: int) -> str:
    """A count as it stands on a tab."""
    return f"{MOST_COUNTED}+" if count > MOST_COUNTED else str(count)
