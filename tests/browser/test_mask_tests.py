"""A test of masks, followed live: nobody reloads anything."""

import pytest
from playwright.sync_api import expect

from tests.browser.test_line import upload

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


def test_the_price_follows_the_choice_and_the_proposal_comes_by_itself(page, complaints):
    upload(page)  # by then the catalogue is there
    expect(page.locator("[data-model='sandbox/canvas-alpha-2']")).to_be_attached()
    page.goto("/admin/editor/upstreammodel/")
    page.get_by_role("link", name="Sandbox Canvas Alpha 2").click()
    page.get_by_role("link", name="Test its masks").click()
    expect(page.get_by_role("button", name="Send 3 calls · $0.1965")).to_be_enabled()
    page.get_by_label("Dual (white").uncheck()
    expect(page.get_by_role("button", name="Send 2 calls · $0.131")).to_be_enabled()
    page.get_by_label("Alpha (transparent").uncheck()
    page.get_by_label("Luminance (white").uncheck()
    expect(page.get_by_role("button", name="Send 0 calls")).to_be_disabled()
    page.get_by_label("Alpha (transparent").check()
    page.get_by_role("button", name="Send 1 call · $0.0655").click()
    expect(page.get_by_role("heading", name="Under way")).to_be_visible()
    address = page.url
    proposed = page.get_by_role("heading", name="Proposed: alpha (transparent is edited)")
    expect(proposed).to_be_visible(timeout=30_000)
    assert page.url == address
    for picture in page.locator(".mask-test__pictures img").all():
        picture.scroll_into_view_if_needed()
        expect(picture).to_have_js_property("complete", True)
        assert picture.evaluate("image => image.naturalWidth") > 400
    page.get_by_role("button", name="Use alpha").click()
    expect(page.get_by_text("In use now: alpha, set by staff.")).to_be_visible()
