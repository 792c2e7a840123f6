"""The trash: what somebody has thrown away, until it is brought back or erased.

What is thrown away together carries the same moment, and comes back together by it. Nothing
is lost here: `purging.py` erases, and only what no edit needs any more.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from editor.models import Adjustment, Attempt, EditJob, Picture, User
from editor.models.jobs import CLOSED_STATES
from editor.models.kept_marks import hold_jobs_of

_AT_ONCE = 500
_UNDER_WAY = (Attempt.State.CALLING, Attempt.State.RECEIVED)


@dataclass(frozen=True)
class Trashed:
    """What was thrown away, by the moment that brings it back; `refused` says what was not."""

    moment: datetime
    edits: int = 0
    pictures: int = 0
    refused: str = ""  # a sentence, or nothing

    @property
    def sentence(self) -> str:
        """What happened, for the person who did it."""
        words = []
        if self.edits:
            them = "it lies" if self.edits == 1 else "they lie"
            words.append(f"{_edits(self.edits)} deleted: {them} in the trash.")
        elif self.pictures:
            them = "it lies" if self.pictures == 1 else "they lie"
            words.append(f"{_pictures(self.pictures)} deleted: {them} in the trash.")
        return " ".join([*words, *([self.refused] if self.refused else [])])


def put_edits_into_trash(owner: User, jobs: Iterable[uuid.UUID]) -> Trashed:
    """Throw edits away with what they have made. Those still under way stay, and are named."""
    wanted = list(dict.fromkeys(jobs))
    moment = timezone.now()
    edits = pictures = open_ones = 0
    for some in _some(wanted):
        mine = EditJob.objects.owned_by(owner).filter(pk__in=some, trashed_at=None, mask_test=None)
        with transaction.atomic():
            mine_now = set(mine.values_list("pk", flat=True))
            busy = _under_way(mine_now)
            open_ones += len(busy)
            over = EditJob.objects.filter(
                pk__in=mine_now - busy, trashed_at=None, state__in=CLOSED_STATES
            )
            edits += over.update(trashed_at=moment)
            gone = EditJob.objects.filter(pk__in=mine_now, trashed_at=moment)
            # Also what is withheld: it goes, and comes back, with its edit.
            made = Picture.objects.filter(owner=owner, deleted_at=None).brought_by(
                list(gone.values_list("pk", flat=True))
            )
            pictures += Picture.objects.filter(
                pk__in=list(made.values_list("pk", flat=True))
            ).update(deleted_at=moment)
    return Trashed(moment, edits, pictures, _still_open(open_ones))


def put_pictures_into_trash(owner: User, pictures: Iterable[uuid.UUID]) -> Trashed:
    """Throw pictures away. Those of which an edit is still open stay, and are counted.

    The edits made with them stay, and so do the bytes that these need.
    """
    wanted = list(dict.fromkeys(pictures))
    moment = timezone.now()
    gone = in_use = 0
    for some in _some(wanted):
        with transaction.atomic():
            mine = set(
                Picture.objects.owned_by(owner).filter(pk__in=some).values_list("pk", flat=True)
            )
            used = _used_by_open_edits(mine)
            in_use += len(used)
            hold_jobs_of(mine - used)
            gone += Picture.objects.filter(pk__in=mine - used, deleted_at=None).update(
                deleted_at=moment
            )
    return Trashed(moment, pictures=gone, refused=_in_use(in_use))


def put_picture_into_trash(owner: User, picture: Picture) -> Trashed:
    """Throw one picture away."""
    return put_pictures_into_trash(owner, [picture.pk])


def kept_sentence(edits: int) -> str:
    """Say why the file of a picture in the trash is kept; nothing when no edit needs it."""
    if not edits:
        return ""
    return f"Its file is kept because {_edits(edits)} still need{'s' * (edits == 1)} it."


def restore(owner: User, moment: datetime) -> Trashed:
    """Bring back all that was thrown away at one moment, as far as it is not being erased."""
    with transaction.atomic():
        edits = EditJob.objects.in_trash_of(owner).filter(trashed_at=moment)
        pictures = Picture.objects.in_trash_of(owner).filter(deleted_at=moment)
        hold_jobs_of(list(pictures.values_list("pk", flat=True)))
        return Trashed(moment, edits.update(trashed_at=None), pictures.update(deleted_at=None))


def restore_edit(owner: User, job_id: uuid.UUID) -> bool:
    """Bring back one edit, with what was thrown away together with it; False: it is not there."""
    with transaction.atomic():
        job = EditJob.objects.in_trash_of(owner).filter(pk=job_id).first()
        if job is None:
            return False
        EditJob.objects.in_trash_of(owner).filter(pk=job.pk).update(trashed_at=None)
        made = Picture.objects.in_trash_of(owner).filter(deleted_at=job.trashed_at)
        ids = list(made.brought_by([job.pk]).values_list("pk", flat=True))
        Picture.objects.in_trash_of(owner).filter(pk__in=ids).update(deleted_at=None)
    return True


def restore_pictures(owner: User, pictures: Iterable[uuid.UUID]) -> int:
    """Bring back pictures; give how many."""
    back = 0
    for some in _some(list(dict.fromkeys(pictures))):
        with transaction.atomic():
            hold_jobs_of(some)
            back += Picture.objects.in_trash_of(owner).filter(pk__in=some).update(deleted_at=None)
    return back


def _under_way(jobs: set[uuid.UUID]) -> set[uuid.UUID]:
    """Those that something may still come of by itself."""
    still_open = EditJob.objects.filter(pk__in=jobs).still_open()
    answers = Attempt.objects.filter(job__in=jobs, state__in=_UNDER_WAY)
    adjustments = Adjustment.objects.waiting().filter(job__in=jobs)
    return {
        *still_open.values_list("pk", flat=True),
        *answers.values_list("job", flat=True),
        *adjustments.values_list("job", flat=True),
    }


def _used_by_open_edits(pictures: set[uuid.UUID]) -> set[uuid.UUID]:
    still_open = EditJob.objects.still_open()
    lent = Picture.objects.filter(lent_to__job__in=still_open, pk__in=pictures)
    begun = still_open.filter(picture__in=pictures)
    return {*begun.values_list("picture", flat=True), *lent.values_list("pk", flat=True)}


def _still_open(count: int) -> str:
    if not count:
        return ""
    if count == 1:
        return "1 edit is still open, so it stays. Wait for it, or cancel it."
    return f"{count} edits are still open, so they stay. Wait for them, or cancel them."


def _in_use(count: int) -> str:
    if not count:
        return ""
    if count == 1:
        return "An edit with this picture is still open. Wait, or cancel it."
    return f"Edits with {count} of these pictures are still open. Wait, or cancel them."


def _edits(count: int) -> str:
    return f"{count} edit" if count == 1 else f"{count} edits"


def _pictures(count: int) -> str:
    return f"{count} picture" if count == 1 else f"{count} pictures"


def _some(ids: Sequence[uuid.UUID]) -> Iterator[Sequence[uuid.UUID]]:
    for start in range(0, len(ids), _AT_ONCE):
        yield ids[start : start + _AT_ONCE]
