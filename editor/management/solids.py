"""Round things in studio light: turned shapes, their normals, and how glaze shines."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from editor.management.canvas import Plane, Point, Window, mix, smooth

Profile = Callable[[Plane], Plane]
Vector = tuple[float, float, float]  # right, up, towards the viewer


@dataclass(frozen=True)
class Solid:
    """The visible side of a thing: where it covers, its normals, and places on its skin."""

    alpha: Plane
    normal: Plane  # (height, width, 3)
    turn: Plane  # -1 left edge to 1 right edge
    up: Plane  # 0 foot to 1 top


@dataclass(frozen=True)
class Studio:
    """One key light, soft light from above, and what bounces off the ground."""

    key: Vector
    key_light: Plane
    above: Plane
    below: Plane
    view: Vector = (0.0, 0.2, 0.98)

    def lit(self, normal: Plane, wrap: float = 0.15) -> Plane:
        """Diffuse light on a surface; `wrap` lets it creep around the edge."""
        key = np.asarray(self.key) / np.linalg.norm(self.key)
        facing = np.clip((normal @ key + wrap) / (1 + wrap), 0, 1)
        sky = 0.5 + 0.5 * normal[..., 1]
        light: Plane = facing[..., None] * self.key_light + mix(self.below, self.above, sky)
        return light

    def shine(
        self, normal: Plane, size: Point = (0.25, 0.35), soft: float = 0.08, bars: bool = False
    ) -> Plane:
        """How much of a rectangular window is mirrored, 0 to 1; `bars` gives it a cross."""
        view = np.asarray(self.view) / np.linalg.norm(self.view)
        mirrored = 2 * (normal @ view)[..., None] * normal - view
        key = np.asarray(self.key) / np.linalg.norm(self.key)
        side = np.cross((0, 1, 0), key)
        side /= np.linalg.norm(side)
        across, along = mirrored @ side, mirrored @ np.cross(key, side)
        box = smooth(size[0] + soft, size[0], np.abs(across)) * smooth(
            size[1] + soft, size[1], np.abs(along)
        )
        if bars:
            box = box * smooth(0.02, 0.05, np.abs(across)) * smooth(0.02, 0.05, np.abs(along))
        shine: Plane = box * (mirrored @ key > 0)
        return shine

    def rim(self, normal: Plane) -> Plane:
        """Fresnel: surfaces seen at a flat angle mirror more."""
        view = np.asarray(self.view) / np.linalg.norm(self.view)
        dark_below = smooth(-0.5, 0.4, normal[..., 1])
        rim: Plane = np.clip(1 - normal @ view, 0, 1) ** 4 * dark_below
        return rim


def turned(window: Window, foot: Point, tall: float, radius: Profile, tilt: float = 0.2) -> Solid:
    """A shape turned on a lathe, standing on `foot`, seen from `tilt` radians above.

    `radius` gives the radius in picture heights for heights of 0 (foot) to 1 (top).
    """
    sine, cosine = float(np.sin(tilt)), float(np.cos(tilt))
    x = np.broadcast_to(window.x - foot[0], window.shape)
    rise = np.broadcast_to(foot[1] - window.y, window.shape)
    up = rise / cosine / tall
    for _ in range(7):
        front = np.sqrt(np.maximum(radius(np.clip(up, 0, 1)) ** 2 - x**2, 0))
        up = 0.5 * up + 0.5 * (rise + front * sine) / cosine / tall
    height = np.clip(up, 0, 1)
    reach = np.maximum(radius(height), 1e-5)
    bend = (radius(np.clip(height + 0.01, 0, 1)) - radius(np.clip(height - 0.01, 0, 1))) / (
        0.02 * tall
    )
    turn = np.clip(x / reach, -1, 1)
    normal = np.stack([turn, -bend, np.sqrt(np.maximum(1 - turn**2, 0))], axis=-1)
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
    alpha = (
        window.inside(np.abs(x) - reach)
        * window.inside((-up) * tall)
        * window.inside((up - 1) * tall)
    )
    return Solid(alpha, normal, turn, up)


def ball(window: Window, centre: Point, radii: Point, turn: float = 0.0) -> Solid:
    """An ellipsoid seen from the front, turned in the picture by `turn` radians."""
    dx, dy = window.x - centre[0], window.y - centre[1]
    along = (dx * np.cos(turn) + dy * np.sin(turn)) / radii[0]
    across = (dy * np.cos(turn) - dx * np.sin(turn)) / radii[1]
    far = np.hypot(along, across)
    alpha = window.inside((far - 1) * min(radii))
    depth = np.sqrt(np.maximum(1 - far**2, 0.0))
    right = along * np.cos(turn) - across * np.sin(turn)
    down = along * np.sin(turn) + across * np.cos(turn)
    normal = np.stack([right, -down, depth], axis=-1)
    normal /= np.maximum(np.linalg.norm(normal, axis=-1, keepdims=True), 1e-6)
    return Solid(alpha, normal, along, (1 - across) / 2)


def tube(window: Window, path: Sequence[Point], radius: float) -> Solid:
    """A round bar bent along a path: handles, stems, poles."""
    best = np.full(window.shape, 1e9)
    right, down, place = (np.zeros(window.shape) for _ in range(3))
    for step, (start, end) in enumerate(itertools.pairwise(path)):
        dx, dy = end[0] - start[0], end[1] - start[1]
        t = ((window.x - start[0]) * dx + (window.y - start[1]) * dy) / (dx * dx + dy * dy + 1e-12)
        t = np.clip(t, 0, 1)
        ox, oy = window.x - start[0] - t * dx, window.y - start[1] - t * dy
        far = np.hypot(ox, oy)
        nearer = far < best
        best = np.where(nearer, far, best)
        right, down = np.where(nearer, ox, right), np.where(nearer, oy, down)
        place = np.where(nearer, (step + t) / (len(path) - 1), place)
    out = np.clip(best / radius, 0, 1)
    depth = np.sqrt(1 - np.minimum(out, 0.999) ** 2)
    normal = np.stack([right / radius, -down / radius, depth], axis=-1)
    normal /= np.maximum(np.linalg.norm(normal, axis=-1, keepdims=True), 1e-6)
    return Solid(window.inside(best - radius), normal, out, place)


def profile(*places: Point) -> Profile:
    """A smooth outline through (height, radius) places, heights rising from 0 to 1."""
    heights = np.linspace(0, 1, 400)
    radii = np.interp(heights, [h for h, _ in places], [r for _, r in places])
    padded = np.pad(radii, 100, mode="reflect", reflect_type="odd")
    bell = np.exp(-0.5 * (np.arange(-60, 61) / 17) ** 2)
    rounded = np.convolve(padded, bell / bell.sum(), mode="same")[100:-100]
    return lambda up: np.interp(up, heights, rounded)


def egg(radius: float, lean: float = 0.0) -> Profile:
    """A round outline, heavier at the top when `lean` is above 0."""
    return lambda up: (
        radius * np.sqrt(np.clip(1 - (2 * up - 1) ** 2, 0.0, 1)) * (1 + lean * (up - 0.5))
    )


def spindle(window: Window, centre: Point, half: float, radius: Profile, turn: float) -> Solid:
    """A turned shape lying in the picture plane, its axis `turn` radians from level."""
    dx, dy = window.x - centre[0], window.y - centre[1]
    place = (dx * np.cos(turn) + dy * np.sin(turn)) / half
    across = dy * np.cos(turn) - dx * np.sin(turn)
    up = np.clip((place + 1) / 2, 0, 1)
    reach = np.maximum(radius(up), 1e-5)
    bend = (radius(np.clip(up + 0.01, 0, 1)) - radius(np.clip(up - 0.01, 0, 1))) / (0.04 * half)
    out = np.clip(across / reach, -1, 1)
    alpha = window.inside(np.abs(across) - reach) * window.inside((np.abs(place) - 1) * half)
    right = -bend * np.cos(turn) - out * np.sin(turn)
    down = -bend * np.sin(turn) + out * np.cos(turn)
    normal = np.stack([right, -down, np.sqrt(np.maximum(1 - out**2, 0))], axis=-1)
    normal /= np.maximum(np.linalg.norm(normal, axis=-1, keepdims=True), 1e-6)
    return Solid(alpha, normal, place, (1 - out) / 2)


def bumpy(body: Solid, bumps: Plane) -> Solid:
    """The same solid with a rough skin; `bumps` tilts each normal, about -0.1 to 0.1."""
    normal = body.normal + bumps[..., None] * np.asarray((1.0, 0.6, 0.3))
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
    return Solid(body.alpha, normal, body.turn, body.up)


def cast(window: Window, foot: Point, radii: Point, strength: float, soft: float) -> None:
    """Lay a soft shadow on the ground."""
    far = np.hypot((window.x - foot[0]) / radii[0], (window.y - foot[1]) / radii[1])
    window.shade(strength * smooth(1 + soft, 1 - soft, far))
