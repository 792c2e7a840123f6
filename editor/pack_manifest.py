"""The manifest of an evidence pack, read as what a stranger wrote: every value is judged.

Plain values in, plain values out; knows neither rows nor files.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

FORMAT, VERSION = "NanoEdit evidence pack", 1
MOST_RESULTS, MOST_REFERENCES, MOST_ATTEMPTS, MOST_EVENTS = 40, 100, 50, 500
_ENDINGS = "jpg|png|webp|avif|heic"
NAMES = {
    "original": re.compile(rf"original\.(?:{_ENDINGS})"),
    "mask": re.compile(r"mask\.png"),
    "reference": re.compile(rf"reference-[1-9]\d{{0,2}}\.(?:{_ENDINGS})"),
    "raw": re.compile(r"raw-[1-9]\d?\.bin"),
    "result": re.compile(r"result-[1-9]\d?\.png"),
}
_SHA256 = re.compile(r"[0-9a-f]{64}")
_NOT_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|[\ud800-\udfff]")
_NEVER_KEPT = re.compile(r"[\x00\ud800-\udfff]")
_MOST_NANO = 10**15  # a million dollars
_MISSING = object()


class PackRefused(ValueError):
    """A pack that is not taken. The text is one sentence for the person who brought it."""


@dataclass(frozen=True)
class PackedFile:
    """One file as the manifest lists it."""

    name: str
    sha256: str
    bytes: int


@dataclass(frozen=True)
class PackedAttempt:
    """One upstream call as the manifest tells of it; `frame` is what part was sent, if known."""

    request_id: str
    upstream_request_id: str
    sent_at: datetime | None
    frame: dict[str, list[int]]


@dataclass(frozen=True)
class PackedResult:
    """One result: names of files ("" for none), and what the pack says was found."""

    number: int
    attempt: int
    raw: str
    result: str
    name: str
    problem: str
    outside_pixels: int | None
    changed_pixels: int | None
    raw_changed_share: float | None
    inside_changed_share: float | None
    drift: dict[str, Any]
    colour_matched: bool | None


@dataclass(frozen=True)
class Manifest:
    """All that a pack says of itself, checked for shape; whether it is true is another matter."""

    edit_id: str
    prompt: str
    model_id: str
    model_name: str
    n: int
    size: str
    mask_dialect: str
    created_at: datetime | None
    picture_name: str
    cost_nano: int | None
    cost_words: str
    product: str
    original: str
    mask: str
    references: tuple[tuple[str, str], ...]  # file and name
    attempts: tuple[PackedAttempt, ...]
    results: tuple[PackedResult, ...]
    events: tuple[str, ...]
    files: dict[str, PackedFile]

    @property
    def identity(self) -> str:
        """What makes it this pack and no other: the edit, and the bytes of all its files."""
        files = {file.name: file.sha256 for file in self.files.values()}
        whole = json.dumps([self.edit_id, files], sort_keys=True)
        return hashlib.sha256(whole.encode()).hexdigest()


def read_manifest(data: bytes) -> Manifest:
    """Read a manifest. Raises PackRefused."""
    try:
        told = json.loads(data.decode(), parse_constant=_no_number, parse_float=_finite)
        _check_can_be_kept(told)
    except (ValueError, RecursionError) as unreadable:
        message = "Its manifest is no JSON, so it is not known what it holds."
        raise PackRefused(message) from unreadable
    if not isinstance(told, dict) or told.get("format") != FORMAT:
        raise PackRefused("This ZIP is no evidence pack of NanoEdit.")
    if told.get("version") != VERSION:
        raise PackRefused("This pack was made by a newer NanoEdit, and this one cannot read it.")
    try:
        return _manifest(told)
    except (_Odd, KeyError, TypeError, OverflowError) as odd:
        raise PackRefused(f"Its manifest is damaged or was changed: {odd}.") from odd


def _no_number(name: str) -> float:
    message = f"{name} is no JSON"
    raise ValueError(message)


def _finite(digits: str) -> float:
    number = float(digits)
    return number if math.isfinite(number) else _no_number(digits)


def _check_can_be_kept(told: object) -> None:
    """Refuse what no database takes, also in places that nobody here reads."""
    rest = [told]
    while rest:
        value = rest.pop()
        if isinstance(value, dict):
            rest += [*value, *value.values()]
        elif isinstance(value, list):
            rest += value
        elif isinstance(value, str) and _NEVER_KEPT.search(value):
            message = "there is something in it that is no text"
            raise ValueError(message)


class _Odd(ValueError):
    """Something in the manifest has the wrong shape."""


def _manifest(told: Mapping[str, Any]) -> Manifest:
    edit = _get(told, "edit", dict)
    files = _files(_get(told, "files", dict))
    manifest = Manifest(
        edit_id=_text(edit, "id", 64),
        prompt=_text(edit, "prompt", 4000),
        model_id=_text(edit, "model_id", 200),
        model_name=_text(edit, "model", 200),
        n=_whole(edit, "n", 1, 10),
        size=_text(edit, "size", 40),
        mask_dialect=_text(edit, "mask_dialect", 10),
        created_at=_moment(edit, "created_at"),
        picture_name=_text(edit, "picture", 200),
        cost_nano=_maybe_whole(edit, "cost_nano", _MOST_NANO),
        cost_words=_text(edit, "cost", 100),
        product=_text(_get(told, "made_by", dict), "version", 40),
        original=_file(edit, "original", "original", files),
        mask=_file(edit, "mask", "mask", files, maybe=True),
        references=tuple(
            (_file(each, "file", "reference", files), _text(each, "name", 200))
            for each in _many(told, "references", MOST_REFERENCES)
        ),
        attempts=tuple(_attempt(each) for each in _many(told, "attempts", MOST_ATTEMPTS)),
        results=tuple(_result(each, files) for each in _many(told, "results", MOST_RESULTS)),
        events=tuple(_text(each, "sentence", 400) for each in _many(told, "events", MOST_EVENTS)),
        files=files,
    )
    _check_whole(manifest)
    return manifest


def _check_whole(manifest: Manifest) -> None:
    results = manifest.results
    if not any(result.result for result in results):
        raise _Odd("it names no result")
    if [result.number for result in results] != list(range(1, len(results) + 1)):
        raise _Odd("its results are not numbered through")
    if any(not 1 <= result.attempt <= len(manifest.attempts) for result in results):
        raise _Odd("a result belongs to no call")
    named = [manifest.original, manifest.mask, *(name for name, _ in manifest.references)]
    named += [name for result in results for name in (result.raw, result.result)]
    named = [name for name in named if name]
    if len(named) != len(set(named)) or set(named) != set(manifest.files):
        raise _Odd("its list of files is not what the edit is made of")


def _files(told: Mapping[str, Any]) -> dict[str, PackedFile]:
    if not 1 <= len(told) <= 2 * MOST_RESULTS + MOST_REFERENCES + 2:
        raise _Odd("it lists too many files, or none")
    files = {}
    for name, of in told.items():
        if not any(pattern.fullmatch(name) for pattern in NAMES.values()):
            raise _Odd("it names a file that does not belong there")
        sha256 = _text(of, "sha256", 64)
        if not _SHA256.fullmatch(sha256):
            raise _Odd("a hash is none")
        files[name] = PackedFile(name, sha256, _whole(of, "bytes", 1, 2**40))
    return files


def _attempt(told: Mapping[str, Any]) -> PackedAttempt:
    frame = told.get("frame") or {}
    return PackedAttempt(
        request_id=_text(told, "request_id", 64),
        upstream_request_id=_text(told, "upstream_request_id", 200),
        sent_at=_moment(told, "sent_at"),
        frame=_frame(frame) if frame else {},
    )


def _frame(told: Mapping[str, Any]) -> dict[str, list[int]]:
    lengths = {"box": 4, "planned": 2, "sent": 2, "inner": 4}
    frame = {}
    for name, length in lengths.items():
        numbers = _get(told, name, list)
        if len(numbers) != length or not all(
            isinstance(each, int) and not isinstance(each, bool) and 0 <= each <= 100_000
            for each in numbers
        ):
            raise _Odd("a frame is none")
        frame[name] = [*numbers]
    for left, top, right, bottom in (frame["box"], frame["inner"]):
        if not (left < right and top < bottom):
            raise _Odd("a frame is empty")
    planned, inner = frame["planned"], frame["inner"]
    if min(planned + frame["sent"]) < 1 or inner[2] > planned[0] or inner[3] > planned[1]:
        raise _Odd("a frame does not fit")
    return frame


def _result(told: Mapping[str, Any], files: Mapping[str, PackedFile]) -> PackedResult:
    lock = told.get("lock") or {}
    outside = _maybe_whole(lock, "outside_pixels", 2**40)
    return PackedResult(
        number=_whole(told, "number", 1, MOST_RESULTS),
        attempt=_whole(told, "attempt", 1, MOST_ATTEMPTS),
        raw=_file(told, "raw", "raw", files, maybe=True),
        result=_file(told, "result", "result", files, maybe=True),
        name=_text(told, "name", 200),
        problem=_text(told, "problem", 300),
        outside_pixels=outside,
        changed_pixels=_maybe_whole(lock, "changed_pixels", 2**40),
        raw_changed_share=_share(lock, "raw_changed_share"),
        inside_changed_share=_share(lock, "inside_changed_share"),
        drift=_drift(told.get("drift") or {}),
        colour_matched=_maybe_flag(told, "colour_matched"),
    )


def _drift(told: Mapping[str, Any]) -> dict[str, Any]:
    if not told:
        return {}
    numbers = {name: _number(told, name) for name in ("dx", "dy", "scale")}
    flags = {name: _maybe_flag(told, name) for name in ("undone", "textured")}
    return {**numbers, **flags}


# Single values


def _get(told: Any, name: str, kind: type[Any]) -> Any:
    value = told.get(name, _MISSING) if isinstance(told, dict) else _MISSING
    if value is _MISSING:
        raise _Odd(f"“{name}” is missing")
    if not isinstance(value, kind):
        raise _Odd(f"“{name}” is not what it should be")
    return value


def _many(told: Mapping[str, Any], name: str, most: int) -> list[Mapping[str, Any]]:
    values = _get(told, name, list)
    if len(values) > most or not all(isinstance(each, dict) for each in values):
        raise _Odd(f"“{name}” is too long, or no list of these")
    return [*values]


def _text(told: Any, name: str, most: int) -> str:
    text = str(_get(told, name, str))
    if len(text) > most or _NOT_TEXT.search(text):
        raise _Odd(f"“{name}” is too long, or no text")
    return text


def _whole(told: Any, name: str, least: int, most: int) -> int:
    number = _get(told, name, int)
    if isinstance(number, bool) or not least <= number <= most:
        raise _Odd(f"“{name}” is out of bounds")
    return int(number)


def _maybe_whole(told: Mapping[str, Any], name: str, most: int) -> int | None:
    return None if told.get(name) is None else _whole(told, name, 0, most)


def _number(told: Mapping[str, Any], name: str) -> float:
    value = _get(told, name, (int, float))  # type: ignore[arg-type]
    if isinstance(value, bool) or not -100_000 <= value <= 100_000:
        raise _Odd(f"“{name}” is out of bounds")
    return float(value)


def _share(told: Mapping[str, Any], name: str) -> float | None:
    if told.get(name) is None:
        return None
    share = _number(told, name)
    if not 0 <= share <= 1:
        raise _Odd(f"“{name}” is no share")
    return share


def _maybe_flag(told: Mapping[str, Any], name: str) -> bool | None:
    return None if told.get(name) is None else bool(_get(told, name, bool))


def _moment(told: Mapping[str, Any], name: str) -> datetime | None:
    if told.get(name) is None:
        return None
    try:
        moment = datetime.fromisoformat(_text(told, name, 40))
    except ValueError as unreadable:
        raise _Odd(f"“{name}” is no moment") from unreadable
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _file(
    told: Mapping[str, Any],
    name: str,
    kind: str,
    files: Mapping[str, PackedFile],
    *,
    maybe: bool = False,
) -> str:
    if maybe and told.get(name) is None:
        return ""
    file = _text(told, name, 40)
    if not NAMES[kind].fullmatch(file) or file not in files:
        raise _Odd(f"“{name}” names a file that is not listed")
    return file
