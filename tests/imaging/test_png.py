"""Our own PNG files hold every bit, and any reader takes them."""

import io
import struct
import zlib

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from editor.imaging import png
from editor.imaging.png import write_png
from tests.imaging.profiles import rgb_profile
from tests.pictures import SECRET, encoded, noise, photo


def read_back(data: bytes) -> Image.Image:
    Image.open(io.BytesIO(data)).verify()  # every checksum
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def chunks(data: bytes) -> list[bytes]:
    kinds, at = [], 8
    while at < len(data):
        (length,) = struct.unpack_from(">I", data, at)
        kinds.append(data[at + 4 : at + 8])
        at += 12 + length
    return kinds


@settings(max_examples=60, deadline=None)
@given(
    size=st.tuples(st.integers(1, 70), st.integers(1, 260)),
    mode=st.sampled_from(["RGB", "RGBA"]),
    drawn=st.sampled_from([noise, photo]),
    band=st.sampled_from([1, 300, 1_000_000]),
)
def test_every_pixel_comes_back(size, mode, drawn, band):
    image = drawn(max(2, size[0]), max(2, size[1]), mode=mode).crop((0, 0, *size))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(png, "_BAND_BYTES", band)
        assert read_back(write_png(image)).tobytes() == image.tobytes()


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
@pytest.mark.parametrize("strategy", [zlib.Z_HUFFMAN_ONLY, zlib.Z_DEFAULT_STRATEGY])
def test_another_reader_sees_the_same(mode, strategy, monkeypatch):
    monkeypatch.setattr(png, "_strategy", lambda _image: strategy)
    image = photo(301, 203, mode=mode)
    pixels = cv2.imdecode(np.frombuffer(write_png(image), np.uint8), cv2.IMREAD_UNCHANGED)
    order = cv2.COLOR_BGR2RGB if mode == "RGB" else cv2.COLOR_BGRA2RGBA
    assert cv2.cvtColor(pixels, order).tobytes() == image.tobytes()


def test_a_photograph_is_no_larger_than_pillow_makes_it():
    image = photo(1200, 900)
    ours, pillows = len(write_png(image)), len(encoded(image, "PNG", compress_level=1))
    assert png._strategy(image) is not None
    assert ours < pillows * 1.03


def test_a_flat_drawing_stays_as_small_as_pillow_makes_it():
    flat = Image.new("RGB", (900, 700), (9, 99, 9))
    flat.paste((200, 0, 0), (100, 100, 300, 500))
    assert png._strategy(flat) is None
    assert write_png(flat) == encoded(flat, "PNG", compress_level=1)


@pytest.mark.parametrize("image", [photo(400, 300), Image.new("RGB", (400, 300))])
def test_the_profile_is_in_it_and_nothing_else(image):
    image = image.copy()
    image.info = {"Comment": SECRET, "exif": SECRET.encode(), "dpi": (72, 72)}
    data = write_png(image, rgb_profile())
    assert set(chunks(data)) == {b"IHDR", b"iCCP", b"IDAT", b"IEND"}
    assert read_back(data).info["icc_profile"] == rgb_profile()
    assert SECRET.encode() not in data
    assert b"iCCP" not in write_png(image)
