"""Masks: 8-bit grey, exactly the picture's size, 255 = edit, 0 = keep."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, PngImagePlugin

from editor.imaging.formats import other_kind, picture_format
from editor.imaging.framing import Box
from editor.imaging.reading import DECODER_ERRORS, let_go

# Greys below this are noise of whatever wrote the file, not paint: nobody sees 3 % of a change.
FAINTEST_PAINT = 8

# The feather is measured on a grid of at most this many steps from edge to core, and this
# many cells in all.
_STEPS = 8
_MOST_CELLS = 4_000_000

Grey = NDArray[np.uint8]


class MaskRefused(ValueError):
    """A mask that is not taken. The text is one sentence for the person who painted it."""

    def __init__(self, sentence: str, *, code: str) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True)
class MaskMeasure:
    """How much of a mask is painted; `box` holds all of it, None when nothing is painted."""

    painted_pixels: int
    total_pixels: int
    box: Box | None

    @property
    def share(self) -> float:
        """The painted share of all pixels, 0 to 1."""
        return self.painted_pixels / self.total_pixels

    @property
    def covers_everything(self) -> bool:
        return self.painted_pixels == self.total_pixels


def read_mask(data: bytes, size: tuple[int, int], *, allow_empty: bool = False) -> Image.Image:
    """Decode a painted PNG into a mask: 255 where it is white, 0 where black or transparent.

    Greys stay, since the soft edge of a brush says how far the picture may change there.
    `size` is the picture's (width, height); a mask of another size is never scaled. Raises
    MaskRefused, also for an empty mask unless `allow_empty`.
    """
    if picture_format(data) != "PNG":
        kind = picture_format(data) or other_kind(data) or "no picture"
        sentence = f"A mask must be a PNG file; this is {kind.removeprefix('a ')}."
        raise MaskRefused(sentence, code="not_png")
    try:
        image = _decoded(data, size)
    except MaskRefused:
        raise
    except DECODER_ERRORS as problem:
        sentence = "The mask is damaged or cut off and cannot be read to its end."
        raise MaskRefused(sentence, code="damaged") from problem
    mask, empty = _without_faint_paint(let_go(_grey(image)))
    mask.info = {}
    if empty and not allow_empty:
        sentence = "The mask is empty: paint the part that may change."
        raise MaskRefused(sentence, code="empty")
    return mask


def measure_mask(mask: Image.Image) -> MaskMeasure:
    """Count the pixels of a mask that may change (every value but 0) and find their box."""
    total = mask.width * mask.height
    painted = mask.getbbox()
    if painted is None:
        return MaskMeasure(0, total, None)
    box = Box(*painted)
    kept = mask.crop(box).histogram()[0]
    return MaskMeasure(box.size.pixels - kept, total, box)


def parts_of(mask: Image.Image, boxes: Sequence[Box]) -> Iterator[Image.Image]:
    """Take a mask apart: in each part only what lies in its box is painted, each pixel once.

    Raises MaskRefused when the boxes leave paint out, or one of them holds none.
    """
    rest = mask.copy()
    parts = []
    for box in boxes:
        piece = rest.crop(box)
        if piece.getbbox() is None:
            sentence = "One of the areas is not painted any more. Nothing was sent."
            raise MaskRefused(sentence, code="empty_part")
        rest.paste(0, box)
        parts.append((piece, box))
    if rest.getbbox() is not None:
        sentence = "There is paint outside of these areas. Nothing was sent; try again."
        raise MaskRefused(sentence, code="paint_left_out")
    for piece, box in parts:
        part = Image.new("L", mask.size, 0)
        part.paste(piece, box)
        yield part


class SoftPaint:
    """The paint in a region of a mask, softened inwards; given piece by piece.

    A piece is 0 wherever the mask is 0, and rises to the mask's own value over `feather`
    pixels. A stroke thinner than the feather still reaches full strength along its middle. The
    region's border is an edge of the paint, unless it is the picture's border too.
    """

    def __init__(self, mask: Image.Image, region: Box, feather: int, opacity: float = 1.0) -> None:
        self._mask = mask
        self._region = region
        self._levels = [round(level * opacity) for level in range(256)]
        self._depths: Image.Image | None = None
        if feather > 0:
            width, height = region.size
            too_fine = math.ceil(math.sqrt(width * height / _MOST_CELLS))
            self._step = max(too_fine, -(-feather // _STEPS))
            self._depths = _softened(mask, region, feather, self._step)

    def piece(self, box: Box) -> Image.Image:
        """Give the soft mask (L) of a box inside the region, at the box's size."""
        piece = self._mask.crop(box)
        if self._depths is not None:
            place = [
                (side - origin) / self._step
                for side, origin in zip(box, self._region[:2] * 2, strict=True)
            ]
            soft = self._depths.resize(
                box.size, Image.Resampling.BILINEAR, box=(place[0], place[1], place[2], place[3])
            )
            piece = ImageChops.darker(piece, soft)
        return piece if self._levels[-1] == 255 else piece.point(self._levels)


def blend_mask(mask: Image.Image, feather: int) -> Image.Image:
    """Soften a whole mask inwards, as `SoftPaint` does; `feather` 0 gives the mask as it is."""
    painted = mask.getbbox()
    if feather <= 0 or painted is None:
        return mask.copy()
    region = Box(*painted)
    blend = Image.new("L", mask.size, 0)
    blend.paste(SoftPaint(mask, region, feather).piece(region), painted)
    return blend


def _decoded(data: bytes, size: tuple[int, int]) -> Image.Image:
    image = PngImagePlugin.PngImageFile(io.BytesIO(data))
    if image.size != tuple(size):
        sentence = (
            f"The mask is {image.width} × {image.height} pixels, but the picture is "  # noqa: RUF001
            f"{size[0]} × {size[1]}. Paint it again on this picture."  # noqa: RUF001
        )
        raise MaskRefused(sentence, code="other_size")
    if image.is_animated:
        sentence = "The mask is a moving picture; it must be a still one."
        raise MaskRefused(sentence, code="animated")
    image.verify()
    image = PngImagePlugin.PngImageFile(io.BytesIO(data))
    image.load()
    return image


def _without_faint_paint(mask: Image.Image) -> tuple[Image.Image, bool]:
    """Give a mask without its noise, and whether nothing is painted then."""
    painted = mask.getbbox()
    if painted is None:
        return mask, True
    counts = mask.crop(painted).histogram()
    if any(counts[1:FAINTEST_PAINT]):
        mask = mask.point([0] * FAINTEST_PAINT + list(range(FAINTEST_PAINT, 256)))
    return mask, not any(counts[FAINTEST_PAINT:])


def _grey(image: Image.Image) -> Image.Image:
    """Give a decoded PNG as grey, where what is transparent counts as black."""
    if image.mode.startswith("I"):
        return Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    if not image.has_transparency_data:
        return image if image.mode == "L" else image.convert("L")
    image = image.convert("RGBA") if image.mode == "P" else image
    image = image.convert("LA")
    return ImageChops.multiply(image.getchannel("L"), image.getchannel("A"))


def _softened(mask: Image.Image, region: Box, feather: int, step: int) -> Image.Image:
    """Grade the painted cells of a region by how deep they lie, 255 from `feather` pixels on.

    A cell is `step` pixels wide.
    """
    left, top, right, bottom = region
    # Where the paint ends at the picture's border it has no edge.
    open_sides = (left == 0, top == 0, right == mask.width, bottom == mask.height)
    levels = -(-feather // step)
    part = mask.reduce(step, box=region) if step > 1 else mask.crop(region)
    depth, reach = _depth(np.asarray(part) > 0, levels, open_sides)
    share = (_smooth_share(depth, reach, levels) * 255)[1:-1, 1:-1]
    return Image.fromarray(share.clip(0, 255).astype(np.uint8))


def _smooth_share(depth: Grey, reach: Grey, levels: int) -> NDArray[np.float32]:
    """Divide depth by reach, both summed over 3 x 3: this takes the corners of the cells away.

    It also dims thin strokes, by more the thinner they are, which is added again.
    """
    cells, deep, far = (_sums(values) for values in (np.minimum(depth, 1), depth, reach))
    cells = np.maximum(cells, 0.01, dtype=np.float32)
    thin = 1 - far / (cells * levels)
    share = (deep - cells / 2) / np.maximum(far - cells / 2, 0.1, dtype=np.float32)
    return np.asarray(share * (1 + thin.clip(0, 1)), dtype=np.float32)


def _sums(values: Grey) -> NDArray[np.float32]:
    padded = np.pad(values, 1, mode="edge").astype(np.float32)
    rows = padded[:-2] + padded[1:-1] + padded[2:]
    sums: NDArray[np.float32] = rows[:, :-2] + rows[:, 1:-1] + rows[:, 2:]
    return sums


def _depth(
    cells: NDArray[np.bool_], levels: int, open_sides: tuple[bool, bool, bool, bool]
) -> tuple[Grey, Grey]:
    """Give for each painted cell its depth in cells, and the greatest depth near it.

    Depth is counted up to `levels`. In a stroke thinner than that, its own middle is as deep
    as it gets, so the share of the two is full along every middle. Both have one more cell
    on each side than `cells`.
    """
    left, top, right, bottom = open_sides
    core = np.pad(cells.astype(np.uint8), 1, mode="edge")
    core[:, 0] *= left
    core[0] *= top
    core[:, -1] *= right
    core[-1] *= bottom
    painted = core * np.uint8(255)
    depth = core.copy()
    for level in range(1, levels):
        core = _neighbours(core, np.minimum, square=level % 2 == 0)
        depth += core
    reach = depth
    for level in range(levels + levels // 2):
        reach = np.minimum(_neighbours(reach, np.maximum, square=level % 2 == 0), painted)
    return depth, reach


def _neighbours(cells: Grey, pick: np.ufunc, *, square: bool) -> Grey:
    """Pick the least or greatest value around each cell: of a square, else of a cross.

    Taken by turns, the two make distances nearly round.
    """
    padded = np.pad(cells, 1, mode="edge")
    rows = pick(pick(padded[:-2], padded[1:-1]), padded[2:])
    if square:
        picked = pick(pick(rows[:, :-2], rows[:, 1:-1]), rows[:, 2:])
    else:
        picked = pick(pick(padded[1:-1, :-2], padded[1:-1, 2:]), rows[:, 1:-1])
    return np.asarray(picked, dtype=np.uint8)
