"""A second look at a finished result, from its files alone: did only the paint change?"""

from __future__ import annotations

from dataclasses import dataclass

from editor.imaging.composing import lock_figures
from editor.imaging.masking import read_mask
from editor.imaging.reading import Limits, read_picture
from editor.imaging.sizes import Size


@dataclass(frozen=True)
class Proved:
    """What a second look at a finished result found; without a mask nothing is counted."""

    size: Size
    same_size: bool
    outside_pixels: int | None = None
    changed_pixels: int | None = None


def prove(original: bytes, mask: bytes | None, result: bytes, limits: Limits) -> Proved:
    """Count anew where a result differs from its original outside the paint.

    Raises PictureRefused and MaskRefused.
    """
    before, after = read_picture(original, limits), read_picture(result, limits)
    size = Size(*after.image.size)
    if mask is None:
        return Proved(size, same_size=size == before.image.size)
    painted = read_mask(mask, before.image.size)
    if size != before.image.size:
        return Proved(size, same_size=False)
    one, two = before.image, after.image
    if one.mode != two.mode:
        one, two = one.convert("RGBA"), two.convert("RGBA")
    outside, changed = lock_figures(one, two, painted)
    return Proved(size, True, outside, changed)
