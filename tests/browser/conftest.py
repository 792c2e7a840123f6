"""A real browser, driven with the mouse against a copy of NanoEdit that really runs."""

from __future__ import annotations

import os
import shutil

import pytest

from tests.line.running import PASSWORD, RunningApp

# Without these the browser tries to reach its maker's servers at every start.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-domain-reliability",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
]
ONLY_LOOPBACK = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"


@pytest.fixture(scope="session")
def browser_type_launch_args():
    """The browser that is there, rather than one of the test tool's own."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    assert path, "no Chromium: set CHROMIUM, or run `make test`, which finds or fetches one"
    return {"executable_path": path, "args": [*FLAGS, ONLY_LOOPBACK]}


@pytest.fixture(scope="session")
def app():
    """One copy of NanoEdit for all browser tests, with its sandbox."""
    running = RunningApp({"SANDBOX_DELAY": "1"})
    yield running.start()
    running.remove()


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


@pytest.fixture
def complaints(page):
    """Everything the console complains about, the content security policy included."""
    said: list[str] = []
    page.on("console", lambda m: said.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    yield said
    assert said == []
