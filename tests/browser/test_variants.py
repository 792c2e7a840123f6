"""Results in the strip and on the canvas: seen from anywhere, compared, and gone on from."""

from __future__ import annotations

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.test_line import paint, upload

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

# What the middle of the stage shows, whichever canvas it is drawn on.
MIDDLE = """(selector) => {
  const canvas = document.querySelector(selector);
  const { width, height } = canvas;
  const data = canvas.getContext("2d").getImageData(width / 2 - 2, height / 2 - 2, 4, 4).data;
  return [...data];
}"""
STAGE = ".stage__canvas"
DESK = "[data-desk-canvas]"


def middle(page, selector: str = STAGE) -> np.ndarray:
    return np.array(page.evaluate(MIDDLE, selector)).reshape(-1, 4).mean(axis=0)


def differs(one: np.ndarray, other: np.ndarray) -> bool:
    return bool(np.abs(one - other).max() > 12)


def wait_until(page, look, what: str) -> None:
    for _ in range(100):
        if look():
            return
        page.wait_for_timeout(50)
    raise AssertionError(what)


def shown_as(page) -> set[str]:
    """Collect the formats that previews come in."""
    formats: set[str] = set()

    def note(answer) -> None:
        if answer.status == 200 and answer.url.endswith("/preview/"):
            formats.add(answer.headers["content-type"])

    page.on("response", note)
    return formats


def test_alice_leaves_comes_back_compares_and_paints_on_a_result(
    page, browser, browser_context_args, complaints
):
    upload(page)
    room = page.locator("[data-stage]").bounding_box()
    paint(page)
    page.get_by_role("textbox", name=re.compile("happen")).fill("make it golden")
    page.locator("[data-count-buttons] button").nth(1).click()
    page.keyboard.press("Control+Enter")
    strip = page.locator("#variant-strip")
    expect(strip.locator("[data-kind=waiting]")).to_have_count(2)
    assert page.locator("[data-stage]").bounding_box() == room, "the canvas keeps its place"
    address = page.url
    expect(page.locator("[data-draft-words]")).to_have_text("Saved")
    # She closes the page while it runs, and goes on elsewhere.
    page.goto("/")
    other = browser.new_context(**browser_context_args)
    there = other.new_page()
    formats = shown_as(there)
    there.goto(address)
    results = there.locator("#variant-strip [data-kind=result]")
    expect(results).to_have_count(2, timeout=60_000)
    assert there.locator("[data-stage]").bounding_box() == room
    original = middle(there)
    results.first.click()
    expect(there.locator("[data-looked]")).to_contain_text("Result 1 of 2")
    wait_until(there, lambda: differs(middle(there), original), "the result is on the canvas")
    first = middle(there)
    there.keyboard.press("ArrowRight")
    expect(there.locator("[data-looked]")).to_contain_text("Result 2 of 2")
    expect(results.nth(1)).to_have_attribute("aria-pressed", "true")
    wait_until(there, lambda: differs(middle(there), first), "the second looks different")
    there.keyboard.down("\\")
    wait_until(there, lambda: not differs(middle(there), original), "held: the original")
    there.keyboard.up("\\")
    wait_until(there, lambda: differs(middle(there), original), "let go: the result again")
    # A drag moves the view instead of painting.
    revision = there.locator("[data-coverage]").inner_text()
    there.mouse.move(room["x"] + 400, room["y"] + 200)
    there.mouse.down()
    there.mouse.move(room["x"] + 460, room["y"] + 220, steps=4)
    there.mouse.up()
    assert there.locator("[data-coverage]").inner_text() == revision
    there.keyboard.press("0")
    compares(there, original)
    there.keyboard.press("Escape")
    there.keyboard.press("Escape")
    expect(there.locator("[data-looked]")).to_be_hidden()
    discards(there, results)
    changes_no_mask_out_of_sight(there, results)
    results.first.click()
    there.keyboard.press("Enter")
    there.wait_for_url(lambda url: url != address)
    expect(there.get_by_role("link", name=re.compile("from garden"))).to_be_visible()
    expect(there.get_by_role("textbox", name=re.compile("happen"))).to_have_value("make it golden")
    expect(there.get_by_text(re.compile(r"area.*of the picture")).first).to_be_visible()
    paint(there)
    there.locator("a", has_text="from garden").click()
    there.wait_for_url(address)
    assert formats <= {"image/avif", "image/jpeg"}, "WebP is made anew, of the whole picture"
    other.close()


def compares(page, original: np.ndarray) -> None:
    """By a line that arrow keys move, side by side, and by what differs."""
    page.keyboard.press("k")
    line = page.get_by_role("slider", name="Line between the two pictures")
    line.focus()
    page.keyboard.press("End")
    wait_until(page, lambda: not differs(middle(page, DESK), original), "the original alone")
    page.keyboard.press("Home")
    wait_until(page, lambda: differs(middle(page, DESK), original), "the result alone")
    page.keyboard.press("s")
    expect(page.locator("[data-desk]")).to_have_attribute("data-mode", "sides")
    page.keyboard.press("d")
    expect(page.locator("[data-desk-said]")).to_contain_text("of what is in sight differs")
    page.get_by_role("combobox", name="Compare with").select_option(index=1)
    expect(page.locator("[data-desk-before]")).to_have_text("Result 1 of 2")


def discards(page, results) -> None:
    """Out of the strip, and back into it."""
    results.first.click()
    page.keyboard.press("Delete")
    expect(results.first).to_be_hidden()
    expect(page.locator("[data-looked]")).to_contain_text("Result 2 of 2")
    page.get_by_role("button", name="Show 1 discarded").click()
    results.first.click()
    page.get_by_role("button", name="Bring back into the strip").click()
    expect(page.get_by_role("button", name=re.compile("discarded"))).to_be_hidden()
    page.keyboard.press("Escape")


def changes_no_mask_out_of_sight(page, results) -> None:
    """A task that turns the mask around shows the mask, not a result."""
    results.first.click()
    expect(page.locator("[data-looked]")).to_be_visible()
    page.click("[data-preset-open]")
    page.click("[data-preset=background]")
    expect(page.locator("[data-prompt-line]")).to_contain_text("turned around")
    expect(page.locator("[data-looked]")).to_be_hidden()
    page.keyboard.press("Escape")
    page.locator("[data-prompt-line]").get_by_role("button", name="Undo").click()
