"""The promise itself: no unpainted pixel changes, whatever is painted and whatever comes back."""

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from editor.imaging.composing import Blend, compose
from editor.imaging.framing import Box, Frame, Size
from editor.imaging.growing import grown
from editor.imaging.planning import FrameChoice, FrameWish, plan_frame
from tests.imaging.catalogue import RULES
from tests.imaging.laying import composed_with, picture, same_outside, whole
from tests.imaging.profiles import ADOBE_RGB, rgb_profile
from tests.imaging.redrawing import Redrawing, redrawn
from tests.pictures import noise, painted_mask, photo


@st.composite
def masks(draw: st.DrawFn, size: tuple[int, int]) -> Image.Image:
    """Blobs, single pixels and faint greys, also across the picture's border; or nothing."""
    shares = st.floats(-0.2, 1.2)
    mask = Image.new("L", size)
    for _blob in range(draw(st.integers(0, 3))):
        x, y = sorted((draw(shares), draw(shares))), sorted((draw(shares), draw(shares)))
        blob = painted_mask(size, (x[0], y[0], x[1], y[1]))
        grey = draw(st.sampled_from([255, 255, 90, 1]))
        mask = ImageChops.lighter(mask, blob.point(lambda level, top=grey: min(level, top)))
    for _dot in range(draw(st.integers(0, 2))):
        place = draw(st.integers(0, size[0] - 1)), draw(st.integers(0, size[1] - 1))
        mask.putpixel(place, draw(st.sampled_from([255, 8, 1])))
    return mask


@st.composite
def frames(draw: st.DrawFn, size: tuple[int, int]) -> Frame:
    """Any box of the picture, sent at any size, letterboxed anyhow."""
    width, height = size
    left, top = draw(st.integers(0, width - 1)), draw(st.integers(0, height - 1))
    box = Box(left, top, draw(st.integers(left + 1, width)), draw(st.integers(top + 1, height)))
    sent = Size(draw(st.integers(1, 90)), draw(st.integers(1, 90)))
    inner_left = draw(st.integers(0, sent.width - 1))
    inner_top = draw(st.integers(0, sent.height - 1))
    right = draw(st.integers(inner_left + 1, sent.width))
    inner = Box(inner_left, inner_top, right, draw(st.integers(inner_top + 1, sent.height)))
    return Frame(box, sent, inner)


@st.composite
def blends(draw: st.DrawFn) -> Blend:
    return Blend(
        feather=draw(st.integers(0, 30)),
        grow=draw(st.sampled_from([0, 0, 1, 7, -1, -5])),
        opacity=draw(st.sampled_from([1.0, 1.0, 0.5, 0.0])),
        match_colour=draw(st.booleans()),
        undo_drift=draw(st.booleans()),
    )


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_whatever_comes_back_every_unpainted_pixel_keeps_every_bit(data):
    size = (data.draw(st.integers(8, 90)), data.draw(st.integers(8, 90)))
    drawn = data.draw(st.sampled_from([noise, photo]))
    original = drawn(*size, mode=data.draw(st.sampled_from(["RGB", "RGBA"])))
    mask = data.draw(masks(size))
    answer_size = (data.draw(st.integers(1, 120)), data.draw(st.integers(1, 120)))
    answer = drawn(*answer_size, seed=2, mode=data.draw(st.sampled_from(["RGB", "RGBA"])))
    asked = data.draw(st.sampled_from(["auto", "64x64", "16:9", "1:2", ""]))
    frame = whole(size, asked) if asked else data.draw(frames(size))
    blend = data.draw(blends())
    before = original.tobytes()
    result = compose(
        picture(original, data.draw(st.sampled_from([None, rgb_profile()]))),
        mask,
        picture(answer, data.draw(st.sampled_from([None, rgb_profile(ADOBE_RGB)]))),
        frame,
        blend,
    )
    locked = grown(mask, blend.grow)
    assert original.tobytes() == before
    assert result.image.size == size
    assert same_outside(original, result.image, locked)
    assert same_outside(original, result.image, within(size, frame.box))
    assert result.lock is not None
    assert result.lock.holds
    assert result.lock.outside_pixels == int((np.asarray(locked) == 0).sum())
    assert 0 <= result.lock.raw_changed_share <= 1
    assert 0 <= result.lock.inside_changed_share <= 1


@settings(max_examples=50, deadline=None)
@given(data=st.data())
def test_a_planned_frame_of_any_known_model_takes_an_answer_and_keeps_the_rest(data):
    """As the worker does it: planned, sent, answered at the size the model has, composed."""
    size = Size(data.draw(st.integers(8, 400)), data.draw(st.integers(8, 400)))
    original = noise(*size, mode=data.draw(st.sampled_from(["RGB", "RGBA"])))
    mask = data.draw(masks(size))
    box = mask.getbbox()
    assume(box is not None)
    choice = data.draw(st.sampled_from([FrameChoice.AUTOMATIC, FrameChoice.AROUND]))
    plan = plan_frame(size, Box(*box), data.draw(st.sampled_from(RULES)), FrameWish(choice))
    answer = noise(*_small(plan.answer), seed=2)
    result = composed_with(original, mask, answer, frame=plan.frame, feather=3)
    assert plan.frame.box.holds(Box(*box))
    assert same_outside(original, result.image, mask)
    assert result.lock.holds


def _small(size: Size) -> Size:
    """The same shape in few pixels: composing does not mind the size, only tests do."""
    scale = min(1.0, 200 / max(size))
    return Size(*(max(1, round(side * scale)) for side in size))


def within(size: tuple[int, int], box: Box) -> Image.Image:
    mask = Image.new("L", size)
    mask.paste(255, box)
    return mask


@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_a_moved_and_tinted_answer_still_keeps_every_unpainted_bit(data):
    """Large enough for drift and colours really to be measured and undone."""
    size = (data.draw(st.integers(200, 330)), data.draw(st.integers(200, 330)))
    original = photo(*size, seed=3, mode=data.draw(st.sampled_from(["RGB", "RGBA"])))
    mask = data.draw(masks(size))
    shifts = st.floats(-9, 9)
    how = Redrawing(data.draw(shifts), data.draw(shifts), data.draw(st.floats(0.98, 1.02)))
    result = composed_with(original, mask, redrawn(original, how, mask), feather=5)
    assert same_outside(original, result.image, mask)
    assert result.lock.holds
