"""A larger canvas around a picture, filled from the picture itself: the start of outpainting.

What is next to the picture mirrors its edge, and the farther away the softer it gets. A model
can continue that, it shows nothing that was not there, and it looks like a mount when it is
kept as it is.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageFilter

from editor.imaging.framing import Box
from editor.imaging.growing import grown
from editor.imaging.margins import Margins, overlap
from editor.imaging.sizes import Size

# What is soft is made small: this many pixels along the longer side show all of it.
_SOFT_SIDE = 768
_SOFTEST = (1.5, 3.0, 6.0, 12.0, 24.0, 48.0, 96.0)  # pixels of the small canvas
_SOFT_FROM, _SOFT_TO = 0.7, 1.6  # distances, in shares of how soft it is there
_SHARP_SHARE = 0.03  # of the picture's longer side: the sharp mirror image fades out over it
_LEAST_SHARP = 8

# A pixel that is but faintly there still has the colour that continues best.
_SHOWS = [min(255, 8 * level) for level in range(256)]

Floats = NDArray[np.float32]


def extended(image: Image.Image, margins: Margins) -> Image.Image:
    """Give an RGB or RGBA image on a larger canvas, in its own mode and colours.

    The image itself is there bit for bit. Transparency goes on outward as it is at the edge.
    """
    picture = Size(*image.size)
    inner = margins.inner(picture)
    canvas = _surroundings(_opaque(image), inner, margins.canvas(picture))
    if image.mode == "RGBA":
        canvas.putalpha(_drawn_out(image.getchannel("A"), inner, Size(*canvas.size)))
    canvas.paste(image, inner)
    return canvas


def new_area(picture: Size, margins: Margins) -> Image.Image:
    """Give the mask (L, 255 = edit) of exactly what a canvas adds to a picture."""
    mask = Image.new("L", margins.canvas(picture), 255)
    mask.paste(0, margins.inner(picture))
    return mask


def with_overlap(mask: Image.Image, inner: Box) -> Image.Image:
    """Give a mask (L) as a model should get it: what is painted around `inner` reaches into it.

    A model that may paint over a strip of the original takes up its lines and light; with a
    mask that ends where the original begins it paints a frame. Paint inside `inner` stays.
    """
    reach = overlap(inner.size)
    canvas = Box(0, 0, *mask.size)
    result = mask.copy()
    for box in _seams(inner, reach):
        strip = box.meet(canvas)
        kept = strip.meet(inner) if strip else None
        if strip is None or kept is None:
            continue
        around = mask.crop(strip)
        origin = (strip.left, strip.top)
        around.paste(0, _moved(kept, origin))
        part = grown(around, reach).crop(_moved(kept, origin))
        result.paste(ImageChops.lighter(result.crop(kept), part), kept)
    return result


def _seams(inner: Box, reach: int) -> tuple[Box, Box, Box, Box]:
    """What lies within `reach` of each side of a box, within and beyond it."""
    left, top, right, bottom = inner
    return (
        Box(left - reach, top - reach, left + reach, bottom + reach),
        Box(right - reach, top - reach, right + reach, bottom + reach),
        Box(left - reach, top - reach, right + reach, top + reach),
        Box(left - reach, bottom - reach, right + reach, bottom + reach),
    )


def _moved(box: Box, origin: tuple[int, int]) -> Box:
    left, top = origin
    return Box(box.left - left, box.top - top, box.right - left, box.bottom - top)


def _opaque(image: Image.Image) -> Image.Image:
    """Give the visible colours (RGB); where nothing shows, what shows elsewhere on average."""
    if image.mode == "RGB":
        return image
    alpha = image.getchannel("A")
    colours = image.convert("RGB")
    if alpha.getextrema() == (255, 255):
        return colours
    small = np.asarray(image.resize((64, 64), Image.Resampling.BOX), dtype=np.float32)
    weight = small[..., 3:]
    mean = (small[..., :3] * weight).sum((0, 1)) / max(float(weight.sum()), 1.0)
    ground = Image.new("RGB", image.size, tuple(int(level) for level in mean))
    ground.paste(colours, None, alpha.point(_SHOWS))
    return ground


def _surroundings(image: Image.Image, inner: Box, canvas: Size) -> Image.Image:
    """Fill everything but `inner` of a canvas (RGB); what lies in `inner` is undefined."""
    soft = _Soft(image, inner, canvas)
    result = Image.new("RGB", canvas)
    for box in _sides(inner, canvas):
        result.paste(soft.piece(box), box)
    reach = _sharp_reach(inner.size)
    for box in _rim(inner, canvas, reach):
        fading = 1 - _smooth(_distance(inner, box) / np.float32(reach + 1))
        result.paste(_mirrored(image, inner, box), box, _weight(fading))
    return result


def _drawn_out(alpha: Image.Image, inner: Box, canvas: Size) -> Image.Image:
    """Draw what is at the edge straight outward: a shape that the edge cuts goes on."""
    result = Image.new("L", canvas)
    for box in _rim(inner, canvas, max(canvas)):
        result.paste(_stretched(alpha, inner, box), box)
    return result


def _sharp_reach(picture: Size) -> int:
    reach = max(_LEAST_SHARP, round(max(picture) * _SHARP_SHARE))
    return min(reach, *picture)


def _sides(inner: Box, canvas: Size) -> Iterator[Box]:
    """What lies around a box, as four boxes; those of no size are left out."""
    left, top, right, bottom = inner
    boxes = (
        Box(0, 0, canvas.width, top),
        Box(0, bottom, canvas.width, canvas.height),
        Box(0, top, left, bottom),
        Box(right, top, canvas.width, bottom),
    )
    return (box for box in boxes if min(box.size) > 0)


def _rim(inner: Box, canvas: Size, reach: int) -> Iterator[Box]:
    """What lies within `reach` of a box, cut along its sides into up to eight boxes."""
    across = (max(0, inner.left - reach), inner.left, inner.right)
    down = (max(0, inner.top - reach), inner.top, inner.bottom)
    ends = (min(canvas.width, inner.right + reach), min(canvas.height, inner.bottom + reach))
    for left, right in zip(across, (*across[1:], ends[0]), strict=True):
        for top, bottom in zip(down, (*down[1:], ends[1]), strict=True):
            box = Box(left, top, right, bottom)
            if min(box.size) > 0 and box != inner:
                yield box


def _mirrored(image: Image.Image, inner: Box, box: Box) -> Image.Image:
    """Give what a box of the rim mirrors of the picture in `inner`."""
    left, right, turned = _folded(box.left, box.right, inner.left, inner.right)
    top, bottom, upended = _folded(box.top, box.bottom, inner.top, inner.bottom)
    part = image.crop((left, top, right, bottom))
    if turned:
        part = part.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    return part.transpose(Image.Transpose.FLIP_TOP_BOTTOM) if upended else part


def _folded(start: int, end: int, inner_start: int, inner_end: int) -> tuple[int, int, bool]:
    """Fold a span beside the picture over the picture's edge; in the picture's own pixels."""
    if end <= inner_start:
        return inner_start - end, inner_start - start, True
    if start >= inner_end:
        length = inner_end - inner_start
        return length - (end - inner_end), length - (start - inner_end), True
    return start - inner_start, end - inner_start, False


def _stretched(image: Image.Image, inner: Box, box: Box) -> Image.Image:
    """Give what a box of the rim repeats of the edge of the picture in `inner`."""
    edge = Box(
        min(max(box.left, inner.left), inner.right - 1) - inner.left,
        min(max(box.top, inner.top), inner.bottom - 1) - inner.top,
        min(max(box.right, inner.left + 1), inner.right) - inner.left,
        min(max(box.bottom, inner.top + 1), inner.bottom) - inner.top,
    )
    return image.crop(edge).resize(box.size, Image.Resampling.NEAREST)


def _distance(inner: Box, box: Box) -> Floats:
    """Give how far from `inner` the middle of each pixel of a box lies, around corners too."""
    spans = []
    for axis in (0, 1):
        places = np.arange(box[axis], box[axis + 2], dtype=np.float32) + np.float32(0.5)
        beside = np.maximum(inner[axis] - places, places - inner[axis + 2])
        spans.append(np.maximum(beside, 0, dtype=np.float32))
    return np.asarray(np.hypot(spans[0][None, :], spans[1][:, None]), dtype=np.float32)


def _smooth(share: Floats) -> Floats:
    """Rise from 0 to 1 without a corner at either end."""
    share = share.clip(0, 1)
    return np.asarray(share * share * (3 - 2 * share), dtype=np.float32)


def _weight(share: Floats) -> Image.Image:
    return Image.fromarray((share * 255 + 0.5).astype(np.uint8))


class _Soft:
    """The surroundings without detail, drawn small and given at full size."""

    def __init__(self, image: Image.Image, inner: Box, canvas: Size) -> None:
        scale = min(1.0, _SOFT_SIDE / max(canvas))
        small = Size(*(max(1, round(side * scale)) for side in image.size))
        # Sides are rounded to whole pixels, so each axis has a scale of its own.
        self._scale = (small.width / image.width, small.height / image.height)
        margins = (inner.left, canvas.width - inner.right, inner.top, canvas.height - inner.bottom)
        left, right, top, bottom = (
            int(np.ceil(margin * self._scale[side // 2])) for side, margin in enumerate(margins)
        )
        self._origin = (left - inner.left * self._scale[0], top - inner.top * self._scale[1])
        reduced = image.resize(small, Image.Resampling.BOX, reducing_gap=2.0)
        rim = ((top, bottom), (left, right), (0, 0))
        padded = np.pad(np.asarray(reduced), rim, mode="symmetric")
        place = Box(left, top, left + small.width, top + small.height)
        self._image = _softened(Image.fromarray(padded), place)

    def piece(self, box: Box) -> Image.Image:
        """Give one box of the canvas at the size it has there."""
        across, down = self._scale
        left, top = self._origin
        source = (
            left + box.left * across,
            top + box.top * down,
            min(left + box.right * across, self._image.width),
            min(top + box.bottom * down, self._image.height),
        )
        return self._image.resize(box.size, Image.Resampling.BICUBIC, box=source)


def _softened(image: Image.Image, inner: Box) -> Image.Image:
    """Soften what lies around `inner`, the more the farther away it is."""
    distance = _distance(inner, Box(0, 0, *image.size))
    result = image
    for softness in _SOFTEST:
        begin, end = softness * _SOFT_FROM, softness * _SOFT_TO
        if distance.max() <= begin:
            break
        weight = _weight(_smooth((distance - begin) / np.float32(end - begin)))
        result = Image.composite(image.filter(ImageFilter.GaussianBlur(softness)), result, weight)
    return result
