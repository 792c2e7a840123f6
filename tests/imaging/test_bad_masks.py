"""Bad and odd masks, one line each. The numbers are those of the list of bad inputs."""

import base64
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from editor.imaging.masking import MaskRefused, measure_mask, read_mask
from tests.pictures import (
    animated,
    encoded,
    flat_png,
    four_corners,
    painted_mask,
    raw_png,
    text_bomb,
    with_flipped_bit,
)

SIZE = (64, 48)
TIMES = "\N{MULTIPLICATION SIGN}"


def png() -> bytes:
    return encoded(four_corners())


def mask_png(mask: Image.Image, **options) -> bytes:
    return encoded(mask, "PNG", **options)


MASK_REFUSED: list[tuple[str, Callable[[], bytes], str, str]] = [
    ("37-mask-of-another-size", lambda: mask_png(painted_mask((48, 64))), "other_size",
     f"64 {TIMES} 48"),
    ("38-empty-mask", lambda: mask_png(Image.new("L", SIZE)), "empty", "paint"),
    ("38-transparent-mask", lambda: mask_png(Image.new("RGBA", SIZE)), "empty", "paint"),
    ("39-jpeg-mask", lambda: encoded(painted_mask(SIZE), "JPEG"), "not_png", "JPEG"),
    ("42-mask-bomb", lambda: flat_png(20_000, 20_000), "other_size", f"20000 {TIMES} 20000"),
    ("42-svg-mask", lambda: b"<svg/>", "not_png", "SVG"),
    ("42-animated-mask", lambda: animated("PNG"), "animated", "moving"),
    ("42-mask-cut-in-half", lambda: mask_png(painted_mask(SIZE))[:90], "damaged", "damaged"),
    ("42-mask-with-a-flipped-bit", lambda: with_flipped_bit(mask_png(painted_mask(SIZE)), 70),
     "damaged", "damaged"),
    ("42-mask-with-50-mb-of-text", lambda: text_bomb(png()), "damaged", "damaged"),
    ("42-empty-file", lambda: b"", "not_png", "PNG"),
    ("43-data-url", lambda: b"data:image/png;base64," + base64.b64encode(png()), "not_png", "PNG"),
    ("44-base64-without-a-header", lambda: base64.encodebytes(png()), "not_png", "PNG"),
    ("44-base64-for-urls", lambda: base64.urlsafe_b64encode(png()), "not_png", "PNG"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("data", "code", "words"),
    [pytest.param(make, code, words, id=number) for number, make, code, words in MASK_REFUSED],
)
def test_a_bad_mask_is_refused_with_one_clear_sentence(data, code, words):
    with pytest.raises(MaskRefused) as refused:
        read_mask(data(), SIZE)
    assert refused.value.code == code
    assert words in str(refused.value)
    assert str(refused.value).endswith(".")


def test_38_a_mask_that_covers_everything_says_so():
    measure = measure_mask(read_mask(mask_png(Image.new("L", SIZE, 255)), SIZE))
    assert measure.covers_everything
    assert measure.share == 1


def grey_steps() -> Image.Image:
    return Image.frombytes("L", (64, 4), bytes(range(256)))


MASK_NORMALISED: list[tuple[str, Callable[[], Image.Image]]] = [
    ("40-grey", grey_steps),
    ("40-colour", lambda: grey_steps().convert("RGB")),
    ("40-white-with-grey-alpha", lambda: Image.merge(
        "LA", (Image.new("L", (64, 4), 255), grey_steps()))),
    ("40-white-paint-on-transparent", lambda: Image.merge(
        "RGBA", (*[Image.new("L", (64, 4), 255)] * 3, grey_steps()))),
    ("40-grey-paint-on-opaque", lambda: Image.merge(
        "RGBA", (*[grey_steps()] * 3, Image.new("L", (64, 4), 255)))),
    ("40-palette", lambda: grey_steps().convert("P")),
]  # fmt: skip


@pytest.mark.parametrize(
    "mask", [pytest.param(make, id=number) for number, make in MASK_NORMALISED]
)
def test_a_mask_keeps_its_greys_but_not_its_noise(mask):
    read = read_mask(mask_png(mask()), (64, 4))
    assert read.mode == "L"
    assert read.tobytes() == bytes(8) + bytes(range(8, 256))


def test_40_a_one_bit_and_a_16_bit_mask_are_read_alike():
    one_bit = painted_mask(SIZE).convert("1", dither=Image.Dither.NONE)
    deep = np.asarray(painted_mask(SIZE)).astype(np.uint16) * 257
    expected = painted_mask(SIZE).tobytes()
    assert read_mask(mask_png(one_bit), SIZE).tobytes() == expected
    assert read_mask(raw_png(deep, bit_depth=16, colour_type=0), SIZE).tobytes() == expected
