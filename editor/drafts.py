"""Unfinished work on a picture is kept: what was asked, painted and set, and who was quicker."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from editor import storage
from editor.imaging.planning import FrameWish
from editor.masks import MaskRefused, read_painted
from editor.models import Draft, DraftMask, Picture
from editor.models.framings import kept_wish

logger = logging.getLogger(__name__)

MOST_ASIDE = 5  # drafts of one picture that can be brought back
# Replaced strokes stay this long: an open page may be about to read them, and a backup
# copies the database before the files.
KEEP_REPLACED = timedelta(hours=1)
SWEEP_SECONDS = 300.0


class DraftMoved(Exception):
    """Another device has saved since the revision that this save builds on."""

    def __init__(self, current: Draft | None) -> None:
        super().__init__("Another device has saved meanwhile.")
        self.current = current


class DraftNotStored(Exception):
    """Storage does not take the strokes. What was saved before is whole."""


@dataclass(frozen=True)
class Left:
    """A draft as somebody left it. `mask` is new bytes, or the id of strokes that are kept."""

    prompt: str
    model_id: str
    n: int
    size: str
    frame: FrameWish
    references: Sequence[uuid.UUID]
    mask: bytes | uuid.UUID | None
    view: dict[str, Any] | None
    device: str
    changed_at: datetime


def save_draft(
    picture: Picture,
    left: Left,
    *,
    revision: uuid.UUID,
    base: uuid.UUID | None,
    set_aside: bool = False,
    from_aside: uuid.UUID | None = None,
) -> Draft:
    """Keep, as `revision`, what its owner has done since revision `base`; None: there was none.

    `set_aside` keeps what stood there before, to be brought back; `from_aside` is one that
    this save brings back, so it lies aside no more. The same revision again is the same
    save. Raises DraftMoved, MaskRefused and DraftNotStored; then nothing has changed.
    """
    current = Draft.objects.current(picture)
    if current is not None and current.revision == revision:
        return current
    if (current.revision if current else None) != base:
        raise DraftMoved(current)
    mask = _mask_of(picture, left, current)
    fields = {
        "revision": revision,
        "prompt": left.prompt,
        "model_id": left.model_id,
        "n": left.n,
        "size": left.size,
        "references": [str(each) for each in left.references],
        "mask": mask,
        "view": left.view,
        "device": left.device,
        "changed_at": left.changed_at,
        "saved_at": timezone.now(),
        **kept_wish(left.frame),
    }
    try:
        with transaction.atomic():
            _write(picture, current, fields)
            if set_aside and current is not None and not current.is_blank:
                _keep_aside(picture, current)
            if from_aside is not None:
                Draft.objects.aside(picture).filter(pk=from_aside).delete()
    except IntegrityError as quicker:
        # Two devices saved for the first time at once.
        raise DraftMoved(Draft.objects.current(picture)) from quicker
    saved = Draft.objects.current(picture)
    if saved is None:  # the picture was deleted in this very moment
        raise DraftMoved(None)
    return saved


def _write(picture: Picture, current: Draft | None, fields: dict[str, Any]) -> None:
    # It may have been deleted, and its drafts forgotten, since it was read. The lock makes a
    # deletion wait for this save where the database has row locks.
    there = Picture.objects.select_for_update(no_key=True).filter(pk=picture.pk, deleted_at=None)
    if there.first() is None:
        raise DraftMoved(None)
    if current is None:
        Draft.objects.create(owner_id=picture.owner_id, picture=picture, **fields)
    elif not Draft.objects.replace(current, **fields):
        raise DraftMoved(Draft.objects.current(picture))


def _keep_aside(picture: Picture, replaced: Draft) -> None:
    """Keep what stood there under an id of its own, once, and no more than a few of them."""
    Draft.objects.aside(picture).filter(revision=replaced.revision).delete()
    replaced.pk = uuid.uuid4()
    replaced.set_aside_at = timezone.now()
    replaced.save(force_insert=True)
    beyond = list(Draft.objects.aside(picture).values_list("pk", flat=True)[MOST_ASIDE:])
    Draft.objects.filter(pk__in=beyond).delete()


def _mask_of(picture: Picture, left: Left, current: Draft | None) -> DraftMask | None:
    """Give the strokes that the draft is to hold, stored. Raises MaskRefused, DraftNotStored."""
    if isinstance(left.mask, uuid.UUID):
        if current is not None and current.mask_id == left.mask:
            return current.mask
        aside = Draft.objects.aside(picture).filter(mask=left.mask).first()
        if aside is None:
            raise DraftMoved(current)
        return aside.mask
    if left.mask is None:
        return None
    try:
        painted = read_painted(picture, left.mask)
    except MaskRefused as refused:
        if refused.code == "empty":  # nothing in it is strong enough to be paint
            return None
        raise
    mask_id = uuid.uuid4()
    key = storage.draft_mask_key(mask_id)
    mask = DraftMask.objects.create(
        id=mask_id, picture=picture, file=key, sha256=painted.sha256, bytes=len(painted.png)
    )
    try:
        storage.put(key, painted.png)
    except Exception as problem:  # every storage has exceptions of its own
        logger.exception("The strokes of a draft could not be stored.")
        raise DraftNotStored from problem
    return mask


def painted_before(picture: Picture, mask_id: uuid.UUID) -> bytes | None:
    """Give the kept strokes of a picture's drafts by their id, for a form without script."""
    mask = DraftMask.objects.filter(picture=picture, pk=mask_id).exclude(drafts=None).first()
    try:
        return storage.get_as_written(str(mask.file.name), mask.sha256) if mask else None
    except (FileNotFoundError, storage.OtherBytes):
        return None


def forget(picture: Picture) -> None:
    """Drop every draft of a picture, and its files as far as storage lets go of them now."""
    # Only these: strokes without a draft may belong to a save that is under way, or are
    # replaced ones that the sweep drops.
    held = list(DraftMask.objects.filter(picture=picture).exclude(drafts=None))
    Draft.objects.filter(picture=picture).delete()
    for mask in held:
        _drop(mask)


def sweep_masks() -> int:
    """Drop the files of strokes that no draft holds any more; give how many.

    Any number may run at once: a file that is gone is passed over, and its row deleted by one.
    """
    DraftMask.objects.note_the_time()
    return sum(_drop(mask) for mask in DraftMask.objects.forgotten(KEEP_REPLACED))


def _drop(mask: DraftMask) -> bool:
    try:
        storage.drop(str(mask.file.name))
    except Exception:  # every storage has exceptions of its own
        logger.exception("The file of an old draft stays until the next sweep.")
        return False
    return bool(DraftMask.objects.let_go().filter(pk=mask.pk).delete()[0])
