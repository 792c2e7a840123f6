"""Bytes from outside become a verified, upright, 8-bit picture, or a clear refusal.

The decoder classes are called directly: `Image.open` would try formats nobody wants, and
its bomb check speaks through Python's warning filters, which all threads share.
"""

from __future__ import annotations

import io
import re
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pi_heif
from PIL import AvifImagePlugin, Image, JpegImagePlugin, PngImagePlugin, WebPImagePlugin
from PIL.ImageFile import ImageFile

from editor.imaging.colour import convert, device_to_srgb, working_profile
from editor.imaging.formats import (
    MIME_TYPES,
    NOT_PICTURES,
    PictureFormat,
    is_picture_sequence,
    other_kind,
    picture_format,
)
from editor.imaging.orientation import upright

# Everything that decoders have been seen to raise over broken or hostile files.
DECODER_ERRORS = (
    OSError, SyntaxError, ValueError, TypeError, AttributeError, LookupError, ArithmeticError,
    AssertionError, EOFError, MemoryError, RuntimeError, struct.error, zlib.error,
    Image.DecompressionBombError, Warning,
)  # fmt: skip

# A progressive JPEG paints the whole picture again with every scan, and a scan costs next to
# nothing to write. Cameras and editors use about ten.
MAX_JPEG_SCANS = 60
_JPEG_SCAN, _JPEG_END = 0xDA, 0xD9
# Inside scans, 0xFF stands before a zero (a plain 0xFF) or a restart mark.
_JPEG_MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")

_CHOOSE_ANOTHER = "Choose a JPEG, PNG, WebP, AVIF or HEIC file."


class _JpegFile(JpegImagePlugin.JpegImageFile):
    """Pillow's JPEG reader without its search for a resolution in EXIF.

    Nobody needs the resolution, and the search warns about every half-broken block. Being the
    plain JPEG reader, it also reads an MPO as its first frame.
    """

    def _read_dpi_from_exif(self) -> None:
        return


_PILLOW_READERS: dict[PictureFormat, Callable[[io.BytesIO], ImageFile]] = {
    "PNG": PngImagePlugin.PngImageFile,
    "JPEG": _JpegFile,
    "WEBP": WebPImagePlugin.WebPImageFile,
    "AVIF": AvifImagePlugin.AvifImageFile,
}


class PictureRefused(ValueError):
    """A file that is not taken. The text is one sentence for the person who sent it."""

    def __init__(self, sentence: str, *, code: str, status: int = 422) -> None:
        super().__init__(sentence)
        self.code = code
        self.status = status


@dataclass(frozen=True)
class Limits:
    """What a file may measure: bytes as sent, pixels (width times height) and sides.

    Pillow has a limit of its own, 178 million pixels; a higher `max_pixels` changes nothing.
    """

    max_bytes: int
    max_pixels: int
    min_side: int = 8
    max_side: int = 20_000


@dataclass(frozen=True)
class ReadPicture:
    """A decoded picture: upright, 8 bit, RGB or RGBA, without any metadata.

    `icc_profile` is the RGB profile that the values are in; None means sRGB.
    """

    image: Image.Image
    icc_profile: bytes | None
    format: PictureFormat
    mime: str


def read_picture(data: bytes, limits: Limits) -> ReadPicture:
    """Decode a JPEG, PNG, WebP, AVIF or HEIC file completely. Raises PictureRefused.

    The sizes in the header are judged before any pixel is decoded. Whatever a decoder
    cannot read to the end is refused, never half shown.
    """
    _check_bytes(data, limits)
    kind = picture_format(data)
    if kind is None:
        raise _foreign(data)
    if is_picture_sequence(data):
        raise _moving()
    loaded = _read_heif(data, limits) if kind == "HEIF" else _read_with_pillow(data, kind, limits)
    try:
        if kind != "HEIF":  # libheif turns the picture itself
            loaded = upright(loaded, loaded.info.get("exif"))
        image, icc_profile = _normalised(loaded)
    except DECODER_ERRORS as problem:
        raise _damaged(kind, problem) from problem
    image.info = {}
    return ReadPicture(image, icc_profile, kind, MIME_TYPES[kind])


def as_srgb(read: ReadPicture) -> Image.Image:
    """Give the picture in sRGB, alpha kept; the very same image when it is sRGB already."""
    return convert(read.image, read.icc_profile, None)


def _check_bytes(data: bytes, limits: Limits) -> None:
    if not data:
        sentence = "This file is empty. Choose a picture and try again."
        raise PictureRefused(sentence, code="empty")
    if len(data) > limits.max_bytes:
        sentence = (
            f"This file has {_megabytes(len(data), limits.max_bytes)} MB; "
            f"the limit is {limits.max_bytes / 1e6:g} MB."
        )
        raise PictureRefused(sentence, code="too_many_bytes", status=413)


def _megabytes(size: int, limit: int) -> str:
    # Never "50.0 MB; the limit is 50 MB".
    return f"{size / 1e6:.1f}" if size - limit >= 100_000 else f"{size / 1e6:.6f}".rstrip("0")


def _check_size(size: tuple[int, int], limits: Limits) -> None:
    width, height = size
    shown = f"{width:,} × {height:,} pixels"  # noqa: RUF001
    if min(size) < limits.min_side:
        sentence = f"This picture is only {shown}; both sides need {limits.min_side} or more."
        raise PictureRefused(sentence, code="too_small")
    if width * height > limits.max_pixels:
        sentence = (
            f"This picture is {shown} ({_megapixels(width * height)} megapixels); the limit is "
            f"{_megapixels(limits.max_pixels)} megapixels. Make it smaller and try again."
        )
        raise PictureRefused(sentence, code="too_many_pixels")
    if max(size) > limits.max_side:
        sentence = f"This picture is {shown}; no side may be longer than {limits.max_side:,}."
        raise PictureRefused(sentence, code="side_too_long")


def _megapixels(pixels: int) -> str:
    return f"{pixels / 1e6:,.2f}".rstrip("0").rstrip(".")


def _read_with_pillow(data: bytes, kind: PictureFormat, limits: Limits) -> Image.Image:
    try:
        image = _open(data, kind)
        _check_size(image.size, limits)
        if getattr(image, "is_animated", False):
            raise _moving()
        if kind == "JPEG":
            _check_scans(data)
        image.verify()  # the checksums of a PNG; it leaves the file unusable
        image = _open(data, kind)
        image.load()
    except PictureRefused:
        raise
    except DECODER_ERRORS as problem:
        raise _damaged(kind, problem) from problem
    return image


def _open(data: bytes, kind: PictureFormat) -> ImageFile:
    read = _PILLOW_READERS[kind]
    try:
        return read(io.BytesIO(data))
    except ValueError:
        # Pillow gives up on a PNG whose colour profile unpacks to over a megabyte.
        if kind != "PNG" or b"iCCP" not in data[:4096]:
            raise
        return read(io.BytesIO(_without_png_profile(data)))


def _without_png_profile(data: bytes) -> bytes:
    at = 8
    while data[at + 4 : at + 8] not in (b"IDAT", b""):
        end = at + 12 + int.from_bytes(data[at : at + 4], "big")
        if data[at + 4 : at + 8] == b"iCCP":
            return data[:at] + data[end:]
        at = end
    return data


def _check_scans(data: bytes) -> None:
    """Refuse a JPEG whose first picture has absurdly many scans."""
    at, scans = 2, 0
    while marker := _JPEG_MARKER.search(data, at):
        kind = data[marker.start() + 1]
        if kind == _JPEG_END:
            return
        at = marker.end() + int.from_bytes(data[marker.end() : marker.end() + 2], "big")
        scans += kind == _JPEG_SCAN
        if scans > MAX_JPEG_SCANS:
            sentence = (
                f"This JPEG is built of more than {MAX_JPEG_SCANS} layers and would take too long "
                "to open. Save it again as a normal JPEG or PNG."
            )
            raise PictureRefused(sentence, code="too_many_scans")


def _read_heif(data: bytes, limits: Limits) -> Image.Image:
    try:
        primary = _primary(pi_heif.open_heif(data))
        _check_size(primary.size, limits)
        image = Image.frombytes(
            primary.mode, primary.size, primary.data, "raw", primary.mode, primary.stride
        )
    except PictureRefused:
        raise
    except DECODER_ERRORS as problem:
        raise _damaged("HEIF", problem) from problem
    image.info = {"icc_profile": primary.info.get("icc_profile")}
    return image


def _primary(file: pi_heif.HeifFile) -> pi_heif.HeifImage:
    return file[file.primary_index]


def _normalised(image: Image.Image) -> tuple[Image.Image, bytes | None]:
    """Give `image` as a plain 8-bit RGB or RGBA image, and the profile its values are in."""
    icc_profile: bytes | None = image.info.get("icc_profile")
    if image.mode in ("RGB", "RGBA") and "transparency" not in image.info:
        return let_go(image), working_profile(icc_profile)
    image, alpha = _without_alpha(image)
    if image.mode in ("L", "CMYK"):
        converted = device_to_srgb(image, icc_profile)
        if converted is not None or image.mode == "CMYK":
            image, icc_profile = converted or image.convert("RGB"), None
    image = image.convert("RGB")
    if alpha is not None:
        image.putalpha(alpha)
    return image, working_profile(icc_profile)


def let_go(image: Image.Image) -> Image.Image:
    """Give the pixels without the file they came from, and without copying them."""
    return image._new(image.im) if isinstance(image, ImageFile) else image


def _without_alpha(image: Image.Image) -> tuple[Image.Image, Image.Image | None]:
    """Split an image of any mode into 8-bit colour (L, RGB, CMYK or P) and its alpha, if any."""
    if image.mode.startswith(("I", "F")):
        return _eight_bit(image)
    if not image.has_transparency_data:
        return image.convert("L") if image.mode == "1" else image, None
    transparency = image.info.get("transparency")
    if isinstance(transparency, tuple) and max(transparency) > 255:
        # The colour is noted in 16 bit, but Pillow has read the pixels as 8 bit.
        image.info["transparency"] = tuple(level >> 8 for level in transparency)
    elif isinstance(transparency, int) and image.mode == "L":
        image.info["transparency"] = transparency & 0xFF
    grey = image.mode in ("1", "L", "LA", "La")
    split = image.convert("LA" if grey else "RGBA")
    alpha = split.getchannel("A")
    return split.convert("L" if grey else "RGB"), alpha


def _eight_bit(image: Image.Image) -> tuple[Image.Image, Image.Image | None]:
    """Scale 16-bit grey to 8 bit, where 65535 becomes 255, with the key colour as alpha."""
    levels = np.asarray(image).astype(np.uint32)
    key = image.info.get("transparency")
    grey = Image.fromarray(((levels * 255 + 32_767) // 65_535).astype(np.uint8))
    if not isinstance(key, int):
        return grey, None
    return grey, Image.fromarray(np.where(levels == key, 0, 255).astype(np.uint8))


def _foreign(data: bytes) -> PictureRefused:
    kind = other_kind(data)
    if kind is None:
        sentence = f"This file is not a picture that NanoEdit can read. {_CHOOSE_ANOTHER}"
        return PictureRefused(sentence, code="unknown_format")
    if kind in NOT_PICTURES:
        sentence = f"This is {kind}, not a picture. {_CHOOSE_ANOTHER}"
        return PictureRefused(sentence, code="not_a_picture")
    sentence = f"This is {kind}, which NanoEdit does not take. Save it as JPEG or PNG."
    return PictureRefused(sentence, code="other_format")


def _moving() -> PictureRefused:
    sentence = "This is a moving picture; only still pictures can be edited. Save one frame of it."
    return PictureRefused(sentence, code="animated")


def _damaged(kind: PictureFormat, problem: Exception) -> PictureRefused:
    name = {"WEBP": "WebP", "HEIF": "HEIC"}.get(kind, kind)
    if isinstance(problem, MemoryError):
        sentence = f"This {name} picture needs more memory than this server has. Make it smaller."
        return PictureRefused(sentence, code="out_of_memory")
    sentence = (
        f"This {name} file is damaged or cut off and cannot be read to its end. "
        "Save or download it again."
    )
    return PictureRefused(sentence, code="damaged")
