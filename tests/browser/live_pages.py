"""A browser in which somebody is logged in, at pages that the test itself serves."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page

from editor.models import User


@contextmanager
def live_page(
    browser: Browser, url: str, user: User, expected: Sequence[str] = ()
) -> Iterator[Page]:
    """Give a page of this person; whatever its console complains about fails the test.

    `expected` are patterns of whole lines that are no complaint.
    """
    client = Client()
    client.force_login(user)
    context = browser.new_context(base_url=url, viewport={"width": 1280, "height": 800})
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": url}])
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda m: said.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.route("**/events", lambda _: None)  # never answered: the hub is not part of it
    yield page
    context.close()
    known = [re.compile(pattern, re.DOTALL) for pattern in expected]
    assert [line for line in said if not any(each.fullmatch(line) for each in known)] == []
