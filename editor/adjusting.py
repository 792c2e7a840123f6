"""A finished edit is put together anew, for free: from what is kept, without any call.

Asking is a row; making takes seconds for a large picture, so a thread of each worker does it
and no web request waits. The row decides: who takes it holds a lease, and a repeat after a
crash writes over its own files.
"""

from __future__ import annotations

import hashlib
import json
import logging
import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import timedelta

from django.db import Error, IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Now

from editor import leases, storage
from editor.imaging import apart, steps
from editor.imaging.adjusting import NothingLeft, OtherAreas, Recipe
from editor.imaging.apart import StepFailed
from editor.imaging.changes import NothingInCommon
from editor.imaging.composing import Blend
from editor.imaging.masking import MaskRefused
from editor.imaging.previewing import Preview
from editor.imaging.reading import Limits, PictureRefused
from editor.imaging.steps import Adjusted, Answer, AnswerRefused
from editor.models import Adjustment, EditJob, Mask, Picture, Result
from editor.pictures import RENDITION_SIDES, keep_picture, kept
from editor.results import MAX_RESULT_BYTES, MAX_RESULT_PIXELS, frame_of
from editor.withholding import withheld_since

logger = logging.getLogger(__name__)

PREVIEW_SIDE = 1280  # pixels of the longer side: what a page puts together under one's hands
MOST_WAITING = 10
MOST_TRIES = 6
RETRY_SECONDS = (5, 15, 45, 120, 300)

_LIMITS = Limits(max_bytes=MAX_RESULT_BYTES, max_pixels=MAX_RESULT_PIXELS)


@dataclass(frozen=True)
class Settings:
    """How a person wants an edit; see `Adjustment`."""

    feather: int
    grow: int
    opacity: int
    match_colour: bool
    undo_drift: bool
    result: int
    areas: tuple[int, ...] = ()
    level: int | None = None


class AdjustRefused(Exception):
    """Something that cannot be adjusted. The text is one sentence for the person who asked."""

    def __init__(self, sentence: str, *, status: int = 422) -> None:
        super().__init__(sentence)
        self.status = status


def adjustable_results(job: EditJob) -> list[Result]:
    """Give the results of an edit that it can be put together from, in their order.

    Raises AdjustRefused when the edit cannot be adjusted at all.
    """
    if not job.picture.is_shown or job.trashed_at is not None:
        gone = "withheld" if job.picture.withheld_at else "deleted"
        sentence = f"The picture of this edit has been {gone}, so it cannot be adjusted."
        raise AdjustRefused(sentence, status=409)
    results = [
        result for result in job.results if result.picture is not None and result.picture.is_shown
    ]
    if not results:
        sentence = "This edit has no result that could be adjusted."
        raise AdjustRefused(sentence, status=409)
    return results


def layers_of(job: EditJob, result: Result) -> Preview:
    """Make what the page needs to show a result adjusted, at a small size.

    Raises AdjustRefused when what is kept cannot be read, and what the storage raises.
    """
    try:
        picture, mask = kept(job.picture), _mask_of(job)
        return apart.run(steps.look, picture, mask, _answer(result), PREVIEW_SIDE)
    except tuple(_FINAL) as problem:
        logger.exception("Result %s cannot be shown for adjusting.", result.pk)
        sentence = "What is kept of this result cannot be read, so it cannot be adjusted."
        raise AdjustRefused(sentence) from problem


def ask_for(job: EditJob, settings: Settings, restored: Mask | None) -> tuple[Adjustment, bool]:
    """Have an edit put together anew; give the row, and whether it is a new one.

    The same wish again gives the same row, its picture out of the bin if it lies there, and
    another try if it could not be made. Raises AdjustRefused.
    """
    results = {result.pk for result in adjustable_results(job)}
    if not {settings.result, *settings.areas} <= results | {0} or settings.result == 0:
        sentence = "One of these results is not there any more. Reload the page and try again."
        raise AdjustRefused(sentence, status=409)
    if settings.areas and not any(settings.areas):
        sentence = "Every area is set back to the original, so nothing of the edit is left."
        raise AdjustRefused(sentence)
    if job.mask is None and set(settings.areas) - {0, settings.result}:
        sentence = "Without a mask, only one result can be used at a time."
        raise AdjustRefused(sentence)
    if job.mask is not None:
        settings = replace(settings, level=None)
    digest = _digest(settings, restored)
    earlier = _earlier(job, digest)
    if earlier is not None and earlier.picture and earlier.picture.purging_at:
        earlier.delete()  # its picture is being erased, so another one is made
        earlier = None
    if earlier is not None:
        return _again(earlier), False
    _check_room(job)
    try:
        with transaction.atomic():
            asked = Adjustment.objects.create(
                job=job, settings=asdict(settings), restored=restored, digest=digest
            )
    except IntegrityError:
        # The same form arrived twice at once and the other one was quicker.
        return job.adjustments.get(digest=digest), False
    return asked, True


def _digest(settings: Settings, restored: Mask | None) -> str:
    asked = {**asdict(settings), "restored": restored.sha256 if restored else None}
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def _earlier(job: EditJob, digest: str) -> Adjustment | None:
    return job.adjustments.filter(digest=digest).first()


def _again(earlier: Adjustment) -> Adjustment:
    Picture.objects.filter(adjusted_by=earlier).update(deleted_at=None)
    Adjustment.objects.filter(pk=earlier.pk, state=Adjustment.State.FAILED).update(
        state=Adjustment.State.WAITING, problem="", tries=0, next_at=None, lease_until=None
    )
    earlier.refresh_from_db()
    return earlier


def _check_room(job: EditJob) -> None:
    waiting = Adjustment.objects.waiting().filter(job__owner=job.owner).count()
    if waiting >= MOST_WAITING:
        sentence = f"{waiting} adjustments of yours are still being made. Wait for one of them."
        raise AdjustRefused(sentence, status=429)


# The worker's side


def make_next() -> bool:
    """Make the adjustment that waits longest; False when there is none to be made now."""
    taken = _take()
    if taken is None:
        return False
    with leases.holding_adjustment(taken.pk):
        _make(taken)
    return True


def _take() -> Adjustment | None:
    """Lease the oldest that nobody works on."""
    if not Adjustment.objects.waiting().exists():
        return None
    due = Adjustment.objects.due(_dead_workers())
    for pk in list(due.order_by("created_at").values_list("pk", flat=True)[:5]):
        taken = due.filter(pk=pk).update(
            worker=leases.worker_name(),
            lease_until=Now() + leases.lease(),
            tries=F("tries") + 1,
        )
        if taken == 1:
            return Adjustment.objects.select_related(
                "job__picture__owner", "job__mask", "job__owner", "restored"
            ).get(pk=pk)
    return None


def _dead_workers() -> list[str]:
    """Workers of this machine that took an adjustment and are surely gone."""
    workers = Adjustment.objects.waiting().exclude(worker="").values_list("worker", flat=True)
    return [worker for worker in workers.distinct() if leases.is_dead(worker)]


def _make(adjustment: Adjustment) -> None:
    """Make one, or say why not, or leave it for later."""
    try:
        _keep(adjustment, _put_together(adjustment))
    except tuple(_FINAL) as problem:
        logger.warning("Adjustment %s cannot be made.", adjustment.pk, exc_info=True)
        _give_up(adjustment, _FINAL[_kind_of(problem)])
    except Error:
        raise
    except Exception:
        logger.exception("Adjustment %s could not be made just now.", adjustment.pk)
        _later(adjustment)


def _kind_of(problem: Exception) -> type[Exception]:
    return next(kind for kind in _FINAL if isinstance(problem, kind))


# What no second try changes, and what it says to the person who asked.
_FINAL: dict[type[Exception], str] = {
    NothingLeft: "Nothing of the edit was left, so there is no new picture.",
    OtherAreas: "The areas of this mask are others than the page showed. Reload it and try again.",
    NothingInCommon: "The result differs from your picture all over, so nothing can be kept of it.",
    AnswerRefused: "What the model sent cannot be read any more.",
    PictureRefused: "The picture of this edit cannot be read any more.",
    MaskRefused: "The mask of this edit cannot be read any more.",
    FileNotFoundError: "A file of this edit is gone.",
    storage.OtherBytes: "A file of this edit is damaged.",
    StepFailed: "Putting it together failed.",
}


def _put_together(adjustment: Adjustment) -> Adjusted:
    job, settings = adjustment.job, adjustment.settings
    used = list(dict.fromkeys(pk for pk in settings["areas"] if pk)) or [settings["result"]]
    results = Result.objects.filter(attempt__job=job).select_related("attempt").in_bulk(used)
    if len(results) < len(used):
        message = "a result is gone"
        raise FileNotFoundError(message)
    number = {pk: place for place, pk in enumerate(used, 1)}
    recipe = Recipe(
        blend=Blend(
            feather=settings["feather"],
            grow=settings["grow"],
            opacity=settings["opacity"] / 100,
            match_colour=settings["match_colour"],
            undo_drift=settings["undo_drift"],
        ),
        areas=tuple(number.get(pk, 0) for pk in settings["areas"]),
        level=settings["level"],
    )
    restored = adjustment.restored
    return apart.run(
        steps.adjust,
        kept(job.picture),
        _mask_of(job),
        tuple(_answer(results[pk]) for pk in used),
        recipe,
        _bytes_of(restored) if restored else None,
        RENDITION_SIDES,
    )


def _mask_of(job: EditJob) -> bytes | None:
    return _bytes_of(job.mask) if job.mask else None


def _bytes_of(mask: Mask) -> bytes:
    return storage.get_as_written(str(mask.file.name), mask.sha256)


def _answer(result: Result) -> Answer:
    data = storage.get_as_written(str(result.raw.name), result.raw_sha256)
    try:
        return Answer(data, frame_of(result.attempt), _LIMITS)
    except (KeyError, TypeError) as unknown:
        message = "it is not known which part of the picture was sent"
        raise AnswerRefused(message) from unknown


def _keep(adjustment: Adjustment, done: Adjusted) -> None:
    job = adjustment.job
    name = job.picture.name.rpartition(".")[0] or job.picture.name
    picture = keep_picture(
        job.owner,
        name if name.endswith("(adjusted)") else f"{name} (adjusted)",
        Picture.Origin.ADJUSTED,
        done.master,
        done.shown,
        # The same id every time: a repeat after a crash writes over its own files.
        picture_id=uuid.uuid5(adjustment.pk, "picture"),
    )

    def finish() -> None:
        picture.withheld_at = withheld_since(job)
        picture.save(force_insert=True)
        job.note(f"Adjusted for free; {done.changed_pixels} outside pixels changed.")

    _end(
        adjustment,
        finish,
        state=Adjustment.State.DONE,
        picture=picture,
        outside_pixels=done.outside_pixels,
        changed_pixels=done.changed_pixels,
    )


def _give_up(adjustment: Adjustment, problem: str) -> None:
    def finish() -> None:
        adjustment.job.note(f"Not adjusted: {problem}")

    _end(adjustment, finish, state=Adjustment.State.FAILED, problem=problem)


def _end(adjustment: Adjustment, finish: Callable[[], None], **fields: object) -> None:
    """Commit the end, unless another worker has taken it over meanwhile."""
    with transaction.atomic():
        mine = Adjustment.objects.waiting().filter(pk=adjustment.pk, worker=leases.worker_name())
        if not mine.select_for_update().exists():
            return
        finish()
        mine.update(finished_at=Now(), lease_until=None, **fields)


def _later(adjustment: Adjustment) -> None:
    """Try again when whatever was away is back; give up after many tries."""
    if adjustment.tries >= MOST_TRIES:
        _give_up(adjustment, "This server's storage was away for too long. Try again, free.")
        return
    wait = RETRY_SECONDS[min(adjustment.tries, len(RETRY_SECONDS)) - 1]
    Adjustment.objects.waiting().filter(pk=adjustment.pk, worker=leases.worker_name()).update(
        lease_until=None, worker="", next_at=Now() + timedelta(seconds=wait)
    )
