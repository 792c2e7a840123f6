"""The family of a picture as a tree: seen, walked over, folded, zoomed, and two of it compared."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Page, Route, expect

from editor.models import EditJob, JobState, Picture, Result
from tests.browser.live_pages import live_page
from tests.factories import make_picture
from tests.models.test_lineage import Studio

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(240),
]
EXPECTED = [r"\[object Event\]"]  # what htmx says when a stream of events has ended
BOXES = """() => [...document.querySelectorAll("[data-lineage-card]")]
  .filter((card) => card.checkVisibility())
  .map((card) => card.getBoundingClientRect().toJSON())"""


@pytest.fixture(scope="session", autouse=True)
def _rows_beside_the_browser():
    """Playwright's loop runs in this thread, which Django takes for async code."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


@pytest.fixture
def page(live_server, browser: Browser, alice) -> Iterator[Page]:
    """Alice's browser; whatever its console complains about fails the test."""
    with live_page(browser, live_server.url, alice, EXPECTED) as page:
        yield page


class Easel(Studio):
    """As the studio, but its pictures are really there."""

    def picture(self, name="garden.png", origin=Picture.Origin.UPLOAD, **fields):
        made = make_picture(self.owner, fields.pop("size", (320, 240)), name)
        Picture.objects.filter(pk=made.pk).update(origin=origin)
        return made


def card(picture: Picture) -> str:
    return f'[data-key="picture-{picture.pk}"] > [data-lineage-card]'


def scale(page: Page) -> int:
    return int(re.sub(r"\D", "", page.locator("[data-zoom-said]").inner_text()))


def settled(page: Page, what) -> dict[str, float]:
    """Where something is once it glides no more."""
    while True:
        before = what.bounding_box()
        page.wait_for_timeout(60)
        if what.bounding_box() == before:
            return before


def test_alice_finds_her_way_in_a_family_and_compares_two(page, alice):
    easel = Easel(alice)
    garden = easel.picture()
    for number in range(6):
        [last] = easel.edit(garden, f"Edit {number}: " + "with a long wish for it " * 6)
    tall = easel.picture(size=(180, 320))
    Result.objects.filter(picture=last).update(picture=tall)
    easel.edit(tall, "Two at once", count=2)
    page.goto(reverse("editor:picture_tree", args=[garden.pk]))
    expect(page.locator("[data-lineage][data-ready=yes]")).to_be_visible()

    boxes = page.evaluate(BOXES)
    assert len(boxes) == 1 + 3 + 3 + 1 + 3, "three of six edits with theirs, and a stack"
    for i, one in enumerate(boxes):
        for other in boxes[i + 1 :]:
            apart = (
                one["right"] <= other["left"]
                or other["right"] <= one["left"]
                or one["bottom"] <= other["top"]
                or other["bottom"] <= one["top"]
            )
            assert apart, "no card lies over another one"
    stack = page.get_by_role("button", name="3 more edits")
    expect(stack).to_contain_text("$0.12")

    # A long wish is cut, and whole under the hand.
    prompt = page.get_by_role("link", name=re.compile("^Edit 5"))
    short = prompt.bounding_box()
    prompt.hover()
    assert prompt.bounding_box()["height"] > short["height"]

    # By keys: to the first picture, into the stack, open it, fold it again.
    page.locator("#main").focus()
    page.keyboard.press("Home")
    expect(page.locator(card(garden) + " .lineage__open")).to_be_focused()
    page.keyboard.press("ArrowRight")
    while not stack.evaluate("(stack) => stack === document.activeElement"):
        page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name=re.compile("^Edit 0"))).to_be_focused()
    assert len(page.evaluate(BOXES)) == 1 + 6 + 6 + 3
    page.keyboard.press("f")
    expect(stack).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(page.locator(card(garden) + " .lineage__open")).to_be_focused()
    page.get_by_role("button", name="Unfold 6 edits").click()
    expect(page.get_by_role("button", name="Fold 6 edits")).to_be_visible()

    # By hand: wheel and buttons zoom, a pull moves the tree and opens nothing.
    page.keyboard.press("0")
    fitted = scale(page)
    stage = page.locator("[data-lineage-stage]").bounding_box()
    middle = (stage["x"] + stage["width"] / 2, stage["y"] + stage["height"] / 2)
    page.mouse.move(*middle)
    page.mouse.wheel(0, -120)
    assert scale(page) > fitted
    page.get_by_role("button", name="Zoom out").click()
    page.keyboard.press("1")
    assert scale(page) == 100
    first = page.locator(card(garden))
    page.keyboard.press("Home")
    before = settled(page, first)
    page.mouse.move(before["x"] + 40, before["y"] + 40)
    page.mouse.down()
    page.mouse.move(before["x"] + 140, before["y"] + 10, steps=4)
    page.mouse.up()
    after = settled(page, first)
    assert (after["x"] - before["x"], after["y"] - before["y"]) == pytest.approx((100, -30), abs=1)
    assert page.url.endswith("/tree/")

    # Two of different shapes, the tall one onto the wide one.
    page.keyboard.press("c")
    expect(page.get_by_role("status").first).to_contain_text("garden.png is chosen")
    page.keyboard.press("0")
    page.locator(card(tall)).hover()
    page.locator(card(tall) + " [data-lineage-compare]").click()
    page.get_by_role("link", name="Compare", exact=True).click()
    page.wait_for_url("**/compare/**")
    assert page.url.endswith(reverse("editor:picture_compare", args=[garden.pk, tall.pk]))
    wide, slim = (page.locator(f".compare__{side}") for side in ("before", "after"))
    expect(wide).to_have_attribute("alt", "garden.png")
    box, laid = wide.bounding_box(), slim.bounding_box()
    height = min(box["height"], box["width"] * 240 / 320)
    assert abs(laid["height"] - height) < 1, "it has the room of the first one"
    page.keyboard.press("s")
    expect(page.locator(".comparison__label--before")).to_have_text("garden.png")

    # The list is the same without a table, and remembered.
    page.goto(reverse("editor:picture_tree", args=[garden.pk]))
    page.get_by_role("button", name="List").click()
    assert page.url.endswith("?as=list")
    page.get_by_role("button", name="3 more edits").click()
    expect(page.get_by_role("link", name=re.compile("^Edit 0"))).to_be_visible()
    expect(page.locator(".lineage__lines")).to_be_hidden()
    page.goto(reverse("editor:picture_tree", args=[tall.pk]))
    expect(page.get_by_role("button", name="List")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("link", name=re.compile("^Two at once")).click()
    page.wait_for_url("**/jobs/**")


def test_a_running_edit_brings_its_picture_into_the_open_tree(page, alice):
    easel = Easel(alice)
    garden = easel.picture()
    easel.edit(garden, "Done before")
    job = easel.job(garden, "Running", JobState.CALLING)
    streams: list[Route] = []
    page.route("**/events", lambda route: streams.append(route))
    page.goto(reverse("editor:picture_tree", args=[garden.pk]))
    expect(page.locator("[data-lineage][data-ready=yes]")).to_be_visible()
    page.locator("#main").focus()
    page.keyboard.press("Home")
    page.keyboard.press("c")
    page.keyboard.press("ArrowRight")
    here = page.get_by_role("link", name="Running")
    here.focus()
    before = settled(page, here)
    # She is at the running edit when it comes home.
    made = easel.picture("made.png", Picture.Origin.RESULT)
    Result.objects.create(attempt=easel.attempt(job), index=0, raw_bytes=1, picture=made)
    EditJob.objects.filter(pk=job.pk).update(state=JobState.DONE, charged="yes")
    said = f"retry: 600000\nevent: job-{job.pk}\ndata: changed\n\n"
    streams[0].fulfill(content_type="text/event-stream", body=said)
    expect(page.locator(card(made))).to_be_visible()
    expect(page.locator(".lineage__sum")).to_contain_text("$0.08")
    expect(here).to_be_focused()
    after = settled(page, here)
    assert (after["x"], after["y"]) == pytest.approx((before["x"], before["y"]), abs=1)
    expect(page.locator(card(garden))).to_have_attribute("data-chosen", "")
    page.keyboard.press("ArrowRight")
    expect(page.locator(card(made) + " .lineage__open")).to_be_focused()
