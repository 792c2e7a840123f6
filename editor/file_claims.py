"""What the rows say must lie in storage: names, sizes and digests, some ids at a time."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.db.models import Model

from editor import storage
from editor.models import (
    Archive,
    Attempt,
    DraftMask,
    ImportedPack,
    Mask,
    Picture,
    RenditionFile,
    Result,
    UnusableAnswer,
)

PAID_FOLDERS = ("results", "attempts")  # what the upstream was paid for: never removed unasked
NOT_KNOWN: tuple[str, int | None] = ("", None)
_SHOWN = ("preview", "card", "thumb")
# Made when a browser, or somebody who has a link, asked for it; named in no row.
_WHEN_ASKED = (
    *((kind, "webp") for kind in _SHOWN),
    ("shared", "jpg"),
    ("shared", "png"),
    ("chat", "jpeg"),
)
_UUID = r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
_NAMES = re.compile(
    rf"pictures/{_UUID}/(?:original|preview|card|thumb|full|shared|chat)\.[a-z]+"
    rf"|(?:masks|drafts)/{_UUID}/mask\.png"
    rf"|results/{_UUID}/\d+\.raw"
    rf"|attempts/{_UUID}/unusable\.bin"
    rf"|archives/{_UUID}/\d+\.zip"
    rf"|imports/{_UUID}/pack\.zip"
    rf"|readyz/{_UUID}"
)


@dataclass(frozen=True, slots=True)
class Claim:
    """What one row says of one object. `sha256` "" and `size` None: not known."""

    row: str
    key: str
    sha256: str = ""
    size: int | None = None
    needed: bool = True  # False: may be there, and no harm if it is not


@dataclass(frozen=True, slots=True)
class Span:
    """A range of ids, both ends included; `start` is what all their names begin with."""

    start: str
    low: uuid.UUID
    high: uuid.UUID

    @classmethod
    def beginning_with(cls, start: str) -> Span:
        """Every id that begins with these hexadecimal digits, no more than eight."""
        return cls(start, uuid.UUID(start.ljust(32, "0")), uuid.UUID(start.ljust(32, "f")))

    @classmethod
    def of(cls, one: uuid.UUID) -> Span:
        """This id alone."""
        return cls(str(one), one, one)


def id_in(key: str) -> uuid.UUID | None:
    """Give the id in a name that NanoEdit gives; None when it is no such name."""
    named = _NAMES.fullmatch(key)
    return uuid.UUID(next(filter(None, named.groups()))) if named else None


def how_many(folder: str) -> int:
    """Give how many rows have their files in a folder."""
    return _ROWS[folder].objects.count()  # type: ignore[attr-defined,no-any-return]


def claims(folder: str, span: Span) -> dict[str, Claim]:
    """Give what rows of these ids claim in a folder, by key."""
    if folder not in _CLAIMS:
        return {}
    found: dict[str, Claim] = {}
    for claim in _CLAIMS[folder]((span.low, span.high)):
        # What is surely there goes before what may be.
        if claim.needed or claim.key not in found:
            found[claim.key] = claim
    return found


def fill(claim: Claim, sha256: str, size: int) -> bool:
    """Keep what was read of an object of which something was not known; False: nothing to do.

    Takes what lies there as right, as nothing else is known of it.
    """
    owner = id_in(claim.key)
    folder = claim.key.partition("/")[0]
    if owner is None:
        return False
    if folder == "pictures" and not claim.sha256:
        _, made = RenditionFile.objects.get_or_create(
            key=claim.key, defaults={"picture_uuid": owner, "sha256": sha256, "bytes": size}
        )
        return made
    if folder == "masks":
        return bool(Mask.objects.filter(pk=owner, bytes=None, sha256=sha256).update(bytes=size))
    if folder == "drafts":
        of_drafts = DraftMask.objects.filter(pk=owner, bytes=None, sha256=sha256)
        return bool(of_drafts.update(bytes=size))
    return False


Ids = tuple[uuid.UUID, uuid.UUID]


def _pictures(ids: Ids) -> Iterator[Claim]:
    noted = {
        key: (sha256, size)
        for key, sha256, size in RenditionFile.objects.filter(picture_uuid__range=ids).values_list(
            "key", "sha256", "bytes"
        )
    }
    columns = ("pk", "file", "sha256", "bytes", "renditions_due_at", "purging_at", "full", *_SHOWN)
    for pk, file, sha256, size, due, going, full, *shown in (
        Picture.objects.filter(pk__range=ids, purged_at=None).values_list(*columns).iterator()
    ):
        row, stays = f"picture {pk}", going is None
        yield Claim(row, file, sha256, size, stays)
        if full:
            yield Claim(row, full, *noted.get(full, NOT_KNOWN), stays)
        for key in filter(None, shown):
            yield Claim(row, key, *noted.get(key, NOT_KNOWN), stays and due is None)
        for kind, extension in _WHEN_ASKED:
            key = storage.picture_key(pk, kind, extension)
            yield Claim(row, key, *noted.get(key, NOT_KNOWN), False)


def _masks(ids: Ids) -> Iterator[Claim]:
    # "": it was erased.
    there = Mask.objects.filter(pk__range=ids).exclude(file="")
    rows = there.values_list("pk", "file", "sha256", "bytes")
    for pk, file, sha256, size in rows.iterator():
        yield Claim(f"mask {pk}", file, sha256, size)


def _draft_masks(ids: Ids) -> Iterator[Claim]:
    rows = DraftMask.objects.filter(pk__range=ids).distinct()
    for pk, file, sha256, size, draft in rows.values_list(
        "pk", "file", "sha256", "bytes", "drafts"
    ).iterator():
        # Without a draft it is on its way, or is let go.
        yield Claim(f"draft mask {pk}", file, sha256, size, needed=draft is not None)


def _results(ids: Ids) -> Iterator[Claim]:
    rows = Result.objects.filter(attempt__pk__range=ids).exclude(raw="")
    for pk, raw, sha256, size in rows.values_list(
        "pk", "raw", "raw_sha256", "raw_bytes"
    ).iterator():
        yield Claim(f"result {pk}", raw, sha256, size)
    waiting = Attempt.objects.filter(pk__range=ids, state=Attempt.State.RECEIVED)
    for attempt_id, urls in waiting.values_list("pk", "image_urls").iterator():
        for index in range(len(urls)):
            key = storage.raw_key(attempt_id, index)
            yield Claim(f"attempt {attempt_id}", key, needed=False)


def _unusable(ids: Ids) -> Iterator[Claim]:
    rows = UnusableAnswer.objects.filter(attempt__pk__range=ids).exclude(file="")
    for pk, file, sha256, size in rows.values_list(
        "attempt_id", "file", "sha256", "size"
    ).iterator():
        yield Claim(f"unusable answer of {pk}", file, sha256, size)
    # Staff read it without a row, too: a worker may have died between storage and database.
    there = Attempt.objects.filter(pk__range=ids, job__purged_at=None)
    for pk in there.values_list("pk", flat=True).iterator():
        yield Claim(f"attempt {pk}", storage.unusable_key(pk), needed=False)


def _archives(ids: Ids) -> Iterator[Claim]:
    rows = Archive.objects.filter(pk__range=ids).values_list(
        "pk", "state", "file", "sha256", "bytes", "fence"
    )
    for pk, state, file, sha256, size, fence in rows.iterator():
        row = f"archive {pk}"
        if file and state == Archive.State.READY:
            yield Claim(row, file, sha256, size)
        for taking in range(1, fence + 1):  # being written, or about to go
            yield Claim(row, storage.archive_key(pk, taking), needed=False)


def _packs(ids: Ids) -> Iterator[Claim]:
    rows = ImportedPack.objects.filter(pk__range=ids).exclude(file="")
    for pk, file, sha256, size, job in rows.values_list(
        "pk", "file", "sha256", "bytes", "job"
    ).iterator():
        yield Claim(f"imported pack {pk}", file, sha256, size, needed=job is None)


_CLAIMS: dict[str, Callable[[Ids], Iterator[Claim]]] = {
    "pictures": _pictures,
    "masks": _masks,
    "drafts": _draft_masks,
    "results": _results,
    "attempts": _unusable,
    "archives": _archives,
    "imports": _packs,
}
_ROWS: dict[str, type[Model]] = {
    "pictures": Picture,
    "masks": Mask,
    "drafts": DraftMask,
    "results": Attempt,
    "attempts": Attempt,
    "archives": Archive,
    "imports": ImportedPack,
}
FOLDERS = tuple(_CLAIMS)
