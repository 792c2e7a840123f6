"""The frame in the studio, by mouse and by keyboard: what is sent, and what it will look like."""

from __future__ import annotations

import io
import re

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.looking import settle, until
from tests.factories import picture_bytes

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

SIZE = (2400, 1800)
PHOTO = picture_bytes(SIZE, "JPEG")
# It follows what is painted with the next drawing, or later where the machine is busy.
FRAME = "() => JSON.stringify(document.querySelector('.stage__frame').getBoundingClientRect())"


@pytest.fixture
def studio(page, complaints):
    """The studio of a photo of four megapixels."""
    page.goto("/")
    page.locator("input[name=files]").set_input_files(
        [{"name": "garden.jpg", "mimeType": "image/jpeg", "buffer": PHOTO}]
    )
    page.wait_for_url(re.compile(r"/pictures/[0-9a-f-]{36}/$"))
    expect(page.locator("[data-studio]")).to_have_attribute("data-ready", "yes")
    return page


def dab(page, x: float, y: float) -> None:
    """Paint a short stroke at a place, as shares of the picture."""
    paper = page.locator("[data-stage-paper]").bounding_box()
    left, top = paper["x"] + paper["width"] * x, paper["y"] + paper["height"] * y
    page.mouse.move(left, top)
    page.mouse.down()
    page.mouse.move(left + 12, top + 4, steps=4)
    page.mouse.up()


def words(page):
    """What is said of the frame."""
    return page.locator("[data-frame-words]")


def numbers(page) -> list[int]:
    """Left, top, width and height as the fields have them."""
    return [int(side(page, name).input_value()) for name in SIDES]


def side(page, name: str):
    """One of the four fields of a frame by hand."""
    return page.locator("[data-frame-box]").get_by_label(name, exact=True)


SIDES = ("Left", "Top", "Width", "Height")


def test_the_frame_follows_the_paint_and_says_what_it_means(studio):
    expect(words(studio)).to_contain_text("Sends the whole picture")
    expect(studio.locator(".stage__frame")).to_be_hidden()
    dab(studio, 0.3, 0.4)
    expect(words(studio)).to_contain_text("full detail")
    expect(studio.locator(".stage__frame")).to_be_visible()
    studio.keyboard.press("Control+z")
    expect(words(studio)).to_contain_text("Sends the whole picture")
    expect(studio.locator(".stage__frame")).to_be_hidden()


def until_measures(page, side: str, pixels: float) -> None:
    """Wait until the frame lies there: it follows a hand with the next drawing."""
    until(
        page,
        """([side, pixels]) => {
          const box = document.querySelector(".stage__frame").getBoundingClientRect();
          return Math.abs(box[side] - pixels) <= 2;
        }""",
        [side, pixels],
    )


def test_a_pulled_handle_makes_it_a_frame_by_hand_that_can_be_reset(studio):
    dab(studio, 0.3, 0.4)
    frame = studio.locator(".stage__frame")
    expect(frame).to_be_visible()
    settle(studio, what=FRAME)
    before = frame.bounding_box()
    handle = studio.locator("[data-handle=se]").bounding_box()
    x, y = handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2
    studio.mouse.move(x, y)
    studio.mouse.down()
    studio.mouse.move(x + 90, y + 60, steps=6)
    studio.mouse.up()
    expect(studio.get_by_label("By hand")).to_be_checked()
    until_measures(studio, "width", before["width"] + 90)
    after = frame.bounding_box()
    assert after["x"] == pytest.approx(before["x"], abs=1)
    # Nothing was painted by pulling.
    expect(studio.locator("[data-coverage]")).to_contain_text("1 area")
    tab = studio.locator(".stage__frame-tab").bounding_box()
    studio.mouse.move(tab["x"] + 10, tab["y"] + 8)
    studio.mouse.down()
    studio.mouse.move(tab["x"] + 40, tab["y"] + 18, steps=4)
    studio.mouse.up()
    until_measures(studio, "x", after["x"] + 30)
    studio.get_by_role("button", name="Back to automatic").click()
    expect(studio.get_by_label("Automatic")).to_be_checked()
    until_measures(studio, "width", before["width"])


def test_the_frame_is_chosen_and_placed_by_keyboard_alone(studio):
    dab(studio, 0.3, 0.4)
    studio.get_by_label("Automatic").focus()
    studio.keyboard.press("ArrowRight")
    expect(studio.get_by_label("Around the paint")).to_be_checked()
    expect(words(studio)).to_contain_text("full detail")
    narrow = words(studio).inner_text()
    studio.get_by_label("Context").focus()
    studio.keyboard.press("End")
    expect(words(studio)).not_to_have_text(narrow)
    studio.get_by_label("Around the paint").focus()
    studio.keyboard.press("ArrowRight")
    studio.keyboard.press("ArrowRight")
    expect(studio.get_by_label("By hand")).to_be_checked()
    left, top, _, _ = numbers(studio)
    for name, value in zip(SIDES, (left, top, 700, 500), strict=True):
        field = side(studio, name)
        field.focus()
        studio.keyboard.press("Control+a")
        studio.keyboard.type(str(value))
    expect(words(studio)).to_contain_text(re.compile(r"Sends 700.\u00d7.500.px"))
    settle(studio, what=FRAME)
    paper = studio.locator("[data-stage-paper]").bounding_box()
    frame = studio.locator(".stage__frame").bounding_box()
    assert frame["width"] == pytest.approx(paper["width"] * 700 / SIZE[0], abs=2)


def test_a_fixed_size_gives_the_frame_its_shape_and_the_warning_its_figures(studio):
    dab(studio, 0.3, 0.4)
    studio.get_by_label("Size sent").select_option("1024x1024")
    expect(words(studio)).to_contain_text(re.compile(r"at 1.024.\u00d7.1.024"))
    settle(studio, what=FRAME)
    frame = studio.locator(".stage__frame").bounding_box()
    assert frame["width"] == pytest.approx(frame["height"], abs=2)
    studio.get_by_text("Whole picture", exact=True).click()
    warning = studio.locator("[data-frame-warning]")
    expect(warning).to_contain_text("stretched 2.3 times")
    expect(warning).to_contain_text("Automatic would give 2.3 times the detail")


def test_of_two_far_areas_one_is_framed_and_only_it_is_edited(studio):
    dab(studio, 0.12, 0.15)
    dab(studio, 0.85, 0.8)
    offer = studio.locator("[data-frame-offer]")
    expect(offer).to_contain_text("Two edits would give 2.0 times the detail")
    offer.get_by_role("button", name="Area 2").click()
    expect(offer.get_by_role("button", name="Area 2")).to_have_attribute("aria-pressed", "true")
    expect(words(studio)).to_contain_text("Paint outside the frame is left out")
    studio.get_by_role("textbox", name=re.compile("happen")).fill("make it golden")
    studio.keyboard.press("Control+Enter")
    strip = studio.locator("#variant-strip")
    expect(strip.get_by_text("Done")).to_be_visible(timeout=60_000)
    strip.locator(".variant__words").first.click()
    expect(studio.get_by_text(re.compile(r"0 of .* outside pixels changed"))).to_be_visible()
    with studio.expect_download() as downloading:
        studio.get_by_role("link", name=re.compile("Download")).first.click()
    after = np.asarray(Image.open(downloading.value.path()).convert("RGB"))
    before = np.asarray(Image.open(io.BytesIO(PHOTO)).convert("RGB"))
    rows, columns = np.nonzero((before != after).any(axis=2))
    assert rows.size
    assert rows.min() > SIZE[1] / 2, "the first area was left out"
    assert columns.min() > SIZE[0] / 2


def test_the_frame_goes_away_while_the_original_is_looked_at(studio):
    dab(studio, 0.3, 0.4)
    frame = studio.locator(".stage__frame")
    expect(frame).to_be_visible()
    studio.locator("[data-stage]").focus()
    studio.keyboard.down("\\")
    expect(frame).to_be_hidden()
    studio.keyboard.up("\\")
    expect(frame).to_be_visible()
    studio.keyboard.press("f")
    expect(frame).to_be_hidden()
    studio.keyboard.press("f")
    expect(frame).to_be_visible()
