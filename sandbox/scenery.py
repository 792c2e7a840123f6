"""Surfaces with things on them: stars, flowers, leaves, fire, ornament."""

import cv2
import numpy as np

from sandbox.pixels import Floats, floats
from sandbox.textures import (
    Canvas,
    Maker,
    brick,
    clouds,
    fabric,
    grass,
    marble,
    rainbow,
    sand,
    shade,
    sky,
    snow,
    stone,
    tiles,
    water,
    wood,
)
from sandbox.wording import Colour

PETALS: tuple[Colour, ...] = (
    (232, 72, 96),
    (246, 178, 56),
    (250, 236, 240),
    (170, 110, 214),
    (248, 138, 172),
    (252, 222, 96),
)
SHARP = 4  # bits after the point for OpenCV's drawing


def stars(canvas: Canvas) -> Floats:
    """A night sky with a faint band of nebula."""
    haze = clouds(canvas, 5, 6)
    tint = clouds(canvas, 6, 3)
    night = shade(haze * 0.9, (5, 7, 20), (14, 20, 52), (44, 40, 98), (112, 76, 150))
    night = night + tint[..., None] * np.asarray((4, 14, 34), np.float32)
    light = np.zeros((canvas.height, canvas.width), np.float32)
    area = canvas.height * canvas.width / canvas.unit**2
    for count, size, strength in (
        (area * 7, 0.016, 0.75),
        (area * 1.2, 0.03, 1.0),
        (area * 0.15, 0.055, 1.0),
    ):
        layer = np.zeros_like(light)
        number = int(count) + 1
        rows = canvas.chance.integers(0, canvas.height, number)
        columns = canvas.chance.integers(0, canvas.width, number)
        layer[rows, columns] = canvas.chance.uniform(0.35, 1, number) * strength
        blur = max(0.6, size * canvas.unit)
        glow = cv2.GaussianBlur(layer, (0, 0), blur) * (2 * np.pi * blur**2)
        halo = cv2.GaussianBlur(layer, (0, 0), blur * 4) * (blur**2 * 6)
        light += np.minimum(glow, 1.3) + np.minimum(halo, 0.35)
    return night + np.clip(light, 0, 1.2)[..., None] * np.asarray((228, 234, 250), np.float32)


def _leaf(
    picture: Floats, at: tuple[float, float], size: float, turn: float, colour: Colour
) -> None:
    centre = (round(at[0] * 2**SHARP), round(at[1] * 2**SHARP))
    axes = (max(1, round(size * 2**SHARP)), max(1, round(size * 0.42 * 2**SHARP)))
    cv2.ellipse(picture, centre, axes, turn, 0, 360, colour, -1, cv2.LINE_AA, SHARP)
    bright = tuple(
        min(255, part * gain + 6) for part, gain in zip(colour, (1.5, 1.2, 1.1), strict=True)
    )
    tip = np.deg2rad(turn)
    reach = np.asarray((np.cos(tip), np.sin(tip))) * size * 0.8
    start, end = np.asarray(at) - reach, np.asarray(at) + reach
    cv2.line(
        picture,
        (round(start[0]), round(start[1])),
        (round(end[0]), round(end[1])),
        bright,
        max(1, round(size / 14)),
        cv2.LINE_AA,
    )


def leaves(canvas: Canvas) -> Floats:
    """Foliage in three layers, the upper ones lighter."""
    picture = shade(clouds(canvas, 1.5), (10, 26, 12), (24, 52, 22)).copy()
    area = canvas.height * canvas.width / canvas.unit**2
    for layer in range(3):
        for _ in range(min(2200, int(area * 5) + 20)):
            at = (
                canvas.chance.uniform(-9, canvas.width + 9),
                canvas.chance.uniform(-9, canvas.height + 9),
            )
            tone = 0.5 + 0.28 * layer + canvas.chance.uniform(-0.14, 0.14)
            warm = canvas.chance.uniform(0.7, 1.25)
            colour = (round(62 * tone * warm), round(128 * tone), round(46 * tone))
            size = canvas.unit * canvas.chance.uniform(0.22, 0.42)
            _leaf(picture, at, size, canvas.chance.uniform(0, 360), colour)
        picture = cv2.GaussianBlur(
            picture, (0, 0), max(0.5, (2 - layer) * canvas.unit / 60)
        ).astype(np.float32)
    return picture


def flowers(canvas: Canvas, paint: Colour | None = None) -> Floats:
    """Blossoms over grass; `paint` gives all of them one colour."""
    picture = np.ascontiguousarray(grass(canvas) * np.float32(0.85))
    count = min(900, int(canvas.height * canvas.width / canvas.unit**2 * 0.95) + 4)
    rows = np.sort(canvas.chance.uniform(0, canvas.height, count))
    for row in rows:
        column = canvas.chance.uniform(0, canvas.width)
        size = canvas.unit * canvas.chance.uniform(0.2, 0.42)
        colour = paint or PETALS[int(canvas.chance.integers(len(PETALS)))]
        _blossom(picture, (float(column), float(row)), float(size), colour, canvas)
    return picture


def _blossom(
    picture: Floats, at: tuple[float, float], size: float, colour: Colour, canvas: Canvas
) -> None:
    number = int(canvas.chance.integers(5, 9))
    turn = canvas.chance.uniform(0, 360)
    shadow = (round(at[0] + size * 0.25), round(at[1] + size * 0.35))
    cv2.circle(picture, shadow, max(1, round(size * 0.8)), (26, 50, 20), -1, cv2.LINE_AA)
    for petal in range(number):
        angle = np.deg2rad(turn + petal * 360 / number)
        middle = (at[0] + np.cos(angle) * size * 0.55, at[1] + np.sin(angle) * size * 0.55)
        light = 0.86 + 0.18 * np.cos(angle + 2.3) + canvas.chance.uniform(-0.05, 0.05)
        shaded = tuple(min(255, round(part * light)) for part in colour)
        _leaf(
            picture,
            (float(middle[0]), float(middle[1])),
            size * 0.52,
            float(np.rad2deg(angle)),
            shaded,
        )
    heart = (232, 176, 52) if max(colour) - colour[2] < 120 else (120, 70, 36)
    cv2.circle(
        picture, (round(at[0]), round(at[1])), max(1, round(size * 0.27)), heart, -1, cv2.LINE_AA
    )


def fire(canvas: Canvas) -> Floats:
    y, _ = canvas.grid()
    up = y / max(float(y.max()), 1e-6)
    tongues = clouds(canvas, 2.2, 6, stretch=0.45)
    heat = np.clip(0.72 * up + 1.25 * (tongues - 0.45) + 0.04, 0, 1)
    return shade(
        floats(heat),
        (14, 6, 6),
        (92, 14, 8),
        (206, 58, 14),
        (250, 150, 32),
        (255, 224, 120),
        (255, 248, 214),
    )


def pattern(canvas: Canvas) -> Floats:
    """A calm ornament of rings on a lattice."""
    y, x = canvas.grid()
    row = np.floor(y / 1.4)
    inside_y, inside_x = y / 1.4 - row - 0.5, (x / 1.4 + 0.5 * (row % 2)) % 1 - 0.5
    ring = np.hypot(inside_y, inside_x)
    waves = 0.5 + 0.5 * np.cos(ring * np.pi * 7)
    tone = np.clip(0.7 * waves + 0.3 * clouds(canvas, 2), 0, 1)
    return shade(tone.astype(np.float32), (38, 66, 92), (110, 146, 160), (232, 220, 192))


MAKERS: dict[str, Maker] = {
    "brick": brick,
    "fabric": fabric,
    "fire": fire,
    "flowers": flowers,
    "grass": grass,
    "leaves": leaves,
    "marble": marble,
    "pattern": pattern,
    "rainbow": rainbow,
    "sand": sand,
    "sky": sky,
    "snow": snow,
    "stars": stars,
    "stone": stone,
    "tiles": tiles,
    "water": water,
    "wood": wood,
}
