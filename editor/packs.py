"""Evidence packs, opened and proved: is every byte what it was, and did only the paint change?

A pack comes from a stranger. Names, counts and sizes are judged before a byte is unpacked,
hashes before a picture is read, and pictures are read in processes of their own. Knows no rows.
"""

from __future__ import annotations

import hashlib
import stat
import zipfile
import zlib
from dataclasses import dataclass
from typing import IO, Self

from editor.imaging import apart, steps
from editor.imaging.apart import StepFailed
from editor.imaging.framing import Box, Size
from editor.imaging.masking import MaskRefused
from editor.imaging.proving import Proved
from editor.imaging.reading import Limits, PictureRefused
from editor.imaging.steps import Shown
from editor.pack_manifest import Manifest, PackRefused, read_manifest
from editor.zipping import MANIFEST

MOST_MANIFEST_BYTES = 2_000_000
MOST_ENTRIES = 200
MOST_DIRECTORY_BYTES = 200_000
_DIRECTORY_BYTES = 5  # where zipfile's end record tells of them
_ENCRYPTED = 0x1
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError)
_DAMAGED = "This file is no ZIP, or it is damaged or cut off."


@dataclass(frozen=True)
class PackLimits:
    """What a pack may measure: all files unpacked together, one of them, pixels of a picture."""

    total_bytes: int
    file_bytes: int
    pixels: int

    @property
    def of_pictures(self) -> Limits:
        return Limits(self.file_bytes, self.pixels)


@dataclass(frozen=True)
class Found:
    """What a check of a pack's pictures found: each as it can be shown, each result's proof.

    `shown` goes by the names of files, `proved` by the numbers of results.
    """

    shown: dict[str, Shown]
    proved: dict[int, Proved]


class Pack:
    """An open pack whose manifest, names and sizes have been judged."""

    def __init__(self, opened: zipfile.ZipFile, manifest: Manifest, raw: bytes) -> None:
        self._zip = opened
        self.manifest = manifest
        self.raw_manifest = raw

    @classmethod
    def open(cls, file: IO[bytes], limits: PackLimits) -> Self:
        """Open a pack; nothing but its manifest is unpacked. Raises PackRefused."""
        try:
            _check_directory(file)
            opened = zipfile.ZipFile(file)
            _check_entries(opened.infolist(), limits)
            # Without a limit, as much is unpacked as there is, whatever size the ZIP names.
            with opened.open(MANIFEST) as entry:
                raw = entry.read(MOST_MANIFEST_BYTES + 1)
            manifest = read_manifest(raw)
        except _BROKEN as broken:
            raise PackRefused(_DAMAGED) from broken
        listed = {MANIFEST, *manifest.files}
        if set(opened.namelist()) != listed:
            raise PackRefused("What is in this pack is not what its manifest lists.")
        for info in opened.infolist():
            told = manifest.files.get(info.filename)
            if told is not None and told.bytes != info.file_size:
                raise PackRefused(f"{info.filename} has another size than the manifest says.")
        return cls(opened, manifest, raw)

    def close(self) -> None:
        """Let it go."""
        self._zip.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def read(self, name: str) -> bytes:
        """Unpack one file, and compare its hash. Raises PackRefused."""
        told = self.manifest.files[name]
        try:
            with self._zip.open(name) as entry:
                data = entry.read(told.bytes + 1)
        except _BROKEN as broken:
            raise PackRefused(f"{name} is damaged.") from broken
        if len(data) != told.bytes or hashlib.sha256(data).hexdigest() != told.sha256:
            raise PackRefused(f"{name} is not what it was when the pack was made.")
        return data

    def check(self, limits: PackLimits, sides: tuple[int, ...] = ()) -> Found:
        """Compare every hash, read every picture, and count the pixels outside the paint anew.

        `sides` are the longest sides of what is made to be shown. Raises PackRefused.
        """
        found = Found({}, {})
        told = self.manifest
        pictures = [told.original, *(name for name, _ in told.references)]
        pictures += [result.result for result in told.results if result.result]
        for name in told.files:
            data = self.read(name)
            if name in pictures:
                found.shown[name] = _shown(name, data, limits, sides)
        original = self.read(told.original)
        mask = self.read(told.mask) if told.mask else None
        for result in told.results:
            if result.result:
                proved = _proved(result.result, original, mask, self.read(result.result), limits)
                found.proved[result.number] = proved
                _check_proof(result.number, proved, masked=mask is not None)
        _check_frames(told, found.shown[told.original].size)
        return found


def _check_directory(file: IO[bytes]) -> None:
    """Judge the length of the list of entries before all of it is read into memory."""
    # As zipfile finds it itself; None: there is none, and zipfile says so.
    end = zipfile._EndRecData(file)  # type: ignore[attr-defined]
    if end and end[_DIRECTORY_BYTES] > MOST_DIRECTORY_BYTES:
        raise PackRefused("This pack holds too many files, or the same one twice.")


def _check_entries(entries: list[zipfile.ZipInfo], limits: PackLimits) -> None:
    names = [info.filename for info in entries]
    if MANIFEST not in names:
        raise PackRefused("This ZIP is no evidence pack of NanoEdit: it has no manifest.")
    if len(names) > MOST_ENTRIES or len(names) != len(set(names)):
        raise PackRefused("This pack holds too many files, or the same one twice.")
    for info in entries:
        if info.flag_bits & _ENCRYPTED or info.compress_type not in _METHODS:
            raise PackRefused("This pack is encrypted or packed in a way that is not taken.")
        if info.is_dir() or stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG):
            raise PackRefused("This pack holds something that is no plain file.")
        most = MOST_MANIFEST_BYTES if info.filename == MANIFEST else limits.file_bytes
        if info.file_size > most:
            raise PackRefused("A file in this pack is larger than this server takes.")
    if sum(info.file_size for info in entries) > limits.total_bytes:
        raise PackRefused("Unpacked, this pack is larger than this server takes.")


def _shown(name: str, data: bytes, limits: PackLimits, sides: tuple[int, ...]) -> Shown:
    try:
        return apart.run(steps.show, data, limits.of_pictures, sides)
    except PictureRefused as refused:
        raise PackRefused(f"{name} cannot be taken: {refused}") from refused
    except StepFailed as failed:
        raise PackRefused(f"{name} makes its reader fail.") from failed


def _proved(
    name: str, original: bytes, mask: bytes | None, result: bytes, limits: PackLimits
) -> Proved:
    try:
        return apart.run(steps.prove, original, mask, result, limits.of_pictures)
    except (PictureRefused, MaskRefused) as refused:
        raise PackRefused(f"{name} cannot be checked: {refused}") from refused
    except StepFailed as failed:
        raise PackRefused(f"{name} makes its reader fail.") from failed


def _check_proof(number: int, proved: Proved, *, masked: bool) -> None:
    if masked and not proved.same_size:
        raise PackRefused(f"Result {number} has another size than the original.")
    if masked and proved.changed_pixels:
        raise PackRefused(
            f"In result {number}, {proved.changed_pixels:,} pixels outside the paint differ from "
            "the original, so this pack does not prove what it says."
        )


def _check_frames(told: Manifest, size: Size) -> None:
    for attempt in told.attempts:
        if attempt.frame and not Box(0, 0, *size).holds(Box(*attempt.frame["box"])):
            raise PackRefused("What it says was sent lies outside the original.")
