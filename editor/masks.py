"""Stage 2: a painted PNG becomes a Mask of the picture's size."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Concatenate, ParamSpec, TypeVar

from editor import storage
from editor.imaging import apart, steps
from editor.imaging.apart import StepFailed
from editor.imaging.framing import Box, Size
from editor.imaging.masking import MaskMeasure, MaskRefused
from editor.models import Mask, Picture

MAX_MASK_BYTES = 20_000_000

P = ParamSpec("P")
T = TypeVar("T")

__all__ = [
    "MAX_MASK_BYTES",
    "MaskRefused",
    "PaintedMask",
    "keep_mask",
    "keep_painted",
    "read_painted",
    "read_parts",
    "stored_mask",
]


@dataclass(frozen=True)
class PaintedMask:
    """A checked mask that is not kept yet: 8-bit grey PNG at the picture's size, 255 = edit."""

    png: bytes
    sha256: str
    measure: MaskMeasure


def read_painted(picture: Picture, data: bytes) -> PaintedMask:
    """Check a painted mask and bring it into the form in which it is kept.

    Raises MaskRefused, with a sentence for people, when the bytes are no mask, have
    another size than the picture, or nothing in it is painted.
    """
    return _painted(*_run(steps.check_mask, data, Size(picture.width, picture.height)))


def read_parts(picture: Picture, data: bytes, boxes: Sequence[Box]) -> list[PaintedMask]:
    """Check a painted mask and take it apart: in each part only what lies in its box is painted.

    Raises MaskRefused as `read_painted` does, and when the boxes leave paint out or a part
    would be empty: each painted pixel belongs to exactly one part.
    """
    parts = _run(steps.part_mask, data, Size(picture.width, picture.height), tuple(boxes))
    return [_painted(*part) for part in parts]


def _run(
    step: Callable[Concatenate[bytes, P], T], data: bytes, *more: P.args, **named: P.kwargs
) -> T:
    if len(data) > MAX_MASK_BYTES:
        sentence = (
            f"This mask has {len(data) / 1_000_000:.0f} MB; "
            f"the limit is {MAX_MASK_BYTES // 1_000_000} MB."
        )
        raise MaskRefused(sentence, code="too_many_bytes")
    try:
        return apart.run(step, data, *more, **named)
    except StepFailed as failed:
        sentence = "This mask makes its reader fail. Save it anew as PNG, or paint it here."
        raise MaskRefused(sentence, code="reader_failed") from failed


def _painted(png: bytes, measure: MaskMeasure) -> PaintedMask:
    return PaintedMask(png, hashlib.sha256(png).hexdigest(), measure)


def keep_painted(picture: Picture, painted: PaintedMask) -> Mask:
    """Keep a checked mask."""
    mask = stored_mask(picture, painted)
    mask.save(force_insert=True)
    return mask


def stored_mask(
    picture: Picture, painted: PaintedMask, *, mask_id: uuid.UUID | None = None
) -> Mask:
    """Store a checked mask's file; give the Mask, not saved yet."""
    box = painted.measure.box or Box(0, 0, 0, 0)  # read_mask refuses an empty mask
    mask_id = mask_id or uuid.uuid4()
    return Mask(
        id=mask_id,
        picture=picture,
        file=storage.put(storage.mask_key(mask_id), painted.png),
        sha256=painted.sha256,
        bytes=len(painted.png),
        painted_pixels=painted.measure.painted_pixels,
        left=box.left,
        top=box.top,
        right=box.right,
        bottom=box.bottom,
    )


def keep_mask(picture: Picture, data: bytes) -> Mask:
    """Check a painted mask and keep it. Raises MaskRefused."""
    return keep_painted(picture, read_painted(picture, data))
