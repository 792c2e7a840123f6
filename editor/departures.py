"""The worker's side of a deleted account: all that somebody made goes, step by step.

Nothing is sent for them any more. Calls that are out end as they would, since they are paid for,
and what they bring is erased too. Every step may be repeated after any crash; the erasing itself
is that of the trash (purging.py).
"""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db import Error, transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Now

from editor import archives, budgets, purging, storage
from editor.models import (
    Archive,
    Departure,
    DraftMask,
    EditJob,
    ImportedPack,
    JobState,
    Picture,
    User,
)
from editor.models.jobs import CLOSED_STATES, UNSENT_STATES

logger = logging.getLogger(__name__)

SECONDS = 2.0
MOST_AT_ONCE = 20
LATE = timedelta(hours=1)  # for so long a request that began before may still bring something
LEFT = "Cancelled before anything was sent: its owner has deleted the account."


def sweep() -> int:
    """Take everybody who has left a step further; give how many are gone for good now."""
    lately = Q(done_at=None) | Q(done_at__gt=Now() - LATE)
    open_ones = Departure.objects.filter(lately).select_related("user")
    open_ones = open_ones.order_by(F("done_at").asc(nulls_first=True), "at")
    return sum(_tried(departure.user) for departure in list(open_ones[:MOST_AT_ONCE]))


def _tried(person: User) -> bool:
    """Go on with one; what stops there keeps nobody else's things here."""
    try:
        return go_on(person)
    except Error:
        raise
    except Exception:  # every storage has exceptions of its own
        logger.exception("What account %s has left cannot be erased just now.", person.pk)
        return False


def go_on(person: User) -> bool:
    """Have all of theirs erased that can be by now; True when nothing is left."""
    jobs = EditJob.objects.owned_by(person)
    for job in jobs.filter(state__in=(*UNSENT_STATES, JobState.UNKNOWN)):
        _close(job)
    for archive in Archive.objects.filter(owner=person):
        archives.remove(archive)
    for pack in ImportedPack.objects.filter(owner=person):
        storage.drop_folder(f"imports/{pack.pk}")
        pack.delete()
    ended = jobs.filter(state__in=CLOSED_STATES, purging_at=None)
    if ended.exists():
        ended.update(trashed_at=Coalesce("trashed_at", Now()), purging_at=Now())
    pictures = Picture.objects.filter(owner=person, purging_at=None)
    if pictures.exists():
        pictures.filter(deleted_at=None).update(deleted_at=Now())
        purging.begin_pictures(Picture.objects.filter(owner=person))
    return _is_over(person)


def _close(job: EditJob) -> None:
    """End what was never sent, for free, and what nobody waits for an answer of any more."""
    with transaction.atomic():
        if job.state != JobState.UNKNOWN:
            if job.move(JobState.CANCELLED, LEFT):
                budgets.release_unspent(job)
        elif job.move(JobState.FAILED, "Given up: its owner has deleted the account."):
            budgets.settle_doubtful(job, "assumed when given up")


def _is_over(person: User) -> bool:
    left = (
        EditJob.objects.filter(owner=person, purged_at=None),
        Picture.objects.filter(owner=person, purged_at=None),
        Archive.objects.filter(owner=person),
        DraftMask.objects.filter(picture__owner=person),
    )
    if any(rows.exists() for rows in left):
        return False
    return Departure.objects.filter(user=person, done_at=None).update(done_at=Now()) == 1
