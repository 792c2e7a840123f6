"""A decoded raster becomes a kept Picture: files into storage first, then the row.

Uploads and results both end here. A crash in between leaves objects without a row,
never a row without its bytes.
"""

from __future__ import annotations

import hashlib
import threading
import uuid
from typing import TYPE_CHECKING

from editor import storage
from editor.imaging.encoding import encode_full, encode_renditions, placeholder
from editor.imaging.reading import Limits, ReadPicture, read_picture
from editor.models import Picture, User

if TYPE_CHECKING:
    from django.conf import LazySettings

# A 64-megapixel picture takes a gigabyte while it is decoded, composed and encoded. More
# than two at once would bring a small machine down, and with it every running call.
AT_ONCE = threading.BoundedSemaphore(2)

PREVIEW_SIDE = 2048
THUMB_SIDE = 480


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
    read: ReadPicture,
    *,
    picture_id: uuid.UUID | None = None,
) -> Picture:
    """Store `data` and its display renditions; give the Picture, not saved yet.

    The caller saves the row, in the transaction it belongs to. Raises OSError (or
    what the storage raises) when a file cannot be written.
    """
    picture_id = picture_id or uuid.uuid4()
    renditions = encode_renditions(read.image, read.icc_profile, (PREVIEW_SIDE, THUMB_SIDE))
    key = storage.picture_key(picture_id, "original", storage.extension_of(read.format))
    return Picture(
        id=picture_id,
        owner=owner,
        name=name[:200],
        origin=origin,
        file=storage.put(key, data),
        preview=storage.put(
            storage.picture_key(picture_id, "preview", "webp"), renditions[PREVIEW_SIDE]
        ),
        thumb=storage.put(storage.picture_key(picture_id, "thumb", "webp"), renditions[THUMB_SIDE]),
        placeholder=placeholder(read.image),
        format=read.format,
        mime=read.mime,
        width=read.image.width,
        height=read.image.height,
        bytes=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
    )


def read_kept(picture: Picture) -> ReadPicture:
    """Decode a kept Picture to its upright raster again.

    The caps in force when it came in have already judged it, so a cap lowered since
    must not lock people out of what they own: only its own measures count.
    """
    limits = Limits(max_bytes=picture.bytes, max_pixels=picture.width * picture.height)
    return read_picture(storage.get(str(picture.file.name)), limits)


def full_rendition(picture: Picture) -> str:
    """Give the key of a full-size file that every browser shows, making it when first asked.

    JPEG without metadata for opaque pictures, PNG where there is transparency.
    """
    if not picture.full:
        read = read_kept(picture)
        encoded, extension = encode_full(read.image, read.icc_profile)
        key = storage.put(storage.picture_key(picture.pk, "full", extension), encoded)
        Picture.objects.filter(pk=picture.pk).update(full=key)
        picture.full = key
    return str(picture.full)
