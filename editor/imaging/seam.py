"""Brings an answer's colour and brightness to the original's, judged just outside the paint.

There both should show the same. One gain and one offset per channel explain what a model does
to a whole picture; whatever else differs is left alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from editor.imaging.growing import grown

Levels = NDArray[np.float32]

# More than this is no tint but another light, and repairing it would do harm.
MOST_GAIN, MOST_OFFSET = 0.25, 40.0  # share; levels of 255
_RING_SHARE = 0.05  # of the longer side: how far from the paint the seam reaches
_NARROWEST_RING = 6
_LEAST_PIXELS = 150
_ROUNDS = 6
_SPREAD_FLOOR = 1.5  # levels
_CALM_CONTRAST = 6.0  # levels: below it, a gain is not to be seen
_CLOSE_LEVELS = 10.0
_LEAST_AGREEING = 0.5  # share of the seam
_LEAST_GAIN_LEVELS = 0.3
_TILE = 8


@dataclass(frozen=True)
class ColourMatch:
    """What makes the answer's values the original's: `value * gain + offset`, per channel."""

    gain: tuple[float, float, float]
    offset: tuple[float, float, float]

    def applied(self, image: Image.Image) -> Image.Image:
        """Give an RGB or RGBA image with its colours brought over; alpha stays."""
        steps = np.arange(256, dtype=np.float32)
        table: list[int] = []
        for gain, offset in zip(self.gain, self.offset, strict=True):
            table += np.rint(steps * gain + offset).clip(0, 255).astype(int).tolist()
        if image.mode == "RGBA":
            table += list(range(256))
        return image.point(table)


def match_colours(
    before: Image.Image, after: Image.Image, painted: Image.Image
) -> ColourMatch | None:
    """Compare two reduced pictures (RGB or RGBA) in a ring around the paint (L, above 0).

    None when there is nothing to gain: the ring is too small, shows other things in both,
    differs by more than a tint, or fits no better afterwards.
    """
    reach = max(_NARROWEST_RING, round(max(painted.size) * _RING_SHARE))
    ring = (np.asarray(grown(painted, reach)) > 0) & (np.asarray(grown(painted, 1)) == 0)
    ring &= _opaque(before) & _opaque(after)
    if np.count_nonzero(ring) < _LEAST_PIXELS:
        return None
    old, new = (_smooth(image)[ring] for image in (before, after))
    judges = _every_second_tile(ring.shape)[ring]
    if judges.all() or not judges.any():
        return None
    fits = [_fitted(new[~judges, band], old[~judges, band]) for band in range(3)]
    if any(fit is None for fit in fits):
        return None
    gain, offset = (np.asarray(values, dtype=np.float32) for values in zip(*fits, strict=True))
    matched = new * gain + offset
    if not _helps(old[judges], new[judges], matched[judges]):
        return None
    return ColourMatch(_triple(gain), _triple(offset))


def _triple(values: Levels) -> tuple[float, float, float]:
    red, green, blue = (float(value) for value in values)
    return red, green, blue


def _fitted(new: Levels, old: Levels) -> tuple[float, float] | None:
    """Fit `old = new * gain + offset` by weights that leave out what differs otherwise."""
    gain, level = 1.0, float(np.median(old - new))
    middle = float(np.median(new))
    contrast = float(np.percentile(new, 90) - np.percentile(new, 10))
    for _round in range(_ROUNDS):
        rest = old - (middle + level + (new - middle) * gain)
        spread = max(_SPREAD_FLOOR, 1.5 * float(np.median(np.abs(rest))))
        weight = np.maximum(1 - (rest / (3 * spread)) ** 2, 0) ** 2
        total = float(weight.sum())
        if total < len(new) * _LEAST_AGREEING / 2:
            return None
        x, y = new - middle, old - middle
        x_mean, y_mean = float(weight @ x) / total, float(weight @ y) / total
        power = float(weight @ (x - x_mean) ** 2) + total * _CALM_CONTRAST**2
        # A calm ring tells an offset well and a gain badly: then the gain stays near 1.
        slope = float(weight @ ((x - x_mean) * (y - y_mean))) + total * _CALM_CONTRAST**2
        gain = slope / power if contrast > _CALM_CONTRAST else 1.0
        level = y_mean - gain * x_mean
    at_ends = (abs(level), abs(level + (gain - 1) * contrast / 2))
    if abs(gain - 1) > MOST_GAIN or max(at_ends) > MOST_OFFSET:
        return None
    return gain, middle + level - gain * middle


def _helps(old: Levels, new: Levels, matched: Levels) -> bool:
    """Tell whether the ring agrees with the match, and the seam surely gets smaller by it."""
    worst = np.abs(old - matched).max(axis=1)
    if float((worst <= _CLOSE_LEVELS).mean()) < _LEAST_AGREEING:
        return False
    came, left = (float(np.median(np.abs(old - other), axis=0).sum()) for other in (new, matched))
    return came - left >= _LEAST_GAIN_LEVELS * 3


def _smooth(image: Image.Image) -> Levels:
    """Average 3 x 3 pixels: grain and fine detail say nothing about colour."""
    return np.asarray(image.convert("RGB").filter(ImageFilter.BoxBlur(1))).astype(np.float32)


def _opaque(image: Image.Image) -> NDArray[np.bool_]:
    if image.mode != "RGBA":
        return np.ones((image.height, image.width), dtype=bool)
    return np.asarray(image.getchannel("A")) > 250


def _every_second_tile(shape: tuple[int, ...]) -> NDArray[np.bool_]:
    rows, columns = (np.arange(side) // _TILE % 2 == 1 for side in shape)
    return np.asarray(rows[:, None] ^ columns)
