"""Where files live, and under which names. Private without exception.

Every object has an opaque name made of row ids; nothing a person typed gets into
it. Bytes leave only through the views, which check the owner first.

    pictures/<picture>/original.<ext>   the bytes as they came, or a result's lossless PNG
    pictures/<picture>/preview.avif     longest side 2048, for the screen; .webp where wanted,
                                        .jpeg of a result until there is the other
    pictures/<picture>/card.avif        longest side 960, for walls on fine screens
    pictures/<picture>/thumb.avif       longest side 480, for walls and lists
    pictures/<picture>/full.<ext>       full size in a format every browser shows
    masks/<mask>/mask.png               8-bit grey, the picture's size, 255 = edit
    drafts/<mask>/mask.png              the same of unfinished work; goes when it is replaced
    results/<attempt>/<n>.raw           what the upstream sent, untouched
    attempts/<attempt>/unusable.bin     a paid answer that holds no usable picture, whole
"""

from __future__ import annotations

import hashlib
import os
import uuid
from pathlib import Path
from typing import IO

from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage

_EXTENSIONS = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp", "AVIF": "avif", "HEIF": "heic"}


class OtherBytes(OSError):
    """Storage gave back other bytes than were written."""


def extension_of(image_format: str) -> str:
    """Give the file name extension for a format name as Pillow spells it."""
    return _EXTENSIONS[image_format]


def picture_key(picture_id: uuid.UUID, kind: str, extension: str) -> str:
    """Name one file of a Picture; `kind` is original, preview, card, thumb or full."""
    return f"pictures/{picture_id}/{kind}.{extension}"


def mask_key(mask_id: uuid.UUID) -> str:
    """Name a Mask's PNG."""
    return f"masks/{mask_id}/mask.png"


def draft_mask_key(mask_id: uuid.UUID) -> str:
    """Name the PNG of a draft's strokes."""
    return f"drafts/{mask_id}/mask.png"


def raw_key(attempt_id: uuid.UUID, index: int) -> str:
    """Name the untouched bytes of one answered image."""
    return f"results/{attempt_id}/{index}.raw"


def unusable_key(attempt_id: uuid.UUID) -> str:
    """Name the whole body of an answer that could not be used."""
    return f"attempts/{attempt_id}/unusable.bin"


class DurableFiles(FileSystemStorage):
    """Local files that are on the disk when saving returns.

    The row that names a file is committed with a flush; after a power cut it must not
    point to an empty one.
    """

    def _save(self, name: str, content: File[bytes]) -> str:
        saved: str = super()._save(name, content)  # type: ignore[misc]
        path = Path(self.path(saved))
        for opened in (path, path.parent):
            descriptor = os.open(opened, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        return saved


def put(key: str, data: bytes) -> str:
    """Write `data` under exactly `key`, replacing what an interrupted earlier try left there."""
    # FileSystemStorage would pick another name instead of overwriting. S3 overwrites, and
    # asking it first would be one more journey for each object.
    overwrites = getattr(default_storage, "file_overwrite", False)
    if not overwrites and default_storage.exists(key):
        default_storage.delete(key)
    return default_storage.save(key, ContentFile(data))


def get(key: str) -> bytes:
    """Read a whole object. Raises FileNotFoundError when it is not there."""
    with default_storage.open(key, "rb") as stored:
        return bytes(stored.read())


def get_as_written(key: str, sha256: str) -> bytes:
    """Read an object of which a row says what is in it.

    Raises OtherBytes, and FileNotFoundError when it is not there.
    """
    data = get(key)
    if hashlib.sha256(data).hexdigest() != sha256:
        message = f"{key} is not what was written"
        raise OtherBytes(message)
    return data


def open_for_reading(key: str) -> IO[bytes]:
    """Open an object for streaming to its owner."""
    stored: IO[bytes] = default_storage.open(key, "rb")
    return stored


def drop(*keys: str) -> None:
    """Delete objects; names that are empty or already gone are passed over."""
    for key in keys:
        if key:
            default_storage.delete(key)
