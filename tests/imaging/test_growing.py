"""Masks grow and shrink by the pixels asked for, nearly alike in all directions."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from editor.imaging.growing import grown
from tests.pictures import painted_mask

SIZE = (120, 90)


def dot(at: tuple[int, int], size: tuple[int, int] = SIZE, value: int = 255) -> Image.Image:
    mask = Image.new("L", size)
    mask.putpixel(at, value)
    return mask


@pytest.mark.parametrize("pixels", [1, 2, 3, 4, 5, 8, 13, 24])
def test_a_dot_grows_to_nearly_a_disc(pixels):
    painted = np.argwhere(np.asarray(grown(dot((60, 45)), pixels)) > 0) - (45, 60)
    distance = np.hypot(painted[:, 0], painted[:, 1])
    assert np.abs(painted).max() == pixels
    assert distance.max() <= pixels * 1.1 + 0.6
    assert len(painted) == pytest.approx(math.pi * (pixels + 0.5) ** 2, rel=0.3)


def test_growing_then_shrinking_gives_a_large_blob_back():
    mask = painted_mask(SIZE)
    back = np.asarray(grown(grown(mask, 6), -6)) > 0
    assert np.count_nonzero(back != (np.asarray(mask) > 0)) < 60


def test_shrinking_takes_thin_strokes_away():
    mask = Image.new("L", SIZE)
    mask.paste(255, (10, 40, 110, 45))
    assert grown(mask, -3).getbbox() is None
    assert grown(mask, -2).getbbox() == (12, 42, 108, 43)


def test_the_pictures_border_is_no_edge_of_the_paint():
    mask = Image.new("L", SIZE)
    mask.paste(255, (0, 0, 50, 90))
    assert grown(mask, -10).getbbox() == (0, 0, 40, 90)
    everything = Image.new("L", SIZE, 255)
    assert grown(everything, -20).tobytes() == everything.tobytes()


def test_paint_grows_along_the_pictures_border():
    assert grown(dot((0, 0)), 8).getbbox() == (0, 0, 9, 9)


def test_greys_keep_their_value():
    assert grown(dot((60, 45), value=90), 5).getextrema() == (0, 90)


def test_nothing_asked_or_nothing_painted_changes_nothing():
    mask, empty = painted_mask(SIZE), Image.new("L", SIZE)
    assert grown(mask, 0).tobytes() == mask.tobytes()
    assert grown(empty, 9).getbbox() is None


@settings(max_examples=60, deadline=None)
@given(pixels=st.integers(-12, 12), left=st.floats(-0.2, 0.8), top=st.floats(-0.2, 0.8))
def test_more_is_never_less(pixels, left, top):
    mask = painted_mask((60, 50), (left, top, left + 0.5, top + 0.6))
    one, more = (np.asarray(grown(mask, by)) for by in (pixels, pixels + 1))
    assert (more >= one).all()
