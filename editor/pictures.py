"""A verified picture becomes a kept Picture: files into storage first, then the row.

Uploads and results both end here. A crash in between leaves objects without a row,
never a row without its bytes.
"""

from __future__ import annotations

import hashlib
import uuid
from typing import TYPE_CHECKING

from django.utils import timezone

from editor import storage
from editor.imaging import apart, steps
from editor.imaging.framing import Size
from editor.imaging.reading import Limits
from editor.imaging.renditions import RenditionFormat
from editor.imaging.steps import Kept, Shown
from editor.models import Picture, RenditionFile, User

if TYPE_CHECKING:
    from django.conf import LazySettings

# By the names they have in rows and addresses, with their longest sides.
RENDITIONS = {"preview": 2048, "card": 960, "thumb": 480}
RENDITION_SIDES = tuple(RENDITIONS.values())


def limits_from(settings: LazySettings) -> Limits:
    """The upload caps that this server runs with."""
    return Limits(
        max_bytes=settings.MAX_UPLOAD_BYTES,
        max_pixels=settings.MAX_PIXELS,
    )


def keep_picture(
    owner: User,
    name: str,
    origin: Picture.Origin,
    data: bytes,
    shown: Shown,
    *,
    picture_id: uuid.UUID | None = None,
) -> Picture:
    """Store `data` and the renditions made of it; give the Picture, not saved yet.

    Renditions that were not made are waited for from then on; so are better ones than JPEG.

    The caller saves the row, in the transaction it belongs to. Raises OSError (or
    what the storage raises) when a file cannot be written.
    """
    picture_id = picture_id or uuid.uuid4()
    key = storage.picture_key(picture_id, "original", storage.extension_of(shown.format))
    missing = shown.kind is RenditionFormat.JPEG or not all(
        side in shown.renditions for side in RENDITION_SIDES
    )
    file = storage.put(key, data)
    made = {
        kind: shown.renditions[side]
        for kind, side in RENDITIONS.items()
        if side in shown.renditions
    }
    named = {
        kind: storage.put(storage.picture_key(picture_id, kind, shown.kind), small)
        for kind, small in made.items()
    }
    RenditionFile.objects.note(picture_id, {named[kind]: made[kind] for kind in made})
    return Picture(
        id=picture_id,
        owner=owner,
        name=name[:200],
        origin=origin,
        file=file,
        **named,
        renditions_due_at=timezone.now() if missing else None,
        placeholder=shown.placeholder,
        transparent=shown.transparent,
        format=shown.format,
        mime=shown.mime,
        width=shown.size.width,
        height=shown.size.height,
        bytes=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
    )


def kept(picture: Picture) -> Kept:
    """Get a kept Picture's bytes for a step of imaging.

    Raises FileNotFoundError, storage.OtherBytes, and what the storage raises when it is away.
    """
    size = Size(picture.width, picture.height)
    return Kept(storage.get_as_written(str(picture.file.name), picture.sha256), size)


def drop_if_erased(picture_id: uuid.UUID, *keys: str) -> bool:
    """Delete what was just written of a picture that has begun to go meanwhile.

    Whoever erases it says so first and then deletes what is there; whoever writes asks
    afterwards. So one of the two finds the file.
    """
    if not Picture.objects.filter(pk=picture_id, purging_at__isnull=False).exists():
        return False
    storage.drop(*keys)
    RenditionFile.objects.filter(picture_uuid=picture_id).delete()
    return True


def full_rendition(picture: Picture) -> str:
    """Give the key of a full-size file that every browser shows, making it when first asked.

    JPEG without metadata for opaque pictures, PNG where there is transparency.
    """
    if not picture.full:
        encoded, extension = apart.run(steps.full_size, kept(picture))
        key = storage.put(storage.picture_key(picture.pk, "full", extension), encoded)
        RenditionFile.objects.note(picture.pk, {key: encoded})
        if drop_if_erased(picture.pk, key):
            raise FileNotFoundError(key)
        Picture.objects.filter(pk=picture.pk).update(full=key)
        picture.full = key
    return str(picture.full)
