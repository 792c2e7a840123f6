"""Alice shares by links; Charlie opens them in a browser in which nobody is logged in."""

from __future__ import annotations

import os
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from editor.models import Collection, CollectionItem, User
from editor.sharing_links import Limits, Shown, make_share
from tests.browser.test_pages_look import LAYOUT_SHIFT, SMALL_TARGETS, open_page  # noqa: F401
from tests.factories import make_picture

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(scope="session", autouse=True)
def _rows_beside_the_browser():
    """Playwright's loop runs in this thread from now on, which Django takes for async code."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


@pytest.fixture
def charlie_opens(browser: Browser, live_server):
    """Open addresses in a browser that knows nobody; whatever is complained of ends the test."""
    contexts, said = [], []

    def open_one(address: str, **context: Any) -> Page:
        fresh = browser.new_context(base_url=live_server.url, storage_state=None, **context)
        contexts.append(fresh)
        page = fresh.new_page()
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on(
            "console",
            lambda told: said.append(told.text) if "Security Policy" in told.text else None,
        )
        page.goto(address)
        return page

    yield open_one
    for each in contexts:
        each.close()
    assert said == []


def wall_of(alice: User, count: int) -> str:
    """The link of a collection of so many pictures."""
    collection = Collection.objects.create(owner=alice, name="Garden")
    for place in range(count):
        picture = make_picture(alice, (320 + 40 * place, 240), f"{place}.png")
        CollectionItem.objects.create(collection=collection, picture=picture, place=place)
    _, token = make_share(alice, Shown(collection=collection), Limits("Summer"))
    return reverse("editor:share", args=[token])


def test_a_comparison_behind_a_password_from_the_dialog_to_its_end(
    open_page,  # noqa: F811
    charlie_opens,
    alice,
):
    before, after = make_picture(alice, (640, 400)), make_picture(alice, (640, 400), "after.png")
    page = open_page(
        f"{reverse('editor:share_new')}?picture={after.pk}&before={before.pk}",
        permissions=["clipboard-read", "clipboard-write"],
    )
    page.get_by_label("Title").fill("Our pond")
    expect(page.locator(".share-preview__page")).to_contain_text("Our pond")
    page.get_by_role("button", name="Generate").click()
    password = page.get_by_label("Password", exact=True).input_value()
    expect(page.get_by_text("Only once they have typed the password.")).to_be_visible()
    page.get_by_role("button", name="Make the link").click()
    expect(page.get_by_role("heading", name="The link is made")).to_be_visible()
    page.wait_for_load_state()
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    link = page.evaluate("navigator.clipboard.readText()")
    assert link == page.get_by_label("Link").input_value()

    visit = charlie_opens(link)
    assert "pond" not in visit.content()
    for said in ("wrong-one", password):
        visit.get_by_label("Password").fill(said)
        visit.keyboard.press("Enter")
        if said != password:
            expect(visit.get_by_role("alert")).to_have_text("That is not the password.")
    expect(visit.get_by_role("heading", name="Our pond")).to_be_visible()
    visit.locator("ne-compare[data-ready]").wait_for()
    line = visit.get_by_role("slider").first
    line.focus()
    visit.keyboard.press("End")
    expect(line).to_have_attribute("aria-valuetext", "100 % original")
    for key, mode in (("s", "Side by side"), ("d", "Difference"), ("k", "Line")):
        visit.keyboard.press(key)
        expect(visit.get_by_role("button", name=mode)).to_have_attribute("aria-pressed", "true")
    visit.reload()
    expect(visit.get_by_role("heading", name="Our pond")).to_be_visible()

    page.get_by_role("main").get_by_role("link", name="Shared links").click()
    expect(page.get_by_text("1 view,")).to_be_visible()
    page.get_by_role("button", name="Revoke", exact=True).click()
    page.get_by_role("button", name="Revoke it").click()
    expect(page.get_by_text("Revoked", exact=True)).to_be_visible()
    visit.reload()
    expect(visit.get_by_text("does not open anything, or not any more")).to_be_visible()


def test_a_collection_is_looked_through_by_keys_and_by_finger(charlie_opens, alice):
    link = wall_of(alice, 3)
    visit = charlie_opens(link)
    visit.get_by_role("link", name="Picture 2 of 3").click()
    showing = visit.get_by_role("dialog", name="Picture")
    place = showing.get_by_role("status")
    expect(place).to_have_text("2 of 3")
    for key, there in (("ArrowRight", "3 of 3"), ("ArrowRight", "3 of 3"), ("Home", "1 of 3")):
        visit.keyboard.press(key)
        expect(place).to_have_text(there)
    expect(showing.get_by_role("button", name="Previous picture")).to_be_hidden()
    visit.keyboard.press("Escape")
    expect(showing).to_be_hidden()
    assert visit.evaluate("document.activeElement.matches('[data-shared-picture]')")

    phone = charlie_opens(
        link, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    assert phone.evaluate(SMALL_TARGETS) == []
    phone.get_by_role("link", name="Picture 1 of 3").tap()
    finger = phone.context.new_cdp_session(phone)
    for kind, x in (("touchStart", 300), ("touchMove", 180), ("touchMove", 60), ("touchEnd", None)):
        points = [] if x is None else [{"x": x, "y": 400}]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    expect(phone.get_by_role("status")).to_have_text("2 of 3")


def test_the_pages_of_links_need_no_script_fit_and_do_not_jump(charlie_opens, alice):
    pictures = [make_picture(alice, (640, 400), f"{n}.png") for n in range(2)]
    limits = Limits("A rather long title, so that it has to be broken into several lines", None, 1)
    things = {
        "picture": (Shown(pictures[0]), Limits(limits.title, allow_download=True)),
        "comparison": (Shown(*pictures), Limits()),
        "door": (Shown(pictures[0]), limits),
    }
    links = {
        name: reverse("editor:share", args=[make_share(alice, *thing)[1]])
        for name, thing in things.items()
    }
    links |= {"wall": wall_of(alice, 2), "nothing": reverse("editor:share", args=["none"])}
    for link in links.values():
        page = charlie_opens(link, viewport={"width": 360, "height": 740})
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        assert page.evaluate(LAYOUT_SHIFT) < 0.02
    plain = charlie_opens(links["comparison"], java_script_enabled=False)
    for name in ("The original", "The result"):
        expect(plain.get_by_role("img", name=name)).to_be_visible()
    door = charlie_opens(links["door"], java_script_enabled=False)
    door.get_by_role("button", name="Show it").click()
    expect(door.get_by_role("img", name=limits.title)).to_be_visible()
