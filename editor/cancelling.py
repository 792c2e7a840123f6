"""Cancel: nothing is sent any more, or what was sent is kept out of sight."""

from __future__ import annotations

from collections import Counter
from typing import Literal

from django.db import transaction

from editor import budgets
from editor.audit import record
from editor.models import EditJob, JobState, User, wording
from editor.models.jobs import UNSENT_STATES

STOP_TRIES = 3
BEFORE_SENT = "Cancelled before anything was sent."
CANCELLED_FREE = "Cancelled. Nothing was sent and nothing was charged."


def cancel_edit(job: EditJob, actor: User) -> str:
    """Cancel a job, and give the sentence that says what this meant.

    Before the call nothing is sent. During the call it cannot be stopped: the paid
    result is kept, but hidden.
    """
    stopped = _stop(job, actor)
    if stopped == "cancelled":
        return f"Cancelled. {wording.state_sentence(job)}" if job.may_owe else CANCELLED_FREE
    if stopped == "hidden":
        return (
            "The call is already running and will be paid for. "
            "Its result will be kept, but hidden from the gallery."
        )
    return f"Too late to cancel: {job.get_state_display().lower()}."


def cancel_all(owner: User) -> str:
    """Cancel every job of this person that can be, and say how many of each kind there were."""
    mine = EditJob.objects.owned_by(owner).filter(state__in=(*UNSENT_STATES, JobState.CALLING))
    # Last in line first: what is cancelled must not make room for what will be.
    jobs = (
        mine.filter(cancel_requested=False)
        .order_by("-place", "-created_at")
        .prefetch_related("attempts")
    )
    stopped = Counter((_stop(job, owner), job.may_owe) for job in jobs)
    hidden = stopped["hidden", False] + stopped["hidden", True]
    return wording.cancelled_all(stopped["cancelled", False], stopped["cancelled", True], hidden)


def cancel_unsent(owner: User, actor: User, sentence: str) -> int:
    """Cancel what was not sent yet, for this reason; calls that run end as they would."""
    mine = EditJob.objects.owned_by(owner).filter(state__in=UNSENT_STATES)
    return sum(_stop_unsent(job, actor, sentence) for job in mine.order_by("-place", "-created_at"))


def _stop_unsent(job: EditJob, actor: User, sentence: str) -> bool:
    for _ in range(STOP_TRIES):
        if job.state not in UNSENT_STATES:
            return False
        if _cancel_unsent(job, actor, sentence):
            return True
        job.refresh_from_db()
    return False


def _stop(job: EditJob, actor: User) -> Literal["cancelled", "hidden", "too late"]:
    for _ in range(STOP_TRIES):
        before = (job.state, job.fence)
        if job.state in UNSENT_STATES and _cancel_unsent(job, actor):
            return "cancelled"
        if job.state == JobState.CALLING and _remember_cancel(job, actor):
            return "hidden"
        # A worker may have moved it between our read and our write; then look again.
        job.refresh_from_db()
        if before == (job.state, job.fence):
            break
    return "too late"


def _remember_cancel(job: EditJob, actor: User) -> bool:
    with transaction.atomic():
        asked = EditJob.objects.filter(
            pk=job.pk, state=JobState.CALLING, cancel_requested=False
        ).update(cancel_requested=True, hidden=True)
        if asked:
            said = "Cancelled while the call was running; its result will be hidden."
            job.refresh_from_db()
            job.note(said, actor=actor)
            _write_down(job, actor, "during the call")
    if not asked:
        job.refresh_from_db()
    return asked == 1


def _write_down(job: EditJob, actor: User, when: str) -> None:
    """Staff answer for what they do to others' edits; one's own are one's own affair."""
    if actor.pk != job.owner_id:
        record("job.cancelled", by=actor, on=job, facts={"owner": job.owner_id, "when": when})


def _cancel_unsent(job: EditJob, actor: User, sentence: str = BEFORE_SENT) -> bool:
    with transaction.atomic():
        moved = job.move(JobState.CANCELLED, sentence, actor=actor)
        if moved:
            budgets.release_unspent(job)
            if sentence == BEFORE_SENT:  # else it is part of an act that is written down itself
                _write_down(job, actor, "before anything was sent")
    return moved
