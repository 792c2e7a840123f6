"""Tells by content, never by name, what kind of file a run of bytes is."""

from __future__ import annotations

import re
from typing import Literal, get_args

PictureFormat = Literal["JPEG", "PNG", "WEBP", "AVIF", "HEIF"]
ACCEPTED: tuple[PictureFormat, ...] = get_args(PictureFormat)

MIME_TYPES: dict[PictureFormat, str] = {
    "JPEG": "image/jpeg",
    "PNG": "image/png",
    "WEBP": "image/webp",
    "AVIF": "image/avif",
    "HEIF": "image/heic",
}

_HEAD = 4096
_AVIF_BRANDS = {b"avif", b"avis"}
_HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"}
_HEIF_CONTAINERS = {b"mif1", b"mif2", b"msf1", b"miaf"}

# What a file is called in the sentence that refuses it ("This file is ...").
_OTHER_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"GIF87a", "a GIF picture"),
    (b"GIF89a", "a GIF picture"),
    (b"II*\0\x10\0\0\0CR", "a camera raw file"),
    (b"FUJIFILMCCD-RAW", "a camera raw file"),
    (b"IIRO", "a camera raw file"),
    (b"IIU\0", "a camera raw file"),
    (b"II*\0", "a TIFF picture"),
    (b"MM\0*", "a TIFF picture"),
    (b"II+\0", "a TIFF picture"),
    (b"MM\0+", "a TIFF picture"),
    (b"8BPS", "a Photoshop document"),
    (b"8BPB", "a Photoshop document"),
    (b"%!PS", "a PostScript (EPS) document"),
    (b"\xc5\xd0\xd3\xc6", "a PostScript (EPS) document"),
    (b"\0\0\0\x0cjP  \r\n\x87\n", "a JPEG 2000 picture"),
    (b"\xff\x4f\xff\x51", "a JPEG 2000 picture"),
    (b"\0\0\0\x0cJXL \r\n\x87\n", "a JPEG XL picture"),
    (b"\xff\x0a", "a JPEG XL picture"),
    (b"DDS ", "a DDS texture"),
    (b"icns", "a Mac icon file"),
    (b"SIMPLE  =", "a FITS file"),
    (b"gimp xcf", "a GIMP document"),
    (b"qoif", "a QOI picture"),
    (b"BPG\xfb", "a BPG picture"),
    (b"PK\x03\x04", "a ZIP archive or an office document"),
    (b"Rar!", "an archive"),
    (b"7z\xbc\xaf\x27\x1c", "an archive"),
    (b"\x1f\x8b", "a compressed archive"),
    (b"\x1a\x45\xdf\xa3", "a video or sound file"),
)
_OTHER_PATTERNS = (
    (re.compile(rb"BM.{12}[\x0c\x28\x34\x38\x40\x6c\x7c]\0\0\0", re.DOTALL), "a BMP picture"),
    (re.compile(rb"\0\0[\1\2]\0[^\0]\0", re.DOTALL), "a Windows icon file"),
    (re.compile(rb"\0\0[\2\x0a]\0{5}"), "a TGA picture"),
    (re.compile(rb"P[1-7f]\s"), "a portable pixmap (PPM) picture"),
    (re.compile(rb"....ftypcrx ", re.DOTALL), "a camera raw file"),
    (re.compile(rb"(?:....ftyp|RIFF|OggS|ID3|fLaC)", re.DOTALL), "a video or sound file"),
    (re.compile(rb".{0,1019}%PDF-", re.DOTALL), "a PDF document"),
)


def picture_format(data: bytes) -> PictureFormat | None:
    """Give the accepted format that `data` claims to be by its first bytes, else None."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "WEBP"
    return _iso_media_format(data)


def is_picture_sequence(data: bytes) -> bool:
    """Tell whether an AVIF or HEIF file says of itself that it is a moving picture."""
    return _brands(data)[:1] in (
        [b"avis"], [b"msf1"], [b"hevc"], [b"hevx"], [b"hevm"], [b"hevs"]
    )  # fmt: skip


NOT_PICTURES = frozenset(
    {
        "a ZIP archive or an office document",
        "an archive",
        "a compressed archive",
        "a video or sound file",
        "a web page",
        "a text file",
    }
)


def other_kind(data: bytes) -> str | None:
    """Name a well-known kind of file that is not accepted ("a GIF picture"), else None."""
    head = data[:_HEAD]
    for signature, name in _OTHER_SIGNATURES:
        if head.startswith(signature):
            return name
    for pattern, name in _OTHER_PATTERNS:
        if pattern.match(head):
            return name
    if data[-18:-1] == b"TRUEVISION-XFILE.":
        return "a TGA picture"
    return _textual_kind(head)


def _iso_media_format(data: bytes) -> PictureFormat | None:
    brands = _brands(data)
    if not brands:
        return None
    major = brands[0]
    if major in _AVIF_BRANDS:
        return "AVIF"
    if major in _HEIF_BRANDS:
        return "HEIF"
    if major in _HEIF_CONTAINERS:
        return "AVIF" if _AVIF_BRANDS.intersection(brands) else "HEIF"
    return None


def _brands(data: bytes) -> list[bytes]:
    """List the brands of an ISO media file, the major one first; empty if it is none."""
    if data[4:8] != b"ftyp":
        return []
    end = min(int.from_bytes(data[:4], "big"), len(data), 256)
    return [data[8:12]] + [data[at : at + 4] for at in range(16, end - 3, 4)]


def _textual_kind(head: bytes) -> str | None:
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if b"<svg" in text and text.startswith((b"<svg", b"<?xml", b"<!doctype", b"<!--")):
        return "an SVG drawing"
    if b"<html" in text or text.startswith(b"<!doctype html"):
        return "a web page"
    if not text:
        return None
    control = sum(byte < 9 or 13 < byte < 32 for byte in text)
    return "a text file" if control == 0 and _is_utf8(head) else None


def _is_utf8(head: bytes) -> bool:
    try:
        head.decode()
    except UnicodeDecodeError as problem:
        return problem.start >= len(head) - 3  # only the last character was cut in two
    return True
