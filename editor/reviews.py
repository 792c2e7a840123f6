"""Stage 9: staff look at a job and decide."""

from __future__ import annotations

from django.db import transaction

from editor.models import EditJob, Review, User


def give_verdict(job: EditJob, reviewer: User, verdict: Review.Verdict, note: str) -> Review:
    """Write a verdict, and a line into the job's history."""
    with transaction.atomic():
        review = Review.objects.create(job=job, reviewer=reviewer, verdict=verdict, note=note)
        said = f": {note}" if note else "."
        job.note(f"{review.verdict_label}{said}", actor=reviewer)
    return review
