"""Finds the shift and scale between two grey pictures of the same thing.

Small windows of both are correlated, a vote finds what most of them agree on, and Gauss-Newton
steps bring that to fractions of a pixel. Parts that simply differ are outvoted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

Plane = NDArray[np.float32]  # (height, width)
Flags = NDArray[np.bool_]
Square = NDArray[np.float64]

TILE = 32  # pixels
FLAT_LEVELS = 2.0  # of 255: contrast that noise and compression alone may make

_DETAIL_RADIUS, _SURROUNDINGS_RADIUS = 0.8, 7
_WINDOW, _STEP = 64, 32
_LEAST_SEEN = 0.35  # of a window's pixels, to be looked at
_LEAST_ALIKE = 0.25  # correlation, 0 to 1
_SAME_VOTE = 1.5  # pixels
_GROWTHS = np.linspace(-0.04, 0.04, 33)
_OUTLIER = 1.1  # in units of the local contrast, where all values lie within about 2
# How large drifts usually are, before anything is seen: shift in pixels, growth.
_USUAL = (10.0, 10.0, 0.012)
# Neighbouring pixels of a blurred picture do not err independently.
_PIXELS_PER_OPINION = 12.0


@dataclass(frozen=True)
class Motion:
    """A point at `place` from the middle lies at `place * (1 + growth) + (dx, dy)` instead.

    In pixels of the planes that were compared.
    """

    dx: float = 0.0
    dy: float = 0.0
    growth: float = 0.0

    def scaled(self, factor: float) -> Motion:
        """The same motion in a picture whose sides are `factor` times as long."""
        return Motion(self.dx * factor, self.dy * factor, self.growth)

    def reach(self, size: tuple[int, int]) -> float:
        """The farthest that it moves any point of a plane of (width, height), per axis."""
        shift = max(abs(self.dx), abs(self.dy))
        return shift + abs(self.growth) * max(size) / 2


def details(image: Image.Image) -> tuple[Plane, Plane]:
    """Give the fine detail of a grey image (L) in levels, and the same by local contrast.

    Light and colour that change slowly are gone from both. In the second one, strong and
    weak textures weigh alike, and what is flat is near 0.
    """
    fine = _grey(image.filter(ImageFilter.GaussianBlur(_DETAIL_RADIUS)))
    fine -= _grey(image.filter(ImageFilter.GaussianBlur(_SURROUNDINGS_RADIUS)))
    power = np.minimum(np.abs(fine) * 4, 255).astype(np.uint8)
    around = _grey(Image.fromarray(power).filter(ImageFilter.GaussianBlur(_SURROUNDINGS_RADIUS)))
    return fine, np.asarray(fine / (around / 4 + FLAT_LEVELS), dtype=np.float32)


def halved(plane: Plane) -> Plane:
    """Give a plane at half its size; an odd last row or column counts as a whole one."""
    return np.asarray(Image.fromarray(plane).reduce(2))


def moved(plane: Plane, motion: Motion, margin: int) -> Plane:
    """Sample a plane where `motion` says each point has gone, `margin` pixels in from all sides.

    With the motion of its content, this takes the motion back.
    """
    height, width = plane.shape
    across = _span(width, motion.dx, motion.growth, margin)
    down = _span(height, motion.dy, motion.growth, margin)
    size = (width - 2 * margin, height - 2 * margin)
    image = Image.fromarray(plane).resize(
        size, Image.Resampling.BICUBIC, box=(across[0], down[0], across[1], down[1])
    )
    return np.asarray(image)


def _span(side: int, shift: float, growth: float, margin: int) -> tuple[float, float]:
    middle, half = side / 2 + shift, (side / 2 - margin) * (1 + growth)
    return max(0.0, middle - half), min(float(side), middle + half)


def coarse_motion(before: Plane, after: Plane, seen: Flags) -> Motion:
    """Vote on what most windows of two planes agree on, within about a pixel."""
    height, width = seen.shape
    window = min(_WINDOW, height, width)
    tops, lefts = (_places(side, window) for side in (height, width))
    places = [(top, left) for top in tops for left in lefts]
    visible = _windows(seen.astype(np.float32), places, window)
    kept = visible.mean(axis=(1, 2)) > _LEAST_SEEN
    if not kept.any():
        return Motion()
    taper = np.hanning(window + 2)[1:-1].astype(np.float32)
    visible = visible[kept] * (taper[:, None] * taper)
    shifts, alike = _correlated(
        _windows(before, places, window)[kept] * visible,
        _windows(after, places, window)[kept] * visible,
    )
    middles = np.asarray(places, dtype=np.float32)[kept] + window / 2
    middles -= (height / 2, width / 2)
    good = alike > _LEAST_ALIKE
    return _vote(middles[good], shifts[good], alike[good]) if good.any() else Motion()


def _places(side: int, window: int) -> list[int]:
    count = max(1, -(-(side - window) // _STEP) + 1)
    return [int(at) for at in np.linspace(0, side - window, count)]


def _windows(plane: Plane, places: list[tuple[int, int]], window: int) -> Plane:
    return np.stack([plane[top : top + window, left : left + window] for top, left in places])


def _correlated(before: Plane, after: Plane) -> tuple[Plane, Plane]:
    """Give each pair of windows' best (down, across) shift and its correlation, 0 to 1."""
    count, window, _width = before.shape
    spectrum = np.fft.rfft2(after) * np.conj(np.fft.rfft2(before))
    likeness = np.fft.irfft2(spectrum, s=(window, window))
    best = likeness.reshape(count, -1).argmax(axis=1)
    shifts = np.stack(np.divmod(best, window), axis=1).astype(np.float32)
    shifts[shifts >= window / 2] -= window
    power = np.sqrt((before**2).sum(axis=(1, 2)) * (after**2).sum(axis=(1, 2)))
    alike = likeness.reshape(count, -1).max(axis=1) / np.maximum(power, 1.0)
    return shifts, alike.astype(np.float32)


def _vote(middles: Plane, shifts: Plane, alike: Plane) -> Motion:
    """Find the growth and shift on which the windows with the most weight agree."""
    best, winners, growth = 0.0, np.ones(len(alike), dtype=bool), 0.0
    for tried in _GROWTHS:
        rest = shifts - middles * tried
        near = np.abs(rest[:, None] - rest[None]).max(axis=2) < _SAME_VOTE
        votes = near @ alike
        # Of two that fit as well, the smaller motion.
        votes *= 1 - 0.5 * abs(tried) - 0.002 * np.abs(rest).max(axis=1)
        leader = int(votes.argmax())
        if votes[leader] > best:
            best, winners, growth = float(votes[leader]), near[leader], float(tried)
    rest = np.average(shifts[winners] - middles[winners] * growth, axis=0, weights=alike[winners])
    return Motion(float(rest[1]), float(rest[0]), growth)


@dataclass(frozen=True)
class Refined:
    """A motion, and how far it may be off: the covariance of (dx, dy, growth)."""

    motion: Motion
    covariance: Square

    def doubt(self, points: Plane) -> float:
        """The standard error of the motion, in pixels, at the worst of points (x, y).

        The points are counted from the middle of the planes.
        """
        spread = self.covariance
        errors = [
            spread[axis, axis]
            + 2 * points[:, axis] * spread[axis, 2]
            + points[:, axis] ** 2 * spread[2, 2]
            for axis in (0, 1)
        ]
        return float(np.sqrt(max(0.0, np.max(errors))))


def refine(
    before: Plane, after: Plane, seen: Flags, start: Motion, rounds: int, unit: float
) -> Refined:
    """Bring a motion that is right within a pixel to fractions of one.

    `unit` is the length of a pixel of the planes in pixels of the picture as sent.
    """
    height, width = before.shape
    usual = np.asarray(_USUAL) / (unit, unit, 1)
    prior = np.diag(usual**-2)
    at = np.asarray([start.dx, start.dy, start.growth])
    for _round in range(rounds):
        motion = Motion(*at.tolist())
        margin = min(int(motion.reach((width, height))) + 2, min(height, width) // 4)
        inner = (slice(margin, height - margin), slice(margin, width - margin))
        now, then = moved(after, motion, margin), before[inner]
        apart = now - then
        weight = _weights(apart, _trusted(then, now, seen[inner]))
        noise = float((weight * apart**2).sum()) / (float(weight.sum()) + 1e-6) + 1e-4
        weight /= noise * _PIXELS_PER_OPINION
        precision, pull, hold = _equations(then, now, weight)
        at = at - np.linalg.solve(precision + prior, pull + prior @ at)
    return Refined(Motion(*at.tolist()), _inverse_of_positive(hold, prior))


def _equations(then: Plane, now: Plane, weight: Plane) -> tuple[Square, Square, Square]:
    """Sum up the weighted normal equations of (dx, dy, growth): matrix, right side, and hold.

    The hold is the matrix as far as both planes have the same slopes: what only one of them has
    is noise, and no hold for measuring.
    """
    precision, pull, hold = np.zeros((3, 3)), np.zeros(3), np.zeros((3, 3))
    for top in range(0, then.shape[0], TILE):  # by bands, for the cache's sake
        rows = slice(top, top + TILE)
        steep, steep_now = (_slopes(plane, top) for plane in (then, now))
        slopes = (steep + steep_now) / 2
        band = weight[rows].ravel()
        weighted = slopes * band
        precision += weighted @ slopes.T
        pull += weighted @ (now[rows] - then[rows]).ravel()
        hold += (steep * band) @ steep_now.T
    return precision, pull, (hold + hold.T) / 2


def _inverse_of_positive(hold: Square, prior: Square) -> Square:
    """Invert the sum of both, where `hold` counts for nothing in the directions it denies."""
    usual = np.sqrt(np.diag(prior))
    strength, ways = np.linalg.eigh(hold / np.outer(usual, usual))
    inverse = (ways / (1 + np.maximum(strength, 0))) @ ways.T
    return np.asarray(inverse / np.outer(usual, usual))


def _weights(apart: Plane, trust: Plane) -> Plane:
    """Tukey's weights: what differs by more than the local contrast has no say."""
    left: Plane = np.maximum(1 - (apart / np.float32(_OUTLIER)) ** 2, 0)
    return left * left * trust


def likeness(then: Plane, now: Plane, seen: Flags) -> Plane:
    """Correlate two planes tile by tile: 1 where they show the same, about 0 where not."""
    over, under = then * seen, now * seen
    power = np.sqrt(tiled(over * over) * tiled(under * under))
    alike: Plane = tiled(over * under) / np.maximum(power, TILE)
    return alike


def _trusted(then: Plane, now: Plane, seen: Flags) -> Plane:
    """Weigh each pixel by how alike the two planes are in its tile: 0 where they are not."""
    alike = likeness(then, now, seen)
    share = np.clip((alike - _LEAST_ALIKE) / (1 - _LEAST_ALIKE), 0, 1) ** 2
    height, width = then.shape
    spread = np.repeat(np.repeat(share, TILE, axis=0), TILE, axis=1)[:height, :width]
    return np.asarray(spread * seen, dtype=np.float32)


def tiled(plane: Plane) -> Plane:
    """Sum a plane over square tiles; those on the right and below may be cut."""
    rows, columns = (np.arange(0, side, TILE) for side in plane.shape)
    return np.asarray(np.add.reduceat(np.add.reduceat(plane, rows, axis=0), columns, axis=1))


def _slopes(plane: Plane, top: int) -> Plane:
    """How a band of rows changes with dx, dy and growth about the middle: three lines of pixels."""
    height, width = plane.shape
    bottom = min(height, top + TILE)
    first = max(0, top - 1)
    both: list[Plane] = list(np.gradient(plane[first : min(height, bottom + 1)]))
    down, across = (slope[top - first :][: bottom - top] for slope in both)
    y = np.arange(top, bottom, dtype=np.float32) + np.float32(0.5 - height / 2)
    x = np.arange(width, dtype=np.float32) + np.float32(0.5 - width / 2)
    grown = across * x + down * y[:, None]
    return np.stack([across.ravel(), down.ravel(), grown.ravel()])


def _grey(image: Image.Image) -> Plane:
    return np.asarray(image).astype(np.float32)
