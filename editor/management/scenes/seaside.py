"""A beach with a striped umbrella, a towel, a ball and a sailing boat."""

from __future__ import annotations

import numpy as np

from editor.management.canvas import (
    Canvas,
    Plane,
    Point,
    Window,
    colour,
    mix,
    ramp,
    smooth,
    stripes,
)
from editor.management.noise import clouds, noise
from editor.management.scenes.skies import fill_clouds, fill_sky, fill_sun
from editor.management.solids import Solid, Studio, ball, cast, tube

HORIZON = 0.44
POLE: Point = (0.43, 0.87)
BOAT: Point = (1.13, 0.452)
BALL: Point = (0.93, 0.865)
STUDIO = Studio(
    key=(0.6, 0.75, 0.35),
    key_light=colour("#fff2d8") * 1.2,
    above=colour("#a9cdea") * 0.5,
    below=colour("#e2c08e") * 0.32,
)

DAY = ((0, "#2f82c9"), (0.55, "#79b8e2"), (1, "#d3e9ee"))
EVENING = ((0, "#45518f"), (0.4, "#b06f96"), (0.75, "#f39a6b"), (1, "#ffd18a"))


def draw_seaside(canvas: Canvas, changes: frozenset[str]) -> None:
    """Changes: "sunset", "no boat", "no umbrella", "no ball", "yellow umbrella", "clear sky"."""
    sky(canvas, changes)
    sea(canvas, changes)
    boat(canvas, changes)
    beach(canvas, changes)
    towel(canvas)
    umbrella(canvas, changes)
    beach_ball(canvas, changes)
    if "sunset" in changes:
        things = np.maximum(
            np.maximum(canvas.regions["umbrella"], canvas.regions["ball"]), canvas.regions["towel"]
        )
        canvas.shade(things * 0.5, colour("#ffab7a"))
    canvas.bloom(0.2, 0.85)
    canvas.vignette(0.25)


def sky(canvas: Canvas, changes: frozenset[str]) -> None:
    """Summer sky with fair-weather clouds, or the sun going down."""
    evening = "sunset" in changes
    fill_sky(canvas, EVENING if evening else DAY, HORIZON)
    if evening:
        fill_sun(canvas, (0.95, 0.40), 0.045, "#ffb060")
    if "clear sky" not in changes:
        fill_clouds(canvas, HORIZON, ("#8a6a90", "#ffc08a") if evening else ("#b3c6d6", "#ffffff"))


def sea(canvas: Canvas, changes: frozenset[str]) -> None:
    """Deep blue far out, turquoise and foam near the sand."""
    water = canvas.window(0, HORIZON, canvas.wide, 0.78)
    depth = (water.y - HORIZON) / (0.78 - HORIZON)
    away = 1 / (depth + 0.03)
    swell = clouds(water.x * 5 * away**0.25, away * 5, canvas.seed + 11, 4)
    chop = clouds(water.x * 24 * away**0.3, away * 24, canvas.seed + 12, 4)
    shelf = depth + 0.14 * (swell - 0.5)
    stops = ((0, "#1b5f96"), (0.35, "#2283ab"), (0.7, "#46b3bb"), (1, "#a8dcca"))
    tint = ramp(shelf, stops)
    if "sunset" in changes:
        tint = mix(
            tint * 0.45, ramp(shelf, ((0, "#f0a070"), (0.4, "#a8648a"), (1, "#584a78"))), 0.65
        )
        path = np.exp(-(((water.x - 0.95) / (0.05 + 0.14 * depth)) ** 2)) * smooth(0.45, 0.62, chop)
        tint = tint + (path * 0.9)[..., None] * colour("#ffd090")
    light = 0.82 + 0.55 * (chop - 0.5) + 0.35 * (swell - 0.5)
    water.pixels[:] = tint * light[..., None]
    glints = smooth(0.66, 0.78, chop) * smooth(0.0, 0.2, depth) * 0.55
    water.paint(glints, colour("#f4fbff"))
    for line, tall in ((0.52, 0.012), (0.77, 0.022)):
        crest = line + 0.05 * (
            clouds(water.x * 2.4, water.x * 0 + line * 9, canvas.seed + 13, 3) - 0.5
        )
        broken = clouds(water.x * 40, water.y * 90, canvas.seed + 14, 4)
        reach = (depth - crest) / (tall * 3)
        foam = smooth(-0.35, 0.1, reach) * smooth(1.3, 0.2, reach + 0.8 * (broken - 0.3))
        gaps = smooth(
            0.35, 0.6, clouds(water.x * 3.2, water.x * 0 + line * 31, canvas.seed + 15, 3)
        )
        water.paint(foam * gaps * 0.9, colour("#f6fbfa"))
    canvas.mark("sea", np.ones(water.shape, dtype=np.float32), water)


def shore(canvas: Canvas, window: Window) -> Plane:
    """Where the sand begins, per column."""
    wave = clouds(window.x * 2.1, np.full((1, 1), 5.0), canvas.seed + 21, 4) - 0.5
    line: Plane = 0.715 - 0.045 * window.x + 0.035 * np.sin(window.x * 3.1 + 0.5) + 0.05 * wave
    return line


def beach(canvas: Canvas, changes: frozenset[str]) -> None:
    """Sand: wet and dark by the water, then dry with ripples and footprints of wind."""
    sand = canvas.window(0, 0.6, canvas.wide, 1)
    inland = sand.y - shore(canvas, sand)
    away = 1 / np.maximum(sand.y - 0.40, 0.1)
    ripples = clouds(sand.x * 9 * away**0.5, away * 28, canvas.seed + 22, 4)
    grit = clouds(sand.x * 190, sand.y * 260, canvas.seed + 23, 2)
    dunes = clouds(sand.x * 2.2, sand.y * 7, canvas.seed + 24, 3)
    tone = 0.80 + 0.34 * (ripples - 0.5) + 0.16 * (grit - 0.5) + 0.35 * (dunes - 0.5)
    dry = colour("#ecd3a4") * tone[..., None]
    wet = (
        mix(colour("#a88a62"), colour("#b9c7c4"), smooth(0.05, 0.0, inland) * 0.55)
        * (0.9 + 0.2 * ripples)[..., None]
    )
    ground = mix(wet, dry, smooth(0.03, 0.085, inland + 0.02 * (dunes - 0.5)))
    if "sunset" in changes:
        ground = ground * colour("#f3b08c") * 0.85
    sand.paint(sand.inside(-inland), ground)
    lace = clouds(sand.x * 34, sand.y * 60, canvas.seed + 25, 4)
    foam = smooth(-0.012, -0.001, inland) * smooth(0.016, 0.0, inland + 0.02 * (lace - 0.35))
    sand.paint(foam * 0.9, colour("#fbfdfb"))
    canvas.mark("sand", sand.inside(-inland), sand)
    canvas.regions["sea"][sand.top : sand.top + sand.shape[0]] *= 1 - sand.inside(-inland)


def towel(canvas: Canvas) -> None:
    """A towel in the shade."""
    window = canvas.window(0.40, 0.84, 0.90, 1)
    corners = [(0.50, 0.868), (0.70, 0.858), (0.80, 0.935), (0.565, 0.95)]
    shadow = window.polygon([(x - 0.008, y + 0.008) for x, y in corners], 0.006)
    window.shade(shadow * 0.5, colour("#8a6a4a") * 0.4)
    cloth = window.polygon(corners)
    down = (window.y - 0.86) / 0.085
    across = (window.x - 0.50 - 0.07 * down) / (0.20 + 0.035 * down)
    stripes = smooth(0.3, 0.36, np.abs(np.mod(across * 5, 1) - 0.5))
    fold = 0.9 + 0.25 * (clouds(window.x * 12, window.y * 30, canvas.seed + 31, 3) - 0.5)
    terry = 0.1 * (noise(window.x * 320, window.y * 320, canvas.seed + 32) - 0.5)
    window.paint(
        cloth, mix(colour("#f4f1e6"), colour("#2e7f8c"), stripes) * (fold + terry)[..., None]
    )
    canvas.mark("towel", cloth, window)


def umbrella(canvas: Canvas, changes: frozenset[str]) -> None:
    """A big umbrella, its shade on the sand."""
    x, y = POLE
    floor = canvas.window(0, 0.8, 0.95, 1)
    shade = np.hypot((floor.x - x + 0.13) / 0.25, (floor.y - y - 0.045) / 0.048)
    canvas.mark("umbrella", smooth(1.25, 0.9, shade), floor)
    top, window = (x + 0.045, 0.335), canvas.window(x - 0.32, 0.28, x + 0.4, 0.9)
    pole = tube(window, [(x, y), (top[0], top[1] + 0.05)], 0.0055)
    canopy = dome(window, top)
    for part in (pole.alpha, canopy.alpha):
        canvas.mark("umbrella", part, window)
    if "no umbrella" in changes:
        return
    floor.shade(0.55 * smooth(1.12, 0.82, shade), colour("#8a6a4a") * 0.5)
    cast(floor, (x, y + 0.002), (0.02, 0.006), 0.6, 0.5)
    window.paint(pole.alpha, colour("#e8e2d4") * STUDIO.lit(pole.normal))
    gores = stripes((canopy.turn + 1) * 4)
    red, cream = ("#e8a91c", "#fbf6e6") if "yellow umbrella" in changes else ("#c8332c", "#f7f0e2")
    cloth = mix(colour(red), colour(cream), gores)
    seam = np.abs(np.mod((canopy.turn + 1) * 4 + 0.5, 1) - 0.5) * 2
    sag = 1 - 0.22 * smooth(0.25, 0.0, seam)
    glow = 0.85 + 0.3 * canopy.up
    window.paint(canopy.alpha, cloth * STUDIO.lit(canopy.normal, 0.35) * (sag * glow)[..., None])
    window.paint(ball(window, (top[0], top[1] - 0.002), (0.008, 0.012)).alpha, colour("#f2ead8"))


def dome(window: Window, top: Point) -> Solid:
    """The cloth: gores that meet at the top and hang in arcs along the lower edge."""
    lean = 0.12  # to the left, against the sun
    dx, dy = window.x - top[0], window.y - top[1]
    across, down = dx * np.cos(lean) + dy * np.sin(lean), dy * np.cos(lean) - dx * np.sin(lean)
    tall, half = 0.165, 0.265
    t = np.clip(down / tall, 0, 1.3)
    reach = half * np.sqrt(np.clip(1 - (1 - np.minimum(t, 1)) ** 2, 1e-6, 1)) ** 0.92
    place = np.clip(across / reach, -1, 1)
    gore = np.arcsin(place) / (np.pi / 2)  # gores look narrower at the sides
    scallop = np.abs(np.sin(gore * np.pi * 4)) * 0.014
    bow = 0.05 * (1 - (across / half) ** 2)  # the near edge hangs lower than the sides
    lower = tall * 0.86 + np.clip(bow, 0, 1) - scallop
    alpha = (
        window.inside(np.abs(across) - reach) * window.inside(down - lower) * window.inside(-down)
    )
    up = np.clip(1 - t, 0, 1)
    normal = np.stack(
        [place * (1 - up), 0.25 + up, np.sqrt(np.clip(1 - place**2, 0, 1)) * (1.1 - up)], axis=-1
    )
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
    return Solid(alpha, normal, gore, up)


def boat(canvas: Canvas, changes: frozenset[str]) -> None:
    """A small sailing boat near the horizon, its reflection below."""
    x, y = BOAT
    window = canvas.window(x - 0.1, y - 0.19, x + 0.1, y + 0.10)
    hull = window.polygon(
        [(x - 0.062, y), (x + 0.068, y - 0.004), (x + 0.047, y + 0.0165), (x - 0.05, y + 0.0165)]
    )
    main = window.polygon(
        [
            (x + 0.003, y - 0.165),
            (x + 0.003, y - 0.013),
            (x - 0.062, y - 0.013),
            (x - 0.03, y - 0.075),
        ]
    )
    jib = window.polygon([(x + 0.009, y - 0.145), (x + 0.064, y - 0.012), (x + 0.01, y - 0.018)])
    mast = window.stroke([(x + 0.005, y - 0.172), (x + 0.005, y)], 0.0025)
    ripple = noise(window.x * 90, window.y * 260, canvas.seed + 41) - 0.5
    down = (window.y - y - 0.016) / 0.07
    mirror = (
        smooth(-0.02, 0.05, down)
        * smooth(1, 0.1, down)
        * smooth(0.055, 0.03, np.abs(window.x - x + 0.03 * ripple))
    )
    for part in (hull, main, jib, mast, smooth(0.02, 0.2, mirror)):
        canvas.mark("boat", part, window)
    if "no boat" in changes:
        return
    evening = colour("#ffb98a") if "sunset" in changes else colour("#ffffff")
    window.paint(mirror * 0.5 * (0.75 + 0.5 * ripple), colour("#dfeef0") * evening)
    cloth = 0.78 + 0.3 * smooth(x - 0.06, x + 0.06, window.x) * np.ones(window.shape)
    window.paint(main, colour("#fbf8ee") * evening * cloth[..., None])
    window.paint(jib, colour("#d4492f") * evening * (cloth * 1.05)[..., None])
    window.paint(mast, colour("#5a4634"))
    band = smooth(0.005, 0.006, window.y - y) * np.ones(window.shape)
    window.paint(hull, mix(colour("#f2f2ee"), colour("#1f3d63"), band) * evening)


def beach_ball(canvas: Canvas, changes: frozenset[str]) -> None:
    """A ball left on the sand."""
    x, y = BALL
    floor = canvas.window(x - 0.25, y - 0.03, x + 0.12, y + 0.11)
    shade = np.hypot((floor.x - x + 0.055) / 0.085, (floor.y - y - 0.052) / 0.017)
    window = canvas.window(x - 0.08, y - 0.08, x + 0.08, y + 0.08)
    body = ball(window, BALL, (0.06, 0.06))
    canvas.mark("ball", body.alpha, window)
    canvas.mark("ball", smooth(1.4, 0.9, shade), floor)
    if "no ball" in changes:
        return
    floor.shade(0.6 * smooth(1.3, 0.6, shade), colour("#8a6a4a") * 0.5)
    n = body.normal
    pole = np.asarray((0.42, 0.72, 0.55)) / np.linalg.norm((0.42, 0.72, 0.55))
    side = np.cross(pole, (0, 0, 1.0))
    side /= np.linalg.norm(side)
    around = np.arctan2(n @ np.cross(pole, side), n @ side) / (2 * np.pi) * 6
    tints = np.stack(
        [
            colour(code)
            for code in ("#f7f3ea", "#d23b30", "#f7f3ea", "#f0b429", "#f7f3ea", "#2b7fb8")
        ]
    )
    skin = tints[np.floor(around).astype(int) % 6]
    skin = mix(skin, colour("#f7f3ea"), smooth(0.955, 0.965, n @ pole))
    shine = STUDIO.shine(n, (0.1, 0.1), 0.12) * 0.5
    window.paint(body.alpha, skin * STUDIO.lit(n) + shine[..., None])
