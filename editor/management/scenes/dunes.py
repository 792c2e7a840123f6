"""A wide view over dunes in low light, with a tent."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from editor.management.canvas import Canvas, colour, mix, outline, smooth
from editor.management.land import Camera, Land, grid_size, look, make_land
from editor.management.noise import clouds, noise
from editor.management.scenes.skies import fill_clouds, fill_sky, fill_stars
from editor.management.solids import cast

HORIZON = 0.42
FRONT = "-0.55 0.05, -0.12 -0.78, 0.22 0.15"
SIDE = "0.22 0.15, -0.12 -0.78, 0.62 -0.66, 0.98 -0.06"
FLAP = "-0.14 0.105, -0.12 -0.52, 0.06 0.12"
SHADOW = "0.2 0.17, -0.5 0.06, -1.75 -0.15, -1.3 0.02"
ROPES = ("-0.12 -0.78, -0.85 0.125", "0.62 -0.66, 1.3 -0.01")
DAY = ((0, "#3f6f9f"), (0.5, "#93a9b8"), (0.85, "#e9c9a0"), (1, "#f8d9a8"))
NIGHT = ((0, "#04081a"), (0.6, "#0f1c42"), (1, "#2b4172"))


def draw_dunes(canvas: Canvas, changes: frozenset[str]) -> None:
    """Changes: "no tent", "night sky", "lamp"."""
    night = "night sky" in changes
    fill_sky(canvas, NIGHT if night else DAY, HORIZON + 0.02)
    if night:
        fill_stars(canvas, HORIZON + 0.02)
    else:
        fill_clouds(
            canvas, HORIZON, ("#c9a98f", "#fff0d8"), cover=(0.52, 0.74), scale=1.1, strength=0.6
        )
    sand(canvas, night)
    tent(canvas, changes)
    canvas.bloom(0.2, 0.8)
    canvas.vignette(0.3)


@lru_cache(maxsize=2)
def dune_land(seed: int, size: int) -> Land:
    """Long crests with a gentle windward and a steep lee side."""
    places = (np.arange(size, dtype=np.float32) + 0.5) / size
    x, z = places[None, :], places[:, None]
    heights = np.zeros((size, size), dtype=np.float32)
    for scale, tall, turn in ((5.0, 0.040, 0.35), (9.0, 0.017, -0.2), (17.0, 0.006, 0.6)):
        bend = 1.3 * clouds(x * 3, z * 3, seed + int(scale), 3)
        phase = np.mod((z * np.cos(turn) + x * np.sin(turn)) * scale + bend, 1)
        crest = np.where(phase < 0.7, phase / 0.7, (1 - phase) / 0.3)
        crest = crest**1.25
        swell = 0.35 + 0.9 * noise(x * scale * 0.7 + scale, z * scale * 0.5, seed + 20)
        heights += tall * crest * swell
    heights *= 0.35 + 0.65 * smooth(0.08, 0.4, z)
    return make_land(heights, (0.9, 0.34, 0.25))


def sand(canvas: Canvas, night: bool) -> None:
    """Warm light on one flank, blue shade on the other, wind ripples close by."""
    window = canvas.window(0, HORIZON - 0.12, canvas.wide, 1)
    land = dune_land(canvas.seed, grid_size(canvas.unit))
    seen = look(window, land, Camera(0.075, HORIZON, 1.9, 0.11, 1.0, 0.5), canvas.wide)
    near = smooth(0.45, 0.12, seen.distance)
    wave = clouds(seen.column * 26, seen.row * 26, canvas.seed + 31, 3)
    ripples = np.sin((seen.row * 0.9 + seen.column * 0.45 + wave * 0.02) * 1500)
    grit = clouds(seen.column * 700, seen.row * 700, canvas.seed + 32, 2) - 0.5
    tone = 1 + near * (0.08 * ripples + 0.20 * grit)
    base = mix(colour("#c98a4a"), colour("#e2b06c"), wave) * tone[..., None]
    if night:
        sun, shade = colour("#6f86b8") * 0.5, colour("#27355c") * 0.6
    else:
        sun, shade = colour("#ffd7a0") * 2.0, colour("#7f86b8") * 0.5
    light = (
        seen.look_up(land.light)[..., None] * sun + seen.look_up(land.open_sky)[..., None] * shade
    )
    haze = np.clip(1 - np.exp(-np.maximum(seen.distance - 0.2, 0) * 1.5), 0, 0.8)
    air = colour("#22325c") if night else colour("#eecba0")
    window.paint(seen.hit, mix(base * light, air, haze))
    canvas.mark("sand", seen.hit, window)
    canvas.regions["sky"][window.top :] *= 1 - seen.hit


def tent(canvas: Canvas, changes: frozenset[str]) -> None:
    """A canvas tent, its guy ropes and its long shadow."""
    foot, size = (0.30 * canvas.wide, 0.80), 0.20
    x, y = foot
    window = canvas.window(x - size * 2.6, y - size * 1.1, x + size * 1.6, y + size * 0.35)
    front, side = (window.polygon(outline(text, foot, size)) for text in (FRONT, SIDE))
    shadow = window.polygon(outline(SHADOW, foot, size), 0.006)
    left, right = (window.stroke(outline(text, foot, size), 0.003) for text in ROPES)
    ropes = np.maximum(left, right)
    under = window.ellipse((x + size * 0.2, y + 0.012), (size * 1.25, 0.044), 0.01)
    for part in (front, side, ropes, under, smooth(0.02, 0.2, shadow)):
        canvas.mark("tent", part, window)
    if "no tent" in changes:
        return
    window.shade(shadow * 0.55, colour("#5a5f8a") * 0.6)
    cast(window, (x + size * 0.2, y + 0.012), (size * 0.85, 0.03), 0.45, 0.5)
    night = "night sky" in changes
    folds = clouds(window.x * 20, window.y * 9, canvas.seed + 41, 3)
    dim = 0.25 if night else 1.0
    sag = (0.86 + 0.3 * (folds - 0.5))[..., None] * dim
    lamp = colour("#ffae4a") * (0.9 if "lamp" in changes or night else 0.0)
    far = np.hypot(window.x - x - size * 0.15, window.y - y + size * 0.25) / (size * 0.5)
    glow = np.exp(-(far**2))[..., None] * lamp
    window.paint(ropes * 0.8, colour("#e9dcc4") * dim)
    window.paint(side, colour("#fbeedb") * sag * 1.15 + glow)
    window.paint(front, colour("#9a8f92") * sag * 0.8 + glow * 0.8)
    window.paint(window.polygon(outline(FLAP, foot, size)), colour("#1f1a20") + glow * 1.3)
