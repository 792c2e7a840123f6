"""Hot-air balloons over a misty valley at sunrise."""

from __future__ import annotations

import numpy as np

from editor.management.canvas import (
    Canvas,
    Plane,
    Point,
    Window,
    colour,
    mix,
    outline,
    smooth,
    stripes,
)
from editor.management.noise import clouds, ridges
from editor.management.scenes.skies import fill_clouds, fill_sky, fill_sun
from editor.management.solids import Solid, Studio, profile, turned

HORIZON = 0.70
STUDIO = Studio(
    key=(0.8, 0.35, 0.45),
    key_light=colour("#ffd6a0") * 1.15,
    above=colour("#a9b6dc") * 0.55,
    below=colour("#d9a58a") * 0.3,
)
SKY = ((0, "#5f86bd"), (0.4, "#a7b4d3"), (0.7, "#e9bfb4"), (0.9, "#fbd2a0"), (1, "#ffe3b0"))
ENVELOPE = (  # height and radius
    "0 0.1, 0.08 0.22, 0.25 0.58, 0.45 0.89, 0.63 1, 0.8 0.9, 0.92 0.6, 0.975 0.33, 1 0"
)
RIGGING = "-0.12 -0.05, 0.12 -0.05, 0.16 0.42, -0.16 0.42"
ROPES = ("-0.09 -0.02, -0.13 0.27", "0.09 -0.02, 0.13 0.27")
STRIPES = {
    "front": ("#c9302c", "#f6e6c8", "#e58a1f"),
    "middle": ("#1f5c93", "#f3efe2", "#3fa0b8"),
    "far": ("#5f8f3e", "#f2e3a0", "#e3b32a"),
}
RAINBOW = ("#d43a3a", "#ee8a2a", "#f4cf3a", "#4da755", "#3a7fc4", "#7a4fa8")


def draw_balloons(canvas: Canvas, changes: frozenset[str]) -> None:
    """Changes: "no front balloon", "no far balloon", "rainbow", "blue balloon", "clear sky"."""
    fill_sky(canvas, SKY, HORIZON)
    fill_sun(canvas, (canvas.wide * 0.84, 0.615), 0.028, "#ffb868")
    if "clear sky" not in changes:
        fill_clouds(
            canvas, HORIZON, ("#b796a8", "#ffe9cf"), cover=(0.5, 0.75), scale=1.9, strength=0.75
        )
    valley(canvas)
    for name, place, size in (
        ("far", (0.80, 0.40), 0.075),
        ("middle", (0.70, 0.165), 0.125),
        ("front", (0.34, 0.315), 0.235),
    ):
        balloon(canvas, name, (place[0] * canvas.wide, place[1]), size, changes)
    canvas.bloom(0.25, 0.8)
    canvas.vignette(0.3)


def valley(canvas: Canvas) -> None:
    """Ridge behind ridge, each with mist at its foot; fields close by."""
    for row in range(7):
        ridge(canvas, row, row / 6)
    mist = canvas.window(0, HORIZON, canvas.wide, 1)
    wisps = clouds(mist.x * 2.2, mist.y * 11, canvas.seed + 50, 5)
    low = smooth(HORIZON, HORIZON + 0.09, mist.y) * smooth(1.0, 0.84, mist.y)
    mist.paint(smooth(0.48, 0.8, wisps) * low * 0.75, colour("#fbe3cf"))


def ridge(canvas: Canvas, row: int, near: float) -> None:
    """One line of hills; `near` is 0 for the farthest and 1 for the nearest."""
    along = canvas.x * (1.6 + 1.2 * near) + row * 7.1
    crest = ridges(along, np.full((1, 1), row + 0.5), canvas.seed + row, 5, 0.42) - 0.25
    line = HORIZON - 0.035 + 0.27 * near**1.3 - (0.13 - 0.06 * near) * crest
    window = canvas.window(0, float(line.min()) - 0.01, canvas.wide, 1)
    body = window.inside(line - window.y)
    wide, tall = 40 - 18 * near, 70 - 30 * near
    woods = clouds(window.x * wide, window.y * tall, canvas.seed + 30 + row, 4)
    below = window.y - line
    lit = np.clip(smooth(-0.03, 0.06, below) * 0.6 + woods * 0.7 - 0.25, 0, 1)
    land = mix(colour("#22332c"), colour("#7d8450"), lit * (0.4 + 0.6 * near))
    sunward = np.broadcast_to(smooth(0.2, 1.0, window.x / canvas.wide), window.shape)
    air = mix(colour("#cfa9a4"), colour("#ffd9a8"), sunward)
    mist = 0.55 * smooth(0.0, 0.09, below) * (1 - near)
    window.paint(body, mix(land, air, np.clip(0.90 - 0.80 * near**0.8 + mist, 0, 0.96)))
    canvas.mark("valley", body, window)
    sky = canvas.regions["sky"][window.top : window.top + window.shape[0]]
    sky *= 1 - body


def balloon(canvas: Canvas, name: str, top: Point, size: float, changes: frozenset[str]) -> None:
    """One balloon; `top` is the middle of its envelope, `size` its widest radius."""
    x, y = top
    window = canvas.window(x - size * 1.15, y - size * 1.3, x + size * 1.15, y + size * 2.1)
    tall = size * 2.25
    mouth = (x, y + tall * 0.52)
    shape = profile(*outline(ENVELOPE))
    envelope = turned(window, mouth, tall, lambda up: shape(up) * size, 0.0)
    basket = basket_of(window, (x, mouth[1] + size * 0.40), size)
    canvas.mark(f"{name} balloon", envelope.alpha, window)
    canvas.mark(f"{name} balloon", window.polygon(outline(RIGGING, mouth, size)), window)
    if f"no {name} balloon" in changes:
        return
    haze = {"front": 0.0, "middle": 0.08, "far": 0.28}[name]
    air = colour("#f0cdb4")
    for text in ROPES:
        rope = window.stroke(outline(text, mouth, size), max(0.0012, size * 0.008))
        window.paint(rope, mix(colour("#4a3a30"), air, haze))
    weave = 0.7 + 0.5 * clouds(window.x * 5 / size, window.y * 14 / size, canvas.seed + 3, 2)
    wicker = colour("#8a5a34") * weave[..., None] * STUDIO.lit(basket.normal)
    window.paint(basket.alpha, mix(wicker, air, haze))
    window.paint(envelope.alpha, mix(cloth(name, envelope, changes), air, haze))
    flame_x, flame_y = (window.x - x) / 0.03, (window.y - mouth[1] - size * 0.13) / 0.09
    window.add(np.exp(-(flame_x**2 + flame_y**2) / size**2) * 1.2, colour("#ffb24a"))


def basket_of(window: Window, foot: Point, size: float) -> Solid:
    """A wicker basket."""
    outline = profile((0, 0.115 * size), (0.5, 0.125 * size), (1, 0.14 * size))
    return turned(window, foot, size * 0.19, outline, 0.0)


def cloth(name: str, envelope: Solid, changes: frozenset[str]) -> Plane:
    """Gores of coloured cloth, bulging between the load tapes, glowing with the sun behind."""
    gores = 16
    around = np.arcsin(np.clip(envelope.turn, -0.9999, 0.9999)) / np.pi * gores + 0.3
    if name == "front" and "rainbow" in changes:
        bands = np.clip(np.floor((envelope.up - 0.12) / 0.145), 0, 5).astype(int)
        skin = np.stack([colour(code) for code in RAINBOW[::-1]])[bands]
    else:
        codes = (
            STRIPES["middle"] if name == "front" and "blue balloon" in changes else STRIPES[name]
        )
        tints = [colour(code) for code in codes]
        skin = mix(tints[0], tints[1], stripes(around))
        zigzag = 0.045 * np.abs(np.mod(around, 2) - 1)
        band = smooth(0.006, 0.0, np.abs(envelope.up - 0.60 + zigzag) - 0.055)
        skin = mix(skin, tints[2], band)
        skin = mix(skin, tints[0] * 0.8, smooth(0.115, 0.105, envelope.up))
    bulge = np.mod(around, 1) - 0.5
    normal = envelope.normal + np.stack([bulge * 0.55, bulge * 0, bulge * 0], axis=-1)
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
    through = 0.22 * smooth(-0.6, 1.0, envelope.turn) + 0.12 * smooth(0.5, 0.0, envelope.up)
    seam = 1 - 0.22 * smooth(0.42, 0.5, np.abs(bulge))
    light: Plane = (
        skin * (STUDIO.lit(normal, 0.35) + through[..., None] * colour("#ffd9a0")) * seam[..., None]
    )
    return light
