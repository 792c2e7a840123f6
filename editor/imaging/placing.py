"""Where a picture's pixels lie in the answer that came back for a frame of it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from PIL import Image

from editor.imaging.drift import Drift
from editor.imaging.framing import Box, Frame, Size

# The answer's pixels around a part of it that bicubic scaling may look at.
_RIM = 4

Span = tuple[float, float, float, float]


@dataclass(frozen=True)
class Place:
    """The way from picture to answer: a picture's x lies at `x * across + left` in the answer."""

    left: float
    top: float
    across: float
    down: float

    def span(self, box: tuple[int, int, int, int]) -> Span:
        """Where a box of the picture lies in the answer, to fractions of a pixel."""
        left, top, right, bottom = box
        return (
            left * self.across + self.left,
            top * self.down + self.top,
            right * self.across + self.left,
            bottom * self.down + self.top,
        )


def place_of(frame: Frame, answer: Size, drift: Drift | None = None) -> Place:
    """Find the frame's box in an answer of any size; `drift` is followed when it is undone."""
    left, top, right, bottom = frame.inner_span(answer)
    across = (right - left) / frame.box.size.width
    down = (bottom - top) / frame.box.size.height
    left -= frame.box.left * across
    top -= frame.box.top * down
    if drift is None or not drift.undone:
        return Place(left, top, across, down)
    middle_x, middle_y = _middle(frame.inner_span(answer))
    unit_x, unit_y = answer.width / frame.sent.width, answer.height / frame.sent.height
    return Place(
        middle_x + (left - middle_x) * drift.scale + drift.dx * unit_x,
        middle_y + (top - middle_y) * drift.scale + drift.dy * unit_y,
        across * drift.scale,
        down * drift.scale,
    )


def cut_answer(
    answer: Image.Image, place: Place, region: tuple[int, int, int, int]
) -> tuple[Image.Image, Place]:
    """Cut out what shows `region` of the picture, and give the place in what was cut out.

    What the answer does not show, because it has drifted, repeats its edge.
    """
    left, top, right, bottom = place.span(region)
    box = Box(
        math.floor(left) - _RIM,
        math.floor(top) - _RIM,
        math.ceil(right) + _RIM,
        math.ceil(bottom) + _RIM,
    )
    whole = Box(0, 0, *answer.size)
    shown = box.meet(whole) or whole
    part = answer if shown == whole else answer.crop(shown)
    # Bicubic scaling copes with a rim that is cut off; only a missing part must be made up.
    missing = (max(0.0, -left), max(0.0, -top), right - answer.width, bottom - answer.height)
    if max(missing) > 0.01:
        part = _edge_repeated(part, shown, box)
        shown = box
    return part, Place(place.left - shown.left, place.top - shown.top, place.across, place.down)


def sample(image: Image.Image, place: Place, box: tuple[int, int, int, int]) -> Image.Image:
    """Give `box` of the picture as an answer's part shows it, at the box's own size."""
    part = _clipped(place.span(box), image)
    return image.resize(Box(*box).size, Image.Resampling.BICUBIC, box=part)


def reduced(image: Image.Image, place: Place, box: Box, size: Size) -> Image.Image:
    """Give `box` of the picture as an answer shows it, at a smaller size, for looking at."""
    part, within = cut_answer(image, place, box)
    span = _clipped(within.span(box), part)
    return part.resize(size, Image.Resampling.BICUBIC, box=span, reducing_gap=1.0)


def _clipped(span: Span, image: Image.Image) -> Span:
    """Leave out what lies a hair outside the image, which Pillow would refuse."""
    left, top, right, bottom = span
    return (
        max(0.0, left),
        max(0.0, top),
        min(float(image.width), right),
        min(float(image.height), bottom),
    )


def _middle(span: Span) -> tuple[float, float]:
    left, top, right, bottom = span
    return (left + right) / 2, (top + bottom) / 2


def _edge_repeated(part: Image.Image, shown: Box, wanted: Box) -> Image.Image:
    pixels = np.asarray(part)
    rim: list[tuple[int, int]] = [
        (max(0, shown.top - wanted.top), max(0, wanted.bottom - shown.bottom)),
        (max(0, shown.left - wanted.left), max(0, wanted.right - shown.right)),
    ]
    rim += [(0, 0)] * (pixels.ndim - 2)
    return Image.fromarray(np.pad(pixels, rim, mode="edge"))
