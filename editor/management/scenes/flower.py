"""A daisy close up, with a ladybird, in front of a garden out of focus."""

from __future__ import annotations

import numpy as np

from editor.management.canvas import Canvas, Plane, Point, blur, colour, mix, ramp, smooth
from editor.management.noise import clouds, noise
from editor.management.solids import Solid, Studio, ball, cast, tube

HEART: Point = (0.60, 0.44)
BUG: Point = (0.835, 0.345)
STUDIO = Studio(
    key=(-0.45, 0.75, 0.5),
    key_light=colour("#fff3d6") * 1.05,
    above=colour("#c6dcc8") * 0.42,
    below=colour("#4f7a3a") * 0.35,
)
SPOTS = ((0.45, 0.42), (0.0, 0.55), (-0.48, 0.38), (0.72, 0.0))
PETALS = {
    "": ("#c9cfe0", "#fffdf6"),
    "blue petals": ("#27409a", "#7c9bf0"),
    "pink petals": ("#b03a78", "#ff9cc4"),
    "orange petals": ("#b8400c", "#ffa63c"),
}


def draw_flower(canvas: Canvas, changes: frozenset[str]) -> None:
    """Changes: "blue petals", "pink petals", "orange petals", "no ladybird", "dew",
    "dark background"."""
    garden(canvas, changes)
    stem(canvas)
    petals(canvas, changes)
    heart(canvas)
    if "dew" in changes:
        dew(canvas)
    ladybird(canvas, changes)
    flower = np.maximum(canvas.regions["petals"], canvas.regions["stem"])
    canvas.regions["background"] *= 1 - np.maximum(flower, canvas.regions["ladybird"])
    canvas.bloom(0.2, 0.8)
    canvas.vignette(0.45)


def garden(canvas: Canvas, changes: frozenset[str]) -> None:
    """Leaves and other flowers, far out of focus, with discs of light."""
    dark = "dark background" in changes
    rough = clouds(canvas.x * 1.6, canvas.y * 1.6, canvas.seed + 1, 3)
    stops = (
        ((0.2, "#0a100d"), (0.6, "#1b2a22"), (0.9, "#2c3f33"))
        if dark
        else ((0.2, "#1f3d1c"), (0.45, "#3f6d2b"), (0.62, "#7fa23f"), (0.85, "#c8cf7e"))
    )
    sun = 0.3 * smooth(1.2, 0.1, np.hypot(canvas.x - 0.2, canvas.y))
    canvas.pixels[:] = ramp(rough + sun - 0.08 * canvas.y, stops)
    rng = canvas.rng("garden")
    tints = ("#d9e07a", "#9cc25a", "#f2e7a8", "#e9a8b8", "#f6f3da", "#7fae4e")
    for _ in range(46):
        x, y, size = rng.random() * canvas.wide, rng.random(), 0.03 + 0.09 * rng.random() ** 2
        window = canvas.window(x - 0.14, y - 0.14, x + 0.14, y + 0.14)
        far = np.hypot(window.x - x, window.y - y)
        disc = window.inside(far - size, 0.006) * (0.6 + 0.4 * smooth(0.5, 1.0, far / size))
        strength = (0.05 + 0.16 * rng.random() ** 2) * (0.35 if dark else 1.0)
        window.add(disc * strength, colour(tints[int(rng.integers(len(tints)))]))
    for x, y, size in ((1.28, 0.74, 0.13), (0.12, 0.80, 0.10)):  # other daisies behind
        spot = canvas.window(x - 0.25, y - 0.25, x + 0.25, y + 0.25)
        far = np.hypot(spot.x - x, spot.y - y)
        spot.paint(smooth(1.25, 0.7, far / size) * (0.25 if dark else 0.55), colour("#eef0e6"))
        spot.paint(smooth(0.6, 0.15, far / size) * (0.3 if dark else 0.7), colour("#d9a72a"))
    canvas.mark("background", np.ones(canvas.shape, dtype=np.float32))


def stem(canvas: Canvas) -> None:
    """The stalk, sharp at the flower, softer as it leaves the plane of focus."""
    window = canvas.window(0.4, 0.4, 0.85, 1)
    path = [
        (HEART[0] + 0.02 * float(np.sin(s * 2)) + 0.03 * s * s, HEART[1] + 0.62 * s)
        for s in np.linspace(0, 1, 12)
    ]
    bar = tube(window, path, 0.017)
    hairs = 0.8 + 0.4 * noise(window.x * 160, window.y * 50, canvas.seed + 2)
    skin = colour("#5f8a35") * hairs[..., None]
    soft = blur(bar.alpha, 0.003 * canvas.unit)
    window.paint(soft, skin * STUDIO.lit(bar.normal))
    canvas.mark("stem", soft, window)


def petals(canvas: Canvas, changes: frozenset[str]) -> None:
    """Two rings of petals, the back one first, each with its own droop."""
    rng = canvas.rng("petals")
    name = next((change for change in PETALS if change and change in changes), "")
    for ring, (count, reach) in enumerate(((17, 0.345), (19, 0.315))):
        order = rng.permutation(count)
        for index in order:
            angle = 2 * np.pi * (index + 0.5 * ring) / count + rng.normal(0, 0.05)
            size = reach * (0.92 + 0.16 * rng.random())
            petal(canvas, float(angle), float(size), PETALS[name], int(rng.integers(1 << 30)), ring)


def petal(
    canvas: Canvas, angle: float, reach: float, tints: tuple[str, str], seed: int, ring: int
) -> None:
    """One petal: a long rounded tongue, grooved along its length."""
    squash = 0.93  # the flower leans back a little
    tip = (HEART[0] + reach * np.cos(angle), HEART[1] + reach * np.sin(angle) * squash)
    (left, right), (top, bottom) = sorted((HEART[0], tip[0])), sorted((HEART[1], tip[1]))
    window = canvas.window(left - 0.06, top - 0.06, right + 0.06, bottom + 0.06)
    dx, dy = window.x - HEART[0], (window.y - HEART[1]) / squash
    along = (dx * np.cos(angle) + dy * np.sin(angle)) / reach
    across = dy * np.cos(angle) - dx * np.sin(angle)
    rng = np.random.default_rng(seed)
    across = across - 0.02 * rng.normal() * along * along
    t = np.clip(along, 0, 1)
    half = reach * 0.125 * np.clip(t * 4, 0.25, 1) ** 0.5 * np.clip(1 - t**7, 0, 1) ** 0.5
    half = half * (1 - 0.10 * smooth(0.93, 1.0, t) * (np.abs(np.sin(across * 260)) > 0.6))
    alpha = window.inside(np.abs(across) - half) * window.inside((along - 1) * reach) * (along > 0)
    u = np.clip(across / np.maximum(half, 1e-5), -1, 1)
    grooves = np.cos(u * 8.5 + rng.normal()) * 0.5 + np.cos(u * 17) * 0.2
    cup = np.stack(
        [-np.sin(angle) * u * 0.55, -np.cos(angle) * u * 0.55, np.full(u.shape, 0.8)], axis=-1
    )
    lean = np.asarray((np.cos(angle) * 0.25, -np.sin(angle) * 0.25, 0.4 + 0.2 * rng.random()))
    normal = (
        cup + lean + (grooves * 0.06)[..., None] * np.asarray((-np.sin(angle), -np.cos(angle), 0))
    )
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
    fibre = clouds(along * 6, across * 190, seed % 999, 3)
    skin = mix(
        colour(tints[0]),
        colour(tints[1]),
        smooth(0.12, 0.6, along + 0.2 * (fibre - 0.5)) * (0.86 + 0.05 * grooves),
    )
    soft = window.stroke([HEART, tip], reach * 0.22, 0.012)
    window.shade(soft * (0.16 if ring else 0.08) * (along > 0.2))
    light = STUDIO.lit(normal, 0.35) * (0.72 + 0.28 * smooth(0.1, 0.7, along))[..., None]
    window.paint(alpha, skin * light * (0.86 if ring == 0 else 1.0))
    canvas.mark("petals", alpha, window)


def heart(canvas: Canvas) -> None:
    """The yellow middle: florets in the spirals of a sunflower."""
    x, y = HEART
    size = 0.098
    window = canvas.window(x - 0.15, y - 0.15, x + 0.15, y + 0.15)
    cast(window, (x + 0.008, y + 0.012), (size * 1.15, size * 1.08), 0.5, 0.25)
    body = ball(window, HEART, (size, size * 0.93))
    window.paint(body.alpha, colour("#c8860c") * STUDIO.lit(body.normal))
    canvas.mark("heart", window.ellipse(HEART, (size * 1.04, size)), window)
    golden = np.pi * (3 - np.sqrt(5))
    for index in range(430, 0, -1):
        far = np.sqrt(index / 430)
        px = x + size * 0.98 * far * np.cos(index * golden)
        py = y + size * 0.91 * far * np.sin(index * golden)
        bud = 0.0052 + 0.0022 * far
        spot = canvas.window(px - 0.012, py - 0.012, px + 0.012, py + 0.012)
        grain = ball(spot, (px, py), (bud, bud))
        tint = mix(colour("#b8b02a"), colour("#f2a90f"), float(smooth(0.2, 0.65, np.asarray(far))))
        round_off = 0.55 + 0.55 * float(np.sqrt(max(0.0, 1 - 0.8 * far * far)))
        spot.paint(grain.alpha, tint * STUDIO.lit(grain.normal) * round_off)


def dew(canvas: Canvas) -> None:
    """Drops on the petals: each a small lens, dark towards the light, bright away from it."""
    rng = canvas.rng("dew")
    for _ in range(54):
        angle, far = rng.random() * 2 * np.pi, 0.13 + 0.18 * rng.random()
        x, y = HEART[0] + far * np.cos(angle), HEART[1] + far * 0.93 * np.sin(angle)
        size = 0.004 + 0.011 * rng.random() ** 2
        window = canvas.window(x - 0.03, y - 0.03, x + 0.03, y + 0.04)
        if canvas.regions["petals"][int(y * canvas.unit), int(x * canvas.unit)] < 0.9:
            continue
        cast(window, (x + size * 0.35, y + size * 0.55), (size * 1.05, size * 0.95), 0.35, 0.4)
        drop = ball(window, (x, y), (size, size * 0.95))
        n = drop.normal
        lens = 0.72 + 0.55 * smooth(-0.2, 0.9, n[..., 0] * 0.5 - n[..., 1] * 0.8)
        inside = window.pixels * lens[..., None]
        spark = smooth(0.32, 0.12, np.hypot(n[..., 0] + 0.38, n[..., 1] - 0.45))
        window.paint(drop.alpha, inside + (spark * 1.3)[..., None])


def ladybird(canvas: Canvas, changes: frozenset[str]) -> None:
    """A glossy red beetle walking on a petal."""
    (x, y), turn = BUG, -0.42
    window = canvas.window(x - 0.1, y - 0.1, x + 0.1, y + 0.1)
    body = ball(window, BUG, (0.046, 0.037), turn)
    head = ball(window, (x + 0.043 * np.cos(turn), y + 0.043 * np.sin(turn)), (0.017, 0.020), turn)
    canvas.mark(
        "ladybird", window.ellipse((x + 0.008, y + 0.006), (0.068, 0.05), 0.004, turn), window
    )
    if "no ladybird" in changes:
        return
    cast(window, (x + 0.010, y + 0.016), (0.052, 0.038), 0.55, 0.4)
    for side in (-1, 1):
        for place in (-0.5, 0.1, 0.6):
            root = leg_end(place, side * 0.5, turn)
            foot = leg_end(place * 1.35, side * 1.32, turn)
            window.paint(window.stroke([root, foot], 0.0042), colour("#0c0a0a"))
    shine = STUDIO.shine(head.normal, (0.15, 0.15), 0.1) * 0.5
    window.paint(head.alpha, colour("#0e0c0d") + shine[..., None])
    for side in (-1, 1):
        eye = (
            x + 0.047 * np.cos(turn) - side * 0.011 * np.sin(turn),
            y + 0.047 * np.sin(turn) + side * 0.011 * np.cos(turn),
        )
        window.paint(window.ellipse(eye, (0.0045, 0.0035), 0.001, turn), colour("#f3efe6"))
    window.paint(body.alpha, wing_cases(body))


def wing_cases(body: Solid) -> Plane:
    """Glossy red with black spots, the same on both sides of the seam."""
    across = 1 - 2 * body.up
    spots: Plane = smooth(0.06, 0.03, np.abs(across))
    for place, side in SPOTS:
        size = 0.16 + 0.05 * place**2
        far = np.hypot(body.turn - place, (np.abs(across) - side) * 0.9)
        spots = np.maximum(spots, smooth(size, size - 0.05, far))
    skin = mix(colour("#c4150f"), colour("#120708"), spots)
    gloss = STUDIO.shine(body.normal, (0.16, 0.12), 0.08) * 0.75 + STUDIO.rim(body.normal) * 0.15
    light: Plane = skin * STUDIO.lit(body.normal) * 1.1 + gloss[..., None]
    return light


def leg_end(place: float, side: float, turn: float) -> Point:
    """A point beside the ladybird, in shares of its half sizes."""
    along, across = place * 0.046, side * 0.037
    return (
        BUG[0] + along * float(np.cos(turn)) - across * float(np.sin(turn)),
        BUG[1] + along * float(np.sin(turn)) + across * float(np.cos(turn)),
    )
