"""Bad and odd files, one line each. The numbers are those of the list of bad inputs."""

import contextlib
import io
import re
import struct
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from editor.imaging.reading import Limits, PictureRefused, ReadPicture, read_picture
from tests.imaging.profiles import cmyk_profile, rgb_profile
from tests.pictures import (
    STILL_FORMATS,
    animated,
    encoded,
    exif_block,
    flat_png,
    four_corners,
    mpo,
    noise,
    photo,
    png_chunk,
    png_with_chunk,
    raw_png,
    text_bomb,
    with_claimed_size,
    with_flipped_bit,
)

LIMITS = Limits(max_bytes=50_000_000, max_pixels=64_000_000)
SIZE = (64, 48)

TIMES = "\N{MULTIPLICATION SIGN}"
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
SCRIPT = b"<script>alert(document.cookie)</script>"


def png(**options) -> bytes:
    return encoded(four_corners(), "PNG", **options)


def jpeg(**options) -> bytes:
    return encoded(four_corners(), "JPEG", **options)


def scan_bomb() -> bytes:
    data = encoded(photo(320, 240), "JPEG", progressive=True)
    last = data.rfind(b"\xff\xda")
    return data[:-2] + data[last:-2] * 500 + b"\xff\xd9"


def fits() -> bytes:
    cards = ("SIMPLE  =                    T", "BITPIX  =                    8", "END")
    return b"".join(card.ljust(80).encode() for card in cards).ljust(2880)


REFUSED: list[tuple[str, Callable[[], bytes], str, str]] = [
    ("01-empty-file", lambda: b"", "empty", "empty"),
    ("02-text-file-named-png", lambda: b"Dear Alice,\nhello.\n" * 9, "not_a_picture", "text file"),
    ("03-html-after-png-signature", lambda: PNG_SIGNATURE + b"<html>" * 90, "damaged", "PNG"),
    ("03-html", lambda: b"<!DOCTYPE html><html><body>", "not_a_picture", "web page"),
    ("04-svg", lambda: b"<svg xmlns='http://www.w3.org/2000/svg'/>", "other_format", "SVG"),
    ("04-svg-with-script", lambda: b"<svg>" + SCRIPT + b"</svg>", "other_format", "SVG"),
    ("04-svg-with-entity",
     lambda: b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><svg>&a;</svg>',
     "other_format", "SVG"),
    ("06-jpeg-cut-in-half", lambda: jpeg()[: len(jpeg()) // 2], "damaged", "JPEG"),
    ("06-jpeg-short-by-two-bytes", lambda: jpeg()[:-2], "damaged", "JPEG"),
    ("07-png-cut-in-half", lambda: png()[: len(png()) // 2], "damaged", "PNG"),
    ("08-png-with-a-flipped-bit", lambda: with_flipped_bit(png(), len(png()) // 2), "damaged",
     "PNG"),
    ("09-png-of-50000-squared", lambda: flat_png(50_000, 50_000), "too_many_pixels",
     f"50,000 {TIMES} 50,000"),
    ("10-png-of-12000-squared", lambda: flat_png(12_000, 12_000), "too_many_pixels",
     "144 megapixels"),
    ("11-png-claims-20000-squared", lambda: with_claimed_size(png(), 20_000, 20_000),
     "too_many_pixels", "400 megapixels"),
    ("11-jpeg-claims-20000-squared", lambda: with_claimed_size(jpeg(), 20_000, 20_000),
     "too_many_pixels", "400 megapixels"),
    ("11-jpeg-claims-7000-squared-with-no-data",
     lambda: with_claimed_size(jpeg(), 7000, 7000)[:620], "damaged", "JPEG"),
    ("12-photo-of-9000-by-7500", lambda: encoded(Image.new("RGB", (9000, 7500)), "JPEG"),
     "too_many_pixels", "67.5 megapixels); the limit is 64 megapixels"),
    ("13-png-with-50-mb-of-text", lambda: text_bomb(encoded(four_corners())), "damaged", "PNG"),
    ("15-animated-png", lambda: animated("PNG"), "animated", "still pictures"),
    ("15-animated-webp", lambda: animated("WEBP"), "animated", "still pictures"),
    ("15-animated-avif", lambda: animated("AVIF"), "animated", "still pictures"),
    ("15-heic-sequence", lambda: encoded(four_corners(), "HEIF", brand=b"hevc"), "animated",
     "still pictures"),
    ("17-gif", lambda: encoded(four_corners(), "GIF"), "other_format", "GIF"),
    ("17-bmp", lambda: encoded(four_corners(), "BMP"), "other_format", "BMP"),
    ("17-tiff", lambda: encoded(four_corners(), "TIFF"), "other_format", "TIFF"),
    ("17-ico", lambda: encoded(four_corners(), "ICO"), "other_format", "Windows icon"),
    ("17-psd", lambda: b"8BPS\0\1" + bytes(500), "other_format", "Photoshop"),
    ("17-eps", lambda: encoded(four_corners(), "EPS"), "other_format", "EPS"),
    ("17-pdf", lambda: encoded(four_corners(), "PDF"), "other_format", "PDF"),
    ("17-jpeg-2000", lambda: encoded(four_corners(), "JPEG2000"), "other_format", "JPEG 2000"),
    ("17-dds", lambda: encoded(four_corners(), "DDS"), "other_format", "DDS"),
    ("17-icns", lambda: encoded(four_corners(), "ICNS"), "other_format", "Mac icon"),
    ("17-tga", lambda: encoded(four_corners(), "TGA"), "other_format", "TGA"),
    ("17-fits", fits, "other_format", "FITS"),
    ("17-ppm", lambda: encoded(four_corners(), "PPM"), "other_format", "PPM"),
    ("17-camera-raw", lambda: b"\0\0\0\x18ftypcrx " + bytes(400), "other_format", "camera raw"),
    ("17-jpeg-xl", lambda: b"\0\0\0\x0cJXL \r\n\x87\n" + bytes(90), "other_format", "JPEG XL"),
    ("17-video", lambda: b"\0\0\0\x18ftypisom" + bytes(400), "not_a_picture", "video"),
    ("17-zip", lambda: b"PK\x03\x04" + bytes(400), "not_a_picture", "ZIP"),
    ("17-unknown-bytes", lambda: bytes(range(200, 256)) * 20, "unknown_format", "JPEG, PNG"),
    ("18-avif-cut-in-half", lambda: encoded(photo(), "AVIF")[:9000], "damaged", "AVIF"),
    ("18-heic-cut-in-half", lambda: encoded(photo(), "HEIF")[:9000], "damaged", "HEIC"),
    ("18-heic-short-by-two-bytes", lambda: encoded(photo(), "HEIF")[:-2], "damaged", "HEIC"),
    ("18-webp-cut-in-half", lambda: encoded(photo(), "WEBP")[:6000], "damaged", "WebP"),
    ("18-heic-of-too-many-pixels",
     lambda: encoded(four_corners(), "HEIF").replace(
         struct.pack(">II", *SIZE), struct.pack(">II", 20_000, 20_000)),
     "too_many_pixels", "400 megapixels"),
    ("19-one-pixel", lambda: encoded(Image.new("RGB", (1, 1)), "PNG"), "too_small", f"1 {TIMES} 1"),
    ("19-one-by-30000", lambda: flat_png(1, 30_000), "too_small", "8 or more"),
    ("19-8-by-30000", lambda: flat_png(8, 30_000), "side_too_long", "20,000"),
    ("24-jpeg-of-500-scans", scan_bomb, "too_many_scans", "layers"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("data", "code", "words"),
    [pytest.param(make, code, words, id=number) for number, make, code, words in REFUSED],
)
def test_it_is_refused_with_one_clear_sentence(data, code, words):
    with pytest.raises(PictureRefused) as refused:
        read_picture(data(), LIMITS)
    sentence = str(refused.value)
    assert refused.value.code == code
    assert refused.value.status == 422
    assert words in sentence
    assert re.fullmatch(r"This [^<>\n]{10,220}\.", sentence), sentence
    if code == "other_format":
        assert "Save it as JPEG or PNG." in sentence


def test_01_a_file_over_the_byte_limit_is_refused_with_413_before_it_is_looked_at():
    with pytest.raises(PictureRefused, match=r"limit is 0\.05 MB") as refused:
        read_picture(b"x" * 50_001, Limits(50_000, 64_000_000))
    assert (refused.value.code, refused.value.status) == ("too_many_bytes", 413)
    assert "0.050001 MB" in str(refused.value)  # never "0.1 MB; the limit is 0.1 MB"


def test_a_picture_exactly_at_every_limit_is_taken():
    data = png()
    read = read_picture(data, Limits(len(data), 64 * 48, min_side=48, max_side=64))
    assert read.image.size == SIZE


def accepted(data: bytes) -> ReadPicture:
    read = read_picture(data, LIMITS)
    assert read.image.mode in ("RGB", "RGBA")
    assert read.image.info == {}
    return read


def corner(read: ReadPicture) -> tuple[int, ...]:
    return read.image.getpixel((0, 0))[:3]


def close(one: tuple[int, ...], other: tuple[int, ...], by: int = 3) -> bool:
    return all(abs(a - b) <= by for a, b in zip(one, other, strict=True))


def test_05_a_jpeg_with_script_behind_its_end_is_read_as_the_picture_it_is():
    read = accepted(jpeg() + SCRIPT)
    assert read.image.tobytes() == accepted(jpeg()).image.tobytes()


PROFILES: list[tuple[str, Callable[[], bytes]]] = [
    ("14-profile-of-random-bytes", lambda: noise(30, 30).tobytes()),
    ("14-profile-cut-off", lambda: rgb_profile()[:200]),
    ("14-profile-for-printing-inks", cmyk_profile),
    ("14-profile-of-3-mb", lambda: rgb_profile(padding=3_000_000)),
    ("14-profile-of-9-mb", lambda: rgb_profile(padding=9_000_000)),
]


@pytest.mark.parametrize("profile", [pytest.param(make, id=number) for number, make in PROFILES])
def test_a_png_with_a_useless_profile_loses_the_profile_and_is_kept(profile):
    read = accepted(png(icc_profile=profile()))
    assert read.icc_profile is None
    assert read.image.tobytes() == four_corners().tobytes()


def test_14_a_broken_profile_in_a_jpeg_or_webp_is_dropped_too():
    for file_format in ("JPEG", "WEBP", "AVIF"):
        data = encoded(four_corners(), file_format, icc_profile=b"not a profile" * 30)
        assert accepted(data).icc_profile is None


def test_16_an_mpo_is_read_as_its_first_frame():
    data = mpo(four_corners(), Image.new("RGB", SIZE, "black"))
    with Image.open(io.BytesIO(data)) as image:
        assert image.format == "MPO"
        assert image.n_frames == 2
    read = accepted(data)
    assert (read.format, read.mime) == ("JPEG", "image/jpeg")
    assert close(corner(read), (255, 0, 0))


@pytest.mark.parametrize("file_format", ["AVIF", "HEIF"])
def test_18_avif_and_heic_are_taken(file_format):
    read = accepted(encoded(four_corners(), file_format))
    assert read.format == file_format
    assert close(corner(read), (255, 0, 0), by=8)


def test_20_a_cmyk_jpeg_becomes_rgb():
    data = encoded(four_corners().convert("CMYK"), "JPEG", quality=100)
    assert close(corner(accepted(data)), (255, 0, 0), by=6)


def test_20_a_ycck_jpeg_becomes_rgb():
    data = encoded(Image.new("CMYK", SIZE, (255, 128, 128, 0)), "JPEG", quality=100)
    marker = data.index(b"Adobe\0")
    ycck = data[: marker + 11] + b"\2" + data[marker + 12 :]
    with Image.open(io.BytesIO(ycck)) as image:
        assert image.mode == "CMYK"
        expected = image.convert("RGB").getpixel((0, 0))
    assert corner(accepted(ycck)) == expected


def ramp_16() -> np.ndarray:
    return np.linspace(0, 65_535, 64 * 48).round().astype(np.uint16).reshape(48, 64)


def test_21_a_16_bit_grey_png_is_scaled_not_cut():
    levels = ramp_16()
    read = accepted(raw_png(levels, bit_depth=16, colour_type=0))
    expected = np.rint(levels / 257).astype(np.uint8)
    assert np.array_equal(np.asarray(read.image)[..., 0], expected)


def test_21_a_16_bit_colour_png_keeps_black_white_and_the_steps_between():
    levels = np.stack([ramp_16()] * 3, axis=2)
    values = np.asarray(accepted(raw_png(levels, bit_depth=16, colour_type=2)).image)[..., 0]
    assert values[0, 0] == 0
    assert values[-1, -1] == 255
    assert np.abs(values - levels[..., 0] / 257).max() <= 1


def test_21_a_16_bit_png_with_a_transparent_key_keeps_its_transparency():
    key = png_chunk(b"tRNS", struct.pack(">H", 0))
    read = accepted(raw_png(ramp_16(), bit_depth=16, colour_type=0, extra=key))
    alpha = np.asarray(read.image.getchannel("A"))
    assert read.image.mode == "RGBA"
    assert (alpha[0, 0], alpha[0, 1]) == (0, 255)


def palette_with_transparency() -> bytes:
    image = four_corners().convert("P", palette=Image.Palette.ADAPTIVE, colors=4)
    return encoded(image, "PNG", transparency=image.getpixel((0, 0)))


ODD_MODES: list[tuple[str, Callable[[], bytes], str, tuple[int, ...]]] = [
    ("22-palette", lambda: encoded(four_corners().quantize(8), "PNG"), "RGB", (255, 0, 0)),
    ("22-palette-with-trns", palette_with_transparency, "RGBA", (255, 0, 0, 0)),
    ("22-grey-alpha", lambda: encoded(Image.new("LA", SIZE, (90, 40)), "PNG"), "RGBA",
     (90, 90, 90, 40)),
    ("22-one-bit", lambda: encoded(Image.new("1", SIZE, 1), "PNG"), "RGB", (255, 255, 255)),
    ("22-one-bit-with-key", lambda: encoded(Image.new("1", SIZE, 1), "PNG", transparency=1), "RGBA",
     (255, 255, 255, 0)),
    ("22-grey", lambda: encoded(Image.new("L", SIZE, 77), "JPEG", quality=100), "RGB", (77,) * 3),
    ("22-grey-with-key", lambda: encoded(Image.new("L", SIZE, 9), "PNG", transparency=9), "RGBA",
     (9, 9, 9, 0)),
    ("22-rgb-with-key", lambda: encoded(four_corners(), "PNG", transparency=(255, 0, 0)), "RGBA",
     (255, 0, 0, 0)),
    ("22-rgb-with-16-bit-key",
     lambda: raw_png(np.full((48, 64, 3), 0x1234), bit_depth=16, colour_type=2,
                     extra=png_chunk(b"tRNS", struct.pack(">3H", *[0x1234] * 3))),
     "RGBA", (0x12, 0x12, 0x12, 0)),
    ("22-webp-with-alpha",
     lambda: encoded(Image.new("RGBA", SIZE, (9, 99, 200, 55)), "WEBP", lossless=True),
     "RGBA", (9, 99, 200, 55)),
]  # fmt: skip


@pytest.mark.parametrize(
    ("data", "mode", "pixel"),
    [pytest.param(make, mode, pixel, id=number) for number, make, mode, pixel in ODD_MODES],
)
def test_every_kind_of_pixel_becomes_rgb_or_rgba(data, mode, pixel):
    read = accepted(data())
    assert read.image.mode == mode
    assert read.image.getpixel((0, 0)) == pixel


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_23_orientation_6_is_turned_upright(file_format):
    read = accepted(encoded(four_corners(), file_format, exif=exif_block(6)))
    assert read.image.size == (48, 64)
    assert close(read.image.getpixel((40, 5)), (255, 0, 0), by=12)


def test_24_an_exif_block_full_of_nonsense_does_not_keep_a_picture_out():
    for block in (b"Exif\0\0", b"Exif\0\0II*\0\xff\xff\xff\xff", b"Exif\0\0MM\0*" + b"\xff" * 90):
        assert accepted(jpeg(exif=block)).image.size == SIZE


def test_29_hostile_names_inside_a_file_go_nowhere():
    read = accepted(png_with_chunk(png(), b"tEXt", b'Title\0../../etc/passwd"><img onerror=x>'))
    assert read.image.info == {}
    assert not hasattr(read.image, "filename")


SMALL_FILES = [encoded(photo(32, 24), file_format) for file_format in STILL_FORMATS]


@settings(max_examples=300, deadline=None)
@given(
    data=st.sampled_from(SMALL_FILES),
    places=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=6),
    kept=st.floats(0.3, 1),
)
def test_a_file_changed_anywhere_is_read_or_refused_and_nothing_else(data, places, kept):
    broken = bytearray(data)
    for place, value in places:
        broken[int(place * (len(broken) - 1))] = value
    with contextlib.suppress(PictureRefused):
        read = read_picture(bytes(broken[: int(len(broken) * kept)]), Limits(10**6, 10**6))
        assert read.image.mode in ("RGB", "RGBA")
