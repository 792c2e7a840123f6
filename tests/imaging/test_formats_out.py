"""Downloads: what comes out is read back, and holds the picture, its profile and nothing else."""

import io
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from editor.imaging.formats_out import (
    CannotWrite,
    DownloadAs,
    OutFormat,
    Words,
    encode_download,
)
from editor.imaging.reading import Limits, ReadPicture, as_srgb, read_picture
from tests.imaging.profiles import ADOBE_RGB, rgb_profile
from tests.pictures import SECRET, encoded, exif_block, noise, photo

PROMPT = "Mach's <golden> & “warm”,\nbitte 🌅"
WORDS = Words(PROMPT, "FLUX.2 [pro]")
LIMITS = Limits(10**8, 10**8)
LOSSLESS = [DownloadAs(OutFormat.PNG, 1), DownloadAs(OutFormat.WEBP, 100)]
FORMATS = list(OutFormat)


def read(image: Image.Image, icc_profile: bytes | None = None) -> ReadPicture:
    return ReadPicture(image, icc_profile, "PNG", "image/png")


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def furthest_apart(one: Image.Image, other: Image.Image) -> float:
    """The mean difference of levels."""
    return float(np.abs(np.asarray(one).astype(int) - np.asarray(other.convert(one.mode))).mean())


def told_in(image: Image.Image) -> list[str]:
    """All text in the XMP of a picture."""
    packet = image.info.get("xmp") or image.info["XML:com.adobe.xmp"].encode()
    return list(ElementTree.fromstring(packet).itertext())  # noqa: S314  our own


@pytest.mark.parametrize("how", LOSSLESS, ids=lambda how: how.format.name)
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_what_is_called_lossless_comes_back_to_the_bit(how, mode):
    image = noise(90, 70, mode=mode)
    assert how.is_lossless
    data = encode_download(read(image), how)
    assert opened(data).convert(mode).tobytes() == image.tobytes()
    # The application's own reader agrees with Pillow.
    assert read_picture(data, LIMITS).image.tobytes() == image.tobytes()


@pytest.mark.parametrize("file_format", FORMATS)
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_each_format_gives_the_picture_at_its_size_and_nearly_as_it_was(file_format, mode):
    image = photo(300, 200, mode=mode)
    shown = opened(encode_download(read(image), DownloadAs(file_format, 95)))
    assert shown.format == file_format.name
    assert shown.size == (300, 200)
    expected = image
    if file_format is OutFormat.JPEG and mode == "RGBA":
        expected = Image.new("RGB", image.size, "white")
        expected.paste(image, mask=image.getchannel("A"))
        assert shown.mode == "RGB"
    else:
        assert shown.mode == mode
    if mode == "RGBA" and shown.mode == "RGBA":
        expected, shown = (Image.alpha_composite(Image.new("RGBA", each.size, "grey"), each)
                           for each in (expected, shown))  # fmt: skip
    assert furthest_apart(expected, shown) < 3


@pytest.mark.parametrize("file_format", FORMATS)
@pytest.mark.parametrize("profile", [None, rgb_profile(), rgb_profile(ADOBE_RGB)])
def test_the_profile_goes_along_byte_by_byte(file_format, profile):
    data = encode_download(read(photo(60, 40), profile), DownloadAs(file_format))
    assert opened(data).info.get("icc_profile") == profile


@pytest.mark.parametrize("file_format", [OutFormat.JPEG, OutFormat.WEBP, OutFormat.AVIF])
def test_less_quality_makes_a_smaller_file(file_format):
    picture = read(photo(400, 300))
    sizes = [len(encode_download(picture, DownloadAs(file_format, q))) for q in (30, 75, 99)]
    assert sizes == sorted(sizes)
    assert sizes[0] < sizes[2] / 2


def test_a_jpeg_of_a_transparent_picture_lies_on_the_colour_that_was_chosen():
    clear = Image.new("RGBA", (64, 48), (255, 0, 0, 0))
    clear.paste((0, 0, 255, 255), (32, 0, 64, 48))
    for background, seen in (("#ffffff", (255, 255, 255)), ("#204060", (32, 64, 96))):
        how = DownloadAs(OutFormat.JPEG, 95, background)
        shown = opened(encode_download(read(clear), how))
        assert np.abs(np.subtract(shown.getpixel((8, 8)), seen)).max() <= 3
        assert np.abs(np.subtract(shown.getpixel((56, 8)), (0, 0, 255))).max() <= 3


def test_the_colour_behind_a_wide_gamut_picture_looks_as_chosen():
    clear = Image.new("RGBA", (16, 16), (0, 0, 0, 0))
    how = DownloadAs(OutFormat.JPEG, 100, "#c02020")
    data = encode_download(read(clear, rgb_profile()), how)
    # The values differ, because they are in the picture's profile; the colour is the same.
    assert np.abs(np.subtract(opened(data).getpixel((8, 8)), (192, 32, 32))).max() > 5
    seen = as_srgb(read_picture(data, LIMITS))
    assert np.abs(np.subtract(seen.getpixel((8, 8)), (192, 32, 32))).max() <= 4


@pytest.mark.parametrize("file_format", FORMATS)
def test_nothing_private_goes_along(file_format):
    original = encoded(photo(), "JPEG", exif=exif_block(6, private=True), comment=SECRET.encode())
    picture = read_picture(original, LIMITS)
    dirty = picture.image.copy()
    dirty.info = {"comment": SECRET, "exif": exif_block(private=True), "xmp": SECRET.encode()}
    for image in (picture.image, dirty):
        data = encode_download(read(image), DownloadAs(file_format))
        assert SECRET.encode() not in data
        shown = opened(data)
        assert len(shown.getexif()) == 0
        assert not {"exif", "xmp", "comment", "Description"} & set(shown.info)


@pytest.mark.parametrize("file_format", FORMATS)
def test_prompt_and_model_go_along_when_asked_for_and_nothing_more(file_format):
    picture = read(photo(60, 40), rgb_profile())
    plain = opened(encode_download(picture, DownloadAs(file_format)))
    data = encode_download(picture, DownloadAs(file_format, words=WORDS))
    shown = opened(data)
    assert told_in(shown) == [PROMPT, WORDS.model]
    assert len(shown.getexif()) == 0
    assert shown.info["icc_profile"] == rgb_profile()
    assert shown.tobytes() == plain.tobytes()
    if file_format is OutFormat.PNG:
        assert (shown.text["Description"], shown.text["Source"]) == (PROMPT, WORDS.model)
    Image.open(io.BytesIO(data)).verify()


@given(prompt=st.text(max_size=300), model=st.text(max_size=40))
def test_any_words_make_a_file_that_can_be_read(prompt, model):
    for file_format in (OutFormat.PNG, OutFormat.JPEG):
        how = DownloadAs(file_format, words=Words(prompt, model))
        told = told_in(opened(encode_download(read(photo(16, 16)), how)))
        assert len("".join(told)) <= len(prompt + model)


def test_the_longest_prompt_fits_into_a_jpeg():
    for letter in ("&", "🌅", "ü"):
        how = DownloadAs(OutFormat.JPEG, words=Words(letter * 30_000, "model"))
        assert opened(encode_download(read(photo(16, 16)), how)).info["xmp"]


def test_a_format_that_cannot_hold_the_picture_says_so():
    wide = read(Image.new("RGB", (16_400, 8)))
    with pytest.raises(CannotWrite, match="No side of a WebP file may be longer than 16,383"):
        encode_download(wide, DownloadAs(OutFormat.WEBP))
    for file_format in (OutFormat.PNG, OutFormat.JPEG, OutFormat.AVIF):
        assert opened(encode_download(wide, DownloadAs(file_format))).size == (16_400, 8)
