"""Renditions: the small files that pages show of a kept Picture.

An upload answers before they exist. Its row says by `renditions_due_at` that they are waited
for, and a worker makes them; a page that asks sooner has them made there and then. Two makers
write the same bytes under the same names, so nobody holds a lease: the row only spares one of
them the work, nearly always.

A result comes with JPEGs, which take next to no time. They are shown until the worker that
made it has made the others, of the small copy that it still holds; should it die before, any
worker makes them of the picture itself.

They are AVIF. For a browser that does not take it, WebP is made when first asked for, and kept
beside it without a word in the row.
"""

from __future__ import annotations

import io
import logging
import time
import uuid
from datetime import timedelta
from typing import IO

from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from editor import storage
from editor.imaging import apart, steps
from editor.imaging.renditions import RenditionFormat, Screen
from editor.models import Picture, RenditionFile
from editor.pictures import RENDITIONS, drop_if_erased, kept

logger = logging.getLogger(__name__)

AT_ONCE = apart.AT_ONCE
HINT_AGAIN = timedelta(seconds=60)
SHORTEST_PAUSE, LONGEST_PAUSE = 2 * HINT_AGAIN, timedelta(hours=1)
PATIENCE_SECONDS = 3.0
_LOOK_SECONDS = 0.05
_AVIF, _JPEG = RenditionFormat.AVIF, RenditionFormat.JPEG


def awaiting_renditions() -> QuerySet[Picture]:
    """Pictures whose renditions are waited for."""
    return Picture.objects.filter(deleted_at=None, renditions_due_at__isnull=False)


def renditions_are_due() -> bool:
    """Tell whether anything can be made now; what failed a while ago rests until its time."""
    return awaiting_renditions().filter(renditions_due_at__lte=Now()).exists()


def take_due() -> list[uuid.UUID]:
    """Take the oldest ones whose renditions nobody is making, as many as may be made at once.

    Whoever takes one has a minute; then it is anybody's again.
    """
    soon = Now() + HINT_AGAIN
    taken = (
        awaiting_renditions()
        .filter(renditions_due_at__gt=Now(), renditions_due_at__lte=soon)
        .count()
    )
    due = awaiting_renditions().filter(renditions_due_at__lte=Now()).order_by("renditions_due_at")
    chosen = due.values_list("pk", flat=True)[: max(0, AT_ONCE - taken)]
    return [pk for pk in chosen if _take(pk)]


def _take(picture_id: uuid.UUID) -> bool:
    due = awaiting_renditions().filter(pk=picture_id, renditions_due_at__lte=Now())
    return due.update(renditions_due_at=Now() + HINT_AGAIN) == 1


def give_back(*picture_ids: uuid.UUID) -> None:
    """Leave to others what was taken."""
    awaiting_renditions().filter(pk__in=picture_ids).update(renditions_due_at=Now())


def forget_who_took_renditions() -> None:
    """With the in-process broker, all hints of an earlier worker died with it."""
    awaiting_renditions().filter(renditions_due_at__gt=Now()).update(renditions_due_at=Now())


def make_waiting(picture_id: uuid.UUID, screen: Screen | None = None) -> None:
    """Make the renditions of one picture if they are still waited for; else do nothing.

    `screen` is a small copy of it, if there is one: then the picture itself is not read. What
    fails is tried again after as long as it has been waited for, an hour at most.
    """
    picture = awaiting_renditions().filter(pk=picture_id).first()
    if picture is None:
        return
    try:
        _keep(picture, _made(picture, _missing(picture), _AVIF, screen), _AVIF)
    except Exception:
        logger.exception("The renditions of picture %s could not be made.", picture_id)
        waited = timezone.now() - picture.created_at
        pause = min(max(waited, SHORTEST_PAUSE), LONGEST_PAUSE)
        awaiting_renditions().filter(pk=picture_id).update(renditions_due_at=Now() + pause)


def format_of(picture: Picture, kind: str, *, takes_avif: bool) -> RenditionFormat:
    """Tell in which format this rendition goes to a browser."""
    named = _named(picture, kind)
    if named.endswith(_JPEG):
        return _JPEG
    # Those of earlier releases are WebP, and stay so.
    if takes_avif and not named.endswith(RenditionFormat.WEBP):
        return _AVIF
    return RenditionFormat.WEBP


def open_rendition(picture: Picture, kind: str, file_format: RenditionFormat) -> IO[bytes]:
    """Open a rendition for reading, made now if it is not there.

    `kind` is one of RENDITIONS. Raises FileNotFoundError when the picture itself is gone,
    PictureRefused or StepFailed when it cannot be read any more.
    """
    stored = _open(picture, kind, file_format)
    if stored is None and file_format is _AVIF and _somebody_makes(picture, kind):
        stored = _open(picture, kind, file_format)
    if stored is not None:
        return stored
    others = _missing(picture) if file_format is _AVIF else []
    made = _made(picture, [*others, kind], file_format)
    try:
        _keep(picture, made, file_format)
    except Exception:  # every storage has exceptions of its own
        logger.exception("The renditions of picture %s could not be kept.", picture.pk)
    return io.BytesIO(made[kind])


def open_if_there(picture: Picture, kind: str) -> IO[bytes] | None:
    """Open a rendition in whatever format it is; None rather than make it now."""
    named = _named(picture, kind)
    try:
        return storage.open_for_reading(named) if named else None
    except FileNotFoundError:
        return None


def _open(picture: Picture, kind: str, file_format: RenditionFormat) -> IO[bytes] | None:
    named = _named(picture, kind)
    if not named and file_format is _AVIF:
        return None
    try:
        return storage.open_for_reading(_key(picture, kind, file_format))
    except FileNotFoundError:
        return None


def _somebody_makes(picture: Picture, kind: str) -> bool:
    """Wait a little for whoever has taken this picture; True when it is made meanwhile.

    If nobody has, this takes it.
    """
    if picture.renditions_due_at is None or _take(picture.pk):
        return False
    patience = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < patience:
        picture.refresh_from_db(fields=[*RENDITIONS, "renditions_due_at"])
        if _named(picture, kind):
            return True
        time.sleep(_LOOK_SECONDS)
    return False


def _made(
    picture: Picture,
    kinds: list[str],
    file_format: RenditionFormat,
    screen: Screen | None = None,
) -> dict[str, bytes]:
    sides = tuple({RENDITIONS[kind] for kind in kinds})
    if screen:
        made = apart.run(steps.renditions_of, screen, sides, file_format)
    else:
        made = apart.run(steps.renditions, kept(picture), sides, file_format)
    return {kind: made[RENDITIONS[kind]] for kind in kinds}


def _keep(picture: Picture, made: dict[str, bytes], file_format: RenditionFormat) -> None:
    """Store what was made, then name it in the row, which waits for nothing any more."""
    if file_format is _JPEG:
        return  # its time is over
    missing = _missing(picture)
    new = [kind for kind in made if kind in missing]
    keys = {
        kind: storage.put(_key(picture, kind, file_format), data) for kind, data in made.items()
    }
    RenditionFile.objects.note(picture.pk, {keys[kind]: data for kind, data in made.items()})
    if drop_if_erased(picture.pk, *keys.values()):
        return
    if file_format is _AVIF:
        named = {kind: keys[kind] for kind in new}
        Picture.objects.filter(pk=picture.pk).update(**named, renditions_due_at=None)
        replaced = [name for kind in new if (name := _named(picture, kind))]
        if replaced:
            RenditionFile.objects.filter(key__in=replaced).delete()
        storage.drop(*replaced)


def _missing(picture: Picture) -> list[str]:
    """The renditions that are still to be made: those without a name, and the first JPEGs."""
    names = {kind: _named(picture, kind) for kind in RENDITIONS}
    return [kind for kind, named in names.items() if not named or named.endswith(_JPEG)]


def _named(picture: Picture, kind: str) -> str:
    return str(getattr(picture, kind).name or "")


def _key(picture: Picture, kind: str, file_format: RenditionFormat) -> str:
    named = _named(picture, kind)
    if named.endswith(file_format):
        return named
    return storage.picture_key(picture.pk, kind, file_format)
