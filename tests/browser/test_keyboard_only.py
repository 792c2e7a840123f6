"""The whole studio without a mouse: from the wall to a sent edit, and one's own keys."""

from __future__ import annotations

import io
import re
import uuid

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.factories import picture_bytes

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

WIDTH, HEIGHT = 1600, 1200
PHOTO = picture_bytes((WIDTH, HEIGHT), "JPEG")
# One press of Shift and an arrow key, in pixels of the page.
STEP = 48
ELLIPSE = (1000, 700, 400, 300)  # left, top, width, height


@pytest.fixture
def wall(page, complaints):
    """Alice's pictures, one of them new."""
    page.goto("/")
    page.locator("input[name=files]").set_input_files(
        [{"name": "by-keys.jpg", "mimeType": "image/jpeg", "buffer": PHOTO}]
    )
    page.wait_for_url(re.compile(r"/pictures/[0-9a-f-]{36}/$"))
    page.goto("/")
    return page


def tab_to(page, selector: str, most: int = 60) -> None:
    """Press Tab until something has the focus, as somebody without a mouse must."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("s => document.activeElement?.matches(s)", selector):
            return
    message = f"{selector} is not reached by {most} presses of Tab"
    raise AssertionError(message)


def test_alice_paints_and_sends_without_a_mouse(wall, app):
    page = wall
    tab_to(page, ".wall .card")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/pictures/[0-9a-f-]{36}/$"))
    expect(page.locator("[data-studio]")).to_have_attribute("data-ready", "yes")
    spoken = page.locator("[data-spoken]")
    scale = page.locator("[data-stage-paper]").bounding_box()["width"] / WIDTH
    tab_to(page, "[data-stage]")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("[data-cross]")).to_have_attribute("data-down", "false")
    expect(spoken).to_have_text("50 percent across, 50 percent down")
    for _ in range(4):
        page.keyboard.press("Shift+ArrowLeft")
    page.keyboard.press("Space")
    for _ in range(3):
        page.keyboard.press("Shift+ArrowUp")
    page.keyboard.press("Space")
    expect(spoken).to_have_text(re.compile(r"^Mask: 1 area, [\d.]+ percent, "))
    told = spoken.inner_text()
    # A dab too many, taken back.
    for _ in range(6):
        page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Enter")
    expect(spoken).to_have_text(re.compile("^Mask: 2 areas"))
    page.keyboard.press("Control+z")
    expect(spoken).to_have_text(told)
    ellipse_by_numbers(page)
    expect(spoken).to_have_text(re.compile("^Mask: 2 areas"))
    assert page.evaluate("document.activeElement.matches('[data-stage]')"), "the focus was lost"
    size = int(page.locator("output[for=tool-size]").inner_text().split()[0])
    page.keyboard.press("/")
    page.keyboard.type("make it golden")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#variant-strip")).to_contain_text("make it golden")
    x = WIDTH / 2 - 4 * STEP / scale
    line = ((x, HEIGHT / 2), (x, HEIGHT / 2 - 3 * STEP / scale))
    compare(newest_mask(page, app), line, size / 2)


def ellipse_by_numbers(page) -> None:
    """Fill in the form by keys alone."""
    page.keyboard.press("n")
    expect(page.get_by_label("Left", exact=True).last).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("ArrowRight")
    for number in ELLIPSE:
        page.keyboard.press("Tab")
        page.keyboard.press("Control+a")
        page.keyboard.type(str(number))
    page.keyboard.press("Enter")
    expect(page.locator("[data-numbers]")).to_be_hidden()


def newest_mask(page, app) -> np.ndarray:
    """The mask that the last edit was sent with, as it was kept."""
    query = "SELECT mask_id FROM editor_editjob ORDER BY created_at DESC LIMIT 1"
    ((mask_id,),) = app.rows(query)
    answer = page.request.get(f"/masks/{uuid.UUID(str(mask_id))}/")
    assert answer.ok
    return np.asarray(Image.open(io.BytesIO(answer.body())))


def compare(mask: np.ndarray, line, radius: float) -> None:
    """Stroke and ellipse are painted, and nothing else is."""
    assert mask.shape == (HEIGHT, WIDTH)
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH] + 0.5
    (x0, y0), (_, y1) = line
    from_line = np.hypot(x - x0, y - np.clip(y, y1, y0))
    left, top, width, height = ELLIPSE
    rx, ry = width / 2, height / 2
    from_middle = np.hypot((x - left - rx) / rx, (y - top - ry) / ry)
    inside = (from_line < radius * 0.7) | (from_middle < 0.98)
    outside = (from_line > radius + 2) & (from_middle > 1.02)
    assert mask[inside].min() == 255
    assert mask[outside].max() == 0


def test_a_key_is_changed_by_keys_holds_at_once_and_is_kept(wall):
    page = wall
    tab_to(page, ".wall .card")
    page.keyboard.press("Enter")
    expect(page.locator("[data-studio]")).to_have_attribute("data-ready", "yes")
    brush, eraser = (page.locator(f".tool[data-command={name}]") for name in ("brush", "eraser"))
    tab_to(page, "[data-stage]")
    page.keyboard.press("?")
    expect(page.locator("#key-search")).to_be_focused()
    page.keyboard.type("eraser")
    tab_to(page, ".key-row__keys")
    expect(page.get_by_role("button", name=re.compile(r"^Eraser: E\b"))).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    page.keyboard.press("Control+w")
    expect(page.locator(".key-edit__said")).to_contain_text("kept for the browser")
    page.keyboard.press("b")
    expect(page.locator(".key-edit__said")).to_have_text("B is the key of “Brush”.")
    with page.expect_response(lambda answer: "/preferences/" in answer.url) as kept:
        page.keyboard.press("Enter")
    assert kept.value.ok
    page.keyboard.press("Escape")
    expect(page.locator("[data-help-dialog]")).to_be_hidden()
    assert page.evaluate("document.activeElement.matches('[data-stage]')"), "the focus was lost"
    for _ in range(2):
        page.keyboard.press("h")
        page.keyboard.press("b")
        expect(eraser).to_have_attribute("aria-pressed", "true")
        expect(eraser).to_have_attribute("aria-keyshortcuts", "E B")
        expect(brush).to_have_attribute("data-key", "")
        page.reload()
        expect(page.locator("[data-studio]")).to_have_attribute("data-ready", "yes")
    page.keyboard.press("?")
    with page.expect_response(lambda answer: "/preferences/" in answer.url):
        page.get_by_role("button", name="Reset all keys").press("Enter")
    expect(brush).to_have_attribute("data-key", "B")
    page.keyboard.press("Escape")
    page.keyboard.press("b")
    expect(brush).to_have_attribute("aria-pressed", "true")
