"""What a model has truly changed, told from what it merely drew anew."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from editor.imaging.adjusting import NothingLeft, Recipe, adjusted
from editor.imaging.changes import LEVELS, NothingInCommon, find_changes, full_mask, threshold
from editor.imaging.composing import Blend
from editor.imaging.framing import Box, Size
from tests.imaging.laying import picture, same_outside, whole
from tests.imaging.profiles import ADOBE_RGB, rgb_profile
from tests.imaging.redrawing import Redrawing, redrawn, sky
from tests.pictures import noise, photo

SIZE = (1200, 900)
SMALL = (800, 600)


def painted(size=SIZE):
    """Where something else will be: a disc and a box, far apart."""
    mask = Image.new("L", size)
    draw = ImageDraw.Draw(mask)
    width, height = size
    draw.ellipse((width * 0.1, height * 0.1, width * 0.25, height * 0.35), fill=255)
    draw.rectangle((width * 0.6, height * 0.5, width * 0.85, height * 0.8), fill=255)
    return mask


def found(original, answer, level=None):
    changes = find_changes(picture(original), picture(answer), whole(original.size))
    return changes, np.asarray(changes.at(level or changes.usual)) > 0


def at(mask, size):
    """A mask at the size at which changes are looked for."""
    return np.asarray(mask.resize(size, Image.Resampling.BOX)) > 127


def overlap(one, other):
    return (one & other).sum() / max(1, (one | other).sum())


@pytest.mark.parametrize(
    "how",
    [
        Redrawing(),
        Redrawing(dx=5, dy=-4, scale=1.006),
        Redrawing(noise=5, quality=60),
        Redrawing(tint=(14, -8, 10), gain=1.08),
    ],
    ids=["drawn anew", "shifted and scaled", "noisy and compressed", "tinted"],
)
def test_only_what_was_really_changed_is_found(how):
    original, truth = photo(*SIZE), painted()
    answer = redrawn(original, how, truth).resize(SMALL, Image.Resampling.LANCZOS)
    changes, changed = found(original, answer)
    true = at(truth, changes.size)
    assert overlap(changed, true) > 0.85
    assert (changed & true).sum() > 0.99 * true.sum(), "nothing of it is missed"
    assert changes.fit.drift.undone == bool(how.dx)


@pytest.mark.parametrize("how", [Redrawing(), Redrawing(dx=4, noise=3, tint=(10, -5, 3))])
def test_a_picture_that_was_only_drawn_anew_has_no_changes(how):
    original = photo(*SIZE)
    changes, _ = found(original, redrawn(original, how))
    assert changes.shares[7] < 0.005


def test_a_change_on_a_smooth_ground_is_found_without_any_texture_to_measure_by():
    original = sky(*SIZE)
    with_sun, truth = original.copy(), Image.new("L", SIZE)
    for image, colour in ((with_sun, (250, 210, 90)), (truth, 255)):
        ImageDraw.Draw(image).ellipse((300, 300, 520, 520), fill=colour)
    changes, changed = found(original, redrawn(with_sun, Redrawing()))
    assert overlap(changed, at(truth, changes.size)) > 0.8


def test_a_finer_level_finds_fainter_changes():
    original = photo(*SIZE)
    truth = painted()
    fainter = Image.composite(original.point(lambda level: min(255, level + 12)), original, truth)
    strict, _ = found(original, fainter)
    true = at(truth, strict.size)
    assert not (np.asarray(strict.at(1)) > 0).any()
    assert overlap(np.asarray(strict.at(LEVELS)) > 0, true) > 0.8


@pytest.mark.parametrize(
    "other",
    [
        lambda image: photo(*SIZE, seed=77),
        lambda image: photo(900, 1200, seed=8),
        lambda image: image.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
        lambda image: Image.eval(image, lambda level: 255 - level),
        lambda image: sky(*SIZE),
    ],
    ids=["another photo", "another shape", "mirrored", "negative", "a sky"],
)
def test_another_picture_has_nothing_in_common(other):
    original = photo(*SIZE)
    with pytest.raises(NothingInCommon):
        found(original, other(original))


def test_an_object_on_plain_ground_may_be_another_one():
    before, after = (Image.new("RGB", SIZE, "white") for _ in range(2))
    ImageDraw.Draw(before).ellipse((400, 200, 800, 700), fill=(40, 90, 200))
    ImageDraw.Draw(after).rectangle((450, 150, 700, 800), fill=(200, 90, 20))
    truth = (np.asarray(before) != np.asarray(after)).any(axis=2)
    changes, changed = found(before, after)
    assert overlap(changed, at(Image.fromarray(truth.astype(np.uint8) * 255), changes.size)) > 0.85


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_each_level_holds_all_stricter_ones_and_what_is_kept_apart_stays(data):
    size = (data.draw(st.integers(8, 160)), data.draw(st.integers(8, 160)))
    mode = data.draw(st.sampled_from(["RGB", "RGBA"]))
    original = photo(*size, mode=mode)
    other = data.draw(st.sampled_from([photo, noise]))(*size, seed=9, mode=mode)
    part = [data.draw(st.integers(0, side - 1)) for side in size]
    answer = original.copy()
    answer.paste(other.crop((*part, *size)), tuple(part))
    profile = data.draw(st.sampled_from([None, rgb_profile(ADOBE_RGB)]))
    sides = (picture(original, profile), picture(answer, profile))
    try:
        changes = find_changes(*sides, whole(size))
    except NothingInCommon:
        return
    masks = [np.asarray(changes.at(level)) > 0 for level in range(1, LEVELS + 1)]
    for stricter, finer, share in zip(masks, masks[1:], changes.shares[1:], strict=False):
        assert not (stricter & ~finer).any()
        assert abs(finer.mean() - share) < 1e-6
    level = data.draw(st.integers(1, LEVELS))
    recipe = Recipe(Blend(feather=data.draw(st.integers(0, 9))), level=level)
    try:
        result = adjusted(sides[0], None, [(sides[1], whole(size))], recipe)
    except NothingLeft:
        assert not masks[level - 1].any()
        return
    allowed = full_mask(changes.at(level), changes.box, Size(*size))
    assert same_outside(original, result.image, allowed)
    assert result.changed_pixels == 0


def test_the_rest_of_the_picture_comes_back_at_the_originals_resolution():
    original, truth = photo(*SIZE), painted()
    answer = redrawn(original, Redrawing(dx=4, dy=3), truth).resize(SMALL)
    recipe = Recipe(Blend(feather=4))
    result = adjusted(picture(original), None, [(picture(answer), whole(SIZE))], recipe)
    assert result.image.size == SIZE
    assert result.changed_pixels == 0
    assert result.outside_pixels > 0.85 * SIZE[0] * SIZE[1]
    changed = (np.asarray(result.image) != np.asarray(original)).any(axis=2)
    assert overlap(changed, np.asarray(truth) > 0) > 0.8


def test_a_rejected_change_is_the_original_again():
    original, truth = photo(*SIZE), painted()
    answer = redrawn(original, Redrawing(), truth)
    sides = [(picture(answer), whole(SIZE))]
    only_box = adjusted(picture(original), None, sides, Recipe(Blend(), (0, 1)))
    changed = (np.asarray(only_box.image) != np.asarray(original)).any(axis=2)
    assert not changed[:, : SIZE[0] // 2].any()
    assert changed[:, SIZE[0] // 2 :].any()


def test_a_small_mask_is_enlarged_to_its_box_and_no_farther():
    small = Image.new("L", (30, 20))
    small.paste(255, (10, 5, 20, 15))
    mask = full_mask(small, Box(100, 50, 400, 250), Size(600, 400))
    assert mask.size == (600, 400)
    assert set(np.unique(np.asarray(mask))) == {0, 255}
    left, top, right, bottom = mask.getbbox()
    assert abs(left - 200) <= 3
    assert abs(top - 100) <= 3
    assert abs(right - 300) <= 3
    assert abs(bottom - 200) <= 3


def test_levels_run_evenly_from_strict_to_fine():
    steps = [threshold(level) for level in range(1, LEVELS + 1)]
    assert steps == sorted(steps, reverse=True)
    assert steps[0] > 10 * steps[-1]


@pytest.mark.parametrize("ground", [(252, 254, 250), (0, 0, 0), (128, 128, 128)])
def test_the_ground_a_model_lays_under_a_transparent_picture_is_no_change_and_no_tint(ground):
    before = Image.new("RGBA", SIZE, (0, 0, 0, 0))
    ImageDraw.Draw(before).rectangle((200, 150, 1000, 750), fill=(220, 60, 80, 255))
    after = Image.new("RGB", SIZE, ground)
    draw = ImageDraw.Draw(after)
    draw.rectangle((200, 150, 1000, 750), fill=(220, 60, 80))
    draw.ellipse((400, 250, 700, 550), fill=(40, 200, 90))
    truth = Image.new("L", SIZE)
    ImageDraw.Draw(truth).ellipse((400, 250, 700, 550), fill=255)
    changes, changed = found(before, after)
    assert overlap(changed, at(truth, changes.size)) > 0.85
    result = adjusted(picture(before), None, [(picture(after), whole(SIZE))], Recipe(Blend()))
    middle = result.image.getpixel((550, 400))
    assert max(abs(is_ - was) for is_, was in zip(middle, (40, 200, 90, 255), strict=True)) <= 4
