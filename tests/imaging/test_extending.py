"""A larger canvas: the picture on it stays as it was, and the mask is exactly the rest."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from editor.imaging import apart, steps
from editor.imaging.encoding import MaskDialect, encode_kept_mask
from editor.imaging.extending import extended, new_area, with_overlap
from editor.imaging.framing import Box, Size, frame_whole
from editor.imaging.margins import Margins, overlap
from editor.imaging.reading import Limits, read_picture
from editor.imaging.steps import Kept
from tests.imaging.profiles import rgb_profile
from tests.pictures import encoded, noise, photo

SIDE = st.integers(8, 60)
MARGIN = st.one_of(st.just(0), st.integers(0, 9), st.integers(0, 150))
MARGINS = st.builds(Margins, MARGIN, MARGIN, MARGIN, MARGIN)
SIDES = (64, 32)


@settings(max_examples=150)
@given(SIDE, SIDE, MARGINS, st.sampled_from(["RGB", "RGBA"]), st.integers(0, 5))
def test_the_picture_lies_on_its_canvas_bit_for_bit(width, height, margins, mode, seed):
    picture = noise(width, height, seed=seed, mode=mode)
    canvas = extended(picture, margins)
    assert canvas.mode == mode
    assert canvas.size == margins.canvas(Size(width, height))
    assert canvas.crop(margins.inner(Size(width, height))).tobytes() == picture.tobytes()


@settings(max_examples=100)
@given(SIDE, SIDE, MARGINS)
def test_the_mask_is_exactly_what_is_new(width, height, margins):
    size = Size(width, height)
    mask = np.array(new_area(size, margins))
    left, top, right, bottom = margins.inner(size)
    assert (mask[top:bottom, left:right] == 0).all()
    assert np.count_nonzero(mask == 255) == mask.size - width * height


@settings(max_examples=60)
@given(SIDE, SIDE, MARGINS, st.tuples(*[st.integers(0, 255)] * 3))
def test_one_colour_is_continued_by_the_same_colour(width, height, margins, colour):
    canvas = np.asarray(extended(Image.new("RGB", (width, height), colour), margins), dtype=int)
    assert np.abs(canvas - colour).max() <= 1


def test_the_edge_goes_on_without_a_step_on_every_side():
    canvas = np.asarray(extended(photo(240, 180), Margins(90, 80, 70, 60)), dtype=int)
    picture = canvas[80:260, 90:330]
    within = (picture[:, 0], picture[:, -1], picture[0], picture[-1])
    beyond = (canvas[80:260, 89], canvas[80:260, 330], canvas[79, 90:330], canvas[260, 90:330])
    for one, other in zip(within, beyond, strict=True):
        assert np.abs(one - other).mean() < 3


def test_what_is_far_away_is_soft():
    canvas = np.asarray(extended(noise(200, 200), Margins(0, 0, 400, 0)), dtype=float)
    near, far = canvas[:, 200:206], canvas[:, 550:600]
    assert np.abs(np.diff(near, axis=0)).mean() > 20
    assert np.abs(np.diff(far, axis=0)).mean() < 2


def test_an_opaque_edge_goes_on_opaque_and_a_transparent_one_transparent():
    picture = photo(80, 60).convert("RGBA")
    picture.paste((0, 0, 0, 0), (0, 0, 80, 20))
    alpha = np.asarray(extended(picture, Margins(50, 50, 50, 50)).getchannel("A"))
    assert (alpha[:50] == 0).all()
    assert (alpha[110:] == 255).all()
    assert (alpha[50:70, :50] == 0).all()
    assert (alpha[70:110, 130:] == 255).all()


def test_a_hole_in_the_middle_leaves_no_dark_spot_beside_the_picture():
    picture = Image.new("RGBA", (90, 60), (240, 200, 60, 255))
    picture.paste((0, 0, 0, 0), (4, 4, 86, 56))
    canvas = np.asarray(extended(picture, Margins(80, 0, 0, 0)), dtype=int)
    assert (canvas[:, :80, 3] == 255).all()
    assert np.abs(canvas[:, :80, :3] - (240, 200, 60)).max() <= 6


def test_a_sliver_of_a_picture_may_get_a_large_canvas():
    canvas = extended(photo(8, 900), Margins(1500, 0, 1500, 10))
    assert canvas.size == (3008, 910)


@settings(max_examples=80)
@given(st.integers(60, 200), st.integers(60, 200), MARGINS)
def test_what_is_sent_reaches_into_the_picture_by_the_overlap_and_no_farther(
    width, height, margins
):
    size = Size(width, height)
    inner, reach = margins.inner(size), overlap(size)
    sent = np.asarray(with_overlap(new_area(size, margins), inner))
    deep = [reach if margin else 0 for margin in margins]
    across = np.arange(sent.shape[1])
    down = np.arange(sent.shape[0])
    kept_across = (across >= inner.left + deep[0]) & (across < inner.right - deep[2])
    kept_down = (down >= inner.top + deep[1]) & (down < inner.bottom - deep[3])
    kept = kept_down[:, None] & kept_across
    assert ((sent == 0) == kept).all()


def test_paint_inside_the_picture_is_sent_as_it_is():
    size, margins = Size(200, 150), Margins(100, 0, 0, 0)
    mask = new_area(size, margins)
    mask.paste(200, (220, 60, 240, 80))
    sent = np.array(with_overlap(mask, margins.inner(size)))
    assert (sent[60:80, 220:240] == 200).all()
    sent[60:80, 220:240] = 0
    assert (sent[:, 120:] == 0).all()


def test_erased_paint_beside_the_picture_does_not_come_back():
    size, margins = Size(200, 150), Margins(100, 0, 0, 0)
    mask = Image.new("L", margins.canvas(size))
    mask.paste(255, (80, 50, 100, 100))
    sent = np.asarray(with_overlap(mask, margins.inner(size)))
    assert np.count_nonzero(sent[:, :100]) == 20 * 50
    assert sent[75, 100] == 255
    assert sent[140, 100] == 0


def test_the_overlap_is_a_few_hundredths_of_the_longer_side_within_bounds():
    assert overlap(Size(4000, 3000)) == 120
    assert overlap(Size(200, 150)) == 16
    assert overlap(Size(20_000, 3000)) == 256
    assert overlap(Size(3000, 24)) == 6


@settings(max_examples=200)
@given(
    st.integers(8, 3000),
    st.integers(8, 3000),
    st.builds(Margins, *[st.integers(0, 30_000)] * 4),
    st.integers(64, 9_000_000),
)
def test_the_largest_margins_fit_and_keep_their_proportions(width, height, margins, pixels):
    picture = Size(width, height)
    largest = margins.largest(picture, pixels, 20_000)
    assert all(0 <= kept <= asked for kept, asked in zip(largest, margins, strict=True))
    if margins.fit(picture, pixels, 20_000):
        assert largest == margins
    elif any(largest):
        assert largest.fit(picture, pixels, 20_000)
    most = max(margins)
    if any(largest) and largest != margins:
        share = largest[margins.index(most)] + 1
        more = Margins(*(side * share // most for side in margins))
        assert not more.fit(picture, pixels, 20_000)


def test_one_margin_is_allowed_to_the_last_pixel():
    picture = Size(1000, 1000)
    assert Margins(0, 0, 9999, 0).largest(picture, 1_500_000, 20_000) == (0, 0, 500, 0)
    assert Margins(0, 9999, 0, 0).largest(picture, 64_000_000, 1200) == (0, 200, 0, 0)
    assert Margins(0, 9, 0, 0).largest(picture, 900_000, 1200) == (0, 0, 0, 0)


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_the_kept_file_has_the_same_pixels_mode_and_profile(mode):
    profile = rgb_profile()
    data = encoded(photo(120, 80, mode=mode), icc_profile=profile)
    margins = Margins(30, 0, 7, 41)
    done = apart.run(steps.extend, Kept(data, Size(120, 80)), margins, SIDES)
    before = read_picture(data, Limits(10**7, 10**7))
    after = read_picture(done.master, Limits(10**7, 10**7))
    inner = margins.inner(Size(120, 80))
    assert (after.format, after.image.mode, after.icc_profile) == ("PNG", mode, profile)
    assert after.image.crop(inner).tobytes() == before.image.tobytes()
    assert done.shown.size == margins.canvas(Size(120, 80))
    assert sorted(done.shown.renditions) == [32, 64]
    assert done.measure.painted_pixels == after.image.width * after.image.height - 120 * 80
    assert done.mask == encode_kept_mask(new_area(Size(120, 80), margins))


def test_the_call_sends_the_mask_with_its_overlap():
    size, margins = Size(200, 150), Margins(100, 0, 0, 0)
    canvas = margins.canvas(size)
    data = encoded(extended(photo(200, 150), margins))
    mask = encode_kept_mask(new_area(size, margins))
    frame = frame_whole(canvas, (), "", None)

    def sent(continued: Box | None) -> np.ndarray:
        call = steps.prepare(
            Kept(data, canvas), mask, frame, MaskDialect.LUMINANCE, 10**7, continued
        )
        png = read_picture(call.mask or b"", Limits(10**7, 10**7)).image
        return np.asarray(png.convert("L"))[75]

    assert np.count_nonzero(sent(None)) == 100
    assert np.count_nonzero(sent(margins.inner(size))) == 100 + overlap(size)
