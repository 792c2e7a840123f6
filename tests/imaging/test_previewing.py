"""What a page gets to lay answers in by itself, in small."""

import io
import zlib

import numpy as np
import pytest
from PIL import Image, ImageChops

from editor.imaging import apart, steps
from editor.imaging.adjusting import NothingLeft, OtherAreas, Recipe
from editor.imaging.changes import LEVELS, NothingInCommon
from editor.imaging.composing import Blend
from editor.imaging.framing import Box, Frame, Size
from editor.imaging.previewing import preview
from editor.imaging.reading import Limits
from editor.imaging.regions import find_regions
from editor.imaging.steps import Answer, AnswerRefused, Kept
from tests.imaging.laying import flat, picture, whole
from tests.imaging.redrawing import Redrawing, redrawn
from tests.pictures import encoded, painted_mask, photo

SIZE = (1500, 1000)
LIMITS = Limits(max_bytes=10_000_000, max_pixels=10_000_000)


def two_areas(size=SIZE):
    return ImageChops.lighter(
        painted_mask(size, (0.1, 0.2, 0.3, 0.6)), painted_mask(size, (0.6, 0.3, 0.9, 0.9))
    )


def plane(packed, size):
    """Unpack one byte per pixel."""
    return np.frombuffer(zlib.decompress(packed), dtype=np.uint8).reshape(size[1], size[0])


def shown(laid):
    return np.asarray(Image.open(io.BytesIO(laid.image)).convert("RGB"), dtype=np.int16)


def test_a_masked_edit_comes_with_its_answer_and_its_areas_in_small():
    original, mask = photo(*SIZE), two_areas()
    answer = redrawn(original, Redrawing(), mask)
    small = preview(picture(original), mask, picture(answer), whole(SIZE), 600)
    assert small.size == (600, 400)
    assert small.box == Box(0, 0, 600, 400)
    assert small.found is None
    assert not small.fades_alpha
    assert len(small.areas.sizes) == 2
    numbers, grey = plane(small.areas.numbers, (600, 400)), plane(small.areas.mask, (600, 400))
    assert (grey == np.asarray(mask.resize((600, 400), Image.Resampling.BOX))).all()
    assert (numbers[grey > 0] > 0).all()
    for number, size in enumerate(small.areas.sizes, 1):
        assert size == find_regions(mask).areas[number - 1]
        assert abs((numbers == number).sum() * 6.25 / size - 1) < 0.08  # and what it touches
    expected = np.asarray(answer.resize((600, 400), Image.Resampling.BICUBIC), dtype=np.int16)
    assert np.abs(shown(small.came) - expected).mean() < 4


def test_a_drift_that_can_be_undone_is_shown_both_ways():
    original, mask = photo(*SIZE), two_areas()
    answer = redrawn(original, Redrawing(dx=9, dy=-6), mask)
    small = preview(picture(original), mask, picture(answer), whole(SIZE), 750)
    outside = np.asarray(mask.resize((750, 500))) == 0
    before = np.asarray(original.resize((750, 500), Image.Resampling.BICUBIC), dtype=np.int16)
    assert small.drift.undone
    came, undone = (
        np.abs(shown(laid) - before)[outside].mean() for laid in (small.came, small.undone)
    )
    assert undone < came / 2
    assert small.undone.colour is None or abs(small.undone.colour.gain[0] - 1) < 0.05


def test_the_answer_to_a_part_of_the_picture_is_shown_where_it_belongs():
    original = flat((10, 60, 10), SIZE)
    frame = Frame(Box(300, 200, 900, 600), Size(512, 341), Box(0, 0, 512, 341))
    mask = painted_mask(SIZE, (0.3, 0.3, 0.5, 0.5))
    small = preview(picture(original), mask, picture(flat((0, 0, 250), (512, 341))), frame, 750)
    assert small.box == Box(150, 100, 450, 300)
    assert shown(small.came).shape == (200, 300, 3)
    assert np.abs(shown(small.came) - (0, 0, 250)).max() < 8


def test_an_answer_without_a_mask_tells_what_it_changed():
    original, truth = photo(*SIZE), two_areas()
    answer = redrawn(original, Redrawing(dx=3), truth)
    small = preview(picture(original), None, picture(answer), whole(SIZE), 600)
    assert small.areas is None
    levels, heat = (
        plane(part, small.found.size) for part in (small.found.levels, small.found.heat)
    )
    assert levels.max() <= LEVELS
    changed = (levels > 0) & (levels <= small.found.usual)
    assert abs(changed.mean() - small.found.shares[small.found.usual - 1]) < 1e-6
    assert heat[changed].mean() > 5 * heat[~changed].mean()
    assert small.undone is not None


def test_another_picture_is_shown_without_anything_found():
    small = preview(picture(photo(*SIZE)), None, picture(photo(*SIZE, seed=9)), whole(SIZE), 300)
    assert small.found is None
    assert small.areas is None


def test_small_pictures_are_not_enlarged():
    tiny = picture(photo(40, 30))
    small = preview(tiny, painted_mask((40, 30)), tiny, whole((40, 30)), 600)
    assert small.size == (40, 30)


def test_transparency_is_told_of_when_it_can_change():
    clear = flat((0, 0, 0, 0), SIZE)
    mask = two_areas()
    opaque, thin = picture(flat((9, 9, 9), SIZE)), picture(flat((9, 9, 9, 90), SIZE))
    assert preview(picture(clear), mask, opaque, whole(SIZE), 300).fades_alpha
    assert preview(picture(flat((5, 5, 5), SIZE)), mask, thin, whole(SIZE), 300).fades_alpha
    assert not preview(
        picture(flat((5, 5, 5, 255), SIZE)), mask, opaque, whole(SIZE), 300
    ).fades_alpha


@pytest.fixture(scope="module")
def kept():
    """A photo, its mask and an answer, as files."""
    original, mask = photo(300, 200), two_areas((300, 200))
    answer = redrawn(original, Redrawing(), mask)
    frame = whole((300, 200))
    return (
        Kept(encoded(original), Size(300, 200)),
        encoded(mask),
        Answer(encoded(answer, "JPEG", quality=90), frame, LIMITS),
    )


def test_both_steps_run_in_another_process(kept):
    photo_file, mask, answer = kept
    small = apart.run(steps.look, photo_file, mask, answer, 100)
    assert small.size == (100, 67)
    assert len(small.areas.sizes) == 2
    recipe = Recipe(Blend(feather=3), (0, 1))
    done = apart.run(steps.adjust, photo_file, mask, (answer,), recipe, None, (64,))
    assert done.changed_pixels == 0
    assert done.shown.size == (300, 200)
    assert list(done.shown.renditions) == [64]
    before, after = (
        np.asarray(Image.open(io.BytesIO(data))) for data in (photo_file.data, done.master)
    )
    changed = (before != after).any(axis=2)
    assert not changed[:, :100].any()
    assert changed[:, 150:].any()


def test_what_cannot_be_adjusted_says_why_across_processes(kept):
    photo_file, mask, answer = kept
    everything = encoded(Image.new("L", (300, 200), 255))
    broken = Answer(b"no picture", answer.frame, LIMITS)
    other = Answer(encoded(photo(300, 200, seed=9)), answer.frame, LIMITS)

    def run(mask, answer, recipe, restored=None):
        return apart.run(steps.adjust, photo_file, mask, (answer,), recipe, restored, (64,))

    with pytest.raises(NothingLeft):
        run(mask, answer, Recipe(Blend()), everything)
    with pytest.raises(OtherAreas):
        run(mask, answer, Recipe(Blend(), (1,)))
    with pytest.raises(AnswerRefused):
        run(mask, broken, Recipe(Blend()))
    with pytest.raises(NothingInCommon):
        run(None, other, Recipe(Blend()))
