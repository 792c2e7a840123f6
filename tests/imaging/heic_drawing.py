"""Writes small HEIC files by hand, because no free HEVC encoder is part of the house.

Every block is stored as plain samples (the codec's "PCM" blocks), so the stream needs no
prediction and no real arithmetic coding: a whole file is about 1.5 bytes a pixel.
"""

import re
import struct

from PIL import Image

BLOCK = 32

# rangeTabLps, last column: how much of the arithmetic coder's range the unlikely symbol takes in
# each of its 63 states. The only coded bin (part_mode) always takes the likely symbol.
_LPS = (
    240, 227, 216, 205, 195, 185, 175, 166, 158, 150, 142, 135, 128, 122, 116, 110, 104, 99, 94,
    89, 85, 80, 76, 72, 69, 65, 62, 59, 56, 53, 50, 48, 45, 43, 41, 39, 37, 35, 33, 31, 30, 28, 27,
    25, 24, 23, 22, 21, 20, 19, 18, 17, 16, 15, 14, 14, 13, 12, 12, 11, 11, 10, 9,
)  # fmt: skip


def heic(
    image: Image.Image,
    *,
    quarter_turns: int = 0,
    icc_profile: bytes | None = None,
    exif: bytes | None = None,
    brand: bytes = b"heic",
) -> bytes:
    """Return `image` (any mode, drawn as RGB) as a HEIC file.

    Sides must be even. `quarter_turns` is HEIC's own rotation property: counter-clockwise, and
    applied by the reader.
    """
    width, height = image.size
    parameter_sets, picture = _stream(image.convert("RGB").convert("YCbCr"))
    properties = [
        _box(b"hvcC", _decoder_record(parameter_sets)),
        _full_box(b"ispe", struct.pack(">II", width, height)),
        _box(b"colr", b"nclx" + struct.pack(">HHHB", 1, 13, 6, 0x80)),
    ]
    if icc_profile:
        properties.append(_box(b"colr", b"prof" + icc_profile))
    if quarter_turns:
        properties.append(_box(b"irot", bytes([quarter_turns])))
    items = [(b"hvc1", picture)]
    if exif:
        items.append((b"Exif", struct.pack(">I", 0) + exif.removeprefix(b"Exif\0\0")))
    return _container(brand, properties, items)


def _container(brand: bytes, properties: list[bytes], items: list[tuple[bytes, bytes]]) -> bytes:
    head = _box(b"ftyp", brand + struct.pack(">I", 0) + b"mif1heic")
    size = len(head) + len(_meta(properties, items, 0)) + 8
    data = b"".join(payload for _kind, payload in items)
    return head + _meta(properties, items, size) + _box(b"mdat", data)


def _meta(properties: list[bytes], items: list[tuple[bytes, bytes]], start: int) -> bytes:
    entries, places = b"", b""
    for number, (kind, payload) in enumerate(items, 1):
        entries += _full_box(b"infe", struct.pack(">HH", number, 0) + kind + b"\0", version=2)
        places += struct.pack(">HHHII", number, 0, 1, start, len(payload))
        start += len(payload)
    links = bytes(0x80 | i for i in range(1, len(properties) + 1))
    association = struct.pack(">IHB", 1, 1, len(properties)) + links
    content = (
        _full_box(b"hdlr", bytes(4) + b"pict" + bytes(13))
        + _full_box(b"pitm", struct.pack(">H", 1))
        + _full_box(b"iloc", struct.pack(">HH", 0x4400, len(items)) + places)
        + _full_box(b"iinf", struct.pack(">H", len(items)) + entries)
        + _box(b"iprp", _box(b"ipco", b"".join(properties)) + _full_box(b"ipma", association))
    )
    if len(items) > 1:
        content += _full_box(b"iref", _box(b"cdsc", struct.pack(">HHH", 2, 1, 1)))
    return _full_box(b"meta", content)


def _box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content) + 8) + kind + content


def _full_box(kind: bytes, content: bytes, version: int = 0) -> bytes:
    return _box(kind, bytes([version, 0, 0, 0]) + content)


def _decoder_record(parameter_sets: list[bytes]) -> bytes:
    record = struct.pack(">BBI6sB", 1, 3, 0x70000000, b"\x90" + bytes(5), 186)
    record += b"\xf0\x00\xfc\xfd\xf8\xf8\x00\x00\x0f" + bytes([len(parameter_sets)])
    for unit in parameter_sets:
        record += struct.pack(">BHH", 0x80 | (unit[0] >> 1), 1, len(unit)) + unit
    return record


def _stream(image: Image.Image) -> tuple[list[bytes], bytes]:
    """Return the parameter sets and the length-prefixed picture for a YCbCr image."""
    width, height = image.size
    across, down = -(-width // BLOCK) * BLOCK, -(-height // BLOCK) * BLOCK
    planes = image.resize((across, down), Image.Resampling.NEAREST, (0, 0, width, height))
    planes.paste(image, (0, 0))
    luma, *chroma = planes.split()
    half = [plane.resize((across // 2, down // 2), Image.Resampling.BOX) for plane in chroma]
    coded, state = [], 0
    for top in range(0, down, BLOCK):
        for left in range(0, across, BLOCK):
            first = not coded
            span = (510 if first else 508) - _LPS[min(state, 62)] - 2
            state += 1
            coded.append(struct.pack(">H", (span | 1) << 7))
            coded.append(luma.crop((left, top, left + BLOCK, top + BLOCK)).tobytes())
            corner = (left // 2, top // 2, (left + BLOCK) // 2, (top + BLOCK) // 2)
            coded.extend(plane.crop(corner).tobytes() for plane in half)
    coded.append(b"\xfe\x80")  # the last block: end of slice, stop bit
    slice_header = _bits("1", "0", 0, 2, 0) + "1"
    slice_data = _bytes(slice_header, stop=False) + b"".join(coded)
    unit = _unit(19, slice_data)
    crop_right, crop_bottom = (across - width) // 2, (down - height) // 2
    sets = [_video_set(), _sequence_set(across, down, crop_right, crop_bottom), _picture_set()]
    return sets, struct.pack(">I", len(unit)) + unit


def _video_set() -> bytes:
    return _unit(32, _bytes(_bits("0000", "11", "000000", "000", "1", "1" * 16, _PROFILE, "1",
                                  0, 0, 0, "000000", 0, "0", "0")))  # fmt: skip


def _sequence_set(width: int, height: int, crop_right: int, crop_bottom: int) -> bytes:
    return _unit(33, _bytes(_bits(
        "0000", "000", "1", _PROFILE, 0, 1, width, height,
        "1", 0, crop_right, 0, crop_bottom,  # what the padding to whole blocks added
        0, 0, 0, "1", 0, 0, 0,
        2, 0, 0, 3, 0, 0,  # blocks of 32, transforms of 4 to 32
        "0", "0", "0", "1", "0111", "0111", 2, 0, "1",  # plain samples, 8 bit, blocks of 32
        0, "0", "0", "0", "0", "0",
    )))  # fmt: skip


def _picture_set() -> bytes:
    return _unit(34, _bytes(_bits(0, 0, "0", "0", "000", "0", "0", 0, 0, 0, "0", "0", "0", 0, 0,
                                  "0", "0", "0", "0", "0", "0", "0", "1", "0", "1", "0", "0", 0,
                                  "0", "0")))  # fmt: skip


# Main still picture profile, level 6.2.
_PROFILE = "00" + "0" + "00011" + "0111" + "0" * 28 + "1001" + "0" * 44 + f"{186:08b}"


def _bits(*fields: str | int) -> str:
    """Join fields: text is bits as they are, a number is written as Exp-Golomb."""
    return "".join(
        field if isinstance(field, str) else "0" * ((field + 1).bit_length() - 1) + f"{field + 1:b}"
        for field in fields
    )


def _bytes(bits: str, *, stop: bool = True) -> bytes:
    bits += "1" if stop else ""
    bits += "0" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, "big")


def _unit(kind: int, payload: bytes) -> bytes:
    escaped = re.sub(rb"\x00\x00(?=[\x00-\x03])", b"\x00\x00\x03", payload)
    return bytes([kind << 1, 1]) + escaped
