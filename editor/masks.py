"""Stage 2: a painted PNG becomes a Mask of the picture's size."""

from __future__ import annotations

import hashlib
import uuid

from editor import storage
from editor.imaging.encoding import encode_kept_mask
from editor.imaging.framing import Box
from editor.imaging.masking import MaskRefused, measure_mask, read_mask
from editor.models import Mask, Picture

MAX_MASK_BYTES = 20_000_000

__all__ = ["MAX_MASK_BYTES", "MaskRefused", "keep_mask"]


def keep_mask(picture: Picture, data: bytes) -> Mask:
    """Check a painted mask and keep it as 8-bit grey at the picture's size, 255 = edit.

    Raises MaskRefused, with a sentence for people, when the bytes are no mask, have
    another size than the picture, or nothing in it is painted.
    """
    if len(data) > MAX_MASK_BYTES:
        sentence = (
            f"This mask has {len(data) / 1_000_000:.0f} MB; "
            f"the limit is {MAX_MASK_BYTES // 1_000_000} MB."
        )
        raise MaskRefused(sentence, code="too_many_bytes")
    mask = read_mask(data, (picture.width, picture.height))
    measure = measure_mask(mask)
    box = measure.box or Box(0, 0, 0, 0)  # read_mask refuses an empty mask
    mask_id = uuid.uuid4()
    encoded = encode_kept_mask(mask)
    return Mask.objects.create(
        id=mask_id,
        picture=picture,
        file=storage.put(storage.mask_key(mask_id), encoded),
        sha256=hashlib.sha256(encoded).hexdigest(),
        painted_pixels=measure.painted_pixels,
        left=box.left,
        top=box.top,
        right=box.right,
        bottom=box.bottom,
    )
