"""Smooth tones over a hole: a first guess for it, and no creases or steps once it is patched."""

import numpy as np

from sandbox.pixels import Bools, Floats, Ints, floats

REAL_EDGE = 9.0  # a step in Lab units that is taken for an edge of the picture; 2 can just be seen
ROUNDS = 160


def even_out(filled: Floats, hole: Bools, rows: Ints, columns: Ints) -> Floats:
    """`filled` (Lab) with small steps inside the hole replaced by those that the patches had where
    they came from (`rows`, `columns`). A Poisson equation, solved by conjugate gradients."""
    down = _excess(filled, hole, rows, columns, (1, 0))
    right = _excess(filled, hole, rows, columns, (0, 1))
    inside = hole[..., None].astype(np.float32)
    wanted = np.zeros_like(filled)
    wanted[:-1] -= down
    wanted[1:] += down
    wanted[:, :-1] -= right
    wanted[:, 1:] += right
    wanted *= inside
    return floats(filled + _solve(wanted, inside))


def stretch_over(picture: Floats, hole: Bools) -> Floats:
    """The hole filled like a soap film: as smooth as it can be between the colours at its rim."""
    inside = floats(hole)[..., None]
    outside = 1 - inside
    middle = (picture * outside).sum(axis=(0, 1)) / max(float(outside.sum()), 1.0)
    start = floats(picture * outside + middle * inside)
    return floats(start + _solve(-_laplace(start) * inside, inside))


def _solve(wanted: Floats, inside: Floats) -> Floats:
    """Conjugate gradients: the values, 0 where `inside` is 0, whose bend is what is wanted."""
    found = np.zeros_like(wanted)
    rest = wanted.copy()
    way = rest.copy()
    size = np.einsum("ijk,ijk->k", rest, rest)
    for _ in range(ROUNDS):
        if float(size.max()) < 1e-3:
            break
        bent = _laplace(way) * inside
        step = size / np.maximum(np.einsum("ijk,ijk->k", way, bent), 1e-12)
        found += step * way
        rest -= step * bent
        new_size = np.einsum("ijk,ijk->k", rest, rest)
        way = rest + (new_size / np.maximum(size, 1e-12)) * way
        size = new_size
    return found


def _excess(
    filled: Floats, hole: Bools, rows: Ints, columns: Ints, step: tuple[int, int]
) -> Floats:
    """By how much the wanted step from each pixel to the next differs from the one there."""
    dy, dx = step
    height, width = hole.shape
    first = (slice(0, height - dy), slice(0, width - dx))
    second = (slice(dy, height), slice(dx, width))
    there = filled[second] - filled[first]
    wanted = np.zeros_like(there)
    count = np.zeros((*there.shape[:2], 1), np.float32)
    for place, sign in ((first, 1), (second, -1)):
        y, x = rows[place], columns[place]
        beyond_y = np.clip(y + sign * dy, 0, height - 1)
        beyond_x = np.clip(x + sign * dx, 0, width - 1)
        inside = hole[place][..., None].astype(np.float32)
        wanted += sign * (filled[beyond_y, beyond_x] - filled[y, x]) * inside
        count += inside
    wanted = np.where(count > 0, wanted / np.maximum(count, 1), there)
    small = (np.abs(wanted - there).max(axis=2) < REAL_EDGE)[..., None]
    return np.where(small, wanted - there, 0).astype(np.float32)


def _laplace(values: Floats) -> Floats:
    """Sum of the differences to the neighbours; nothing flows over the edge of the picture."""
    result = np.zeros_like(values)
    down = values[1:] - values[:-1]
    right = values[:, 1:] - values[:, :-1]
    result[:-1] -= down
    result[1:] += down
    result[:, :-1] -= right
    result[:, 1:] += right
    return result
