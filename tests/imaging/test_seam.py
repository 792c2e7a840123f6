"""Colours of the answer meet those of the original at the seam, and never get worse by it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from editor.imaging.composing import Blend, Composed, compose
from editor.imaging.framing import Size, frame_whole
from editor.imaging.reading import ReadPicture
from editor.imaging.seam import ColourMatch, match_colours
from tests.imaging.redrawing import middle_mask, sky
from tests.pictures import noise, painted_mask, photo

SIZE = (480, 360)


def tinted(picture: Image.Image, gain: tuple[float, ...], offset: tuple[float, ...]) -> Image.Image:
    levels = np.asarray(picture).astype(np.float32)
    levels[..., :3] = (levels[..., :3] - 128) * gain + 128 + offset
    return Image.fromarray(levels.round().clip(0, 255).astype(np.uint8))


def at_seam(one: Image.Image, other: Image.Image) -> float:
    """Mean difference in levels over the whole of two pictures of the same thing."""
    return float(np.abs(np.asarray(one).astype(int) - np.asarray(other))[..., :3].mean())


@pytest.mark.parametrize(
    ("gain", "offset"),
    [
        ((1, 1, 1), (6, -9, 4)),
        ((1, 1, 1), (-25, -25, -25)),
        ((0.85, 0.9, 1.1), (0, 5, -5)),
        ((1.15, 1.15, 1.15), (12, 0, -12)),
    ],
)
@pytest.mark.parametrize("draw", [photo, sky])
def test_a_tint_of_the_whole_answer_is_taken_back(draw, gain, offset):
    picture = tinted(draw(*SIZE), (0.7, 0.7, 0.7), (0, 0, 0))  # room for the tint
    answer = tinted(picture, gain, offset)
    match = match_colours(picture, answer, middle_mask(SIZE))
    assert match is not None
    left = at_seam(match.applied(answer), picture)
    # Where there is no contrast, contrast cannot be told, and need not be.
    assert left < (0.8 if draw is photo else 0.35 * at_seam(answer, picture))


def test_what_fits_already_is_left_as_it_is():
    picture = photo(*SIZE)
    assert match_colours(picture, picture.copy(), middle_mask(SIZE)) is None


def test_another_picture_around_the_paint_is_no_tint():
    assert match_colours(photo(*SIZE), noise(*SIZE), middle_mask(SIZE)) is None


def test_another_light_is_not_forced_back():
    picture = sky(*SIZE)
    assert match_colours(picture, tinted(picture, (1, 1, 1), (-70,) * 3), middle_mask(SIZE)) is None


def test_a_shadow_over_a_third_of_the_seam_does_not_spoil_the_rest():
    picture = photo(*SIZE)
    answer = tinted(picture, (1, 1, 1), (8, 8, -8))
    spoiled = answer.copy()
    spoiled.paste((20, 20, 30), (0, 0, SIZE[0] * 43 // 100, SIZE[1]))
    match = match_colours(picture, spoiled, middle_mask(SIZE))
    assert match is not None
    assert at_seam(match.applied(answer), picture) < 2.5


def test_a_speck_of_unpainted_pixels_is_too_little_to_judge_by():
    picture = photo(*SIZE)
    mask = Image.new("L", SIZE, 255)
    mask.paste(0, (0, 0, 9, 9))
    assert match_colours(picture, tinted(picture, (1, 1, 1), (9, 9, 9)), mask) is None


def test_transparent_pixels_are_not_asked_for_their_colour():
    picture = photo(*SIZE).convert("RGBA")
    picture.putalpha(0)
    answer = tinted(picture, (1, 1, 1), (9, 9, 9))
    assert match_colours(picture, answer, middle_mask(SIZE)) is None


def test_matching_leaves_alpha_alone():
    picture = photo(*SIZE, mode="RGBA")
    applied = ColourMatch((1.1, 1, 1), (0, -4, 9)).applied(picture)
    assert applied.getchannel("A").tobytes() == picture.getchannel("A").tobytes()
    assert applied.getpixel((9, 9))[:3] != picture.getpixel((9, 9))[:3]


# In the line


def composed(picture: Image.Image, answer: Image.Image, mask: Image.Image, **how: bool) -> Composed:
    frame = frame_whole(Size(*picture.size), ["auto"], "auto", None)
    read, came = (ReadPicture(image, None, "PNG", "image/png") for image in (picture, answer))
    return compose(read, mask, came, frame, Blend(feather=4, **how))


def test_the_seam_vanishes_in_the_finished_picture():
    picture, mask = photo(*SIZE), middle_mask(SIZE)
    answer = tinted(picture, (1, 1, 1), (14, -10, 8))
    matched, plain = (composed(picture, answer, mask, match_colour=on) for on in (True, False))
    assert matched.colour_matched
    assert not plain.colour_matched
    inside = np.asarray(mask) == 255
    apart = [
        np.abs(np.asarray(picture).astype(int) - np.asarray(result.image))[inside].mean()
        for result in (matched, plain)
    ]
    assert apart[0] < 1.5
    assert apart[1] > 8
    assert matched.lock.holds


@settings(max_examples=40, deadline=None)
@given(
    offset=st.tuples(*[st.integers(-60, 60)] * 3),
    gain=st.floats(0.6, 1.4),
    left=st.floats(0, 0.5),
    seed=st.integers(1, 3),
)
def test_matching_never_widens_the_gap_at_the_seam(offset, gain, left, seed):
    """Whatever the model did, the ring outside the paint fits at least as well afterwards."""
    picture = photo(240, 180, seed=seed)
    answer = tinted(picture, (gain,) * 3, offset)
    mask = painted_mask(picture.size, (left, 0.2, left + 0.45, 0.8))
    match = match_colours(picture, answer, mask)
    if match is not None:
        outside = np.asarray(mask) == 0
        before, now, then = (
            np.asarray(image).astype(int)[outside]
            for image in (answer, match.applied(answer), picture)
        )
        assert np.median(np.abs(now - then)) <= np.median(np.abs(before - then))
