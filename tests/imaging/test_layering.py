"""Several answers in one picture: each only where it was chosen, and nothing anywhere else."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from editor.imaging.adjusting import NothingLeft, OtherAreas, Recipe, adjusted
from editor.imaging.composing import Blend, Fit, compose
from editor.imaging.growing import grown
from editor.imaging.layering import Layer, put_layers, shown_mask
from editor.imaging.regions import find_regions
from tests.imaging.laying import BLUE, RED, SIZE, flat, picture, same_outside, whole
from tests.imaging.profiles import ADOBE_RGB, rgb_profile
from tests.imaging.redrawing import Redrawing, redrawn
from tests.imaging.test_locked_pixels import blends, masks
from tests.pictures import noise, painted_mask, photo

GREEN = (0, 200, 0)
WINDOW = (0.1, 0.2, 0.35, 0.6)
DOOR = (0.6, 0.3, 0.9, 0.9)


def two_areas(size=SIZE):
    """A window on the left and a door on the right."""
    return ImageChops.lighter(painted_mask(size, WINDOW), painted_mask(size, DOOR))


def both_ways(original, mask, recipe, restored=None):
    """Put a red picture together with a blue and a green answer."""
    answers = [(picture(flat(colour)), whole(SIZE)) for colour in (BLUE, GREEN)]
    return adjusted(picture(original), mask, answers, recipe, restored)


def where(image, colour):
    return (np.asarray(image) == colour).all(axis=2)


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_whatever_is_chosen_nothing_outside_the_chosen_areas_changes_in_any_bit(data):
    size = (data.draw(st.integers(8, 70)), data.draw(st.integers(8, 70)))
    drawn = data.draw(st.sampled_from([noise, photo]))
    original = drawn(*size, mode=data.draw(st.sampled_from(["RGB", "RGBA"])))
    mask, blend = data.draw(masks(size)), data.draw(blends())
    restored = data.draw(st.one_of(st.none(), masks(size)))
    count = find_regions(mask).count
    areas = tuple(data.draw(st.integers(0, 2)) for _area in range(count))
    modes = st.sampled_from(["RGB", "RGBA"])
    answers = [
        (picture(drawn(*size, seed=seed, mode=data.draw(modes))), whole(size)) for seed in (2, 3)
    ]
    before = original.tobytes()
    profile = data.draw(st.sampled_from([None, rgb_profile(ADOBE_RGB)]))
    allowed = Image.new("L", size)
    regions = find_regions(mask)
    chosen = [number for number, answer in enumerate(areas, 1) if answer]
    for answer in (1, 2):
        of_it = [number for number, shows in enumerate(areas, 1) if shows == answer]
        shown = shown_mask(regions.only(mask, of_it), blend.grow, restored)
        allowed = ImageChops.lighter(allowed, shown)
    try:
        result = adjusted(picture(original, profile), mask, answers, Recipe(blend, areas), restored)
    except NothingLeft:
        assert allowed.getbbox() is None
        return
    assert original.tobytes() == before
    assert chosen
    assert result.image.size == size
    assert result.icc_profile == profile
    assert same_outside(original, result.image, allowed)
    assert result.changed_pixels == 0
    assert result.outside_pixels == int((np.asarray(allowed) == 0).sum())
    if restored is not None:
        painted_back = Image.fromarray(255 * (np.asarray(restored) < 255).astype(np.uint8))
        assert same_outside(original, result.image, painted_back)


def test_each_area_shows_the_answer_that_was_chosen_for_it():
    result = both_ways(flat(RED), two_areas(), Recipe(Blend(match_colour=False), (1, 2)))
    window, door = painted_mask(SIZE, WINDOW), painted_mask(SIZE, DOOR)
    assert (where(result.image, BLUE) == (np.asarray(window) == 255)).all()
    assert (where(result.image, GREEN) == (np.asarray(door) == 255)).all()
    assert result.changed_pixels == 0


def test_a_rejected_area_is_the_original_bit_by_bit():
    original = photo(*SIZE)
    result = both_ways(original, two_areas(), Recipe(Blend(feather=5), (0, 1)))
    door = painted_mask(SIZE, DOOR)
    assert same_outside(original, result.image, door)
    assert result.outside_pixels == int((np.asarray(door) == 0).sum())
    assert (np.asarray(result.image) != np.asarray(original)).any()


def test_without_any_choice_the_first_answer_is_composed_as_it_was():
    original, mask = photo(400, 300), painted_mask((400, 300))
    answer = redrawn(original, Redrawing(dx=3, tint=(9, -6, 4)), mask)
    blend = Blend(feather=6)
    composed = compose(picture(original), mask, picture(answer), whole((400, 300)), blend)
    again = adjusted(picture(original), mask, [(picture(answer), whole((400, 300)))], Recipe(blend))
    assert composed.drift.undone
    assert again.image.tobytes() == composed.image.tobytes()
    assert again.outside_pixels == composed.lock.outside_pixels


def test_what_is_painted_back_stays_the_original_and_fades_into_the_edit():
    restored = Image.new("L", SIZE)
    restored.paste(255, (0, 0, SIZE[0], SIZE[1] // 2))
    mask = Image.new("L", SIZE, 255)
    recipe = Recipe(Blend(feather=12, match_colour=False))
    result = np.asarray(both_ways(flat(RED), mask, recipe, restored).image)
    assert (result[: SIZE[1] // 2] == RED).all()
    assert (result[-1] == BLUE).all()
    edge = result[SIZE[1] // 2 + 4, 60]
    assert 0 < edge[0] < 255, "the seam to what was painted back is soft, too"


def test_restoring_everything_leaves_no_new_picture():
    everything = Image.new("L", SIZE, 255)
    with pytest.raises(NothingLeft):
        both_ways(flat(RED), two_areas(), Recipe(Blend()), everything)
    with pytest.raises(NothingLeft):
        both_ways(flat(RED), two_areas(), Recipe(Blend(), (0, 0)))


def test_a_choice_for_other_areas_is_refused():
    with pytest.raises(OtherAreas):
        both_ways(flat(RED), two_areas(), Recipe(Blend(), (1, 1, 1)))


def test_grown_areas_that_meet_show_the_later_answer_above():
    window, door = painted_mask(SIZE, WINDOW), painted_mask(SIZE, DOOR)
    layers = [
        Layer(picture(flat(colour)), whole(SIZE), Fit(), mask)
        for colour, mask in ((BLUE, window), (GREEN, door))
    ]
    result = put_layers(picture(flat(RED)), layers, Blend(grow=25))
    both = ImageChops.darker(grown(window, 25), grown(door, 25))
    assert both.getbbox() is not None
    assert where(result.image, GREEN)[np.asarray(both) == 255].all()
    assert result.changed_pixels == 0


def test_a_mask_of_another_size_is_refused():
    layer = Layer(picture(flat(BLUE)), whole(SIZE), Fit(), Image.new("L", (9, 9), 255))
    with pytest.raises(ValueError, match="the mask is L"):
        put_layers(picture(flat(RED)), [layer], Blend())
    right = Layer(picture(flat(BLUE)), whole(SIZE), Fit(), painted_mask(SIZE))
    with pytest.raises(ValueError, match="the mask is L"):
        put_layers(picture(flat(RED)), [right], Blend(), Image.new("L", (9, 9), 255))


def test_without_layers_the_original_comes_back_as_a_copy():
    original = photo(*SIZE)
    result = put_layers(picture(original), [], Blend())
    assert result.image.tobytes() == original.tobytes()
    assert result.image is not original
    assert result.outside_pixels == SIZE[0] * SIZE[1]
