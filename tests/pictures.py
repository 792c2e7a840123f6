"""Draws test pictures of any format, size, colour and metadata in memory.

`photo()` looks enough like a photograph to compress like one; `encoded()` turns an image into
the bytes of a file; the rest builds the odd ones: metadata, broken and hostile files.
"""

import io
import struct
import zlib
from functools import lru_cache
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from tests.imaging.heic_drawing import heic

EXIF_ORIENTATION = 0x0112
SECRET = "Alice's street 7"  # what no stored or sent file may contain
STILL_FORMATS = ("JPEG", "PNG", "WEBP", "AVIF", "HEIF")


@lru_cache(maxsize=4)
def _scene(width: int, height: int, seed: int) -> Image.Image:
    rng = np.random.default_rng(seed)
    small = rng.integers(0, 256, (max(2, height // 90), max(2, width // 90), 3), dtype=np.uint8)
    scene = Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(scene)
    for _shape in range(12):
        x, y = int(rng.integers(0, width)), int(rng.integers(0, height))
        reach = int(rng.integers(min(width, height) // 16 + 1, min(width, height) // 3 + 2))
        colour = tuple(int(level) for level in rng.integers(0, 256, 3))
        shape = (draw.ellipse, draw.rectangle)[int(rng.integers(0, 2))]
        shape((x, y, x + reach, y + reach), fill=colour)
    grain = rng.normal(0, 3, (256, 256)).astype(np.int16)
    tiles = (-(-height // 256), -(-width // 256))
    grain = np.tile(grain, tiles)[:height, :width, None]
    soft = np.asarray(scene.filter(ImageFilter.BoxBlur(1)), dtype=np.int16)
    return Image.fromarray((soft + grain).clip(0, 255).astype(np.uint8))


def photo(width: int = 640, height: int = 480, *, seed: int = 1, mode: str = "RGB") -> Image.Image:
    """A photo-like picture: soft light, hard edges, grain. The same seed gives the same one."""
    scene = _scene(width, height, seed).copy()
    if mode in ("RGBA", "LA"):
        ramp = Image.linear_gradient("L").resize((width, height))
        scene.putalpha(ramp)
    return scene.convert(mode)


def noise(width: int, height: int, *, seed: int = 1, mode: str = "RGB") -> Image.Image:
    """Random pixels: the picture that compresses worst."""
    bands = len(Image.new(mode, (1, 1)).getbands())
    rng = np.random.default_rng(seed)
    return Image.frombytes(mode, (width, height), rng.bytes(width * height * bands))


def four_corners(width: int = 64, height: int = 48) -> Image.Image:
    """Red, green, blue and white quarters, clockwise from the top left: shows every turn."""
    image = Image.new("RGB", (width, height), "white")
    image.paste("red", (0, 0, width // 2, height // 2))
    image.paste("lime", (width // 2, 0, width, height // 2))
    image.paste("blue", (width // 2, height // 2, width, height))
    return image


def painted_mask(
    size: tuple[int, int], box: tuple[float, float, float, float] = (0.3, 0.3, 0.6, 0.7)
) -> Image.Image:
    """A mask (L, 255 = edit) with one painted ellipse; `box` is in shares of the sides."""
    width, height = size
    mask = Image.new("L", size, 0)
    corners = (box[0] * width, box[1] * height, box[2] * width, box[3] * height)
    ImageDraw.Draw(mask).ellipse(corners, fill=255)
    return mask


def encoded(image: Image.Image, file_format: str = "PNG", **options: Any) -> bytes:
    """The bytes of a file. `options` go to Pillow (`exif`, `icc_profile`, `quality`, ...).

    `file_format` is a Pillow name, or "HEIF" (exif, icc_profile, quarter_turns; even sides).
    """
    if file_format == "HEIF":
        return heic(image, **options)
    stream = io.BytesIO()
    image.save(stream, file_format, **options)
    return stream.getvalue()


def exif_block(orientation: int = 1, *, private: bool = False) -> bytes:
    """An EXIF block; `private` adds a place, a maker's note and an owner's words."""
    exif = Image.Exif()
    exif[EXIF_ORIENTATION] = orientation
    if private:
        exif[0x010E] = exif[0x013B] = SECRET
        exif.get_ifd(0x8825).update({1: "N", 2: (52.0, 31.0, 12.0), 29: "2026:01:01"})
        exif.get_ifd(0x8769).update({0x927C: SECRET.encode(), 0x9286: SECRET.encode()})
    return exif.tobytes()


def animated(file_format: str, *, frames: int = 3) -> bytes:
    """A moving GIF, PNG, WEBP or AVIF."""
    first, *others = (Image.new("RGB", (64, 48), (70 * i, 30, 90)) for i in range(frames))
    return encoded(first, file_format, save_all=True, append_images=others, duration=100)


def mpo(first: Image.Image, second: Image.Image, **options: Any) -> bytes:
    """A JPEG file of two frames, as phones and stereo cameras write it."""
    return encoded(first, "MPO", save_all=True, append_images=[second], **options)


def png_chunk(kind: bytes, content: bytes) -> bytes:
    """One PNG chunk with its length and checksum."""
    checksum = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)


def png_with_chunk(png: bytes, kind: bytes, content: bytes) -> bytes:
    """Put a chunk right behind a PNG's header."""
    return png[:33] + png_chunk(kind, content) + png[33:]


def raw_png(levels: np.ndarray, *, bit_depth: int, colour_type: int, extra: bytes = b"") -> bytes:
    """A PNG of a (height, width) or (height, width, bands) array, also of 16 bit (big endian)."""
    height, width = levels.shape[:2]
    rows = levels.astype(">u2" if bit_depth == 16 else "u1").reshape(height, -1)
    scanlines = b"".join(b"\0" + row.tobytes() for row in rows)
    header = struct.pack(">IIBBBBB", width, height, bit_depth, colour_type, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + png_chunk(b"IHDR", header)
        + extra
        + png_chunk(b"IDAT", zlib.compress(scanlines))
        + png_chunk(b"IEND", b"")
    )


def flat_png(width: int, height: int) -> bytes:
    """A real one-colour PNG of any size, however huge, in a few kilobytes of memory."""
    packer = zlib.compressobj(9)
    row = bytes(-(-width // 8) + 1)
    packed = b"".join(packer.compress(row) for _line in range(height)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + png_chunk(b"IHDR", header)
        + png_chunk(b"IDAT", packed)
        + png_chunk(b"IEND", b"")
    )


def with_claimed_size(data: bytes, width: int, height: int) -> bytes:
    """Make the header of a PNG or JPEG claim another size than its pixels have."""
    if data.startswith(b"\x89PNG"):
        header = struct.pack(">II", width, height) + data[24:29]
        return data[:8] + png_chunk(b"IHDR", header) + data[33:]
    at = next(at for at in range(2, len(data)) if data[at : at + 2] in (b"\xff\xc0", b"\xff\xc2"))
    return data[: at + 5] + struct.pack(">HH", height, width) + data[at + 9 :]


def with_flipped_bit(data: bytes, at: int) -> bytes:
    """Flip the lowest bit of one byte."""
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def text_bomb(png: bytes) -> bytes:
    """Put 50 MB of text into a PNG, packed to a few kilobytes."""
    return png_with_chunk(png, b"zTXt", b"Comment\0\0" + zlib.compress(bytes(50_000_000), 9))
