"""Fifty edits of Bob that wait for a look, put into the database of a running copy.

    python manage.py shell -c "from tests.browser.fifty import main; main()"

A process of its own, with the settings of that copy. All are of one picture, which is uploaded
once; the first has a result to look at. Prints their ids, in the order of the lane.
"""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from editor.models import Attempt, EditJob, Flag, JobState, Result, UpstreamModel, User
from editor.models.reviews import judged
from tests.factories import make_job, make_picture

COUNT = 50


def main() -> None:
    # What other tests have flagged is not part of the fifty.
    EditJob.objects.exclude(flagged_at=None).update(flagged_at=None)
    bob = User.objects.create_user("bob-of-fifty", password="bob-shares-2026")
    picture = make_picture(bob, (640, 400))
    # One that the sandbox knows: others find it in the studio as well.
    model = UpstreamModel.objects.offered().first()
    with transaction.atomic():  # so the worker never sees it waiting
        first = make_job(bob, JobState.DONE, picture=picture, model=model)
    jobs = [first]
    for number in range(1, COUNT):
        job = EditJob.objects.get(pk=first.pk)
        job.pk, job.submit_key = uuid.uuid4(), uuid.uuid4()
        job.prompt = f"make it golden, number {number}"
        job.save(force_insert=True)
        jobs.append(job)
    attempt = Attempt.objects.create(
        job=first, consent=first.consents.get(), state=Attempt.State.SAVED
    )
    Result.objects.create(
        attempt=attempt, index=0, raw="", raw_bytes=0, outside_pixels=1000, changed_pixels=0,
        picture=make_picture(bob, (640, 400), "golden.png"),
    )  # fmt: skip
    begun = timezone.now() - timedelta(minutes=5)
    for number, job in enumerate(jobs):
        at = begun + timedelta(seconds=number)
        Flag.objects.create(job=job, kind=Flag.Kind.LOCK, reason="3 of 1000 changed", at=at)
        judged(job)
        print(job.pk.hex)  # noqa: T201
