"""Stage 9: staff look at a job and decide. A verdict is a row, and so is taking one back."""

from __future__ import annotations

from django.db import transaction

from editor import withholding
from editor.audit import record
from editor.models import EditJob, Review, User
from editor.models.reviews import judged
from editor.withholding import release, withhold

_GIVEN = (Review.Verdict.APPROVED, Review.Verdict.REJECTED)


def give_verdict(job: EditJob, reviewer: User, verdict: Review.Verdict, note: str) -> Review:
    """Write a verdict, and a line into the job's history; its flags are answered by it.

    To approve releases results that are withheld; to reject withholds them where the server
    publishes after a review alone.
    """
    if verdict not in _GIVEN:
        message = "A verdict approves or rejects; `undo` takes one back."
        raise ValueError(message)
    with transaction.atomic():
        now = EditJob.objects.select_for_update().get(pk=job.pk)
        effect = Review.Effect.NONE
        # What is still to come nobody has seen, so no verdict releases it.
        if verdict == Review.Verdict.APPROVED and not now.is_open and release(job, reviewer):
            effect = Review.Effect.RELEASED
        elif verdict == Review.Verdict.REJECTED and withholding.starts_withheld():
            effect = Review.Effect.WITHHELD if withhold(job, reviewer, "") else effect
        review = Review.objects.create(
            job=job, reviewer=reviewer, verdict=verdict, note=note, effect=effect
        )
        judged(job)
        said = f": {note}" if note else "."
        job.note(f"{review.verdict_label}{said}", actor=reviewer)
        record("job.judged", by=reviewer, on=job, why=note, facts={"verdict": str(verdict)})
    return review


def add_note(job: EditJob, by: User, words: str) -> None:
    """Write what staff want to say of a job into its history, where its owner reads it."""
    with transaction.atomic():
        job.note(f"Note: {words}", actor=by)
        record("job.noted", by=by, on=job, why=words)


def undo(review: Review, by: User) -> bool:
    """Take a verdict back that somebody gave moments ago, with what came of it.

    False: it is not theirs, too old, or taken back already.
    """
    with transaction.atomic():
        job = EditJob.objects.select_for_update().get(pk=review.job_id)
        if not Review.objects.may_be_undone_by(by).filter(pk=review.pk).exists():
            return False
        Review.objects.create(
            job=job, reviewer=by, verdict=Review.Verdict.WITHDRAWN, withdraws=review
        )
        if review.effect == Review.Effect.RELEASED:
            withhold(job, by, "")
        elif review.effect == Review.Effect.WITHHELD:
            release(job, by)
        judged(job)
        job.note(f"“{review.verdict_label}” was taken back.", actor=by)
        record("job.judged", by=by, on=job, facts={"withdrawn": review.verdict})
    return True
