"""Prompts become the edits that they ask for, and only where they should."""

import time

import cv2
import numpy as np
import pytest

from sandbox.catalogue import BY_ID, Model
from sandbox.checks import Job
from sandbox.faults import Fault
from sandbox.filling import fill
from sandbox.framing import answer_size, lay
from sandbox.painting import edit, paint
from sandbox.redraw import redraw_lightly, redraw_strongly
from sandbox.scenery import MAKERS
from sandbox.styles import STYLES
from sandbox.textures import Canvas
from sandbox.wording import COLOURS, TEXTURES, read_intent
from sandbox.wording import STYLES as STYLE_WORDS
from sandbox.work import Painted
from tests.sandbox.sandbox_server import ball_mask, drawn


def chance(seed=1):
    return np.random.default_rng(seed)


def edited(prompt, mask=None, variant=0, seed=1):
    return edit(drawn(), mask, prompt, (), variant, chance(seed))


@pytest.mark.parametrize(
    ("prompt", "kind", "name"),
    [
        ("remove the car", "remove", ""),
        ("Erase the person in the red coat", "remove", ""),
        ("the beach without people", "remove", ""),
        ("Replace the blurred border by a natural continuation of the scene", "remove", ""),
        ("extend the sky", "remove", ""),
        ("remove the fence and replace it with grass", "texture", "grass"),
        ("turn the wall into bricks", "texture", "brick"),
        ("a starry night sky", "texture", "stars"),
        ("a red brick wall", "texture", "brick"),
        ("make the grass blue", "recolour", ""),
        ("brick red", "recolour", ""),
        ("paint it #3366cc", "recolour", ""),
        ("golden", "recolour", ""),
        ("make the sky more dramatic", "style", "contrast"),
        ("a pencil sketch of a garden", "style", "sketch"),
        ("black and white", "style", "grey"),
        ("watercolour", "style", "watercolour"),
        ("shallow depth of field, blurred", "style", "blur"),
        ("as an oil painting", "style", "oil"),
        ("put a dragon here", "surprise", ""),
    ],
)
def test_a_prompt_is_understood(prompt, kind, name):
    intent = read_intent(prompt)
    assert (intent.kind, intent.name) == (kind, name)


def test_the_last_colour_is_the_wish_and_the_first_its_object():
    intent = read_intent("make the red car blue")
    assert (intent.source, intent.colour) == (COLOURS["red"], COLOURS["blue"])


def test_a_surface_takes_the_colour_that_is_named_with_it():
    assert read_intent("blue brick wall").colour == COLOURS["blue"]


def test_every_word_leads_to_something_that_can_be_drawn():
    assert {name for name, _ in TEXTURES} == set(MAKERS)
    assert {name for name, _ in STYLE_WORDS} == set(STYLES)


def test_removing_fills_the_hole_with_what_is_around():
    picture, mask = drawn(), ball_mask()
    filled = fill(picture, mask > 0, chance())
    assert (filled[mask == 0] == picture[mask == 0]).all()
    core = ball_mask(radius=0.16) > 0
    assert picture[core][:, 0].mean() > 180
    # No red is left: red is well below green, as in sky and ground.
    red, green, _ = filled[core].astype(int).mean(axis=0)
    assert red < green - 10


def test_a_fill_is_as_grainy_as_its_surroundings():
    picture = np.clip(chance(3).normal(120, 12, (160, 200, 3)), 0, 255).astype(np.uint8)
    hole = np.zeros((160, 200), bool)
    hole[60:100, 80:130] = True
    filled = fill(picture, hole, chance())
    assert filled[hole].std() > 0.5 * picture[~hole].std()


@pytest.mark.parametrize("share", [0.001, 0.97, 1.0])
def test_tiny_and_huge_holes_are_survived(share):
    picture = drawn()
    mask = np.zeros(picture.shape[:2], np.uint8)
    mask.ravel()[: max(1, int(mask.size * share))] = 255
    made = edited("remove it", mask)
    assert made.shape == picture.shape


def test_without_a_mask_the_thing_that_stands_out_is_removed():
    core = ball_mask(radius=0.13) > 0
    made = edited("remove the ball")
    assert made[core][:, 0].mean() < drawn()[core][:, 0].mean() - 40


@pytest.mark.parametrize("word", ["red", "blue", "green", "golden", "white", "black", "pink"])
def test_a_colour_word_gives_that_colour(word):
    core = ball_mask(radius=0.12) > 0
    made = edited(f"make it {word}", ball_mask())[core].astype(float).mean(axis=0)
    others = {name: np.abs(made - colour).mean() for name, colour in COLOURS.items()}
    assert others[word] < 60
    assert others[word] <= sorted(others.values())[6]


def test_recolouring_keeps_light_and_texture():
    mask = ball_mask()
    before = cv2.cvtColor(drawn(), cv2.COLOR_RGB2GRAY).astype(float)
    after = cv2.cvtColor(edited("make it blue", mask), cv2.COLOR_RGB2GRAY).astype(float)
    core = ball_mask(radius=0.12) > 0
    assert np.corrcoef(before[core], after[core])[0, 1] > 0.6


def test_a_loose_mask_recolours_the_thing_and_not_the_ground_around_it():
    loose = ball_mask(radius=0.33)
    made = edited("make it blue", loose)
    ring = (ball_mask(radius=0.28) > 0) & (ball_mask(radius=0.22) == 0)
    core = ball_mask(radius=0.12) > 0
    change = np.abs(made.astype(int) - drawn()).mean(axis=2)
    assert change[core].mean() > 60
    assert change[ring].mean() < 15


def test_a_named_colour_is_changed_alone_even_without_a_mask():
    change = np.abs(edited("make the red ball green").astype(int) - drawn()).mean(axis=2)
    assert change[ball_mask(radius=0.12) > 0].mean() > 40
    assert change[ball_mask(radius=0.26) == 0].mean() < 3


@pytest.mark.parametrize("name", sorted(MAKERS))
def test_every_surface_is_drawn_inside_the_mask_only(name):
    mask = ball_mask()
    words = dict(TEXTURES)[name].split("|")[0].replace("?", "")
    made = edited(f"turn it into {words}", mask)
    assert (made[mask == 0] == drawn()[mask == 0]).all()
    core = ball_mask(radius=0.15) > 0
    assert np.abs(made[core].astype(int) - drawn()[core]).mean() > 20


@pytest.mark.parametrize("name", sorted(MAKERS))
def test_every_surface_can_be_drawn_at_any_size(name):
    for height, width in ((8, 8), (9, 300), (300, 9)):
        made = MAKERS[name](Canvas(height, width, 12.0, chance()))
        assert made.shape == (height, width, 3)
        assert np.isfinite(made).all()


@pytest.mark.parametrize("name", sorted(STYLES))
def test_every_style_changes_the_picture_and_survives_small_ones(name):
    assert np.abs(STYLES[name](drawn(), 0.4).astype(int) - drawn()).mean() > 0.8
    assert STYLES[name](drawn(16, 12), 0.4).shape == (12, 16, 3)


def test_edges_are_soft_inside_the_mask_and_absent_outside():
    mask = np.zeros((128, 192), np.uint8)
    mask[30:100, 40:150] = 255
    change = np.abs(edited("darker", mask).astype(int) - drawn()).sum(axis=2)
    assert change[mask == 0].max() == 0
    rim, middle = change[30, 45:145].mean(), change[60, 45:145].mean()
    assert 0 < rim < 0.8 * middle


def test_an_empty_mask_changes_nothing():
    empty = np.zeros((128, 192), np.uint8)
    assert (edited("make it blue", empty) == drawn()).all()


@pytest.mark.parametrize("prompt", ["make it blue", "brick wall", "put a dragon here", "brighter"])
def test_variants_look_different(prompt):
    made = [edited(prompt, variant=variant, seed=variant).astype(int) for variant in range(4)]
    for first in range(4):
        for second in range(first):
            assert np.abs(made[first] - made[second]).mean() > 1.5


def test_redrawing_moves_and_tints_a_little():
    picture = lay(drawn(), (960, 640))
    shifts, tints = [], []
    for seed in range(12):
        made = redraw_lightly(picture, chance(seed))
        before = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
        after = cv2.cvtColor(made, cv2.COLOR_RGB2GRAY).astype(np.float32)
        (x, y), _ = cv2.phaseCorrelate(
            before, after, cv2.createHanningWindow((960, 640), cv2.CV_32F)
        )
        shifts.append((x, y))
        tints.append(np.abs(made.mean(axis=(0, 1)) - picture.mean(axis=(0, 1))))
    far = np.hypot(*np.asarray(shifts).T)
    assert far.max() < 4.5
    assert far.min() > 0.2
    assert len({tuple(np.round(shift, 1)) for shift in shifts}) > 8
    assert 0.5 < np.asarray(tints).mean() < 4.5


def test_a_strong_redrawing_changes_far_more():
    picture = lay(drawn(), (960, 640)).astype(int)
    light = np.abs(redraw_lightly(picture.astype(np.uint8), chance()) - picture).mean()
    strong = np.abs(redraw_strongly(picture.astype(np.uint8), chance()) - picture).mean()
    assert strong > 15 > 6 > light > 1


@pytest.mark.parametrize("shape", [(64, 64), (3000, 200), (200, 3000), (8, 8), (4000, 3000)])
def test_an_answer_has_whole_blocks_and_a_bounded_size(shape):
    width, height = shape
    for model in BY_ID.values():
        for size in model.sizes:
            made = answer_size(model, size, width, height)
            assert all(side % 8 == 0 and side >= 64 for side in made)
            assert made[0] * made[1] < 4_300_000


def test_another_shape_is_filled_not_squeezed():
    picture = np.zeros((100, 300, 3), np.uint8)
    picture[:, 100:200] = 255
    assert (lay(picture, (64, 64)) == 255).all()


def test_the_eraser_removes_whatever_the_prompt_says():
    job = Job(BY_ID["sandbox/eraser"], "make it red", (drawn(),), ball_mask(), 1, "auto")
    made = cv2.resize(paint(job, 5, 0), (192, 128), interpolation=cv2.INTER_AREA)
    assert made[ball_mask(radius=0.12) > 0][:, 0].mean() < 150


@pytest.mark.parametrize("prompt", ["remove the ball", "oil painting", "make it blue", "grass"])
def test_twelve_megapixels_are_shrunk_before_they_are_painted_on(prompt):
    small, _ = painted_at((1200, 900), prompt)
    large, made = painted_at((4000, 3000), prompt)
    assert made.shape[0] * made.shape[1] < 1_500_000
    assert large < 5 * small, "eleven times the pixels"


def painted_at(size: tuple[int, int], prompt: str) -> tuple[float, np.ndarray]:
    """The processor time in seconds, and what was made."""
    picture = cv2.resize(drawn(), size, interpolation=cv2.INTER_CUBIC)
    mask = cv2.resize(ball_mask(), size, interpolation=cv2.INTER_NEAREST)
    model: Model = BY_ID["sandbox/inpaint-pro"]
    began = time.thread_time()
    made = paint(Job(model, prompt, (picture,), mask, 1, "auto"), 7, 0)
    return time.thread_time() - began, made


@pytest.mark.parametrize(("most", "times"), [(0, 5), (1, 4), (2, 3)])
def test_so_many_pictures_are_remembered_as_was_said(monkeypatch, most, times):
    calls = []

    def made(job, seed, variant, fault):
        calls.append((seed, variant))
        return f"{seed}, {variant}".encode(), "8x8"

    monkeypatch.setattr("sandbox.work.make", made)
    painted = Painted(most)
    job = Job(BY_ID["sandbox/quartet"], "make it blue", [drawn()], None, 1, "auto")
    asked = [(1, 0), (1, 0), (1, 1), (2, 0), (1, 1)]
    answers = [painted.make(job, seed, variant, None)[0] for seed, variant in asked]
    assert answers == [f"{seed}, {variant}".encode() for seed, variant in asked]
    assert len(calls) == times


def test_what_a_fault_spoils_is_neither_remembered_nor_given_again(monkeypatch):
    made = iter([(b"whole", ""), (b"spoiled", ""), (b"never", "")])
    monkeypatch.setattr("sandbox.work.make", lambda *_: next(made))
    painted = Painted(5)
    job = Job(BY_ID["sandbox/quartet"], "make it blue", [drawn()], None, 1, "auto")
    fault = Fault("jpeg_named_png", {})
    answers = [painted.make(job, 1, 0, each)[0] for each in (None, fault, None)]
    assert answers == [b"whole", b"spoiled", b"whole"]
