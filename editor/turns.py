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

from editor import gates
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
    """Give the jobs that should be started now: as many as there are places left."""
    hinted = hinted_lately()
    claimed = EditJob.objects.filter(state=JobState.CLAIMED).count()
    places = gates.free_places() - claimed - len(hinted)
    return in_turn(places, but_not=hinted) if places > 0 else []


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
    if gates.free_places() < 1:
        return []
    order = in_turn()
    return order if hinted in order else [*order, hinted]


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
