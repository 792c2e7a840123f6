"""ZIP files written piece by piece, with names that every system takes, and lists of what is in.

Knows neither rows nor storage. Pictures are stored as they are: they are compressed already.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import IO, Any, Self

MANIFEST, TABLE = "manifest.json", "manifest.csv"
_MOST_NAME_BYTES = 160  # of 255 that file systems take; folders and numbers come on top
_NOT_IN_NAMES = re.compile(r'[<>:"/\\|?*]')
_NO_TEXT = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_EARLIEST = datetime(1980, 1, 1, tzinfo=UTC)  # what a ZIP can say


def safe_stem(given: str) -> str:
    """Make a name that any system takes for a file, without ending."""
    text = unicodedata.normalize("NFC", given)
    text = "".join(each for each in text if unicodedata.category(each) not in _NO_TEXT)
    text = _NOT_IN_NAMES.sub("_", text).strip(" .")
    text = text.encode()[:_MOST_NAME_BYTES].decode(errors="ignore")
    return text.strip(" .") or "picture"


def numbered(number: int, most: int, stem: str, extension: str) -> str:
    """Name an entry: "001 garden.png". The number alone makes it different from all others."""
    digits = max(3, len(str(most)))
    return f"{number:0{digits}d} {safe_stem(stem)}.{extension}"


class ZipWriter:
    """Writes a ZIP into an open file. Nothing of an entry but one piece is ever held."""

    def __init__(self, out: IO[bytes]) -> None:
        self._zip = zipfile.ZipFile(out, "w", zipfile.ZIP_STORED)

    def add(
        self, name: str, pieces: Iterable[bytes], at: datetime, *, squeeze: bool = False
    ) -> tuple[str, int]:
        """Add an entry; give the SHA-256 and the length of what went in.

        Nothing is written when the very first piece cannot be had.
        """
        rest = iter(pieces)
        first = next(rest, b"")
        info = zipfile.ZipInfo(name, max(at, _EARLIEST).astimezone(UTC).timetuple()[:6])
        info.compress_type = zipfile.ZIP_DEFLATED if squeeze else zipfile.ZIP_STORED
        info.create_system, info.external_attr = 3, 0o100644 << 16
        digest, length = hashlib.sha256(), 0
        with self._zip.open(info, "w") as entry:
            piece: bytes | None = first
            while piece is not None:
                entry.write(piece)
                digest.update(piece)
                length += len(piece)
                piece = next(rest, None)
        return digest.hexdigest(), length

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Write the directory; without it the file is no ZIP."""
        self._zip.close()


def as_json(value: Mapping[str, Any]) -> bytes:
    """Write a manifest, the same bytes for the same content."""
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


def as_table(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """Write rows as CSV that spreadsheets open, with their keys as the head.

    No cell is taken for a formula: what begins like one gets an apostrophe in front.
    """
    out = io.StringIO()
    names = list(dict.fromkeys(name for row in rows for name in row))
    table = csv.writer(out, lineterminator="\r\n")
    table.writerow(names)
    table.writerows([_cell(row.get(name)) for name in names] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) and not isinstance(value, int | float) else text
