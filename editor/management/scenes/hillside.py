"""A farmhouse on a hill: summer, autumn or winter."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from editor.management.canvas import Canvas, Plane, Point, Window, colour, mix, outline, smooth
from editor.management.land import Camera, Land, Seen, grid_size, look, make_land
from editor.management.noise import clouds, noise
from editor.management.scenes.skies import fill_clouds, fill_sky
from editor.management.scenes.vehicles import draw_car
from editor.management.solids import Studio, cast, tube

HORIZON = 0.44
HOUSE: Point = (0.98, 0.70)
TREE: Point = (0.70, 0.72)
FRONT = "-0.09 0, -0.09 -0.105, -0.02 -0.185, 0.05 -0.105, 0.05 0.004"
SIDE = "0.05 0.004, 0.05 -0.105, 0.205 -0.098, 0.205 -0.006"
ROOF = "-0.025 -0.196, 0.132 -0.182, 0.218 -0.089, 0.056 -0.097"
EAVE = "-0.101 -0.096, -0.022 -0.197, -0.018 -0.184, -0.092 -0.09"
STACK = "0.075 -0.165, 0.075 -0.222, 0.1 -0.222, 0.1 -0.158"
STUDIO = Studio(
    key=(-0.7, 0.6, 0.45),
    key_light=colour("#fff0cf") * 1.25,
    above=colour("#9ec3e6") * 0.45,
    below=colour("#8a8f55") * 0.25,
)
SEASONS = {  # near grass, far grass, woods, leaf light, leaf dark
    "": ("#7fa03a", "#a9b857", "#2f5a2b", "#94b043", "#2c5222"),
    "autumn": ("#a58f3c", "#c4a552", "#8a4a1e", "#e88a22", "#8f2f12"),
    "winter": ("#eef3f8", "#e3ebf4", "#5f6f78", "#eef4fa", "#8fa3b5"),
}


def season_of(changes: frozenset[str]) -> str:
    """Which season's colours hold."""
    return next((name for name in SEASONS if name and name in changes), "")


def draw_hillside(canvas: Canvas, changes: frozenset[str]) -> None:
    """Changes: "autumn", "winter", "no car", "blue car", "no tree", "blue door", "smoke"."""
    winter = season_of(changes) == "winter"
    fill_sky(
        canvas,
        ((0, "#5f8fc4"), (0.6, "#a9c9e4"), (1, "#e6edf0"))
        if not winter
        else ((0, "#8da2b8"), (0.6, "#b9c6d3"), (1, "#e3e7ea")),
        HORIZON + 0.08,
    )
    fill_clouds(canvas, HORIZON + 0.08, ("#b4c3d2", "#ffffff"), cover=(0.46, 0.66))
    hills(canvas, changes)
    house(canvas, changes)
    tree(canvas, changes)
    car(canvas, changes)
    grass(canvas, changes)
    if winter:
        snowfall(canvas)
    canvas.bloom(0.15, 0.85)
    canvas.vignette(0.3)


@lru_cache(maxsize=2)
def hill_land(seed: int, size: int) -> Land:
    """Rolling fields; woods stand on them as clusters of small domes."""
    places = (np.arange(size, dtype=np.float32) + 0.5) / size
    x, z = places[None, :], places[:, None]
    waves = clouds(x * 3.6, z * 4.5, seed + 2, 3)
    heights = (waves - 0.45) * 0.10 * smooth(0.12, 0.5, z) + 0.10 * smooth(0.5, 1.0, z) * waves
    knoll = np.exp(-(((x - 0.56) / 0.10) ** 2) - ((z - 0.19) / 0.06) ** 2)
    heights = heights + 0.006 * knoll
    crowns = noise(x * 150, z * 150, seed + 5)
    heights = heights + woods(x, z, seed) * (0.002 + 0.004 * crowns)
    return make_land(heights.astype(np.float32), (-0.7, 0.45, -0.2))


def woods(x: Plane, z: Plane, seed: int) -> Plane:
    """Where woods and hedges stand, 0 to 1."""
    groves = smooth(0.60, 0.64, clouds(x * 9, z * 9, seed + 6, 3))
    hedge = smooth(0.035, 0.02, np.abs(np.mod(x * 5 + 1.4 * np.sin(z * 5), 1) - 0.5)) * (
        smooth(0.45, 0.6, noise(x * 7, z * 7, seed + 7))
    )
    return np.maximum(groves, hedge) * smooth(0.30, 0.36, z)


def hills(canvas: Canvas, changes: frozenset[str]) -> None:
    """Fields in strips, woods, a track to the house, and blue distance."""
    window = canvas.window(0, HORIZON - 0.16, canvas.wide, 1)
    land = hill_land(canvas.seed, grid_size(canvas.unit))
    seen = look(window, land, Camera(0.045, HORIZON, 1.15, 0.085, 1.0, 0.5), canvas.wide)
    near, far, wood, _, _ = SEASONS[season_of(changes)]
    winter = season_of(changes) == "winter"
    x, z = seen.column, seen.row
    field = np.floor(x * 6 + 1.5 * np.sin(z * 5)) + np.floor(z * 8 + np.sin(x * 6)) * 7
    hue = noise(field + 0.5, field * 0.37 + 0.5, canvas.seed + 8)
    rows: Plane = 0.5 + 0.5 * np.sin((x * 5 + z) * 260) * smooth(0.75, 0.3, seen.distance)
    meadow = mix(colour(near), colour(far), smooth(0.1, 0.6, seen.distance) * 0.6 + 0.4 * hue)
    if not winter:
        meadow = mix(meadow, colour("#c9a94a"), smooth(0.66, 0.8, hue) * smooth(0.3, 0.4, z) * 0.8)
    tufts = clouds(x * 420, z * 420, canvas.seed + 9, 3) - 0.5
    shade = (
        1
        + tufts * smooth(0.5, 0.1, seen.distance) * (0.15 if winter else 0.7)
        + 0.08 * (rows - 0.5) * smooth(0.3, 0.4, z)
    )
    ground: Plane = meadow * shade[..., None]
    ground = mix(
        ground,
        colour("#b39a72") * (1.25 if winter else 1.0),
        track(seen) * (0.4 if winter else 0.75),
    )
    ground = mix(
        ground,
        colour(wood) * (0.75 + tufts * 0.8)[..., None],
        seen.look_up(woods_of(canvas.seed, grid_size(canvas.unit))),
    )
    light = (
        seen.look_up(land.light)[..., None] * STUDIO.key_light * 1.15
        + seen.look_up(land.open_sky)[..., None] * STUDIO.above * 1.1
    )
    haze = np.clip(1 - np.exp(-np.maximum(seen.distance - 0.15, 0) * 1.5), 0, 0.85)
    air = colour("#bccbd6" if winter else "#b4cbe0")
    window.paint(seen.hit, mix(ground * light, air, haze))
    canvas.mark("field", seen.hit, window)
    canvas.regions["sky"][window.top :] *= 1 - seen.hit


@lru_cache(maxsize=2)
def woods_of(seed: int, size: int) -> Plane:
    """The woods as a map of the land."""
    places = (np.arange(size, dtype=np.float32) + 0.5) / size
    return woods(places[None, :], places[:, None], seed)


def track(seen: Seen) -> Plane:
    """A cart track from the foreground to the house."""
    middle = 0.462 + 0.7 * (seen.row - 0.092) + 0.006 * np.sin(seen.row * 60)
    far = np.abs(seen.column - middle)
    ruts = smooth(0.0042, 0.003, np.abs(far - 0.007))
    return np.clip(ruts + 0.35 * smooth(0.014, 0.010, far), 0, 1) * smooth(0.21, 0.18, seen.row)


def house(canvas: Canvas, changes: frozenset[str]) -> None:
    """White walls, a tiled roof, a chimney."""
    x, y = HOUSE
    winter = season_of(changes) == "winter"
    window = canvas.window(x - 0.2, y - 0.32, x + 0.42, y + 0.06)
    cast(window, (x + 0.13, y + 0.012), (0.20, 0.022), 0.55, 0.5)
    plaster = 0.9 + 0.16 * (clouds(window.x * 40, window.y * 40, canvas.seed + 11, 3) - 0.5)
    parts: list[tuple[str, Plane]] = [
        (STACK, colour("#9a5a45") * plaster[..., None] * 0.9),
        (FRONT, colour("#f6efe0") * (plaster * 1.05)[..., None]),
        (SIDE, colour("#b9b6b8") * (plaster * 0.72)[..., None]),
        (ROOF, tiles(canvas, window, winter)),
        (EAVE, colour("#eef4fa" if winter else "#7a3a28")),
    ]
    for text, light in parts:
        alpha = window.polygon(outline(text, HOUSE))
        window.paint(alpha, light)
        canvas.mark("house", alpha, window)
        if text == ROOF:
            canvas.mark("roof", alpha, window)
    openings(canvas, window, changes)
    if "smoke" in changes or winter:
        smoke(canvas, (x + 0.088, y - 0.225))


def tiles(canvas: Canvas, window: Window, winter: bool) -> Plane:
    """Rows of clay tiles, or snow."""
    if winter:
        lumps = clouds(window.x * 22, window.y * 30, canvas.seed + 12, 3)
        return mix(colour("#d4e0ec"), colour("#fdfeff"), lumps)
    row = (window.y + window.x * 0.02) * 150
    lane = (window.x - window.y * 0.9) * 130
    bumps = 0.5 + 0.5 * np.cos(lane * 2 * np.pi)
    edge = smooth(0.75, 1.0, np.mod(row, 1))
    old = clouds(window.x * 30, window.y * 30, canvas.seed + 13, 3)
    base = mix(colour("#a5452b"), colour("#7d3524"), old)
    return base * (0.8 + 0.35 * bumps - 0.4 * edge)[..., None]


def openings(canvas: Canvas, window: Window, changes: frozenset[str]) -> None:
    """Windows with shutters and the door."""
    x, y = HOUSE
    for left, top, wide, tall, lit in (
        (-0.072, 0.082, 0.03, 0.036, 1.0),
        (-0.034, 0.148, 0.026, 0.03, 1.0),
        (0.092, 0.080, 0.026, 0.034, 0.7),
        (0.150, 0.078, 0.026, 0.034, 0.7),
    ):
        corner = (x + left, y - top)
        pane = rectangle(window, corner, wide, tall)
        frame = rectangle(
            window, (corner[0] - 0.003, corner[1] - 0.003), wide + 0.006, tall + 0.006
        )
        window.paint(frame, colour("#f2f0ea") * lit)
        glass = mix(
            colour("#26343f"),
            colour("#8fb0c4"),
            smooth(corner[1] + tall, corner[1], window.y) * 0.8 * np.ones(window.shape),
        )
        window.paint(pane, glass * lit)
        bar = window.inside(np.abs(window.x - corner[0] - wide / 2) - 0.0013) + window.inside(
            np.abs(window.y - corner[1] - tall / 2) - 0.0013
        )
        window.paint(np.clip(bar, 0, 1) * pane, colour("#f2f0ea") * lit)
        for edge in (-0.013, wide + 0.003):
            window.paint(
                rectangle(window, (corner[0] + edge, corner[1]), 0.010, tall),
                colour("#4c7a72") * lit,
            )
    blue = "blue door" in changes
    door = rectangle(window, (x - 0.012, y - 0.072), 0.036, 0.074)
    window.paint(rectangle(window, (x - 0.016, y - 0.076), 0.044, 0.079), colour("#e6dfd0"))
    boards = 0.8 + 0.3 * (np.mod(window.x * 130, 1) > 0.12)
    window.paint(
        door, colour("#2f66c4" if blue else "#6d4a30") * (boards * np.ones(window.shape))[..., None]
    )
    window.paint(window.ellipse((x + 0.018, y - 0.034), (0.0024, 0.0024)), colour("#e8c46a"))
    canvas.mark("door", rectangle(window, (x - 0.020, y - 0.080), 0.052, 0.084), window)


def rectangle(window: Window, corner: Point, wide: float, tall: float) -> Plane:
    """Alpha of an upright rectangle."""
    middle = (corner[0] + wide / 2, corner[1] + tall / 2)
    return window.inside(np.abs(window.x - middle[0]) - wide / 2) * window.inside(
        np.abs(window.y - middle[1]) - tall / 2
    )


def smoke(canvas: Canvas, place: Point) -> None:
    """A thread of smoke that widens and drifts."""
    window = canvas.window(place[0] - 0.05, place[1] - 0.26, place[0] + 0.25, place[1])
    up = np.clip((place[1] - window.y) / 0.26, 0, 1)
    middle = place[0] + 0.16 * up**1.6 + 0.008 * np.sin(up * 12)
    puffs = clouds(window.x * 16, window.y * 16, canvas.seed + 14, 4)
    thin = 0.006 + 0.034 * up
    veil = np.exp(-(((window.x - middle) / thin) ** 2)) * smooth(0, 0.05, up) * smooth(1, 0.4, up)
    window.paint(np.clip(veil * (0.2 + 1.0 * puffs), 0, 0.85), colour("#f4f4f4"))
    canvas.mark("smoke", smooth(0.02, 0.1, veil), window)


def tree(canvas: Canvas, changes: frozenset[str]) -> None:
    """An old oak: a trunk and a crown of many small clumps, lit from the left."""
    x, y = TREE
    floor = canvas.window(x - 0.15, y - 0.03, x + 0.42, y + 0.05)
    shade = np.hypot((floor.x - x - 0.12) / 0.2, (floor.y - y - 0.012) / 0.022)
    crown = canvas.window(x - 0.22, y - 0.50, x + 0.22, y - 0.08)
    canvas.mark("tree", smooth(1.3, 0.9, shade) * 0.9, floor)
    canvas.mark("tree", crown.ellipse((x, y - 0.28), (0.185, 0.19), 0.01), crown)
    trunk_window = canvas.window(x - 0.12, y - 0.3, x + 0.12, y + 0.02)
    trunk = tube(
        trunk_window, [(x - 0.002, y + 0.008), (x, y - 0.1), (x + 0.006, y - 0.24)], 0.0165
    )
    canvas.mark("tree", trunk.alpha, trunk_window)
    if "no tree" in changes:
        return
    floor.shade(0.5 * smooth(1.25, 0.6, shade))
    bark = 0.6 + 0.7 * clouds(trunk_window.x * 190, trunk_window.y * 30, canvas.seed + 15, 3)
    for path in (
        [(x, y - 0.13), (x - 0.07, y - 0.24)],
        [(x + 0.003, y - 0.15), (x + 0.08, y - 0.25)],
    ):
        limb = tube(trunk_window, path, 0.008)
        trunk_window.paint(limb.alpha, colour("#5a4634") * STUDIO.lit(limb.normal))
    trunk_window.paint(trunk.alpha, colour("#66503a") * bark[..., None] * STUDIO.lit(trunk.normal))
    foliage(canvas, changes)


def foliage(canvas: Canvas, changes: frozenset[str]) -> None:
    """Clumps of leaves from the back of the crown to the front."""
    x, y = TREE
    _, _, _, light, dark = SEASONS[season_of(changes)]
    rng = canvas.rng("foliage")
    places = rng.normal(0, 0.46, (1500, 3))
    places = places[np.linalg.norm(places, axis=1) < 1]
    for right, up, toward in places[np.argsort(places[:, 2])]:
        size = 0.017 + 0.015 * rng.random()
        centre = (x + 0.175 * right * (1.08 - 0.15 * up), y - 0.285 - 0.17 * up)
        part = canvas.window(
            centre[0] - 0.045, centre[1] - 0.04, centre[0] + 0.045, centre[1] + 0.04
        )
        twigs = noise(part.x * 150 + part.y * 60, part.y * 190 - part.x * 40, int(rng.integers(40)))
        far = np.hypot((part.x - centre[0]) / 1.25, part.y - centre[1]) / size
        alpha = smooth(0.42, 0.58, twigs * smooth(1.15, 0.3, far) + 0.16 * smooth(0.7, 0.0, far))
        sunlit = 0.36 - 0.34 * right + 0.42 * up + 0.26 * toward + 0.22 * rng.normal()
        edge = (centre[1] - part.y) / size * 0.22 - (part.x - centre[0]) / size * 0.16
        tint = mix(colour(dark) * 0.75, colour(light), np.clip(sunlit + edge, 0, 1))
        part.paint(alpha, tint * STUDIO.key_light * (0.7 + 0.4 * twigs)[..., None])


def car(canvas: Canvas, changes: frozenset[str]) -> None:
    """A small red car on the track."""
    paint = "#2a63b8" if "blue car" in changes else "#b9221c"
    draw_car(canvas, (0.40, 0.842), 0.30, paint, STUDIO, hidden="no car" in changes)


def grass(canvas: Canvas, changes: frozenset[str]) -> None:
    """Blades and a few poppies close to the camera, a little out of focus."""
    rng = canvas.rng("grass")
    season = season_of(changes)
    _, far, _, light, dark = SEASONS[season]
    count = 150 if season == "winter" else 520
    for _ in range(count):
        x, low = rng.random() * (canvas.wide + 0.1) - 0.05, 0.965 + 0.06 * rng.random()
        tall, lean = 0.03 + 0.065 * rng.random(), rng.normal(0, 0.02)
        tip = (x + lean, low - tall)
        part = canvas.window(min(x, tip[0]) - 0.01, tip[1] - 0.01, max(x, tip[0]) + 0.01, low)
        if part.shape[0] < 3 or part.shape[1] < 3:
            continue
        tint = mix(
            colour(dark if season == "" else "#8a7a48"),
            colour(light if season != "winter" else far),
            float(rng.random()),
        )
        part.paint(
            part.stroke([(x, low), (x + lean * 0.35, low - tall * 0.6), tip], 0.0022, 0.0008) * 0.9,
            tint * 0.8,
        )
    if season:
        return
    for _ in range(26):
        x, y = rng.random() * canvas.wide, 0.905 + 0.07 * rng.random()
        part = canvas.window(x - 0.03, y - 0.03, x + 0.03, y + 0.03)
        bloom = part.ellipse((x, y), (0.007 + 0.005 * rng.random(), 0.006), 0.002)
        part.paint(bloom, colour("#d8301c" if rng.random() < 0.7 else "#f4efe2") * 0.95)


def snowfall(canvas: Canvas) -> None:
    """Flakes near and far."""
    rng = canvas.rng("snow")
    for _ in range(260):
        x, y, size = rng.random() * canvas.wide, rng.random(), 0.0012 + 0.005 * rng.random() ** 4
        part = canvas.window(x - 0.012, y - 0.012, x + 0.012, y + 0.012)
        part.paint(part.ellipse((x, y), (size, size), size * 0.7) * 0.75, colour("#ffffff"))
