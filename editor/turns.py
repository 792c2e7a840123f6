"""Whose turn it is: round robin over people, then each one's own order.

One person's five hundred jobs must not keep another's first one waiting. A job's rank
is its place in its owner's own queue plus what that owner has running already.
"""

from __future__ import annotations

import threading
import uuid
from collections import Counter
from collections.abc import Collection
from datetime import timedelta

from django.db.models import Count, F, Min, Q, Window
from django.db.models.functions import Now, RowNumber

from editor import gates, keys
from editor.models import EditJob, JobState, User

HINT_AGAIN = timedelta(seconds=30)
LOOK_AHEAD = 200

# The threads of one worker choose one after the other: all at once, they would all reach for
# the same job, and for each claim that hits there would be nine that miss.
CHOOSING = threading.Lock()


def in_turn(limit: int = LOOK_AHEAD, *, but_not: Collection[uuid.UUID] = ()) -> list[uuid.UUID]:
    """Give queued jobs in the order in which they should start."""
    at_work = EditJob.objects.filter(state__in=(JobState.CLAIMED, JobState.CALLING))
    running = Counter(dict(at_work.values_list("owner_id").annotate(jobs=Count("pk"))))
    own_turn = Window(RowNumber(), partition_by=F("owner_id"), order_by=("place", "created_at"))
    queued = EditJob.objects.filter(state=JobState.QUEUED).annotate(turn=own_turn)
    rows = queued.order_by("turn", "created_at").values_list("pk", "owner_id", "turn")
    ranked = sorted(
        (turn + running[owner], index, pk)
        for index, (pk, owner, turn) in enumerate(rows[: 4 * LOOK_AHEAD])
    )
    return [pk for _, _, pk in ranked if pk not in but_not][:limit]


def hinted_lately() -> set[uuid.UUID]:
    """Queued jobs that a hint is on its way for."""
    return set(
        EditJob.objects.filter(
            state=JobState.QUEUED, hinted_at__gte=Now() - HINT_AGAIN
        ).values_list("pk", flat=True)
    )


def to_hint() -> list[uuid.UUID]:
    """Give the jobs that should be started now: as many as there are places left for their keys."""
    hinted = hinted_lately()
    claimed = EditJob.objects.filter(state=JobState.CLAIMED).values_list("pk", flat=True)
    places = _Places([*claimed, *hinted])
    if not places.other_keys and places.of_servers_key < 1:
        return []
    return [pk for pk in in_turn(4 * LOOK_AHEAD, but_not=hinted) if places.take(pk)]


class _Places:
    """How many calls may leave now under each key, less those that are about to."""

    def __init__(self, taken: Collection[uuid.UUID] = ()) -> None:
        self.other_keys = keys.unsent_payers()
        self._left: dict[str, int] = {}
        self._taken = Counter(self.other_keys.get(pk, "") for pk in taken)

    @property
    def of_servers_key(self) -> int:
        return self._of("")

    def _of(self, key: str) -> int:
        if key not in self._left:
            self._left[key] = gates.free_places(key) - self._taken[key]
        return self._left[key]

    def has_one(self, job_id: uuid.UUID) -> bool:
        """Whether this job could leave now."""
        return self._of(self.other_keys.get(job_id, "")) > 0

    def take(self, job_id: uuid.UUID) -> bool:
        """Take a place for this job; False when there is none for its key."""
        free = self.has_one(job_id)
        self._left[self.other_keys.get(job_id, "")] -= free
        return free


def mark_hinted(job_id: uuid.UUID) -> bool:
    """Take the right to hint this job; only one of many sweepers gets it."""
    old = Q(hinted_at=None) | Q(hinted_at__lt=Now() - HINT_AGAIN)
    queued = EditJob.objects.filter(pk=job_id, state=JobState.QUEUED)
    return queued.filter(old).update(hinted_at=Now()) == 1


def unmark_hinted(*job_ids: uuid.UUID) -> None:
    """Give the right back, as the hints did not get away."""
    EditJob.objects.filter(pk__in=job_ids, state=JobState.QUEUED).update(hinted_at=None)


def next_in_turn(hinted: uuid.UUID) -> list[uuid.UUID]:
    """Give the jobs that a hint may start, best first: whoever's turn it is, then the one it names.

    Several, because others may be claiming the first ones at this very moment. Empty while
    the gate lets nothing pass, so that nothing is claimed in vain.
    """
    places = _Places()
    if not places.other_keys and places.of_servers_key < 1:
        return []
    order = [pk for pk in in_turn() if places.has_one(pk)]
    return order if hinted in order or not places.has_one(hinted) else [*order, hinted]


def front_place(owner: User) -> int:
    """The place before all queued jobs of this person."""
    first = EditJob.objects.filter(owner=owner, state=JobState.QUEUED).aggregate(
        place=Min("place")
    )["place"]
    return min(first if first is not None else 0, 0) - 1


def to_the_front(job: EditJob) -> bool:
    """Let a job run before its owner's other ones; False when it is not queued any more."""
    place = front_place(job.owner)
    moved = EditJob.objects.filter(pk=job.pk, state=JobState.QUEUED).update(place=place)
    return moved == 1


def place_in_queue(job: EditJob) -> int | None:
    """How many jobs start before this one, plus one; None when it is not queued."""
    order = in_turn(4 * LOOK_AHEAD)
    return order.index(job.pk) + 1 if job.pk in order else None
