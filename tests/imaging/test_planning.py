"""What is sent of a picture: any picture, any paint, any model of a recorded catalogue."""

import math
from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from editor.imaging.framing import Box, Size
from editor.imaging.planning import (
    LEAST_SIDE,
    FrameChoice,
    FrameWish,
    plan_frame,
    split_paint,
    with_context,
)
from editor.imaging.sizes import (
    USEFUL_PIXELS,
    SizeRule,
    class_pixels,
    fixed_size,
    has_shape,
    ratio_of,
)
from tests.imaging.catalogue import GPT_IMAGE, RULES

MOST_PIXELS = 64_000_000
AUTO = SizeRule()
SQUARE = SizeRule(("1024x1024",), "1024x1024")


@st.composite
def pictures(draw):
    """Any size that reading lets in: 8 px to 64 MP."""
    width = draw(st.integers(8, 20_000))
    return Size(width, draw(st.integers(8, min(20_000, MOST_PIXELS // width))))


@st.composite
def boxes_in(draw, size):
    left = draw(st.integers(0, size.width - 1))
    top = draw(st.integers(0, size.height - 1))
    right = draw(st.integers(left + 1, size.width))
    return Box(left, top, right, draw(st.integers(top + 1, size.height)))


@st.composite
def painted_pictures(draw):
    picture = draw(pictures())
    return picture, draw(boxes_in(picture))


rules = st.sampled_from(RULES)
thorough = settings(max_examples=400)
contexts = st.sampled_from([0.0, 0.1, 0.5, 1.0, 3.0])
anywhere = st.integers(-30_000, 30_000)


@st.composite
def wishes(draw):
    choice = draw(st.sampled_from(FrameChoice))
    left, top = draw(anywhere), draw(anywhere)
    box = Box(left, top, left + draw(st.integers(1, 9_000)), top + draw(st.integers(1, 9_000)))
    return FrameWish(choice, draw(contexts), draw(st.sampled_from([None, box])))


@given(painted_pictures(), rules, wishes(), st.booleans())
def test_the_frame_lies_in_the_picture_and_the_box_in_what_is_sent(painted, rule, wish, has_paint):
    picture, box = painted
    plan = plan_frame(picture, box if has_paint else None, rule, wish)
    assert Box(0, 0, *picture).holds(plan.frame.box)
    assert Box(0, 0, *plan.frame.sent).holds(plan.frame.inner)
    assert min(plan.answer) >= 1
    assert plan.choice is not FrameChoice.AUTOMATIC
    assert math.isfinite(plan.enlargement)


@thorough
@given(painted_pictures(), rules, wishes())
def test_the_frame_covers_the_paint_with_its_context(painted, rule, wish):
    picture, box = painted
    plan = plan_frame(picture, box, rule, wish)
    if plan.choice is FrameChoice.BY_HAND:
        return
    context = wish.context if wish.choice is FrameChoice.AROUND else FrameWish().context
    assert plan.frame.box.holds(with_context(box, context, picture))
    assert plan.frame.box.holds(box)


@thorough
@given(painted_pictures(), rules, wishes())
def test_what_is_sent_is_an_allowed_size_to_a_pixel(painted, rule, wish):
    picture, box = painted
    plan = plan_frame(picture, box, rule, wish)
    frame, fixed, ratio = plan.frame, fixed_size(plan.size), ratio_of(plan.size)
    if rule.asked not in ("", "auto"):
        assert plan.size == rule.asked
    elif plan.size not in ("", "auto"):
        assert plan.size in rule.sizes
    if fixed is not None:
        assert frame.sent == fixed
    elif ratio is not None:
        across, down = frame.sent
        off = min(abs(across - down * ratio), abs(down - across / ratio))
        assert off <= 1 + 1e-6
    if fixed is None and rule.most_pixels is not None:
        assert frame.sent.pixels <= rule.most_pixels
    assert fixed is not None or frame.sent.pixels >= rule.least_pixels


@thorough
@given(painted_pictures(), rules, wishes())
def test_the_edge_is_repeated_only_where_the_picture_ends(painted, rule, wish):
    """A box that had room to grow to the shape asked for fills all that is sent."""
    picture, box = painted
    plan = plan_frame(picture, box, rule, wish)
    frame = plan.frame
    if plan.choice is FrameChoice.WHOLE:
        assert frame.box == Box(0, 0, *picture)
    elif frame.inner.size != frame.sent:
        width, height = frame.box.size
        assert width == picture.width or height == picture.height
        # It is the short side that met the picture's end.
        too_narrow = width / height < frame.sent.aspect
        assert width == picture.width if too_narrow else height == picture.height


@thorough
@given(painted_pictures(), rules, wishes())
def test_no_more_pixels_are_sent_than_there_are_unless_the_size_demands_it(painted, rule, wish):
    picture, box = painted
    plan = plan_frame(picture, box, rule, wish)
    frame = plan.frame
    if fixed_size(plan.size) is None and not rule.least_pixels:
        assert frame.inner.size.width <= frame.box.size.width + 1
        assert frame.inner.size.height <= frame.box.size.height + 1
        bound = class_pixels(plan.size) or 10 * MOST_PIXELS
        if not plan.size.endswith("x"):
            bound = min(bound, rule.most_pixels or USEFUL_PIXELS)
        assert frame.sent.pixels <= bound
    if fixed_size(plan.size) and wish.choice is FrameChoice.AUTOMATIC and frame.box.size != picture:
        # It takes in more of the picture before it blows up what it has.
        width, height = frame.box.size
        spans = width >= 0.98 * picture.width or height >= 0.98 * picture.height
        assert plan.enlargement >= 0.99 or spans or min(width, height) >= 500


@given(painted_pictures(), rules)
def test_automatic_is_never_worse_than_the_whole_picture(painted, rule):
    picture, box = painted
    whole = plan_frame(picture, box, rule, FrameWish(FrameChoice.WHOLE))
    plan = plan_frame(picture, box, rule, FrameWish())
    assert plan.choice in (FrameChoice.WHOLE, FrameChoice.AROUND)
    if plan.choice is FrameChoice.AROUND:
        assert plan.enlargement < whole.enlargement / 1.2
        assert plan.frame.box != whole.frame.box
    else:
        assert plan == whole


@given(painted_pictures(), rules, st.data(), st.booleans())
def test_a_frame_drawn_by_hand_holds_what_was_drawn_and_stays_when_drawn_again(
    painted, rule, data, over_the_edge
):
    picture, box = painted
    drawn = data.draw(boxes_in(picture))
    asked = Box(-50, drawn.top, picture.width + 9, drawn.bottom) if over_the_edge else drawn
    plan = plan_frame(picture, box, rule, FrameWish(FrameChoice.BY_HAND, box=asked))
    assert plan.choice is FrameChoice.BY_HAND
    assert plan.frame.box.holds(drawn)
    assert plan.frame.box.size.width >= min(LEAST_SIDE, picture.width)
    again = FrameWish(FrameChoice.BY_HAND, box=plan.frame.box)
    same = plan_frame(picture, box, replace(rule, asked=plan.size), again)
    assert same.frame.box == plan.frame.box


@given(pictures(), st.data(), rules)
def test_two_edits_are_offered_only_where_each_gains_much_and_keeps_to_its_own_paint(
    picture, data, rule
):
    areas = data.draw(st.lists(boxes_in(picture), max_size=5))
    split = split_paint(picture, areas, rule)
    if split is None:
        return
    assert split.gain >= 1.5
    first, second = split.boxes
    for area in areas:
        assert first.holds(area) != second.holds(area)
        assert first.meet(area) is None or second.meet(area) is None


@given(painted_pictures(), rules)
def test_one_area_is_never_offered_as_two_edits(painted, rule):
    picture, box = painted
    assert split_paint(picture, [box], rule) is None
    assert split_paint(picture, [], rule) is None
    assert split_paint(picture, [box] * 65, rule) is None


@given(painted_pictures(), st.sampled_from([0.1, 0.5, 1.0]))
def test_more_context_never_makes_a_smaller_frame(painted, share):
    picture, box = painted
    frames = [
        plan_frame(picture, box, AUTO, FrameWish(FrameChoice.AROUND, context)).frame.box
        for context in (share, 2 * share)
    ]
    assert frames[1].holds(frames[0])


@given(pictures(), st.floats(0.1, 10))
def test_a_size_has_the_shape_it_was_rounded_to(picture, aspect):
    assume(picture.height * aspect >= 1)
    assert has_shape(Size(round(picture.height * aspect), picture.height), aspect)


PHOTO = Size(6000, 4000)
FACE = Box(2000, 1500, 2600, 2100)


def test_a_face_in_a_24_megapixel_photo_is_framed_and_keeps_its_detail():
    plan = plan_frame(PHOTO, FACE, SQUARE, FrameWish())
    assert plan.choice is FrameChoice.AROUND
    assert plan.frame.box == Box(1700, 1200, 2900, 2400)
    assert plan.frame.sent == (1024, 1024)
    assert plan.enlargement == pytest.approx(1200 / 1024)


def test_paint_all_over_the_photo_sends_all_of_it():
    plan = plan_frame(PHOTO, Box(500, 400, 5500, 3700), SQUARE, FrameWish())
    assert plan.choice is FrameChoice.WHOLE
    assert plan.enlargement == pytest.approx(6000 / 1024)


def test_a_small_picture_is_sent_whole_because_nothing_is_gained():
    plan = plan_frame(Size(1000, 800), Box(10, 10, 60, 60), SQUARE, FrameWish())
    assert plan.choice is FrameChoice.WHOLE


def test_a_speck_of_paint_takes_more_of_the_picture_along_in_automatic():
    plan = plan_frame(PHOTO, Box(3000, 2000, 3040, 2030), SQUARE, FrameWish())
    assert plan.frame.box.size == (512, 512)


def test_around_takes_no_more_context_than_was_asked_for():
    wish = FrameWish(FrameChoice.AROUND, 0.2)
    assert plan_frame(PHOTO, FACE, SQUARE, wish).frame.box == Box(1880, 1380, 2720, 2220)


def test_at_the_edge_the_frame_moves_inwards_instead_of_repeating_the_edge():
    plan = plan_frame(PHOTO, Box(5500, 3000, 6000, 3200), SQUARE, FrameWish())
    assert plan.frame.box.right == 6000
    assert plan.frame.inner.size == plan.frame.sent


def test_a_panorama_too_thin_for_a_square_is_letterboxed():
    plan = plan_frame(Size(9000, 300), Box(4000, 100, 5000, 200), SQUARE, FrameWish())
    assert plan.frame.box.size.height == 300
    assert plan.frame.inner.size.height < 1024 == plan.frame.inner.size.width


def test_a_model_that_chooses_its_shape_gets_one_that_it_lists():
    rule = SizeRule(("auto", *GPT_IMAGE), "auto")
    plan = plan_frame(PHOTO, Box(2000, 1000, 2600, 2000), rule, FrameWish(FrameChoice.AROUND))
    assert plan.size == "auto"
    assert has_shape(plan.frame.box.size, 1024 / 1536)


def test_a_box_by_hand_is_left_alone_where_the_model_chooses_the_shape():
    rule = SizeRule(("auto", *GPT_IMAGE), "auto")
    drawn = Box(1000, 1000, 2234, 1500)
    plan = plan_frame(PHOTO, FACE, rule, FrameWish(FrameChoice.BY_HAND, box=drawn))
    assert plan.frame.box == drawn


def test_a_window_of_total_pixels_is_kept():
    rule = SizeRule(("auto",), "auto", 655_360, 3_686_400)
    small = plan_frame(Size(512, 512), Box(0, 0, 9, 9), rule, FrameWish())
    assert 655_360 <= small.frame.sent.pixels < 670_000
    large = plan_frame(PHOTO, None, rule, FrameWish())
    assert 3_600_000 < large.frame.sent.pixels <= 3_686_400


@pytest.mark.parametrize(
    ("sizes", "asked", "answer"),
    [
        (("1024x1024",), "1024x1024", (1024, 1024)),
        (("1k", "2k"), "2k", (2508, 1672)),
        (("2x",), "2x", (12_000, 8000)),
        (("auto",), "auto", (1254, 836)),
        (("auto", "2048x2048", "4096x4096"), "auto", (2508, 1672)),
    ],
)
def test_the_answer_is_expected_as_the_size_string_says(sizes, asked, answer):
    assert plan_frame(PHOTO, None, SizeRule(sizes, asked), FrameWish()).answer == answer


def test_two_far_corners_are_offered_as_two_edits():
    areas = [Box(100, 100, 300, 300), Box(5500, 3500, 5800, 3800)]
    split = split_paint(PHOTO, areas, SQUARE)
    assert split is not None
    assert split.gain == pytest.approx(6000 / 1024)
    assert split.boxes[0].holds(areas[0])
    assert split.boxes[1].holds(areas[1])


def test_many_strokes_in_two_clusters_are_parted_at_the_widest_gap():
    left = [Box(100 + 90 * i, 500, 160 + 90 * i, 560) for i in range(4)]
    right = [Box(5200 + 90 * i, 900, 5260 + 90 * i, 960) for i in range(4)]
    split = split_paint(PHOTO, [*right, *left], SQUARE)
    assert split is not None
    assert all(split.boxes[0].holds(box) for box in left)
    assert all(split.boxes[1].holds(box) for box in right)


def test_two_eyes_are_one_edit():
    assert (
        split_paint(PHOTO, [Box(2000, 2000, 2200, 2100), Box(2400, 2000, 2600, 2100)], SQUARE)
        is None
    )
