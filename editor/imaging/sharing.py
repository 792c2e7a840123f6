"""The picture, its mask and further pictures of one call share what a body may hold.

Without further pictures the picture and its mask have it all. With them:

1. Each further picture is brought to at most `REFERENCE_SIDE` pixels along its longer side.
2. The picture with its mask counts as two, each further picture as one: that share of the room
   is everybody's for certain, so nobody is shrunk away for the sake of the others.
3. What the picture does not need goes to the others, and what a small one of these leaves goes
   to the larger ones. What they all leave goes back to the picture.

So three references leave the picture at least two fifths of the room; fifteen, two
seventeenths, half a megabyte of the usual four.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

from PIL import Image

from editor.imaging.encoding import (
    DoesNotFit,
    Encoded,
    EncodedReference,
    MaskDialect,
    best_under,
    encode_for_call,
    room_under,
    without_needless_alpha,
)
from editor.imaging.framing import Frame, Size

REFERENCE_SIDE = 2048
LEAST_SIDE = 8  # what models take
_WEIGHT_OF_PICTURE = 2
_MOST_ATTEMPTS = 12


def bounded(image: Image.Image) -> Image.Image:
    """Bring a further picture to the size in which it is sent at most; never larger than it is."""
    scale = REFERENCE_SIDE / max(image.size)
    return image if scale >= 1 else _scaled(image, scale)


def encode_together(
    image_srgb: Image.Image,
    mask: Image.Image | None,
    frame: Frame,
    dialect: MaskDialect,
    ceiling_bytes: int,
    references: Sequence[Image.Image],
) -> Encoded:
    """Write everything that one call sends, all of it together under the ceiling.

    `references` are further pictures, in sRGB and `bounded`; they come back in their order.
    Raises DoesNotFit for an absurdly low ceiling.
    """
    alone = encode_for_call(image_srgb, mask, frame, dialect, ceiling_bytes)
    if not references:
        return alone
    room = room_under(ceiling_bytes)
    certain = room * len(references) // (len(references) + _WEIGHT_OF_PICTURE)
    written = _encode_references(references, max(certain, room - alone.byte_count))
    taken = sum(len(reference.data) for reference in written)
    if alone.byte_count + taken > room:
        alone = encode_for_call(image_srgb, mask, frame, dialect, ceiling_bytes, taken)
    return dataclasses.replace(alone, references=written)


def _encode_references(
    references: Sequence[Image.Image], room: int
) -> tuple[EncodedReference, ...]:
    """Share a room, the smallest picture first: what it leaves goes to the larger ones."""
    written: dict[int, EncodedReference] = {}
    smallest_first = sorted(range(len(references)), key=lambda at: math.prod(references[at].size))
    for done, at in enumerate(smallest_first):
        share = room // (len(references) - done)
        written[at] = _encode_reference(references[at], share)
        room -= len(written[at].data)
    return tuple(written[at] for at in range(len(references)))


def _encode_reference(image: Image.Image, room: int) -> EncodedReference:
    image = without_needless_alpha(image)
    part = image
    for _attempt in range(_MOST_ATTEMPTS):
        data, mime = best_under(part, room)
        if len(data) <= room:
            return EncodedReference(data, mime, Size(*part.size))
        scale = part.width / image.width * min(0.9, 0.97 * math.sqrt(room / len(data)))
        part = _scaled(image, scale)
    message = f"{room} bytes are too few for a further picture"
    raise DoesNotFit(message)


def _scaled(image: Image.Image, scale: float) -> Image.Image:
    width, height = (max(LEAST_SIDE, round(side * scale)) for side in image.size)
    return image.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3.0)
