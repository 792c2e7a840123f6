"""Passkeys by the browser's virtual authenticator, and an app: set up, and logged in by."""

from __future__ import annotations

import re
import time

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import Page, expect

from tests.line.running import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

HOME = re.compile(r"localhost:\d+/$")


@pytest.fixture
def localhost(app) -> str:
    """The same server by a name, without which there are no passkeys."""
    return app.url.replace("127.0.0.1", "localhost")


@pytest.fixture
def page(browser, browser_context_args, localhost):
    """A browser of Alice's that has a fingerprint reader."""
    args = {**browser_context_args, "base_url": localhost, "storage_state": None}
    context = browser.new_context(**args)
    page = context.new_page()
    cdp = context.new_cdp_session(page)
    cdp.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    cdp.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    yield page
    context.close()


def log_in(page: Page) -> None:
    page.goto("/login/")
    page.get_by_label("Username").fill("alice")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")


def log_out(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^Account")).click()
    page.get_by_role("button", name="Log out").click()
    page.wait_for_url(re.compile("/login/"))


def code_of(secret: str, later: int = 0) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + later))


@pytest.mark.usefixtures("alices_session", "complaints")
def test_alice_makes_a_passkey_and_an_app_and_logs_in_by_each(page: Page) -> None:
    log_in(page)
    page.wait_for_url(HOME)
    page.goto("/account/security/")
    page.get_by_role("link", name="Set up second step").click()
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("Name").fill("Her laptop")
    page.get_by_role("button", name="Make the passkey").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    assert page.locator(".card-page__codes li").count() == 10

    log_out(page)
    page.get_by_role("button", name="Log in with a passkey").click()
    page.wait_for_url(HOME)

    page.goto("/account/second-step/")
    page.get_by_role("link", name="Set up an app").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    secret = page.locator(".card-page__key code").inner_text()
    assert page.get_by_role("img", name="QR code").evaluate("image => image.naturalWidth > 20")
    page.get_by_label("Authenticator code").fill(code_of(secret))
    page.get_by_role("button", name="Turn it on").click()
    expect(page.get_by_text("The authenticator app is on.")).to_be_visible()

    log_out(page)
    log_in(page)
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(HOME)
    log_out(page)
    log_in(page)
    page.get_by_label("Code").fill(code_of(secret, later=1))
    page.keyboard.press("Enter")
    page.wait_for_url(HOME)

    # Leave the account to the other tests as it was.
    page.goto("/account/second-step/app/remove/")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Remove it").click()
    page.goto("/account/second-step/passkeys/")
    page.get_by_role("link", name=re.compile("Remove")).click()
    page.get_by_role("button", name="Remove it").click()
    expect(page.get_by_text("The passkey is removed.")).to_be_visible()


@pytest.mark.usefixtures("alices_session")
def test_a_device_without_a_passkey_is_told_so(page: Page) -> None:
    page.goto("/login/")
    page.get_by_role("button", name="Log in with a passkey").click()
    expect(page.get_by_role("alert").filter(has_text="no passkey")).to_be_visible()


@pytest.mark.usefixtures("alices_session")
def test_where_passkeys_cannot_work_the_page_says_why(page: Page, app) -> None:
    page.goto(f"{app.url}/login/")
    page.get_by_role("button", name="Log in with a passkey").click()
    expect(page.get_by_role("alert").filter(has_text="under localhost")).to_be_visible()
