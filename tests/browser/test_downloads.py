"""Downloads in another format, and pictures that are shown before their files exist."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Download, Page, Route, expect

from tests.browser.test_line import upload
from tests.factories import picture_bytes

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

SIZE = (1200, 800)


def open_sheet(page: Page) -> None:
    """Upload a picture and open the form beside its name."""
    upload(page, picture_bytes(SIZE))
    page.get_by_role("button", name="Download this picture").click()
    expect(page.get_by_role("button", name="Download 1200 × 800")).to_be_visible()  # noqa: RUF001


def saved(download: Download) -> Image.Image:
    """Open what the browser has saved."""
    return Image.open(io.BytesIO(Path(download.path()).read_bytes()))


def test_a_picture_is_saved_in_another_format_and_its_size_is_said(page, complaints):
    open_sheet(page)
    page.get_by_text("WebP", exact=True).click()
    page.get_by_label("Quality").fill("60")
    expect(page.locator(".download output:visible")).to_have_text("60")
    with page.expect_download() as saving:
        page.get_by_role("button", name="Download 1200").click()
    image = saved(saving.value)
    assert (image.format, image.size) == ("WEBP", SIZE)
    assert saving.value.suggested_filename.endswith(".webp")
    expect(page.locator(".download__said:visible")).to_contain_text("kB")
    expect(page.get_by_role("button", name="Download 1200")).not_to_have_attribute(
        "aria-busy", "true"
    )


def test_png_has_no_quality_to_choose(page, complaints):
    open_sheet(page)
    expect(page.get_by_label("Quality")).to_be_visible()
    page.get_by_text("PNG", exact=True).click()
    expect(page.get_by_label("Quality")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(page.get_by_text("Without loss: every pixel")).to_be_hidden()


def test_what_went_wrong_is_said_in_the_form(page):
    open_sheet(page)
    page.evaluate("document.querySelector('.download [value=jpeg]').value = 'exe'")
    page.get_by_role("button", name="Download 1200").click()
    expect(page.get_by_text("Choose PNG, JPEG, WebP or AVIF")).to_be_visible()


def test_without_script_the_same_form_leads_to_the_same_file(browser, page, alices_session, app):
    upload(page, picture_bytes(SIZE))
    address = page.url + "download/"
    plain = browser.new_context(
        java_script_enabled=False, storage_state=alices_session, base_url=app.url
    ).new_page()
    plain.goto(address)
    plain.get_by_text("AVIF", exact=True).click()
    with plain.expect_download() as saving:
        plain.get_by_role("button", name="Download 1200").click()
    assert saved(saving.value).format == "AVIF"
    plain.context.close()


def test_uploads_stand_in_place_before_there_is_anything_to_show(page, complaints):
    held: list[Route] = []
    page.route("**/thumb/", lambda route: held.append(route))
    page.goto("/")
    files = [
        {"name": f"wall {number}.png", "mimeType": "image/png", "buffer": picture_bytes(SIZE)}
        for number in range(3)
    ]
    page.locator("input[type=file]").first.set_input_files(files)
    cards = page.locator(".wall__item").filter(has_text="wall ")
    expect(cards).to_have_count(3)
    expect(cards.locator(".well__placeholder")).to_have_count(3)
    expect(page.locator("[data-uploads] > *")).to_have_count(0)
    places = [card.bounding_box() for card in cards.all()]
    assert all(place and place["height"] > 100 for place in places)
    with page.expect_response("**/thumb/") as answer:
        for route in held:
            route.continue_()
    assert answer.value.headers["content-type"] == "image/avif"
    expect(cards.locator(".well__placeholder")).to_have_count(0)
    assert [card.bounding_box() for card in cards.all()] == places


def test_a_fine_screen_gets_the_larger_file(browser, alices_session, app, page):
    upload(page, picture_bytes(SIZE))
    fine = browser.new_context(
        storage_state=alices_session, base_url=app.url, device_scale_factor=2
    ).new_page()
    fine.goto("/")
    picture = fine.locator(".wall .well__picture").first
    expect(picture).to_have_js_property("complete", True)
    shown = picture.evaluate("image => image.currentSrc")
    assert shown.endswith("/card/")
    assert max(Image.open(io.BytesIO(fine.request.get(shown).body())).size) == 960
    fine.context.close()
