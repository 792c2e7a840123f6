"""Takes something out of a picture: the hole is filled with patches from around it.

A patch search in the manner of Wexler and Barnes, vectorised: on a small copy, coarse to fine, each
pixel of the hole looks for the place outside that resembles its surroundings most; the places found
are then copied at full resolution, so that the fill is as sharp as the rest.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from sandbox.pixels import Bools, Floats, Ints, Rgb, floats, to_bytes
from sandbox.seams import even_out, stretch_over

RADIUS = 3
OFFSETS = [(dy, dx) for dy in range(-RADIUS, RADIUS + 1) for dx in range(-RADIUS, RADIUS + 1)]
COMPARED = [(dy, dx) for dy, dx in OFFSETS if (dy + dx) % 2 == 0]
SEARCH_PIXELS = 90_000
HOLE_PIXELS = 9_000
BEGINNINGS = 5
TRUST_BASE = 1.3
FAR = np.float32(1e12)


@dataclass
class Level:
    """One scale of the search, padded by RADIUS on every side. `targets` and `places` are flat
    positions in the padded picture: what is to fill, and where it is copied from.
    `trust` is 1 for known pixels and falls with depth into the hole; `per_trust` evens out its sum
    over each target's patch."""

    picture: Floats
    hole: Bools
    sources: Bools
    targets: Ints
    places: Ints
    trust: Floats
    per_trust: Floats


@dataclass(frozen=True)
class _Found:
    """A filled picture, where each of its pixels is copied from, and how badly that fits."""

    picture: Floats
    rows: Ints
    columns: Ints
    misfit: float


def fill(picture: Rgb, hole: Bools, chance: np.random.Generator) -> Rgb:
    """The picture with its hole (True) filled; everything else is untouched."""
    top, bottom, left, right = _surroundings(hole)
    part, part_hole = picture[top:bottom, left:right], hole[top:bottom, left:right]
    height, width = part_hole.shape
    scale = min(
        1.0,
        (SEARCH_PIXELS / (height * width)) ** 0.5,
        (HOLE_PIXELS / max(1, int(part_hole.sum()))) ** 0.5,
    )
    small = (max(24, round(width * scale)), max(24, round(height * scale)))
    found = _search(_shrink(part, small), _shrink_hole(part_hole, small), chance)
    filled = picture.copy()
    if found is None:
        filled[top:bottom, left:right] = _smear(part, part_hole)
    else:
        filled[top:bottom, left:right] = _copy_at_full_size(part, part_hole, *found)
    return filled


def _surroundings(hole: Bools) -> tuple[int, int, int, int]:
    """The box around the hole in which to look for patches: as far again as the hole is large."""
    rows, columns = np.flatnonzero(hole.any(axis=1)), np.flatnonzero(hole.any(axis=0))
    top, bottom, left, right = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
    reach = max(48, int(1.1 * max(bottom - top, right - left)))
    return (
        max(0, int(top) - reach),
        min(hole.shape[0], int(bottom) + reach),
        max(0, int(left) - reach),
        min(hole.shape[1], int(right) + reach),
    )


def _shrink(picture: Rgb, size: tuple[int, int]) -> Floats:
    resized = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    lab = cv2.cvtColor(resized.astype(np.float32) / 255, cv2.COLOR_RGB2Lab)
    return np.asarray(lab, dtype=np.float32)


def _shrink_hole(hole: Bools, size: tuple[int, int]) -> Bools:
    """Every small pixel that touches the hole belongs to it."""
    return np.asarray(
        cv2.resize(hole.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0.02
    )


def _shrink_known(picture: Floats, hole: Bools, size: tuple[int, int]) -> tuple[Floats, Bools]:
    """A coarser copy whose colours come from outside the hole alone; only pixels that lie mostly
    inside count as hole, so that a thin strip beside it is not lost."""
    known = floats(~hole)
    share = floats(cv2.resize(known, size, interpolation=cv2.INTER_AREA))
    colours = cv2.resize(picture * known[..., None], size, interpolation=cv2.INTER_AREA)
    return floats(colours / np.maximum(share, 1e-3)[..., None]), np.asarray(share < 0.4)


def _search(
    picture: Floats, hole: Bools, chance: np.random.Generator
) -> tuple[Floats, Ints, Ints] | None:
    """The filled small picture (Lab) and for each of its pixels the row and column to copy from;
    None when hardly anything is left to copy."""
    sizes = [hole.shape]
    while min(sizes[-1]) > 48 and len(sizes) < 5:
        sizes.append((sizes[-1][0] // 2 + sizes[-1][0] % 2, sizes[-1][1] // 2 + sizes[-1][1] % 2))
    scales = [_shrink_known(picture, hole, (width, height)) for height, width in sizes[:0:-1]]
    scales.append((picture, hole))
    coarse = max(1, len(scales) - 2)
    # A search can settle on something odd. On small copies it is cheap to begin anew and compare.
    found: _Found | None = None
    for _ in range(BEGINNINGS):
        tried = _refine(scales[:coarse], None, chance)
        if tried and (found is None or tried.misfit < found.misfit):
            found = tried
    if found and scales[coarse:]:
        found = _refine(scales[coarse:], found, chance)
    if found is None:
        return None
    tones = even_out(found.picture, hole, found.rows, found.columns)
    return tones, found.rows, found.columns


def _refine(
    scales: Sequence[tuple[Floats, Bools]], start: _Found | None, chance: np.random.Generator
) -> _Found | None:
    """Search from coarse to fine, from `start` or from nothing."""
    found = start
    for picture, hole in scales:
        level = _make_level(picture, hole, found.picture if found else None)
        if np.count_nonzero(level.sources) < 60 or not level.targets.size:
            return None
        _place(level, found, chance)
        for _ in range(3 if found else 8):
            for reach in (1, 2, 1):
                _improve(level, reach, chance)
            _vote(level)
        found = _unpad(level)
    return found


def _make_level(picture: Floats, hole: Bools, guess: Floats | None) -> Level:
    height, width = hole.shape
    if guess is None:
        start = stretch_over(picture, hole)
    else:
        start = np.asarray(cv2.resize(guess, (width, height), interpolation=cv2.INTER_LINEAR))
    filled = np.where(hole[..., None], start, picture)
    pad = ((RADIUS, RADIUS), (RADIUS, RADIUS))
    padded_hole = np.pad(hole, pad, mode="reflect")
    touched = cv2.dilate(padded_hole.astype(np.uint8), np.ones((2 * RADIUS + 1,) * 2, np.uint8)) > 0
    inside = np.zeros_like(padded_hole)
    inside[RADIUS:-RADIUS, RADIUS:-RADIUS] = True
    interior = np.zeros_like(padded_hole)
    interior[2 * RADIUS : -2 * RADIUS, 2 * RADIUS : -2 * RADIUS] = True
    sources = interior & ~touched
    depth = cv2.distanceTransform(padded_hole.astype(np.uint8), cv2.DIST_L2, 3)
    targets = np.flatnonzero(touched & inside)
    trust = np.power(np.float32(TRUST_BASE), -floats(depth)).ravel()
    stride = padded_hole.shape[1]
    return Level(
        picture=np.pad(filled, (*pad, (0, 0)), mode="reflect").astype(np.float32),
        hole=padded_hole,
        sources=sources,
        targets=targets,
        places=np.zeros_like(targets),
        trust=trust,
        per_trust=len(COMPARED) / sum(trust[targets + dy * stride + dx] for dy, dx in COMPARED),
    )


def _place(level: Level, coarser: _Found | None, chance: np.random.Generator) -> None:
    """First places: from the coarser level, else by chance; unusable ones are drawn again."""
    height, width = level.hole.shape
    allowed = np.flatnonzero(level.sources)
    level.places = allowed[chance.integers(0, allowed.size, level.targets.size)]
    if coarser is None:
        return
    rows, columns = coarser.rows, coarser.columns
    y, x = np.divmod(level.targets, width)
    coarse_y = np.minimum((y - RADIUS) // 2, rows.shape[0] - 1)
    coarse_x = np.minimum((x - RADIUS) // 2, rows.shape[1] - 1)
    from_y = rows[coarse_y, coarse_x] * 2 + (y - RADIUS) % 2 + RADIUS
    from_x = columns[coarse_y, coarse_x] * 2 + (x - RADIUS) % 2 + RADIUS
    usable = (from_y >= 0) & (from_y < height) & (from_x >= 0) & (from_x < width)
    flat = np.where(usable, from_y * width + from_x, 0)
    usable &= level.sources.ravel()[flat]
    level.places = np.where(usable, flat, level.places)


def _distances(level: Level, places: Ints) -> Floats:
    """How little the surroundings of each target resemble those of its place."""
    width = level.hole.shape[1]
    flat = level.picture.reshape(-1, 3)
    total = np.zeros(places.size, np.float32)
    for dy, dx in COMPARED:
        step = dy * width + dx
        difference = flat[level.targets + step] - flat[places + step]
        total += level.trust[level.targets + step] * np.einsum("ij,ij->i", difference, difference)
    return total * level.per_trust


def _improve(level: Level, reach: int, chance: np.random.Generator) -> None:
    """Each target tries the places of its neighbours and a few by chance, and keeps the best."""
    height, width = level.hole.shape
    allowed = level.sources.ravel()
    best = _distances(level, level.places)
    index = np.full(height * width, -1, np.intp)
    index[level.targets] = np.arange(level.targets.size)
    for step in (reach, -reach, reach * width, -reach * width):
        neighbour = index[np.clip(level.targets + step, 0, index.size - 1)]
        _try(level, np.where(neighbour >= 0, level.places[neighbour] - step, -1), allowed, best)
    for radius in (max(height, width) // 2, max(height, width) // 8, 2):
        y, x = np.divmod(level.places, width)
        y = y + chance.integers(-radius, radius + 1, y.size)
        x = x + chance.integers(-radius, radius + 1, x.size)
        outside = (y < 0) | (y >= height) | (x < 0) | (x >= width)
        _try(level, np.where(outside, -1, y * width + x), allowed, best)


def _try(level: Level, candidates: Ints, allowed: Bools, best: Floats) -> None:
    usable = (candidates >= 0) & (candidates < allowed.size)
    usable &= allowed[np.where(usable, candidates, 0)]
    safe = np.where(usable, candidates, level.places)
    distance = np.where(usable, _distances(level, safe), FAR)
    better = distance < best
    best[better] = distance[better]
    level.places[better] = safe[better]


def _vote(level: Level) -> None:
    """Each pixel of the hole becomes the weighted mean of what all patches over it say."""
    width = level.hole.shape[1]
    flat = level.picture.reshape(-1, 3)
    distance = _distances(level, level.places)
    spread = max(float(np.percentile(distance, 50)), 1.0)
    weight = np.exp(-3 * distance / spread) * level.trust[level.targets] + np.float32(1e-9)
    total = np.zeros_like(flat)
    weights = np.zeros(flat.shape[0], np.float32)
    for dy, dx in OFFSETS:
        step = dy * width + dx
        total[level.targets + step] += flat[level.places + step] * weight[:, None]
        weights[level.targets + step] += weight
    changed = level.hole.ravel() & (weights > 0)
    flat[changed] = total[changed] / weights[changed][:, None]


def _unpad(level: Level) -> _Found:
    height, width = level.hole.shape
    places = np.arange(height * width, dtype=np.intp)
    places[level.targets] = level.places
    rows, columns = np.divmod(places.reshape(height, width), width)
    inner = (slice(RADIUS, -RADIUS), slice(RADIUS, -RADIUS))
    misfit = float(_distances(level, level.places).mean())
    return _Found(level.picture[inner], rows[inner] - RADIUS, columns[inner] - RADIUS, misfit)


def _copy_at_full_size(part: Rgb, hole: Bools, guess: Floats, rows: Ints, columns: Ints) -> Rgb:
    """Broad tones from the small fill, fine detail copied from the places it found."""
    height, width = hole.shape
    small_height, small_width = rows.shape
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    moved_y = (rows - np.arange(small_height)[:, None]).astype(np.float32) * (height / small_height)
    moved_x = (columns - np.arange(small_width)[None, :]).astype(np.float32) * (width / small_width)
    size = (width, height)
    from_y = y + cv2.resize(moved_y, size, interpolation=cv2.INTER_NEAREST)
    from_x = x + cv2.resize(moved_x, size, interpolation=cv2.INTER_NEAREST)
    tones = np.asarray(cv2.cvtColor(guess, cv2.COLOR_Lab2RGB)) * 255
    tones = cv2.resize(tones, size, interpolation=cv2.INTER_CUBIC)
    whole = np.where(hole[..., None], tones, part).astype(np.float32)
    tones = cv2.GaussianBlur(whole, (0, 0), 2.5 * max(1.0, width / small_width))
    detail = cv2.remap(
        whole - tones, from_x, from_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT
    )
    result = to_bytes(tones + detail)
    return np.where(hole[..., None], result, part)


def _smear(part: Rgb, hole: Bools) -> Rgb:
    """For a hole that leaves nothing to copy: smooth colour with a little grain."""
    size = (max(8, part.shape[1] // 8), max(8, part.shape[0] // 8))
    smooth = stretch_over(_shrink(part, size), _shrink_hole(hole, size))
    rgb = np.asarray(cv2.cvtColor(smooth, cv2.COLOR_Lab2RGB)) * 255
    rgb = cv2.resize(rgb, (part.shape[1], part.shape[0]), interpolation=cv2.INTER_CUBIC)
    rgb = rgb + np.random.default_rng(1).normal(0, 2, part.shape)
    return np.where(hole[..., None], to_bytes(rgb), part)
