"""The geometry of what is sent: pure, so any numbers may be tried."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from editor.imaging.framing import Box, Frame, Size, choose_size, fixed_size, frame_whole

ASKABLE = [
    "", "auto", "1024x1024", "1536*1024", "1024x1536", "512X512", "square_hd", "landscape_16_9",
    "1:1", "16:9", "9:16", "2.39:1", "1k", "2K", "4k", "2x", "0.5", "x4", "0:0", "0x0", "-1x5",
    "banana", "99999x99999", "1:9999",
]  # fmt: skip

sides = st.integers(8, 20_000)  # what reading lets in
pictures = st.builds(Size, sides, sides)
size_lists = st.lists(st.sampled_from(ASKABLE[1:]), max_size=6)
ceilings = st.none() | st.integers(1, 70_000_000)


@given(pictures, size_lists, st.sampled_from(ASKABLE), ceilings)
def test_every_frame_is_sound(picture, sizes, asked, max_pixels):
    frame = frame_whole(picture, sizes, asked, max_pixels)
    assert frame.box == Box(0, 0, *picture)
    assert min(frame.sent) >= 1
    assert frame.inner.meet(Box(0, 0, *frame.sent)) == frame.inner
    chosen = choose_size(picture, sizes, asked)
    fixed = fixed_size(chosen)
    if fixed is not None:
        assert frame.sent == fixed
    else:
        assert frame.inner.size.width <= picture.width + 1
        assert frame.inner.size.height <= picture.height + 1
        if max_pixels is not None:
            assert frame.sent.pixels <= max_pixels


@given(pictures, size_lists, st.sampled_from(ASKABLE), ceilings)
def test_the_picture_keeps_its_shape_to_a_pixel(picture, sizes, asked, max_pixels):
    frame = frame_whole(picture, sizes, asked, max_pixels)
    inner = frame.inner.size
    # Each side is within one pixel of what the other side's scale asks for.
    across, down = inner.width / picture.width, inner.height / picture.height
    assert (
        abs(inner.width - picture.width * down) <= 1 + down * 1e-6
        or abs(inner.height - picture.height * across) <= 1 + across * 1e-6
        or min(inner) <= 2
        or abs(across - down) * max(picture) <= 3
    )


@given(pictures, size_lists, st.sampled_from(ASKABLE), ceilings)
def test_what_is_left_around_the_picture_is_shared_between_two_sides(
    picture, sizes, asked, max_pixels
):
    frame = frame_whole(picture, sizes, asked, max_pixels)
    left, right = frame.inner.left, frame.sent.width - frame.inner.right
    top, bottom = frame.inner.top, frame.sent.height - frame.inner.bottom
    assert abs(left - right) <= 1
    assert abs(top - bottom) <= 1
    assert min(left + right, top + bottom) <= 1 or min(frame.inner.size) <= 2


@given(pictures, size_lists, st.sampled_from(ASKABLE), ceilings)
def test_a_frame_survives_being_kept(picture, sizes, asked, max_pixels):
    frame = frame_whole(picture, sizes, asked, max_pixels)
    assert Frame.from_json(json.loads(json.dumps(frame.as_json()))) == frame


@given(pictures, size_lists, st.sampled_from(ASKABLE), st.builds(Size, sides, sides))
def test_the_inner_box_lies_inside_an_answer_of_any_size(picture, sizes, asked, answer):
    frame = frame_whole(picture, sizes, asked, None)
    inner = frame.inner_at(answer)
    assert inner.meet(Box(0, 0, *answer)) == inner
    assert frame.inner_at(frame.sent) == frame.inner


@given(pictures, size_lists, st.sampled_from(ASKABLE), st.floats(0.001, 1))
def test_a_scaled_frame_is_sound_and_no_larger(picture, sizes, asked, factor):
    frame = frame_whole(picture, sizes, asked, None)
    scaled = frame.scaled(factor)
    assert scaled.box == frame.box
    assert scaled.sent.width <= frame.sent.width
    assert scaled.sent.height <= frame.sent.height
    assert scaled.inner.meet(Box(0, 0, *scaled.sent)) == scaled.inner


def test_a_landscape_photo_is_laid_into_a_square():
    frame = frame_whole(Size(4000, 3000), ["1024x1024"], "1024x1024", None)
    assert frame.sent == (1024, 1024)
    assert frame.inner == (0, 128, 1024, 896)


def test_a_fixed_size_enlarges_a_small_picture_because_it_must():
    frame = frame_whole(Size(100, 50), ["1024*1024"], "1024*1024", 10_000)
    assert frame.sent == (1024, 1024)
    assert frame.inner == (0, 256, 1024, 768)


def test_a_rim_of_one_pixel_is_filled_by_the_picture():
    frame = frame_whole(Size(3000, 2001), ["1536x1024"], "1536x1024", None)
    assert frame.inner == (0, 0, 1536, 1024)


def test_auto_sends_the_picture_as_it_is_up_to_the_bound():
    picture = Size(4000, 3000)
    assert frame_whole(picture, [], "auto", None).sent == picture
    bounded = frame_whole(picture, [], "auto", 3_000_000)
    assert bounded.sent == (2000, 1500)
    assert bounded.inner == (0, 0, 2000, 1500)


@pytest.mark.parametrize(
    ("asked", "sent"),
    [
        ("16:9", (5333, 3000)),
        ("1:1", (4000, 4000)),
        ("9:16", (4000, 7111)),
        ("4:3", (4000, 3000)),
        ("1k", (1182, 886)),
        ("2k", (2364, 1773)),
        ("4k", (4000, 3000)),
        ("2x", (4000, 3000)),
    ],
)
def test_ratios_widen_classes_bound_and_factors_leave_alone(asked, sent):
    assert frame_whole(Size(4000, 3000), [asked], asked, None).sent == sent


def test_a_ratio_keeps_the_picture_at_its_own_size_in_the_middle():
    frame = frame_whole(Size(1000, 1000), ["2:1"], "2:1", None)
    assert frame.sent == (2000, 1000)
    assert frame.inner == (500, 0, 1500, 1000)


@pytest.mark.parametrize(
    ("picture", "sizes", "chosen"),
    [
        ((4000, 3000), ["1024x1024", "1536x1024", "1024x1536"], "1536x1024"),
        ((3000, 4000), ["1024x1024", "1536x1024", "1024x1536"], "1024x1536"),
        ((3000, 3000), ["1024x1024", "1536x1024", "1024x1536"], "1024x1024"),
        ((500, 500), ["2048x2048", "1024x1024", "512x512"], "512x512"),
        ((800, 800), ["2048x2048", "1024x1024", "512x512"], "1024x1024"),
        ((9000, 9000), ["512*512", "2048*2048"], "2048*2048"),
        ((4000, 3000), ["1024x1024", "auto"], "auto"),
        ((4000, 3000), ["1k", "2k"], ""),
        ((4000, 3000), [], ""),
    ],
)
def test_without_a_wish_the_size_that_wastes_the_least_is_chosen(picture, sizes, chosen):
    assert choose_size(Size(*picture), sizes, "") == chosen


def test_a_wish_stands_even_when_another_size_would_fit_better():
    assert choose_size(Size(4000, 3000), ["1024x1024", "1536x1024"], "1024x1024") == "1024x1024"


def test_boxes_meet_or_do_not():
    assert Box(0, 0, 10, 10).meet(Box(5, 6, 20, 20)) == Box(5, 6, 10, 10)
    assert Box(0, 0, 10, 10).meet(Box(10, 0, 20, 10)) is None
