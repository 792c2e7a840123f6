"""Light, blur and shapes: what every drawn scene is made with. Pillow, numpy and OpenCV alone.

Pixels are linear light, so that glow and blur behave as they do in a camera. Places
are given in picture heights: y runs from 0 (top) to 1 (bottom), x from 0 to the
picture's width divided by its height.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

Plane = npt.NDArray[np.floating[Any]]
Point = tuple[float, float]

_BLUR_STEP = 4.0  # pixels; wider blurs are made on a smaller copy


def colour(code: str) -> Plane:
    """Turn "#rrggbb" into linear light, shape (3,)."""
    levels = [int(code[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    return np.asarray(levels, dtype=np.float32) ** np.float32(2.2)


def outline(text: str, origin: Point = (0.0, 0.0), size: float = 1.0) -> list[Point]:
    """Read "x y, x y, …" as points, `size` large and counted from `origin`."""
    pairs = [pair.split() for pair in text.split(",")]
    return [(origin[0] + float(x) * size, origin[1] + float(y) * size) for x, y in pairs]


def smooth(low: float | Plane, high: float | Plane, value: Plane) -> Plane:
    """Rise softly from 0 at `low` to 1 at `high`; falls when `low` is the larger one."""
    span = np.where(high == low, 1e-9, np.subtract(high, low))
    t = np.clip((value - low) / span, 0, 1).astype(np.float32)
    return t * t * (3 - 2 * t)


def mix(first: Plane, second: Plane, share: Plane | float) -> Plane:
    """Blend two colours or pictures; `share` of the second, per pixel or for all."""
    weight = share[..., None] if isinstance(share, np.ndarray) and share.ndim == 2 else share
    return first + (second - first) * weight


def ramp(value: Plane, stops: Sequence[tuple[float, str]]) -> Plane:
    """Look values up in a gradient of (place, "#rrggbb"); adds a last axis of 3."""
    places = [place for place, _ in stops]
    lights = np.stack([colour(code) for _, code in stops])
    bands = [np.interp(value, places, lights[:, band]) for band in range(3)]
    return np.stack(bands, axis=-1).astype(np.float32)


def stripes(place: Plane) -> Plane:
    """0 on even and 1 on odd units of `place`, with edges as sharp as the pixels allow."""
    steps = [np.abs(step) for step in np.gradient(place)]
    width = np.clip(np.maximum(*steps), 1e-6, 0.5)
    odd: Plane = np.clip(0.5 - np.sin(np.pi * place) / (np.pi * width), 0, 1)
    return odd


def resized(plane: Plane, size: tuple[int, int]) -> Plane:
    """Scale a single plane to (width, height)."""
    image = Image.fromarray(np.ascontiguousarray(plane, dtype=np.float32))
    return np.asarray(image.resize(size, Image.Resampling.BILINEAR))


def blur(plane: Plane, radius: float) -> Plane:
    """Soften a plane or an RGB picture; `radius` is the Gaussian sigma in pixels."""
    if plane.ndim == 3:
        return np.stack([blur(plane[..., band], radius) for band in range(3)], axis=-1)
    if radius < 0.3:
        return plane
    if radius <= _BLUR_STEP:
        return _gaussian(plane, radius)
    height, width = plane.shape
    factor = radius / (_BLUR_STEP / 2)
    size = (max(2, round(width / factor)), max(2, round(height / factor)))
    small = _gaussian(resized(plane, size), radius * size[0] / width)
    return _gaussian(resized(small, (width, height)), min(_BLUR_STEP, factor / 2))


def _gaussian(plane: Plane, sigma: float) -> Plane:
    side = 2 * max(1, int(np.ceil(sigma * 2.6))) + 1
    solid = np.ascontiguousarray(plane, dtype=np.float32)
    soft = cv2.GaussianBlur(solid, (side, side), sigma, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(soft, dtype=np.float32)


class Window:
    """A rectangle of the canvas; painting into it paints the canvas."""

    def __init__(self, pixels: Plane, left: int, top: int, unit: int) -> None:
        height, width = pixels.shape[:2]
        self.pixels = pixels
        self.left, self.top, self.unit = left, top, unit
        columns = np.arange(left, left + width, dtype=np.float32)
        rows = np.arange(top, top + height, dtype=np.float32)
        self.x: Plane = ((columns + 0.5) / unit)[None, :]
        self.y: Plane = ((rows + 0.5) / unit)[:, None]

    @property
    def shape(self) -> tuple[int, int]:
        height, width = self.pixels.shape[:2]
        return height, width

    def window(self, left: float, top: float, right: float, bottom: float) -> Window:
        """A smaller rectangle, in picture heights, cut off at the edges of this one."""
        height, width = self.shape
        first_column = int(np.clip(np.floor(left * self.unit) - self.left, 0, width - 1))
        first_row = int(np.clip(np.floor(top * self.unit) - self.top, 0, height - 1))
        end_column = int(np.clip(np.ceil(right * self.unit) - self.left, first_column + 1, width))
        end_row = int(np.clip(np.ceil(bottom * self.unit) - self.top, first_row + 1, height))
        part = self.pixels[first_row:end_row, first_column:end_column]
        return Window(part, self.left + first_column, self.top + first_row, self.unit)

    def paint(self, alpha: Plane | float, light: Plane) -> None:
        """Cover with a colour (3,) or a picture (height, width, 3); alpha 0 leaves as it is."""
        weight = alpha[..., None] if isinstance(alpha, np.ndarray) else alpha
        self.pixels += (light - self.pixels) * weight

    def add(self, strength: Plane, light: Plane) -> None:
        """Add light, as glow does."""
        self.pixels += strength[..., None] * light

    def shade(self, strength: Plane, tint: Plane | None = None) -> None:
        """Take light away: 1 leaves only the tint (black without one)."""
        left_over = np.zeros(3, dtype=np.float32) if tint is None else tint
        self.pixels *= 1 - strength[..., None] * (1 - left_over)

    def inside(self, distance: Plane, softness: float = 0.0) -> Plane:
        """Alpha of the region where a signed distance (picture heights) is negative."""
        edge = max(softness, 0.7 / self.unit)
        return smooth(edge, -edge, distance)

    def polygon(self, points: Sequence[Point], soften: float = 0.0) -> Plane:
        """Alpha of a filled outline; `soften` is a blur in picture heights."""
        height, width = self.shape
        scale = 3
        image = Image.new("L", (width * scale, height * scale), 0)
        corners = [
            ((x * self.unit - self.left) * scale, (y * self.unit - self.top) * scale)
            for x, y in points
        ]
        ImageDraw.Draw(image).polygon(corners, fill=255)
        alpha = np.asarray(image.reduce(scale), dtype=np.float32) / 255
        return blur(alpha, soften * self.unit)

    def stroke(self, points: Sequence[Point], width: float, soften: float = 0.0) -> Plane:
        """Alpha of a line of constant width, in picture heights."""
        rows, columns = self.shape
        scale = 3
        image = Image.new("L", (columns * scale, rows * scale), 0)
        places = [
            ((x * self.unit - self.left) * scale, (y * self.unit - self.top) * scale)
            for x, y in points
        ]
        thick = max(1, round(width * self.unit * scale))
        ImageDraw.Draw(image).line(places, fill=255, width=thick, joint="curve")
        return blur(np.asarray(image.reduce(scale), dtype=np.float32) / 255, soften * self.unit)

    def ellipse(
        self, centre: Point, radii: Point, softness: float = 0.0, turn: float = 0.0
    ) -> Plane:
        """Alpha of an ellipse turned by `turn` radians, with an edge `softness` wide."""
        dx, dy = self.x - centre[0], self.y - centre[1]
        along = dx * np.cos(turn) + dy * np.sin(turn)
        across = dy * np.cos(turn) - dx * np.sin(turn)
        distance = (np.hypot(along / radii[0], across / radii[1]) - 1) * min(radii)
        return self.inside(distance, softness)


class Canvas(Window):
    """A whole picture being drawn, with the named regions a person might want to mask."""

    def __init__(self, size: tuple[int, int], seed: int) -> None:
        width, height = size
        super().__init__(np.zeros((height, width, 3), dtype=np.float32), 0, 0, height)
        self.seed = seed
        self.wide = width / height
        self.regions: dict[str, Plane] = {}

    def rng(self, name: str) -> np.random.Generator:
        """Chance for one thing alone, so that leaving another thing out changes nothing here."""
        return np.random.default_rng([self.seed, *name.encode()])

    def mark(self, name: str, alpha: Plane, window: Window | None = None) -> None:
        """Add to a named region."""
        region = self.regions.setdefault(name, np.zeros(self.shape, dtype=np.float32))
        target = region
        if window is not None:
            height, width = window.shape
            target = region[window.top : window.top + height, window.left : window.left + width]
        np.maximum(target, alpha, out=target)

    def bloom(self, strength: float, threshold: float = 0.8) -> None:
        """Let what is very bright spill over, as lenses do."""
        bright = np.maximum(self.pixels - threshold, 0)
        for reach, share in ((0.008, 0.5), (0.03, 0.3), (0.1, 0.2)):
            self.pixels += blur(bright, reach * self.unit) * (strength * share)

    def vignette(self, strength: float) -> None:
        """Darken the corners a little."""
        far = np.hypot((self.x / self.wide - 0.5) * 1.1, self.y - 0.5)
        self.pixels *= 1 - (strength * smooth(0.35, 0.85, far))[..., None]

    def developed(self) -> Plane:
        """Levels 0 to 255 (float) as a screen shows them, the highlights rolled off."""
        knee = 0.7
        over = np.maximum(self.pixels - knee, 0) / (1 - knee)
        light = np.minimum(self.pixels, knee) + (1 - knee) * (1 - np.exp(-over))
        levels: Plane = np.clip(light, 0, 1) ** (1 / 2.2) * 255
        return levels
