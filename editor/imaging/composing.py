"""The answer goes back into the picture: only what was painted changes, and that is proved."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from editor.imaging.colour import convert
from editor.imaging.framing import Box, Frame, Size
from editor.imaging.masking import blend_mask, measure_mask
from editor.imaging.reading import ReadPicture

# The answer is compared with the original at this size: enough to see what an eye would see,
# and small enough that compression noise averages out.
_COMPARED_SIDE = 768
# From this many levels of 255 in any channel on, a change is called visible.
VISIBLE_LEVELS = 8
_BAND_ROWS = 256


@dataclass(frozen=True)
class LockProof:
    """What a check of the composed picture found outside the mask.

    `outside_pixels` were not painted; `changed_pixels` of them differ from the original in
    any bit (0 unless something is broken). `raw_changed_share` is the share of them (0 to 1)
    that the model's own answer had visibly changed, measured on a reduced copy.
    """

    outside_pixels: int
    changed_pixels: int
    raw_changed_share: float

    @property
    def holds(self) -> bool:
        return self.changed_pixels == 0


@dataclass(frozen=True)
class Composed:
    """A finished picture and the profile of its values (None = sRGB); no mask, no `lock`."""

    image: Image.Image
    icc_profile: bytes | None
    lock: LockProof | None


def compose(
    original: ReadPicture,
    mask: Image.Image | None,
    answer: ReadPicture,
    frame: Frame,
    feather: int,
) -> Composed:
    """Blend a model's answer into the original wherever `mask` (L, above 0 = edit) allows.

    The answer may have any size: the part of it that shows the frame's box is scaled back
    into that box, brought into the original's colours and faded in over `feather` pixels.
    The original keeps its size, profile and transparency; transparency changes only where the
    answer brings its own, or where nothing but transparent pixels was painted.
    Without a mask the answer itself, without padding, is the picture.
    Raises ValueError when mask or frame do not belong to the original.
    """
    if mask is None:
        return _answer_alone(answer, frame)
    _check_belongs(original.image.size, mask, frame)
    image = original.image
    painted = measure_mask(mask).box
    region = painted.meet(frame.box) if painted else None
    if region is None:
        image = image.copy()
    else:
        image = _blended(original, mask, answer, frame, region, feather)
    lock = LockProof(
        outside_pixels=mask.histogram()[0],
        changed_pixels=_changed_outside(original.image, image, mask),
        raw_changed_share=_raw_changed_share(original, mask, answer, frame),
    )
    return Composed(image, original.icc_profile, lock)


def _check_belongs(size: tuple[int, int], mask: Image.Image, frame: Frame) -> None:
    if mask.mode != "L" or mask.size != size:
        message = f"the mask is {mask.mode} {mask.size}, the picture {size}"
        raise ValueError(message)
    if frame.box.meet(Box(0, 0, *size)) != frame.box:
        message = f"the frame {frame.box} lies outside the picture {size}"
        raise ValueError(message)


def _answer_alone(answer: ReadPicture, frame: Frame) -> Composed:
    inner = frame.inner_at(Size(*answer.image.size))
    whole = inner.size == answer.image.size
    image = answer.image.copy() if whole else answer.image.crop(inner)
    return Composed(image, answer.icc_profile, None)


def _blended(
    original: ReadPicture,
    mask: Image.Image,
    answer: ReadPicture,
    frame: Frame,
    region: Box,
    feather: int,
) -> Image.Image:
    image = original.image
    blend = blend_mask(_only_inside(mask, frame.box), feather).crop(region)
    patch = _aligned(answer.image, frame, region, region.size)
    patch = convert(patch, answer.icc_profile, original.icc_profile)
    before = image.crop(region)
    if patch.mode == "RGBA" or (before.mode == "RGBA" and _shows_nothing(before, blend)):
        image = image.convert("RGBA")
        after = _faded(before.convert("RGBA"), patch.convert("RGBA"), blend)
        image.paste(after, region)
        return image
    if before.mode == "RGBA":
        patch = Image.merge("RGBA", (*patch.split(), before.getchannel("A")))
    image = image.copy()
    image.paste(patch, region, blend)
    return image


def _only_inside(mask: Image.Image, box: Box) -> Image.Image:
    """Drop the paint outside the frame: nothing came back for it."""
    if box.size == mask.size:
        return mask
    inside = Image.new("L", mask.size, 0)
    inside.paste(mask.crop(box), box)
    return inside


def _aligned(answer: Image.Image, frame: Frame, region: Box, size: Size) -> Image.Image:
    """Give the part of the answer that shows `region` of the picture, scaled to `size`."""
    left, top, right, bottom = frame.inner_span(Size(*answer.size))
    across = (right - left) / frame.box.size.width
    down = (bottom - top) / frame.box.size.height
    part = (
        max(0.0, left + (region.left - frame.box.left) * across),
        max(0.0, top + (region.top - frame.box.top) * down),
        min(float(answer.width), left + (region.right - frame.box.left) * across),
        min(float(answer.height), top + (region.bottom - frame.box.top) * down),
    )
    if part == (0, 0, *answer.size) and size == answer.size:
        return _opaque_if_it_is(answer)
    resized = answer.resize(size, Image.Resampling.BICUBIC, box=part, reducing_gap=3.0)
    return _opaque_if_it_is(resized)


def _opaque_if_it_is(image: Image.Image) -> Image.Image:
    if image.mode == "RGBA" and image.getchannel("A").getextrema() == (255, 255):
        return image.convert("RGB")
    return image


def _shows_nothing(before: Image.Image, blend: Image.Image) -> bool:
    """Tell whether every painted pixel was fully transparent, so that no edit could show."""
    alpha = before.getchannel("A")
    alpha.paste(0, None, blend.point([255] + [0] * 255))
    return alpha.getbbox() is None


def _faded(before: Image.Image, after: Image.Image, blend: Image.Image) -> Image.Image:
    """Fade RGBA into RGBA, colours weighted by their alpha, so that no fringe appears.

    Pixels where `blend` is 0 come back untouched, even the colours of transparent ones.
    """
    faded = np.array(before)
    for top in range(0, before.height, _BAND_ROWS):
        rows = slice(top, top + _BAND_ROWS)
        old = faded[rows].astype(np.float32)
        new = np.asarray(after.crop((0, top, after.width, min(after.height, top + _BAND_ROWS))))
        weight = np.asarray(blend)[rows].astype(np.float32) / 255
        old_weight = old[..., 3] * (1 - weight)
        new_weight = new[..., 3] * weight
        alpha = old_weight + new_weight
        share = (new_weight / np.maximum(alpha, 1e-6))[..., None]
        mixed = np.empty_like(old)
        mixed[..., :3] = old[..., :3] * (1 - share) + new[..., :3] * share
        mixed[..., 3] = alpha
        touched = weight > 0
        faded[rows][touched] = (mixed[touched] + 0.5).astype(np.uint8)
    return Image.fromarray(faded)


def _changed_outside(original: Image.Image, composed: Image.Image, mask: Image.Image) -> int:
    """Count the unpainted pixels of which any bit differs, on the real arrays."""
    changed = 0
    for top in range(0, original.height, _BAND_ROWS):
        band = (0, top, original.width, min(original.height, top + _BAND_ROWS))
        before, after = original.crop(band), composed.crop(band)
        if before.mode != after.mode:
            before = before.convert("RGBA")
        old, new = np.asarray(before), np.asarray(after)
        if np.array_equal(old, new):
            continue
        differs = (old != new).any(axis=2)
        changed += int(np.count_nonzero(differs & (np.asarray(mask.crop(band)) == 0)))
    return changed


def _raw_changed_share(
    original: ReadPicture, mask: Image.Image, answer: ReadPicture, frame: Frame
) -> float:
    """Measure on a reduced copy how much outside the mask the answer itself had changed."""
    span = frame.inner_span(Size(*answer.image.size))
    longest = max(1.0, min(_COMPARED_SIDE, max(span[2] - span[0], span[3] - span[1])))
    scale = min(1.0, longest / max(frame.box.size))
    size = Size(*(max(1, round(side * scale)) for side in frame.box.size))
    box = frame.box
    before = original.image.resize(size, Image.Resampling.BICUBIC, box=box, reducing_gap=3.0)
    old = _on_grey(convert(before, original.icc_profile, None))
    new = _on_grey(convert(_aligned(answer.image, frame, box, size), answer.icc_profile, None))
    outside = np.asarray(mask.resize(size, Image.Resampling.BOX, box=box, reducing_gap=3.0)) == 0
    total = int(np.count_nonzero(outside))
    if total == 0:
        return 0.0
    apart = np.abs(old - new).max(axis=2)
    return int(np.count_nonzero((apart > VISIBLE_LEVELS) & outside)) / total


def _on_grey(image: Image.Image) -> NDArray[np.int16]:
    if image.mode == "RGBA":
        ground = Image.new("RGBA", image.size, (128, 128, 128, 255))
        image = Image.alpha_composite(ground, image).convert("RGB")
    return np.asarray(image).astype(np.int16)
