"""A browser in which somebody is logged in, at pages that the test itself serves."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.conf import settings
from django.core.signals import request_finished, request_started
from django.test import Client
from playwright.sync_api import Browser, Page

from editor.models import User


class Asked:
    """Counts the requests that are being answered.

    A closed page no longer reads its answers, but they still hold tables of the database,
    which is emptied next.
    """

    def __init__(self) -> None:
        self.running = 0
        self.counting = threading.Lock()

    def __enter__(self) -> Asked:
        request_started.connect(self._began)
        request_finished.connect(self._ended)
        return self

    def __exit__(self, *_: object) -> None:
        end = time.monotonic() + 10
        while self.running > 0 and time.monotonic() < end:
            time.sleep(0.02)
        request_started.disconnect(self._began)
        request_finished.disconnect(self._ended)

    def _began(self, **_: object) -> None:
        with self.counting:
            self.running += 1

    def _ended(self, **_: object) -> None:
        with self.counting:
            self.running -= 1


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
    with Asked():
        yield page
        context.close()
    known = [re.compile(pattern, re.DOTALL) for pattern in expected]
    assert [line for line in said if not any(each.fullmatch(line) for each in known)] == []
