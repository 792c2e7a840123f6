"""What a page needs to lay answers into a picture by itself: everything at a small size."""

from __future__ import annotations

import io
import math
import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops

from editor.imaging.changes import Changes, NothingInCommon, find_changes
from editor.imaging.colour import convert
from editor.imaging.comparing import Comparison
from editor.imaging.composing import Blend, Fit, measured
from editor.imaging.drift import Drift
from editor.imaging.framing import Box, Frame, Size
from editor.imaging.placing import place_of, reduced
from editor.imaging.reading import ReadPicture
from editor.imaging.regions import find_regions
from editor.imaging.seam import ColourMatch

_QUALITY = 90

Grey = NDArray[np.uint8]


@dataclass(frozen=True)
class Laid:
    """An answer as it lies over a part of the small picture: a WebP in sRGB, and its tint.

    `colour` makes its values the original's; None where that would gain nothing.
    """

    image: bytes
    colour: ColourMatch | None


@dataclass(frozen=True)
class Areas:
    """A mask and its areas, at the small picture's size.

    `mask` (the mask's values) and `numbers` (0 outside all areas) hold a byte per pixel, row by
    row, and are packed with zlib. `sizes` are the areas' pixels in the picture itself.
    """

    mask: bytes
    numbers: bytes
    sizes: tuple[int, ...]
    gathers_rest: bool


@dataclass(frozen=True)
class Found:
    """What changed, at a size of its own, over the part `box` of the picture.

    Both planes hold a byte per pixel and are packed with zlib; see `Changes`.
    """

    size: Size
    box: Box
    levels: bytes
    heat: bytes
    usual: int
    shares: tuple[float, ...]


@dataclass(frozen=True)
class Preview:
    """One answer, ready to be laid into a picture of `size` by a page.

    `box` is where the answer lies in it. `undone` is there when a drift can be taken back;
    `fades_alpha` when the result's transparency changes with the answer. A job with a mask
    has `areas`; without one there is what was `found` changed, and neither of them when the
    answer has nothing in common with the picture.
    """

    size: Size
    box: Box
    came: Laid
    undone: Laid | None
    drift: Drift | None
    fades_alpha: bool
    areas: Areas | None
    found: Found | None


def preview(
    original: ReadPicture,
    mask: Image.Image | None,
    answer: ReadPicture,
    frame: Frame,
    longest_side: int,
) -> Preview:
    """Make the small layers of one answer; with no side longer than `longest_side`."""
    size = _small(Size(*original.image.size), longest_side)
    if mask is None:
        found = _changes(original, answer, frame)
        fits = (Fit(), Fit()) if found is None else (Fit(None, found.fit.colour), found.fit)
    else:
        both, found = Comparison(original, answer, mask, frame), None
        fits = measured(both, Blend(undo_drift=False)), measured(both, Blend())
    came, undone = fits
    box = _box_at(frame.box, Size(*original.image.size), size)
    drifted = undone.drift is not None and undone.drift.undone
    return Preview(
        size=size,
        box=box,
        came=_laid(original, answer, frame, came, (box, size)),
        undone=_laid(original, answer, frame, undone, (box, size)) if drifted else None,
        drift=undone.drift,
        fades_alpha=_fades_alpha(original.image, mask, answer.image),
        areas=None if mask is None else _areas(mask, size),
        found=None if found is None else _packed(found),
    )


def _small(size: Size, longest_side: int) -> Size:
    scale = min(1.0, longest_side / max(size))
    return Size(*(max(1, round(side * scale)) for side in size))


def _box_at(box: Box, size: Size, small: Size) -> Box:
    across, down = small.width / size.width, small.height / size.height
    return Box(
        math.floor(box.left * across),
        math.floor(box.top * down),
        min(small.width, math.ceil(box.right * across)),
        min(small.height, math.ceil(box.bottom * down)),
    )


def _changes(original: ReadPicture, answer: ReadPicture, frame: Frame) -> Changes | None:
    try:
        return find_changes(original, answer, frame)
    except NothingInCommon:
        return None


def _laid(
    original: ReadPicture,
    answer: ReadPicture,
    frame: Frame,
    fit: Fit,
    where: tuple[Box, Size],
) -> Laid:
    """Show what lies in a box of the small picture of a size."""
    box, size = where
    across, down = (big / small for big, small in zip(original.image.size, size, strict=True))
    part = Box(
        round(box.left * across),
        round(box.top * down),
        round(box.right * across),
        round(box.bottom * down),
    )
    place = place_of(frame, Size(*answer.image.size), fit.drift)
    image = reduced(answer.image, place, part, box.size)
    # Through the original's colours, as it goes when it is composed.
    image = convert(image, answer.icc_profile, original.icc_profile)
    image = convert(image, original.icc_profile, None).copy()
    image.info = {}
    stream = io.BytesIO()
    image.save(stream, "WEBP", quality=_QUALITY, method=2)
    return Laid(stream.getvalue(), fit.colour)


def _fades_alpha(before: Image.Image, mask: Image.Image | None, after: Image.Image) -> bool:
    """Tell whether the answer's transparency goes into the result; see `compose`."""
    if after.mode == "RGBA" and after.getchannel("A").getextrema() != (255, 255):
        return True
    if before.mode != "RGBA" or mask is None:
        return False
    painted = mask.point([0] + [255] * 255)
    return ImageChops.multiply(before.getchannel("A"), painted).getbbox() is None


def _areas(mask: Image.Image, size: Size) -> Areas:
    regions = find_regions(mask)
    numbers = _largest(_largest(regions.labels(), size.height, axis=0), size.width, axis=1)
    grey = mask.resize(size, Image.Resampling.BOX)
    return Areas(
        mask=zlib.compress(grey.tobytes(), 6),
        numbers=zlib.compress(numbers.tobytes(), 6),
        sizes=regions.areas,
        gathers_rest=regions.gathers_rest,
    )


def _largest(values: Grey, count: int, axis: int) -> Grey:
    """Reduce an axis to `count` places: the largest value that each of them covers any part of."""
    side = values.shape[axis]
    first = np.arange(count) * side // count
    last = -(-np.arange(1, count + 1) * side // count) - 1
    largest = np.maximum.reduceat(values, first, axis=axis)
    return np.asarray(np.maximum(largest, np.take(values, last, axis=axis)), dtype=np.uint8)


def _packed(found: Changes) -> Found:
    return Found(
        size=found.size,
        box=found.box,
        levels=zlib.compress(found.levels, 6),
        heat=zlib.compress(found.heat, 6),
        usual=found.usual,
        shares=found.shares,
    )
