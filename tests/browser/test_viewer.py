"""One picture full screen, driven by keys, mouse and fingers."""

from __future__ import annotations

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.test_hands import Hands
from tests.browser.test_line import paint, upload
from tests.browser.test_variants import differs, wait_until
from tests.factories import picture_bytes

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

# Larger than a preview, so that there is something to be sharpened.
LARGE = (2600, 1950)
# What the middle of the table shows. By way of another canvas: this one is not made to be read.
MIDDLE = """() => {
  const canvas = document.querySelector("[data-desk-canvas]");
  const copy = new OffscreenCanvas(4, 4).getContext("2d", { willReadFrequently: true });
  copy.drawImage(canvas, canvas.width / 2 - 2, canvas.height / 2 - 2, 4, 4, 0, 0, 4, 4);
  return [...copy.getImageData(0, 0, 4, 4).data];
}"""
PLACE = """() => {
  const { left, top, width } = document.querySelector("[data-paper]").getBoundingClientRect();
  return { left, top, scale: width / 2600 };
}"""


@pytest.fixture(scope="module")
def edit(browser, browser_context_args):
    """Alice's edit with two results, made once for all of these tests; gives its address."""
    context = browser.new_context(**browser_context_args)
    page = context.new_page()
    upload(page, picture_bytes(LARGE, "JPEG"))
    paint(page)
    page.get_by_role("textbox", name=re.compile("happen")).fill("make it golden")
    page.locator("[data-count-buttons] button").nth(1).click()
    page.keyboard.press("Control+Enter")
    strip = page.locator("#variant-strip")
    expect(strip.locator("[data-kind=result]")).to_have_count(2, timeout=90_000)
    address = strip.locator(".variant__words").first.get_attribute("href")
    context.close()
    return address


def opened(page, edit: str) -> None:
    """Go from the page of the edit to the viewer of its first result."""
    page.goto(edit)
    page.get_by_role("link", name="Full screen").first.click()
    page.wait_for_selector("[data-viewer-stage][data-drawn]")


def shown(page) -> np.ndarray:
    return np.array(page.evaluate(MIDDLE)).reshape(-1, 4).mean(axis=0)


def test_alice_looks_closely_compares_reads_walks_on_and_comes_back(page, edit, complaints):
    full: list[str] = []
    page.on("request", lambda asked: full.append(asked.url) if "/full/" in asked.url else None)
    opened(page, edit)
    first = page.url
    wait_until(page, lambda: shown(page)[3] > 0, "the picture is drawn")
    figure = page.locator("[data-zoom-said]")
    assert figure.inner_text() != "100 %"
    assert full == [], "the preview is enough for the whole picture"
    after = shown(page)
    page.keyboard.press("1")
    expect(figure).to_have_text("100 %")
    wait_until(page, lambda: len(full) == 1, "full-size pixels, of what is in sight alone")
    page.keyboard.press("0")
    page.keyboard.down("\\")
    wait_until(page, lambda: differs(shown(page), after), "held: the original")
    page.keyboard.up("\\")
    wait_until(page, lambda: not differs(shown(page), after), "let go: the result again")
    compares(page, after)
    reads(page)
    page.keyboard.press("ArrowRight")
    expect(page.locator(".viewer-bar__about")).to_contain_text("Result 2 of 2")
    assert page.url != first
    expect(page.locator("[data-drawer]")).to_be_visible()
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".viewer-bar__about")).to_contain_text("Result 1 of 2")
    assert page.url == first
    recalls(page)
    page.keyboard.press("i")
    page.keyboard.press("Escape")
    page.wait_for_url(re.compile(re.escape(edit)))


def compares(page, after: np.ndarray) -> None:
    """By line, side by side and by what differs; the same key again is enough."""
    desk = page.locator("[data-desk]")
    page.keyboard.press("k")
    line = page.get_by_role("slider", name="Line between the two pictures")
    line.focus()
    page.keyboard.press("End")
    wait_until(page, lambda: differs(shown(page), after), "the original alone")
    page.keyboard.press("Home")
    wait_until(page, lambda: not differs(shown(page), after), "the result alone")
    page.keyboard.press("s")
    expect(desk).to_have_attribute("data-mode", "sides")
    page.keyboard.press("d")
    expect(page.locator("[data-desk-said]")).to_contain_text("of what is in sight differs")
    page.keyboard.press("v")
    expect(page.get_by_role("button", name="Mask outline")).to_have_attribute(
        "aria-pressed", "true"
    )
    page.keyboard.press("v")
    page.keyboard.press("d")
    expect(desk).to_have_attribute("data-mode", "after")


def reads(page) -> None:
    """What is known of it, and the call that would repeat it."""
    drawer = page.locator("[data-drawer]")
    expect(drawer).to_be_hidden()
    page.keyboard.press("i")
    for words in ("make it golden", re.compile("0 of .* outside pixels changed"), "Request id"):
        expect(drawer).to_contain_text(words)
    page.get_by_text("Show the API call").click()
    script = page.locator("#script-curl")
    expect(script).to_contain_text("make it golden")
    expect(script).to_contain_text("$NANOGPT_API_KEY")
    page.keyboard.press("?")
    keys = page.locator("#viewer-keys")
    expect(keys).to_contain_text("Prompt only")
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()


def recalls(page) -> None:
    """Only the words, and then only the mask, in the studio of the picture it began with."""
    here = page.url
    prompt = page.get_by_role("textbox", name=re.compile("happen"))
    page.keyboard.press("p")
    page.wait_for_url(re.compile("take=prompt"))
    page.wait_for_selector("[data-studio][data-ready=yes]")
    expect(prompt).to_have_value("make it golden")
    page.go_back()
    page.wait_for_url(here)
    page.wait_for_selector("[data-viewer][data-ready=yes]")
    page.keyboard.press("r")
    page.wait_for_url(re.compile("again="))
    page.wait_for_selector("[data-studio][data-ready=yes]")
    expect(page.get_by_role("link", name=re.compile("from garden"))).to_be_visible()
    expect(page.get_by_text(re.compile(r"area.*of the picture")).first).to_be_visible()
    expect(prompt).to_have_value("make it golden")
    page.go_back()
    page.wait_for_url(here)
    page.wait_for_selector("[data-viewer][data-ready=yes]")


@pytest.fixture
def hands(browser, browser_context_args, edit):
    """The viewer on a phone."""
    size = {"width": 390, "height": 844}
    context = browser.new_context(
        **{**browser_context_args, "viewport": size, "has_touch": True, "is_mobile": True}
    )
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    opened(page, edit)
    yield Hands(page)
    context.close()
    assert complaints == []


def swipe(hands: Hands, dx: float, dy: float = 0) -> None:
    """Move one finger from the middle of the window."""
    hands.touch("touchStart", (195, 360))
    for step in range(1, 6):
        hands.touch("touchMove", (195 + dx * step / 5, 360 + dy * step / 5))
    hands.touch("touchEnd")


def place(hands: Hands) -> dict[str, float]:
    return hands.page.evaluate(PLACE)


def test_fingers_turn_the_page_spread_the_picture_move_it_and_close(hands, edit):
    page = hands.page
    about = page.locator(".viewer-bar__about")
    whole = place(hands)
    swipe(hands, -160)
    expect(about).to_contain_text("Result 2 of 2")
    page.wait_for_selector("[data-viewer-stage][data-drawn]")
    swipe(hands, 160)
    expect(about).to_contain_text("Result 1 of 2")
    page.wait_for_selector("[data-viewer-stage][data-drawn]")
    # Two fingers spread to twice their distance; nothing turns while it is zoomed.
    hands.touch("touchStart", (145, 360))
    hands.touch("touchStart", (145, 360), (245, 360))
    for step in range(1, 6):
        hands.touch("touchMove", (145 - 10 * step, 360), (245 + 10 * step, 360))
    hands.touch("touchEnd")
    zoomed = place(hands)
    assert zoomed["scale"] == pytest.approx(whole["scale"] * 2, rel=0.08)
    swipe(hands, -60)
    moved = place(hands)
    assert moved["left"] - zoomed["left"] == pytest.approx(-60, abs=4)
    expect(about).to_contain_text("Result 1 of 2")
    # It never leaves the window: its edge stops at the edge.
    for _ in range(6):
        swipe(hands, 180)
    assert place(hands)["left"] == pytest.approx(0, abs=1)
    for _ in range(2):
        hands.touch("touchStart", (195, 360))
        hands.touch("touchEnd")
    fitted = pytest.approx(whole["scale"], rel=0.01)
    wait_until(page, lambda: place(hands)["scale"] == fitted, "twice tapped: the whole picture")
    page.locator("[data-zoom-said]").tap()
    expect(page.locator("[data-zoom-said]")).to_have_text("100 %")
    page.locator("[data-zoom-said]").tap()
    wait_until(page, lambda: place(hands)["scale"] == fitted, "the whole picture again")
    swipe(hands, 0, 200)
    page.wait_for_url(re.compile(re.escape(edit)))
