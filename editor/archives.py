"""Pictures to take away as ZIP: asked for here, packed by a worker, gone again after a while.

Nothing in an archive exists only there, so its file may go at any time, and it is made again
whenever it is asked for. See `packing` for the worker's side.
"""

from __future__ import annotations

import hashlib
import json
import logging
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from editor import own_data, storage
from editor.models import Adjustment, Archive, EditJob, Picture, Result, User
from editor.models.archives import size_words

logger = logging.getLogger(__name__)

MOST_PICTURES = 1000  # in one file
MOST_BYTES = 4_000_000_000
MOST_PARTS = 10
MOST_OPEN = 20  # parts that one person may wait for
SAME_ASK = timedelta(minutes=1)
SWEEP_SECONDS = 20.0
_AT_ONCE = 500


class FileChoice(StrEnum):
    """What becomes of results in an archive. Uploads always go in as the files that came."""

    KEPT = "kept"
    JPEG = "jpeg"
    WEBP = "webp"


class ArchiveRefused(Exception):
    """What cannot be packed. The text is one sentence for the person who asked."""

    def __init__(self, sentence: str, *, status: int = 422) -> None:
        super().__init__(sentence)
        self.status = status


class NotTheirs(Exception):
    """An id that is nobody's, or somebody else's."""


@dataclass(frozen=True)
class Plan:
    """What would be packed: the pictures in order, cut into parts, and how large at most."""

    parts: list[list[uuid.UUID]]
    sizes: list[int]

    @property
    def count(self) -> int:
        return sum(map(len, self.parts))

    @property
    def size_text(self) -> str:
        return size_words(sum(self.sizes))


def plan(
    owner: User,
    pictures: Iterable[uuid.UUID] = (),
    jobs: Iterable[uuid.UUID] = (),
    *,
    with_originals: bool = False,
) -> Plan:
    """See what would be packed, and in how many files. Raises NotTheirs and ArchiveRefused."""
    wanted = list(dict.fromkeys(pictures))
    found = _sizes(owner, wanted)
    if len(found) < len(wanted):
        raise NotTheirs
    for pk, size in _made_by(owner, list(dict.fromkeys(jobs)), with_originals):
        found.setdefault(pk, size)
    if not found:
        raise ArchiveRefused("There is no picture to pack: choose at least one.")
    parts: list[list[uuid.UUID]] = [[]]
    sizes = [0]
    for pk, size in found.items():
        if len(parts[-1]) >= MOST_PICTURES or (parts[-1] and sizes[-1] + size > MOST_BYTES):
            parts.append([])
            sizes.append(0)
        parts[-1].append(pk)
        sizes[-1] += size
    if len(parts) > MOST_PARTS:
        sentence = (
            f"These are {len(found):,} pictures with {size_words(sum(sizes))}. At most "
            f"{MOST_PARTS} files of {MOST_PICTURES:,} pictures and {size_words(MOST_BYTES)} are "
            "packed at once: choose fewer."
        )
        raise ArchiveRefused(sentence)
    return Plan(parts, sizes)


def _some_at_a_time(ids: Sequence[uuid.UUID]) -> Iterable[Sequence[uuid.UUID]]:
    return (ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE))


def _sizes(owner: User, wanted: Sequence[uuid.UUID]) -> dict[uuid.UUID, int]:
    """The lengths of a person's pictures, in the order asked for; what is not theirs is missing."""
    theirs: dict[uuid.UUID, int] = {}
    for some in _some_at_a_time(wanted):
        rows = Picture.objects.owned_by(owner).filter(pk__in=some, purged_at=None)
        theirs.update(rows.values_list("pk", "bytes"))
    return {pk: theirs[pk] for pk in wanted if pk in theirs}


def _made_by(
    owner: User, jobs: Sequence[uuid.UUID], with_originals: bool
) -> Iterable[tuple[uuid.UUID, int]]:
    """What these edits made, edit by edit, each after its original if that is wanted too."""
    for some in _some_at_a_time(jobs):
        originals = dict(
            EditJob.objects.owned_by(owner).filter(pk__in=some).values_list("pk", "picture_id")
        )
        if len(originals) < len(some):
            raise NotTheirs
        made: dict[uuid.UUID, list[uuid.UUID]] = {pk: [] for pk in some}
        if with_originals:
            for pk in some:
                made[pk].append(originals[pk])
        results = Result.objects.filter(attempt__job__in=some).exclude(picture=None)
        adjusted = Adjustment.objects.filter(job__in=some).exclude(picture=None)
        for job, picture in results.values_list("attempt__job", "picture"):
            made[job].append(picture)
        for job, picture in adjusted.order_by("created_at").values_list("job", "picture"):
            made[job].append(picture)
        yield from _sizes(owner, [pk for pks in made.values() for pk in pks]).items()


def ask_for_archive(
    owner: User,
    *,
    pictures: Iterable[uuid.UUID] = (),
    jobs: Iterable[uuid.UUID] = (),
    choice: FileChoice = FileChoice.KEPT,
    with_originals: bool = False,
    name: str = "",
) -> Archive:
    """Have pictures packed: these, and what these edits made; give the (first) Archive.

    What is too much for one file becomes several parts: `Archive.objects.of_wish` has them. The
    same wish again within a minute, or while it is being packed, is the same Archive.
    Raises NotTheirs for an id that is not this person's, and ArchiveRefused.
    """
    planned = plan(owner, pictures, jobs, with_originals=with_originals)
    asks = []
    start = 1
    for part, size in zip(planned.parts, planned.sizes, strict=True):
        asks.append(
            {
                "pictures": [str(pk) for pk in part],
                "choice": choice.value,
                "start": start,
                "of": planned.count,
                "bytes": size,
            }
        )
        start += len(part)
    name = name or f"NanoEdit {timezone.now():%Y-%m-%d}, {_pictures(planned.count)}"
    return _asked(owner, Archive.Kind.PICTURES, name, asks, [len(part) for part in planned.parts])


def ask_for_evidence(job: EditJob) -> Archive:
    """Have an edit packed with all that proves it. Raises ArchiveRefused."""
    if not job.results:
        raise ArchiveRefused("This edit brought no result, so there is nothing to prove.")
    if job.withheld_at or job.picture.withheld_at:
        raise ArchiveRefused("A part of this edit is withheld, so there is no pack of it.")
    stem = (job.picture.name.rpartition(".")[0] or job.picture.name)[:80]
    ask = {"job": str(job.pk)}
    return _asked(job.owner, Archive.Kind.EVIDENCE, f"Evidence of {stem}", [ask], [0])


def ask_for_everything(owner: User) -> Archive:
    """Have all that is kept of somebody packed, in as many parts as it takes.

    Raises ArchiveRefused.
    """
    kinds: dict[str, QuerySet[Any, Any]] = {
        "pictures": own_data.pictures_of(owner).values_list("pk", "bytes"),
        "masks": own_data.masks_of(owner).values_list("pk", "bytes"),
        "results": own_data.results_of(owner).values_list("pk", "raw_bytes"),
    }
    # Named in each part, so that a part goes with any edit that is erased: it may tell its words.
    jobs = [str(pk) for pk in EditJob.objects.owned_by(owner).values_list("pk", flat=True)]
    asks: list[dict[str, Any]] = [{"jobs": jobs, "bytes": 0, "rows": True}]
    for kind, rows in kinds.items():
        for pk, size in rows.order_by("created_at", "pk").iterator():
            if asks[-1]["bytes"] + size > MOST_BYTES and asks[-1]["bytes"]:
                asks.append({"jobs": jobs, "bytes": 0})
            asks[-1].setdefault(kind, []).append(str(pk))
            asks[-1]["bytes"] += size
    name = f"NanoEdit {timezone.now():%Y-%m-%d}, everything of {owner.get_username()}"
    totals = [sum(len(ask.get(kind, ())) for kind in kinds) for ask in asks]
    return _asked(owner, Archive.Kind.EVERYTHING, name, asks, totals)


def _pictures(count: int) -> str:
    return "1 picture" if count == 1 else f"{count} pictures"


def _asked(
    owner: User, kind: Archive.Kind, name: str, asks: list[dict[str, Any]], totals: list[int]
) -> Archive:
    digest = hashlib.sha256(json.dumps([kind, asks], sort_keys=True).encode()).hexdigest()
    with transaction.atomic():
        # Two clicks at once wait for each other here.
        User.objects.select_for_update().get(pk=owner.pk)
        earlier = _same(owner, digest)
        if earlier is not None:
            return earlier
        waiting = Archive.objects.filter(owner=owner).still_open().count()
        if waiting + len(asks) > MOST_OPEN:
            sentence = f"{waiting} archives of yours are still being packed. Wait for one of them."
            raise ArchiveRefused(sentence, status=429)
        first: Archive | None = None
        for number, (ask, total) in enumerate(zip(asks, totals, strict=True), 1):
            made = Archive.objects.create(
                owner=owner,
                kind=kind,
                name=name[:150],
                asked=ask,
                total=total,
                digest=digest,
                first=first,
                number=number,
                of=len(asks),
            )
            first = first or made
    assert first is not None  # noqa: S101  there is at least one ask
    return first


def _same(owner: User, digest: str) -> Archive | None:
    """The first part of the same wish, if it is under way or was made a moment ago."""
    same = Archive.objects.filter(owner=owner, digest=digest, first=None)
    lately = Q(state=Archive.State.READY, created_at__gt=Now() - SAME_ASK)
    under_way = Q(state__in=(Archive.State.WAITING, Archive.State.PACKING))
    return same.filter(lately | under_way).order_by("-created_at").first()


def make_again(archive: Archive) -> bool:
    """Have one packed anew whose file has gone, or that could not be packed."""
    over = Archive.objects.filter(
        pk=archive.pk, state__in=(Archive.State.FAILED, Archive.State.GONE)
    )
    return bool(
        over.update(
            state=Archive.State.WAITING,
            packed=0,
            tries=0,
            problem="",
            file="",
            worker="",
            lease_until=None,
            next_at=None,
            bytes=None,
            sha256="",
            ready_at=None,
            expires_at=None,
        )
    )


def remove(archive: Archive) -> None:
    """Delete an archive with its file; who is packing it just now notices and stops."""
    rows = Archive.objects.filter(pk=archive.pk)
    # First nobody may take it any more, then the files go, then the row.
    rows.update(state=Archive.State.GONE, fence=F("fence") + 1, first=None)
    Archive.objects.filter(first=archive).update(first=None)
    archive.refresh_from_db()
    _drop_files(archive)
    rows.delete()


def close_with(owner_id: int, rows: Iterable[uuid.UUID]) -> None:
    """Give out no more what was packed of these pictures and edits; a sweep drops the files."""
    named = {str(row) for row in rows}
    kept = Archive.objects.filter(owner=owner_id).exclude(state=Archive.State.GONE)
    asked = [(each.pk, json.dumps(each.asked)) for each in kept]
    closed = [pk for pk, words in asked if any(row in words for row in named)]
    Archive.objects.filter(pk__in=closed).update(state=Archive.State.GONE, fence=F("fence") + 1)


def sweep() -> int:
    """Drop the files of archives whose time is up; give how many. Any number may run at once."""
    over = Archive.objects.over()
    gone = Archive.objects.filter(state=Archive.State.GONE).exclude(file="")
    if not over.exists() and not gone.exists():
        return 0
    over.update(state=Archive.State.GONE)
    dropped = 0
    for archive in gone:
        try:
            _drop_files(archive)
        except Exception:  # every storage has exceptions of its own
            logger.exception("The file of archive %s stays until the next sweep.", archive.pk)
            continue
        dropped += Archive.objects.filter(pk=archive.pk, fence=archive.fence).update(
            file="", bytes=None, sha256=""
        )
    return dropped


def _drop_files(archive: Archive) -> None:
    # Also what a killed try may have left.
    takings = range(max(1, archive.fence - 5), archive.fence + 1)
    named = {storage.archive_key(archive.pk, fence) for fence in takings}
    storage.drop(*named, str(archive.file.name or ""))
