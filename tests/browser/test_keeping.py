"""A collection is made and put in order, a picture marked, thrown away, restored and erased."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_line import upload
from tests.factories import picture_bytes

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


def order(page: Page) -> list[str]:
    """The pictures of a collection as they stand."""
    items = page.locator(".collected")
    return [str(items.nth(at).get_attribute("data-picture")) for at in range(items.count())]


def test_alice_keeps_orders_throws_away_restores_and_erases(page: Page, complaints):
    pictures = []
    for width in (640, 641, 642):
        upload(page, picture_bytes((width, 400)))
        pictures.append(page.url.rstrip("/").rpartition("/")[2])
    one, two, three = pictures

    # marks, in the studio: each fragment takes the place of the one before
    page.get_by_role("button", name="Favourite, rating").click()
    page.get_by_role("button", name="Favourite", exact=True).click()
    expect(page.get_by_role("button", name="Favourite", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )
    page.get_by_role("button", name="4 stars").click()
    expect(page.locator(".stars__star--on")).to_have_count(4)
    page.get_by_label("Add tags").fill("red barn, winter")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="winter")).to_be_visible()
    page.get_by_role("button", name="Take the tag winter off").click()
    expect(page.get_by_role("link", name="winter")).to_be_hidden()

    # a collection, ordered by mouse and by keys, kept by the server
    page.goto("/collections/")
    page.get_by_label("Name of a new collection").fill("Garden")
    page.get_by_role("button", name="Create").click()
    page.get_by_role("link", name="Add pictures").first.click()
    for picture in (three, two, one):
        page.locator(f"input[value='{picture}']").check()
    page.get_by_role("button", name="Add the chosen").click()
    expect(page.locator(".collected")).to_have_count(3)
    started = order(page)
    with page.expect_response("**/arrange/"):
        page.locator(".collected").nth(2).drag_to(
            page.locator(".collected").nth(0), target_position={"x": 20, "y": 60}
        )
    dragged = [started[2], started[0], started[1]]
    assert order(page) == dragged
    page.locator(".collected .card").nth(0).focus()
    with page.expect_response("**/arrange/"):
        page.keyboard.press("Shift+ArrowRight")
    expect(page.locator("[data-arranged]")).to_contain_text("is number 2 now")
    page.reload()
    assert order(page) == [dragged[1], dragged[0], dragged[2]]

    # into the trash, back with its marks, and gone for good
    page.goto(f"/pictures/{three}/")
    page.get_by_role("button", name="Favourite, rating").click()
    page.get_by_role("button", name="Delete this picture").click()
    page.goto("/collections/")
    expect(page.get_by_text("2 pictures")).to_be_visible()
    page.goto("/trash/")
    expect(page.get_by_text("Deleted for good in 30 days")).to_have_count(1)
    page.get_by_role("button", name="Restore").click()
    expect(page.get_by_role("heading", name="The trash is empty")).to_be_visible()
    page.goto(f"/pictures/{three}/")
    page.get_by_role("button", name="Favourite, rating").click()
    expect(page.locator(".stars__star--on")).to_have_count(4)
    page.get_by_role("button", name="Delete this picture").click()
    page.goto("/trash/")
    page.get_by_role("link", name="for good").click()
    page.get_by_role("button", name="Delete for good").click()
    expect(page.get_by_text("The picture is deleted for good")).to_be_visible()
    expect(page.get_by_role("heading", name="The trash is empty")).to_be_visible()
