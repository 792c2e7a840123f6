"""What pages show of a picture: small files in sRGB, and a placeholder until they are there."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from PIL import Image

from editor.imaging.colour import convert
from editor.imaging.framing import Size


class RenditionFormat(StrEnum):
    """How renditions are written; the value is the file name extension."""

    AVIF = "avif"
    WEBP = "webp"  # for browsers that do not take AVIF
    JPEG = "jpeg"  # in a twentieth of the time, until the others are made


# At these they come equally near to the picture; AVIF in half to nine tenths of the bytes and
# about the same time (decision 15). One thread: other steps run beside this one.
_OPTIONS: dict[RenditionFormat, dict[str, Any]] = {
    RenditionFormat.AVIF: {"quality": 60, "speed": 9, "max_threads": 1},
    RenditionFormat.WEBP: {"quality": 80, "method": 2},
    RenditionFormat.JPEG: {"quality": 80, "subsampling": "4:2:0"},
}
_PLACEHOLDER_SIDE = 16
_PLACEHOLDER_QUALITY = 60


@dataclass(frozen=True)
class Screen:
    """An opaque picture at the largest size that pages show: raw RGB values in sRGB."""

    size: Size
    rgb: bytes

    @property
    def image(self) -> Image.Image:
        return Image.frombytes("RGB", self.size, self.rgb)


def on_screen(image: Image.Image, icc_profile: bytes | None, side: int) -> Image.Image:
    """Give an opaque image in sRGB, with `side` pixels along its longer side at most."""
    # Far fewer pixels to convert than in the picture itself.
    smaller = convert(_shrunk(image, side), icc_profile, None)
    return smaller if smaller.mode == "RGB" else smaller.convert("RGB")


def encode_renditions(
    image: Image.Image,
    icc_profile: bytes | None,
    sides: Sequence[int],
    kind: RenditionFormat = RenditionFormat.AVIF,
    **options: Any,
) -> dict[int, bytes]:
    """Write an RGB or RGBA image at several sizes, keyed by longest side; it never grows.

    Each is made from the next larger one, in sRGB and without metadata. `options` are for the
    encoder, instead of the usual ones.
    """
    renditions: dict[int, bytes] = {}
    for side in sorted(set(sides), reverse=True):
        smaller = _shrunk(image, side)
        if not renditions:
            # Far fewer pixels to convert than in the picture itself.
            smaller = convert(smaller, icc_profile, None)
        image = smaller
        renditions[side] = _written(image, kind, **{**_OPTIONS[kind], **options})
    return renditions


def placeholder(image: Image.Image) -> str:
    """Give a tiny WebP of the picture as a data URI, to show until the real one is there."""
    tiny = _shrunk(image, _PLACEHOLDER_SIDE)
    data = _written(tiny, RenditionFormat.WEBP, quality=_PLACEHOLDER_QUALITY, method=2)
    return "data:image/webp;base64," + base64.b64encode(data).decode("ascii")


def _shrunk(image: Image.Image, longest_side: int) -> Image.Image:
    scale = longest_side / max(image.size)
    if scale >= 1:
        return image
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    # Averaging whole pixels first, as far as it goes, halves the time; the eye sees no difference.
    # Hamming's window is as sharp as bicubic here, and half as wide.
    return image.resize(size, Image.Resampling.HAMMING, reducing_gap=1.0)


def _written(image: Image.Image, kind: RenditionFormat, **options: Any) -> bytes:
    # Savers pick up profiles, comments and key colours from `info` unless they are told not to.
    bare = image
    if image.info:
        bare = image.copy()
        bare.info = {}
    if kind is RenditionFormat.JPEG and bare.mode != "RGB":
        bare = bare.convert("RGB")  # only where nothing shows through is there a JPEG
    stream = io.BytesIO()
    bare.save(stream, kind.name, **options)
    return stream.getvalue()
