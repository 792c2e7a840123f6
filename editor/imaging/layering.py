"""Several answers in one picture: each shows where it was chosen, the original everywhere else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageChops

from editor.imaging.composing import Blend, Fit, lay, lock_figures
from editor.imaging.framing import Frame
from editor.imaging.growing import grown
from editor.imaging.reading import ReadPicture


@dataclass(frozen=True)
class Layer:
    """One answer, how it lies, and the mask (L, above 0 = show it) of where it was chosen."""

    answer: ReadPicture
    frame: Frame
    fit: Fit
    mask: Image.Image


@dataclass(frozen=True)
class Layered:
    """A picture put together of layers, and what a check found outside all of them.

    `outside_pixels` counts the pixels where no layer's mask reaches, after growing and
    restoring; `changed_pixels` those of them that differ from the original in any bit, which
    is 0 unless something is broken.
    """

    image: Image.Image
    icc_profile: bytes | None
    outside_pixels: int
    changed_pixels: int


def shown_mask(mask: Image.Image, grow: int, restored: Image.Image | None) -> Image.Image:
    """Give where a layer shows: its mask grown by `grow`, without what was painted back.

    `restored` (L, the mask's size) is 255 where the original must stand again; greys restore
    in part.
    """
    mask = grown(mask, grow) if grow else mask
    return ImageChops.multiply(mask, ImageChops.invert(restored)) if restored else mask


def put_layers(
    original: ReadPicture,
    layers: Sequence[Layer],
    blend: Blend,
    restored: Image.Image | None = None,
) -> Layered:
    """Lay one answer after the other into the original, each within its own mask.

    `blend` gives grow, feather and opacity of all of them; how each lies was measured before
    (its `fit`). Where two reach, the later one lies above. Raises ValueError when a mask has
    another size than the original.
    """
    image = original.image
    union = Image.new("L", image.size, 0)
    for layer in layers:
        _check_size(image, layer.mask, restored)
        mask = shown_mask(layer.mask, blend.grow, restored)
        so_far = ReadPicture(image, original.icc_profile, original.format, original.mime)
        image = lay(so_far, mask, layer.answer, layer.frame, layer.fit, blend)
        union = ImageChops.lighter(union, mask)
    if image is original.image:
        image = image.copy()
    return Layered(image, original.icc_profile, *lock_figures(original.image, image, union))


def _check_size(image: Image.Image, *masks: Image.Image | None) -> None:
    for mask in masks:
        if mask is not None and (mask.mode != "L" or mask.size != image.size):
            message = f"the mask is {mask.mode} {mask.size}, the picture {image.size}"
            raise ValueError(message)
