"""A file becomes an upright 8-bit picture with its colours, and nothing else of it stays."""

import io
import threading
import warnings

import numpy as np
import pytest
from PIL import Image, ImageCms, ImageFile

from editor.imaging.colour import colour_space, convert, working_profile
from editor.imaging.orientation import exif_orientation
from editor.imaging.reading import Limits, ReadPicture, as_srgb, read_picture
from tests.imaging.profiles import (
    ADOBE_RGB,
    cmyk_profile,
    grey_profile,
    rgb_profile,
    srgb_like_profile,
)
from tests.pictures import (
    STILL_FORMATS,
    encoded,
    exif_block,
    four_corners,
    photo,
    png_with_chunk,
    with_claimed_size,
)

LIMITS = Limits(max_bytes=50_000_000, max_pixels=64_000_000)
SIZE = (64, 48)
NAMED = {"red": (255, 0, 0), "lime": (0, 255, 0), "blue": (0, 0, 255), "white": (255, 255, 255)}


def read(data: bytes) -> ReadPicture:
    return read_picture(data, LIMITS)


def corners(image: Image.Image) -> list[str]:
    """Name the colours of the four quarters, clockwise from the top left."""
    across, down = image.width // 4, image.height // 4
    places = [(across, down), (-across, down), (-across, -down), (across, -down)]
    found = []
    for x, y in places:
        pixel = image.getpixel((x % image.width, y % image.height))[:3]
        distances = {
            name: sum(abs(a - b) for a, b in zip(pixel, colour, strict=True))
            for name, colour in NAMED.items()
        }
        name = min(distances, key=distances.__getitem__)
        assert distances[name] < 60, (pixel, name)
        found.append(name)
    return found


UPRIGHT = ["red", "lime", "blue", "white"]


@pytest.mark.parametrize(
    ("file_format", "mime"),
    [
        ("JPEG", "image/jpeg"),
        ("PNG", "image/png"),
        ("WEBP", "image/webp"),
        ("AVIF", "image/avif"),
        ("HEIF", "image/heic"),
    ],
)
def test_every_format_is_read_with_its_own_name(file_format, mime):
    picture = read(encoded(four_corners(), file_format))
    assert (picture.format, picture.mime) == (file_format, mime)
    assert (picture.image.mode, picture.image.size) == ("RGB", SIZE)
    assert corners(picture.image) == UPRIGHT


@pytest.mark.parametrize("file_format", ["PNG", "WEBP"])
def test_lossless_pixels_come_through_untouched(file_format):
    image = photo(90, 60, mode="RGBA")
    options = {"lossless": True, "exact": True} if file_format == "WEBP" else {}
    assert read(encoded(image, file_format, **options)).image.tobytes() == image.tobytes()


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP", "AVIF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_comes_out_upright(file_format, orientation):
    turns = {
        2: [Image.Transpose.FLIP_LEFT_RIGHT],
        3: [Image.Transpose.ROTATE_180],
        4: [Image.Transpose.FLIP_TOP_BOTTOM],
        5: [Image.Transpose.TRANSPOSE],
        6: [Image.Transpose.ROTATE_90],  # stored so that turning it by 270 sets it right
        7: [Image.Transpose.TRANSVERSE],
        8: [Image.Transpose.ROTATE_270],
    }
    stored = four_corners()
    for turn in turns.get(orientation, []):
        stored = stored.transpose(turn)
    picture = read(encoded(stored, file_format, exif=exif_block(orientation)))
    assert picture.image.size == SIZE
    assert corners(picture.image) == UPRIGHT


def test_an_orientation_of_another_kind_of_picture_survives_the_palette():
    stored = four_corners().transpose(Image.Transpose.ROTATE_90).quantize(4)
    picture = read(encoded(stored, "PNG", exif=exif_block(6)))
    assert corners(picture.image) == UPRIGHT


@pytest.mark.parametrize("quarter_turns", [0, 1, 2, 3])
def test_heic_is_turned_once_by_its_own_property(quarter_turns):
    stored = four_corners().rotate(-90 * quarter_turns, expand=True)
    data = encoded(stored, "HEIF", quarter_turns=quarter_turns, exif=exif_block(6))
    assert corners(read(data).image) == UPRIGHT


@pytest.mark.parametrize("brand", [b"mif1", b"heix"])
def test_heic_under_another_brand_is_still_heic(brand):
    assert read(encoded(four_corners(), "HEIF", brand=brand)).format == "HEIF"


@pytest.mark.parametrize(
    ("block", "orientation"),
    [
        (None, 1),
        (b"", 1),
        (b"Exif\0\0", 1),
        (exif_block(6), 6),
        (exif_block(6).removeprefix(b"Exif\0\0"), 6),
        (exif_block(8, private=True), 8),
        (exif_block(9), 1),
        (exif_block(6)[:12], 1),
        (b"MM\0*" + b"\xff" * 40, 1),
    ],
)
def test_only_a_sound_orientation_is_believed(block, orientation):
    assert exif_orientation(block) == orientation


# Colours


@pytest.mark.parametrize("file_format", STILL_FORMATS)
def test_a_wide_colour_profile_is_kept_and_values_are_left_alone(file_format):
    profile = rgb_profile()
    options = {} if file_format == "HEIF" else {"quality": 100}
    plain = read(encoded(four_corners(), file_format, **options))
    tagged = read(encoded(four_corners(), file_format, icc_profile=profile, **options))
    assert plain.icc_profile is None
    assert tagged.icc_profile == profile
    assert tagged.image.tobytes() == plain.image.tobytes()


def test_a_profile_that_means_srgb_counts_as_srgb():
    official = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for profile in (official, srgb_like_profile()):
        assert read(encoded(four_corners(), "PNG", icc_profile=profile)).icc_profile is None


def test_a_picture_in_srgb_is_given_to_upstream_as_it_is():
    picture = read(encoded(photo(), "PNG"))
    assert as_srgb(picture) is picture.image


def test_wide_colours_become_stronger_srgb_values_and_alpha_stays():
    image = Image.new("RGBA", SIZE, (200, 120, 120, 77))
    picture = read(encoded(image, "PNG", icc_profile=rgb_profile()))
    red, green, blue, alpha = as_srgb(picture).getpixel((0, 0))
    assert red > 203  # the same colour needs more red in the smaller space
    assert max(green, blue) < 120
    assert alpha == 77
    assert picture.image.getpixel((0, 0)) == (200, 120, 120, 77)


def test_there_and_back_through_a_profile_costs_at_most_two_levels():
    soft = photo(200, 150).point(lambda level: 60 + level // 2)
    profile = rgb_profile(ADOBE_RGB)
    back = convert(convert(soft, None, profile), profile, None)
    apart = np.abs(np.asarray(back).astype(int) - np.asarray(soft).astype(int))
    assert apart.max() <= 2


def test_a_cmyk_jpeg_goes_through_its_own_profile():
    inks = Image.new("CMYK", SIZE, (0, 200, 200, 0))
    picture = read(encoded(inks, "JPEG", icc_profile=cmyk_profile(), quality=100))
    plain = read(encoded(inks, "JPEG", quality=100))
    assert picture.icc_profile is None
    assert picture.image.getpixel((0, 0)) != plain.image.getpixel((0, 0))
    red, green, _blue = picture.image.getpixel((0, 0))
    assert red > green + 80  # the test profile prints everything in a strong pink


def test_a_cmyk_jpeg_with_a_broken_profile_is_converted_plainly():
    inks = Image.new("CMYK", SIZE, (0, 200, 200, 0))
    broken = read(encoded(inks, "JPEG", icc_profile=b"broken" * 40, quality=100))
    plain = read(encoded(inks, "JPEG", quality=100))
    assert broken.image.tobytes() == plain.image.tobytes()


def test_a_grey_picture_goes_through_its_own_gamma():
    linear = read(encoded(Image.new("L", SIZE, 128), "PNG", icc_profile=grey_profile(1.0)))
    assert linear.image.getpixel((0, 0)) == (188, 188, 188)
    assert linear.icc_profile is None


def test_a_grey_picture_with_alpha_keeps_it_through_its_gamma():
    grey = Image.new("LA", SIZE, (128, 33))
    linear = read(encoded(grey, "PNG", icc_profile=grey_profile(1.0)))
    assert linear.image.getpixel((0, 0)) == (188, 188, 188, 33)


def test_profiles_are_told_apart():
    assert colour_space(rgb_profile()) == "RGB"
    assert colour_space(cmyk_profile()) == "CMYK"
    assert colour_space(grey_profile(2.2)) == "GRAY"
    assert colour_space(b"nothing") is None
    assert colour_space(None) is None
    assert working_profile(cmyk_profile()) is None


# Manners


def test_the_picture_holds_no_file_and_no_metadata():
    data = png_with_chunk(
        encoded(photo(), "PNG", exif=exif_block(1, private=True)), b"tEXt", b"Author\0Alice"
    )
    picture = read(data)
    assert type(picture.image) is Image.Image
    assert picture.image.info == {}
    assert len(picture.image.getexif()) == 0


def test_reading_changes_nothing_that_other_threads_share():
    before = (
        Image.MAX_IMAGE_PIXELS,
        ImageFile.LOAD_TRUNCATED_IMAGES,
        list(warnings.filters),
        dict(Image.OPEN),
    )
    for file_format in STILL_FORMATS:
        read(encoded(photo(), file_format))
    after = (
        Image.MAX_IMAGE_PIXELS,
        ImageFile.LOAD_TRUNCATED_IMAGES,
        list(warnings.filters),
        dict(Image.OPEN),
    )
    assert after == before


def test_many_threads_read_at_once():
    files = [encoded(photo(200, 150), name, icc_profile=rgb_profile()) for name in STILL_FORMATS]
    expected = [read(data).image.tobytes() for data in files]
    wrong = []

    def read_all() -> None:
        for data, pixels in zip(files, expected, strict=True):
            if read(data).image.tobytes() != pixels:
                wrong.append(data[:12])

    threads = [threading.Thread(target=read_all) for _thread in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_size_over_the_limit_is_refused_although_no_pixel_could_be_decoded(monkeypatch):
    def decoded(*_args: object) -> None:
        pytest.fail("pixels were decoded before the size was judged")

    monkeypatch.setattr(ImageFile.ImageFile, "load", decoded)
    for file_format in ("PNG", "JPEG"):
        data = with_claimed_size(encoded(photo(64, 64), file_format), 9000, 9000)
        with pytest.raises(ValueError, match="81 megapixels"):
            read(data)


def test_the_drawn_heic_is_a_real_one():
    """The hand-written HEIC files show the picture they were drawn from."""
    image = photo(130, 70)
    picture = read(encoded(image, "HEIF"))
    expected = Image.open(io.BytesIO(encoded(image, "JPEG", quality=100)))
    apart = np.abs(np.asarray(picture.image).astype(int) - np.asarray(expected).astype(int))
    assert apart.mean() < 3
