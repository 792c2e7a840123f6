"""Builds small colour profiles in memory, so that no profile file is needed."""

import struct
from collections.abc import Sequence
from itertools import product

# Colourants relative to D50, as ICC profiles hold them.
DISPLAY_P3 = ((0.5151, 0.2412, -0.0011), (0.2920, 0.6922, 0.0419), (0.1571, 0.0666, 0.7841))
ADOBE_RGB = ((0.6097, 0.3111, 0.0195), (0.2053, 0.6257, 0.0609), (0.1492, 0.0632, 0.7446))
SRGB = ((0.4361, 0.2225, 0.0139), (0.3851, 0.7169, 0.0971), (0.1431, 0.0606, 0.7141))


def rgb_profile(
    colourants: Sequence[Sequence[float]] = DISPLAY_P3, gamma: float = 2.2, padding: int = 0
) -> bytes:
    """An RGB display profile of three colourants and one gamma."""
    curve = b"curv" + struct.pack(">IIH", 0, 1, round(gamma * 256)) + bytes(2)
    tags = {b"wtpt": _xyz(0.9642, 1.0, 0.8249)}
    for letter, colourant in zip((b"r", b"g", b"b"), colourants, strict=True):
        tags[letter + b"XYZ"] = _xyz(*colourant)
        tags[letter + b"TRC"] = curve
    return _profile(b"mntr", b"RGB ", b"XYZ ", tags, padding)


def srgb_like_profile() -> bytes:
    """A profile with sRGB's own colourants and curve under another name."""
    levels = [step / 255 for step in range(256)]
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in levels]
    curve = b"curv" + struct.pack(">II256H", 0, 256, *(round(v * 65535) for v in linear))
    tags = {b"wtpt": _xyz(0.9642, 1.0, 0.8249)}
    for letter, colourant in zip((b"r", b"g", b"b"), SRGB, strict=True):
        tags[letter + b"XYZ"] = _xyz(*colourant)
        tags[letter + b"TRC"] = curve
    return _profile(b"mntr", b"RGB ", b"XYZ ", tags)


def grey_profile(gamma: float) -> bytes:
    """A grey profile of one gamma."""
    curve = b"curv" + struct.pack(">IIH", 0, 1, round(gamma * 256)) + bytes(2)
    tags = {b"wtpt": _xyz(0.9642, 1.0, 0.8249), b"kTRC": curve}
    return _profile(b"mntr", b"GRAY", b"XYZ ", tags)


def cmyk_profile(corner_lab: tuple[int, int, int] = (128, 200, 128)) -> bytes:
    """A printing profile in which every colour but white paper is `corner_lab` (8-bit Lab).

    So absurd that no built-in conversion can give the same colours by chance.
    """
    ramp = bytes(range(256))
    table = b"".join(
        bytes((255, 128, 128) if not any(ink) else corner_lab) for ink in product((0, 1), repeat=4)
    )
    identity = struct.pack(">9I", *(0x10000 if i % 4 == 0 else 0 for i in range(9)))
    lut = b"mft1" + bytes(4) + bytes((4, 3, 2, 0)) + identity + ramp * 4 + table + ramp * 3
    tags = {b"wtpt": _xyz(0.9642, 1.0, 0.8249), b"A2B0": lut, b"A2B1": lut}
    return _profile(b"prtr", b"CMYK", b"Lab ", tags)


def _xyz(*values: float) -> bytes:
    return b"XYZ " + bytes(4) + struct.pack(">3i", *(round(value * 65536) for value in values))


def _profile(
    kind: bytes, space: bytes, connection: bytes, tags: dict[bytes, bytes], padding: int = 0
) -> bytes:
    text = b"NanoEdit test profile\0"
    tags = {
        b"desc": b"desc" + struct.pack(">II", 0, len(text)) + text + bytes(78),
        b"cprt": b"text" + bytes(4) + b"Public domain\0",
        **tags,
    }
    if padding:
        tags[b"padd"] = b"data" + bytes(4) + bytes(padding)
    table, data, start = b"", b"", 128 + 4 + 12 * len(tags)
    for name, content in tags.items():
        table += struct.pack(">4sII", name, start + len(data), len(content))
        data += content + bytes(-len(content) % 4)
    header = struct.pack(
        ">I4sI4s4s4s12s4s28s", start + len(data), bytes(4), 0x02400000, kind, space, connection,
        struct.pack(">6H", 2026, 1, 1, 0, 0, 0), b"acsp", bytes(28),
    ) + struct.pack(">3i", 63190, 65536, 54061)  # fmt: skip
    return header.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + data
