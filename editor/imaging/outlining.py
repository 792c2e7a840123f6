"""From a rough selection to the outline of what it lies on, by GrabCut at a small size."""

from __future__ import annotations

import io

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, PngImagePlugin

from editor.imaging.framing import Box, Size
from editor.imaging.masking import MaskRefused, read_mask
from editor.imaging.reading import DECODER_ERRORS, ReadPicture, as_srgb

MOST_PIXELS = 600_000  # of what is looked at: at half a megapixel an outline takes under a second
LEAST_SIDE = 8
ROUNDS = 2

# What a rough selection says of a pixel: above each value, the label that stands beside it.
_LABELS = (
    (224, cv2.GC_FGD),
    (128, cv2.GC_PR_FGD),
    (32, cv2.GC_PR_BGD),
    (0, cv2.GC_BGD),
)

Grey = NDArray[np.uint8]


def read_rough(data: bytes, box: Box) -> Image.Image:
    """Decode a rough selection of a box: grey PNG of the box's shape, 255 = surely selected.

    Raises MaskRefused.
    """
    try:
        # Only the header is read here.
        size = Size(*PngImagePlugin.PngImageFile(io.BytesIO(data)).size)
    except DECODER_ERRORS as problem:
        sentence = "The rough selection must be a PNG file."
        raise MaskRefused(sentence, code="not_png") from problem
    if size.pixels > MOST_PIXELS or min(size) < LEAST_SIDE:
        sentence = "The rough selection has too many or too few pixels."
        raise MaskRefused(sentence, code="other_size")
    across, down = box.size
    # Either side may be rounded to a whole pixel.
    if abs(size.width * down - size.height * across) > max(across, down) * 1.5:
        sentence = "The rough selection has another shape than its part of the picture."
        raise MaskRefused(sentence, code="other_size")
    return read_mask(data, size, allow_empty=True)


def outlined(picture: ReadPicture, box: Box, rough: Image.Image) -> Image.Image:
    """Give the outline of what is roughly selected in a box of a picture, as grey (L) at its size.

    Raises MaskRefused when nothing, or nothing but everything, is roughly selected.
    """
    labels = _labels(np.asarray(rough))
    part = ReadPicture(picture.image.crop(box), picture.icc_profile, picture.format, picture.mime)
    small = part.image.resize(rough.size, Image.Resampling.BOX, reducing_gap=2)
    part = ReadPicture(small, part.icc_profile, part.format, part.mime)
    pixels = np.ascontiguousarray(np.asarray(as_srgb(part).convert("RGB")))
    cv2.setRNGSeed(1)  # the same selection gives the same outline
    models = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.grabCut(pixels, labels, None, *models, ROUNDS, cv2.GC_INIT_WITH_MASK)  # type: ignore[call-overload]
    return Image.fromarray(_smooth((labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD)))


def _labels(rough: Grey) -> Grey:
    labels = np.full(rough.shape, cv2.GC_BGD, np.uint8)
    for least, label in reversed(_LABELS):
        labels[rough >= least] = label
    inside = np.isin(labels, (cv2.GC_FGD, cv2.GC_PR_FGD))
    if not inside.any():
        sentence = "Nothing is selected there. Draw over the object first."
        raise MaskRefused(sentence, code="empty")
    if inside.all():
        sentence = "Everything is selected there. Leave some of the surroundings out."
        raise MaskRefused(sentence, code="full")
    return labels


def _smooth(inside: NDArray[np.bool_]) -> Grey:
    """Take away grains, and the stairs of the small size."""
    tidy = cv2.medianBlur(inside.astype(np.uint8) * 255, 5)
    return np.asarray(cv2.GaussianBlur(tidy, (0, 0), 0.8), dtype=np.uint8)
