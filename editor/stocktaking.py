"""Storage against rows: what is missing, what is there without a row, and what has changed.

Safe on a live system. Rows are read before the list of objects, so that whatever they name
should be listed; what looks wrong is looked at again a second later, row and object; and an
object without a row is one only after a day, as files are written before their rows.

Ids are taken some thousands at a time by their first digits, so memory stays bounded however
much there is.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import timedelta
from enum import StrEnum

from django.utils import timezone

from editor import file_claims, storage
from editor.file_claims import FOLDERS, PAID_FOLDERS, Claim, Span
from editor.storage import Stored

logger = logging.getLogger(__name__)

ORPHAN_AFTER = timedelta(days=1)
SECOND_LOOK_SECONDS = 1.0
ROWS_AT_ONCE = 5_000
SUSPECTS_AT_ONCE = 1_000
_MOST_DIGITS = 6


class Wrong(StrEnum):
    """What can be wrong with an object; the value is its word in reports."""

    MISSING = "missing"
    OTHER_SIZE = "other size"
    CHANGED = "changed"
    UNREADABLE = "unreadable"
    ORPHAN = "orphan"


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that is wrong, seen twice. `row` is empty for what has none."""

    wrong: Wrong
    key: str
    row: str
    size: int

    def __str__(self) -> str:
        return f"{self.wrong}: {self.key}" + (f" ({self.row})" if self.row else "")


@dataclass
class Tally:
    """What was counted. `foreign` are names that NanoEdit does not give; they are let alone."""

    objects: int = 0
    bytes: int = 0
    read: int = 0
    missing: int = 0
    other_size: int = 0
    changed: int = 0
    unreadable: int = 0
    orphans: int = 0
    orphan_bytes: int = 0
    under_way: int = 0
    foreign: int = 0
    digests_unknown: int = 0
    digests_filled: int = 0
    orphans_removed: int = 0
    paid_orphans_kept: int = 0

    @property
    def wrong(self) -> int:
        """How many things are wrong now."""
        damaged = self.missing + self.other_size + self.changed + self.unreadable
        return damaged + self.orphans - self.orphans_removed

    def as_json(self) -> dict[str, int | bool]:
        """Give the figures by name."""
        return {"ok": self.wrong == 0, **asdict(self)}

    def count(self, found: Found) -> None:
        """Add one thing that is wrong."""
        if found.wrong is Wrong.ORPHAN:
            self.orphans += 1
            self.orphan_bytes += found.size
        else:
            name = found.wrong.replace(" ", "_")
            setattr(self, name, getattr(self, name) + 1)


class Stocktaking:
    """One walk over everything. `tell` gets what is wrong; `progress` is called all the time."""

    def __init__(
        self,
        tell: Callable[[Found], None],
        progress: Callable[[str, Tally], None],
        *,
        read_bytes: bool = False,
        fill_digests: bool = False,
    ) -> None:
        self.tally = Tally()
        self._tell = tell
        self._progress = progress
        self._read_bytes = read_bytes
        self._fill_digests = fill_digests
        self._suspects: dict[str, Claim | None] = {}

    def take(self) -> Tally:
        """Walk over all rows and all objects; raises what storage raises when it is away."""
        folders, files = storage.folders()
        for folder in FOLDERS:
            for span in _spans(file_claims.how_many(folder)):
                self._compare(folder, span)
        self.tally.foreign += len(files)
        for folder in folders:
            if folder not in FOLDERS:
                self._without_rows(folder)
        self._look_again()
        return self.tally

    def remove(self, keys: Iterable[str], *, also_paid: bool = False) -> None:
        """Delete what is still an orphan now; of paid answers only when that was said, too."""
        for key in keys:
            if key.partition("/")[0] in PAID_FOLDERS and not also_paid:
                self.tally.paid_orphans_kept += 1
                continue
            found = self._wrong_now(key, None)
            if found is not None and found.wrong is Wrong.ORPHAN:
                storage.drop(key)
                self.tally.orphans_removed += 1
            else:  # a row names it now, or it went by itself
                self.tally.orphans -= 1
            self._progress("removing", self.tally)

    def _compare(self, folder: str, span: Span) -> None:
        claimed = file_claims.claims(folder, span)
        for stored in storage.listed(folder, span.start):
            self._check(stored, claimed.pop(stored.key, None))
            self._progress(folder, self.tally)
        for claim in claimed.values():
            if claim.needed:
                self._suspect(claim.key, claim)

    def _without_rows(self, folder: str) -> None:
        try:
            for stored in storage.listed(folder):
                self._check(stored, None)
                self._progress(folder, self.tally)
        except PermissionError:  # "lost+found", say
            self.tally.foreign += 1

    def _check(self, stored: Stored, claim: Claim | None) -> None:
        self.tally.objects += 1
        self.tally.bytes += stored.size
        if claim is None and file_claims.id_in(stored.key) is None:
            self.tally.foreign += 1
        elif claim is None and _is_young(stored):
            self.tally.under_way += 1
        else:
            filled = self.tally.digests_filled
            if self._judge(stored, claim) is not None:
                self._suspect(stored.key, claim)
            if claim and not claim.sha256 and self.tally.digests_filled == filled:
                self.tally.digests_unknown += 1

    def _judge(self, stored: Stored, claim: Claim | None) -> Wrong | None:
        if claim is None:
            return None if _is_young(stored) else Wrong.ORPHAN
        if claim.size is not None and claim.size != stored.size:
            return Wrong.OTHER_SIZE
        fill = self._fill_digests and (not claim.sha256 or claim.size is None)
        if fill or (self._read_bytes and claim.sha256):
            return self._read(claim, fill=fill)
        return None

    def _read(self, claim: Claim, *, fill: bool) -> Wrong | None:
        try:
            sha256, length = storage.digest_of(claim.key)
        except FileNotFoundError:
            return Wrong.MISSING if claim.needed else None
        except Exception:  # every storage has exceptions of its own
            logger.warning("%s cannot be read.", claim.key, exc_info=True)
            return Wrong.UNREADABLE
        self.tally.read += 1
        if claim.sha256 and sha256 != claim.sha256:
            return Wrong.CHANGED
        if fill and file_claims.fill(claim, sha256, length):
            self.tally.digests_filled += 1
        return None

    def _suspect(self, key: str, claim: Claim | None) -> None:
        self._suspects[key] = claim
        if len(self._suspects) >= SUSPECTS_AT_ONCE:
            self._look_again()

    def _look_again(self) -> None:
        if not self._suspects:
            return
        time.sleep(SECOND_LOOK_SECONDS)
        for key, claim in self._suspects.items():
            found = self._wrong_now(key, claim)
            if found is not None:
                self.tally.count(found)
                self._tell(found)
        self._suspects.clear()

    def _wrong_now(self, key: str, claim: Claim | None) -> Found | None:
        """Look at one object and its row as they are now."""
        owner = file_claims.id_in(key)
        if owner is not None:
            claim = file_claims.claims(key.partition("/")[0], Span.of(owner)).get(key)
        stored = storage.look_at(key)
        if stored is None:
            wrong = Wrong.MISSING if claim and claim.needed else None
        else:
            wrong = self._judge(stored, claim)
        if wrong is None:
            return None
        return Found(wrong, key, claim.row if claim else "", stored.size if stored else 0)


def _is_young(stored: Stored) -> bool:
    return stored.changed_at > timezone.now() - ORPHAN_AFTER


def _spans(rows: int) -> Iterator[Span]:
    digits = 0
    while rows > ROWS_AT_ONCE * 16**digits and digits < _MOST_DIGITS:
        digits += 1
    for number in range(16**digits):
        yield Span.beginning_with(f"{number:0{digits}x}" if digits else "")
