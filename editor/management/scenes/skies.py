"""Skies that several scenes share."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from editor.management.canvas import Canvas, colour, mix, ramp, smooth
from editor.management.noise import clouds


def fill_sky(canvas: Canvas, stops: Sequence[tuple[float, str]], horizon: float) -> None:
    """A gradient from the top to the horizon; marks the region "sky"."""
    height = np.broadcast_to(canvas.y / horizon, canvas.shape)
    canvas.pixels[:] = ramp(height, stops)
    edge = smooth(horizon, horizon - 0.005, canvas.y)
    canvas.mark("sky", np.broadcast_to(edge, canvas.shape))


def fill_clouds(
    canvas: Canvas,
    horizon: float,
    shades: tuple[str, str],
    *,
    cover: tuple[float, float] = (0.50, 0.66),
    scale: float = 1.5,
    strength: float = 0.92,
) -> None:
    """Clouds that lie flatter and closer together towards the horizon; dark and lit shade."""
    height = canvas.y / horizon
    flat = 1 / np.maximum(1.2 - height, 0.15)
    x, y = canvas.x * scale * flat**0.5, height * 1.07 * scale + flat * 0.87 * scale
    here, above = (clouds(x, y + shift, canvas.seed + 1, 6) for shift in (0, 0.04 * scale))
    puffs = smooth(*cover, here) * smooth(1.02, 0.86, height)
    lit = np.clip(0.55 + (here - above) * 5, 0, 1)
    canvas.paint(puffs * strength, mix(colour(shades[0]), colour(shades[1]), lit))


def fill_sun(canvas: Canvas, place: tuple[float, float], size: float, glow: str) -> None:
    """A low sun with its glow; marks the region "sun"."""
    far = np.hypot(canvas.x - place[0], canvas.y - place[1])
    canvas.add(np.exp(-far * 5) * 0.6, colour(glow))
    canvas.paint(canvas.ellipse(place, (size, size), 0.003), colour("#fff2cc") * 1.7)
    canvas.mark("sun", canvas.ellipse(place, (size * 2.3, size * 2.3)))


def fill_stars(canvas: Canvas, horizon: float) -> None:
    """A clear night: the milky way and a few hundred stars."""
    rng = canvas.rng("stars")
    across = (canvas.x - 0.55 * canvas.wide) * 0.62 + (canvas.y - 0.2) * 0.78
    band = np.exp(-((across / 0.1) ** 2))
    dust = clouds(canvas.x * 4.6, canvas.y * 4.6, canvas.seed + 6, 7, 0.62)
    canvas.add(band * (0.02 + smooth(0.32, 0.75, dust) * 0.16), colour("#b8c6ff"))
    canvas.add(band**2 * smooth(0.45, 0.75, dust) * 0.1, colour("#ffc9b0"))
    for _ in range(420):
        place = (rng.random() * canvas.wide, rng.random() ** 1.3 * horizon)
        size, strength = 0.0006 + 0.0009 * rng.random() ** 6, 0.15 + rng.random() ** 3
        dot = canvas.window(place[0] - 0.01, place[1] - 0.01, place[0] + 0.01, place[1] + 0.01)
        glow = np.exp(-((dot.x - place[0]) ** 2 + (dot.y - place[1]) ** 2) / (2 * size**2))
        dot.add(glow * strength, mix(colour("#aec8ff"), colour("#ffe7cf"), float(rng.random())))
