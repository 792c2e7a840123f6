"""Fingers, pen, wheel and trackpad on the stage, as Chromium itself passes them on."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.looking import until
from tests.factories import picture_bytes

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

SIZE = (1600, 1200)
PHOTO = picture_bytes(SIZE, "JPEG")
# How far the picture is zoomed, and where it lies.
VIEW = """() => {
  const { left, top, width } = document.querySelector("[data-stage-paper]").getBoundingClientRect();
  return { left, top, scale: width / 1600 };
}"""


class Hands:
    """One studio on a screen that can be touched, and the browser's own input."""

    def __init__(self, page) -> None:
        self.page = page
        self.cdp = page.context.new_cdp_session(page)

    def touch(self, kind: str, *points: tuple[float, float]) -> None:
        """Put fingers where they are now; one that is left out is lifted."""
        fingers = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)]
        self.cdp.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": fingers})

    def pen(self, kind: str, x: float, y: float, button: str = "left", **more) -> None:
        """Move a pen, with pressure."""
        held = {"left": 1, "right": 2, "none": 0}[button]
        event = {
            "type": kind,
            "x": x,
            "y": y,
            "pointerType": "pen",
            "button": button,
            "buttons": 0 if kind == "mouseReleased" else held,
            "clickCount": 1,
            **more,
        }
        self.cdp.send("Input.dispatchMouseEvent", event)

    def wheel(self, x: float, y: float, dx: float = 0, dy: float = 0, modifiers: int = 0) -> None:
        """Turn a wheel, or scroll a trackpad."""
        event = {"type": "mouseWheel", "x": x, "y": y, "deltaX": dx, "deltaY": dy}
        self.cdp.send("Input.dispatchMouseEvent", {**event, "modifiers": modifiers})

    def view(self) -> dict[str, float]:
        """Scale, left and top of the picture, once the page has come to rest."""
        self.page.evaluate("() => new Promise(done => requestAnimationFrame(() => done()))")
        return self.page.evaluate(VIEW)

    def at(self, x: float, y: float) -> tuple[float, float]:
        """A place of the picture, as shares of it, on the page."""
        box = self.page.locator("[data-stage-paper]").bounding_box()
        return box["x"] + box["width"] * x, box["y"] + box["height"] * y

    @property
    def said(self):
        """The painted share, as the chip says it."""
        return self.page.locator("[data-coverage]")


@pytest.fixture
def hands(browser, browser_context_args):
    """A studio on a tablet."""
    context = browser.new_context(**{**browser_context_args, "has_touch": True})
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto("/")
    page.locator("input[name=files]").set_input_files(
        [{"name": "garden.jpg", "mimeType": "image/jpeg", "buffer": PHOTO}]
    )
    page.wait_for_url(re.compile(r"/pictures/[0-9a-f-]{36}/$"))
    expect(page.locator("[data-studio]")).to_have_attribute("data-ready", "yes")
    yield Hands(page)
    context.close()
    assert complaints == []


def test_one_finger_paints_two_move_and_pinch_and_taps_undo_and_redo(hands):
    x, y = hands.at(0.4, 0.4)
    hands.touch("touchStart", (x, y))
    for step in range(1, 9):
        hands.touch("touchMove", (x + 12 * step, y))
    hands.touch("touchEnd")
    expect(hands.said).to_contain_text("1 area")
    painted = hands.said.inner_text()
    before = hands.view()
    # A second finger takes back what the first has begun; both spread to twice their distance.
    hands.touch("touchStart", (x, y + 60))
    hands.touch("touchMove", (x + 4, y + 60))
    hands.touch("touchStart", (x, y + 60), (x + 100, y + 60))
    for step in range(1, 6):
        hands.touch("touchMove", (x, y + 60), (x + 100 + 20 * step, y + 60))
    hands.touch("touchEnd")
    after = hands.view()
    assert after["scale"] == pytest.approx(before["scale"] * 2, rel=0.06)
    assert hands.said.inner_text() == painted, "the pinch painted"
    for count, words in ((2, "Nothing painted"), (3, painted)):
        fingers = [(x + 50 * number, y + 40) for number in range(count)]
        for number in range(count):
            hands.touch("touchStart", *fingers[: number + 1])
        hands.touch("touchEnd")
        expect(hands.said).to_have_text(words)


def test_a_pen_paints_erases_by_its_button_and_from_then_on_fingers_only_move(hands):
    x, y = hands.at(0.3, 0.5)
    hands.pen("mousePressed", x, y, force=0.4)
    for step in range(1, 11):
        hands.pen("mouseMoved", x + 20 * step, y, force=0.4 + 0.05 * step)
    hands.pen("mouseReleased", x + 200, y)
    expect(hands.said).to_contain_text("1 area")
    # Its barrel button erases the middle, so that two areas are left.
    hands.pen("mousePressed", x + 100, y - 60, "right", force=1)
    hands.pen("mouseMoved", x + 100, y + 60, "right", force=1)
    hands.pen("mouseReleased", x + 100, y + 60, "right")
    expect(hands.said).to_contain_text("2 areas")
    painted, before = hands.said.inner_text(), hands.view()
    hands.touch("touchStart", (x, y + 90))
    for step in range(1, 6):
        hands.touch("touchMove", (x + 10 * step, y + 90 - 6 * step))
    hands.touch("touchEnd")
    after = hands.view()
    assert after["left"] - before["left"] == pytest.approx(50, abs=3)
    assert after["top"] - before["top"] == pytest.approx(-30, abs=3)
    assert hands.said.inner_text() == painted


def test_wheel_and_trackpad_zoom_to_the_pointer_and_move_the_view(hands):
    x, y = hands.at(0.25, 0.3)
    first = hands.view()
    hands.wheel(x, y, dy=-240)
    until(hands.page, "() => document.querySelector('[data-zoom-said]').textContent !== ''")
    zoomed = hands.view()
    assert zoomed["scale"] > first["scale"] * 1.2
    # What lay under the pointer lies there still.
    for side, at in (("left", x), ("top", y)):
        was = (at - first[side]) / first["scale"]
        assert (at - zoomed[side]) / zoomed["scale"] == pytest.approx(was, abs=1.5)
    hands.page.wait_for_timeout(300)  # a pause ends the gesture: what comes now is a trackpad
    hands.wheel(x, y, dx=-30, dy=-20)
    moved = hands.view()
    assert moved["left"] - zoomed["left"] == pytest.approx(30, abs=1)
    assert moved["top"] - zoomed["top"] == pytest.approx(20, abs=1)
    # A pinch comes as small turns with a Ctrl that nobody holds: it counts by how far it goes.
    for _ in range(4):
        hands.wheel(x, y, dy=-5, modifiers=2)
    pinched = hands.view()
    assert pinched["scale"] == pytest.approx(moved["scale"] * 1.2214, rel=0.02)
    expect(hands.said).to_have_text("Nothing painted")


def test_held_keys_borrow_the_hand_the_zoom_and_tools_and_give_them_back(hands):
    page = hands.page
    x, y = hands.at(0.5, 0.5)
    pressed = page.locator(".tool[aria-pressed=true]")
    page.mouse.move(x, y)
    first = hands.view()
    page.keyboard.down("Space")
    page.mouse.down()
    page.mouse.move(x - 80, y - 40, steps=4)
    page.mouse.up()
    page.keyboard.up("Space")
    moved = hands.view()
    assert moved["left"] - first["left"] == pytest.approx(-80, abs=2)
    page.keyboard.down("z")
    page.mouse.down()
    page.mouse.move(x + 20, y - 40, steps=4)
    page.mouse.up()
    page.keyboard.up("z")
    assert hands.view()["scale"] == pytest.approx(moved["scale"] * 2, rel=0.02)
    expect(hands.said).to_have_text("Nothing painted")
    page.keyboard.down("e")
    expect(pressed).to_have_attribute("data-command", "eraser")
    page.wait_for_timeout(400)
    page.keyboard.up("e")
    expect(pressed).to_have_attribute("data-command", "brush")
    page.keyboard.press("e")
    expect(pressed).to_have_attribute("data-command", "eraser")
    # A key that is down when the window loses the focus is let go.
    page.keyboard.down("Space")
    page.evaluate("window.dispatchEvent(new Event('blur'))")
    expect(page.locator("[data-stage]")).not_to_have_attribute("data-cursor", "grab")
    page.keyboard.up("Space")
    page.keyboard.press("Control+0")
    page.locator("[data-zoom-said]").click()
    expect(page.locator("[data-zoom-said]")).to_have_text("100 %")
    page.locator("[data-zoom-said]").click()
    assert hands.view()["scale"] == pytest.approx(first["scale"], rel=0.01)
