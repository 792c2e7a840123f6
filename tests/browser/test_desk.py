"""Alice, who reviews, clears a lane of fifty waiting edits with the keyboard alone."""

from __future__ import annotations

import re
import subprocess
import sys
import time
import uuid
from collections import Counter
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.looking import until
from tests.line.running import ROOT, RunningApp

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

COUNT = 50
DESK = "/admin/editor/editjob/desk/flagged/"
END = re.compile(r"/desk/flagged/\?end")


@pytest.fixture
def waiting(app: RunningApp) -> list[str]:
    """The ids of fifty flagged edits, the one that waits longest first."""
    script = "from tests.browser.fifty import main; main()"
    environ = {**app.environ, "DJANGO_SETTINGS_MODULE": "nanoedit_site.settings"}
    made = subprocess.run(
        [sys.executable, "manage.py", "shell", "-c", script],
        cwd=ROOT, env=environ, check=True, capture_output=True, text=True,
    )  # fmt: skip
    return made.stdout.split()[-COUNT:]


def kind_of(request: Any) -> str:
    """What a request is for: an act, a job of the lane, a file of ours, or something else."""
    path = urlsplit(request.url).path
    if request.method == "POST":
        return path.rstrip("/").split("/")[5]
    return "job" if "/desk/" in path else "file" if path.startswith("/static/") else "other"


def press(page: Page, *keys: str) -> None:
    """Press keys that lead on, and wait until another job stands there."""
    here = page.locator("[data-frame] > *").get_attribute("data-url")
    for key in keys:
        page.keyboard.press(key)
    until(page, "url => document.querySelector('[data-frame] > *')?.dataset.url !== url", here)


def wait_for(page: Page, happened: Callable[[], bool]) -> None:
    """Let the page go on until something has happened that it does not show."""
    end = time.monotonic() + 10
    while not happened():
        assert time.monotonic() < end
        page.wait_for_timeout(40)


def judge_the_last_two(page: Page, last_job: str, complaints: list[str]) -> None:
    """Approve them: the last verdict is refused once, and both times the end comes late.

    The end is fetched ahead, so it has not heard of the last verdict.
    """
    late: list[tuple[Any, Any]] = []
    last = f"**/{uuid.UUID(last_job)}/review/"

    def hold(route: Any) -> None:
        if len(late) < 2:
            late.append((route, route.fetch()))
        else:
            route.continue_()

    page.route(END, hold)
    press(page, "a")
    at_last_job = page.url
    wait_for(page, lambda: len(late) == 1)
    page.route(last, lambda route: route.fulfill(status=422, json={"said": "Not now."}))
    page.keyboard.press("a")
    expect(page.locator("[data-said]")).to_have_text("Not now.")
    page.unroute(last)
    assert [complaint for complaint in complaints if "422" not in complaint] == []
    complaints.clear()
    late[0][0].fulfill(response=late[0][1])
    wait_for(page, lambda: len(late) == 2)
    page.wait_for_timeout(200)
    assert page.url == at_last_job
    with page.expect_response(last):
        page.keyboard.press("a")
    late[1][0].fulfill(response=late[1][1])


def verdicts(app: RunningApp, waiting: list[str], what: str) -> list[tuple[Any, ...]]:
    """What was written of the fifty, in the order of its writing."""
    query = "SELECT %s FROM editor_review WHERE job_id IN (%s) ORDER BY id"
    return app.rows(query % (what, ", ".join(f"'{pk}'" for pk in waiting)))


def test_alice_clears_fifty_waiting_edits_with_keys_alone(page, complaints, app, waiting):
    asked: Counter[str] = Counter()
    page.on("request", lambda request: asked.update([kind_of(request)]))
    page.goto(DESK)
    page.locator("[data-triage][data-ready]").wait_for()
    place = page.locator("[data-place-words]")
    expect(place).to_have_text("1 of 50 left")
    looks = "SELECT count(*) FROM editor_event WHERE sentence = 'Looked at by staff.'"
    before = app.rows(looks)[0][0]
    page.keyboard.press("b")
    expect(page.locator("ne-compare[data-ready]")).to_be_visible()
    page.locator("canvas.desk__outline").wait_for()
    assert app.rows(looks)[0][0] == before + 1
    page.keyboard.press("n")
    page.keyboard.type("a fine one, arrr")  # letters that are keys elsewhere
    page.keyboard.press("Escape")
    press(page, "a")
    expect(place).to_have_text("1 of 49 left")
    press(page, "r", "1")
    expect(page.locator("[data-said]")).to_contain_text("Rejected.")
    press(page, "u")
    expect(place).to_have_text("1 of 49 left")
    press(page, "ArrowRight")
    expect(place).to_have_text("2 of 49 left")
    press(page, "ArrowLeft")
    begun = time.monotonic()
    press(page, "r", "2")
    for number in range(2, COUNT - 2):
        press(page, *(("r", "1") if number % 5 == 0 else ("a",)))
    judge_the_last_two(page, waiting[-1], complaints)
    expect(page.get_by_role("heading", name="Nothing left here")).to_be_visible()
    assert time.monotonic() - begun < 25
    rejected = {1, *range(5, COUNT, 5)}
    given = dict(app.rows("SELECT id, verdict FROM editor_editjob"))
    assert [given[pk] for pk in waiting] == [
        "rejected" if number in rejected else "approved" for number in range(COUNT)
    ]
    notes = [note for (note,) in verdicts(app, waiting, "note")]
    assert notes[0] == "a fine one, arrr"
    assert notes[1] == "More was changed than was asked for."
    assert notes[3] == "The edge of the edit can be seen."
    assert [verdict for (verdict,) in verdicts(app, waiting, "verdict")][:4] == [
        "approved", "rejected", "withdrawn", "rejected",
    ]  # fmt: skip
    assert len(notes) == COUNT + 2, "one was given twice, and taken back once"
    assert (asked["review"], asked["undo"]) == (COUNT + 2, 1), "one was refused besides"
    assert asked["job"] <= COUNT + 20, "each is fetched once, and some again when one goes back"
    assert asked["other"] <= 12
