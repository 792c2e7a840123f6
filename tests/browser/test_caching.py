"""Scrolling back fetches nothing: neither from here nor, with signed links, from the bucket."""

from __future__ import annotations

import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.conf import settings as site
from django.core.files.storage import storages
from django.test import Client
from playwright.sync_api import Browser, Page

from editor import storage
from editor.models import EditJob, Picture, User
from editor.views import files
from editor.views.gallery import PAGE_SIZE
from tests.browser import test_wall
from tests.browser.looking import until
from tests.browser.test_wall import edits  # noqa: F401  a fixture
from tests.servers.seaweed import S3Server

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(120),
]
EDITS = 2 * PAGE_SIZE + 12
SHOWN = "() => document.querySelectorAll('.wall__item').length"
AT = "() => [scrollY, document.documentElement.scrollHeight - innerHeight]"
WAITING = """() => [...document.querySelectorAll(".wall__item img")].some((each) =>
  !each.complete && each.getBoundingClientRect().top < innerHeight)"""


@pytest.fixture(scope="session", autouse=True)
def _rows_beside_the_browser() -> None:
    """Playwright's loop runs in this thread, which Django takes for async code."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


@dataclass
class Wall:
    """Alice's gallery in a browser, and how often each thumbnail came over the wire."""

    page: Page
    from_here: Counter[str] = field(default_factory=Counter)
    from_bucket: Counter[str] = field(default_factory=Counter)

    def scroll(self, by: int) -> None:
        """Turn the wheel until the end of the wall is there, either end."""
        for _ in range(400):
            self.page.mouse.wheel(0, by)
            self.page.wait_for_timeout(25)
            here, last = self.page.evaluate(AT)
            if (by < 0 and here <= 0) or (by > 0 and here >= last - 1 and self._all_asked_for()):
                break
        until(self.page, f"() => !({WAITING})()")

    def _all_asked_for(self) -> bool:
        return len(self.from_here) >= EditJob.objects.count()


@pytest.fixture
def wall(request: Any, live_server: Any, browser: Browser, alice: User, monkeypatch: Any) -> Any:
    """Her wall, with files in the folder, or in a bucket behind signed links."""
    bucket = request.getfixturevalue("s3_bucket") if request.param == "bucket" else None
    if bucket is not None:
        _keep_files_in(bucket, request.getfixturevalue("settings"))
    monkeypatch.setattr(test_wall, "EDITS", EDITS)
    request.getfixturevalue("edits")
    if bucket is not None:
        _one_file_for_each()
    found = Wall(browser.new_context(base_url=live_server.url).new_page())
    _log_in(found.page, live_server.url, alice)
    send = files.send_rendition

    def counted(request: Any, picture: Picture, kind: str) -> Any:
        found.from_here[f"{picture.pk} {kind}"] += 1
        return send(request, picture, kind)

    monkeypatch.setattr(files, "send_rendition", counted)
    if bucket is not None:
        _count_what_comes_from(bucket.endpoint_url, found)
    found.page.goto("/gallery/")
    found.page.locator("[data-placed]").wait_for()
    yield found
    found.page.context.close()


def _keep_files_in(bucket: S3Server, settings: Any) -> None:
    given = {
        "bucket_name": bucket.bucket,
        "endpoint_url": bucket.endpoint_url,
        "region_name": bucket.region,
        "access_key": bucket.access_key_id,
        "secret_key": bucket.secret_access_key,
        "addressing_style": "path",
        "signature_version": "s3v4",
        "file_overwrite": True,
    }
    backend = {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": given}
    settings.STORAGES = {**settings.STORAGES, "default": backend}
    settings.S3_SIGNED_LINKS = True
    policy = deepcopy(site.CONTENT_SECURITY_POLICY)
    policy["DIRECTIVES"]["img-src"].append(bucket.endpoint_url)
    settings.CONTENT_SECURITY_POLICY = policy
    assert storages["default"].bucket_name == bucket.bucket


def _one_file_for_each() -> None:
    """The edits share their files; in the bucket each one gets an object of its own."""
    made = list(Picture.objects.filter(origin="result"))
    kinds = {name: storage.get(name) for each in made for name in (each.thumb.name, each.card.name)}

    def keep(picture: Picture) -> None:
        for kind in ("thumb", "card"):
            data = kinds[getattr(picture, kind).name]
            setattr(picture, kind, storage.put(storage.picture_key(picture.pk, kind, "avif"), data))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(keep, made))
    Picture.objects.bulk_update(made, ["thumb", "card"])


def _log_in(page: Page, url: str, user: User) -> None:
    client = Client()
    client.force_login(user)
    name = site.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": url}])


def _count_what_comes_from(endpoint: str, wall: Wall) -> None:
    """Count what the browser really fetches there, by its own account. No routes: they turn
    its cache off."""
    cdp = wall.page.context.new_cdp_session(wall.page)
    cdp.send("Network.enable")
    remembered: set[str] = set()
    cdp.on("Network.requestServedFromCache", lambda told: remembered.add(told["requestId"]))

    def received(told: dict[str, Any]) -> None:
        answer = told["response"]
        kept = answer.get("fromDiskCache") or told["requestId"] in remembered
        if answer["url"].startswith(endpoint) and not kept:
            assert answer["status"] == 200
            wall.from_bucket[answer["url"]] += 1

    cdp.on("Network.responseReceived", received)


@pytest.mark.parametrize("wall", ["folder", "bucket"], indirect=True)
def test_scrolling_back_fetches_no_thumbnail_twice(wall: Wall) -> None:
    first = wall.page.locator(".wall__item").first.get_attribute("id")
    wall.page.mouse.move(640, 500)
    wall.scroll(900)
    down, from_bucket = dict(wall.from_here), dict(wall.from_bucket)
    everything = EditJob.objects.count()
    assert len(down) == everything
    assert wall.page.evaluate(SHOWN) < everything, "the wall has let go of what is far away"
    assert wall.page.locator(f"#{first}").count() == 0
    wall.scroll(-900)
    wall.page.locator(f"#{first}").wait_for()
    assert set(down.values()) == {1}
    assert wall.from_here == down
    assert wall.from_bucket == from_bucket
    if from_bucket:
        assert len(from_bucket) == everything
        assert set(from_bucket.values()) == {1}
