"""Answers that lie a little off are brought back into place, where that can be told."""

import json
import time

import numpy as np
import pytest
from PIL import Image

from editor.imaging.composing import Blend, Composed, compose
from editor.imaging.drift import Drift, measure_drift
from editor.imaging.framing import Frame, Size, frame_whole
from editor.imaging.reading import ReadPicture
from tests.imaging.redrawing import (
    Redrawing,
    error_at_paint,
    middle_mask,
    redrawn,
    sky,
    stripes,
    warped,
    with_sky,
)
from tests.pictures import noise, painted_mask, photo

SIZE = (640, 480)
SMALL_ENOUGH = 0.5  # pixels of the picture as sent
GRID = [
    (dx, dy, scale)
    for dx, dy in ((0, 0), (12, -12), (-12, 7), (-0.7, 0.6), (4.4, 12))
    for scale in (0.98, 0.993, 1.0, 1.02)
]


def measured(picture: Image.Image, how: Redrawing, mask: Image.Image | None = None) -> Drift:
    mask = mask or middle_mask(picture.size)
    answer = redrawn(picture, how, mask)
    return measure_drift(picture.convert("L"), answer.convert("L"), mask, unit=1.0)


def rest(found: Drift, how: Redrawing, mask: Image.Image) -> float:
    """What is left of the shift at the paint, in pixels, after what was done about it."""
    motion = (found.dx, found.dy, found.scale) if found.undone else (0.0, 0.0, 1.0)
    return error_at_paint(motion, how, mask)


@pytest.mark.parametrize(("dx", "dy", "scale"), GRID)
def test_a_shift_and_scaling_is_undone_where_the_outside_has_texture(dx, dy, scale):
    how = Redrawing(dx, dy, scale)
    found = measured(photo(*SIZE), how)
    assert found.textured
    assert not found.warning
    assert rest(found, how, middle_mask(SIZE)) < SMALL_ENOUGH


@pytest.mark.parametrize(("dx", "dy", "scale"), GRID[::3])
def test_texture_on_one_side_alone_is_enough(dx, dy, scale):
    how = Redrawing(dx, dy, scale)
    found = measured(with_sky(photo(*SIZE), 0.6), how)
    assert rest(found, how, middle_mask(SIZE)) < SMALL_ENOUGH


@pytest.mark.parametrize("quality", [60, 88, 96])
@pytest.mark.parametrize("noise_levels", [0, 4])
def test_a_flat_outside_is_left_alone_with_a_warning(quality, noise_levels):
    for shift in ((0, 0, 1.0), (9, -4, 1.01)):
        how = Redrawing(*shift, quality=quality, noise=noise_levels)
        found = measured(sky(*SIZE), how)
        assert not found.undone
        assert not found.textured
        assert "too little" in found.warning


def test_a_shift_along_stripes_cannot_be_told():
    found = measured(stripes(*SIZE), Redrawing(3, 5))
    assert not found.undone
    assert found.warning


def test_an_answer_that_lies_right_is_left_as_it_is():
    found = measured(photo(*SIZE), Redrawing())
    assert found.textured
    assert not found.undone
    assert max(abs(found.dx), abs(found.dy)) < 0.1
    assert found.scale == pytest.approx(1, abs=0.0005)


def test_the_residual_says_what_undoing_brought():
    found = measured(photo(*SIZE), Redrawing(6, -3, 1.01))
    assert found.undone
    assert found.residual_after < found.residual_before / 2


def test_a_model_that_repainted_a_third_of_the_outside_does_not_mislead():
    how = Redrawing(-7.3, 10.2, 0.985, repainted=0.3, gain=1.2, tint=(18, -12, 9), noise=3)
    found = measured(photo(*SIZE), how)
    assert found.undone
    assert rest(found, how, middle_mask(SIZE)) < SMALL_ENOUGH


def test_a_wholly_different_picture_is_no_drift():
    found = measured(photo(*SIZE), Redrawing(5, 5, repainted=1.0))
    assert not found.undone
    assert not found.textured


def test_next_to_nothing_unpainted_is_left_alone():
    mask = painted_mask(SIZE, (-0.3, -0.3, 1.3, 1.3))
    found = measured(photo(*SIZE), Redrawing(8, 8), mask)
    assert not found.undone
    assert found.warning


def test_a_narrow_unpainted_rim_is_enough():
    mask = Image.new("L", SIZE)
    mask.paste(255, (80, 80, SIZE[0] - 80, SIZE[1] - 80))
    how = Redrawing(-6, 4, 1.01)
    assert rest(measured(photo(*SIZE), how, mask), how, mask) < SMALL_ENOUGH


def test_pictures_too_small_to_tell_are_left_alone():
    small = noise(20, 16).convert("L")
    assert measure_drift(small, small, Image.new("L", small.size), 1.0).textured is False


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        (
            Drift(3.2, 0, 1.0, undone=True, textured=True),
            "The answer was shifted by 3.2 px; undone.",
        ),
        (
            Drift(3, -4, 1.006, undone=True, textured=True),
            "The answer was shifted by 5.0 px and drawn 0.6 % larger; undone.",
        ),
        (
            Drift(0, 0, 0.99, undone=True, textured=True),
            "The answer was drawn 1.0 % smaller; undone.",
        ),
        (Drift(0.6, 0.2, 1.001, undone=False, textured=True), ""),
        (Drift(3, 3, 1.01, undone=False, textured=False), ""),
    ],
)
def test_a_drift_is_told_in_plain_words(found, sentence):
    assert found.sentence.replace("\u00a0", " ") == sentence


def test_a_drift_that_was_left_says_why():
    left = Drift(2, 0, 1.0, undone=False, textured=True)
    assert "did not surely help" in left.sentence
    assert not left.warning


def test_the_figures_can_be_kept_as_json():
    found = measured(photo(*SIZE), Redrawing(2, 1))
    assert Drift(**json.loads(json.dumps(found.as_json()))) == found


def test_measuring_takes_a_blink():
    picture = photo(894, 503)  # the size to which everything larger is reduced
    answer, mask = warped(picture, 8, -5, 1.012), middle_mask(picture.size)
    grey = picture.convert("L"), answer.convert("L")
    spent = []
    for _round in range(3):
        started = time.thread_time()
        measure_drift(*grey, mask, 1.0)
        spent.append(time.thread_time() - started)
    assert min(spent) < 0.5  # about 0.08 s; generous for a busy machine


# In the line


def composed(
    picture: Image.Image, answer: Image.Image, frame: Frame, mask: Image.Image, blend: Blend
) -> Composed:
    read = ReadPicture(picture, None, "PNG", "image/png")
    return compose(read, mask, ReadPicture(answer, None, "PNG", "image/png"), frame, blend)


def shared_part(picture: Image.Image, result: Image.Image, mask: Image.Image) -> float:
    """Mean difference, in levels, to the picture that a faithful edit would leave alone."""
    inside = np.asarray(mask) == 255
    return float(np.abs(np.asarray(picture).astype(int) - np.asarray(result))[inside].mean())


def test_what_is_laid_in_lies_where_it_belongs():
    """The model changes nothing here, so any difference inside is misplacement."""
    picture, mask = photo(1200, 900), middle_mask((1200, 900))
    frame = frame_whole(Size(1200, 900), ["800x600"], "800x600", None)
    faithful = warped(picture.resize((800, 600), Image.Resampling.LANCZOS), 7, -9, 1.015)
    plain, undone = (
        composed(picture, faithful, frame, mask, Blend(undo_drift=undo)) for undo in (False, True)
    )
    assert plain.drift is None
    assert undone.drift.undone
    assert undone.drift.dx == pytest.approx(7, abs=0.2)
    assert undone.drift.dy == pytest.approx(-9, abs=0.2)
    assert undone.drift.scale == pytest.approx(1.015, abs=0.001)
    assert shared_part(picture, undone.image, mask) < shared_part(picture, plain.image, mask) / 2
    assert undone.lock.holds


def test_an_answer_of_twice_the_size_is_measured_in_pixels_as_sent():
    picture, mask = photo(800, 600), middle_mask((800, 600))
    frame = frame_whole(Size(800, 600), ["400x300"], "400x300", None)
    answer = warped(picture, 8, 4, 1.0)  # 4 and 2 pixels of what was sent
    drift = composed(picture, answer, frame, mask, Blend()).drift
    assert drift.undone
    assert (drift.dx, drift.dy) == (pytest.approx(4, abs=0.1), pytest.approx(2, abs=0.1))


def test_what_has_drifted_out_of_the_answer_repeats_its_edge():
    picture = photo(640, 480)
    mask = Image.new("L", picture.size)
    mask.paste(255, (0, 100, 60, 380))
    frame = frame_whole(Size(640, 480), ["auto"], "auto", None)
    result = composed(picture, warped(picture, -12, 0, 1.0), frame, mask, Blend())
    assert result.drift.undone
    assert result.lock.holds
    # Everything but the twelve lost columns is back where it was.
    kept = Image.new("L", picture.size)
    kept.paste(255, (14, 100, 60, 380))
    assert shared_part(picture, result.image, kept) < 2.5
