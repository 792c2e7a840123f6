"""Finds what a model has truly changed in a picture that it has drawn anew as a whole.

Both are laid over each other (a drift is taken back, a tint matched), and what then still
differs by more than noise, compression, softening and the last half pixel can explain, is a
change. How far it differs is kept for every place, so the threshold can be chosen afterwards.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageFilter

from editor.imaging.colour import convert
from editor.imaging.comparing import Comparison, on_one_ground
from editor.imaging.composing import Fit
from editor.imaging.drift import Drift
from editor.imaging.framing import Box, Frame, Size
from editor.imaging.growing import grown
from editor.imaging.placing import place_of, reduced
from editor.imaging.reading import ReadPicture
from editor.imaging.regions import number_areas
from editor.imaging.seam import ColourMatch

Plane = NDArray[np.float32]  # (height, width)
Flags = NDArray[np.bool_]
Grey = NDArray[np.uint8]

# How much must differ to count, from the strictest level to the finest one; in levels of 255.
STRICTEST, FINEST, LEVELS = 56.0, 4.0, 16
_LOOKED_AT_PIXELS = 260_000

_BLUR, _SURROUNDINGS = 1.2, 6.0  # pixels of the reduced copies
_SAME_LEVELS = 10.0
_EDGE_SHARE = 0.45  # of the contrast around, which softening and half a pixel of shift explain
_TEXTURE_SHARE = 0.75  # of the texture, which may be softened without being another one
_TEXTURED_LEVELS = 3.0
_ALIKE = 0.45
# What two pictures of one scene have in common, in shares of all pixels: so much is proof
# enough, and so much less will do when the textured part of the picture is alike, too.
_SURELY_SAME_SHARE, _LEAST_SAME_SHARE, _LEAST_ALIKE_SHARE = 0.5, 0.15, 0.45
_LITTLE_TEXTURE, _MOST_CHANGED = 0.02, 0.9
_STRICT_LEVEL, _USUAL_LEVEL = 3, 8
_PEAK = 1.4  # an area counts when it differs by so much more than asked, somewhere
_SPECK_SHARE, _HOLE_SHARE = 1 / 5000, 1 / 60  # of the pixels looked at
_CLOSED, _WIDENED = 3, 2  # pixels
_ROUNDS = 8


class NothingInCommon(ValueError):
    """The answer is another picture, or one changed all over: nothing of the original is in it."""


@dataclass(frozen=True)
class Changes:
    """What an answer changed, on a small copy of what the frame shows.

    `levels` holds a byte per pixel, row by row: 0 where nothing changed, else from which level
    (1 the strictest, LEVELS the finest) on the place belongs to what changed. Each level holds
    all of the stricter ones. `heat` says how much each place differs, 0 to 255; `usual` is the
    level proposed, `shares` the share of the copy that is changed at each level, from level 1.
    """

    size: Size
    box: Box
    levels: bytes
    heat: bytes
    usual: int
    shares: tuple[float, ...]
    fit: Fit

    def at(self, level: int) -> Image.Image:
        """Give what changed at a level as a small mask (L, 255 = changed)."""
        return Image.frombytes("L", self.size, self.levels).point(
            [0, *([255] * level), *([0] * (255 - level))]
        )


def find_changes(original: ReadPicture, answer: ReadPicture, frame: Frame) -> Changes:
    """Compare a picture with an answer that was drawn for `frame` of it, without any mask.

    Raises NothingInCommon when the two do not show the same scene.
    """
    nothing = Image.new("L", original.image.size, 0)
    drift = Comparison(original, answer, nothing, frame).drift()
    before, after = _side_by_side(original, answer, frame, drift)
    colour = _tint(before, after)
    matched = after if colour is None else colour.applied(after)
    strength, alike = _difference(before, matched)
    levels = _by_level(strength)
    shares = np.bincount(levels.reshape(-1), minlength=LEVELS + 1)[1:].cumsum() / levels.size
    if not alike or shares[_usual(shares) - 1] > _MOST_CHANGED:
        message = "The answer differs from the picture all over."
        raise NothingInCommon(message)
    heat = np.sqrt((strength / STRICTEST).clip(0, 1)) * 255
    return Changes(
        size=Size(*before.size),
        box=frame.box,
        levels=levels.tobytes(),
        heat=heat.astype(np.uint8).tobytes(),
        usual=_usual(shares),
        shares=tuple(float(share) for share in shares),
        fit=Fit(drift, colour),
    )


def full_mask(small: Image.Image, box: Box, size: Size) -> Image.Image:
    """Enlarge a small mask (L, 0 or 255) of `box` to a mask of the whole picture, smoothly.

    The outline runs where the enlarged small one is half covered; nothing is soft.
    """
    smooth = Image.fromarray(_rounded(np.asarray(small)))
    part = smooth.resize(box.size, Image.Resampling.BILINEAR).point([0] * 128 + [255] * 128)
    mask = Image.new("L", size, 0)
    mask.paste(part, box)
    return mask


def threshold(level: int) -> float:
    """By how much a place must differ to belong to a level, in levels of 255."""
    return STRICTEST * math.pow(FINEST / STRICTEST, (level - 1) / (LEVELS - 1))


def _rounded(small: Grey) -> Grey:
    """Take the corners of single pixels away: each becomes a mean, weighted 1 2 1 both ways."""
    wide = np.pad(small, 1, mode="edge").astype(np.uint16)
    rows = wide[:-2] + 2 * wide[1:-1] + wide[2:]
    both = rows[:, :-2] + 2 * rows[:, 1:-1] + rows[:, 2:]
    return np.asarray(both // 16, dtype=np.uint8)


def _side_by_side(
    original: ReadPicture, answer: ReadPicture, frame: Frame, drift: Drift
) -> tuple[Image.Image, Image.Image]:
    """Give both at one small size (RGB), the answer with its drift taken back."""
    box, sent = frame.box, frame.inner_span(Size(*answer.image.size))
    shown = (sent[2] - sent[0]) * (sent[3] - sent[1])
    scale = min(1.0, math.sqrt(min(_LOOKED_AT_PIXELS, shown) / box.size.pixels))
    size = Size(*(max(1, round(side * scale)) for side in box.size))
    before = original.image.resize(size, Image.Resampling.BICUBIC, box=box, reducing_gap=1.5)
    place = place_of(frame, Size(*answer.image.size), drift)
    after = convert(
        reduced(answer.image, place, box, size), answer.icc_profile, original.icc_profile
    )
    return on_one_ground(before, after)


def _tint(before: Image.Image, after: Image.Image) -> ColourMatch | None:
    """Find the gain and offset per channel that most of the picture agrees on; None without gain.

    Only what is nearly the same in both has a say, so a change of half the picture does no harm.
    """
    small = (max(1, before.width // 2), max(1, before.height // 2))
    old, new = (
        np.asarray(image.resize(small, Image.Resampling.BOX), dtype=np.float32).reshape(-1, 3)
        for image in (before, after)
    )
    fits = [_line(new[:, band], old[:, band]) for band in range(3)]
    gain, offset = (np.asarray(values, dtype=np.float32) for values in zip(*fits, strict=True))
    came = np.median(np.abs(old - new), axis=0).sum()
    left = np.median(np.abs(old - (new * gain + offset)), axis=0).sum()
    if came - left < 0.6:
        return None
    return ColourMatch(_triple(gain), _triple(offset))


def _triple(values: NDArray[np.float32]) -> tuple[float, float, float]:
    red, green, blue = (float(value) for value in values)
    return red, green, blue


def _line(new: Plane, old: Plane) -> tuple[float, float]:
    gain, offset = 1.0, float(np.median(old - new))
    for _round in range(_ROUNDS):
        rest = old - (new * gain + offset)
        spread = max(2.0, 1.5 * float(np.median(np.abs(rest))))
        weight = np.maximum(1 - (rest / (2.5 * spread)) ** 2, 0) ** 2
        total = float(weight.sum()) or 1.0
        x_mean, y_mean = float(weight @ new) / total, float(weight @ old) / total
        # A calm picture tells an offset well and a gain badly: then the gain stays near 1.
        calm = total * _SAME_LEVELS**2
        power = float(weight @ (new - x_mean) ** 2) + calm
        slope = float(weight @ ((new - x_mean) * (old - y_mean))) + calm
        gain = min(1.3, max(0.75, slope / power))
        offset = y_mean - gain * x_mean
    return gain, offset


def _difference(before: Image.Image, after: Image.Image) -> tuple[Plane, bool]:
    """Give by how many levels each place differs beyond what drawing anew explains.

    Also tells whether the two show the same scene at all.
    """
    apart = np.abs(_soft(before) - _soft(after)).max(axis=2)
    around = np.maximum(_contrast(before), _contrast(after))
    old, new = _detail(before), _detail(after)
    texture_old, texture_new = _power(old), _power(new)
    texture = np.maximum(texture_old, texture_new)
    retextured = 2 * (_power(old - new) - _TEXTURE_SHARE * texture)
    strength = np.maximum(apart - _EDGE_SHARE * around, retextured)
    # What most of the picture differs by is the model's hand, and no change.
    noise = float(np.percentile(np.maximum(strength, 0), 30))
    likeness = _mean(old * new) / np.maximum(texture_old * texture_new, 1e-3)
    alike = likeness[texture_old > _TEXTURED_LEVELS] > _ALIKE
    return np.maximum(strength - noise, 0), _same_scene(apart, alike)


def _same_scene(apart: Plane, alike: Flags) -> bool:
    """Judge by how much is simply the same, and, where that is little, by how textures lie."""
    same = float((apart < _SAME_LEVELS).mean())
    if same >= _SURELY_SAME_SHARE:
        return True
    textured = alike.size >= apart.size * _LITTLE_TEXTURE
    return textured and same >= _LEAST_SAME_SHARE and bool(alike.mean() >= _LEAST_ALIKE_SHARE)


def _soft(image: Image.Image) -> NDArray[np.float32]:
    return np.asarray(image.filter(ImageFilter.GaussianBlur(_BLUR)), dtype=np.float32)


def _contrast(image: Image.Image) -> Plane:
    """How far the lightest and the darkest pixel near each place are apart."""
    grey = image.convert("L").filter(ImageFilter.GaussianBlur(_BLUR / 2))
    spread = ImageChops.subtract(
        grey.filter(ImageFilter.MaxFilter(3)), grey.filter(ImageFilter.MinFilter(3))
    )
    return np.asarray(spread, dtype=np.float32)


def _detail(image: Image.Image) -> Plane:
    """What is finer than the surroundings, in levels."""
    grey = image.convert("L")
    fine = np.asarray(grey.filter(ImageFilter.GaussianBlur(0.7)), dtype=np.float32)
    coarse = np.asarray(grey.filter(ImageFilter.GaussianBlur(_SURROUNDINGS)), dtype=np.float32)
    return fine - coarse


def _power(plane: Plane) -> Plane:
    """The root mean square around each place."""
    return np.asarray(np.sqrt(np.maximum(_mean(plane * plane), 0)))


def _mean(plane: Plane, reach: int = 4) -> Plane:
    """Average over a square of `2 * reach + 1` pixels around each place."""
    side = 2 * reach + 1
    for axis in (0, 1):
        pad = [(0, 0), (0, 0)]
        pad[axis] = (reach + 1, reach)
        sums = np.cumsum(np.pad(plane, pad, mode="edge"), axis=axis, dtype=np.float64)
        high, low = np.split(sums, [side], axis=axis)[1], np.split(sums, [-side], axis=axis)[0]
        plane = ((high - low) / side).astype(np.float32)
    return plane


def _by_level(strength: Plane) -> Grey:
    """Give for each place the strictest level at which it belongs to what changed, 0 for none.

    Every step of the cleaning lets a larger set grow only, so the levels contain each other.
    """
    levels = np.zeros(strength.shape, dtype=np.uint8)
    for level in range(LEVELS, 0, -1):
        levels[_cleaned(strength, threshold(level))] = level
    return levels


def _cleaned(strength: Plane, least: float) -> Flags:
    """What differs by at least so much: specks dropped, gaps closed, holes filled, widened."""
    flags = _without_specks(strength >= least, strength >= least * _PEAK)
    if not flags.any():
        return flags
    mask = Image.fromarray(flags.astype(np.uint8) * 255)
    mask = grown(grown(mask, _CLOSED), -_CLOSED)
    return np.asarray(grown(_filled(mask), _WIDENED)) > 0


def _without_specks(flags: Flags, peaks: Flags) -> Flags:
    """Keep the areas that are large enough and differ strongly somewhere."""
    numbers, areas = number_areas(flags)
    strong = np.zeros(len(areas), dtype=bool)
    strong[numbers[peaks & flags]] = True
    strong &= areas >= flags.size * _SPECK_SHARE
    strong[0] = False
    return np.asarray(strong[numbers])


def _usual(shares: NDArray[np.float64]) -> int:
    """Propose a level: a middle one, and a stricter one where the changed part suddenly grows,

    because then it has come down into the noise; a finer one as long as nothing is found.
    """
    found = int(np.searchsorted(shares, 1e-9, side="right")) + 1
    if found > _USUAL_LEVEL:
        return min(found, LEVELS)
    level = max(found, _STRICT_LEVEL)
    while level < _USUAL_LEVEL and shares[level] <= 1.15 * shares[level - 1] + 0.01:
        level += 1
    return level


def _filled(mask: Image.Image) -> Image.Image:
    """Fill what is enclosed and small."""
    numbers, areas = number_areas(np.asarray(mask) == 0)
    kept = areas > mask.width * mask.height * _HOLE_SHARE
    for edge in (numbers[0], numbers[-1], numbers[:, 0], numbers[:, -1]):
        kept[edge] = True
    kept[0] = False
    return Image.fromarray(np.where(kept[numbers], 0, 255).astype(np.uint8))
