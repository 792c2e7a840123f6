"""The connected areas of a mask: found exactly, numbered in reading order, taken out singly."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from editor.imaging.framing import Box, Size

Labels = NDArray[np.uint8]
Indices = NDArray[np.int64]

# More areas than anybody would judge one by one: the smallest beyond these count as one.
MOST_REGIONS = 40
# A mask of more runs is dust; it counts as one area.
MOST_RUNS = 3_000_000


@dataclass(frozen=True)
class Regions:
    """The areas of one mask, numbered from 1 by their first pixel in reading order.

    Pixels belong together where they touch, also by a corner. `areas` counts the pixels of
    each, `boxes` are the boxes around them. With `gathers_rest`, the last number stands for
    all areas that were too small to have one of their own, wherever they lie.
    """

    size: Size
    areas: tuple[int, ...]
    boxes: tuple[Box, ...]
    gathers_rest: bool
    # Where painted runs of pixels begin and end, counted along rows of `width + 1` pixels, of
    # which the last one is never painted, and the number of the area each run belongs to.
    _starts: Indices
    _ends: Indices
    _numbers: Labels

    @property
    def count(self) -> int:
        return len(self.areas)

    def labels(self) -> Labels:
        """Give each pixel the number of its area, 0 outside all: an array (height, width)."""
        return self._spread(self._numbers)

    def only(self, mask: Image.Image, numbers: Collection[int]) -> Image.Image:
        """Give the mask (L) as it is in the areas of these numbers, and 0 elsewhere."""
        wanted = np.zeros(256, dtype=np.uint8)
        wanted[[number for number in numbers if 0 < number <= self.count]] = 255
        chosen = wanted[self._numbers]
        kept = Image.new("L", self.size, 0)
        if chosen.all() and chosen.size:
            return mask.copy()
        if chosen.any():
            kept.paste(mask, None, Image.fromarray(self._spread(chosen)))
        return kept

    def _spread(self, values: Labels) -> Labels:
        """Write a value into every pixel of each run, 0 elsewhere."""
        width, height = self.size
        steps = np.zeros((width + 1) * height + 1, dtype=np.uint8)
        # Runs never touch along a row, so both ends are places of their own; sums wrap at 256.
        steps[self._starts] = values
        steps[self._ends] = np.negative(values)
        np.cumsum(steps, out=steps)
        return np.ascontiguousarray(steps[:-1].reshape(height, width + 1)[:, :width])


def find_regions(mask: Image.Image) -> Regions:
    """Find the areas of a mask (L) in which anything is painted."""
    size = Size(*mask.size)
    starts, ends = _runs(np.asarray(mask) > 0)
    numbers, areas = _numbered(starts, ends, size.width + 1)
    gathers_rest = len(areas) > MOST_REGIONS
    if gathers_rest:
        numbers, areas = _gathered(numbers, areas)
    return Regions(
        size=size,
        areas=tuple(areas.tolist()),
        boxes=_boxes(starts, ends, numbers, len(areas), size.width + 1),
        gathers_rest=gathers_rest,
        _starts=starts,
        _ends=ends,
        _numbers=(numbers + 1).astype(np.uint8),
    )


def number_areas(painted: NDArray[np.bool_]) -> tuple[NDArray[np.int32], Indices]:
    """Number all areas of an array (height, width), however many; 0 is what is not painted.

    Gives the number of each place, and how many places each number has, from 0 on.
    """
    height, width = painted.shape
    starts, ends = _runs(painted)
    numbers, areas = _numbered(starts, ends, width + 1)
    steps = np.zeros((width + 1) * height + 1, dtype=np.int32)
    steps[starts] = numbers + 1
    steps[ends] = -(numbers + 1)
    placed = np.cumsum(steps, out=steps)[:-1].reshape(height, width + 1)[:, :width]
    return placed, np.concatenate([[painted.size - areas.sum()], areas])


def _numbered(starts: Indices, ends: Indices, stride: int) -> tuple[Indices, Indices]:
    """Give the number of each run's area, from 0 on, and how many pixels each area has."""
    if len(starts) > MOST_RUNS:
        roots: Indices = np.zeros(len(starts), dtype=np.int64)
    else:
        roots = _joined(len(starts), *_touching(starts, ends, stride))
    first, numbers = np.unique(roots, return_inverse=True)
    areas = np.bincount(numbers, weights=ends - starts, minlength=len(first))
    return numbers, areas.astype(np.int64)


def _runs(painted: NDArray[np.bool_]) -> tuple[Indices, Indices]:
    """Give where painted runs begin and end, along rows that are one pixel wider."""
    height, width = painted.shape
    wider = np.zeros((height, width + 1), dtype=np.int8)
    wider[:, :width] = painted
    change = np.diff(wider.reshape(-1), prepend=np.int8(0))
    return np.flatnonzero(change == 1), np.flatnonzero(change == -1)


def _touching(starts: Indices, ends: Indices, stride: int) -> tuple[Indices, Indices]:
    """Pair each run with those of the next row that it touches, also by a corner."""
    if not len(starts):
        return starts, starts
    # Of the runs one row down, those that end before this one begins come first, and those
    # that begin behind its end come last; what lies between touches it.
    lowest = np.searchsorted(ends, starts + stride, "left")
    highest = np.searchsorted(starts, ends + stride, "right")
    counts = np.maximum(highest - lowest, 0)
    above = np.repeat(np.arange(len(starts)), counts)
    offsets = np.arange(len(above)) - np.repeat(np.cumsum(counts) - counts, counts)
    return above, lowest[above] + offsets


def _joined(count: int, one: Indices, other: Indices) -> Indices:
    """Give each of `count` things the first one that it hangs together with."""
    roots = np.arange(count)
    while len(one):
        a, b = roots[one], roots[other]
        apart = a != b
        one, other, a, b = one[apart], other[apart], a[apart], b[apart]
        np.minimum.at(roots, np.maximum(a, b), np.minimum(a, b))
        while True:
            farther = roots[roots]
            if np.array_equal(farther, roots):
                break
            roots = farther
    return roots


def _gathered(numbers: Indices, areas: Indices) -> tuple[Indices, Indices]:
    """Keep the largest areas in their order, and make one of all others, the last."""
    largest = np.argsort(-areas, kind="stable")[: MOST_REGIONS - 1]
    renamed = np.full(len(areas), MOST_REGIONS - 1)
    renamed[np.sort(largest)] = np.arange(MOST_REGIONS - 1)
    sums = np.bincount(renamed, weights=areas, minlength=MOST_REGIONS).astype(np.int64)
    return renamed[numbers], sums


def _boxes(
    starts: Indices, ends: Indices, numbers: Indices, count: int, stride: int
) -> tuple[Box, ...]:
    least = np.full((count, 2), np.iinfo(np.int64).max)
    most = np.zeros((count, 2), dtype=np.int64)
    rows = starts // stride
    np.minimum.at(least, numbers, np.stack([starts % stride, rows], axis=1))
    np.maximum.at(most, numbers, np.stack([ends - rows * stride, rows + 1], axis=1))
    return tuple(
        Box(int(left), int(top), int(right), int(bottom))
        for (left, top), (right, bottom) in zip(least, most, strict=True)
    )
