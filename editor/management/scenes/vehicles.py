"""A little car, seen from the side."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from editor.management.canvas import Canvas, Plane, Point, Window, colour, mix, outline, smooth
from editor.management.solids import Studio, cast

# Outlines in lengths of the car: x from the rear bumper, y down from the road.
BODY = (
    "0.02 -0.115, 0.015 -0.16, 0.03 -0.205, 0.075 -0.245, 0.15 -0.285, 0.235 -0.345, "
    "0.33 -0.405, 0.43 -0.425, 0.52 -0.415, 0.59 -0.375, 0.655 -0.295, 0.75 -0.272, "
    "0.87 -0.245, 0.945 -0.2, 0.975 -0.155, 0.98 -0.11, 0.93 -0.09, 0.07 -0.09"
)
REAR_PANE = "0.245 -0.285, 0.275 -0.335, 0.345 -0.382, 0.415 -0.392, 0.415 -0.285"
FRONT_PANE = "0.437 -0.285, 0.437 -0.392, 0.51 -0.383, 0.56 -0.352, 0.615 -0.285"
DOOR = "0.43 -0.28, 0.425 -0.12, 0.64 -0.12, 0.655 -0.2, 0.63 -0.285"
HANDLE = "0.455 -0.235, 0.495 -0.235"
BUMPERS = ("0.03 -0.115, 0.08 -0.105", "0.965 -0.115, 0.915 -0.105")
WHEELS = (0.215, 0.775)
WHEEL = 0.092


def draw_car(
    canvas: Canvas, foot: Point, long: float, paint: str, studio: Studio, *, hidden: bool = False
) -> None:
    """A rounded two-door car; `foot` is on the road below its rear bumper. Marks "car"."""
    x, y = foot
    window = canvas.window(x - 0.1 * long, y - 0.5 * long, x + 1.2 * long, y + 0.14 * long)
    body = window.polygon(spline(outline(BODY, foot, long)))
    hubs = [(x + at * long, y - WHEEL * long) for at in WHEELS]
    wheels = [window.ellipse(hub, (WHEEL * long, WHEEL * long)) for hub in hubs]
    under_x, under_y = (window.x - x) / long - 0.55, (window.y - y) / long - 0.01
    under = smooth(1.25, 0.8, np.hypot(under_x / 0.62, under_y / 0.075))
    for part in (body, *wheels, under * 0.9):
        canvas.mark("car", part, window)
    if hidden:
        return
    cast(window, (x + 0.55 * long, y + 0.008 * long), (0.56 * long, 0.06 * long), 0.7, 0.45)
    for hub in hubs:  # the far wheels, in the dark
        far = window.ellipse((hub[0] + 0.02 * long, hub[1]), (0.085 * long, 0.085 * long))
        window.paint(far, colour("#0b0b0c"))
    window.paint(body, enamel(window, foot, long, paint, studio))
    trim(window, foot, long, body)
    for hub in hubs:
        wheel(window, hub, long)


def spline(points: Sequence[Point]) -> list[Point]:
    """A closed smooth line through the points."""
    corners = np.asarray(points)
    before, after, next_but_one = (np.roll(corners, shift, axis=0) for shift in (1, -1, -2))
    found: list[Point] = []
    for t in np.linspace(0, 1, 8, endpoint=False):
        curve = 0.5 * (
            2 * corners
            + (after - before) * t
            + (2 * before - 5 * corners + 4 * after - next_but_one) * t**2
            + (3 * corners - before - 3 * after + next_but_one) * t**3
        )
        found.extend((float(a), float(b)) for a, b in curve)
    order = [step * len(corners) + corner for corner in range(len(corners)) for step in range(8)]
    return [found[at] for at in order]


def enamel(window: Window, foot: Point, long: float, paint: str, studio: Studio) -> Plane:
    """Painted metal: bright shoulders, the sky above the waist line, the road below it."""
    up = (foot[1] - window.y) / long
    along = (window.x - foot[0]) / long
    lean = smooth(0.10, 0.28, up) * 0.9 - 0.25 + 0.5 * smooth(0.30, 0.42, up)
    side = smooth(0.2, -0.05, along) - smooth(0.8, 1.05, along)
    flat = np.ones(window.shape)
    normal = np.stack([-0.7 * side * flat, lean * flat, 0.75 * flat], axis=-1)
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
    shoulder = smooth(0.020, 0.0, np.abs(up - 0.262 + 0.05 * np.abs(along - 0.5))) * 0.55
    roof = smooth(0.37, 0.42, up) * 0.35
    below = smooth(0.19, 0.12, up) * 0.45
    light = colour(paint) * studio.lit(normal, 0.3) * (1 - below)[..., None]
    return light + ((shoulder + roof) * flat)[..., None] * colour("#fff4e4") * 0.6


def trim(window: Window, foot: Point, long: float, body: Plane) -> None:
    """Glass, door line, bumpers, lamps, wheel arches."""
    up = (foot[1] - window.y) / long
    along = (window.x - foot[0]) / long
    streak = smooth(0.05, 0.0, np.abs(np.mod(along - up * 0.9, 0.35) - 0.12))
    mirrored = np.clip(smooth(0.28, 0.40, up) * 0.6 + 0.25 * streak, 0, 1)
    glass = mix(colour("#1c2830"), colour("#b9d2e2"), mirrored)
    for text in (REAR_PANE, FRONT_PANE):
        window.paint(window.polygon(outline(text, foot, long)), glass)
    lines = window.stroke(outline(DOOR, foot, long), 0.0045 * long)
    window.paint(lines * body * 0.55, colour("#120606"))
    window.paint(window.stroke(outline(HANDLE, foot, long), 0.011 * long), colour("#e8eaec"))
    for text in BUMPERS:
        window.paint(window.stroke(outline(text, foot, long), 0.022 * long), colour("#cfd4d8"))
    (lamp, rear) = outline("0.945 -0.195, 0.035 -0.19", foot, long)
    window.paint(window.ellipse(lamp, (0.018 * long, 0.026 * long)), colour("#f6f0d8"))
    window.paint(window.ellipse(rear, (0.010 * long, 0.024 * long)), colour("#e0502a"))
    for hub in WHEELS:
        arch = smooth(0.122, 0.114, np.hypot(along - hub, up - WHEEL)) * (up > 0.085)
        window.paint(arch * body, colour("#0a0a0b"))


def wheel(window: Window, hub: Point, long: float) -> None:
    """Tyre, rim and a chrome cap."""
    far = np.hypot(window.x - hub[0], window.y - hub[1]) / long
    window.paint(window.inside((far - WHEEL) * long), colour("#17181a"))
    above = smooth(hub[1] + 0.06 * long, hub[1] - 0.06 * long, window.y)
    light = 0.55 + 0.6 * np.broadcast_to(above, window.shape)
    window.paint(window.inside((far - 0.060) * long), colour("#c3c8cc") * light[..., None])
    window.paint(window.inside((np.abs(far - 0.044) - 0.006) * long), colour("#5c6166"))
    window.paint(window.inside((far - 0.022) * long), colour("#f0f3f5") * light[..., None])
