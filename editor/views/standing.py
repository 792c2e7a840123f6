"""Where jobs stand, with what their rows alone do not know: place, gate, usual time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from editor import forecasts, turns
from editor.forecasts import Closed, Usual
from editor.models import EditJob, JobState
from editor.models.wording import is_far_off, standing_sentence


@dataclass(frozen=True)
class Standing:
    """One job as pages show it."""

    job: EditJob
    sentence: str
    place: int | None  # among everyone's queued jobs, from 1
    usual: Usual | None
    until: datetime | None  # when it is tried again

    @property
    def before_call(self) -> bool:
        """Whether the call is still to come."""
        return self.job.state in (JobState.QUEUED, JobState.CLAIMED, JobState.WAITING)

    @property
    def is_far_off(self) -> bool:
        """Whether the hour says nothing."""
        return self.until is not None and is_far_off(self.until)

    @property
    def share(self) -> float | None:
        """How far the bar of a running call may go, 0 to 1; None when nothing can be said."""
        if self.usual is None or self.job.state != JobState.CALLING:
            return None
        elapsed = (timezone.now() - self.job.elapsed_since).total_seconds()
        return round(forecasts.share_done(elapsed, self.usual.p90), 3)


def standings(jobs: Sequence[EditJob], closed: Closed | None) -> list[Standing]:
    """Say where each of these jobs stands; as many queries for one as for many.

    `closed`: why no call can leave, unless the page says so elsewhere.
    """
    queued = any(job.state == JobState.QUEUED for job in jobs)
    order = turns.in_turn(4 * turns.LOOK_AHEAD) if queued else []
    places = {pk: place for place, pk in enumerate(order, 1)}
    usual = forecasts.usual_of_all()
    return [_standing(job, places.get(job.pk), usual.get(job.model_id), closed) for job in jobs]


def _standing(
    job: EditJob, place: int | None, usual: Usual | None, closed: Closed | None
) -> Standing:
    sentence = standing_sentence(
        job,
        place=place,
        closed=closed.title if closed else "",
        usual=usual.words if usual else "",
    )
    return Standing(job, sentence, place, usual, _until(job, closed))


def _until(job: EditJob, closed: Closed | None) -> datetime | None:
    until = None
    if job.state == JobState.WAITING:
        until = job.next_at
    elif job.state == JobState.QUEUED and closed:
        until = closed.until
    elif job.state == JobState.RECEIVED and job.failure_sentence and job.latest_attempt:
        until = job.latest_attempt.next_at
    return until if until and until > timezone.now() else None
