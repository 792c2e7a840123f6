"""Which box of a picture is sent upstream, and at which pixel size. Pure geometry."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Self


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


class Box(NamedTuple):
    """A rectangle of whole pixels; right and bottom lie just outside it."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def size(self) -> Size:
        return Size(self.right - self.left, self.bottom - self.top)

    def meet(self, other: Box) -> Box | None:
        """Give what lies in both boxes, or None where they have no pixel in common."""
        box = Box(
            max(self.left, other.left),
            max(self.top, other.top),
            min(self.right, other.right),
            min(self.bottom, other.bottom),
        )
        return box if box.left < box.right and box.top < box.bottom else None


@dataclass(frozen=True)
class Frame:
    """What is sent of a picture.

    `box` is the part of the picture, `sent` the pixel size of the image that is sent, and
    `inner` where in that image the box lies. What is left around `inner` repeats its edge.
    """

    box: Box
    sent: Size
    inner: Box

    def scaled(self, factor: float) -> Frame:
        """Give the same frame sent at another size; sides are cut to whole pixels."""
        sent = Size(*(max(1, int(side * factor)) for side in self.sent))
        return Frame(self.box, sent, self.inner_at(sent))

    def inner_at(self, size: Size) -> Box:
        """Give `inner` as it lies in an image of another size, at least one pixel large."""
        left, top, right, bottom = self.inner_span(size)
        left, top = min(round(left), size.width - 1), min(round(top), size.height - 1)
        return Box(left, top, max(left + 1, round(right)), max(top + 1, round(bottom)))

    def inner_span(self, size: Size) -> tuple[float, float, float, float]:
        """Give `inner` as it lies in an image of another size, to fractions of a pixel."""
        across, down = size.width / self.sent.width, size.height / self.sent.height
        return (
            self.inner.left * across,
            self.inner.top * down,
            self.inner.right * across,
            self.inner.bottom * down,
        )

    def as_json(self) -> dict[str, list[int]]:
        """Give the frame as plain lists, for keeping."""
        return {"box": list(self.box), "sent": list(self.sent), "inner": list(self.inner)}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """Rebuild what `as_json` gave. Raises KeyError or TypeError for anything else."""
        return cls(Box(*kept["box"]), Size(*kept["sent"]), Box(*kept["inner"]))


_FIXED = re.compile(r"([1-9]\d{0,3})\s*[x*×]\s*([1-9]\d{0,3})", re.IGNORECASE)  # noqa: RUF001
_RATIO = re.compile(r"(\d{1,4}(?:\.\d{1,4})?):(\d{1,4}(?:\.\d{1,4})?)")
_CLASS = re.compile(r"([1-9](?:\.\d)?)k", re.IGNORECASE)
_NAMED = {
    "square": Size(512, 512),
    "square_hd": Size(1024, 1024),
    "portrait_4_3": Size(768, 1024),
    "portrait_16_9": Size(576, 1024),
    "landscape_4_3": Size(1024, 768),
    "landscape_16_9": Size(1024, 576),
}
_THIN = 100  # an aspect ratio beyond 1:100 is a typing error, not a wish


def frame_whole(picture: Size, sizes: Sequence[str], asked: str, max_pixels: int | None) -> Frame:
    """Frame the whole picture for one call.

    `asked` is one of the model's size strings, or "" or "auto". A fixed size ("1024x1024") is
    met exactly, with the picture fitted into it; a ratio ("16:9") widens the frame to that
    shape; a class ("2k") bounds the pixels to 2048 squared; "auto", scale factors and
    anything unknown send the picture in its own shape. Only a fixed size enlarges.
    `max_pixels` bounds the image sent in every case but a fixed size. When nothing is asked and the
    model has fixed sizes only, the best of them is taken; `choose_size` names it.
    """
    asked = choose_size(picture, sizes, asked)
    fixed = fixed_size(asked)
    if fixed is not None:
        return _fitted(picture, fixed)
    bounds = [bound for bound in (max_pixels, _class_pixels(asked)) if bound is not None]
    bound = min(bounds, default=None)
    ratio = _ratio(asked)
    if ratio is not None:
        return _fitted(picture, _within(_widened(picture, ratio), bound))
    sent = _within(picture, bound)
    return Frame(Box(0, 0, *picture), sent, Box(0, 0, *sent))


def choose_size(picture: Size, sizes: Sequence[str], asked: str) -> str:
    """Give the size string to ask the model for; "" or "auto" when it may decide by itself.

    What was asked for stands. Otherwise a model that knows "auto" gets it, and one with fixed
    sizes only gets the one that wastes the least: nearest in shape first, then the smallest
    that holds the whole picture, else the largest.
    """
    if asked.strip() and asked.strip().lower() != "auto":
        return asked
    fixed = [(text, size) for text in sizes if (size := fixed_size(text)) is not None]
    if not fixed or len(fixed) < len(sizes):
        return next((text for text in sizes if text.lower() == "auto"), asked)
    return min(fixed, key=lambda choice: _misfit(picture, choice[1]))[0]


def fixed_size(text: str) -> Size | None:
    """Read "1024x1024", "1024*1024" or a name like "square_hd"; None for anything else."""
    text = text.strip().lower()
    match = _FIXED.fullmatch(text)
    return Size(int(match[1]), int(match[2])) if match else _NAMED.get(text)


def _misfit(picture: Size, size: Size) -> tuple[float, float, int]:
    # A twentieth of an octave of aspect ratio is no reason to take a much smaller size.
    shape = round(abs(math.log2(size.aspect / picture.aspect)) * 20)
    inner = _fit(picture, size)
    missing = max(0.0, 1 - inner.pixels / picture.pixels)
    return shape, missing, size.pixels


def _ratio(text: str) -> float | None:
    match = _RATIO.fullmatch(text.strip())
    if match is None or not float(match[1]) or not float(match[2]):
        return None
    ratio = float(match[1]) / float(match[2])
    return ratio if 1 / _THIN <= ratio <= _THIN else None


def _class_pixels(text: str) -> int | None:
    match = _CLASS.fullmatch(text.strip())
    return round(float(match[1]) * 1024) ** 2 if match else None


def _widened(picture: Size, ratio: float) -> Size:
    """Give the smallest size of an aspect ratio that holds the picture."""
    if picture.aspect < ratio:
        return Size(max(picture.width, round(picture.height * ratio)), picture.height)
    return Size(picture.width, max(picture.height, round(picture.width / ratio)))


def _within(size: Size, max_pixels: int | None) -> Size:
    """Shrink a size to at most so many pixels, keeping its shape; sides stay at least 1."""
    if max_pixels is None or size.pixels <= max_pixels:
        return size
    scale = math.sqrt(max_pixels / size.pixels)
    width = min(max(1, int(size.width * scale)), max_pixels)
    height = min(max(1, int(size.height * scale)), max_pixels // width)
    return Size(width, height)


def _fit(picture: Size, room: Size) -> Size:
    """Give the largest size of the picture's shape inside `room`.

    A rim of one pixel is not worth having: the picture is stretched over it.
    """
    scale = min(room.width / picture.width, room.height / picture.height)
    width = max(1, round(picture.width * scale))
    height = max(1, round(picture.height * scale))
    return Size(
        room.width if width >= room.width - 1 else width,
        room.height if height >= room.height - 1 else height,
    )


def _fitted(picture: Size, sent: Size) -> Frame:
    """Lay the whole picture as large as it goes into the middle of an image of size `sent`."""
    inner = _fit(picture, sent)
    left, top = (sent.width - inner.width) // 2, (sent.height - inner.height) // 2
    box = Box(left, top, left + inner.width, top + inner.height)
    return Frame(Box(0, 0, *picture), sent, box)
