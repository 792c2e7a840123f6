"""The wall of the gallery under real hands: selecting, marking, throwing away, going back."""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from editor.models import Attempt, Consent, EditJob, JobState, Picture, Result, User
from editor.views.gallery import PAGE_SIZE
from tests.browser.live_pages import live_page
from tests.browser.looking import settle, until
from tests.factories import make_picture

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(240),
]
# What htmx says when a stream of events has ended, and the browser when it is asked "sure?".
EXPECTED = (r".*\[object Event\].*", r".*409 \(Conflict\).*")
SHAPES = ((320, 240), (240, 320), (300, 300), (640, 240))
EDITS = 4 * PAGE_SIZE
# A card that is wholly in view (else it is scrolled to before the click), and where it stands.
MIDDLE = """() => {
  const cards = [...document.querySelectorAll(".wall__item")];
  const isInside = ({ top, bottom }) => top > 200 && bottom < innerHeight;
  const card = cards.find((each) => isInside(each.getBoundingClientRect()));
  return card && [card.id, card.getBoundingClientRect().top];
}"""
TOP_OF = "(id) => document.getElementById(id)?.getBoundingClientRect().top"
IS_AT = f"([id, top]) => Math.abs(({TOP_OF})(id) - top) < 2"
NEWEST = "() => [...document.querySelectorAll('.wall__item')].slice(0, 4).map(({ id }) => id)"


@pytest.fixture(scope="session", autouse=True)
def _rows_beside_the_browser():
    """Playwright's loop runs in this thread, which Django takes for async code."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


@pytest.fixture
def edits(alice: User) -> list[EditJob]:
    """Four pages of Alice's edits over some days, the newest first; files are shared."""
    shared = [make_picture(alice, size) for size in SHAPES]
    now = timezone.now()
    jobs, rows = [], {model: [] for model in (Consent, Attempt, Picture, Result)}
    for number in range(EDITS):
        moment = now - timedelta(minutes=30 * number)
        base = shared[number % len(shared)]
        job = EditJob(
            owner=alice,
            picture=base,
            prompt=f"edit {number}",
            model_id="sandbox/inpaint",
            model_name="Inpaint",
            state=JobState.DONE,
            created_at=moment,
        )
        fields = {field.name: getattr(base, field.attname) for field in base._meta.concrete_fields}
        made = Picture(**{**fields, "id": uuid.uuid4(), "owner": alice, "origin": "result"})
        consent = Consent(job=job, seq=1, granted_by=alice)
        attempt = Attempt(job=job, consent=consent, state=Attempt.State.SAVED)
        result = Result(
            attempt=attempt, index=0, raw="raw", raw_sha256="0", raw_bytes=1, picture=made
        )
        jobs.append(job)
        for row in (consent, attempt, made, result):
            rows[type(row)].append(row)
    EditJob.objects.bulk_create(jobs)
    for model, each in rows.items():
        model._default_manager.bulk_create(each)
    return jobs


@pytest.fixture
def page(live_server, browser: Browser, alice: User, edits) -> Iterator[Page]:
    """Alice's browser at her gallery; whatever its console complains about fails the test."""
    with live_page(browser, live_server.url, alice, EXPECTED) as page:
        page.goto("/gallery/")
        page.locator("[data-placed]").wait_for()
        yield page


def card(page: Page, number: int, edits: list[EditJob]):
    return page.locator(f"#job-{edits[number].pk}")


def selected(page: Page) -> str:
    return page.locator("[data-picked-words]").inner_text()


def favourites() -> int:
    return Picture.objects.filter(favourite=True).count()


def test_a_range_is_selected_marked_thrown_away_and_brought_back(page: Page, edits) -> None:
    card(page, 1, edits).hover()
    card(page, 1, edits).get_by_role("checkbox").click()
    card(page, 3, edits).click(modifiers=["Shift"])
    expect(page.locator("[data-picked-words]")).to_have_text("3 selected")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowLeft")
    assert selected(page) == "4 selected"
    page.get_by_role("button", name="Favourite", exact=True).and_(
        page.locator("[data-heart-verb]")
    ).click()
    expect(page.locator("[data-toast]")).to_contain_text("4 edits")
    assert favourites() == 4
    hearts = page.locator(".card__heart[aria-pressed=true]")
    expect(hearts).to_have_count(4)
    before = page.evaluate(NEWEST)
    page.keyboard.press("Delete")
    expect(page.locator("[data-toast]")).to_contain_text("4 edits deleted")
    expect(card(page, 2, edits)).to_have_count(0)
    expect(page.locator("[data-bar]")).to_be_hidden()
    assert EditJob.objects.exclude(trashed_at=None).count() == 4
    page.get_by_role("button", name="Undo").click()
    card(page, 2, edits).wait_for()
    assert page.evaluate(NEWEST) == before
    assert EditJob.objects.filter(trashed_at=None).count() == EDITS


def test_enter_in_a_field_of_the_bar_means_the_button_beside_it(page: Page, edits) -> None:
    for number in (1, 2):
        card(page, number, edits).get_by_role("checkbox").click(force=True)
    for verb, words in (("Tag", "for the client"), ("Collection", "Best of")):
        page.locator(".picked__verbs").get_by_role("button", name=verb).click()
        page.keyboard.type(words)
        page.keyboard.press("Enter")
        expect(page.locator(f"[data-toast]:has-text('{words}')")).to_be_visible()
    assert favourites() == 0
    assert Picture.objects.filter(tags__name="for the client").count() == 2
    assert page.locator(".card__heart[aria-pressed=true]").count() == 0


def test_the_keyboard_walks_selects_and_marks_alone(page: Page, edits) -> None:
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys and gestures")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    # A closed dialog holds the focus until the next frame, and its keys with it.
    until(page, "() => document.activeElement === document.body")
    page.keyboard.press("ArrowDown")
    expect(card(page, 0, edits).locator(".card")).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("x")
    page.keyboard.press("f")
    expect(card(page, 1, edits).locator(".card__heart")).to_have_attribute("aria-pressed", "true")
    assert favourites() == 1
    page.keyboard.press("3")
    expect(card(page, 1, edits).locator("[data-stars='3']")).to_have_count(1)
    page.keyboard.press("Control+a")
    assert selected(page) == f"{PAGE_SIZE} selected"
    page.get_by_role("button", name=f"Select all {EDITS}").click()
    assert selected(page) == f"All {EDITS} selected"
    page.keyboard.press("f")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(f"{EDITS} edits?")
    dialog.get_by_role("button", name="Leave it").click()
    assert favourites() == 1
    page.keyboard.press("Escape")
    assert selected(page) == ""
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()


def test_who_goes_back_from_an_edit_is_where_they_left(page: Page) -> None:
    page.mouse.move(640, 500)
    # Through more than two pages; each is asked for on the way.
    end = time.monotonic() + 30
    while page.evaluate("scrollY") <= 8000:
        assert time.monotonic() < end
        page.mouse.wheel(0, 700)
        page.wait_for_timeout(20)
    until(page, MIDDLE)
    page.wait_for_timeout(300)  # a wheel's last turn is still rolling
    settle(page)
    found, top = page.evaluate(MIDDLE)
    assert page.locator(".wall__item").count() < 2 * PAGE_SIZE
    page.locator(f"#{found} .card").click()
    page.wait_for_url("**/jobs/**")
    page.go_back()
    page.locator(f"#{found}").wait_for()
    until(page, IS_AT, [found, top])
    page.reload()
    page.locator(f"#{found}").wait_for()
    until(page, IS_AT, [found, top])


def test_nothing_moves_when_the_script_takes_over(page: Page, edits) -> None:
    quiet = page.context.browser.new_context(
        base_url=page.url, java_script_enabled=False, viewport=page.viewport_size
    )
    quiet.add_cookies(page.context.cookies())
    plain = quiet.new_page()
    plain.goto("/gallery/")
    for number in (0, 3, 8, 14):
        there = card(plain, number, edits).bounding_box()
        here = card(page, number, edits).bounding_box()
        assert there, number
        assert here, number
        assert all(abs(there[side] - here[side]) < 1 for side in there), number
    # And without script the bar is there as soon as something is selected.
    expect(plain.locator("[data-bar]")).to_be_hidden()
    card(plain, 2, edits).hover()
    card(plain, 2, edits).get_by_role("checkbox").check()
    plain.get_by_role("button", name="Delete").click()
    expect(plain.locator(".messages")).to_contain_text("1 edit deleted")
    plain.get_by_role("link", name="More edits").click()
    assert "after=" in plain.url
    quiet.close()


def told_of_a_new_edit(page: Page, edits: list[EditJob]) -> EditJob:
    """An edit that came from elsewhere, and what the hub says of it."""
    job = EditJob.objects.create(
        owner=edits[0].owner, picture=edits[0].picture, prompt="from elsewhere", model_id="x"
    )
    page.locator("[data-arrivals]").evaluate(
        """(node, data) =>
          node.dispatchEvent(new CustomEvent("htmx:sseMessage", { detail: { data } }))""",
        str(job.pk),
    )
    return job


def test_new_edits_come_in_on_top_and_move_nothing_under_the_hands(page: Page, edits) -> None:
    first = told_of_a_new_edit(page, edits)
    page.locator(f"#job-{first.pk}").wait_for()
    assert page.evaluate(NEWEST)[:2] == [f"job-{first.pk}", f"job-{edits[0].pk}"]
    page.mouse.move(640, 500)
    page.mouse.wheel(0, 1500)
    until(page, "() => scrollY > 1000")
    settle(page)
    until(page, MIDDLE)
    middle, top = page.evaluate(MIDDLE)
    second = told_of_a_new_edit(page, edits)
    pill = page.get_by_role("button", name="1 new edit")
    pill.wait_for()
    assert page.evaluate(TOP_OF, middle) == top
    assert page.locator(f"#job-{second.pk}").count() == 0
    pill.click()
    page.locator(f"#job-{second.pk}").wait_for()
    assert page.evaluate(NEWEST)[:2] == [f"job-{second.pk}", f"job-{first.pk}"]
    assert pill.count() == 0


def test_the_first_edit_that_fits_comes_into_an_empty_wall_by_itself(page: Page, edits) -> None:
    page.goto("/gallery/?q=elsewhere")
    page.get_by_role("heading", name="Nothing found").wait_for()
    first = told_of_a_new_edit(page, edits)
    page.locator(".empty").evaluate("node => node.dispatchEvent(new Event('sse:jobs'))")
    page.locator(f"#job-{first.pk}").wait_for()
    expect(page.locator("[data-placed]")).to_be_visible()
    second = told_of_a_new_edit(page, edits)
    page.locator(f"#job-{second.pk}").wait_for()
    assert page.evaluate(NEWEST) == [f"job-{second.pk}", f"job-{first.pk}"]
    assert page.url.endswith("/gallery/?q=elsewhere")
