"""The whole line as a person with a mouse goes it: upload, paint, submit, watch, keep."""

from __future__ import annotations

import io
import re
import uuid

import numpy as np
import pytest
from PIL import Image, ImageOps
from playwright.sync_api import expect

from tests.factories import picture_bytes

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

SIZE = (1600, 1200)


def upload(page, data: bytes | None = None) -> None:
    """Choose a file on the start page and wait for its studio."""
    page.goto("/")
    page.locator("input[name=files]").set_input_files(
        [{"name": "garden.jpg", "mimeType": "image/jpeg", "buffer": data or photo()}]
    )
    page.wait_for_url(re.compile(r"/pictures/[0-9a-f-]{36}/$"))
    page.wait_for_selector("[data-studio][data-ready=yes]")


def photo() -> bytes:
    """A picture that is turned by its orientation tag, as phones make them.

    No two are the same: the tests share a copy of NanoEdit, which asks before it pays again.
    """
    image = Image.open(io.BytesIO(picture_bytes(SIZE)))
    exif = Image.Exif()
    exif[0x0112] = 3
    exif[0x010E] = f"garden {uuid.uuid4()}"
    out = io.BytesIO()
    image.save(out, "JPEG", quality=92, exif=exif)
    return out.getvalue()


def paint(page) -> None:
    """Draw a stroke across the middle of the canvas."""
    box = page.locator("[role=application]").bounding_box()
    middle, left = box["y"] + box["height"] / 2, box["x"] + box["width"] / 2 - 120
    page.mouse.move(left, middle)
    page.mouse.down()
    page.mouse.move(left + 120, middle + 10, steps=8)
    page.mouse.move(left + 240, middle - 10, steps=8)
    page.mouse.up()
    expect(page.get_by_text(re.compile(r"area.*of the picture")).first).to_be_visible()


def test_a_photo_is_painted_edited_watched_and_kept(page, complaints):
    data = photo()
    upload(page, data)
    paint(page)
    page.get_by_role("textbox", name=re.compile("prompt|happen", re.IGNORECASE)).fill(
        "make it golden"
    )
    page.get_by_role("button", name=re.compile(r"Fill · \$")).click()
    strip = page.locator("#variant-strip")
    expect(strip).to_contain_text("make it golden")
    # Nothing is reloaded: the page hears of every step.
    expect(strip.get_by_text("Done")).to_be_visible(timeout=60_000)
    strip.locator(".variant__words").first.click()
    expect(page.get_by_text(re.compile(r"0 of .* outside pixels changed"))).to_be_visible()
    with page.expect_download() as downloading:
        page.get_by_role("link", name=re.compile("Download")).first.click()
    after = np.asarray(Image.open(downloading.value.path()).convert("RGB"))
    upright = ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB")
    before = np.asarray(upright)
    changed = (before != after).any(axis=2)
    assert changed.any()
    rows = np.nonzero(changed)[0]
    assert rows.min() > SIZE[1] * 0.3, "the painted stroke crosses the middle; the rest stayed"
    assert rows.max() < SIZE[1] * 0.7
    page.get_by_role("link", name="Gallery").first.click()
    expect(page.get_by_text("make it golden").first).to_be_visible()


def test_undo_redo_clear_and_invert_by_keyboard(page, complaints):
    upload(page)
    paint(page)
    chip = page.get_by_text(re.compile(r"area.*of the picture")).first
    page.keyboard.press("Control+z")
    expect(page.get_by_text("Nothing painted").first).to_be_visible()
    page.keyboard.press("Control+Shift+z")
    expect(chip).to_be_visible()
    page.keyboard.press("Control+Shift+i")
    expect(chip).to_contain_text("9")
    page.keyboard.press("Control+d")
    expect(page.get_by_text("Nothing painted").first).to_be_visible()


def test_a_refusal_keeps_what_was_painted_and_written(page, app):
    upload(page)
    paint(page)
    prompt = page.get_by_role("textbox", name=re.compile("prompt|happen", re.IGNORECASE))
    prompt.fill("something forbidden " + "x" * 4100)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text(re.compile("characters")).first).to_be_visible()
    assert prompt.input_value().startswith("something forbidden")
    expect(page.get_by_text(re.compile(r"area.*of the picture")).first).to_be_visible()


def test_a_moderation_refusal_is_said_as_such_and_costs_nothing(page, complaints):
    upload(page)
    paint(page)
    page.get_by_role("textbox", name=re.compile("prompt|happen", re.IGNORECASE)).fill(
        "something forbidden"
    )
    page.keyboard.press("Control+Enter")
    strip = page.locator("#variant-strip")
    expect(strip.get_by_text("Failed", exact=True)).to_be_visible(timeout=30_000)
    strip.locator(".variant__words").first.click()
    expect(page.get_by_text(re.compile("Nothing was charged")).first).to_be_visible()


def test_several_files_are_uploaded_each_with_its_own_word(page):
    page.goto("/")
    page.locator("input[name=files]").set_input_files(
        [
            {"name": "one.jpg", "mimeType": "image/jpeg", "buffer": photo()},
            {"name": "two.png", "mimeType": "image/png", "buffer": picture_bytes()},
            {"name": "notes.png", "mimeType": "image/png", "buffer": b"only text"},
        ]
    )
    expect(page.get_by_text("one.jpg").first).to_be_visible()
    expect(page.get_by_text("two.png").first).to_be_visible()
    expect(
        page.get_by_text(re.compile("not a picture|no picture", re.IGNORECASE)).first
    ).to_be_visible()


def test_a_finger_paints_on_a_phone(browser, browser_context_args, complaints):
    context = browser.new_context(
        **{**browser_context_args, "viewport": {"width": 390, "height": 844}, "has_touch": True}
    )
    page = context.new_page()
    upload(page)
    box = page.locator("[role=application]").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    touch = context.new_cdp_session(page)

    def send(kind: str, *points: tuple[float, float]) -> None:
        touch.send(
            "Input.dispatchTouchEvent",
            {"type": kind, "touchPoints": [{"x": px, "y": py} for px, py in points]},
        )

    send("touchStart", (x - 60, y))
    for step in range(1, 13):
        send("touchMove", (x - 60 + 10 * step, y))
    send("touchEnd")
    expect(page.get_by_text(re.compile(r"area|%")).first).to_be_visible()
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390, "nothing sticks out sideways"
    context.close()
