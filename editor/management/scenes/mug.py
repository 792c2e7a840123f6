"""A product shot: a stoneware mug on a seamless backdrop."""

from __future__ import annotations

import numpy as np

from editor.management.canvas import Canvas, Plane, Point, blur, colour, mix, smooth
from editor.management.noise import clouds, noise
from editor.management.solids import Solid, Studio, ball, cast, tube, turned

FOOT: Point = (0.64, 0.835)
TALL = 0.49
RADIUS = 0.184
TILT = 0.30
STUDIO = Studio(
    key=(-0.7, 0.55, 0.6),
    key_light=colour("#fffaf2") * 0.95,
    above=colour("#e4ebf2") * 0.42,
    below=colour("#d8c9b8") * 0.3,
    view=(0.0, 0.29, 0.957),
)
GLAZES = {"": "#e9e2d4", "terracotta": "#b4532f", "navy": "#1f3763", "sage": "#8fa583"}


def draw_mug(canvas: Canvas, changes: frozenset[str]) -> None:
    """Changes: "terracotta", "navy", "sage", "logo", "blue backdrop", "pink backdrop",
    "no beans", "steam"."""
    backdrop(canvas, changes)
    beans(canvas, changes)
    shadow(canvas)
    handle(canvas, changes)
    body(canvas, changes)
    coffee(canvas)
    steam(canvas, changes)
    canvas.regions["backdrop"] *= 1 - canvas.regions["mug"]
    canvas.bloom(0.12, 0.85)
    canvas.vignette(0.22)


def backdrop(canvas: Canvas, changes: frozenset[str]) -> None:
    """Paper rolled from wall to table: no edge, only a slow change of light."""
    tone = "#c9c2b8"
    if "blue backdrop" in changes:
        tone = "#8fb4d0"
    if "pink backdrop" in changes:
        tone = "#e6b0a8"
    pool = np.hypot((canvas.x - 0.42 * canvas.wide) * 0.75, canvas.y - 0.70)
    level = 0.62 + 0.55 * smooth(0.95, 0.0, pool) - 0.16 * smooth(0.62, 0.44, canvas.y)
    paper = clouds(canvas.x * 240, canvas.y * 240, canvas.seed, 2) - 0.5
    canvas.pixels[:] = colour(tone) * (level * (1 + 0.03 * paper))[..., None]
    canvas.mark("backdrop", np.ones(canvas.shape, dtype=np.float32))


def shadow(canvas: Canvas) -> None:
    """A broad soft shadow to the right, and a dark line where the foot stands."""
    x, y = FOOT
    floor = canvas.window(x - 0.35, y - 0.3, canvas.wide, y + 0.16)
    slant = 0.23 * (floor.x - x)
    far = np.hypot((floor.x - x - 0.28) / 0.48, (floor.y - y + 0.03 + slant) / 0.135)
    floor.shade(0.5 * smooth(1.2, 0.15, far), colour("#a9876b") * 0.3)
    cast(floor, (x + 0.012, y - 0.012), (0.2, 0.075), 0.62, 0.35)
    canvas.mark("shadow", smooth(0.1, 0.4, smooth(1.2, 0.15, far)), floor)


def outline(up: Plane) -> Plane:
    """A straight mug, rounded at the foot."""
    return RADIUS * (1 - 0.14 * smooth(0.12, 0.0, up) - 0.025 * up)


def body(canvas: Canvas, changes: frozenset[str]) -> None:
    """Wall of the mug, its glaze ending above the bare clay of the foot."""
    x, y = FOOT
    window = canvas.window(x - 0.21, y - TALL - 0.06, x + 0.21, y + 0.08)
    solid = turned(window, FOOT, TALL, outline, TILT)
    canvas.mark("mug", solid.alpha, window)
    canvas.mark("label", label_place(solid), window)
    window.paint(solid.alpha, pottery(canvas, solid, changes))


def label_place(solid: Solid) -> Plane:
    """Where a logo would go."""
    return (
        smooth(0.5, 0.45, np.abs(solid.turn + 0.05))
        * smooth(0.27, 0.24, np.abs(solid.up - 0.55))
        * solid.alpha
    )


def pottery(canvas: Canvas, solid: Solid, changes: frozenset[str]) -> Plane:
    """Speckled glaze in the studio's light."""
    around = np.arcsin(np.clip(solid.turn, -0.999, 0.999))
    name = next((change for change in GLAZES if change and change in changes), "")
    skin = np.broadcast_to(colour(GLAZES[name]), solid.normal.shape)
    speckle = specks(around * 2.3, solid.up * 6, canvas.seed)
    skin = mix(skin, colour("#5a4030"), speckle * (0.75 if name == "" else 0.35))
    wave = 0.02 * (clouds(around * 3, around * 0 + 0.5, canvas.seed + 6, 3) - 0.5)
    clay = smooth(0.165, 0.155, solid.up + wave)
    grit = clouds(around * 40, solid.up * 90, canvas.seed + 7, 2)
    skin = mix(skin, colour("#a77b58") * (0.75 + 0.5 * grit)[..., None], clay)
    if "logo" in changes:
        skin = mix(
            skin, colour("#22384a") if name == "" else colour("#f3ead8"), logo(around, solid.up)
        )
    rings = 0.035 * np.sin(solid.up * 95 + 2 * wave)
    normal = solid.normal + np.stack([rings * 0, rings, rings * 0], axis=-1)
    light = skin * STUDIO.lit(normal, 0.25)
    gloss = STUDIO.shine(normal, (0.14, 1.4), 0.07) * (0.5 + 0.5 * smooth(0.15, 0.3, solid.up))
    edge = STUDIO.rim(solid.normal) * 0.3
    shining: Plane = light + ((gloss * 0.42 + edge) * (1 - 0.85 * clay))[..., None] * colour(
        "#fffaf0"
    )
    return shining


def specks(x: Plane, y: Plane, seed: int) -> Plane:
    """Iron spots in the glaze: where two fields, turned against each other, both peak."""
    spots = np.zeros(x.shape)
    for scale, seed_shift in ((11.0, 4), (23.0, 6)):
        straight = noise(x * scale, y * scale, seed + seed_shift)
        turned_x, turned_y = x * 0.8 + y * 0.6, y * 0.8 - x * 0.6
        spots = np.maximum(spots, straight * noise(turned_x * scale, turned_y * scale, seed + 40))
    return smooth(0.60, 0.66, spots)


def logo(around: Plane, up: Plane) -> Plane:
    """Two peaks and a sun in a ring."""
    x, y = (around + 0.06) * RADIUS * 0.86, (up - 0.56) * TALL * 0.86
    ring = smooth(0.0035, 0.002, np.abs(np.hypot(x, y) - 0.072))
    tall = np.maximum(0.035 - np.abs(x + 0.018) * 1.1, 0.018 - np.abs(x - 0.028) * 1.0)
    peaks = smooth(-0.001, 0.001, tall - y - 0.006) * smooth(-0.033, -0.031, y)
    peaks = peaks * smooth(0.066, 0.064, np.hypot(x, y))
    sun = smooth(0.0125, 0.0115, np.hypot(x - 0.026, y - 0.034))
    return np.clip(ring + peaks + sun, 0, 1)


def handle(canvas: Canvas, changes: frozenset[str]) -> None:
    """An ear-shaped handle on the right, behind the wall."""
    x, y = FOOT
    turn = np.linspace(-1.75, 1.75, 26)
    path = [
        (
            x + RADIUS * 0.93 + 0.132 * max(0.0, float(np.cos(t))) ** 0.8,
            y - 0.262 + 0.15 * float(np.sin(t)),
        )
        for t in turn
    ]
    window = canvas.window(x + 0.1, y - 0.48, x + 0.36, y - 0.04)
    bar = tube(window, path, 0.0262)
    canvas.mark("mug", bar.alpha, window)
    canvas.mark("handle", bar.alpha, window)
    inner = Solid(bar.alpha, bar.normal, bar.normal[..., 0], 0.3 + 0.5 * bar.up)
    window.paint(bar.alpha, pottery(canvas, inner, changes - {"logo"}))


def coffee(canvas: Canvas) -> None:
    """Rim, inside wall and the coffee."""
    x, y = FOOT[0], FOOT[1] - TALL * np.cos(TILT)
    window = canvas.window(x - 0.21, y - 0.08, x + 0.21, y + 0.09)
    flat = float(np.sin(TILT))
    rim = window.ellipse((x, y), (RADIUS * 0.975, RADIUS * 0.975 * flat))
    inside = window.ellipse((x, y + 0.001), (RADIUS * 0.9, RADIUS * 0.9 * flat))
    drink = window.ellipse((x, y + 0.034), (RADIUS * 0.87, RADIUS * 0.87 * flat)) * inside
    lip = smooth(-0.15, 0.15, window.x - x) * np.ones(window.shape)
    window.paint(rim, mix(colour("#fbf6ea"), colour("#cbbfae"), lip))
    wall = mix(colour("#8f8676"), colour("#e0d8c8"), lip)
    window.paint(
        inside,
        wall
        * (0.65 + 0.35 * smooth(y - 0.04, y + 0.02, window.y) * np.ones(window.shape))[..., None],
    )
    crema = np.hypot((window.x - x) / 0.16, (window.y - y - 0.034) / (0.16 * flat))
    swirl = clouds(window.x * 22, window.y * 60, canvas.seed + 8, 3)
    brew = mix(
        colour("#2a140a"), colour("#a8703a"), smooth(0.72, 1.02, crema + 0.2 * (swirl - 0.5))
    )
    glint = smooth(
        0.5, 0.2, np.hypot((window.x - x + 0.06) / 0.085, (window.y - y - 0.028) / 0.017)
    )
    window.paint(drink, brew + (glint * 0.28)[..., None] * colour("#fff2e0"))
    canvas.mark("mug", rim, window)
    canvas.mark("coffee", drink, window)


def beans(canvas: Canvas, changes: frozenset[str]) -> None:
    """A few roasted beans on the paper."""
    rng = canvas.rng("beans")
    places = [
        (0.20, 0.83),
        (0.265, 0.862),
        (0.315, 0.835),
        (0.245, 0.90),
        (0.37, 0.895),
        (0.155, 0.885),
        (0.95, 0.92),
    ]
    for place in places:
        turn = float(rng.random() * np.pi)
        x, y = place[0] + rng.normal(0, 0.006), place[1] + rng.normal(0, 0.004)
        window = canvas.window(x - 0.06, y - 0.05, x + 0.09, y + 0.05)
        canvas.mark("beans", window.ellipse((x + 0.008, y), (0.036, 0.028), 0.004), window)
        if "no beans" in changes:
            continue
        cast(window, (x + 0.012, y + 0.009), (0.030, 0.015), 0.55, 0.5)
        bean = ball(window, (x, y), (0.0235, 0.0165), turn)
        split = smooth(0.16, 0.06, np.abs(bean.up - 0.5 + 0.06 * np.sin(bean.turn * 4)))
        skin = mix(colour("#4a2614"), colour("#160a05"), split * 0.9)
        shine = STUDIO.shine(bean.normal, (0.3, 0.3), 0.3) * (1 - split)
        window.paint(bean.alpha, skin * STUDIO.lit(bean.normal) + (shine * 0.2)[..., None])


def steam(canvas: Canvas, changes: frozenset[str]) -> None:
    """Two thin veils rising from the cup."""
    x, top = FOOT[0], FOOT[1] - TALL
    window = canvas.window(x - 0.2, 0.02, x + 0.2, top + 0.03)
    up = np.clip((top - window.y) / 0.34, -0.1, 1)
    veil = np.zeros(window.shape, dtype=np.float32)
    for shift, phase in ((-0.035, 0.4), (0.04, 2.2)):
        middle = x + shift + 0.035 * np.sin(up * 6.5 + phase) * (0.3 + up)
        across = (window.x - middle) / (0.012 + 0.03 * up)
        veil += np.exp(-(across**2)) * smooth(-0.08, 0.12, up) * smooth(1, 0.25, up)
    canvas.mark("air", smooth(0.01, 0.1, veil), window)
    if "steam" not in changes:
        return
    wisps = clouds(window.x * 14, window.y * 7, canvas.seed + 12, 4)
    window.paint(np.clip(blur(veil * (0.3 + wisps), 2) * 0.5, 0, 0.8), colour("#ffffff"))
