"""Draws photo-like pictures at any size, and the masks a person would paint on them.

The same name, size, seed and changes always give the same picture. A change leaves a
thing out, recolours it or turns day into night; everything else stays where it is, so
a drawing with changes is what a perfect model would answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageFilter

from editor.management.canvas import Canvas, Plane
from editor.management.noise import clouds
from editor.management.scenes.balloons import draw_balloons
from editor.management.scenes.dunes import draw_dunes
from editor.management.scenes.flower import draw_flower
from editor.management.scenes.hillside import draw_hillside
from editor.management.scenes.lake import draw_lake
from editor.management.scenes.mug import draw_mug
from editor.management.scenes.seaside import draw_seaside
from editor.management.scenes.skyline import draw_skyline
from editor.management.scenes.still_life import draw_still_life

SCENES: Mapping[str, Callable[[Canvas, frozenset[str]], None]] = {
    "lake": draw_lake,
    "still life": draw_still_life,
    "mug": draw_mug,
    "skyline": draw_skyline,
    "seaside": draw_seaside,
    "flower": draw_flower,
    "hillside": draw_hillside,
    "balloons": draw_balloons,
    "dunes": draw_dunes,
}
DEFAULT_SEED = 7  # the scenes were composed with it; others move clouds, leaves and houses
GRAIN = 0.011
_SMOOTH_PIXELS = 600_000  # smaller pictures are drawn larger and scaled down, for smooth edges


@dataclass(frozen=True)
class Drawing:
    """A finished picture (RGB), and its named regions (L, 255 = inside) of the same size."""

    image: Image.Image
    regions: Mapping[str, Image.Image]


def draw(
    scene: str,
    size: tuple[int, int],
    *,
    seed: int = DEFAULT_SEED,
    changes: frozenset[str] = frozenset(),
    grain_seed: int = 0,
) -> Drawing:
    """Draw one of SCENES at `size` (width, height). Raises KeyError for an unknown scene.

    `grain_seed` changes the film grain alone, as a second exposure would.
    """
    width, height = size
    finer = 2 if width * height < _SMOOTH_PIXELS else 1
    canvas = Canvas((width * finer, height * finer), seed)
    SCENES[scene](canvas, changes)
    levels = canvas.developed()
    image = Image.fromarray(levels.round().astype(np.uint8))
    if finer > 1:
        image = image.reduce(finer)
    regions = {
        name: Image.fromarray((np.clip(region, 0, 1) * 255).astype(np.uint8)).resize(size)
        for name, region in canvas.regions.items()
    }
    return Drawing(_with_grain(image, [seed, grain_seed]), regions)


def _with_grain(image: Image.Image, seed: list[int]) -> Image.Image:
    levels = np.asarray(image, dtype=np.float32) / 255
    noise = np.random.default_rng(seed).standard_normal(levels.shape[:2], dtype=np.float32)
    levels += noise[..., None] * GRAIN * (1.2 - levels)
    return Image.fromarray((np.clip(levels, 0, 1) * 255).round().astype(np.uint8))


def painted(drawing: Drawing, *names: str, seed: int = 1, reach: float = 0.012) -> Image.Image:
    """A mask (L, 255 = edit) over these regions, as a hand paints it.

    Its outline runs about `reach` picture heights outside the region, wavers a little,
    and is as soft as a brush. Raises KeyError for an unknown region.
    """
    region = drawing.regions[names[0]].copy()
    for name in names[1:]:
        region = Image.fromarray(np.maximum(np.asarray(region), np.asarray(drawing.regions[name])))
    width, height = region.size
    scale = min(1.0, 640 / max(region.size))
    small = region.resize((max(1, round(width * scale)), max(1, round(height * scale))))
    away = reach * small.height
    spread = small.filter(ImageFilter.GaussianBlur(max(0.6, away * 1.1)))
    outline = _hand(small.size, seed) * np.minimum(0.5, 0.09 * away)
    covered = np.asarray(spread, dtype=np.float32) / 255 + outline * 0.3
    alpha = np.clip((covered - 0.16) / 0.05, 0, 1)
    # Thin things, a mast or a stalk, vanish in the blur; a person would not miss them.
    whole = small.filter(ImageFilter.MaxFilter(2 * max(1, round(away * 0.35)) + 1))
    alpha = np.maximum(alpha, np.asarray(whole) > 24)
    brush = Image.fromarray((alpha * 255).astype(np.uint8))
    full = brush.filter(ImageFilter.GaussianBlur(0.7)).resize(region.size, Image.Resampling.BICUBIC)
    return full.point(lambda level: 0 if level < 8 else 255 if level > 240 else level)


def _hand(size: tuple[int, int], seed: int) -> Plane:
    """How far a hand strays, about -0.5 to 0.5, in slow waves."""
    width, height = size
    x = np.arange(width, dtype=np.float32)[None, :] / height * 9
    y = np.arange(height, dtype=np.float32)[:, None] / height * 9
    return clouds(x, y, seed, 2) - 0.5
