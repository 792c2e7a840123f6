"""No page of the site does what the content security policy forbids; the browser says so."""

import pytest
from django.conf import settings

from tests.conftest import logged_in
from tests.views.addresses import every_address
from tests.views.world import belongings_of, rows_of_the_admin

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def things(alice, adam):
    """One of everything, and the rows of the administration."""
    found = belongings_of(alice)
    rows = rows_of_the_admin(alice, adam)
    found |= {f"admin {name}": row.pk for name, row in rows.items()}
    return found | {"model_pk": rows["upstreammodel"].pk, "attempt_pk": found["attempts"]}


def pages(person, things):
    """Addresses that answer this person with a page, and end nothing."""
    client = logged_in(person)
    for each in every_address():
        if each.name.endswith("logout"):
            continue
        path = each.path(things)
        answer = client.get(path)
        if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
            yield path


@pytest.mark.timeout(300)
def test_no_page_of_alice_or_adam_breaks_the_policy(live_server, browser, alice, adam, things):
    for person in (alice, adam):
        context = browser.new_context(base_url=live_server.url)
        name = settings.SESSION_COOKIE_NAME
        key = logged_in(person).cookies[name].value
        context.add_cookies([{"name": name, "value": key, "url": live_server.url}])
        page = context.new_page()
        page.route("**/events", lambda route: route.abort())  # the hub is not of this server
        # Both see the same pages of the site; only one sees the administration.
        seen = [path for path in pages(person, things) if ("/admin/" in path) == (person == adam)]
        assert len(seen) > 20
        for path in seen:
            page.goto(path, wait_until="domcontentloaded")
        context.close()


def test_a_page_that_breaks_the_policy_is_heard(browser, violations):
    """Else the watch over all browser tests could not fail."""
    context = browser.new_context()
    page = context.new_page()
    policy = {"Content-Security-Policy": "default-src 'none'", "Content-Type": "text/html"}
    page.route("**/*", lambda route: route.fulfill(body="<p style='top: 0'>", headers=policy))
    page.goto("http://nanoedit.example/")
    page.wait_for_timeout(200)
    context.close()
    assert len(violations) == 1
    violations.clear()
