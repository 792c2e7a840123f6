"""How far a model has moved and scaled a picture, and whether that may be taken back.

Measured on reduced grey copies, where nothing was painted. Every second tile takes no part in
the last, decisive steps of the measuring, and judges the outcome.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass

import numpy as np
from PIL import Image

from editor.imaging.growing import grown
from editor.imaging.motion import (
    TILE,
    Flags,
    Motion,
    Plane,
    Refined,
    coarse_motion,
    details,
    halved,
    likeness,
    moved,
    refine,
    tiled,
)

# In pixels of the picture as sent. Beyond these it is another picture, and no drift any more.
MOST_SHIFT, MOST_GROWTH = 20.0, 0.035

_LEAST_MOVE = 0.1  # pixels as sent; less is not worth taking back
_SURE_WITHIN = 0.3  # pixels as sent: the standard error at the painted part
_HALO = 10  # pixels around the paint that are not looked at: models smear, and so does blurring
_LEAST_SIDE = 24
# From which shift (pixels as sent) and scaling (per cent) on people are told. What was left
# as it came is worth a word only where it may be seen.
_TOLD_IF_UNDONE, _TOLD_IF_LEFT = (0.1, 0.05), (0.75, 0.3)
_LEAST_TILES = 4  # held out, with texture that both pictures share
_ALIKE = 0.5
_TEXTURE_LEVELS = 1.2  # mean fine detail of a tile; noise and compression make less
# What the held-out tiles must say: how much of the difference goes, and in how many of them.
_LEAST_GAIN, _LEAST_BETTER = 0.015, 0.7


@dataclass(frozen=True)
class Drift:
    """How an answer lies against its original, and what was done about it.

    The answer's content lies `dx` to the right of and `dy` below its place, in pixels of the
    picture as sent and at the middle of the frame, and is drawn `scale` times as large.
    `textured` tells whether the unpainted part shows enough that both pictures have in common
    to be sure of these figures; without it they are a guess, and nothing is undone. The residuals
    are the mean difference of fine detail, in levels of 255, on unpainted tiles that took no
    part in the measuring: as the answer came, and with the drift taken back.
    """

    dx: float
    dy: float
    scale: float
    undone: bool
    textured: bool
    residual_before: float = 0.0
    residual_after: float = 0.0

    @property
    def sentence(self) -> str:
        """How the answer lay and what was done about it, for people; empty without a drift."""
        shift = math.hypot(self.dx, self.dy)
        larger = (self.scale - 1) * 100
        least_shift, least_percent = _TOLD_IF_UNDONE if self.undone else _TOLD_IF_LEFT
        words = []
        if shift >= least_shift:
            words.append(f"shifted by {shift:.1f}\u00a0px")
        if abs(larger) >= least_percent:
            words.append(f"drawn {abs(larger):.1f}\u00a0% {'larger' if larger > 0 else 'smaller'}")
        if not self.textured or not words:
            return ""
        done = "undone" if self.undone else "left so, since taking it back did not surely help"
        return f"The answer was {' and '.join(words)}; {done}."

    @property
    def warning(self) -> str:
        """A sentence for people when it could not be told how the answer lies; else empty."""
        if self.textured:
            return ""
        return (
            "The unpainted part shows too little to tell whether the model shifted the picture; "
            "look closely at the edge of what was painted."
        )

    def as_json(self) -> dict[str, float | bool]:
        """Give the figures under the names of the fields, for keeping."""
        return asdict(self)


UNKNOWN = Drift(0.0, 0.0, 1.0, undone=False, textured=False)


def measure_drift(
    before: Image.Image, after: Image.Image, painted: Image.Image, unit: float
) -> Drift:
    """Measure how `after` lies against `before`, and decide whether to undo it.

    Both are grey (L) and show the frame at the same size; `painted` (L, above 0 = painted) has
    that size too. A side of one of their pixels is `unit` pixels of the picture as sent.
    """
    if min(before.size) < _LEAST_SIDE:
        return UNKNOWN
    seen = np.asarray(grown(painted, _HALO)) == 0
    judges = seen & _every_second_tile(seen.shape)
    if not judges.any() or judges.all():
        return UNKNOWN
    old, old_even = details(before)
    new, new_even = details(after)
    half = halved(seen.astype(np.float32)) > 0.99
    start = coarse_motion(halved(old_even), halved(new_even), half)
    start = refine(halved(old_even), halved(new_even), half, start, 3, 2 * unit).motion
    found = refine(old_even, new_even, seen & ~judges, start.scaled(2), 1, unit)
    return _judged(found, (old, new), judges, painted, unit)


def _every_second_tile(shape: tuple[int, ...]) -> Flags:
    rows, columns = (np.arange(side) // TILE % 2 == 1 for side in shape)
    return np.asarray(rows[:, None] ^ columns)


def _judged(
    found: Refined,
    pictures: tuple[Plane, Plane],
    judges: Flags,
    painted: Image.Image,
    unit: float,
) -> Drift:
    """Ask the tiles that were held out whether the motion explains what they show."""
    old, new = pictures
    motion = found.motion
    shift = max(abs(motion.dx), abs(motion.dy)) * unit
    possible = shift <= MOST_SHIFT and abs(motion.growth) <= MOST_GROWTH
    if not possible:
        return UNKNOWN
    margin = min(int(motion.reach(painted.size)) + 2, min(painted.size) // 4)
    inner = tuple(slice(margin, side - margin) for side in old.shape)
    then, seen = old[inner], judges[inner]
    came, undone = moved(new, Motion(), margin), moved(new, motion, margin)
    counted = tiled(seen.astype(np.float32))
    textured = tiled(np.abs(then) * seen) > _TEXTURE_LEVELS * counted
    looked_at = (counted > TILE * TILE / 4) & textured
    shared = looked_at & (likeness(then, undone, seen) > _ALIKE)
    corners = _corners(painted)
    sure = bool(shared.sum() >= _LEAST_TILES and found.doubt(corners) * unit <= _SURE_WITHIN)
    ask = shared if shared.any() else looked_at
    worse = tiled(np.abs(came - then) * seen)[ask]
    better = tiled(np.abs(undone - then) * seen)[ask]
    pixels = max(float(counted[ask].sum()), 1.0)
    far = float(np.abs(corners * motion.growth + (motion.dx, motion.dy)).max()) * unit
    gained = sure and far >= _LEAST_MOVE and _drops(worse, better)
    return Drift(
        dx=motion.dx * unit,
        dy=motion.dy * unit,
        scale=1 + motion.growth,
        undone=gained,
        textured=sure,
        residual_before=float(worse.sum()) / pixels,
        residual_after=float(better.sum()) / pixels,
    )


def _drops(worse: Plane, better: Plane) -> bool:
    """Tell whether undoing surely helps: clearly in the middle tile, and in most of them."""
    gain = 1 - better / np.maximum(worse, 1e-3)
    return bool(np.median(gain) >= _LEAST_GAIN and (gain > 0).mean() >= _LEAST_BETTER)


def _corners(painted: Image.Image) -> Plane:
    """The corners (x, y) of what was painted, counted from the middle."""
    left, top, right, bottom = painted.getbbox() or (0, 0, *painted.size)
    across, down = painted.width / 2, painted.height / 2
    points = [(x - across, y - down) for x in (left, right) for y in (top, bottom)]
    return np.asarray(points, dtype=np.float32)
