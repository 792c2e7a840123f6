"""Plays a model that draws a picture anew: moved, scaled, tinted, softened, grained."""

import io
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageFilter

from tests.pictures import encoded, painted_mask, photo

_RIM = 48


@dataclass(frozen=True)
class Redrawing:
    """What a model does to a whole picture besides the edit.

    `dx`, `dy` in pixels and `scale` about the middle; `tint` in levels per channel; `gain` of the
    contrast; `noise` in levels; `quality` of its JPEG; `repainted` is the share of the picture,
    from the left, in which it shows something else.
    """

    dx: float = 0.0
    dy: float = 0.0
    scale: float = 1.0
    tint: tuple[float, float, float] = (3, -2, 2)
    gain: float = 1.0
    noise: float = 1.5
    quality: int = 88
    repainted: float = 0.0
    seed: int = 1


def redrawn(picture: Image.Image, how: Redrawing, mask: Image.Image | None = None) -> Image.Image:
    """Give the answer (RGB, same size): something else where `mask` is painted, and `how`."""
    width, height = picture.size
    other = photo(width, height, seed=91)
    drawn = picture.convert("RGB")
    if mask is not None:
        drawn.paste(other, None, mask)
    if how.repainted:
        part = (0, 0, round(width * how.repainted), height)
        drawn.paste(other.transpose(Image.Transpose.FLIP_TOP_BOTTOM).crop(part), part)
    levels = np.asarray(warped(drawn, how.dx, how.dy, how.scale).filter(SOFTER), dtype=np.float32)
    chance = np.random.default_rng(how.seed)
    grain = chance.standard_normal((height, width, 1), dtype=np.float32) * how.noise
    levels = (levels - 128) * how.gain + 128 + np.float32(how.tint) + grain
    image = Image.fromarray(levels.round().clip(0, 255).astype(np.uint8))
    return _decoded(encoded(image, "JPEG", quality=how.quality))


SOFTER = ImageFilter.GaussianBlur(0.5)


def warped(picture: Image.Image, dx: float, dy: float, scale: float) -> Image.Image:
    """Move and scale a picture's content about its middle; what is missing is mirrored."""
    rim = min(_RIM, min(picture.size) - 1)
    wide = Image.fromarray(
        np.pad(np.asarray(picture), ((rim, rim), (rim, rim), (0, 0)), mode="reflect")
    )
    middle = (wide.width / 2, wide.height / 2)
    way = (
        1 / scale, 0, middle[0] - (middle[0] + dx) / scale,
        0, 1 / scale, middle[1] - (middle[1] + dy) / scale,
    )  # fmt: skip
    moved = wide.transform(wide.size, Image.Transform.AFFINE, way, Image.Resampling.BICUBIC)
    return moved.crop((rim, rim, rim + picture.width, rim + picture.height))


def sky(width: int, height: int) -> Image.Image:
    """A smooth gradient: nothing to measure by."""
    ramp = Image.linear_gradient("L").resize((width, height)).point(lambda level: 90 + level // 3)
    return Image.merge("RGB", (ramp.point(lambda level: level - 30), ramp, ramp))


def with_sky(picture: Image.Image, share: float) -> Image.Image:
    """A picture of which a share, from the left, is smooth."""
    part = (0, 0, round(picture.width * share), picture.height)
    result = picture.copy()
    result.paste(sky(*picture.size).crop(part), part)
    return result


def stripes(width: int, height: int, period: int = 24) -> Image.Image:
    """Upright stripes: nobody can see a shift along them."""
    row = (np.arange(width) // (period // 2) % 2 * 70 + 90).astype(np.uint8)
    return Image.fromarray(np.repeat(row[None], height, axis=0)).convert("RGB")


def error_at_paint(found: tuple[float, float, float], true: Redrawing, mask: Image.Image) -> float:
    """How far (pixels) a motion (dx, dy, scale) is off at the worst corner of what was painted."""
    box = mask.getbbox() or (0, 0, *mask.size)
    middle = (mask.width / 2, mask.height / 2)
    corners = [(x - middle[0], y - middle[1]) for x in box[::2] for y in box[1::2]]
    growth = found[2] - true.scale
    return max(
        max(abs(x * growth + found[0] - true.dx), abs(y * growth + found[1] - true.dy))
        for x, y in corners
    )


def middle_mask(size: tuple[int, int]) -> Image.Image:
    """An ellipse around the middle."""
    return painted_mask(size, (0.36, 0.3, 0.66, 0.7))


def _decoded(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data)).convert("RGB")
