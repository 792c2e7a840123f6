"""The painting tools with the real mouse: what is exported is what was drawn."""

from __future__ import annotations

import re

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter
from playwright.sync_api import expect

from tests.factories import picture_bytes

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

SIZE = (800, 600)
FINE = 4


class Hand:
    """Moves the mouse in the picture's own pixels, and remembers where it really was."""

    def __init__(self, page) -> None:
        self.page = page
        paper = page.locator("[data-stage-paper]").bounding_box()
        self.left, self.top = paper["x"], paper["y"]
        self.scale = paper["width"] / SIZE[0]

    def screen(self, x: float, y: float) -> tuple[int, int]:
        """Return whole pixels of the screen: a mouse knows no others."""
        return round(self.left + x * self.scale), round(self.top + y * self.scale)

    def real(self, x: float, y: float) -> tuple[float, float]:
        """Return the place in the picture that the mouse can point at."""
        across, down = self.screen(x, y)
        return (across - self.left) / self.scale, (down - self.top) / self.scale

    def drag(self, *points: tuple[float, float], steps: int = 4) -> None:
        """Press at the first point, move along the others, and let go."""
        self.page.mouse.move(*self.screen(*points[0]))
        self.page.mouse.down()
        for point in points[1:]:
            self.page.mouse.move(*self.screen(*point), steps=steps)
        self.page.mouse.up()

    def click(self, x: float, y: float) -> None:
        """Click one point."""
        self.page.mouse.click(*self.screen(x, y))


class Expected:
    """The same drawn with Pillow and numpy."""

    def __init__(self, hand: Hand) -> None:
        self.hand = hand
        self.values = np.zeros(SIZE[::-1], np.float64)

    def _share(self, draw) -> np.ndarray:
        image = Image.new("L", (SIZE[0] * FINE, SIZE[1] * FINE))
        draw(ImageDraw.Draw(image))
        return np.asarray(image.resize(SIZE, Image.Resampling.BOX), np.float64)

    def ellipse(self, first: tuple[float, float], last: tuple[float, float]) -> None:
        """Paint an ellipse between two corners, in whole pixels."""
        box = [round(value) for value in (*self.hand.real(*first), *self.hand.real(*last))]
        fine = [value * FINE for value in box]
        fine[2] -= 1
        fine[3] -= 1
        self.values = np.maximum(self.values, self._share(lambda draw: draw.ellipse(fine, 255)))

    def polygon(self, *points: tuple[float, float], erase: bool = False) -> None:
        """Paint or take away what a line goes around."""
        fine = [tuple(value * FINE for value in self.hand.real(*point)) for point in points]
        share = self._share(lambda draw: draw.polygon(fine, 255))
        self.values = (
            np.minimum(self.values, 255 - share) if erase else np.maximum(self.values, share)
        )

    def grow(self, radius: int) -> None:
        """Take the strongest value within a disc."""
        padded = np.pad(self.values, radius)
        grown = self.values
        for down in range(-radius, radius + 1):
            for across in range(-radius, radius + 1):
                if down * down + across * across <= radius * radius:
                    rows = slice(radius + down, radius + down + SIZE[1])
                    columns = slice(radius + across, radius + across + SIZE[0])
                    grown = np.maximum(grown, padded[rows, columns])
        self.values = grown

    def feather(self, reach: int) -> None:
        """Three means after each other, each reaching a third."""
        image = Image.fromarray(self.values.round().astype(np.uint8))
        for _ in range(3):
            image = image.filter(ImageFilter.BoxBlur(reach // 3))
        self.values = np.asarray(image, np.float64)

    def stroke(
        self, first: tuple[float, float], last: tuple[float, float], size: float, value: float
    ) -> None:
        """A level stroke of a crisp brush, as strong as its opacity."""
        (left, y), (right, _) = self.hand.real(*first), self.hand.real(*last)
        rows, columns = np.mgrid[0 : SIZE[1], 0 : SIZE[0]] + 0.5
        nearest = np.clip(columns, left, right)
        distance = np.hypot(columns - nearest, rows - y)
        share = np.clip(size / 2 + 0.5 - distance, 0, 1)
        self.values = np.maximum(self.values, value * share)


def slide(page, name: str, value: int) -> None:
    """Put a slider of the tool to so many thousandths of its way."""
    page.get_by_label("Tool", exact=True).get_by_label(name).fill(str(value))


def exported(page) -> np.ndarray:
    """Return the mask as the page writes it."""
    with page.expect_download() as downloading:
        page.get_by_role("button", name="Export the mask").click()
    mask = Image.open(downloading.value.path())
    assert (mask.mode, mask.size) == ("L", SIZE)
    return np.asarray(mask, np.float64)


def open_studio(page) -> Hand:
    """Upload a picture and take the mouse in hand."""
    page.goto("/")
    page.locator("input[name=files]").set_input_files(
        [{"name": "yard.png", "mimeType": "image/png", "buffer": picture_bytes(SIZE, "PNG")}]
    )
    page.wait_for_url(re.compile(r"/pictures/[0-9a-f-]{36}/$"))
    page.locator("[data-studio][data-ready=yes]").wait_for()
    return Hand(page)


def test_alice_draws_with_every_shape_and_gets_the_mask_that_she_drew(page, complaints):
    hand = open_studio(page)
    expected = Expected(hand)
    stage = page.get_by_role("application")

    page.keyboard.press("o")
    hand.drag((80, 80), (340, 280))
    expected.ellipse((80, 80), (340, 280))

    page.keyboard.press("l")
    hand.drag((430, 60), (730, 90), (600, 300), (430, 60), steps=1)
    expected.polygon((430, 60), (730, 90), (600, 300))

    # The same key again: the other lasso. Esc gives up, Alt at the start takes away.
    page.keyboard.press("l")
    expect(page.get_by_role("button", name="Polygon lasso")).to_have_attribute(
        "aria-pressed", "true"
    )
    hand.click(500, 500)
    page.keyboard.press("Escape")
    page.keyboard.down("Alt")
    hand.click(150, 60)
    page.keyboard.up("Alt")
    hand.click(260, 60)
    hand.click(700, 590)
    page.keyboard.press("Backspace")
    hand.click(210, 230)
    page.keyboard.press("Enter")
    expected.polygon((150, 60), (260, 60), (210, 230), erase=True)

    page.get_by_label("Pixels to grow or shrink by").fill("8")
    page.get_by_role("button", name="Grow", exact=True).click()
    expected.grow(8)
    page.get_by_label("Pixels the edge fades to either side").fill("9")
    page.get_by_role("button", name="Feather").click()
    expected.feather(9)
    expect(stage).to_have_attribute("aria-busy", "false")

    stage.focus()
    page.keyboard.press("b")
    slide(page, "Hardness", 1000)
    # Opacity goes from 5 to 100 %.
    slide(page, "Opacity", 368)
    expect(page.get_by_label("Tool", exact=True)).to_contain_text("40 %")
    said = page.locator("output[for=tool-size]").inner_text()
    size = int(said.split()[0])
    hand.drag((120, 480), (420, 480))
    # Over itself again: one stroke never gets stronger than its opacity.
    hand.drag((420, 480), (120, 480))
    expected.stroke((120, 480), (420, 480), size, 102)

    drawn = exported(page)
    off = np.abs(drawn - expected.values)
    assert off.mean() < 0.5
    assert (off > 24).sum() < 40, "only where a rim runs through a pixel may both differ"
    assert drawn[480, 270] == 102

    # Each of them was one step; going over the same stroke again was none.
    undo = page.get_by_role("button", name="Undo")
    for _ in range(6):
        expect(undo).not_to_have_attribute("aria-disabled", "true")
        undo.click()
    expect(undo).to_have_attribute("aria-disabled", "true")
    expect(page.get_by_text("Nothing painted").first).to_be_visible()


def test_shift_alt_and_the_right_button_shape_what_alice_draws(page, complaints):
    hand = open_studio(page)
    page.keyboard.press("r")
    page.mouse.move(*hand.screen(400, 300))
    page.mouse.down()
    page.mouse.move(*hand.screen(460, 320), steps=3)
    # Keys count also while the hand rests.
    page.keyboard.down("Shift")
    page.keyboard.down("Alt")
    page.mouse.up()
    page.keyboard.up("Alt")
    page.keyboard.up("Shift")
    drawn = exported(page) > 0
    rows, columns = np.nonzero(drawn)
    assert abs((columns.max() - columns.min()) - (rows.max() - rows.min())) <= 1
    assert abs((columns.max() + columns.min() + 1) / 2 - 400) < 2
    assert abs(columns.max() - columns.min() - 120) < 4
    page.get_by_role("application").focus()
    page.keyboard.press("o")
    page.mouse.move(*hand.screen(380, 280))
    page.mouse.down(button="right")
    page.mouse.move(*hand.screen(420, 320), steps=3)
    page.mouse.up(button="right")
    left = exported(page)
    assert left[300, 400] == 0
    assert left[282, 382] == 255, "an ellipse leaves the corners of its box"


def test_on_a_small_phone_alice_reaches_every_shape_with_her_thumb(browser, browser_context_args):
    phone = {"viewport": {"width": 360, "height": 740}, "has_touch": True}
    context = browser.new_context(**{**browser_context_args, **phone})
    page = context.new_page()
    hand = open_studio(page)
    bar = page.get_by_role("toolbar", name="Tools")
    for tool in bar.locator(".tool:visible").all():
        box = tool.bounding_box()
        assert box["width"] >= 44
        assert box["height"] >= 44
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 360
    bar.get_by_role("button", name="Shapes").tap()
    bar.get_by_role("button", name="Polygon lasso").tap()
    for corner in ((100, 100), (700, 100), (400, 500)):
        page.touchscreen.tap(*hand.screen(*corner))
    # Fingers have no Enter.
    page.get_by_role("button", name="Close", exact=True).tap()
    expect(page.get_by_text(re.compile("^1 area, 25")).first).to_be_visible()
    # What was used last is one tap away.
    bar.get_by_role("button", name="Eraser").tap()
    face = bar.get_by_role("button", name=re.compile("^Polygon lasso"))
    face.tap()
    expect(face).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#tools-shapes")).to_be_hidden()
    context.close()
