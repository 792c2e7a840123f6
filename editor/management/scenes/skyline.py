"""A city across a river at night."""

from __future__ import annotations

import numpy as np

from editor.management.canvas import Canvas, Plane, Window, colour, mix, ramp, smooth
from editor.management.noise import clouds, noise

QUAY = 0.665  # y where the far bank meets the river
MOON = (0.23, 0.19)  # share of the width, y
TOWER = 0.615  # share of the width

DUSK = ((0, "#060c22"), (0.45, "#142251"), (0.75, "#3b3a78"), (0.92, "#8a5a80"), (1, "#c98563"))
DAWN = ((0, "#4d7fb5"), (0.45, "#9fb9d3"), (0.75, "#e9c3b4"), (0.92, "#f8c48e"), (1, "#ffd9a4"))
ROWS = (  # base haze, height, width of a house, windows per picture height, share lit
    (0.62, 0.17, 0.050, 190, 0.30),
    (0.34, 0.27, 0.066, 130, 0.34),
    (0.10, 0.20, 0.085, 92, 0.40),
)


def draw_skyline(canvas: Canvas, changes: frozenset[str]) -> None:
    """Changes: "dawn", "fireworks", "no moon", "neon", "no bokeh"."""
    sky(canvas, changes)
    canvas.mark("sky", np.broadcast_to(smooth(QUAY, QUAY - 0.01, canvas.y), canvas.shape))
    if "fireworks" in changes:
        fireworks(canvas)
    for depth, row in enumerate(ROWS):
        houses(canvas, depth, row, changes)
        if depth == 1:
            tower(canvas, changes)
    promenade(canvas)
    river(canvas)
    if "no bokeh" not in changes:
        bokeh(canvas)
    canvas.bloom(0.7, 0.5)
    canvas.vignette(0.35)


def sky(canvas: Canvas, changes: frozenset[str]) -> None:
    """The last light low down, thin cloud, and the moon."""
    height = np.broadcast_to(canvas.y / QUAY, canvas.shape)
    dawn = "dawn" in changes
    canvas.pixels[:] = ramp(height, DAWN if dawn else DUSK)
    veil = smooth(0.45, 0.85, clouds(canvas.x * 2, canvas.y * 8, canvas.seed + 1, 5))
    glow = ramp(height, ((0, "#26345f"), (0.7, "#7a5688"), (1, "#e0a07a")))
    canvas.paint(veil * 0.4 * smooth(1.1, 0.6, canvas.y / QUAY), glow * (2.2 if dawn else 1))
    place = (MOON[0] * canvas.wide, MOON[1])
    canvas.mark("moon", canvas.ellipse(place, (0.085, 0.085)))
    if "no moon" in changes or dawn:
        return
    far = np.hypot(canvas.x - place[0], canvas.y - place[1])
    canvas.add(np.exp(-far * 9) * 0.22, colour("#c9d6ff"))
    seas = clouds(canvas.x * 26, canvas.y * 26, canvas.seed + 2, 3)
    face = mix(colour("#fff6df"), colour("#a9a7ac"), smooth(0.45, 0.7, seas) * 0.8)
    canvas.paint(canvas.ellipse(place, (0.045, 0.045)), face * 1.15)


def houses(
    canvas: Canvas, depth: int, row: tuple[float, float, float, int, float], changes: frozenset[str]
) -> None:
    """One row of blocks from edge to edge, drawn back to front."""
    haze, tall, wide, _, _ = row
    rng = canvas.rng(f"houses {depth}")
    x = -0.02
    while x < canvas.wide:
        width = wide * (0.6 + 0.9 * rng.random())
        middle = 1 - abs((x + width / 2) / canvas.wide - 0.58) * 1.1
        height = tall * (0.45 + 0.75 * rng.random()) * max(0.45, middle)
        block(
            canvas,
            (x, QUAY - height, x + width, QUAY),
            row,
            haze,
            int(rng.integers(1 << 30)),
            changes,
        )
        x += width + (0.006 * rng.random() if depth < 2 else 0.03 * rng.random())


def block(
    canvas: Canvas,
    box: tuple[float, float, float, float],
    row: tuple[float, float, float, int, float],
    haze: float,
    seed: int,
    changes: frozenset[str],
) -> None:
    """One house: two sides, a roof line, and lit windows."""
    left, top, right, bottom = box
    rng = np.random.default_rng(seed)
    window = canvas.window(left, top - 0.05, right, bottom)
    if window.shape[1] < 3:
        return
    body = silhouette(window, box, rng)
    dawn = "dawn" in changes
    wall = mix(colour("#10131f"), colour("#262b40"), float(rng.random()))
    face = wall * (1.0 - 0.45 * smooth(0.3, 0.32, (window.x - left) / (right - left)))[..., None]
    air = (
        colour("#b08f98")
        if dawn
        else mix(colour("#1c2450"), colour("#6d4d70"), smooth(0.3, 0.66, window.y))
    )
    base: Plane = face * (9.0 if dawn else 1.0) * np.ones((*window.shape, 3), dtype=np.float32)
    base = mix(base, air, haze)
    window.paint(body, base + windows(window, row, seed, dawn) * (1 - haze * 0.55))
    canvas.mark("buildings", body, window)
    region = canvas.regions["sky"]
    rows, columns = window.shape
    region[window.top : window.top + rows, window.left : window.left + columns] *= 1 - body


def silhouette(
    window: Window, box: tuple[float, float, float, float], rng: np.random.Generator
) -> Plane:
    """Alpha of a house, some with a smaller storey on top, some with a mast."""
    left, top, right, _ = box
    body = window.inside(top - window.y) * np.ones(window.shape)
    if rng.random() < 0.4:
        narrow = window.inside(np.abs(window.x - (left + right) / 2) - (right - left) * 0.25)
        body = np.maximum(body, window.inside(top - 0.02 - window.y) * narrow)
    if rng.random() < 0.35:
        mast = window.inside(np.abs(window.x - left * 0.4 - right * 0.6) - 0.0012)
        body = np.maximum(body, window.inside(top - 0.045 - window.y) * mast)
    return body


def windows(
    window: Window, row: tuple[float, float, float, int, float], seed: int, dawn: bool
) -> Plane:
    """Light from rooms: each window on, off or dim, warm or cold."""
    _, _, _, density, lit = row
    rng = np.random.default_rng(seed)
    across, down = density * (0.7 + 0.5 * rng.random()), density * (0.55 + 0.35 * rng.random())
    column, line = np.floor(window.x * across), np.floor(window.y * down)
    chance = rng.random((64, 64))
    room = chance[line.astype(int) % 64, column.astype(int) % 64]
    hue = chance[column.astype(int) % 64, line.astype(int) % 64]
    inside_x = smooth(0.42, 0.30, np.abs(np.mod(window.x * across, 1) - 0.5))
    inside_y = smooth(0.40, 0.28, np.abs(np.mod(window.y * down, 1) - 0.5))
    share = lit * (0.5 + rng.random())
    strength = np.where(room < share, 0.25 + 1.1 * (room / share) ** 2, 0.012)
    tint = mix(colour("#ffb765"), colour("#ffe9c4"), hue)
    tint = np.where((hue > 0.86)[..., None], colour("#a8d0ff"), tint)
    return tint * (strength * inside_x * inside_y * (0.25 if dawn else 1.0))[..., None]


def tower(canvas: Canvas, changes: frozenset[str]) -> None:
    """A slender tower with a lit crown, the mark of this city."""
    x, top = TOWER * canvas.wide, 0.10
    window = canvas.window(x - 0.08, top - 0.09, x + 0.08, QUAY)
    up = (QUAY - window.y) / (QUAY - top)
    half = (
        0.047
        - 0.021 * smooth(0.55, 0.56, up)
        - 0.011 * smooth(0.8, 0.81, up)
        - 0.006 * smooth(0.93, 0.94, up)
    )
    body = window.inside(np.abs(window.x - x) - half) * window.inside(top - window.y)
    mast = window.inside(np.abs(window.x - x) - 0.0016) * window.inside(top - 0.075 - window.y)
    alpha = np.maximum(body, mast)
    dawn, neon = "dawn" in changes, "neon" in changes
    side = 0.5 + 0.5 * smooth(-1, 1, (window.x - x) / half)
    base = colour("#1d2440") * (7.0 if dawn else 1.2) * side[..., None]
    ribs = smooth(0.25, 0.45, np.abs(np.mod((window.x - x) * 150, 1) - 0.5))
    rooms = windows(window, (0, 0, 0, 150, 0.55), canvas.seed + 50, dawn) * ribs[..., None]
    crown = smooth(0.80, 0.86, up) * smooth(1.02, 0.95, up) + 0.8 * smooth(
        0.03, 0.0, np.abs(up - 0.56)
    ) * smooth(0.5, 0.56, up)
    light = colour("#ff2fa0") * 1.8 if neon else colour("#ffc878") * 1.1
    edge = smooth(0.006, 0.0, half - np.abs(window.x - x)) if neon else 0.0
    glow = np.clip(crown * (0.35 + 0.65 * ribs) + edge, 0, 2) * (0.5 if dawn else 1.0)
    window.paint(alpha, mix(base, colour("#2c2f5c"), 0.12) + rooms + glow[..., None] * light)
    canvas.mark("tower", alpha, window)
    tip = window.ellipse((x, top - 0.075), (0.004, 0.004), 0.003)
    window.add(tip, colour("#ff3a2a") * 1.6)


def promenade(canvas: Canvas) -> None:
    """The quay wall, dark trees and a string of lamps."""
    strip = canvas.window(0, QUAY - 0.05, canvas.wide, QUAY + 0.012)
    crowns = QUAY - 0.012 - 0.022 * clouds(strip.x * 26, np.full((1, 1), 1.5), canvas.seed + 3, 3)
    strip.paint(
        strip.inside(crowns - strip.y) * smooth(0.3, 0.5, noise(strip.x * 9, strip.y * 0 + 2, 3)),
        colour("#0b1015"),
    )
    strip.paint(strip.inside(QUAY - 0.006 - strip.y) * np.ones(strip.shape), colour("#1a1a22"))
    for place in np.arange(0.03, canvas.wide, 0.062):
        lamp = canvas.window(place - 0.05, QUAY - 0.06, place + 0.05, QUAY + 0.01)
        far = np.hypot(lamp.x - place, lamp.y - QUAY + 0.019)
        lamp.add(np.exp(-((far / 0.0032) ** 2)) * 2.2 + np.exp(-far * 90) * 0.35, colour("#ffc27a"))


def river(canvas: Canvas) -> None:
    """The city again, drawn out into trembling streaks."""
    water = canvas.window(0, QUAY + 0.006, canvas.wide, 1)
    depth = (water.y - QUAY) / (1 - QUAY)
    away = 1 / (depth + 0.08)
    rough = clouds(water.x * 16, away * 22, canvas.seed + 9, 4) - 0.5
    total = np.zeros((*water.shape, 3), dtype=np.float32)
    for step in range(9):  # each wave face mirrors another height: the sum is a streak
        reach = 0.62 + 0.17 * step
        mirror = QUAY - (water.y - QUAY) * reach + rough * 0.10 * (0.25 + depth)
        row = np.clip(mirror * canvas.unit, 0, QUAY * canvas.unit - 1).astype(np.int32)
        shift = water.x + rough * 0.012 * (step - 4) * (0.3 + depth)
        column = np.clip(shift * canvas.unit, 0, canvas.shape[1] - 1).astype(np.int32)
        total += np.minimum(canvas.pixels[row, column], 1.6)
    wave = 0.75 + 0.9 * rough * (0.4 + depth)
    water.pixels[:] = total / 9 * (wave * (0.95 - 0.35 * depth))[..., None] + colour("#0a1224")
    canvas.mark("river", np.ones(water.shape, dtype=np.float32), water)


def bokeh(canvas: Canvas) -> None:
    """Lights close to the camera, far out of focus."""
    rng = canvas.rng("bokeh")
    tints = ("#ff9d4d", "#ffc98a", "#ff6a4a", "#7fb2ff", "#ffd9a8", "#ff8fb0")
    for _ in range(26):
        x, y = rng.random() * canvas.wide, 0.86 + rng.normal(0, 0.07)
        size = 0.018 + 0.035 * rng.random()
        window = canvas.window(x - 0.08, y - 0.08, x + 0.08, y + 0.08)
        far = np.hypot(window.x - x, window.y - y)
        disc = window.inside(far - size, 0.0025) * (0.55 + 0.45 * smooth(0.55, 1.0, far / size))
        tint = colour(tints[int(rng.integers(len(tints)))])
        window.add(disc * (0.10 + 0.22 * rng.random()), tint)
        canvas.mark("bokeh", window.inside(far - size * 1.15), window)


def fireworks(canvas: Canvas) -> None:
    """Three bursts over the roofs."""
    rng = canvas.rng("fireworks")
    for place, y, size, tint in (
        (0.36, 0.22, 0.17, "#ff5a3c"),
        (0.80, 0.17, 0.15, "#6fd0ff"),
        (0.52, 0.12, 0.10, "#ffd76a"),
    ):
        x = place * canvas.wide
        window = canvas.window(x - 0.3, y - 0.3, x + 0.3, y + 0.32)
        glow = np.hypot(window.x - x, window.y - y)
        window.add(np.exp(-glow * 12) * 0.35, colour(tint))
        for _ in range(70):
            angle, reach = rng.random() * 2 * np.pi, size * (0.55 + 0.45 * rng.random() ** 0.5)
            steps = np.linspace(0.25, 1, 9)
            path = [
                (x + reach * s * np.cos(angle), y + reach * s * np.sin(angle) + 0.035 * s * s)
                for s in steps
            ]
            spark = canvas.window(
                min(p[0] for p in path) - 0.01,
                min(p[1] for p in path) - 0.01,
                max(p[0] for p in path) + 0.01,
                max(p[1] for p in path) + 0.01,
            )
            fade = smooth(0.15, 1.0, np.hypot(spark.x - x, spark.y - y) / reach)
            spark.add(
                spark.stroke(path, 0.0016) * fade * 1.5, mix(colour(tint), colour("#ffffff"), 0.25)
            )
            end = np.hypot(spark.x - path[-1][0], spark.y - path[-1][1])
            spark.add(
                np.exp(-((end / 0.0028) ** 2)) * 1.6, mix(colour(tint), colour("#ffffff"), 0.5)
            )
