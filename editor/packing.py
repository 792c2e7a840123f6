"""The worker's side of archives: one is packed at a time in each worker, by a thread of its own.

Not in the pool, whose threads are for paid calls. Files go piece by piece from storage into a
temporary file that has no name, so nothing of it is left however the worker ends, and then
into storage. The row decides who packs: a lease, and a fence that grows with every taking.
"""

from __future__ import annotations

import hashlib
import logging
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.db import Error
from django.db.models import F, QuerySet
from django.db.models.functions import Now

from editor import leases, own_data, storage
from editor.archives import FileChoice
from editor.downloads import make_download
from editor.imaging.apart import StepFailed
from editor.imaging.formats_out import CannotWrite, DownloadAs, OutFormat
from editor.imaging.reading import PictureRefused
from editor.models import Archive, EditJob, Picture, User
from editor.pack_contents import NothingToProve, contents_of
from editor.pack_words import described, row_of
from editor.zipping import MANIFEST, TABLE, ZipWriter, as_json, as_table, numbered

logger = logging.getLogger(__name__)

SECONDS = 0.5
TELL_SECONDS = 0.5  # progress is written no more often
MOST_TRIES = 6
RETRY_SECONDS = (5, 15, 45, 120, 300)
QUALITY = 92
_BATCH = 50
_IN_MEMORY = 8_000_000
_PIECE = 1 << 20
_FORMAT = "NanoEdit archive 1"

Told = list[dict[str, Any]]


class Overtaken(Exception):
    """Somebody else packs it, or nobody wants it any more."""


class CannotPack(Exception):
    """No second try would help. The text is a sentence for the person who asked."""


def make_next() -> bool:
    """Pack the archive that waits longest; False when there is none to be packed now."""
    taken = _take()
    if taken is None:
        return False
    with leases.holding_archive(taken.pk):
        _make(taken)
    return True


def _take() -> Archive | None:
    """Lease the oldest that nobody packs."""
    if not Archive.objects.still_open().exists():
        return None
    due = Archive.objects.due(_dead_workers())
    for pk, fence in list(due.order_by("created_at", "number").values_list("pk", "fence")[:5]):
        taken = due.filter(pk=pk, fence=fence).update(
            state=Archive.State.PACKING,
            worker=leases.worker_name(),
            lease_until=Now() + leases.lease(),
            fence=fence + 1,
            tries=F("tries") + 1,
            packed=0,
        )
        if taken == 1:
            return Archive.objects.select_related("owner").get(pk=pk)
    return None


def _dead_workers() -> list[str]:
    """Workers of this machine that took an archive and are surely gone."""
    taken = Archive.objects.filter(state=Archive.State.PACKING)
    workers = taken.values_list("worker", flat=True).distinct()
    return [worker for worker in workers if leases.is_dead(worker)]


class Progress:
    """Tells pages how far it is, and finds out whether it is still wanted."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._told = time.monotonic()

    def __call__(self, packed: int, total: int | None = None) -> None:
        """Write it down if it was not just now. Raises Overtaken."""
        if time.monotonic() - self._told < TELL_SECONDS and total is None:
            return
        self._told = time.monotonic()
        more = {} if total is None else {"total": total}
        if _mine(self._archive).update(packed=packed, **more) != 1:
            raise Overtaken


def _mine(archive: Archive) -> Any:
    return Archive.objects.filter(pk=archive.pk, state=Archive.State.PACKING, fence=archive.fence)


def _make(archive: Archive) -> None:
    """Pack one, or say why not, or leave it for later."""
    _drop(archive, archive.fence - 1)  # what a killed try may have left
    try:
        _keep(archive)
    except Overtaken:
        logger.info("Archive %s is not ours to pack any more.", archive.pk)
    except CannotPack as problem:
        logger.warning("Archive %s cannot be packed: %s", archive.pk, problem)
        _give_up(archive, str(problem))
    except Error:
        raise
    except Exception:
        logger.exception("Archive %s could not be packed just now.", archive.pk)
        _later(archive)


def _keep(archive: Archive) -> None:
    with _temporary_file() as out:
        _CONTENTS[Archive.Kind(archive.kind)](archive, out, Progress(archive))
        if not _mine(archive).exists():
            raise Overtaken
        _store(archive, out)


def _temporary_file() -> IO[bytes]:
    folder = Path(settings.PACKING_DIR)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return tempfile.TemporaryFile(dir=folder)


def _store(archive: Archive, out: IO[bytes]) -> None:
    sha256, length = storage.digest_of_file(out)
    key = storage.archive_key(archive.pk, archive.fence)
    file = storage.put_file(key, out)
    ended = _mine(archive).update(
        state=Archive.State.READY,
        file=file,
        sha256=sha256,
        bytes=length,
        packed=F("total"),
        ready_at=Now(),
        expires_at=Now() + timedelta(hours=settings.ARCHIVE_HOURS),
        lease_until=None,
    )
    if ended != 1:
        _drop(archive, archive.fence)
        raise Overtaken


def _drop(archive: Archive, fence: int) -> None:
    if fence < 1:
        return
    try:
        storage.drop(storage.archive_key(archive.pk, fence))
    except Exception:  # every storage has exceptions of its own
        logger.exception("A file of archive %s stays for now.", archive.pk)


def _give_up(archive: Archive, problem: str) -> None:
    _mine(archive).update(state=Archive.State.FAILED, problem=problem[:300], lease_until=None)


def _later(archive: Archive) -> None:
    """Try again when whatever was away is back; give up after many tries."""
    if archive.tries >= MOST_TRIES:
        _give_up(archive, "This server's storage was away or full for too long. Try again.")
        return
    wait = RETRY_SECONDS[min(archive.tries, len(RETRY_SECONDS)) - 1]
    _mine(archive).update(
        state=Archive.State.WAITING,
        worker="",
        lease_until=None,
        next_at=Now() + timedelta(seconds=wait),
    )


# Pictures


def _pack_pictures(archive: Archive, out: IO[bytes], tell: Progress) -> None:
    with ZipWriter(out) as writer:
        files, left_out = _pack_files(archive, writer, tell)
        if not files:
            message = "None of these pictures is there any more."
            raise CannotPack(message)
        told = {"format": _FORMAT, "made_by": "NanoEdit", "files": files, "left_out": left_out}
        writer.add(MANIFEST, [as_json(told)], archive.created_at, squeeze=True)
        table = as_table([row_of(entry) for entry in files])
        writer.add(TABLE, [table], archive.created_at, squeeze=True)


def _pack_files(archive: Archive, writer: ZipWriter, tell: Progress) -> tuple[Told, Told]:
    asked = archive.asked
    files: Told = []
    left_out: Told = []
    number = asked["start"]
    for pk, picture in _pictures(archive, [uuid.UUID(pk) for pk in asked["pictures"]]):
        tell(len(files) + len(left_out))
        if picture is None:
            left_out.append({"picture": str(pk), "why": "It has been deleted since."})
            continue
        try:
            files.append(_add(writer, picture, FileChoice(asked["choice"]), number, asked["of"]))
            number += 1
        except (FileNotFoundError, storage.OtherBytes):
            logger.exception("Picture %s is missing in archive %s.", pk, archive.pk)
            why = "Its file is not in storage, or damaged there."
            left_out.append({"picture": str(pk), "name": picture.name, "why": why})
    return files, left_out


def _pictures(archive: Archive, ids: list[uuid.UUID]) -> Iterator[tuple[uuid.UUID, Picture | None]]:
    """The pictures with all that is said of them, some at a time; None for those that have gone."""
    owned = Picture.objects.owned_by(archive.owner).filter(purged_at=None)
    owned = owned.select_related("made_by__attempt__job", "adjusted_by__job")
    for start in range(0, len(ids), _BATCH):
        some = ids[start : start + _BATCH]
        found = owned.in_bulk(some)
        yield from ((pk, found.get(pk)) for pk in some)


def _add(
    writer: ZipWriter, picture: Picture, choice: FileChoice, number: int, most: int
) -> dict[str, Any]:
    data, extension, note = _as_chosen(picture, choice)
    name = numbered(number, most, picture.file_stem, extension)
    if data is None:
        sha256, length = add_kept(
            writer, name, str(picture.file.name), picture.sha256, picture.created_at
        )
    else:
        sha256, length = writer.add(name, [data], picture.created_at)
    return {"name": name, "sha256": sha256, "bytes": length, **described(picture), **note}


def add_kept(writer: ZipWriter, name: str, key: str, sha256: str, at: datetime) -> tuple[str, int]:
    """Add a file of storage as it is; not a piece of it gets in if it is not what was written.

    Raises FileNotFoundError and storage.OtherBytes.
    """
    with tempfile.SpooledTemporaryFile(_IN_MEMORY, dir=str(settings.PACKING_DIR)) as whole:
        digest = hashlib.sha256()
        for piece in storage.pieces(key):
            digest.update(piece)
            whole.write(piece)
        if digest.hexdigest() != sha256:
            message = f"{key} is not what was written"
            raise storage.OtherBytes(message)
        whole.seek(0)
        return writer.add(name, iter(lambda: whole.read(_PIECE), b""), at)


def _as_chosen(picture: Picture, choice: FileChoice) -> tuple[bytes | None, str, dict[str, str]]:
    """The bytes of a picture written anew, its ending and a note; None: as it is kept."""
    kept = storage.extension_of(picture.format)
    if choice is FileChoice.KEPT or picture.origin == Picture.Origin.UPLOAD:
        return None, kept, {}
    wanted = DownloadAs(OutFormat(choice), QUALITY, "#ffffff")
    try:
        return make_download(picture, wanted), wanted.format.extension, {}
    except (CannotWrite, PictureRefused, StepFailed) as cannot:
        logger.warning("Picture %s goes into an archive as it is kept: %s", picture.pk, cannot)
        return None, kept, {"note": f"As it is kept: it could not be written as {choice.upper()}."}


# Evidence


def _pack_evidence(archive: Archive, out: IO[bytes], tell: Progress) -> None:
    job = EditJob.objects.filter(pk=archive.asked["job"], owner=archive.owner)
    found = job.select_related("picture", "mask").first()
    if found is None:
        message = "This edit is not there any more."
        raise CannotPack(message)
    try:
        contents = contents_of(found)
        total = len(contents.files)
        tell(0, total)
        listed = {}
        with ZipWriter(out) as writer:
            for number, each in enumerate(contents.files):
                tell(number)
                sha256, length = add_kept(
                    writer, each.name, each.key, each.sha256, found.created_at
                )
                listed[each.name] = {"sha256": sha256, "bytes": length}
            manifest = as_json({**contents.manifest, "files": listed})
            writer.add(MANIFEST, [manifest], found.created_at, squeeze=True)
    except NothingToProve as problem:
        raise CannotPack(str(problem)) from problem
    except (FileNotFoundError, storage.OtherBytes) as broken:
        message = "A file of this edit is gone or damaged, so its evidence is not whole."
        raise CannotPack(message) from broken


# Everything


def _pack_everything(archive: Archive, out: IO[bytes], tell: Progress) -> None:
    """All files of a part, each with its digest; in the first part all rows as well."""
    owner, asked = archive.owner, archive.asked
    listed: dict[str, Any] = {}
    left_out: Told = []
    with ZipWriter(out) as writer:
        for name, key, sha256 in _files_of(owner, asked):
            tell(len(listed) + len(left_out))
            try:
                found, length = add_kept(writer, name, key, sha256, archive.created_at)
                listed[name] = {"sha256": found, "bytes": length}
            except (FileNotFoundError, storage.OtherBytes):
                logger.exception("%s is missing in archive %s.", key, archive.pk)
                left_out.append({"name": name, "why": "Not in storage, or damaged there."})
        for table, data in own_data.tables_of(owner) if asked.get("rows") else ():
            writer.add(f"data/{table}.json", [data], archive.created_at, squeeze=True)
        told = {"format": "NanoEdit everything 1", "files": listed, "left_out": left_out}
        writer.add(MANIFEST, [as_json(told)], archive.created_at, squeeze=True)


def _files_of(owner: User, asked: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Name in the archive, name in storage and digest of each file that is still there."""
    for picture in _some(own_data.pictures_of(owner), asked.get("pictures", ())):
        name = f"{picture.pk} {picture.file_stem}.{storage.extension_of(picture.format)}"
        yield f"pictures/{name}", str(picture.file.name), picture.sha256
    for mask in _some(own_data.masks_of(owner), asked.get("masks", ())):
        yield f"masks/{mask.pk}.png", str(mask.file.name), mask.sha256
    for result in _some(own_data.results_of(owner), asked.get("results", ())):
        yield f"answers/{result.pk}.raw", str(result.raw.name), result.raw_sha256


def _some(rows: QuerySet[Any], ids: Sequence[str]) -> Iterator[Any]:
    for start in range(0, len(ids), _BATCH):
        yield from rows.filter(pk__in=ids[start : start + _BATCH])


_CONTENTS: dict[Archive.Kind, Callable[[Archive, IO[bytes], Progress], None]] = {
    Archive.Kind.PICTURES: _pack_pictures,
    Archive.Kind.EVIDENCE: _pack_evidence,
    Archive.Kind.EVERYTHING: _pack_everything,
}
