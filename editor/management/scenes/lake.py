"""A mountain lake at dusk with a rowing boat."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from editor.management.canvas import Canvas, Plane, Window, colour, mix, outline, ramp, smooth
from editor.management.land import Camera, Land, grid_size, look, make_land
from editor.management.noise import clouds, noise, ridges
from editor.management.scenes.skies import fill_stars

SHORE = 0.585  # y of the far shore
OAR = "-0.3 -0.2, 0.27 -0.104"  # in lengths of the boat
SUN = (0.63, 0.47)  # share of the width, y

DUSK = ((0, "#2c4a78"), (0.3, "#7a86b0"), (0.52, "#d6a09c"), (0.74, "#f4b57c"), (1, "#ffd69a"))
NIGHT = ((0, "#060b1d"), (0.4, "#101d3f"), (0.8, "#27406b"), (1, "#4a6a8c"))
NOON = ((0, "#2f78bd"), (0.5, "#7db4dc"), (1, "#d5e8ef"))


def draw_lake(canvas: Canvas, changes: frozenset[str]) -> None:
    """Changes: "no boat", "no sun", "night sky", "blue sky", "snow", "red boat"."""
    sky(canvas, changes)
    canvas.mark("sky", np.broadcast_to(smooth(SHORE, SHORE - 0.01, canvas.y), canvas.shape))
    mountains(canvas, changes)
    trees(canvas)
    water(canvas)
    boat(canvas, changes)
    canvas.bloom(0.35, 0.75)
    canvas.vignette(0.35)


def sky(canvas: Canvas, changes: frozenset[str]) -> None:
    """Gradient, clouds lit from below, and the sun."""
    height = canvas.y / SHORE
    night, noon = "night sky" in changes, "blue sky" in changes
    stops = NIGHT if night else NOON if noon else DUSK
    canvas.pixels[:] = ramp(np.broadcast_to(height, canvas.shape), stops)
    if night:
        fill_stars(canvas, SHORE)
        return
    x, y = canvas.x - SUN[0] * canvas.wide, canvas.y - SUN[1]
    far = np.hypot(x, y)
    if not noon and "no sun" not in changes:
        canvas.add(np.exp(-far * 6) * 0.55, colour("#ffb45e"))
        canvas.add(np.exp(-((far / 0.11) ** 2)) * 0.35, colour("#ffe2a0"))
    # Clouds lie flatter and closer together towards the horizon.
    flat = 1 / np.maximum(1.25 - height, 0.1)
    cover = clouds(canvas.x * 2.2 * flat**0.4, height * 2 + flat * 2.2, canvas.seed + 11, 6)
    puffs = smooth(0.5, 0.78, cover) * smooth(0.02, 0.3, 1.06 - height)
    below = clouds(canvas.x * 2.2 * flat**0.4, height * 2 + flat * 2.2 + 0.05, canvas.seed + 11, 6)
    lit = np.clip(0.45 + (cover - below) * 6, 0, 1)
    if noon:
        canvas.paint(puffs * 0.9, mix(colour("#b9c8d6"), colour("#ffffff"), lit))
        return
    warm = ramp(
        np.broadcast_to(height, canvas.shape), ((0, "#e8a3a0"), (0.6, "#ffb27a"), (1, "#ffd58c"))
    )
    canvas.paint(puffs * 0.8, mix(colour("#6a6688"), warm, lit))
    if "no sun" not in changes:
        disc = canvas.ellipse((SUN[0] * canvas.wide, SUN[1]), (0.03, 0.03), 0.002)
        canvas.paint(disc, colour("#fff2cf") * 1.9)
        canvas.mark("sun", canvas.ellipse((SUN[0] * canvas.wide, SUN[1]), (0.075, 0.075)))


@lru_cache(maxsize=2)
def mountain_land(seed: int, size: int) -> Land:
    """Peaks behind the lake: rising to both sides, a valley where the sun sets."""
    places = (np.arange(size, dtype=np.float32) + 0.5) / size
    x, z = places[None, :], places[:, None]
    crests = ridges(x * 4.6, z * 4.6, seed + 3, 8, 0.5)
    body = clouds(x * 3.1, z * 3.1, seed + 40, 3)
    valley = 0.22 + 0.78 * smooth(0.0, 0.3, np.abs(x - 0.575 - 0.05 * np.sin(z * 9)))
    rise = smooth(0.4, 0.95, z)
    heights = rise * valley * (0.05 + 0.26 * crests * (0.4 + 0.9 * body))
    heights += smooth(0.36, 0.45, z) * (0.004 + 0.012 * noise(x * 30, z * 30, seed)) - 0.004
    return make_land(heights.astype(np.float32), (0.8, 0.3, 0.4))


def mountains(canvas: Canvas, changes: frozenset[str]) -> None:
    """Rock, snow above a line, forest at the foot, and haze that thickens with distance."""
    window = canvas.window(0, 0, canvas.wide, SHORE + 0.07)
    land = mountain_land(canvas.seed, grid_size(canvas.unit))
    seen = look(window, land, Camera(0.012, SHORE - 0.004, 1.75, 0.2, 1.0, 0.5), canvas.wide)
    height = seen.look_up(land.heights)
    rough = clouds(seen.column * 150, seen.row * 150, canvas.seed + 70, 3)
    snow_line = 0.03 if "snow" in changes else 0.1
    steep = seen.look_up(land.slope)
    white = smooth(snow_line, snow_line + 0.05, height + (rough - 0.5) * 0.05 - 0.10 * steep)
    forest = smooth(0.075, 0.03, height + (rough - 0.5) * 0.04)
    rock = mix(colour("#4a4450"), colour("#7d7278"), rough)
    ground = mix(rock, mix(colour("#1d2b2a"), colour("#3d4a3c"), rough), forest)
    ground = mix(ground, colour("#f3f1fa"), white)
    sun, shade = light_of(changes)
    light = (
        seen.look_up(land.light)[..., None] * sun + seen.look_up(land.open_sky)[..., None] * shade
    )
    window.paint(
        seen.hit, mix(ground * light, haze_of(window, changes), thickness(seen.distance, height))
    )
    canvas.mark("mountains", seen.hit, window)
    canvas.regions["sky"][: window.shape[0]] *= 1 - seen.hit


def thickness(distance: Plane, height: Plane) -> Plane:
    """Share of haze before the land: more with distance, and mist low in the valley."""
    haze = 1 - np.exp(-np.maximum(distance - 0.35, 0) * 1.5 - 0.05)
    mist = 0.45 * smooth(0.06, 0.0, height) * smooth(0.42, 0.75, distance)
    thick: Plane = np.clip(haze + mist, 0, 0.9)
    return thick


def haze_of(window: Window, changes: frozenset[str]) -> Plane:
    """The colour of the air: warm around the sun, blue away from it."""
    if "night sky" in changes:
        return np.broadcast_to(colour("#1f3158"), window.pixels.shape)
    if "blue sky" in changes:
        return np.broadcast_to(colour("#b9d2e6"), window.pixels.shape)
    wide = window.shape[1] / window.unit
    near = np.exp(-((np.hypot(window.x - SUN[0] * wide, (window.y - SUN[1]) * 1.4) / 0.3) ** 2))
    return mix(colour("#9a8fb4"), colour("#ffc188"), near * 0.9)


def light_of(changes: frozenset[str]) -> tuple[Plane, Plane]:
    """Sunlight and skylight for the time of day."""
    if "night sky" in changes:
        return colour("#3b4a6b"), colour("#26324f")
    if "blue sky" in changes:
        return colour("#fff4e0") * 1.6, colour("#8fb3da") * 0.8
    return colour("#ffb074") * 1.9, colour("#7b86b8") * 0.75


def shoreline(canvas: Canvas) -> Plane:
    """Where water begins, per column: the far shore, and two banks that come nearer."""
    left = np.clip(1 - canvas.x / 0.5, 0, 1)
    right = np.clip(1 - (canvas.wide - canvas.x) / 0.34, 0, 1)
    wobble = 0.007 * (clouds(canvas.x * 22, np.full((1, 1), 3.0), canvas.seed, 3) - 0.5)
    near = np.maximum(left, right)
    line: Plane = SHORE + 0.066 * near**0.75 + wobble * smooth(0, 0.1, near)
    return line


def trees(canvas: Canvas) -> None:
    """Dark spruces on two points of land that frame the view."""
    rng = canvas.rng("trees")
    shore = shoreline(canvas)
    line = SHORE + (shore - SHORE) * 0.35 - 0.004
    land = canvas.inside(line - canvas.y) * (shore - SHORE > 0.004)
    tufts = clouds(canvas.x * 90, canvas.y * 220, canvas.seed + 8, 3)
    canvas.paint(land, mix(colour("#0c1312"), colour("#2d3029"), tufts))
    for side, reach in ((-1, 0.45), (1, 0.3)):
        for place in np.sort(rng.random(40)) ** 1.3:
            x = place * reach if side < 0 else canvas.wide - place * reach
            base = float(line[0, min(int(x * canvas.unit), canvas.shape[1] - 1)])
            base += 0.012 + rng.normal(0, 0.003)
            spruce(canvas, x, base, (0.34 - 0.27 * place) * (0.65 + 0.5 * rng.random()), rng)


def spruce(canvas: Canvas, x: float, base: float, tall: float, rng: np.random.Generator) -> None:
    """One tree: tiers of ragged branches, narrower to the top."""
    window = canvas.window(x - tall * 0.3, base - tall * 1.03, x + tall * 0.3, base + 0.01)
    up = (base - window.y) / tall
    tier = np.mod(up * 12 + rng.random() + 0.9 * np.abs(window.x - x) / tall, 1)
    ragged = noise(window.x * 260, window.y * 420, int(rng.integers(1 << 20)))
    width = 0.19 * np.clip(1 - up, 0, 1) ** 0.8 * (0.5 + 0.5 * (1 - tier)) * (0.45 + 0.9 * ragged)
    body = window.inside(np.abs(window.x - x) - tall * width) * smooth(-0.02, 0.0, up) * (up < 1)
    side = smooth(-0.6, 1, (window.x - x) / (tall * width + 1e-4)) * ragged
    window.paint(body, mix(colour("#0a1313"), colour("#38382f"), side))


def water(canvas: Canvas) -> None:
    """Mirror what stands above the shore, broken by ripples that grow towards us."""
    lake = canvas.window(0, SHORE - 0.01, canvas.wide, 1)
    shore = shoreline(canvas)
    depth = np.clip((lake.y - SHORE) / (1 - SHORE), 0, 1)
    away = 1 / (depth + 0.06)
    wave = clouds(lake.x * 5, away * 7, canvas.seed + 90, 4) - 0.5
    fine = clouds(lake.x * 30, away * 34, canvas.seed + 95, 3) - 0.5
    push = (wave * 0.06 + fine * 0.035) * (0.08 + depth)
    mirror = shore - (lake.y - shore) * 0.98 + push
    row = np.clip(mirror * canvas.unit, 0, shore * canvas.unit - 1).astype(np.int32)
    column = np.clip((lake.x + push * 0.25) * canvas.unit, 0, canvas.shape[1] - 1).astype(np.int32)
    image = canvas.pixels[row, column]
    deep = mix(colour("#25384d"), colour("#0e1a26"), np.broadcast_to(depth, lake.shape))
    clear = np.clip(0.88 - 0.42 * depth + fine * 0.3 * (0.2 + depth), 0, 1)
    wet = lake.inside(shore - lake.y)
    rim = np.exp(-np.maximum(lake.y - shore, 0) / 0.003) * 0.35
    lake.paint(wet, mix(mix(deep, image, clear), image * 1.4 + 0.004, rim))
    canvas.mark("lake", wet, lake)


def boat(canvas: Canvas, changes: frozenset[str]) -> None:
    """A wooden rowing boat lying still, with its reflection."""
    x, y, long = 0.37 * canvas.wide, 0.785, 0.25
    window = canvas.window(x - long * 0.7, y - 0.11, x + long * 0.7, y + 0.15)
    hull, inner, mirror = hull_of(window, x, y, long)
    oar = window.stroke(outline(OAR, (x, y), long), 0.0045)
    for part in (hull, inner, oar, smooth(0.03, 0.3, mirror)):
        canvas.mark("boat", part, window)
    if "no boat" in changes:
        return
    red = "red boat" in changes
    side = colour("#a11d17") if red else colour("#6b3f24")
    window.shade(mirror * 0.85, mix(side, colour("#26344a"), 0.45) * 0.6)
    place = (window.x - x) / long
    plank = np.mod((window.y - rim_of(window.x, x, y, long)) * 72, 1)
    grain = clouds(window.x * 14, window.y * 160, canvas.seed + 7, 3)
    light = 0.25 + 0.75 * smooth(-0.4, 0.55, place) + 0.2 * grain
    light = light * (1 - 0.5 * smooth(0.8, 0.97, plank)) * (1 + 0.2 * smooth(0.3, 0.0, plank))
    window.paint(inner, colour("#20130d") * (0.5 + grain[..., None]))
    window.paint(hull, side * light[..., None] * mix(colour("#ffffff"), colour("#ffcf98"), 0.6))
    fittings(window, x, y, long, inner)


def rim_of(places: Plane, x: float, y: float, long: float) -> Plane:
    """The sheer: low amidships, rising to the bow on the right."""
    t = (places - x) / (long / 2)
    rim: Plane = y - 0.016 - 0.03 * np.abs(t) ** 2.4 * np.where(t < 0, 0.75, 1.2)
    return rim


def hull_of(window: Window, x: float, y: float, long: float) -> tuple[Plane, Plane, Plane]:
    """Alphas of the outer side, the inside seen over the rim, and the reflection."""
    t = (window.x - x) / (long / 2)
    rim = rim_of(window.x, x, y, long)
    full = np.clip(1 - np.abs(t) ** 3.4, 0, 1)
    keel = np.minimum(rim + 0.06 * full**0.55, y + 0.034)
    within = window.inside(np.abs(t) - 1)
    hull = window.inside(rim - window.y) * window.inside(window.y - keel) * within
    far_rim = rim - 0.021 * np.clip(1 - t * t, 0, 1)
    inner = window.inside(far_rim - window.y) * window.inside(window.y - rim) * within
    ripple = noise(window.x * 30, window.y * 190, 4) - 0.5
    deep = (window.y - keel + 0.004 * ripple) / (0.075 * full**0.5 + 0.004)
    mirror = smooth(-0.1, 0.0, deep) * smooth(1.0, 0.35, deep + ripple * 0.3)
    return hull, inner, mirror * window.inside(np.abs(t) - 0.97, 0.02)


def fittings(window: Window, x: float, y: float, long: float, inner: Plane) -> None:
    """Rim, thwarts and an oar."""
    places = np.linspace(x - long / 2, x + long / 2, 41)
    near = rim_of(places, x, y, long)
    bow = 0.021 * np.clip(1 - ((places - x) / (long / 2)) ** 2, 0, 1)
    for place in (-0.42, 0.05, 0.5):
        seat = window.inside(np.abs(window.x - x - place * long / 2 - (window.y - y) * 0.3) - 0.012)
        window.paint(seat * inner, colour("#7d5637") * 0.8)
    line = list(zip(places.tolist(), (near - bow).tolist(), strict=True))
    window.paint(window.stroke(line, 0.0035), colour("#b27c4c") * 0.7)
    oar = window.stroke(outline(OAR, (x, y), long), 0.0045)
    window.paint(oar, colour("#d8ab78") * 0.75)
    line = list(zip(places.tolist(), near.tolist(), strict=True))
    window.paint(window.stroke(line, 0.0055), colour("#dc9d5d"))
