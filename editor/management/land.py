"""Heightfields seen from a standing camera: mountains, hills, dunes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from editor.management.canvas import Plane, Window, blur


@dataclass(frozen=True)
class Land:
    """A square of ground. Row 0 is nearest to the camera; lengths are in sides of the square."""

    heights: Plane
    light: Plane  # direct light 0 to 1, shadows included
    open_sky: Plane  # 0 in hollows, 1 on crests
    slope: Plane  # 0 flat, 1 wall


@dataclass(frozen=True)
class Camera:
    """Where the land is seen from. `horizon` is a y of the picture, `height` above level 0."""

    height: float
    horizon: float
    focal: float = 1.0  # picture heights; larger is a longer lens
    near: float = 0.05
    far: float = 1.0
    side: float = 0.5  # where the camera stands along the near edge


@dataclass(frozen=True)
class Seen:
    """What every pixel shows: where on the land, how far away, and whether land at all."""

    row: Plane
    column: Plane
    distance: Plane
    hit: Plane

    def look_up(self, plane: Plane) -> Plane:
        """Give each pixel the land's value at its place."""
        size = plane.shape[0]
        row = np.clip(self.row * size, 0, size - 1.001)
        column = np.clip(self.column * size, 0, size - 1.001)
        top, left = row.astype(np.int32), column.astype(np.int32)
        v, u = row - top, column - left
        if plane.ndim == 3:
            v, u = v[..., None], u[..., None]
        upper = plane[top, left] * (1 - u) + plane[top, left + 1] * u
        lower = plane[top + 1, left] * (1 - u) + plane[top + 1, left + 1] * u
        found: Plane = upper * (1 - v) + lower * v
        return found


def grid_size(unit: int) -> int:
    """Cells along a side of the land that suffice for a picture `unit` pixels high."""
    return 900 if unit > 500 else 360


def make_land(heights: Plane, sun: tuple[float, float, float]) -> Land:
    """Light a heightfield. `sun` points to the sun: right, up, away from the camera."""
    size = heights.shape[0]
    away, right = np.gradient(heights * size)
    length = np.sqrt(right**2 + away**2 + 1)
    along = np.asarray(sun) / np.linalg.norm(sun)
    facing = (-right * along[0] + along[1] - away * along[2]) / length
    shadow = _shadow(heights * size, float(sun[0]), float(sun[1]))
    hollow = heights - blur(heights, size * 0.02)
    return Land(
        heights=heights,
        light=np.clip(facing, 0, 1) * shadow,
        open_sky=np.clip(0.6 + hollow * size * 0.06, 0.15, 1),
        slope=1 - 1 / length,
    )


def _shadow(heights: Plane, sideways: float, up: float) -> Plane:
    """1 where the sun reaches; it is taken to stand to the side, `up` steep."""
    fall = up / max(abs(sideways), 1e-3)
    order = range(heights.shape[1]) if sideways < 0 else range(heights.shape[1] - 1, -1, -1)
    roof = np.full(heights.shape[0], -1e9)
    lit = np.empty_like(heights)
    for column in order:
        roof = np.maximum(roof - fall, heights[:, column])
        lit[:, column] = roof - heights[:, column]
    return np.clip(1 - blur(lit, 1.5) / 3, 0, 1)


def look(window: Window, land: Land, camera: Camera, wide: float) -> Seen:
    """Find what each pixel of the window sees; the picture is `wide` picture heights wide."""
    steps = int(np.clip(window.unit, 200, 700))
    nearness = np.linspace(1 / camera.near, 1 / camera.far, steps)
    # Even steps in 1/z crowd the foreground, even steps in z the distance: take half of each.
    depths = np.sort(np.concatenate([1 / nearness, np.linspace(camera.near, camera.far, steps)]))
    sideways = (window.x[0] - wide / 2) / camera.focal
    columns = camera.side + depths[:, None] * sideways[None, :]
    rows = np.broadcast_to(depths[:, None], columns.shape)
    ray = Seen(rows, columns, rows, rows)
    heights = ray.look_up(land.heights)
    drop = (camera.height - heights) / depths[:, None] * camera.focal
    skyline = np.minimum.accumulate(camera.horizon + drop, axis=0)
    wanted = window.y[:, 0]
    found = np.empty(window.shape, dtype=np.float32)
    for column in range(window.shape[1]):
        # The first depth whose skyline is above the pixel; in between, interpolated.
        found[:, column] = np.interp(-wanted, -skyline[:, column], np.arange(2 * steps))
    hit = window.inside(skyline[-1][None, :] - window.y)
    depth = np.interp(found, np.arange(2 * steps), depths).astype(np.float32)
    return Seen(depth, camera.side + depth * sideways[None, :].astype(np.float32), depth, hit)
