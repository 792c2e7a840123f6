"""Turns a picture upright from what its camera noted in EXIF."""

from __future__ import annotations

import struct

from PIL import Image

_ORIENTATION_TAG = 0x0112
_SHORT = 3

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def upright(image: Image.Image, exif: bytes | None) -> Image.Image:
    """Turn `image` as its EXIF block says; broken or missing EXIF means upright already."""
    turn = _TURNS.get(exif_orientation(exif))
    return image if turn is None else image.transpose(turn)


def exif_orientation(exif: bytes | None) -> int:
    """Read the orientation (1 to 8) out of an EXIF block; 1 when it does not say.

    Only this one number of the first directory is read: a full EXIF parser would warn
    about, or stumble over, the many half-broken blocks that phones and editors write.
    """
    block = (exif or b"").removeprefix(b"Exif\0\0")
    order = {b"II": "<", b"MM": ">"}.get(block[:2])
    if order is None:
        return 1
    try:
        (start,) = struct.unpack_from(f"{order}I", block, 4)
        (count,) = struct.unpack_from(f"{order}H", block, start)
        for entry in range(start + 2, start + 2 + 12 * count, 12):
            tag, kind, _length, value = struct.unpack_from(f"{order}HHIH", block, entry)
            if tag == _ORIENTATION_TAG and kind == _SHORT:
                return int(value) if 1 <= value <= 8 else 1
    except struct.error:
        return 1
    return 1
