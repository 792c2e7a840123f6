"""Procedural surfaces. Each maker gives RGB floats 0..255 of the asked size, from chance alone.

`unit` is the length in pixels that stands for a tenth of the region's shorter side, so that a brick
looks like a brick in a small region as in a large one.
"""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from sandbox.pixels import Floats, floats, to_bytes
from sandbox.wording import Colour


@dataclass(frozen=True)
class Canvas:
    """What a texture is drawn on: size and unit in pixels, and the chance to draw with."""

    height: int
    width: int
    unit: float
    chance: np.random.Generator

    def grid(self) -> tuple[Floats, Floats]:
        """Rows and columns in units."""
        y, x = np.mgrid[0 : self.height, 0 : self.width].astype(np.float32)
        return y / self.unit, x / self.unit


def clouds(canvas: Canvas, cell: float, octaves: int = 5, stretch: float = 1.0) -> Floats:
    """Fractal noise around 0.5 within 0..1; the coarsest cell is `cell` units wide."""
    total = np.zeros((canvas.height, canvas.width), np.float32)
    strength, weight = 1.0, 0.0
    for octave in range(octaves):
        step = max(1.0, cell * canvas.unit / 2**octave)
        size = (
            max(2, round(canvas.width / (step * stretch)) + 2),
            max(2, round(canvas.height / step) + 2),
        )
        noise = canvas.chance.random((size[1], size[0]), dtype=np.float32)
        total += strength * cv2.resize(
            noise, (canvas.width, canvas.height), interpolation=cv2.INTER_CUBIC
        )
        weight += strength
        strength *= 0.55
        if step <= 1.0:
            break
    return floats(np.clip((total / weight - 0.5) * 1.7 + 0.5, 0, 1))


def shade(amount: Floats, *colours: Colour) -> Floats:
    """Colours along 0..1, with even steps between them."""
    stops = np.linspace(0, 1, len(colours))
    table = np.asarray(colours, np.float32)
    levels = np.linspace(0, 1, 256)
    ramp = np.stack([np.interp(levels, stops, table[:, channel]) for channel in range(3)], axis=1)
    return floats(ramp)[to_bytes(amount * 255)]


def cells(canvas: Canvas, size: float) -> tuple[Floats, Floats, Floats]:
    """Irregular cells about `size` units wide: distance to the middle, distance to the nearest rim
    (both in cells), and a random value of the whole cell."""
    y, x = canvas.grid()
    y, x = y / size, x / size
    rows, columns = int(y.max()) + 4, int(x.max()) + 4
    middle_y = canvas.chance.uniform(0.1, 0.9, (rows, columns)).astype(np.float32)
    middle_x = canvas.chance.uniform(0.1, 0.9, (rows, columns)).astype(np.float32)
    value = canvas.chance.random((rows, columns), dtype=np.float32)
    base_y, base_x = y.astype(np.intp) + 1, x.astype(np.intp) + 1
    nearest = np.full(y.shape, 9, np.float32)
    second = np.full(y.shape, 9, np.float32)
    found = np.zeros(y.shape, np.float32)
    for dy in (-1, 0, 1):
        for dx in (-1, 0, 1):
            row, column = base_y + dy, base_x + dx
            distance = np.hypot(
                row - 1 + middle_y[row, column] - y, column - 1 + middle_x[row, column] - x
            ).astype(np.float32)
            closer = distance < nearest
            second = np.where(closer, nearest, np.minimum(second, distance))
            found = np.where(closer, value[row, column], found)
            nearest = np.where(closer, distance, nearest)
    return nearest, second - nearest, found


def lit(height: Floats, strength: float) -> Floats:
    """Light from the upper left on a relief: a factor around 1."""
    slope = cv2.Sobel(height, cv2.CV_32F, 1, 0, ksize=3) + cv2.Sobel(
        height, cv2.CV_32F, 0, 1, ksize=3
    )
    return floats(np.clip(1 + strength * slope, 0.45, 1.6))[..., None]


def brick(canvas: Canvas) -> Floats:
    y, x = canvas.grid()
    row = np.floor(y / 0.62)
    shifted = x / 1.7 + 0.5 * (row % 2)
    column = np.floor(shifted)
    inside_y, inside_x = y / 0.62 - row, shifted - column
    edge = np.minimum(
        np.minimum(inside_y, 1 - inside_y) * 0.62, np.minimum(inside_x, 1 - inside_x) * 1.7
    )
    edge = edge + (clouds(canvas, 0.5, 3) - 0.5) * 0.05
    stone = np.clip((edge - 0.045) / 0.03, 0, 1).astype(np.float32)
    value = canvas.chance.random((int(row.max()) + 1, int(column.max()) + 1), dtype=np.float32)
    tone = 0.7 * value[row.astype(int), column.astype(int)] + 0.3 * clouds(canvas, 0.4)
    bricks = shade(tone, (112, 46, 34), (158, 70, 50), (186, 98, 70))
    mortar = shade(clouds(canvas, 0.3), (150, 142, 132), (196, 189, 178))
    relief = lit(
        cv2.GaussianBlur(stone + 0.2 * clouds(canvas, 0.2, 3), (0, 0), 0.03 * canvas.unit + 0.5),
        0.22,
    )
    return floats((mortar + (bricks - mortar) * stone[..., None]) * relief)


def grass(canvas: Canvas) -> Floats:
    """Many short blades over a mottled ground."""
    ground = shade(clouds(canvas, 2.5), (34, 66, 22), (62, 104, 34), (92, 134, 48))
    count = min(26_000, int(60 * canvas.height * canvas.width / canvas.unit**2) + 200)
    root_y = np.sort(canvas.chance.uniform(0, canvas.height * 1.05, count))
    root_x = canvas.chance.uniform(-5, canvas.width + 5, count)
    lean = canvas.chance.normal(0, 0.22, count) * canvas.unit
    tall = canvas.chance.uniform(0.3, 0.75, count) * canvas.unit
    tone = canvas.chance.random(count)
    thick = max(1, round(canvas.unit / 28))
    for number in range(count):
        colour = (52 + 92 * tone[number], 96 + 92 * tone[number], 28 + 42 * tone[number])
        start = (round(root_x[number]), round(root_y[number]))
        end = (round(root_x[number] + lean[number]), round(root_y[number] - tall[number]))
        cv2.line(ground, start, end, colour, thick, cv2.LINE_AA)
    return cv2.GaussianBlur(ground, (0, 0), 0.6).astype(np.float32)


def wood(canvas: Canvas) -> Floats:
    y, _ = canvas.grid()
    plank = np.floor(y / 1.6)
    value = canvas.chance.random(int(plank.max()) + 1, dtype=np.float32)[plank.astype(int)]
    bend = clouds(canvas, 3, 3, stretch=5) * 1.6
    rings = 0.5 + 0.5 * np.sin((y * 2.2 + bend * 4 + value * 40) * np.pi)
    fibre = clouds(canvas, 0.16, 3, stretch=22)
    tone = np.clip(0.25 + 0.3 * rings * bend + 0.4 * (fibre - 0.3) + 0.3 * (value - 0.5), 0, 1)
    colour = shade(tone, (82, 48, 26), (138, 88, 50), (188, 136, 86), (208, 164, 114))
    gap = np.minimum(y / 1.6 - plank, 1 - (y / 1.6 - plank)) * 1.6
    joint = np.clip(gap / 0.05, 0.25, 1).astype(np.float32)
    return floats(colour * joint[..., None])


def marble(canvas: Canvas) -> Floats:
    y, x = canvas.grid()
    swirl = clouds(canvas, 6, 6)
    fine = clouds(canvas, 2.5, 5)
    cloudy = clouds(canvas, 3, 4)
    main = np.abs(np.sin((x * 0.07 + y * 0.12 + swirl * 2.1) * np.pi)) ** 0.45
    thin = np.abs(np.sin((x * 0.13 - y * 0.07 + fine * 1.6 + swirl) * np.pi)) ** 0.22
    strength = np.clip(cloudy * 1.6 - 0.2, 0, 1)
    tone = 1 - 0.75 * (1 - main) * strength - 0.5 * (1 - thin) * (1 - 0.6 * strength)
    tone = np.clip(tone - 0.12 * (1 - cloudy), 0, 1).astype(np.float32)
    return shade(tone, (70, 74, 84), (150, 152, 158), (216, 214, 212), (246, 244, 240))


def water(canvas: Canvas) -> Floats:
    y, x = canvas.grid()
    swell = clouds(canvas, 2.4, 4, stretch=3.5)
    ripple = clouds(canvas, 0.7, 4, stretch=3)
    waves = 0.5 + 0.5 * np.sin((y * 1.5 + swell * 5 + 0.15 * np.sin(x)) * np.pi)
    tone = np.clip(0.15 + 0.35 * waves + 0.5 * ripple, 0, 1)
    colour = shade(tone, (14, 58, 92), (26, 98, 138), (64, 148, 178), (156, 208, 220))
    glint = np.clip((ripple * waves - 0.55) * 5, 0, 1)
    return floats(colour + glint[..., None] * (248 - colour) * 0.85)


def sky(canvas: Canvas) -> Floats:
    down = np.linspace(0, 1, canvas.height, dtype=np.float32)[:, None] * np.ones(
        (1, canvas.width), np.float32
    )
    air = shade(down, (54, 116, 196), (112, 168, 224), (186, 214, 238))
    mass = clouds(canvas, 4.5, 7, stretch=1.8)
    cover = np.clip((mass - 0.5) * 3.2, 0, 1) ** 1.1
    inner = clouds(canvas, 1.5, 5, stretch=1.5)
    white = shade(
        np.clip(0.35 + inner * 0.8 - 0.25 * cover, 0, 1), (196, 206, 220), (252, 251, 248)
    )
    return floats(air + (white - air) * cover[..., None])


def snow(canvas: Canvas) -> Floats:
    drift = clouds(canvas, 4, 6, stretch=2)
    soft = floats(cv2.GaussianBlur(drift, (0, 0), canvas.unit / 6 + 0.5))
    relief = lit(soft, 0.16 * canvas.unit)
    base = shade(drift, (206, 220, 238), (236, 242, 250), (255, 255, 255))
    glints = floats(canvas.chance.random(drift.shape, dtype=np.float32) > 0.9975)
    sparkle = floats(cv2.GaussianBlur(glints, (0, 0), 0.8)) * 120
    return base * (0.35 * relief + 0.65) + sparkle[..., None]


def sand(canvas: Canvas) -> Floats:
    y, x = canvas.grid()
    bend = clouds(canvas, 3.5, 4, stretch=2)
    ripple = 0.5 + 0.5 * np.sin((y * 1.7 + bend * 6 + x * 0.2) * np.pi)
    grain = canvas.chance.random(bend.shape, dtype=np.float32)
    tone = np.clip(0.45 * ripple + 0.4 * bend + 0.2 * grain, 0, 1)
    return shade(tone, (164, 124, 78), (208, 170, 118), (234, 206, 160))


def stone(canvas: Canvas) -> Floats:
    middle, rim, value = cells(canvas, 1.3)
    rough = clouds(canvas, 0.5, 4)
    body = np.clip(rim / 0.16, 0, 1)
    dome = np.sqrt(np.clip(body, 0, 1)) * (1 - 0.35 * middle) + 0.12 * rough
    tone = np.clip(0.25 + 0.45 * value + 0.35 * (rough - 0.5), 0, 1)
    stones = shade(tone, (96, 94, 92), (142, 138, 132), (180, 174, 164))
    ground = shade(rough, (58, 54, 48), (92, 86, 78))
    relief = lit(
        cv2.GaussianBlur(dome.astype(np.float32), (0, 0), canvas.unit / 14 + 0.5), canvas.unit / 28
    )
    return floats((ground + (stones - ground) * body[..., None]) * relief)


def tiles(canvas: Canvas) -> Floats:
    y, x = canvas.grid()
    row, column = np.floor(y / 1.5), np.floor(x / 1.5)
    edge = np.minimum(
        np.minimum(y / 1.5 - row, 1 - (y / 1.5 - row)),
        np.minimum(x / 1.5 - column, 1 - (x / 1.5 - column)),
    )
    light = ((row + column) % 2)[..., None]
    mottle = clouds(canvas, 1.2)
    pale = shade(mottle, (214, 208, 196), (240, 236, 228))
    deep = shade(mottle, (52, 84, 104), (84, 122, 142))
    joint = np.clip((edge - 0.015) / 0.012, 0, 1)[..., None]
    return floats(np.where(light > 0, pale, deep) * joint + 150 * (1 - joint))


def fabric(canvas: Canvas) -> Floats:
    y, x = canvas.grid()
    thread = 9.0
    weave = np.sin(x * thread * np.pi) * np.cos(np.floor(y * thread) * np.pi) * 0.5
    weave = weave + 0.5 * np.sin(y * thread * np.pi) * np.cos(np.floor(x * thread) * np.pi)
    folds = clouds(canvas, 5, 3, stretch=0.5)
    tone = np.clip(0.5 + 0.22 * weave + 0.2 * (clouds(canvas, 0.2, 3, stretch=4) - 0.5), 0, 1)
    return (
        shade(tone, (70, 84, 112), (112, 130, 160), (156, 172, 196))
        * (0.75 + 0.5 * folds)[..., None]
    )


def rainbow(canvas: Canvas) -> Floats:
    y, x = canvas.grid()
    along = (x * 0.11 + y * 0.05 + 0.35 * clouds(canvas, 5, 3)) % 1.0
    stops: tuple[Colour, ...] = (
        (230, 70, 80),
        (245, 150, 60),
        (248, 214, 84),
        (96, 190, 110),
        (64, 150, 220),
        (140, 96, 200),
        (230, 70, 80),
    )
    return shade(along.astype(np.float32), *stops)


Maker = Callable[[Canvas], Floats]
