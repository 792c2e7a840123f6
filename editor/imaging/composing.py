"""The answer goes back into the picture: only what was painted changes, and that is proved."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageChops

from editor.imaging.colour import convert
from editor.imaging.comparing import Comparison
from editor.imaging.drift import Drift
from editor.imaging.framing import Box, Frame, Size
from editor.imaging.growing import grown
from editor.imaging.masking import SoftPaint, measure_mask
from editor.imaging.placing import Place, cut_answer, place_of, sample
from editor.imaging.reading import ReadPicture
from editor.imaging.seam import ColourMatch

# Pictures are worked on in bands of about so many pixels, so that nothing but the original
# and the result is ever held at full size.
_BAND_PIXELS = 400_000


@dataclass(frozen=True)
class Blend:
    """How an answer is laid into the picture.

    `feather`: over how many of the picture's pixels it fades in, from the paint's edge inwards.
    `grow`: how many pixels the paint is made to reach farther (negative: shrunk) before anything
    else; what is locked is what that leaves out. `opacity`: 0 to 1. `match_colour` brings its
    colours to the original's where that makes the seam smaller; `undo_drift` takes back a
    shift or scaling where that surely helps.
    """

    feather: int = 0
    grow: int = 0
    opacity: float = 1.0
    match_colour: bool = True
    undo_drift: bool = True


@dataclass(frozen=True)
class Fit:
    """What brings an answer to its original: a drift to take back, colours to match."""

    drift: Drift | None = None
    colour: ColourMatch | None = None


@dataclass(frozen=True)
class LockProof:
    """What a check of the composed picture found outside the mask.

    Outside is where the mask is 0, after growing or shrinking it if that was asked for:
    `outside_pixels`, of which `changed_pixels` differ from the original in any bit (0 unless
    something is broken). `raw_changed_share` and `inside_changed_share` are the shares (0 to 1)
    of unpainted and of painted pixels that the model's own answer had visibly changed, as it
    came, measured on a reduced copy of the frame.
    """

    outside_pixels: int
    changed_pixels: int
    raw_changed_share: float
    inside_changed_share: float

    @property
    def holds(self) -> bool:
        return self.changed_pixels == 0


@dataclass(frozen=True)
class Composed:
    """A finished picture and the profile of its values (None = sRGB).

    Without a mask there is no `lock`, no `drift` and no `colour`. `drift` is what was measured,
    also when it was not undone, and None when it was not asked for; `colour` is what the
    answer's values went through, None when they were left as they came.
    """

    image: Image.Image
    icc_profile: bytes | None
    lock: LockProof | None
    drift: Drift | None = None
    colour: ColourMatch | None = None

    @property
    def colour_matched(self) -> bool:
        return self.colour is not None


def compose(
    original: ReadPicture,
    mask: Image.Image | None,
    answer: ReadPicture,
    frame: Frame,
    blend: Blend | int,
) -> Composed:
    """Blend a model's answer into the original wherever `mask` (L, above 0 = edit) allows.

    The answer may have any size: the part of it that shows the frame's box is scaled back
    into that box, brought into the original's colours and laid in as `blend` says (a number
    is its feather). The original keeps its size, profile and transparency; transparency
    changes only where the answer brings its own, or where nothing but transparent pixels was
    painted. Without a mask the answer itself, without padding, is the picture.
    Raises ValueError when mask or frame do not belong to the original.
    """
    if mask is None:
        return _answer_alone(answer, frame)
    _check_belongs(original.image.size, mask, frame)
    blend = Blend(feather=blend) if isinstance(blend, int) else blend
    if blend.grow:
        mask = grown(mask, blend.grow)
    both = Comparison(original, answer, mask, frame)
    measure = measure_mask(mask)
    region = measure.box.meet(frame.box) if measure.box else None
    fit = measured(both, blend) if region else Fit()
    image = lay(original, mask, answer, frame, fit, blend)
    raw_changed, inside_changed = both.changed_shares()
    lock = LockProof(
        outside_pixels=measure.total_pixels - measure.painted_pixels,
        changed_pixels=_changed_outside(original.image, image, mask),
        raw_changed_share=raw_changed,
        inside_changed_share=inside_changed,
    )
    return Composed(image, original.icc_profile, lock, fit.drift, fit.colour)


def measured(both: Comparison, blend: Blend) -> Fit:
    """Measure what brings an answer to its original, as far as `blend` asks for it."""
    drift = both.drift() if blend.undo_drift else None
    return Fit(drift, both.colours(drift) if blend.match_colour else None)


def lay(
    original: ReadPicture,
    mask: Image.Image,
    answer: ReadPicture,
    frame: Frame,
    fit: Fit,
    blend: Blend,
) -> Image.Image:
    """Lay an answer into a copy of the original's image wherever `mask` (L) allows.

    The mask is taken as it is: of `blend` only feather and opacity count. Nothing is proved;
    see `lock_figures`.
    """
    painted = mask.getbbox()
    region = Box(*painted).meet(frame.box) if painted else None
    if region is None:
        return original.image.copy()
    place = place_of(frame, Size(*answer.image.size), fit.drift)
    patch = _Patch.cut(answer, place, region, original.icc_profile, fit.colour)
    return _blended(original.image, mask, patch, region, blend)


def lock_figures(
    original: Image.Image, composed: Image.Image, mask: Image.Image
) -> tuple[int, int]:
    """Count the pixels where the mask is 0, and those of them of which any bit differs."""
    return mask.histogram()[0], _changed_outside(original, composed, mask)


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


@dataclass(frozen=True)
class _Patch:
    """The part of the answer that is needed, in the original's colours, at the answer's scale."""

    image: Image.Image
    place: Place

    @classmethod
    def cut(
        cls,
        answer: ReadPicture,
        place: Place,
        region: Box,
        icc_profile: bytes | None,
        colour: ColourMatch | None,
    ) -> _Patch:
        image, place = cut_answer(answer.image, place, region)
        if image.mode == "RGBA" and image.getchannel("A").getextrema() == (255, 255):
            image = image.convert("RGB")
        image = convert(image, answer.icc_profile, icc_profile)
        return cls(colour.applied(image) if colour else image, place)

    def piece(self, box: Box) -> Image.Image:
        return sample(self.image, self.place, box)


def _blended(
    original: Image.Image, mask: Image.Image, patch: _Patch, region: Box, blend: Blend
) -> Image.Image:
    soft = SoftPaint(mask, region, blend.feather, blend.opacity)
    transparent = patch.image.mode == "RGBA" or _shows_nothing(original, mask, region)
    image = original.convert("RGBA") if transparent else original.copy()
    for box in _bands(region):
        after, weight = patch.piece(box), soft.piece(box)
        if transparent:
            image.paste(_faded(image.crop(box), after.convert("RGBA"), weight), box)
            continue
        if image.mode == "RGBA":
            after.putalpha(image.crop(box).getchannel("A"))
        image.paste(after, box, weight)
    return image


def _bands(region: Box) -> Iterator[Box]:
    rows = max(16, _BAND_PIXELS // region.size.width)
    for top in range(region.top, region.bottom, rows):
        yield Box(region.left, top, region.right, min(region.bottom, top + rows))


def _shows_nothing(original: Image.Image, mask: Image.Image, region: Box) -> bool:
    """Tell whether every painted pixel was fully transparent, so that no edit could show."""
    if original.mode != "RGBA":
        return False
    for box in _bands(region):
        alpha = original.crop(box).getchannel("A")
        alpha.paste(0, None, mask.crop(box).point([255] + [0] * 255))
        if alpha.getbbox() is not None:
            return False
    return True


def _faded(before: Image.Image, after: Image.Image, blend: Image.Image) -> Image.Image:
    """Fade RGBA into RGBA, colours weighted by their alpha, so that no fringe appears.

    Pixels where `blend` is 0 come back untouched, even the colours of transparent ones.
    """
    faded = np.array(before)
    old, new = faded.astype(np.float32), np.asarray(after)
    weight = np.asarray(blend).astype(np.float32) / 255
    old_weight = old[..., 3] * (1 - weight)
    new_weight = new[..., 3] * weight
    alpha = old_weight + new_weight
    share = (new_weight / np.maximum(alpha, 1e-6))[..., None]
    mixed = np.empty_like(old)
    mixed[..., :3] = old[..., :3] * (1 - share) + new[..., :3] * share
    mixed[..., 3] = alpha
    touched = weight > 0
    faded[touched] = (mixed[touched] + 0.5).astype(np.uint8)
    return Image.fromarray(faded)


def _changed_outside(original: Image.Image, composed: Image.Image, mask: Image.Image) -> int:
    """Count the unpainted pixels of which any bit differs, by looking at every pixel of both."""
    changed = 0
    for box in _bands(Box(0, 0, *original.size)):
        before, after = original.crop(box), composed.crop(box)
        if before.mode != after.mode:
            before = before.convert("RGBA")
        apart = ImageChops.difference(before, after)
        differing = apart.getbbox(alpha_only=False)
        if differing is None:
            continue
        differs = np.asarray(apart.crop(differing)).any(axis=2)
        outside = np.asarray(mask.crop(box).crop(differing)) == 0
        changed += int(np.count_nonzero(differs & outside))
    return changed
