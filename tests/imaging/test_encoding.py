"""What is sent, kept and shown: right pixels, right size, no metadata."""

import base64
import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from editor.imaging.encoding import (
    DoesNotFit,
    MaskDialect,
    cut_frame,
    cut_mask,
    encode_for_call,
    encode_full,
    encode_mask,
    encode_master,
)
from editor.imaging.framing import Box, Frame, Size, frame_whole
from editor.imaging.reading import Limits, as_srgb, read_picture
from editor.imaging.renditions import RenditionFormat, encode_renditions, placeholder
from tests.imaging.profiles import rgb_profile
from tests.pictures import (
    SECRET,
    encoded,
    exif_block,
    four_corners,
    noise,
    painted_mask,
    photo,
    png_with_chunk,
)

SIZE = (120, 80)
NAMES = ("alpha", "luminance", "dual")


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def whole(image: Image.Image, asked: str = "auto") -> Frame:
    return frame_whole(Size(*image.size), [asked], asked, None)


# Mask dialects


def test_the_alpha_dialect_is_black_and_clear_where_to_edit():
    mask = painted_mask(SIZE)
    written = opened(encode_mask(mask, MaskDialect.ALPHA))
    assert (written.format, written.mode, written.size) == ("PNG", "RGBA", SIZE)
    pixels, painted = np.asarray(written), np.asarray(mask) > 0
    assert (pixels[..., 3] == np.where(painted, 0, 255)).all()
    assert (pixels[..., :3] == 0).all()


def test_the_luminance_dialect_is_white_where_to_edit():
    mask = painted_mask(SIZE)
    written = opened(encode_mask(mask, MaskDialect.LUMINANCE))
    assert written.mode == "L"
    assert written.tobytes() == mask.tobytes()


def test_the_dual_dialect_reads_right_by_alpha_and_by_luminance():
    mask = painted_mask(SIZE)
    pixels = np.asarray(opened(encode_mask(mask, MaskDialect.DUAL)))
    painted = np.asarray(mask) > 0
    assert (pixels[painted] == (255, 255, 255, 0)).all()
    assert (pixels[~painted] == (0, 0, 0, 255)).all()


def test_an_alpha_mask_laid_on_white_reads_right_by_luminance():
    mask = painted_mask(SIZE)
    clear = opened(encode_mask(mask, MaskDialect.ALPHA))
    white = Image.new("RGBA", SIZE, "white")
    assert Image.alpha_composite(white, clear).convert("L").tobytes() == mask.tobytes()


def test_a_model_that_takes_no_mask_has_none_to_write():
    with pytest.raises(ValueError, match="none"):
        encode_mask(painted_mask(SIZE), MaskDialect.NONE)


# Cutting


def test_the_padding_repeats_the_edge_of_picture_and_mask():
    image = four_corners(40, 20)
    mask = Image.new("L", (40, 20))
    mask.paste(255, (0, 15, 20, 20))
    frame = frame_whole(Size(40, 20), ["40x40"], "40x40", None)
    sent, sent_mask = cut_frame(image, frame), cut_mask(mask, frame)
    assert sent.size == sent_mask.size == (40, 40)
    assert sent.crop(frame.inner).tobytes() == image.tobytes()
    assert sent.getpixel((5, 0)) == (255, 0, 0)
    assert sent.getpixel((35, 39)) == (0, 0, 255)
    assert sent_mask.crop(frame.inner).tobytes() == mask.tobytes()
    assert sent_mask.getpixel((5, 39)) == 255
    assert sent_mask.getpixel((35, 39)) == sent_mask.getpixel((5, 0)) == 0


def test_a_part_of_a_picture_can_be_cut_at_its_own_size():
    image = photo(90, 60)
    frame = Frame(Box(10, 20, 40, 50), Size(30, 30), Box(0, 0, 30, 30))
    assert cut_frame(image, frame).tobytes() == image.crop((10, 20, 40, 50)).tobytes()


def test_colours_under_full_transparency_do_not_bleed_when_shrunk():
    image = Image.new("RGBA", (100, 100), (0, 255, 0, 0))
    image.paste((200, 0, 0, 255), (0, 0, 50, 100))
    small = cut_frame(image, whole(image).scaled(0.13))
    seen = np.asarray(small)[np.asarray(small)[..., 3] > 20]
    assert seen[:, 1].max() <= 2


@settings(max_examples=80, deadline=None)
@given(
    width=st.integers(8, 900), height=st.integers(8, 900),
    x=st.floats(0, 0.999), y=st.floats(0, 0.999),
    asked=st.sampled_from(["auto", "16:9", "24x24", "700x30", "1024x1024"]),
    factor=st.floats(0.02, 1),
)  # fmt: skip
def test_a_single_painted_pixel_survives_every_scale(width, height, x, y, asked, factor):
    mask = Image.new("L", (width, height))
    mask.putpixel((int(x * width), int(y * height)), 255)
    frame = whole(mask, asked).scaled(factor)
    sent = cut_mask(mask, frame)
    assert sent.size == frame.sent
    assert set(sent.tobytes()) <= {0, 255}
    assert sent.crop(frame.inner).getbbox() is not None


# The call


def test_a_small_picture_is_sent_losslessly():
    image = photo(300, 200)
    sent = encode_for_call(image, painted_mask(image.size), whole(image), MaskDialect.DUAL, 4 << 20)
    assert sent.image_mime == "image/png"
    assert opened(sent.image).tobytes() == image.tobytes()
    assert sent.mask == encode_mask(painted_mask(image.size), MaskDialect.DUAL)
    assert sent.size == (300, 200)


@settings(max_examples=40, deadline=None)
@given(
    size=st.tuples(st.integers(8, 400), st.integers(8, 400)),
    mode=st.sampled_from(["RGB", "RGBA"]),
    kind=st.sampled_from([photo, noise]),
    asked=st.sampled_from(["auto", "256x256", "2:1"]),
    dialect=st.sampled_from(MaskDialect),
    ceiling=st.integers(12_000, 400_000),
    masked=st.booleans(),
)
def test_image_and_mask_stay_under_the_ceiling_and_have_one_size(
    size, mode, kind, asked, dialect, ceiling, masked
):
    image = kind(*size, mode=mode)
    mask = painted_mask(size) if masked else None
    frame = whole(image, asked)
    sent = encode_for_call(image, mask, frame, dialect, ceiling)
    assert len(sent.image) + len(sent.mask or b"") <= ceiling * 7 // 8
    shown = opened(sent.image)
    assert shown.size == sent.size
    assert sent.image_mime == Image.MIME[shown.format]
    assert (sent.mask is None) == (mask is None or dialect is MaskDialect.NONE)
    if sent.mask:
        assert opened(sent.mask).size == sent.size
    assert max(sent.size) <= max(frame.sent)


def test_too_large_a_photo_goes_as_a_good_jpeg_before_it_shrinks():
    image = photo(1600, 1200)
    sent = encode_for_call(image, None, whole(image), MaskDialect.NONE, 600_000)
    assert sent.image_mime == "image/jpeg"
    assert sent.size == (1600, 1200)
    apart = np.asarray(opened(sent.image)).astype(int) - np.asarray(image)
    assert np.abs(apart).mean() < 4


def test_no_quality_is_given_up_that_would_have_fitted():
    image = photo(1200, 900)
    loose, tight = (
        encode_for_call(image, None, whole(image), MaskDialect.NONE, ceiling)
        for ceiling in (500_000, 250_000)
    )
    assert len(tight.image) < len(loose.image) <= 500_000
    assert loose.size == tight.size == (1200, 900)


def test_what_just_fails_to_fit_as_png_is_still_sent_without_loss():
    for mode in ("RGB", "RGBA"):
        image = photo(700, 500, mode=mode)
        ceiling = round(len(encode_master(image, None)) * 0.9)
        sent = encode_for_call(image, None, whole(image), MaskDialect.NONE, ceiling)
        assert sent.image_mime == "image/webp"
        assert opened(sent.image).tobytes() == image.tobytes()


def test_the_best_quality_that_fits_is_found():
    image = photo(1200, 900)
    sizes = []
    for quality in (97, 93, 90, 84, 79, 75):
        ceiling = len(encoded(image, "JPEG", quality=quality, subsampling=0)) + 64_001
        sent = encode_for_call(image, None, whole(image), MaskDialect.NONE, ceiling)
        assert sent.size == (1200, 900)
        assert len(sent.image) > 0.6 * (ceiling - 64_000)
        sizes.append(len(sent.image))
    assert sizes == sorted(sizes, reverse=True)


def test_a_picture_keeps_its_size_where_webp_still_fits_and_jpeg_does_not():
    image = photo(1200, 900)
    least = len(encoded(image, "JPEG", quality=75))
    sent = encode_for_call(image, None, whole(image), MaskDialect.NONE, round(least * 0.8))
    assert (sent.image_mime, sent.size) == ("image/webp", (1200, 900))
    assert opened(sent.image).mode == "RGB"


def test_what_cannot_fit_at_any_quality_is_made_smaller_in_its_shape():
    image = noise(800, 600)
    sent = encode_for_call(
        image, painted_mask((800, 600)), whole(image), MaskDialect.ALPHA, 100_000
    )
    assert sent.size.width < 800
    assert sent.size.aspect == pytest.approx(4 / 3, rel=0.02)


def test_transparency_is_sent_as_it_is_and_never_as_jpeg():
    image = photo(900, 700, mode="RGBA")
    sent = encode_for_call(image, None, whole(image), MaskDialect.NONE, 300_000)
    assert sent.image_mime == "image/webp"
    assert opened(sent.image).mode == "RGBA"


def test_an_alpha_channel_that_hides_nothing_is_left_out():
    image = photo(900, 700)
    image.putalpha(255)
    sent = encode_for_call(image, None, whole(image), MaskDialect.NONE, 300_000)
    assert sent.image_mime == "image/jpeg"


def test_room_is_left_for_the_other_fields():
    image = noise(1200, 900)
    sent = encode_for_call(image, None, whole(image), MaskDialect.NONE, 2_000_000)
    assert 1_000_000 < len(sent.image) <= 2_000_000 - 64_000


def test_a_ceiling_too_low_for_anything_is_an_honest_error():
    image = photo()
    with pytest.raises(DoesNotFit):
        encode_for_call(image, None, whole(image), MaskDialect.NONE, 20)


# Kept and shown


def test_no_metadata_leaves_in_any_file():
    data = png_with_chunk(
        encoded(photo(), "PNG", exif=exif_block(1, private=True), icc_profile=rgb_profile()),
        b"tEXt", b"Comment\0" + SECRET.encode("latin-1"),
    )  # fmt: skip
    jpeg = encoded(photo(), "JPEG", exif=exif_block(6, private=True), comment=SECRET.encode())
    for original in (data, jpeg):
        assert SECRET.encode() in original
        read = read_picture(original, Limits(10**8, 10**8))
        dirty = read.image.copy()
        dirty.info = {"comment": SECRET, "exif": exif_block(private=True), "xmp": SECRET.encode()}
        for image in (read.image, dirty):
            call = encode_for_call(
                as_srgb(read), painted_mask(image.size), whole(image), MaskDialect.DUAL, 90_000
            )
            full, _extension = encode_full(image, read.icc_profile)
            for written in (
                call.image,
                call.mask,
                full,
                encode_master(image, read.icc_profile),
                encode_renditions(image, read.icc_profile, [200])[200],
                encode_renditions(image, read.icc_profile, [200], RenditionFormat.WEBP)[200],
                base64.b64decode(placeholder(image).partition(",")[2]),
            ):
                assert SECRET.encode() not in written
                assert len(opened(written).getexif()) == 0
            assert "icc_profile" not in opened(call.image).info


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
@pytest.mark.parametrize("profile", [None, rgb_profile()])
def test_a_master_holds_every_bit_and_the_profile(mode, profile):
    image = noise(90, 70, mode=mode)
    master = opened(encode_master(image, profile))
    assert master.format == "PNG"
    assert master.tobytes() == image.tobytes()
    assert master.info.get("icc_profile") == profile


def test_a_full_size_file_is_jpeg_unless_something_shows_through():
    data, extension = encode_full(photo(300, 200), rgb_profile())
    assert (opened(data).format, extension) == ("JPEG", "jpg")
    assert opened(data).info["icc_profile"] == rgb_profile()
    data, extension = encode_full(photo(300, 200, mode="RGBA"), None)
    assert (opened(data).format, extension) == ("PNG", "png")
