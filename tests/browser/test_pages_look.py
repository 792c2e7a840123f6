"""Pages in a real browser: nothing jumps, nothing overflows, everything works by keyboard."""

from __future__ import annotations

import os
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from editor.models import EditJob, JobState, User
from editor.models.attempts import Attempt, Consent
from editor.models.results import Result
from tests.factories import make_job, make_mask, make_model, make_picture, picture_bytes

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LAYOUT_SHIFT = """new Promise(done => {
  let sum = 0;
  new PerformanceObserver(list => { for (const e of list.getEntries()) sum += e.value; })
    .observe({ type: "layout-shift", buffered: true });
  setTimeout(() => done(sum), 300);
})"""
SMALL_TARGETS = """[...document.querySelectorAll("a, button, summary, label.button")]
  .filter(e => e.checkVisibility() && !e.closest("[popover]"))
  .filter(e => !e.matches(".skip-link, .visually-hidden"))
  .filter(e => { const own = e.getBoundingClientRect();
    const around = e.closest(".queue__words")?.getBoundingClientRect() ?? own;
    return own.width > 1 && Math.max(own.height, around.height) < 44; })
  .map(e => e.outerHTML.slice(0, 120))"""


@pytest.fixture(scope="session", autouse=True)
def _rows_beside_the_browser():
    """Playwright's loop runs in this thread from now on, which Django takes for async code."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


@pytest.fixture
def done_job(alice: User) -> EditJob:
    """A masked job of Alice with two results."""
    picture = make_picture(alice, (640, 400))
    job = make_job(alice, JobState.DONE, picture=picture, charged="yes")
    consent = job.consents.first() or Consent.objects.create(job=job, seq=9, granted_by=alice)
    attempt = Attempt.objects.create(
        job=job, consent=consent, state=Attempt.State.SAVED, cost_nano=80_000_000
    )
    for index in range(2):
        Result.objects.create(
            attempt=attempt,
            index=index,
            raw="raw",
            raw_sha256="0" * 64,
            raw_bytes=1,
            picture=make_picture(alice, (640, 400), f"result {index}.png"),
            outside_pixels=240_000,
            changed_pixels=0,
            raw_changed_share=0.5,
        )
    return job


@pytest.fixture
def open_page(live_server, alices, browser: Browser):
    """Open pages as Alice; what the browser complains about ends the test."""
    pages: list[tuple[Page, list[str]]] = []

    def open_one(address: str, **context: Any) -> Page:
        opened = browser.new_context(base_url=live_server.url, **context)
        cookie = alices.cookies[settings.SESSION_COOKIE_NAME].value
        opened.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}]
        )
        page, complaints = opened.new_page(), []
        page.route("**/events", lambda route: route.abort())  # the hub is not part of this server
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda said: (
                complaints.append(said.text) if "Content Security Policy" in said.text else None
            ),
        )
        pages.append((page, complaints))
        page.goto(address)
        return page

    yield open_one
    for page, complaints in pages:
        page.context.close()
        assert complaints == []


@pytest.fixture
def addresses(alice: User, done_job: EditJob) -> list[str]:
    """Every page with something on it."""
    waiting = make_job(alice, JobState.WAITING, failure_sentence="The upstream is busy.")
    unknown = make_job(alice, JobState.UNKNOWN, charged="unknown")
    jobs = [job.get_absolute_url() for job in (done_job, waiting, unknown)]
    adjusting = reverse("editor:adjust", args=[done_job.pk])
    return ["/", "/gallery/", "/queue/", "/password/", "/nothing/", *jobs, adjusting]


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (2560, "dark")])
def test_no_page_overflows_or_jumps(open_page, addresses, width, scheme):
    size = {"width": width, "height": 800}
    for address in addresses:
        page = open_page(address, viewport=size, color_scheme=scheme)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
        assert page.evaluate(LAYOUT_SHIFT) < 0.02, address


def test_fingers_find_targets_of_44_pixels(open_page, addresses):
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    for address in addresses:
        page = open_page(address, **phone)
        assert page.evaluate(SMALL_TARGETS) == [], address


def test_a_model_that_is_held_back_is_not_chosen_and_cannot_be(open_page, alice):
    make_model("other/open", name="Open", position=9)
    make_model("sandbox/inpaint", name="Held", position=1, held_back="It charged too much.")
    page = open_page(make_picture(alice).get_absolute_url())
    page.evaluate("localStorage.setItem('nanoedit.model', 'sandbox/inpaint')")
    page.reload()
    page.get_by_role("button", name="Model").click()
    assert page.get_by_role("button", name="Held", exact=True).is_disabled()
    page.get_by_role("button", name="Open", exact=True).click()
    assert page.locator("[data-model-name]").inner_text() == "Open"
    assert page.evaluate("document.forms.wish.elements.model.value") == "other/open"


def test_a_chosen_theme_is_there_before_the_page_is_painted(open_page):
    page = open_page("/", color_scheme="light")
    page.get_by_role("button", name="Account").click()
    page.get_by_role("radio", name="Dark").click()
    dark = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    page.add_init_script(
        "addEventListener('DOMContentLoaded', () => { window.early = "
        "getComputedStyle(document.documentElement).backgroundColor; });"
    )
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert page.evaluate("window.early") == dark


def test_the_line_between_before_and_after_moves_by_keyboard(open_page, done_job):
    page = open_page(done_job.get_absolute_url())
    line = page.get_by_role("slider").first
    line.focus()
    for key, says in (("End", "100 % original"), ("Home", "0 % original")):
        page.keyboard.press(key)
        assert line.get_attribute("aria-valuetext") == says
    shown = "getComputedStyle(document.querySelector('.compare__before')).clipPath"
    cut = page.evaluate(shown)
    page.keyboard.down("\\")
    assert page.evaluate(shown) == "none"
    page.keyboard.up("\\")
    assert page.evaluate(shown) == cut


def test_results_are_tabs_and_stay_chosen_when_the_page_renews_itself(open_page, done_job):
    page = open_page(done_job.get_absolute_url())
    page.get_by_role("tab", name="Result 1").focus()
    page.keyboard.press("ArrowRight")
    assert page.locator("#result-2").is_visible()
    assert page.locator("#result-1").is_hidden()
    with page.expect_response(lambda answer: "/status/" in answer.url):
        page.evaluate(f"htmx.trigger('#job-status', 'sse:job-{done_job.pk}')")
    page.locator("#result-2 ne-compare[data-ready]").wait_for()
    # The answer is there before the page is: for a moment the old one may still be changing.
    expect(page.locator("#result-1")).to_be_hidden()
    expect(page.locator("#result-2")).to_be_visible()


def test_arrow_keys_walk_over_the_wall(open_page, alice):
    for number in range(3):
        make_picture(alice, (300 + number, 200), f"{number}.png")
    page = open_page("/")
    cards = page.locator(".wall .card")
    cards.first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert cards.nth(2).evaluate("card => card === document.activeElement")


def test_of_several_files_the_good_ones_arrive_and_the_bad_one_says_why(open_page, alice):
    page = open_page("/")
    good = {"mimeType": "image/png", "buffer": picture_bytes()}
    text = {"name": "notes.png", "mimeType": "image/png", "buffer": b"no picture at all"}
    page.set_input_files(
        "#upload-files", [{"name": "a.png", **good}, text, {"name": "b.png", **good}]
    )
    page.locator(".wall .card").nth(1).wait_for()
    refused = page.locator(".uploads__item[data-state=refused]")
    refused.wait_for()
    assert "notes.png" in refused.inner_text()
    assert refused.locator(".uploads__says").inner_text().strip()
    assert page.locator("[data-upload-summary]").inner_text() == "2 of 3 uploaded."


def test_one_pasted_picture_goes_on_to_its_studio(open_page):
    page = open_page("/")
    page.evaluate(
        """async bytes => {
          const data = new DataTransfer();
          data.items.add(new File([new Uint8Array(bytes)], "pasted.png", { type: "image/png" }));
          document.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data }));
        }""",
        list(picture_bytes()),
    )
    page.wait_for_url("**/pictures/*/")


def test_dropping_shows_what_will_happen_and_uploads(open_page):
    page = open_page("/")
    page.evaluate(
        """bytes => {
          window.data = new DataTransfer();
          data.items.add(new File([new Uint8Array(bytes)], "dropped.png", { type: "image/png" }));
          window.fire = name => document.body.dispatchEvent(
            new DragEvent(name, { bubbles: true, cancelable: true, dataTransfer: data }));
          fire("dragenter");
        }""",
        list(picture_bytes()),
    )
    assert page.get_by_text("Drop to upload").is_visible()
    page.evaluate("fire('drop')")
    page.wait_for_url("**/pictures/*/")


def test_without_script_pages_show_everything_and_forms_stand(open_page, done_job):
    page = open_page("/", java_script_enabled=False)
    assert page.get_by_role("button", name="Upload", exact=True).is_visible()
    assert page.locator("#upload-files").is_visible()
    page = open_page(done_job.get_absolute_url(), java_script_enabled=False)
    assert page.locator("#result-1 .compare__after").is_visible()
    assert page.locator("#result-2 .compare__after").is_visible()
    assert page.get_by_role("link", name="Download").first.is_visible()


def test_a_mask_is_shown_over_the_picture_while_one_waits(open_page, alice):
    picture = make_picture(alice)
    job = make_job(alice, JobState.QUEUED, picture=picture, mask=make_mask(picture))
    page = open_page(job.get_absolute_url())
    assert page.locator(".compare__mask").is_visible()
    assert page.get_by_text("Queued", exact=True).first.is_visible()
