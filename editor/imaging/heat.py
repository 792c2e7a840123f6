"""Where and how far an answer differs from its original, as a picture for people."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from editor.imaging.comparing import VISIBLE_LEVELS, Comparison

# What differs this much, in levels of 255, is shown as hot as it gets.
HOTTEST_LEVELS = 96
_GROUND = 0.45  # the original shows through as a dim grey
_COOL, _HOT = (255, 214, 74), (214, 20, 20)  # differ in lightness, so hue carries nothing
_RIM = (255, 255, 255)


@dataclass(frozen=True)
class Heat:
    """An answer as it came, and how far it differs from its original; both of the frame's shape.

    The rim of the mask is drawn into `difference`. What does not differ visibly is grey.
    """

    answer: Image.Image
    difference: Image.Image


def heat_of(both: Comparison) -> Heat:
    """Draw the difference between original and answer, as they are, on reduced copies (RGB)."""
    before, after = (image.convert("RGB") for image in (both.before, both.after))
    old, new = (np.asarray(image).astype(np.int16) for image in (before, after))
    apart = np.abs(new - old).max(axis=2)
    ground = np.asarray(before.convert("L")).astype(np.float32) * _GROUND
    drawn = np.repeat(ground[..., None], 3, axis=2)
    visible = apart > VISIBLE_LEVELS
    share = ((apart - VISIBLE_LEVELS) / (HOTTEST_LEVELS - VISIBLE_LEVELS)).clip(0, 1)[..., None]
    warm = np.asarray(_COOL) * (1 - share) + np.asarray(_HOT) * share
    drawn[visible] = warm[visible]
    drawn[_rim(both.painted)] = _RIM
    return Heat(after, Image.fromarray(np.rint(drawn).astype(np.uint8)))


def _rim(painted: Image.Image) -> NDArray[np.bool_]:
    """The pixels just outside of what is painted."""
    flat = painted.point([0] + [255] * 255)
    wide = flat.filter(ImageFilter.MaxFilter(3))
    return np.asarray(np.asarray(wide) > np.asarray(flat))
