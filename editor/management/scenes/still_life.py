"""A vase with eucalyptus, an apple, a pear and lemons in window light."""

from __future__ import annotations

import numpy as np

from editor.management.canvas import (
    Canvas,
    Plane,
    Point,
    Window,
    blur,
    colour,
    mix,
    outline,
    smooth,
)
from editor.management.noise import clouds, noise
from editor.management.solids import (
    Solid,
    Studio,
    ball,
    bumpy,
    cast,
    egg,
    profile,
    spindle,
    tube,
    turned,
)

TABLE = 0.655  # y of the table's far edge
VASE: Point = (0.53, 0.80)
APPLE: Point = (1.10, 0.805)
PEAR: Point = (0.845, 0.845)
LEMON: Point = (0.935, 0.905)
# Heights and radii of the turned shapes.
VASE_OUTLINE = (
    "0 0.070, 0.06 0.085, 0.22 0.122, 0.38 0.132, "
    "0.55 0.112, 0.70 0.062, 0.80 0.040, 0.92 0.040, 1 0.052"
)
PEAR_OUTLINE = (
    "0 0.015, 0.05 0.056, 0.2 0.09, 0.36 0.09, "
    "0.55 0.066, 0.72 0.042, 0.86 0.036, 0.95 0.027, 1 0.0"
)
LEMON_OUTLINE = (
    "0 0, 0.03 0.012, 0.1 0.017, 0.2 0.038, 0.35 0.055, "
    "0.5 0.06, 0.65 0.055, 0.8 0.038, 0.9 0.017, 0.97 0.012, 1 0"
)
NECK_SHADOW = "-0.05 0.5, 0.05 0.5, 0.045 0.57, 0.12 0.66, -0.12 0.66, -0.045 0.57"
STUDIO = Studio(
    key=(-0.75, 0.5, 0.55),
    key_light=colour("#fff0d8") * 1.15,
    above=colour("#9fb0c4") * 0.42,
    below=colour("#8a6a4c") * 0.28,
)


def draw_still_life(canvas: Canvas, changes: frozenset[str]) -> None:
    """Changes: "no pear", "no lemon", "no apple", "porcelain", "green wall", "orange"."""
    wall(canvas, changes)
    branch_shadow(canvas)
    table(canvas)
    if "no branch" not in changes:
        branch(canvas)
    vase(canvas, changes)
    pear(canvas, changes)
    apple(canvas, changes)
    lemon(canvas, changes)
    canvas.bloom(0.25, 0.8)
    canvas.vignette(0.45)


def wall(canvas: Canvas, changes: frozenset[str]) -> None:
    """Plaster with a slanted patch of window light."""
    back = canvas.window(0, 0, canvas.wide, TABLE + 0.01)
    plaster = clouds(back.x * 3, back.y * 3, canvas.seed, 4)
    fine = clouds(back.x * 90, back.y * 90, canvas.seed + 9, 2)
    base = "#7d927a" if "green wall" in changes else "#c4a98c"
    tone = 0.62 + 0.22 * plaster + 0.07 * (fine - 0.5)
    back.pixels[:] = colour(base) * tone[..., None] * mix(colour("#aab4c8"), colour("#e6dccb"), 0.4)
    slanted_x = back.x - 0.36 * back.y
    panes = np.zeros(back.shape, dtype=np.float32)
    slanted_y = back.y - 0.16 * back.x
    for left in (0.36, 0.61):
        for top in (-0.22, 0.13):
            pane = smooth(0.115, 0.105, np.abs(slanted_x - left)) * smooth(
                0.158, 0.148, np.abs(slanted_y - top - 0.1)
            )
            panes = np.maximum(panes, pane)
    light = blur(panes, 0.008 * canvas.unit) * smooth(-0.4, 0.5, back.y + 0.25)
    back.pixels *= 1 + light[..., None] * (colour("#ffe3b0") * 1.6)
    canvas.mark("wall", np.ones(back.shape, dtype=np.float32), back)


def table(canvas: Canvas) -> None:
    """Oak boards running across, lit from the left."""
    top = canvas.window(0, TABLE, canvas.wide, 1)
    depth = (top.y - TABLE) / (1 - TABLE)
    near = 1 / (1.45 - depth)
    board = np.floor(near * 5.2)
    bend = clouds(top.x * 1.3 + board * 3.7, near * 3, canvas.seed + 2, 3)
    grain = clouds(top.x * 2.6 + board * 9.1, near * 46 + bend * 14, canvas.seed + 3, 4)
    pores = clouds(top.x * 16 + board * 5.0, near * 320 + bend * 30, canvas.seed + 4, 2)
    tone = (
        0.62
        + 0.5 * (grain - 0.5)
        + 0.25 * (pores - 0.5)
        + 0.12 * (noise(board + 0.5, board * 0 + 0.5, 5) - 0.5)
    )
    gap = smooth(0.965, 0.995, np.mod(near * 5.2, 1)) * 0.55
    wood = mix(colour("#5a3a22"), colour("#b98a58"), np.clip(tone, 0, 1)) * (1 - gap)[..., None]
    light = 0.5 + 0.75 * smooth(1.5, 0.1, top.x + 0.25 * depth) * smooth(-0.3, 0.6, depth + 0.2)
    sheen = smooth(0.5, 0.0, depth) * 0.10
    top.pixels[:] = wood * light[..., None] + (sheen * (0.6 + 0.4 * grain))[..., None] * colour(
        "#d9cbb8"
    )
    edge = smooth(0.0, 0.012, depth)
    top.pixels *= (0.7 + 0.3 * edge)[..., None]
    canvas.mark("table", np.ones(top.shape, dtype=np.float32), top)


def vase(canvas: Canvas, changes: frozenset[str]) -> None:
    """A glazed bottle vase."""
    x, y = VASE
    tall = 0.36
    floor = canvas.window(x - 0.2, y - 0.1, x + 0.75, y + 0.12)
    slant = (floor.x - x) * 0.10
    long = np.hypot((floor.x - x - 0.2) / 0.3, (floor.y - y + 0.008 + slant) / 0.05)
    floor.shade(0.62 * smooth(1.25, 0.45, long) * smooth(-0.1, 0.05, floor.x - x))
    cast(floor, (x + 0.015, y - 0.002), (0.105, 0.032), 0.75, 0.35)
    window = canvas.window(x - 0.17, y - tall - 0.06, x + 0.17, y + 0.04)
    body = turned(
        window,
        VASE,
        tall,
        profile(*outline(VASE_OUTLINE)),
        0.16,
    )
    canvas.mark("vase", body.alpha, window)
    window.paint(body.alpha, glaze(canvas, window, body, changes))
    mouth = window.ellipse((x, y - tall * 0.987), (0.0505, 0.0085))
    hole = window.ellipse((x, y - tall * 0.985), (0.0445, 0.0062))
    window.paint(
        mouth, colour("#d9e2e0") * 0.75 if "porcelain" in changes else colour("#8fb0aa") * 0.7
    )
    window.paint(hole, colour("#0c1110"))


def glaze(canvas: Canvas, window: Window, body: Solid, changes: frozenset[str]) -> Plane:
    """Teal glaze that runs thin at the rim, or white porcelain painted blue."""
    around = np.arcsin(np.clip(body.turn, -0.999, 0.999))
    flow = clouds(around * 2.4, body.up * 7, canvas.seed + 21, 4)
    if "porcelain" in changes:
        petals = np.sin(around * 5 + 2 * np.sin(body.up * 14)) * np.sin(body.up * 26 + flow * 2.5)
        vines = smooth(0.12, 0.04, np.abs(petals - 0.25)) + smooth(0.62, 0.7, petals)
        rings = sum(
            smooth(0.010, 0.006, np.abs(body.up - at)) for at in (0.1, 0.13, 0.62, 0.65, 0.93)
        )
        ink = np.clip(
            vines * smooth(0.14, 0.16, body.up) * smooth(0.61, 0.59, body.up) + rings, 0, 1
        )
        skin = mix(colour("#e9edf0"), colour("#1d3f93"), ink * (0.75 + 0.25 * flow))
    else:
        run = smooth(0.22, 0.04, body.up + (flow - 0.5) * 0.10)
        skin = mix(colour("#1f6670"), colour("#3f98a0"), smooth(0.3, 0.75, flow))
        skin = mix(skin, colour("#8d6b4d"), run)
        skin = mix(skin, colour("#a9c9bd"), smooth(0.93, 0.99, body.up) * 0.7)
    light = skin * STUDIO.lit(body.normal)
    shine = STUDIO.shine(body.normal, (0.16, 0.24), 0.03, bars=True)
    return light + (shine * 0.75 + STUDIO.rim(body.normal) * 0.22)[..., None] * colour("#fff6ea")


def stems() -> list[list[Point]]:
    """Three bent twigs out of the vase's mouth."""
    x, y = VASE[0], VASE[1] - 0.35
    bends = ((-0.22, -0.30, -0.03), (0.05, -0.35, 0.05), (0.30, -0.25, 0.02))
    twigs = []
    for reach, rise, bow in bends:
        steps = np.linspace(0, 1, 15)
        twigs.append(
            [
                (x + reach * s**1.4 + bow * np.sin(s * 3.1), y + 0.02 + rise * s - 0.05 * s * s)
                for s in steps
            ]
        )
    return twigs


def leaves(canvas: Canvas) -> list[tuple[Point, Point, float, float]]:
    """Every leaf as centre, radii, turn and tone; in pairs along the twigs."""
    rng = canvas.rng("leaves")
    found = []
    for twig in stems():
        for at in range(4, len(twig)):
            (x0, y0), (x1, y1) = twig[at - 1], twig[at]
            lean = float(np.arctan2(y1 - y0, x1 - x0))
            size = 0.036 * (1.15 - 0.6 * at / len(twig)) * (0.8 + 0.4 * rng.random())
            for side in (-1, 1):
                turn = lean + side * (0.9 + 0.5 * rng.random())
                centre = (x1 + size * 0.95 * np.cos(turn), y1 + size * 0.95 * np.sin(turn))
                flat = 0.45 + 0.5 * rng.random()
                found.append((centre, (size, size * flat), turn, float(rng.random())))
    return found


def branch(canvas: Canvas) -> None:
    """Eucalyptus: round, matt, blue-green leaves."""
    for twig in stems():
        window = canvas.window(0.1, 0, 1.1, 0.5)
        stem = tube(window, twig, 0.0035)
        window.paint(stem.alpha, colour("#7a5a44") * STUDIO.lit(stem.normal))
        canvas.mark("branch", stem.alpha, window)
    for centre, radii, turn, tone in leaves(canvas):
        window = canvas.window(
            centre[0] - 0.06, centre[1] - 0.06, centre[0] + 0.06, centre[1] + 0.06
        )
        leaf = ball(window, centre, radii, turn)
        tilt = np.asarray((0.5 - tone, 0.35, 0.6))
        normal = leaf.normal * np.asarray((0.35, 0.35, 0.2)) + tilt
        normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
        rib = smooth(0.055, 0.0, np.abs(leaf.up - 0.5)) * 0.25
        skin = mix(colour("#3d6152"), colour("#8fae98"), 0.15 + 0.7 * tone) * (1 + rib)[..., None]
        skin = mix(skin, colour("#a4796c"), smooth(0.35, 1.0, leaf.turn) * 0.3 * tone)
        window.paint(leaf.alpha, skin * STUDIO.lit(normal, 0.3))
        canvas.mark("branch", leaf.alpha, window)


def branch_shadow(canvas: Canvas) -> None:
    """What the leaves and the vase keep off the wall."""
    back = canvas.window(0, 0, canvas.wide, TABLE)
    shadow = np.zeros(back.shape, dtype=np.float32)
    push = (0.20, 0.055)
    for centre, radii, turn, _ in leaves(canvas):
        place = (centre[0] + push[0], centre[1] + push[1])
        part = back.window(place[0] - 0.05, place[1] - 0.05, place[0] + 0.05, place[1] + 0.05)
        top, left = part.top - back.top, part.left - back.left
        rows, columns = part.shape
        spot = shadow[top : top + rows, left : left + columns]
        np.maximum(spot, part.ellipse(place, radii, 0.003, turn), out=spot)
    neck = back.polygon(outline(NECK_SHADOW, (VASE[0] + push[0], 0)))
    shadow = blur(np.maximum(shadow, neck), 0.009 * canvas.unit)
    back.shade(shadow * 0.42, colour("#7c86a0") * 0.25)


def fruit_shadow(floor: Window, foot: Point, size: float) -> Plane:
    """The long soft shadow that window light throws across the table."""
    slant = (floor.x - foot[0]) * 0.1
    far = np.hypot(
        (floor.x - foot[0] - 1.5 * size) / (2.4 * size), (floor.y - foot[1] + slant) / (0.42 * size)
    )
    return smooth(1.15, 0.4, far) * smooth(-0.1, 0.05, floor.x - foot[0])


def pear(canvas: Canvas, changes: frozenset[str]) -> None:
    """A ripe pear with a red cheek."""
    (x, y), tall = PEAR, 0.215
    floor = canvas.window(x - 0.2, y - 0.09, x + 0.45, y + 0.08)
    window = canvas.window(x - 0.14, y - 0.27, x + 0.14, y + 0.04)
    body = turned(
        window,
        PEAR,
        tall,
        profile(*outline(PEAR_OUTLINE)),
        0.14,
    )
    twig = tube(window, [(x, y - 0.2), (x + 0.003, y - 0.23), (x + 0.015, y - 0.25)], 0.0042)
    shadow = fruit_shadow(floor, (x, y - 0.01), 0.085)
    canvas.mark("pear", np.maximum(body.alpha, twig.alpha), window)
    canvas.mark("pear", smooth(0.01, 0.08, shadow), floor)
    if "no pear" in changes:
        return
    floor.shade(0.72 * shadow)
    cast(floor, (x + 0.012, y - 0.004), (0.075, 0.024), 0.75, 0.4)
    spots = smooth(0.6, 0.75, clouds(window.x * 110, window.y * 110, canvas.seed + 31, 2)) * 0.4
    cheek = smooth(
        -0.1, 0.9, body.turn + 0.5 * clouds(window.x * 9, window.y * 9, canvas.seed + 32, 3) - 0.2
    )
    skin = mix(colour("#aeb03a"), colour("#b0492e"), cheek * 0.85)
    skin = mix(skin, colour("#84702c"), spots)
    window.paint(body.alpha, gloss(skin, body, 0.22, 0.1))
    window.paint(twig.alpha, colour("#4a3520") * STUDIO.lit(twig.normal))


def apple(canvas: Canvas, changes: frozenset[str]) -> None:
    """A red apple, or the orange that may take its place."""
    x, y = APPLE
    floor = canvas.window(x - 0.2, y - 0.05, x + 0.4, y + 0.15)
    window = canvas.window(x - 0.16, y - 0.13, x + 0.16, y + 0.12)
    body = spindle(window, (x, y), 0.088, egg(0.099, -0.16), np.pi / 2)
    orange = ball(window, APPLE, (0.095, 0.092))
    shadow = fruit_shadow(floor, (x, y + 0.062), 0.09)
    stalk = window.stroke([(x, y - 0.07), (x + 0.021, y - 0.115)], 0.012)
    for part in (body.alpha, orange.alpha, stalk):
        canvas.mark("apple", part, window)
    canvas.mark("apple", smooth(0.01, 0.08, shadow), floor)
    if "no apple" in changes:
        return
    floor.shade(0.72 * shadow)
    cast(floor, (x + 0.012, y + 0.075), (0.085, 0.024), 0.8, 0.4)
    if "orange" in changes:
        dents = noise(window.x * 230, window.y * 230, canvas.seed + 35) - 0.5
        skin = np.broadcast_to(colour("#dd7412"), window.pixels.shape)
        window.paint(orange.alpha, gloss(skin, bumpy(orange, dents * 0.16), 0.3, 0.16))
        return
    around = np.arcsin(np.clip(body.up * 2 - 1, -0.999, 0.999))
    streaks = clouds(around * 9, body.turn * 1.3, canvas.seed + 33, 4)
    skin = mix(colour("#7d1015"), colour("#c44a28"), smooth(0.5, 0.72, streaks) * 0.65)
    skin = mix(skin, colour("#cfa044"), smooth(0.55, 1.1, -body.turn + 0.5 * (streaks - 0.5)) * 0.8)
    window.paint(body.alpha, gloss(skin, body, 0.45, 0.06))
    dip(window, (x, y - 0.069))


def dip(window: Window, place: Point) -> None:
    """The hollow at the top of an apple, and its stalk."""
    x, y = place
    window.paint(window.ellipse(place, (0.034, 0.010), 0.010) * 0.75, colour("#5a3210") * 0.6)
    curve = [(x, y + 0.005), (x + 0.004, y - 0.02), (x + 0.012, y - 0.036), (x + 0.021, y - 0.044)]
    stalk = tube(window, curve, 0.0038)
    window.paint(stalk.alpha, colour("#4a3018") * STUDIO.lit(stalk.normal))


def lemon(canvas: Canvas, changes: frozenset[str]) -> None:
    """A lemon lying in front."""
    (x, y), turn = LEMON, 0.16
    floor = canvas.window(x - 0.2, y - 0.05, x + 0.35, y + 0.09)
    window = canvas.window(x - 0.15, y - 0.08, x + 0.15, y + 0.08)
    body = spindle(window, LEMON, 0.105, profile(*outline(LEMON_OUTLINE)), turn)
    shadow = fruit_shadow(floor, (x, y + 0.035), 0.07)
    canvas.mark("lemon", body.alpha, window)
    canvas.mark("lemon", smooth(0.01, 0.08, shadow), floor)
    if "no lemon" in changes:
        return
    floor.shade(0.6 * shadow)
    cast(floor, (x + 0.012, y + 0.046), (0.083, 0.018), 0.75, 0.4)
    dents = noise(window.x * 260, window.y * 260, canvas.seed + 41) - 0.5
    skin = mix(colour("#dfb21c"), colour("#b79a1c"), smooth(0.5, 1.0, np.abs(body.turn)))
    window.paint(body.alpha, gloss(skin, bumpy(body, dents * 0.13), 0.3, 0.14))


def gloss(skin: Plane, body: Solid, strength: float, soft: float) -> Plane:
    """A waxy skin: its colour in the studio's light, and the window mirrored in it."""
    shine = STUDIO.shine(body.normal, (0.10, 0.16), soft)
    edge = STUDIO.rim(body.normal) * 0.12
    return skin * STUDIO.lit(body.normal) + (shine * strength + edge)[..., None] * colour("#fff4e2")
