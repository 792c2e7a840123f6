"""Files of every kind go the whole way: read, composed, kept without loss, read again."""

import numpy as np
import pytest
from PIL import Image

from editor.imaging.composing import Blend, compose
from editor.imaging.encoding import MaskDialect, cut_frame, encode_for_call, encode_master
from editor.imaging.framing import Size, frame_whole
from editor.imaging.reading import Limits, ReadPicture, as_srgb, read_picture
from tests.imaging.laying import same_outside
from tests.imaging.profiles import (
    ADOBE_RGB,
    DISPLAY_P3,
    cmyk_profile,
    grey_profile,
    rgb_profile,
)
from tests.imaging.redrawing import Redrawing, redrawn
from tests.pictures import (
    STILL_FORMATS,
    encoded,
    exif_block,
    four_corners,
    noise,
    painted_mask,
    photo,
    raw_png,
)

LIMITS = Limits(max_bytes=50_000_000, max_pixels=20_000_000)
WIDE, ODD = (320, 240), (301, 203)
PAINTED = (0.1, 0.15, 0.45, 0.6)


def sixteen_bit(mode: str) -> bytes:
    """A PNG of 16 bits per channel: L, LA, RGB or RGBA."""
    levels = np.asarray(photo(*ODD, mode=mode)).astype(np.uint16) * 257
    colour_type = {"L": 0, "RGB": 2, "LA": 4, "RGBA": 6}[mode]
    return raw_png(levels, bit_depth=16, colour_type=colour_type)


def palette(*, clear: bool) -> bytes:
    image = photo(*ODD).quantize(64)
    return encoded(image, "PNG", **({"transparency": 3} if clear else {}))


FILES = {
    **{f"plain {kind}": (lambda kind=kind: encoded(photo(*WIDE), kind)) for kind in STILL_FORMATS},
    "cmyk": lambda: encoded(photo(*ODD, mode="CMYK"), "JPEG", quality=95),
    "cmyk with a printing profile": lambda: encoded(
        photo(*ODD, mode="CMYK"), "JPEG", icc_profile=cmyk_profile()
    ),
    "grey": lambda: encoded(photo(*ODD, mode="L"), "JPEG"),
    "grey with a profile": lambda: encoded(
        photo(*ODD, mode="L"), "PNG", icc_profile=grey_profile(1.8)
    ),
    "black and white": lambda: encoded(photo(*ODD).convert("1"), "PNG"),
    **{f"16 bit {mode}": (lambda mode=mode: sixteen_bit(mode)) for mode in ("L", "LA", "RGB")},
    "16 bit RGBA": lambda: sixteen_bit("RGBA"),
    "palette": lambda: palette(clear=False),
    "palette with a clear colour": lambda: palette(clear=True),
    "alpha png": lambda: encoded(photo(*ODD, mode="RGBA"), "PNG"),
    "alpha webp": lambda: encoded(photo(*ODD, mode="RGBA"), "WEBP", lossless=True, exact=True),
    "grey with alpha": lambda: encoded(photo(*ODD, mode="LA"), "PNG"),
    "progressive": lambda: encoded(photo(*ODD), "JPEG", progressive=True),
    "display p3": lambda: encoded(photo(*ODD), "JPEG", icc_profile=rgb_profile(DISPLAY_P3)),
    "adobe rgb": lambda: encoded(photo(*ODD), "PNG", icc_profile=rgb_profile(ADOBE_RGB)),
    "wide gamut with alpha": lambda: encoded(
        photo(*ODD, mode="RGBA"), "PNG", icc_profile=rgb_profile(ADOBE_RGB)
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_nothing_unpainted_changes_on_the_way_from_file_to_file(name):
    read = read_picture(FILES[name](), LIMITS)
    mask = painted_mask(read.image.size, PAINTED)
    frame = frame_whole(Size(*read.image.size), ["256x256"], "256x256", None)
    sent = encode_for_call(as_srgb(read), mask, frame, MaskDialect.DUAL, 4_000_000)
    seen = read_picture(sent.image, LIMITS).image
    answer = redrawn(seen, Redrawing(3, -2, 1.004), cut_frame(mask, frame))
    result = compose(read, mask, ReadPicture(answer, None, "PNG", "image/png"), frame, Blend(4))
    kept = read_picture(encode_master(result.image, result.icc_profile), LIMITS)
    assert result.lock.holds
    assert kept.image.size == read.image.size
    assert kept.icc_profile == read.icc_profile
    assert kept.image.tobytes() == result.image.tobytes()
    assert same_outside(read.image, kept.image, mask)
    inside = np.asarray(mask) == 255
    assert (np.asarray(read.image.convert("RGB")) != np.asarray(kept.image.convert("RGB")))[
        inside
    ].mean() > 0.3


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_paint_lands_upright_however_the_camera_was_held(orientation, kind):
    """The mask is painted on what people see; so it must meet the pixels they see."""
    stored = four_corners(64, 48)
    read = read_picture(encoded(stored, kind, exif=exif_block(orientation)), LIMITS)
    assert read.image.size == ((64, 48) if orientation < 5 else (48, 64))
    mask = Image.new("L", read.image.size)
    mask.paste(255, (2, 3, 12, 15))
    frame = frame_whole(Size(*read.image.size), ["auto"], "auto", None)
    black = ReadPicture(Image.new("RGB", read.image.size), None, "PNG", "image/png")
    result = compose(read, mask, black, frame, 0)
    kept = read_picture(encode_master(result.image, result.icc_profile), LIMITS).image
    painted = np.asarray(mask) > 0
    assert (np.asarray(kept)[painted] == 0).all()
    assert (np.asarray(kept)[~painted] == np.asarray(read.image)[~painted]).all()


def test_an_edit_in_a_wide_gamut_keeps_colours_that_srgb_does_not_have():
    """Only what was painted goes through sRGB; the strong red beside it stays as strong."""
    wide = Image.new("RGB", ODD, (255, 0, 0))
    read = read_picture(encoded(wide, "PNG", icc_profile=rgb_profile(ADOBE_RGB)), LIMITS)
    mask = painted_mask(ODD, PAINTED)
    frame = frame_whole(Size(*ODD), ["auto"], "auto", None)
    answer = ReadPicture(noise(*ODD), None, "PNG", "image/png")
    result = compose(read, mask, answer, frame, 6)
    assert result.icc_profile == rgb_profile(ADOBE_RGB)
    outside = np.asarray(mask) == 0
    assert (np.asarray(result.image)[outside] == (255, 0, 0)).all()
