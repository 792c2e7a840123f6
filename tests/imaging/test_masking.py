"""Masks are measured, and softened inwards only."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from editor.imaging.masking import blend_mask, measure_mask, read_mask
from tests.pictures import encoded, painted_mask

SIZE = (120, 90)


def rectangle(box: tuple[int, int, int, int], size: tuple[int, int] = SIZE) -> Image.Image:
    mask = Image.new("L", size)
    mask.paste(255, box)
    return mask


@st.composite
def masks(draw: st.DrawFn) -> Image.Image:
    """Strokes, blobs and specks of any grey on a small picture."""
    size = (draw(st.integers(8, 70)), draw(st.integers(8, 70)))
    mask = Image.new("L", size)
    pen = ImageDraw.Draw(mask)
    points = st.tuples(st.integers(-5, 75), st.integers(-5, 75))
    for _stroke in range(draw(st.integers(0, 4))):
        ends = [draw(points), draw(points)]
        pen.line(
            ends, fill=draw(st.sampled_from([255, 255, 1, 90])), width=draw(st.integers(1, 30))
        )
    return mask


def test_a_mask_is_measured_in_pixels_share_and_box():
    measure = measure_mask(rectangle((10, 20, 30, 25)))
    assert measure.painted_pixels == 100
    assert measure.total_pixels == 120 * 90
    assert measure.box == (10, 20, 30, 25)
    assert measure.share == pytest.approx(100 / 10_800)
    assert not measure.covers_everything


def test_an_empty_mask_has_no_box():
    measure = measure_mask(Image.new("L", SIZE))
    assert (measure.painted_pixels, measure.box, measure.share) == (0, None, 0)


def test_an_empty_mask_is_read_where_that_is_allowed():
    data = encoded(Image.new("L", SIZE), "PNG")
    assert measure_mask(read_mask(data, SIZE, allow_empty=True)).box is None


def test_a_kept_mask_is_read_back_as_it_was():
    mask = painted_mask(SIZE)
    assert read_mask(encoded(mask, "PNG"), SIZE).tobytes() == mask.tobytes()


@settings(max_examples=150, deadline=None)
@given(mask=masks(), feather=st.integers(0, 60))
def test_no_pixel_that_was_not_painted_is_ever_touched(mask, feather):
    blend = blend_mask(mask, feather)
    assert (blend.mode, blend.size) == ("L", mask.size)
    painted, blended = np.asarray(mask), np.asarray(blend)
    assert (blended <= painted).all()


@settings(max_examples=100, deadline=None)
@given(mask=masks(), feather=st.integers(1, 60))
def test_whatever_is_painted_changes_somewhere(mask, feather):
    full = mask.point([0] + [255] * 255)
    if full.getbbox():
        assert blend_mask(full, feather).getextrema()[1] > 150


def test_no_feather_means_a_hard_edge_and_a_copy():
    mask = painted_mask(SIZE)
    blend = blend_mask(mask, 0)
    assert blend.tobytes() == mask.tobytes()
    assert blend is not mask


@pytest.mark.parametrize("feather", [4, 8, 12, 20, 40])
def test_the_edge_is_faint_the_core_is_full_and_it_rises_in_between(feather):
    side = 6 * feather
    mask = rectangle((feather, feather, side - feather, side - feather), (side, side))
    middle_row = np.asarray(blend_mask(mask, feather))[side // 2].astype(int)
    assert middle_row[feather - 1] == 0
    assert 0 < middle_row[feather] <= 80
    assert middle_row[side // 2] == 255
    assert middle_row[2 * feather + 1] > 215
    rise = np.diff(middle_row[feather : side // 2])
    assert rise.min() >= 0
    assert rise.max() <= 255 // min(feather, 8) + 10


def test_the_border_of_the_picture_is_no_edge():
    blend = np.asarray(blend_mask(rectangle((60, 0, 120, 90)), 12))
    assert (blend[:, 119] == 255).all()
    assert (blend[0, 80:] == 255).all()
    assert (blend[:, 60] < 80).all()


def test_paint_near_the_border_but_not_at_it_has_an_edge_there():
    blend = np.asarray(blend_mask(rectangle((60, 3, 117, 87)), 24))
    assert (blend[3, 62:115] < 110).all()
    assert (blend[45, 116] < 110).all()


@pytest.mark.parametrize("width", [1, 2, 3, 6, 10])
@pytest.mark.parametrize("feather", [6, 12, 40])
def test_a_thin_stroke_keeps_its_strength(width, feather):
    mask = Image.new("L", (200, 150))
    ImageDraw.Draw(mask).line((20, 30, 180, 110), fill=255, width=width)
    blend = np.asarray(blend_mask(mask, feather))
    along = [int(blend[:, x].max()) for x in range(40, 160)]
    assert min(along) > 150
    assert np.mean(along) > 200
