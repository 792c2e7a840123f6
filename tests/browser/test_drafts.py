"""Unfinished work goes where its owner goes, and two devices never overwrite each other unseen."""

from __future__ import annotations

import io
import re

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.test_line import SIZE, photo, upload
from tests.line.running import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1"
)
PROMPT, SAID, BAR = "#wish-prompt", "[data-draft-words]", "[data-draft-bar]"
UP, DOWN = -110, 110  # CSS pixels from the middle of the canvas


@pytest.fixture
def phone(browser, browser_context_args) -> Page:
    """Alice's other device, logged in, with a browser of its own."""
    context: BrowserContext = browser.new_context(**browser_context_args, user_agent=IPHONE)
    yield context.new_page()
    context.close()


def paint(page: Page, down: int = 0) -> None:
    """Draw a stroke across the canvas, above or below its middle."""
    box = page.locator("[role=application]").bounding_box()
    y, left = box["y"] + box["height"] / 2 + down, box["x"] + box["width"] / 2 - 100
    page.mouse.move(left, y)
    page.mouse.down()
    page.mouse.move(left + 200, y, steps=6)
    page.mouse.up()


def areas(page: Page, count: int) -> None:
    """Wait until that many areas are painted."""
    words = "1 area," if count == 1 else f"{count} areas,"
    expect(page.locator("[data-coverage]")).to_contain_text(words)


def saved(page: Page, words: str = "Saved") -> None:
    expect(page.locator(SAID)).to_have_text(words, timeout=15_000)


def newest_job(page: Page) -> str:
    return page.locator(".variant__words").first.get_attribute("href").strip("/").split("/")[-1]


def strokes_sent(page: Page, studio: str) -> list[int]:
    """The middle rows of each painted band of the mask that was sent, in thousandths."""
    again = page.request.get(f"{studio}?again={newest_job(page)}").text()
    address = re.search(r'"mask_url": "(/masks/[^"]+)"', again).group(1)
    mask = np.asarray(Image.open(io.BytesIO(page.request.get(address).body())))
    assert mask.shape == (SIZE[1], SIZE[0])
    rows = np.nonzero((mask > 127).any(axis=1))[0]
    bands = np.split(rows, np.nonzero(np.diff(rows) > 1)[0] + 1)
    return [round(1000 * band.mean() / SIZE[1]) for band in bands]


def test_alice_goes_on_at_another_device_and_submits_there(page, phone, complaints):
    upload(page, photo())
    expect(page.locator(SAID)).to_have_text("Saves by itself")
    paint(page, UP)
    page.fill(PROMPT, "remove the lamp")
    page.get_by_label("3 images").click()
    # She leaves before the pause is over after which the server is told; the browser has it.
    page.wait_for_timeout(1300)
    studio = page.url
    page.goto("/gallery/")
    page.goto(studio)
    areas(page, 1)
    expect(page.locator(PROMPT)).to_have_value("remove the lamp")
    expect(page.get_by_label("3 images")).to_have_attribute("aria-pressed", "true")
    saved(page)

    phone.goto("/")
    expect(phone.locator(".card").first).to_contain_text("Draft")
    phone.goto(studio)
    areas(phone, 1)
    expect(phone.locator(PROMPT)).to_have_value("remove the lamp")
    paint(phone, DOWN)
    areas(phone, 2)
    phone.click("[data-wish-submit]")
    expect(phone.locator("[data-wish-said]")).to_contain_text("Queued")
    above, below = strokes_sent(phone, studio)
    assert above < 480
    assert below > 520
    # The next day everything is as it was left, and the card is not marked: it was sent.
    saved(phone)
    phone.goto(studio)
    areas(phone, 2)
    expect(phone.locator(PROMPT)).to_have_value("remove the lamp")
    phone.goto("/")
    expect(phone.locator(".card").first).not_to_contain_text("Draft")


def test_two_open_browsers_both_go_on_and_alice_chooses(page, phone):
    upload(page, photo())
    paint(page, UP)
    page.fill(PROMPT, "at noon")
    saved(page)
    phone.goto(page.url)
    areas(phone, 1)
    paint(phone, DOWN)
    phone.fill(PROMPT, "at night")
    saved(phone)

    paint(page)
    saved(page, "Saved in this browser")
    bar = page.locator(BAR)
    expect(bar).to_contain_text("This browser")
    expect(bar).to_contain_text("Safari on iPhone")
    expect(bar).to_contain_text("“at night”")
    expect(page.locator(PROMPT)).to_have_value("at noon")
    # A reload in between changes nothing.
    page.reload()
    expect(bar).to_contain_text("“at noon”")
    page.get_by_role("button", name="Take the other one").click()
    expect(page.locator(PROMPT)).to_have_value("at night")
    areas(page, 2)
    saved(page)

    # What was not taken is there, from any device, with its strokes.
    phone.reload()
    phone.click("[data-draft-state]")
    phone.locator(".draft-menu__aside", has_text="at noon").click()
    expect(phone.locator(PROMPT)).to_have_value("at noon")
    saved(phone)
    phone.keyboard.press("Control+z")
    expect(phone.locator(BAR)).to_contain_text("Brought back")


def test_afresh_is_one_click_and_an_earlier_edit_covers_the_draft_only(page, complaints):
    upload(page, photo())
    studio = page.url
    paint(page)
    page.fill(PROMPT, "make it golden")
    page.click("[data-wish-submit]")
    expect(page.locator("[data-wish-said]")).to_contain_text("Queued")
    job = newest_job(page)
    page.click("[data-draft-state]")
    page.get_by_role("button", name="Start afresh").click()
    expect(page.locator("[data-coverage]")).to_contain_text("Nothing painted")
    expect(page.locator(PROMPT)).to_have_value("")
    page.get_by_role("button", name="Undo", exact=True).last.click()
    areas(page, 1)
    expect(page.locator(PROMPT)).to_have_value("make it golden")
    page.fill(PROMPT, "make it silver")
    paint(page, DOWN)
    saved(page)

    page.goto(f"{studio}?again={job}")
    expect(page.locator(BAR)).to_contain_text("Your draft")
    expect(page.locator(PROMPT)).to_have_value("make it golden")
    areas(page, 1)
    page.goto(studio)
    expect(page.locator(PROMPT)).to_have_value("make it silver")
    page.goto(f"{studio}?again={job}")
    page.fill(PROMPT, "make it golden, please")
    saved(page)
    page.get_by_role("button", name="Bring it back").click()
    expect(page.locator(PROMPT)).to_have_value("make it silver")
    areas(page, 2)


def test_without_the_server_the_browser_keeps_it_and_without_both_the_page_says_so(
    browser, browser_context_args
):
    context = browser.new_context(**browser_context_args)
    page = context.new_page()
    upload(page, photo())
    paint(page)
    saved(page)
    context.set_offline(True)
    paint(page, DOWN)
    page.fill(PROMPT, "written in a tunnel")
    saved(page, "Saved in this browser")
    context.set_offline(False)
    saved(page)

    page.add_init_script("Object.defineProperty(window, 'indexedDB', { value: undefined })")
    page.reload()
    areas(page, 2)
    expect(page.locator(PROMPT)).to_have_value("written in a tunnel")
    page.fill(PROMPT, "kept by the server")
    saved(page)
    context.set_offline(True)
    page.fill(PROMPT, "kept by nobody")
    expect(page.locator(SAID)).to_contain_text("Not saved", timeout=15_000)
    context.set_offline(False)
    saved(page)
    context.close()


def test_logging_out_saves_first_and_leaves_nothing_for_the_next_person(
    browser, browser_context_args, app
):
    context = browser.new_context(**{**browser_context_args, "storage_state": None})
    page = context.new_page()

    def log_in() -> None:
        page.goto("/login/")
        page.get_by_label("Username").fill("alice")
        page.get_by_label("Password").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{app.url}/")

    log_in()
    upload(page, photo())
    studio = page.url
    paint(page)
    page.fill(PROMPT, "for nobody else")
    page.get_by_role("button", name=re.compile("^Account")).click()
    page.get_by_role("button", name="Log out").click()
    page.wait_for_url(re.compile("/login/"))
    left = """() => new Promise((resolve) => {
      const request = indexedDB.open("nanoedit");
      request.onsuccess = () => {
        const all = request.result.transaction("drafts").objectStore("drafts").getAll();
        all.onsuccess = () => resolve(all.result.length);
      };
    })"""
    assert page.evaluate(left) == 0
    log_in()
    page.goto(studio)
    expect(page.locator(PROMPT)).to_have_value("for nobody else")
    areas(page, 1)
    context.close()
