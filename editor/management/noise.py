"""Smooth random fields: clouds, ridges, wood and water."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from editor.management.canvas import Plane

_LATTICE = 256


def noise(x: Plane, y: Plane, seed: int) -> Plane:
    """Smooth noise of 0 to 1 with one hill per unit, at any places; repeats after 256 units."""
    table = _table(seed)
    x, y = x.astype(np.float32, copy=False), y.astype(np.float32, copy=False)
    column, row = np.floor(x), np.floor(y)
    u, v = _fade(x - column), _fade(y - row)
    left = column.astype(np.int32) & (_LATTICE - 1)
    top = row.astype(np.int32) & (_LATTICE - 1)
    right, bottom = (left + 1) & (_LATTICE - 1), (top + 1) & (_LATTICE - 1)
    if x.shape[0] == 1 and y.shape[-1] == 1:  # a plain grid: one axis after the other
        rows = table[top[:, 0]] * (1 - v) + table[bottom[:, 0]] * v
        plain: Plane = rows[:, left[0]] * (1 - u) + rows[:, right[0]] * u
        return plain
    flat = table.ravel()
    top, bottom = top * _LATTICE, bottom * _LATTICE
    upper = flat.take(top + left) * (1 - u) + flat.take(top + right) * u
    lower = flat.take(bottom + left) * (1 - u) + flat.take(bottom + right) * u
    found: Plane = upper * (1 - v) + lower * v
    return found


@lru_cache(maxsize=256)
def _table(seed: int) -> Plane:
    return np.random.default_rng(seed).random((_LATTICE, _LATTICE), dtype=np.float32)


def _fade(t: Plane) -> Plane:
    return t * t * (3 - 2 * t)


def clouds(x: Plane, y: Plane, seed: int, octaves: int = 5, gain: float = 0.5) -> Plane:
    """Fractal noise of about 0 to 1, mean 0.5."""
    total, weight, size = np.zeros((1, 1), dtype=np.float32), 1.0, 0.0
    for octave in range(octaves):
        # 2.03 and the shift keep the lattices of the octaves from lining up.
        scale = np.float32(2.03**octave)
        shift = np.float32(17.3 * octave)
        total = total + np.float32(weight) * noise(
            x * scale + shift, y * scale + shift, seed + octave
        )
        size += weight
        weight *= gain
    return total / np.float32(size)


def ridges(x: Plane, y: Plane, seed: int, octaves: int = 6, gain: float = 0.5) -> Plane:
    """Noise with sharp crests, 0 to 1, as worn mountains have."""
    total, weight, size = np.zeros((1, 1), dtype=np.float32), 1.0, 0.0
    carry: Plane = np.ones((1, 1), dtype=np.float32)
    for octave in range(octaves):
        scale = np.float32(2.03**octave)
        crest = 1 - np.abs(
            2 * noise(x * scale + 9.7 * octave, y * scale + 5.1 * octave, seed + octave) - 1
        )
        crest = crest * crest * carry
        total = total + np.float32(weight) * crest
        carry = np.clip(crest * 1.8, 0.15, 1)
        size += weight
        weight *= gain
    return total / np.float32(size) * np.float32(1.25)
