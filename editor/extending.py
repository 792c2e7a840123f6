"""A larger canvas around a kept picture: a new Picture, and the Mask of exactly what is new."""

from __future__ import annotations

import hashlib
import logging
import uuid

from django.conf import settings
from django.db import IntegrityError, transaction

from editor.imaging import apart, steps
from editor.imaging.apart import StepFailed
from editor.imaging.framing import Size
from editor.imaging.margins import Margins
from editor.imaging.reading import Limits, PictureRefused
from editor.imaging.steps import Extended
from editor.masks import PaintedMask, stored_mask
from editor.models import Extension, Picture, User
from editor.pictures import RENDITION_SIDES, keep_picture, kept, limits_from
from editor.withholding import withheld_with

logger = logging.getLogger(__name__)

_WHERE = ("on the left", "at the top", "on the right", "at the bottom")


class ExtendRefused(Exception):
    """A canvas that is not made. The text is one sentence for the person who asked for it."""

    def __init__(self, sentence: str, *, status: int = 422) -> None:
        super().__init__(sentence)
        self.status = status


def extend_picture(owner: User, picture: Picture, margins: Margins) -> Picture:
    """Keep this person's picture on a canvas that is larger by these margins, as a new Picture.

    The same margins asked for again give the same Picture back, out of the bin if it lies
    there. Raises ExtendRefused.
    """
    if picture.owner_id != owner.pk or not picture.is_shown:
        sentence = "This picture is not there any more, so it cannot be extended."
        raise ExtendRefused(sentence, status=404)
    # The id follows from what is asked for: a repeat after a crash writes over its own files.
    picture_id = uuid.uuid5(picture.pk, "extended by {} {} {} {}".format(*margins))
    earlier = _made_before(picture_id)
    while earlier is not None and earlier.purging_at is not None:  # a new one, under a new name
        picture_id = uuid.uuid5(picture_id, "again")
        earlier = _made_before(picture_id)
    if earlier is not None:
        return earlier
    _check(Size(picture.width, picture.height), margins, limits_from(settings))
    done = _extended(picture, margins)
    try:
        return _kept(picture, margins, done, picture_id)
    except IntegrityError:
        # The same form arrived twice at once and the other one was quicker.
        return Picture.objects.get(pk=picture_id)


def _made_before(picture_id: uuid.UUID) -> Picture | None:
    earlier = Picture.objects.filter(pk=picture_id).first()
    if earlier is not None and earlier.deleted_at is not None:
        Picture.objects.filter(pk=picture_id, purging_at=None).update(deleted_at=None)
        earlier.refresh_from_db()
    return earlier


def _check(size: Size, margins: Margins, limits: Limits) -> None:
    if not any(margins):
        sentence = "Nothing to extend: say on which side, and by how many pixels."
        raise ExtendRefused(sentence)
    if margins.fit(size, limits.max_pixels, limits.max_side):
        return
    canvas = margins.canvas(size)
    largest = margins.largest(size, limits.max_pixels, limits.max_side)
    raise ExtendRefused(
        f"This canvas would be {canvas.width:,} × {canvas.height:,} pixels; the limit is "  # noqa: RUF001
        f"{limits.max_pixels / 1e6:g} megapixels, and {limits.max_side:,} pixels a side. "
        f"There is {_room(largest)}."
    )


def _room(margins: Margins) -> str:
    """Say how much fits: "room for 120 pixels on the left and 80 on the right"."""
    parts = [f"{side:,} {where}" for side, where in zip(margins, _WHERE, strict=True) if side]
    if not parts:
        return "no room for more"
    parts[0] = parts[0].replace(" ", " pixels ", 1)
    *first, last = parts
    return "room for " + (f"{', '.join(first)} and {last}" if first else last)


def _extended(picture: Picture, margins: Margins) -> Extended:
    try:
        return apart.run(steps.extend, kept(picture), margins, RENDITION_SIDES)
    except (PictureRefused, StepFailed, FileNotFoundError) as problem:
        logger.exception("Picture %s could not be extended.", picture.pk)
        sentence = "This picture could not be read, so it was not extended. Upload it anew."
        raise ExtendRefused(sentence) from problem
    except Exception as problem:  # every storage has exceptions of its own
        raise _storage_failed(picture) from problem


def _kept(picture: Picture, margins: Margins, done: Extended, picture_id: uuid.UUID) -> Picture:
    name = picture.name.rpartition(".")[0] or picture.name
    painted = PaintedMask(done.mask, hashlib.sha256(done.mask).hexdigest(), done.measure)
    try:
        extended = keep_picture(
            picture.owner,
            name if name.endswith("(extended)") else f"{name} (extended)",
            Picture.Origin.EXTENDED,
            done.master,
            done.shown,
            picture_id=picture_id,
        )
        mask = stored_mask(extended, painted, mask_id=uuid.uuid5(picture_id, "new area"))
    except Exception as problem:  # every storage has exceptions of its own
        raise _storage_failed(picture) from problem
    with transaction.atomic():
        # Making it took seconds, in which staff may have taken the picture out of sight.
        extended.withheld_at = withheld_with(picture)
        extended.save(force_insert=True)
        mask.save(force_insert=True)
        Extension.objects.create(picture=extended, of=picture, mask=mask, **margins._asdict())
    return extended


def _storage_failed(picture: Picture) -> ExtendRefused:
    logger.exception("The files of picture %s could not be read or written.", picture.pk)
    return ExtendRefused(
        "This server could not store the larger picture, most likely because its storage is "
        "full or away. Nothing was kept; please try again later.",
        status=507,
    )
