"""Waits for what a page says of itself, asked from outside.

Playwright's own wait_for_function asks again from within the page by `eval`, which the policy of
our pages forbids: whatever is not true at once then ends in an error.
"""

import time
from typing import Any

from playwright.sync_api import Page


def until(page: Page, question: str, arg: Any = None, seconds: float = 20.0) -> None:
    """Ask a function of JavaScript again and again until it says yes."""
    end = time.monotonic() + seconds
    while not page.evaluate(question, arg):
        assert time.monotonic() < end, f"not within {seconds} s: {question}"
        page.wait_for_timeout(40)


def settle(page: Page, steps: int = 6, what: str = "() => scrollY") -> None:
    """Wait until something stands still: a wheel rolls on for as long as the machine is busy."""
    still, before = 0, None
    while still < steps:
        here = page.evaluate(what)
        still = still + 1 if here == before else 0
        before = here
        page.wait_for_timeout(50)
