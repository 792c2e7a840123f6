"""A larger canvas: pulled with the mouse, typed, chosen, filled; the picture on it stays."""

from __future__ import annotations

import io
import re

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.test_line import upload
from tests.factories import picture_bytes

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

SIZE = (800, 600)
PICTURE = picture_bytes(SIZE)


def open_extending(page: Page) -> None:
    """Upload the picture, and take the tool."""
    upload(page, PICTURE)
    expect(page.locator("[data-studio][data-ready]")).to_be_attached()
    page.get_by_role("button", name="Extend the canvas").click()
    expect(page.get_by_role("form", name="Extend the canvas")).to_be_visible()


def pull(page: Page, side: str, dx: int, dy: int) -> None:
    """Pull the middle handle of a side by so many pixels of the screen."""
    box = page.get_by_role("slider", name=f"{side} side").bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + dx / 2, y + dy / 2, steps=3)
    page.mouse.move(x + dx, y + dy, steps=3)
    page.mouse.up()


def margins(page: Page) -> dict[str, int]:
    """The numbers in the fields."""
    sides = ("left", "top", "right", "bottom")
    return {side: int(page.locator(f"#extend-{side}").input_value()) for side in sides}


def test_a_pulled_canvas_is_filled_and_keeps_the_picture_bit_for_bit(page, complaints):
    open_extending(page)
    pull(page, "Right", 60, 0)
    pull(page, "Bottom", 0, 40)
    page.locator("#extend-left").fill("33")
    pulled = margins(page)
    assert pulled["right"] > 20
    assert pulled["bottom"] > 20
    assert (pulled["left"], pulled["top"]) == (33, 0)
    before = page.url
    page.get_by_role("button", name="Extend", exact=True).click()
    page.wait_for_url(lambda url: url != before and "/pictures/" in url)
    expect(page.get_by_text(re.compile("1 area, .* of the picture"))).to_be_visible()
    prompt = page.get_by_role("textbox", name="What should happen")
    expect(prompt).to_have_value(re.compile("continuation of the scene"))
    page.get_by_role("button", name=re.compile(r"Fill · \$")).click()
    strip = page.locator("#variant-strip")
    expect(strip.get_by_text("Done")).to_be_visible(timeout=60_000)
    strip.locator(".variant__words").first.click()
    expect(page.get_by_text("0 of 480 000 outside pixels changed")).to_be_visible()
    with page.expect_download() as downloading:
        page.get_by_role("link", name=re.compile("Download")).first.click()
    after = Image.open(downloading.value.path()).convert("RGB")
    assert after.size == (833 + pulled["right"], 600 + pulled["bottom"])
    original = Image.open(io.BytesIO(PICTURE)).convert("RGB")
    assert after.crop((33, 0, 833, 600)).tobytes() == original.tobytes()
    assert np.asarray(after)[:, 840:].std() > 5, "the new area is filled"


def test_what_was_written_goes_along(page, complaints):
    open_extending(page)
    prompt = page.get_by_role("textbox", name="What should happen")
    page.keyboard.press("Escape")
    prompt.fill("continue with mountains")
    page.get_by_role("button", name="Extend the canvas").click()
    page.get_by_role("button", name="4:3").click()
    expect(page.get_by_role("button", name="Extend", exact=True)).to_have_attribute(
        "aria-disabled", "true"
    )
    page.get_by_role("button", name="A4").click()
    before = page.url
    page.keyboard.press("Control+Enter")
    page.wait_for_url(lambda url: url != before)
    expect(prompt).to_have_value("continue with mountains")
    page.reload()
    expect(prompt).to_have_value(re.compile("continuation of the scene"))


def test_ratios_places_keys_and_escape(page, complaints):
    open_extending(page)
    page.get_by_role("button", name="16:9").click()
    assert margins(page) == {"left": 133, "top": 0, "right": 134, "bottom": 0}
    page.get_by_title("Picture to the left").click()
    assert margins(page) == {"left": 0, "top": 0, "right": 267, "bottom": 0}
    page.get_by_role("button", name="1:1").click()
    assert margins(page) == {"left": 0, "top": 100, "right": 0, "bottom": 100}
    page.get_by_role("slider", name="Top side").focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Shift+ArrowUp")
    page.keyboard.press("ArrowDown")
    assert margins(page)["top"] == 110
    expect(page.get_by_text(re.compile("800 . 810 px, 26 % new"))).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("form", name="Extend the canvas")).to_be_hidden()
    expect(page.get_by_role("textbox", name="What should happen")).to_be_visible()
    page.keyboard.press("c")
    page.locator("#extend-top").press("Escape")
    expect(page.get_by_role("form", name="Extend the canvas")).to_be_hidden()


def test_escape_in_the_middle_of_a_pull_lets_the_handle_go(page, complaints):
    open_extending(page)
    box = page.get_by_role("slider", name="Right side").bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 20, y, steps=3)
    page.keyboard.press("Escape")
    expect(page.get_by_role("form", name="Extend the canvas")).to_be_hidden()
    given = margins(page)
    page.mouse.move(x + 40, y, steps=3)
    page.mouse.up()
    assert margins(page) == given, "what is closed is not pulled"
    page.keyboard.press("c")
    box = page.get_by_role("slider", name="Right side").bounding_box()
    assert box
    page.mouse.move(box["x"] + 4, box["y"] + box["height"] / 2)
    page.mouse.move(box["x"] + box["width"] - 4, box["y"] + box["height"] / 2, steps=4)
    assert margins(page) == given, "no button is down"
    pull(page, "Right", 30, 0)
    assert margins(page)["right"] > given["right"]


def test_too_large_a_canvas_is_said_where_it_is_typed(page, complaints):
    open_extending(page)
    page.locator("#extend-right").fill("30000")
    expect(page.get_by_role("alert")).to_contain_text("room for 19\u202f200 pixels on the right")
    page.locator("#extend-right").fill("-1")
    expect(page.get_by_role("alert")).to_contain_text("whole number")
    page.locator("#extend-right").fill("40")
    expect(page.get_by_text(re.compile("840 . 600 px, 5 % new"))).to_be_visible()


def test_a_finger_pulls_the_canvas_on_a_phone(browser, browser_context_args, complaints):
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    context = browser.new_context(**{**browser_context_args, **phone})
    page = context.new_page()
    open_extending(page)
    box = page.get_by_role("slider", name="Top side").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    touch = context.new_cdp_session(page)

    def send(kind: str, *points: tuple[float, float]) -> None:
        at = [{"x": px, "y": py} for px, py in points]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": at})

    send("touchStart", (x, y))
    for step in range(1, 7):
        send("touchMove", (x, y - 5 * step))
    send("touchEnd")
    pulled = margins(page)
    assert pulled["top"] > 20
    assert (pulled["left"], pulled["right"], pulled["bottom"]) == (0, 0, 0)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    for name in ("Cancel", "Extend"):
        button = page.get_by_role("button", name=name, exact=True).bounding_box()
        assert button["y"] + button["height"] <= 844
    context.close()
