"""The browser of the browser tests starts, runs script and speaks to loopback alone."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Error, Page

pytestmark = pytest.mark.browser


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with browser.new_context() as context:
        yield context.new_page()


def test_the_browser_draws_and_runs_script(page: Page) -> None:
    page.set_content("<canvas width=4 height=4></canvas>")
    drawn = page.evaluate(
        "() => { const c = document.querySelector('canvas').getContext('2d');"
        "c.fillStyle = 'rgb(1,2,3)'; c.fillRect(0, 0, 4, 4);"
        "return [...c.getImageData(1, 1, 1, 1).data]; }"
    )
    assert drawn == [1, 2, 3, 255]


def test_the_browser_reaches_nobody_outside(page: Page) -> None:
    with pytest.raises(Error, match="ERR_NAME_NOT_RESOLVED"):
        page.goto("http://example.com/")
