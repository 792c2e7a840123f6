"""Makes what is painted in a mask larger or smaller by some pixels, nearly round."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops

Grey = NDArray[np.uint8]


def grown(mask: Image.Image, pixels: int) -> Image.Image:
    """Give a mask (L) whose paint reaches `pixels` farther; shrunk when that is negative.

    Greys go along: each pixel takes the greatest (shrinking: least) value in an octagon around
    it. The picture's own border is no edge of the paint, so shrinking does not start there.
    """
    painted = mask.getbbox()
    if pixels == 0 or painted is None:
        return mask.copy()
    reach = abs(pixels)
    left, top, right, bottom = painted
    box = (
        max(0, left - reach),
        max(0, top - reach),
        min(mask.width, right + reach),
        min(mask.height, bottom + reach),
    )
    part = mask.crop(box)
    result = Image.new("L", mask.size, 0)
    if pixels > 0:
        result.paste(Image.fromarray(_widened(np.asarray(part), reach)), box)
    else:
        kept = _widened(np.asarray(ImageChops.invert(part)), reach)
        result.paste(ImageChops.invert(Image.fromarray(kept)), box)
    return result


def _widened(values: Grey, reach: int) -> Grey:
    """Spread high values over an octagon: a square, then a diamond, each made of lines."""
    side = round(reach * 0.414)  # of a regular octagon
    diamond = reach - side
    height, width = values.shape
    # Lines of a diamond leave the picture and come back into it.
    spread = np.pad(values, reach)
    for step in ((0, 1), (1, 0)):
        spread = _along(spread, step, side)
    if diamond:
        slant = (diamond - 1) // 2
        for step in ((1, 1), (1, -1)):
            spread = _along(spread, step, slant)
        for _cross in range(diamond - 2 * slant):
            spread = np.maximum(_along(spread, (0, 1), 1), _along(spread, (1, 0), 1))
    return np.ascontiguousarray(spread[reach : reach + height, reach : reach + width])


def _along(values: Grey, step: tuple[int, int], reach: int) -> Grey:
    """Take the greatest value among `reach` steps to both sides; runs double in length."""
    for sign in (1, -1):
        covered = 0
        spread = values
        while covered < reach:
            stride = min(covered + 1, reach - covered)
            way = sign * stride
            spread = np.maximum(spread, _shifted(spread, way * step[0], way * step[1]))
            covered += stride
        values = spread
    return values


def _shifted(values: Grey, down: int, right: int) -> Grey:
    """Move all values; what comes in is 0."""
    height, width = values.shape
    result = np.zeros_like(values)
    if abs(down) >= height or abs(right) >= width:
        return result
    result[max(0, down) : height + min(0, down), max(0, right) : width + min(0, right)] = values[
        max(0, -down) : height - max(0, down), max(0, -right) : width - max(0, right)
    ]
    return result
