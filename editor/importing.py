"""Evidence packs come in: looked at and proved first, then kept as the importer's own edit.

Costs nothing, sends nothing and asks for nobody's leave: there is neither Consent nor ledger.
What a pack says of costs and calls elsewhere is kept as what it says.
"""

from __future__ import annotations

import base64
import json
import logging
import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import IO, TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from editor import pack_stash, storage
from editor.imaging import apart, steps
from editor.imaging.apart import StepFailed
from editor.imaging.framing import Box, Size
from editor.imaging.masking import MaskMeasure, MaskRefused
from editor.imaging.steps import Shown
from editor.masks import PaintedMask, stored_mask
from editor.models import (
    Attempt,
    EditJob,
    ImportedPack,
    JobState,
    Mask,
    Picture,
    Reference,
    Result,
    User,
)
from editor.models.results import FIT_FIELDS
from editor.pack_manifest import Manifest, PackedResult, PackRefused, read_manifest
from editor.packs import Pack, PackLimits
from editor.pictures import keep_picture
from editor.tasks import hint_new_renditions
from editor.uploads import display_name

if TYPE_CHECKING:
    from django.core.files import File

logger = logging.getLogger(__name__)

THUMB_SIDE = 480
MOST_WAITING = 10  # packs that one person may be looking at
_GREY = b"\x08\x00"  # how a PNG says 8-bit grey, at byte 24
_NOT_THERE = "What you looked at is not there any more. Choose the file again."
_GONE_MEANWHILE = "A picture of this pack was deleted here just now. Keep the pack once more."
_NOT_STORED = (
    "This server could not store it, most likely because its storage is full or away. "
    "Nothing was kept; please try again later."
)


class AlreadyHere(Exception):
    """The person has this edit already: `job`. The text says so."""

    def __init__(self, job: EditJob, sentence: str) -> None:
        super().__init__(sentence)
        self.job = job


def limits() -> PackLimits:
    """What a pack may measure on this server."""
    total = settings.MAX_REQUEST_BYTES
    return PackLimits(total_bytes=total, file_bytes=total, pixels=settings.MAX_PIXELS)


def look_at(owner: User, upload: File[bytes]) -> ImportedPack:
    """Check a pack to its last byte and pixel, and put it aside until its owner has decided.

    Raises PackRefused, and AlreadyHere when they have it.
    """
    if ImportedPack.objects.owned_by(owner).waiting().count() >= MOST_WAITING:
        message = "You have looked at many packs and kept none. Keep or forget some of them."
        raise PackRefused(message)
    with _as_file(upload) as file:
        sha256, length = storage.digest_of_file(file)
        with Pack.open(file, limits()) as pack:
            told = pack.manifest
            _refuse_what_is_here(owner, told)
            found = _found(pack)
            raw = pack.raw_manifest
        pk = uuid.uuid4()
        # The row first: whatever happens, the sweep knows of the bytes.
        looked = ImportedPack.objects.create(
            id=pk,
            owner=owner,
            identity=told.identity,
            told=json.loads(raw),
            found=found,
            file=storage.pack_key(pk),
            bytes=length,
            sha256=sha256,
        )
        try:
            storage.put_file(storage.pack_key(pk), file)
        except Exception as problem:  # every storage has exceptions of its own
            logger.exception("A pack could not be stored.")
            pack_stash.sweep_one(looked)
            raise PackRefused(_NOT_STORED) from problem
    return looked


class _as_file:  # noqa: N801  used like a function
    """An upload as a real file, which a ZIP can be read from."""

    def __init__(self, upload: File[bytes]) -> None:
        self._file: IO[bytes] = tempfile.SpooledTemporaryFile(  # noqa: SIM115
            settings.FILE_UPLOAD_MAX_MEMORY_SIZE
        )
        for piece in upload.chunks():
            self._file.write(piece)

    def __enter__(self) -> IO[bytes]:
        return self._file

    def __exit__(self, *_: object) -> None:
        self._file.close()


def _refuse_what_is_here(owner: User, told: Manifest) -> None:
    earlier = ImportedPack.objects.kept_as(owner, told.identity)
    if earlier is not None and earlier.job is not None:
        raise AlreadyHere(earlier.job, "You have imported this pack before. Here it is.")
    try:
        own = uuid.UUID(told.edit_id)
    except ValueError:
        return
    job = EditJob.objects.owned_by(owner).filter(pk=own, purging_at=None).first()
    if job is not None:
        raise AlreadyHere(job, "This is an edit of your own. It is here already.")


def _found(pack: Pack) -> dict[str, Any]:
    """Read and prove everything; give what of it is needed later, as plain values."""
    found = pack.check(limits(), (THUMB_SIDE,))
    mask = None
    if pack.manifest.mask:
        size = found.shown[pack.manifest.original].size
        mask = _measured(pack.read(pack.manifest.mask), size)
    proved = {
        str(number): [proof.outside_pixels, proof.changed_pixels]
        for number, proof in found.proved.items()
    }
    shown = {name: _plain(each) for name, each in found.shown.items()}
    return {"shown": shown, "proved": proved, "mask": mask}


def _measured(data: bytes, size: Size) -> dict[str, Any]:
    if data[24:26] != _GREY:
        raise PackRefused("mask.png is no grey picture of 8 bit.")
    try:
        _kept, measure = apart.run(steps.check_mask, data, size)
    except (MaskRefused, StepFailed) as refused:
        raise PackRefused(f"mask.png cannot be taken: {refused}") from refused
    box = measure.box or Box(0, 0, 0, 0)
    return {"painted": measure.painted_pixels, "total": measure.total_pixels, "box": [*box]}


def _plain(shown: Shown) -> dict[str, Any]:
    thumb = base64.b64encode(shown.renditions[THUMB_SIDE]).decode()
    return {
        "size": [*shown.size],
        "format": shown.format,
        "mime": shown.mime,
        "placeholder": shown.placeholder,
        "transparent": shown.transparent,
        "thumb": f"data:image/{shown.kind};base64,{thumb}",
    }


# Keeping


def keep(pack: ImportedPack) -> EditJob:
    """Keep a pack that was looked at as its owner's edit; twice is once.

    Raises PackRefused when its bytes are gone by now, and AlreadyHere.
    """
    if pack.job is not None:
        return pack.job
    told = read_manifest(json.dumps(pack.told).encode())
    _refuse_what_is_here(pack.owner, told)
    try:
        with pack_stash.opened(pack) as file, Pack.open(file, limits()) as opened:
            kept = _store(pack, told, opened)
    except (FileNotFoundError, storage.OtherBytes) as gone:
        raise PackRefused(_NOT_THERE) from gone
    except PackRefused:
        raise
    except Exception as problem:  # every storage has exceptions of its own
        logger.exception("Pack %s could not be stored.", pack.pk)
        raise PackRefused(_NOT_STORED) from problem
    try:
        job = _commit(pack, told, kept)
    except ImportedPack.DoesNotExist as forgotten:
        raise PackRefused(_NOT_THERE) from forgotten
    hint_new_renditions()
    pack_stash.sweep_one(pack)
    return job


@dataclass
class _Kept:
    """Rows of a pack whose files are stored; none of them is saved yet."""

    original: Picture
    mask: Mask | None
    references: list[Picture]
    results: dict[int, Picture]  # by number
    raws: dict[int, tuple[str, str, int]]  # by number: key, sha256, bytes


def _store(pack: ImportedPack, told: Manifest, opened: Pack) -> _Kept:
    original = _picture(pack, opened, told.original, told.picture_name, Picture.Origin.UPLOAD)
    mask = None
    if told.mask:
        data, found = opened.read(told.mask), pack.found["mask"]
        measure = MaskMeasure(found["painted"], found["total"], Box(*found["box"]))
        painted = PaintedMask(data, told.files[told.mask].sha256, measure)
        mask = stored_mask(original, painted, mask_id=pack.mask_id)
    kept = _Kept(original, mask, [], {}, {})
    for file, name in told.references:
        kept.references.append(_picture(pack, opened, file, name, Picture.Origin.UPLOAD))
    for result in told.results:
        if result.result:
            kept.results[result.number] = _picture(
                pack, opened, result.result, result.name, Picture.Origin.RESULT
            )
        if result.raw:
            data = opened.read(result.raw)
            key = storage.raw_key(pack.attempt_id(result.attempt), _index(told, result))
            kept.raws[result.number] = (
                storage.put(key, data),
                told.files[result.raw].sha256,
                len(data),
            )
    return kept


def _picture(
    pack: ImportedPack, opened: Pack, file: str, name: str, origin: Picture.Origin
) -> Picture:
    told = opened.manifest.files[file]
    if origin == Picture.Origin.UPLOAD:
        same = _same(pack, told.sha256)
        if same is not None:
            return same  # further edits of one picture stand beside each other
    found = pack.found["shown"][file]
    shown = Shown(
        Size(*found["size"]),
        found["format"],
        found["mime"],
        {},
        found["placeholder"],
        found["transparent"],
    )
    return keep_picture(
        pack.owner,
        display_name(name),
        origin,
        opened.read(file),
        shown,
        picture_id=pack.picture_id(file),
    )


def _same(pack: ImportedPack, sha256: str) -> Picture | None:
    return Picture.objects.on_wall_of(pack.owner).filter(sha256=sha256).first()


def _index(told: Manifest, result: PackedResult) -> int:
    """The place of a result among those of its call."""
    same = [each.number for each in told.results if each.attempt == result.attempt]
    return same.index(result.number)


def _commit(pack: ImportedPack, told: Manifest, kept: _Kept) -> EditJob:
    with transaction.atomic():
        # Two clicks at once, or the same pack twice, wait for each other here.
        User.objects.select_for_update().get(pk=pack.owner_id)
        pack.refresh_from_db()
        if pack.job is not None:
            return pack.job
        _refuse_what_is_here(pack.owner, told)
        _look_again(pack, kept)
        for picture in _new_ones(kept):
            picture.save(force_insert=True)
        if kept.mask:
            kept.mask.save(force_insert=True)
        job = _job(pack, told, kept)
        Reference.objects.keep(job, list(dict.fromkeys(kept.references)))
        _attempts(pack, told, kept, job)
        ImportedPack.objects.filter(pk=pack.pk).update(job=job)
        job.note("Imported from an evidence pack. It costs nothing here.")
    return job


def _look_again(pack: ImportedPack, kept: _Kept) -> None:
    """Take what came meanwhile from another pack instead of a second one of the same bytes.

    Raises PackRefused when what was here has gone meanwhile.
    """

    def still(picture: Picture) -> Picture:
        same = _same(pack, picture.sha256)
        if same is None and not picture._state.adding:
            raise PackRefused(_GONE_MEANWHILE)
        return same or picture

    kept.original = still(kept.original)
    kept.references = [still(each) for each in kept.references]
    if kept.mask:
        kept.mask.picture = kept.original


def _new_ones(kept: _Kept) -> Iterator[Picture]:
    seen = set()
    for picture in (kept.original, *kept.references, *kept.results.values()):
        if picture._state.adding and picture.pk not in seen:
            seen.add(picture.pk)
            yield picture


def _job(pack: ImportedPack, told: Manifest, kept: _Kept) -> EditJob:
    now = timezone.now()
    return EditJob.objects.create(
        id=pack.job_to_be,
        owner=pack.owner,
        picture=kept.original,
        mask=kept.mask,
        prompt=told.prompt,
        model_id=told.model_id,
        model_name=told.model_name,
        n=told.n,
        size=told.size,
        state=JobState.DONE,
        imported_at=now,
        created_at=now,
        finished_at=now,
    )


def _attempts(pack: ImportedPack, told: Manifest, kept: _Kept, job: EditJob) -> None:
    """Rows of the calls that brought something, in their order, and of what they brought."""
    for number in sorted({result.attempt for result in told.results}):
        call = told.attempts[number - 1]
        attempt = Attempt.objects.create(
            id=pack.attempt_id(number),
            job=job,
            consent=None,
            state=Attempt.State.IMPORTED,
            frame=call.frame,
            sent_at=job.created_at + timedelta(milliseconds=number),
            upstream_request_id=call.upstream_request_id,
        )
        for result in told.results:
            if result.attempt == number:
                _result(pack, told, kept, attempt, result)


def _result(
    pack: ImportedPack, told: Manifest, kept: _Kept, attempt: Attempt, packed: PackedResult
) -> None:
    key, sha256, length = kept.raws.get(packed.number, ("", "", 0))
    outside, changed = pack.found["proved"].get(str(packed.number), (None, None))
    fit = {f"drift_{name}": value for name, value in packed.drift.items()}
    Result.objects.create(
        attempt=attempt,
        index=_index(told, packed),
        raw=key,
        raw_sha256=sha256,
        raw_bytes=length,
        picture=kept.results.get(packed.number),
        problem=packed.problem,
        outside_pixels=outside,
        changed_pixels=changed,
        raw_changed_share=packed.raw_changed_share,
        inside_changed_share=packed.inside_changed_share,
        **{name: value for name, value in fit.items() if name in FIT_FIELDS},
        colour_matched=packed.colour_matched,
    )
