"""What lies in the trash is erased: when its time has come, or when its owner says so.

A row says first that it is going (`purging_at`): from then on there is no way back, and every
step may be repeated by any worker after any crash. Then its files go, then its words, and
`purged_at` says that nothing is left. What money and history need stays: the row of an edit,
its calls, consents, events and the ledger.

A picture that an edit still needs is not erased, and one that is kept keeps its file.
"""

from __future__ import annotations

import logging
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from functools import partial

from django.conf import settings
from django.db import Error, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from editor import archives, storage
from editor.models import (
    Adjustment,
    Archive,
    Attempt,
    Collection,
    CollectionItem,
    Draft,
    DraftMask,
    EditJob,
    ImportedPack,
    Lifeboat,
    Mask,
    Picture,
    Reference,
    RenditionFile,
    Result,
    Share,
    Tag,
    UnusableAnswer,
    User,
)
from editor.models.jobs import CLOSED_STATES, EditJobQuerySet
from editor.models.pictures import PictureQuerySet
from editor.trash import put_edits_into_trash, restore

logger = logging.getLogger(__name__)

SWEEP_SECONDS = 1.0
LOOK_FOR_DUE_SECONDS = 60.0
PAUSE_SECONDS = 30.0  # after storage did not answer
AT_ONCE = 20


def needing_edits() -> EditJobQuerySet:
    """Edits that need their pictures: all that can be seen, or brought back out of the trash.

    One that was cancelled during its call is out of the gallery, but its result was promised to
    be kept: it needs its picture for as long as anything that was paid for is there.
    """
    nothing_kept = Q(hidden=True, state__in=CLOSED_STATES) & ~Exists(_brought_by(OuterRef("pk")))
    return EditJob.objects.filter(purging_at=None).exclude(nothing_kept)


def _brought_by(job: OuterRef) -> QuerySet[Attempt]:
    """Calls of an edit of whose answer something is kept, or still on its way."""
    on_its_way = Q(state=Attempt.State.RECEIVED) | Q(lifeboats__isnull=False)
    kept = Q(results__raw__gt="") | Q(unusable__isnull=False)
    return Attempt.objects.filter(on_its_way | kept, job=job)


def not_needed(pictures: PictureQuerySet) -> PictureQuerySet:
    """Those of these pictures that no edit needs."""
    needing = needing_edits()
    lent = Reference.objects.filter(picture=OuterRef("pk"), job__in=needing.values("pk"))
    return pictures.filter(~Exists(needing.filter(picture=OuterRef("pk"))), ~Exists(lent))


def erase_edits(owner: User, jobs: Iterable[uuid.UUID]) -> int:
    """Have edits in the trash erased, with what was thrown away of them; give how many."""
    wanted = list(jobs)
    begun = _begin_edits(EditJob.objects.in_trash_of(owner).filter(pk__in=wanted))
    going = EditJob.objects.owned_by(owner).filter(pk__in=wanted, purging_at__isnull=False)
    made = Picture.objects.in_trash_of(owner).brought_by(list(going.values_list("pk", flat=True)))
    begin_pictures(made)
    return begun


def erase_picture(owner: User, picture: uuid.UUID, *, with_edits: bool = False) -> bool:
    """Have a picture in the trash erased; False: it is not there, or an edit needs it.

    `with_edits` has the edits that need it erased as well, if all of them are over.
    """
    mine = Picture.objects.in_trash_of(owner).filter(pk=picture)
    if with_edits and mine.exists():
        needing = needing_edits().owned_by(owner).made_from([picture])
        ids = list(needing.values_list("pk", flat=True))
        thrown = put_edits_into_trash(owner, ids)
        if thrown.refused:
            restore(owner, thrown.moment)
            return False
        erase_edits(owner, ids)
    return bool(begin_pictures(mine))


def empty_trash(owner: User) -> tuple[int, int]:
    """Have everything in the trash erased that is not needed; give how many edits, pictures."""
    edits = _begin_edits(EditJob.objects.in_trash_of(owner))
    return edits, begin_pictures(Picture.objects.in_trash_of(owner))


def begin_what_is_due() -> int:
    """Have everything erased that has lain in the trash for long enough."""
    if not settings.TRASH_DAYS:
        return 0
    before = Now() - timedelta(days=settings.TRASH_DAYS)
    edits = EditJob.objects.filter(trashed_at__lt=before, purging_at=None)
    pictures = Picture.objects.filter(deleted_at__lt=before, purging_at=None)
    begun = _begin_edits(edits) if edits.exists() else 0
    return begun + (begin_pictures(pictures) if not_needed(pictures).exists() else 0)


def _begin_edits(edits: EditJobQuerySet) -> int:
    return edits.filter(state__in=CLOSED_STATES).update(purging_at=Now())


def begin_pictures(pictures: PictureQuerySet) -> int:
    """Have those of these that lie in the trash and that no edit needs erased; give how many."""
    with transaction.atomic():
        going = list(not_needed(pictures.filter(purging_at=None)).values_list("pk", flat=True))
        begun = 0
        for some in (going[at : at + 500] for at in range(0, len(going), 500)):
            begun += Picture.objects.filter(
                pk__in=some, deleted_at__isnull=False, purging_at=None
            ).update(purging_at=Now())
            # They brought nothing, nobody sees them, and without their picture they are of no use.
            EditJob.objects.filter(
                picture__in=some, hidden=True, state__in=CLOSED_STATES, purging_at=None
            ).exclude(pk__in=needing_edits().values("pk")).update(
                trashed_at=Now(), purging_at=Now()
            )
    return begun


class Eraser:
    """The thread of a worker: erases what has begun to go, and looks for what is due."""

    def __init__(self) -> None:
        self._looked = self._rests_until = 0.0

    def __call__(self) -> None:
        """Erase a few; when storage does not answer, leave it alone for a while."""
        now = time.monotonic()
        if now < self._rests_until:
            return
        if now - self._looked >= LOOK_FOR_DUE_SECONDS or not self._looked:
            self._looked = now
            begin_what_is_due()
        if not erase_some():
            self._rests_until = now + PAUSE_SECONDS


def erase_some() -> bool:
    """Erase a few of what has begun to go; False when one of them must wait."""
    edits = EditJob.objects.filter(purging_at__isnull=False, purged_at=None)
    pictures = Picture.objects.filter(purging_at__isnull=False, purged_at=None)
    some_edits = list(edits.order_by("purging_at")[:AT_ONCE])
    some_pictures = list(pictures.order_by("purging_at")[:AT_ONCE])
    # Nothing of these can be packed anew: they were in the trash before they began to go.
    owners = {each.owner_id for each in some_edits} | {each.owner_id for each in some_pictures}
    packed = _packed_by(owners)
    done = True
    for job in some_edits:
        done &= _tried(partial(_erase_edit, job, packed[str(job.pk)]), job.pk)
    for picture in some_pictures:
        done &= _tried(partial(_erase_picture, picture, packed[str(picture.pk)]), picture.pk)
    return done


def _packed_by(owners: set[int]) -> dict[str, list[uuid.UUID]]:
    """Archives of these people, packed or still to be, by the ids that go into them."""
    found: dict[str, list[uuid.UUID]] = defaultdict(list)
    if owners:
        asks = Archive.objects.filter(owner__in=owners).values_list("pk", "asked")
        for archive, asked in asks.iterator():
            rows = (asked.get("job"), *asked.get("jobs", ()), *asked.get("pictures", ()))
            for row in rows:
                found[str(row)].append(archive)
    return found


def _tried(erase: Callable[[], None], pk: uuid.UUID) -> bool:
    try:
        erase()
    except Error:
        raise
    except Exception:  # every storage has exceptions of its own
        logger.warning("%s cannot be erased just now.", pk, exc_info=True)
        return False
    return True


def _erase_edit(job: EditJob, packed: Sequence[uuid.UUID]) -> None:
    attempts = list(job.attempts.values_list("pk", flat=True))
    UnusableAnswer.objects.filter(attempt__in=attempts).delete()
    Lifeboat.objects.filter(attempt__in=attempts).delete()
    results = Result.objects.filter(attempt__in=attempts)
    results.filter(picture=None, problem="").update(problem="It was deleted for good.")
    results.update(raw="", raw_sha256="", raw_bytes=0)
    for attempt in attempts:
        storage.drop_folder(f"results/{attempt}")
        storage.drop_folder(f"attempts/{attempt}")
    restored = list(job.adjustments.exclude(restored=None).values_list("restored", flat=True))
    job.adjustments.update(restored=None)
    job.adjustments.filter(picture=None).delete()
    _erase_masks(Mask.objects.filter(pk__in=[*restored, job.mask_id]))
    Reference.objects.filter(job=job).delete()
    _drop_archives(packed)
    for pack in ImportedPack.objects.filter(job=job):  # it tells the words again
        storage.drop_folder(f"imports/{pack.pk}")  # where its bytes are, if the sweep was late
        pack.delete()
    with transaction.atomic():
        Attempt.objects.filter(pk__in=attempts).update(
            answer=None, image_urls=[], error_sentence=""
        )
        erased = EditJob.objects.filter(pk=job.pk, purged_at=None).update(
            prompt="", failure_sentence="", wish_hash="", purged_at=Now(), updated_at=Now()
        )
        if erased:
            job.note("Deleted for good. What it cost stays on record.")


def _erase_picture(picture: Picture, packed: Sequence[uuid.UUID]) -> None:
    adjusted = Adjustment.objects.filter(picture=picture)
    restored = list(adjusted.exclude(restored=None).values_list("restored", flat=True))
    adjusted.delete()
    _erase_masks(Mask.objects.filter(Q(picture=picture) | Q(pk__in=restored)))
    Draft.objects.filter(picture=picture).delete()
    for mask in DraftMask.objects.filter(picture=picture):
        storage.drop(storage.draft_mask_key(mask.pk))
        storage.drop_folder(f"drafts/{mask.pk}")
        mask.delete()
    _take_out_everywhere(picture)
    _drop_archives(packed)
    named = [picture.file, picture.preview, picture.card, picture.thumb, picture.full]
    storage.drop(*(str(file.name or "") for file in named))
    storage.drop_folder(f"pictures/{picture.pk}")
    RenditionFile.objects.filter(picture_uuid=picture.pk).delete()
    Picture.objects.filter(pk=picture.pk).update(
        name="", file="", preview="", card="", thumb="", full="", placeholder="", sha256="",
        bytes=0, renditions_due_at=None, favourite=False, rating=None, purged_at=Now(),
    )  # fmt: skip


def _take_out_everywhere(picture: Picture) -> None:
    """Out of collections, tags, links and what was packed."""
    Collection.objects.filter(cover=picture).update(cover=None)
    CollectionItem.objects.filter(picture=picture).delete()
    tags = list(picture.tags.values_list("pk", flat=True))
    Tag.pictures.through.objects.filter(picture=picture).delete()
    Tag.objects.filter(pk__in=tags, pictures=None).delete()
    Share.objects.filter(Q(picture=picture) | Q(before=picture)).delete()


def _drop_archives(packed: Sequence[uuid.UUID]) -> None:
    """Drop what was packed of a picture or an edit, and what is being packed of it now."""
    for archive in Archive.objects.filter(pk__in=packed):
        archives.remove(archive)


def _erase_masks(masks: QuerySet[Mask]) -> None:
    """Erase those that nothing else needs. The row names no file before its file goes."""
    needing = EditJob.objects.filter(purging_at=None, mask=OuterRef("pk"))
    living = Adjustment.objects.filter(restored=OuterRef("pk"))
    tests = Mask.objects.filter(pk=OuterRef("pk"), mask_tests__isnull=False)
    extended = Mask.objects.filter(pk=OuterRef("pk"), extension__picture__purging_at=None).exclude(
        extension=None
    )
    free = masks.filter(~Exists(needing), ~Exists(living), ~Exists(tests), ~Exists(extended))
    for pk in list(free.values_list("pk", flat=True)):
        with transaction.atomic():
            # Whoever sends it once more meanwhile waits here, or is seen by the second look.
            list(Mask.objects.select_for_update().filter(pk=pk).values_list("pk"))
            erased = free.filter(pk=pk).update(
                file="", sha256="", bytes=0, painted_pixels=0, left=0, top=0, right=0, bottom=0
            )
        if erased:
            storage.drop_folder(f"masks/{pk}")
