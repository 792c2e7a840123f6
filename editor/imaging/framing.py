"""Boxes of a picture, and how one is laid into the image that is sent. Pure geometry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

from editor.imaging.sizes import Size, choose_size, fit, fixed_size, has_shape, sent_size, shape_of

__all__ = [
    "Box",
    "Frame",
    "Size",
    "choose_size",
    "fixed_size",
    "frame_of",
    "frame_whole",
]


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

    def join(self, other: Box) -> Box:
        """Give the smallest box around both."""
        return Box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )

    def holds(self, other: Box) -> bool:
        """Whether every pixel of the other box lies in this one."""
        return self.meet(other) == other


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


def frame_of(box: Box, size: str, least_pixels: int = 0, most_pixels: int | None = None) -> Frame:
    """Lay a box of the picture into the image that is sent when `size` is asked for.

    A fixed size ("1024x1024") is met exactly, and a ratio ("16:9") in shape: where the box has
    another shape, it lies in the middle and its edge is repeated around it. A class ("2k")
    bounds the pixels to 2048 squared. "auto", scale factors and anything unknown send the box
    in its own shape. Only a fixed size enlarges, and `least_pixels`; `most_pixels` bounds
    all but a fixed size.
    """
    sent = sent_size(box.size, size, least_pixels, most_pixels)
    shape = shape_of(size)
    # A rim that no whole pixel of the box could fill is not worth having either.
    fills = shape is None or has_shape(box.size, shape)
    inner = sent if fills else fit(box.size, sent)
    left, top = (sent.width - inner.width) // 2, (sent.height - inner.height) // 2
    return Frame(box, sent, Box(left, top, left + inner.width, top + inner.height))


def frame_whole(picture: Size, sizes: Sequence[str], asked: str, max_pixels: int | None) -> Frame:
    """Frame the whole picture for one call.

    `asked` is one of the model's size strings, or "" or "auto"; when nothing is asked and the
    model has fixed sizes only, the best of them is taken; `choose_size` names it.
    """
    size = choose_size(picture, sizes, asked)
    return frame_of(Box(0, 0, *picture), size, most_pixels=max_pixels)
