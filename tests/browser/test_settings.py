"""Bea is told by her browser when an edit ends, takes her data with her, and leaves."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.looking import until
from tests.line.running import ROOT, RunningApp

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

PASSWORD = "bea-leaves-2026"
# Headless Chromium is never in the background, and shows no notices: both are told to the page.
BACKGROUND = """
Object.defineProperty(document, "hidden", { get: () => window.isHidden ?? false });
window.told = [];
window.Notification = class extends EventTarget {
  static permission = "default";
  static async requestPermission() { return (this.permission = "granted"); }
  constructor(title, { body, tag }) { super(); window.told.push({ title, body, tag }); }
  close() {}
};
"""
MAKE = f"""
from django.db import transaction
from tests.factories import make_job, make_picture
from editor.models import JobState, UpstreamModel, User
bea = User.objects.filter(username="bea").first()
if bea is None:
    bea = User.objects.create_user("bea", password="{PASSWORD}")
    make_picture(bea)
else:
    model = UpstreamModel.objects.offered().first()
    with transaction.atomic():  # so the worker never sees it waiting
        job = make_job(bea, JobState.CALLING, picture=bea.pictures.first(), model=model)
        job.move(JobState.FAILED, "So it ended.")
"""


def make(app: RunningApp) -> None:
    """Make Bea; the second time, an edit of hers that ends."""
    environ = {**app.environ, "DJANGO_SETTINGS_MODULE": "nanoedit_site.settings"}
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "-c", MAKE],
        cwd=ROOT, env=environ, check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


@pytest.fixture
def beas(app: RunningApp, browser: Browser, alices_session: object) -> Iterator[Page]:
    """Her browser, where she has logged in."""
    make(app)
    context = browser.new_context(base_url=app.url, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.add_init_script(BACKGROUND)
    page.goto("/login/")
    page.get_by_label("Username or mail address").fill("bea")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{app.url}/")
    yield page
    context.close()


def test_bea_is_told_then_takes_all_of_hers_and_leaves(beas: Page, app: RunningApp) -> None:
    beas.goto("/account/")
    beas.get_by_role("link", name="Notifications").click()
    assert beas.evaluate("Notification.permission") == "default"  # nobody was asked unbidden
    beas.get_by_role("button", name="Turn on in this browser").click()
    expect(beas.get_by_role("button", name="Turn off in this browser")).to_be_visible()
    beas.evaluate("window.isHidden = true")
    make(app)
    until(beas, "() => window.told.length === 1")
    assert beas.evaluate("told[0].body").startswith("Failed: garden.png")

    beas.get_by_role("main").get_by_role("link", name="Account").click()
    beas.get_by_role("link", name="Your data").click()
    beas.get_by_role("button", name="Pack all of it").click()
    expect(beas.get_by_role("heading", name="everything of bea")).to_be_visible()
    expect(beas.locator(".state", has_text="Ready")).to_be_visible(timeout=20_000)

    beas.goto("/account/data/")
    beas.get_by_role("link", name="Delete the account…").click()
    beas.get_by_label("Password").fill(PASSWORD)
    beas.get_by_role("button", name="Go on").click()
    expect(beas.get_by_role("heading", name="Delete your account?")).to_be_visible()
    beas.get_by_label("Your username").fill("somebody")
    beas.get_by_role("button", name="Delete my account for good").click()
    expect(beas.get_by_text("That is not your username")).to_be_visible()
    beas.get_by_label("Your username").fill("bea")
    beas.get_by_role("button", name="Delete my account for good").click()
    expect(beas.get_by_text("Your account is deleted.")).to_be_visible()
    bea = "SELECT username FROM editor_user WHERE username LIKE 'deleted-%'"
    assert len(app.rows(bea)) == 1
    gone = "SELECT COUNT(*) FROM editor_departure WHERE done_at IS NULL"
    for _ in range(60):
        if app.rows(gone) == [(0,)]:
            break
        beas.wait_for_timeout(500)
    assert app.rows(gone) == [(0,)]
