"""Where files live, and under which names. Private without exception.

Every object has an opaque name made of row ids; nothing a person typed gets into
it. Bytes leave only through the views, which check the owner first.

    pictures/<picture>/original.<ext>   the bytes as they came, or a result's lossless PNG
    pictures/<picture>/preview.avif     longest side 2048, for the screen; .webp where wanted,
                                        .jpeg of a result until there is the other
    pictures/<picture>/card.avif        longest side 960, for walls on fine screens
    pictures/<picture>/thumb.avif       longest side 480, for walls and lists
    pictures/<picture>/full.<ext>       full size in a format every browser shows
    pictures/<picture>/shared.<ext>     the same for strangers who have a link: in sRGB, no profile
    pictures/<picture>/chat.jpeg        longest side 1200, which messengers show beside a link
    masks/<mask>/mask.png               8-bit grey, the picture's size, 255 = edit
    drafts/<mask>/mask.png              the same of unfinished work; goes when it is replaced
    results/<attempt>/<n>.raw           what the upstream sent, untouched
    attempts/<attempt>/unusable.bin     a paid answer that holds no usable picture, whole
    archives/<archive>/<fence>.zip      packed for somebody to take away; goes after a day
    imports/<pack>/pack.zip             an evidence pack that somebody looks at; goes after an hour
"""

from __future__ import annotations

import errno
import hashlib
import os
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage

_EXTENSIONS = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp", "AVIF": "avif", "HEIF": "heic"}


_PIECE = 1 << 20
_FROM_A_BUCKET = ("botocore.", "boto3.", "s3transfer.", "urllib3.")
_FROM_A_DISK = (errno.EIO, errno.ESTALE, errno.ENOTCONN, errno.ENOSPC, errno.EDQUOT, errno.EROFS)


class OtherBytes(OSError):
    """Storage gave back other bytes than were written."""


@dataclass(frozen=True, slots=True)
class Stored:
    """One object as storage tells of it, without its bytes."""

    key: str
    size: int
    changed_at: datetime


def extension_of(image_format: str) -> str:
    """Give the file name extension for a format name as Pillow spells it."""
    return _EXTENSIONS[image_format]


def picture_key(picture_id: uuid.UUID, kind: str, extension: str) -> str:
    """Name one file of a Picture; what `kind` can be stands above."""
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


def archive_key(archive_id: uuid.UUID, fence: int) -> str:
    """Name the file that one taking of an Archive makes: who was overtaken writes another."""
    return f"archives/{archive_id}/{fence}.zip"


def pack_key(pack_id: uuid.UUID) -> str:
    """Name the bytes of an evidence pack that somebody looks at."""
    return f"imports/{pack_id}/pack.zip"


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


def is_away(problem: BaseException) -> bool:
    """Tell whether an exception says that storage did not answer, or takes nothing just now."""
    if isinstance(problem, OSError) and problem.filename and problem.errno in _FROM_A_DISK:
        return True
    # By name: nobody without a bucket has these imported.
    return any(f"{kind.__module__}.".startswith(_FROM_A_BUCKET) for kind in type(problem).__mro__)


def put(key: str, data: bytes) -> str:
    """Write `data` under exactly `key`, replacing what an interrupted earlier try left there."""
    # FileSystemStorage would pick another name instead of overwriting. S3 overwrites, and
    # asking it first would be one more journey for each object.
    overwrites = getattr(default_storage, "file_overwrite", False)
    if not overwrites and default_storage.exists(key):
        default_storage.delete(key)
    return default_storage.save(key, ContentFile(data))


def put_file(key: str, opened: IO[bytes]) -> str:
    """Write a file from its beginning under a key that nobody else writes, piece by piece."""
    opened.seek(0)
    return default_storage.save(key, File(opened))


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


def drop_folder(folder: str) -> None:
    """Delete all that lies in a folder of one row, by whatever name, and the folder itself."""
    for stored in list(listed(folder)):
        default_storage.delete(stored.key)
    if _is_local():
        try:
            Path(default_storage.path(folder)).rmdir()
        except FileNotFoundError:
            return


def folders() -> tuple[list[str], list[str]]:
    """Give the names of the folders at the top of storage, and the files beside them."""
    if _is_local() and not Path(default_storage.path("")).is_dir():
        return [], []  # nothing was ever stored
    folder_names, file_names = default_storage.listdir("")
    return sorted(folder_names), sorted(file_names)


def listed(folder: str, start: str = "") -> Iterator[Stored]:
    """Give each object in a folder whose name goes on with `start`, in no order.

    Nothing is held but a page of the list at a time. What goes meanwhile may be missing.
    """
    return _listed_here(folder, start) if _is_local() else _listed_there(folder, start)


def look_at(key: str) -> Stored | None:
    """Ask storage for one object as it is now; None when it is not there."""
    try:
        return Stored(key, default_storage.size(key), default_storage.get_modified_time(key))
    except FileNotFoundError:
        return None


def digest_of(key: str) -> tuple[str, int]:
    """Read a whole object piece by piece; give its SHA-256 and length.

    Raises FileNotFoundError when it is not there.
    """
    digest, length = hashlib.sha256(), 0
    for piece in pieces(key):
        digest.update(piece)
        length += len(piece)
    return digest.hexdigest(), length


def digest_of_file(opened: IO[bytes]) -> tuple[str, int]:
    """Read an open file from its beginning; give its SHA-256 and length."""
    opened.seek(0)
    return hashlib.file_digest(opened, "sha256").hexdigest(), opened.tell()  # type: ignore[arg-type]


def pieces(key: str, start: int = 0) -> Iterator[bytes]:
    """Read an object piece by piece, from a byte within it on.

    Raises FileNotFoundError, with the first piece, when it is not there.
    """
    if not _is_local():
        # What django-storages opens is in memory as a whole.
        default_storage.size(key)  # says FileNotFoundError as one expects
        remote: Any = default_storage
        asked = {"Range": f"bytes={start}-"} if start else {}
        yield from remote.bucket.Object(key).get(**asked)["Body"].iter_chunks(_PIECE)
        return
    with default_storage.open(key, "rb") as stored:
        stored.seek(start)
        while piece := stored.read(_PIECE):
            yield bytes(piece)


def _is_local() -> bool:
    return isinstance(default_storage, FileSystemStorage)


def _listed_here(folder: str, start: str) -> Iterator[Stored]:
    root = Path(default_storage.path(""))
    try:
        entries = os.scandir(root / folder)
    except FileNotFoundError:
        return
    with entries:
        for entry in entries:
            if not entry.name.startswith(start):
                continue
            key = f"{folder}/{entry.name}"
            if entry.is_dir(follow_symlinks=False):
                yield from _listed_here(key, "")
                continue
            try:
                told = entry.stat(follow_symlinks=False)
            except FileNotFoundError:
                continue
            yield Stored(key, told.st_size, datetime.fromtimestamp(told.st_mtime, UTC))


def _listed_there(folder: str, start: str) -> Iterator[Stored]:
    bucket: Any = default_storage
    pages = bucket.connection.meta.client.get_paginator("list_objects_v2")
    for page in pages.paginate(Bucket=bucket.bucket_name, Prefix=f"{folder}/{start}"):
        for told in page.get("Contents", ()):
            yield Stored(told["Key"], told["Size"], told["LastModified"])
