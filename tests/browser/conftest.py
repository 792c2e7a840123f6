"""A real browser, driven with the mouse against a copy of NanoEdit that really runs."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3

import pytest

from tests.line.running import PASSWORD, RunningApp, wait_for
from tests.servers.migrated import FILE_NAME

# What htmx says of a request that it had under way when its page was left.
GIVEN_UP = ("htmx:afterRequest", "htmx:sendAbort", "htmx:sendError")


@pytest.fixture(scope="session")
def rows_beside_the_browser():
    """Playwright's loop runs in this thread from then on, which Django takes for async code."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


@pytest.fixture(scope="session")
def violations(rows_beside_the_browser, browser):
    """What any page in any window does against the content security policy."""
    found: list[str] = []
    make = browser.new_context

    def heard(said):
        if "Content Security Policy" in said.text:
            found.append(f"{said.page.url if said.page else ''}: {said.text}")

    def new_context(*args, **options):
        context = make(*args, **options)
        context.on("console", heard)
        return context

    browser.new_context = new_context
    return found


@pytest.fixture(autouse=True)
def no_page_breaks_the_policy(violations):
    """Fails any test in which a page did."""
    violations.clear()
    yield
    assert violations == []


@pytest.fixture(scope="session")
def app(migrated_file):
    """One copy of NanoEdit for all browser tests, with its sandbox."""
    running = RunningApp({"SANDBOX_DELAY": "1"})
    data = running.folder / "var"
    data.mkdir()
    shutil.copy(migrated_file, data / FILE_NAME)
    running.start()
    listed = "SELECT 1 FROM editor_upstreammodel WHERE is_listed"
    wait_for(lambda: running.rows(listed), "the catalogue", 30)
    yield running
    running.remove()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Put beside a failure what the copy of NanoEdit said last, and where its edits stand."""
    report = yield
    running = getattr(item, "funcargs", {}).get("app")
    if report.failed and running is not None:
        # At the end of the last test there may be nothing left of it.
        with contextlib.suppress(OSError, sqlite3.Error):
            said = running.log.read_text().splitlines()[-40:]
            report.sections.append(("NanoEdit's last words", "\n".join(said)))
            stands = "SELECT state, count(*), max(updated_at) FROM editor_editjob GROUP BY state"
            rows = "\n".join(map(str, running.rows(stands)))
            report.sections.append(("NanoEdit's edits", rows))
    return report


@pytest.fixture(scope="session")
def alices_session(app, browser):
    """Alice makes the first account by the printed link, with the keyboard."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(app.setup_link())
    page.get_by_label("Username").fill("alice")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password confirmation").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{app.url}/")
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args, app, alices_session):
    """Alice is logged in; the window is a desktop's."""
    return {
        **browser_context_args,
        "base_url": app.url,
        "storage_state": alices_session,
        "viewport": {"width": 1440, "height": 900},
    }


def is_left(request):
    """Whether the browser itself gave up a request that a script had sent."""
    return request.resource_type == "xhr" and request.failure == "net::ERR_ABORTED"


@pytest.fixture
def complaints(page):
    """Everything the console complains about, the content security policy included."""
    said: list[str] = []
    left: list[str] = []
    page.on("console", lambda m: said.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("requestfailed", lambda request: left.append(request.url) if is_left(request) else None)
    yield said
    assert [text for text in said if not (left and text.startswith(GIVEN_UP))] == []
