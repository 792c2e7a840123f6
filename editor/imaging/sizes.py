"""What the size strings of a catalogue mean, and which of them suits a box. Pure numbers."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple


class Size(NamedTuple):
    """Width and height in pixels."""

    width: int
    height: int

    @property
    def pixels(self) -> int:
        return self.width * self.height

    @property
    def aspect(self) -> float:
        return self.width / self.height


@dataclass(frozen=True)
class SizeRule:
    """What a model takes: its size strings, the one asked for, and its window of total pixels.

    `sizes` and `asked` are as the upstream spells them: "1024x1024", "1024*1024", "square_hd",
    "16:9", "2k", "2x", "auto", or "" for none.
    """

    sizes: tuple[str, ...] = ()
    asked: str = ""
    least_pixels: int = 0
    most_pixels: int | None = None


# What a model makes when nobody says how large: one megapixel is the custom of the trade.
USUAL_PIXELS = 1024**2
# More than this is not sent where the model chooses the size: it would only be thrown away.
USEFUL_PIXELS = 2048**2

_FIXED = re.compile(r"([1-9]\d{0,3})\s*[x*×]\s*([1-9]\d{0,3})", re.IGNORECASE)  # noqa: RUF001
_RATIO = re.compile(r"(\d{1,4}(?:\.\d{1,4})?):(\d{1,4}(?:\.\d{1,4})?)")
_CLASS = re.compile(r"([1-9](?:\.\d)?)k", re.IGNORECASE)
_FACTOR = re.compile(r"x?(\d(?:\.\d{1,2})?)x?", re.IGNORECASE)
_NAMED = {
    "square": Size(512, 512),
    "square_hd": Size(1024, 1024),
    "portrait_4_3": Size(768, 1024),
    "portrait_16_9": Size(576, 1024),
    "landscape_4_3": Size(1024, 768),
    "landscape_16_9": Size(1024, 576),
}
_THIN = 100  # an aspect ratio beyond 1:100 is a typing error, not a wish


def fixed_size(text: str) -> Size | None:
    """Read "1024x1024", "1024*1024" or a name like "square_hd"; None for anything else."""
    text = text.strip().lower()
    match = _FIXED.fullmatch(text)
    return Size(int(match[1]), int(match[2])) if match else _NAMED.get(text)


def ratio_of(text: str) -> float | None:
    """Read "16:9"; None for anything else, and for shapes nobody means."""
    match = _RATIO.fullmatch(text.strip())
    if match is None or not float(match[1]) or not float(match[2]):
        return None
    ratio = float(match[1]) / float(match[2])
    return ratio if 1 / _THIN <= ratio <= _THIN else None


def shape_of(text: str) -> float | None:
    """Width over height where the string fixes a shape, else None."""
    fixed = fixed_size(text)
    return fixed.aspect if fixed else ratio_of(text)


def class_pixels(text: str) -> int | None:
    """Read "2k" as 2048 squared; None for anything else."""
    match = _CLASS.fullmatch(text.strip())
    return round(float(match[1]) * 1024) ** 2 if match else None


def factor_of(text: str) -> float | None:
    """Read a scale factor, "2x" or "0.5"; None for anything else."""
    match = _FACTOR.fullmatch(text.strip())
    return (float(match[1]) or None) if match else None


def choose_size(box: Size, sizes: Sequence[str], asked: str) -> str:
    """Give the size string to ask the model for; "" or "auto" when it may decide by itself.

    What was asked for stands. Otherwise a model that knows "auto" gets it, and one of which
    every size has a shape gets the one that wastes the least of the box: nearest in shape
    first, then the smallest that holds all its pixels, else the largest.
    """
    if asked.strip() and asked.strip().lower() != "auto":
        return asked
    shaped = [text for text in sizes if shape_of(text) is not None]
    if not shaped or len(shaped) < len(sizes):
        return next((text for text in sizes if text.lower() == "auto"), asked)
    return min(shaped, key=lambda text: _misfit(box, text))


def _misfit(box: Size, text: str) -> tuple[float, float, int]:
    # A twentieth of an octave of aspect ratio is no reason to take a much smaller size.
    size = fixed_size(text)
    shape = round(abs(math.log2((shape_of(text) or 1) / box.aspect)) * 20)
    if size is None:
        return shape, 0, 0
    missing = max(0.0, 1 - fit(box, size).pixels / box.pixels)
    return shape, missing, size.pixels


def nearest_shape(box: Size, sizes: Sequence[str]) -> float | None:
    """Of the shapes that a model lists, give the one nearest to the box's; None if it has none."""
    shapes = [shape for text in sizes if (shape := shape_of(text)) is not None]
    return min(shapes, key=lambda shape: abs(math.log2(shape / box.aspect)), default=None)


def has_shape(size: Size, aspect: float) -> bool:
    """Whether no whole pixel more or less would bring the size nearer to an aspect ratio."""
    off = min(abs(size.width - size.height * aspect), abs(size.height - size.width / aspect))
    return off <= 0.5 + 1e-9


def fit(box: Size, room: Size) -> Size:
    """Give the largest size of the box's shape inside `room`.

    A rim of one pixel is not worth having: the box is stretched over it.
    """
    scale = min(room.width / box.width, room.height / box.height)
    width = max(1, round(box.width * scale))
    height = max(1, round(box.height * scale))
    return Size(
        room.width if width >= room.width - 1 else width,
        room.height if height >= room.height - 1 else height,
    )


def sent_size(box: Size, text: str, least_pixels: int, most_pixels: int | None) -> Size:
    """Give the pixel size at which a box is sent when `text` is asked for.

    A fixed size is met exactly. A ratio widens the box to that shape; a class bounds it to its
    pixels. Nothing else is enlarged, but to reach `least_pixels`; `most_pixels` bounds all
    but a fixed size.
    """
    fixed = fixed_size(text)
    if fixed is not None:
        return fixed
    ratio = ratio_of(text)
    size = _widened(box, ratio) if ratio is not None else box
    aspect = ratio or box.aspect
    bounds = [bound for bound in (most_pixels, class_pixels(text)) if bound is not None]
    if bounds and size.pixels > min(bounds):
        size = _at_most(size, min(bounds), aspect)
    return size if size.pixels >= least_pixels else _at_least(least_pixels, aspect)


def answer_size(sent: Size, text: str, rule: SizeRule) -> Size:
    """Give the pixel size to expect of the answer; only a fixed size is sure.

    Where the model decides, this is the usual megapixel, brought within what it lists.
    """
    fixed = fixed_size(text)
    if fixed is not None:
        return fixed
    factor = factor_of(text)
    if factor is not None:
        return _scaled(sent, factor)
    pixels = class_pixels(text) or _usual_pixels(rule)
    return _scaled(sent, math.sqrt(pixels / sent.pixels))


def _usual_pixels(rule: SizeRule) -> int:
    listed = [fixed.pixels for text in rule.sizes if (fixed := fixed_size(text)) is not None]
    listed += [pixels for text in rule.sizes if (pixels := class_pixels(text)) is not None]
    least = max(rule.least_pixels, min(listed, default=0))
    most = min(rule.most_pixels or USEFUL_PIXELS, max(listed, default=USEFUL_PIXELS))
    return max(least, min(USUAL_PIXELS, most))


def _at_most(size: Size, pixels: int, aspect: float) -> Size:
    width = min(max(1, int(size.width * math.sqrt(pixels / size.pixels))), pixels)
    return Size(width, min(max(1, round(width / aspect)), pixels // width))


def _at_least(pixels: int, aspect: float) -> Size:
    width = math.ceil(math.sqrt(pixels * aspect))
    return Size(width, max(math.ceil(pixels / width), round(width / aspect)))


def _scaled(size: Size, factor: float) -> Size:
    return Size(max(1, round(size.width * factor)), max(1, round(size.height * factor)))


def _widened(box: Size, ratio: float) -> Size:
    """Give the smallest size of an aspect ratio that holds the box."""
    if has_shape(box, ratio):
        return box
    if box.aspect < ratio:
        return Size(max(box.width, round(box.height * ratio)), box.height)
    return Size(box.width, max(box.height, round(box.width / ratio)))
