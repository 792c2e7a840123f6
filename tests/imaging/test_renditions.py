"""What pages show of a picture: the right size, in sRGB, and with nothing private in it."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from editor.imaging.renditions import RenditionFormat, encode_renditions, placeholder
from tests.imaging.profiles import rgb_profile
from tests.pictures import SECRET, exif_block, photo

FORMATS = list(RenditionFormat)


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def rendition(image, icc_profile, side, kind=RenditionFormat.AVIF, **options):
    return opened(encode_renditions(image, icc_profile, [side], kind, **options)[side])


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize(
    ("size", "side", "shown"),
    [
        ((4000, 3000), 2048, (2048, 1536)),
        ((300, 4000), 480, (36, 480)),
        ((300, 200), 480, (300, 200)),
        ((9000, 9), 480, (480, 1)),
    ],
)
def test_a_rendition_fits_its_side_and_never_grows(size, side, shown, kind):
    made = rendition(Image.new("RGB", size), None, side, kind)
    assert made.format == kind.name
    assert made.size == shown


@pytest.mark.parametrize("kind", FORMATS)
def test_a_rendition_looks_like_the_picture(kind):
    image = photo(1200, 800)
    small = image.resize((480, 320), Image.Resampling.LANCZOS)
    apart = np.asarray(rendition(image, None, 480, kind)).astype(int) - np.asarray(small)
    assert np.abs(apart).mean() < 6


@pytest.mark.parametrize("kind", FORMATS)
def test_a_rendition_shows_a_wide_colour_picture_in_srgb(kind):
    image = Image.new("RGB", (300, 200), (200, 120, 120))
    shown = rendition(image, rgb_profile(), 100, kind, quality=100)
    plain = rendition(image, None, 100, kind, quality=100)
    assert shown.getpixel((50, 30))[0] > plain.getpixel((50, 30))[0] + 5
    assert "icc_profile" not in shown.info


@pytest.mark.parametrize("kind", FORMATS)
def test_a_rendition_holds_nothing_that_the_image_carried(kind):
    dirty = photo(200, 100)
    dirty.info = {"comment": SECRET, "exif": exif_block(private=True), "xmp": SECRET.encode()}
    data = encode_renditions(dirty, None, [100], kind)[100]
    assert SECRET.encode() not in data
    assert not opened(data).getexif()


def test_renditions_made_from_one_another_look_like_those_made_alone():
    image = photo(1500, 1000)
    sides = (320, 900, 90)
    cascade = encode_renditions(image, rgb_profile(), sides, quality=95)
    assert set(cascade) == set(sides)
    for side in sides:
        single = rendition(image, rgb_profile(), side, quality=95)
        apart = np.asarray(opened(cascade[side])).astype(int) - np.asarray(single)
        assert np.abs(apart).mean() < 4


@pytest.mark.parametrize("kind", [RenditionFormat.AVIF, RenditionFormat.WEBP])
def test_a_rendition_keeps_transparency(kind):
    image = photo(600, 400, mode="RGBA")
    shown = rendition(image, rgb_profile(), 300, kind)
    assert shown.mode == "RGBA"
    assert shown.getchannel("A").getextrema()[0] < 20


def test_a_placeholder_is_a_tiny_data_uri():
    text = placeholder(photo(1200, 900))
    assert text.startswith("data:image/webp;base64,")
    assert len(text) < 400
    assert opened(base64.b64decode(text.partition(",")[2])).size == (16, 12)
