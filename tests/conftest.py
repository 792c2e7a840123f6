"""Who appears in the tests: Alice owns it, Bob shares the server, Charlie must not see it."""

from __future__ import annotations

import io
import logging

import hypothesis
import pytest
from django.core.cache import caches
from django.core.signals import request_finished
from django.db import close_old_connections, connections
from django.test import Client

from editor.models import User, people
from editor.views.health import readiness, storage_probe
from nanoedit_site.logs import OneLine, Redaction

pytest_plugins = [
    "tests.servers.fixtures",
    "tests.servers.migrated",
    "tests.servers.accounts",
    "tests.servers.oidc",
    "tests.emptying",
    "tests.quick",
]

# The same examples in every run: who finds a new one writes it down as a test of its own.
hypothesis.settings.register_profile("steady", derandomize=True, deadline=None, database=None)
hypothesis.settings.load_profile("steady")


@pytest.fixture
def alice(db):
    """She owns what the test is about."""
    return User.objects.create_user("alice", password="alice-paints-2026")


@pytest.fixture
def bob(db):
    """He has an account on the same server."""
    return User.objects.create_user("bob", password="bob-shares-2026")


@pytest.fixture
def charlie(db):
    """He has an account too, and is curious."""
    return User.objects.create_user("charlie", password="charlie-peeks-2026")


@pytest.fixture
def rita(db):
    """She reviews."""
    return User.objects.create_user("rita", password="rita-reviews-2026", role=User.Role.REVIEWER)


@pytest.fixture
def adam(db):
    """He runs the server."""
    return User.objects.create_user(
        "adam", password="adam-administers-2026", role=User.Role.ADMINISTRATOR
    )


@pytest.fixture
def reviewers_may(monkeypatch):
    """Change what reviewers may do, to try each of the gates alone."""

    def change(*, more: set[str] = frozenset(), less: set[str] = frozenset()) -> None:
        monkeypatch.setattr(people, "REVIEWERS_MAY", people.REVIEWERS_MAY - less | more)

    return change


class Browser(Client):
    """A browser that reads what is streamed to it to the end, as `answer.body`."""

    def request(self, **request):
        """Send a request and read the whole answer."""
        answer = super().request(**request)
        if answer.streaming:
            answer.body = b"".join(answer.streaming_content)
            # The end of a request closes database connections, and with one the test's own
            # transaction; Django's client prevents that only for answers that do not stream.
            request_finished.disconnect(close_old_connections)
            answer.close()
            request_finished.connect(close_old_connections)
        return answer


def logged_in(user: User) -> Client:
    """A browser in which this person is logged in."""
    client = Browser()
    client.force_login(user)
    return client


@pytest.fixture
def alices(alice):
    """Alice's browser."""
    return logged_in(alice)


@pytest.fixture
def bobs(bob):
    """Bob's browser."""
    return logged_in(bob)


@pytest.fixture
def charlies(charlie):
    """Charlie's browser."""
    return logged_in(charlie)


@pytest.fixture
def ritas(rita):
    """Rita's browser."""
    return logged_in(rita)


@pytest.fixture
def adams(adam):
    """Adam's browser."""
    return logged_in(adam)


@pytest.fixture
def anonymous():
    """A browser in which nobody is logged in."""
    return Browser()


@pytest.fixture(autouse=True)
def nothing_known_of_this_servers_health():
    """What one test found out about the server's health is not true in the next one."""
    storage_probe.forget()
    readiness.forget()


@pytest.fixture(autouse=True)
def nothing_kept_in_memory():
    """What one test was told a moment ago is not remembered in the next one: each asks anew."""
    caches["memory"].clear()


@pytest.fixture
def log():
    """Everything logged at any level while the test runs, through the handler of the site."""
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.addFilter(Redaction())  # without this server's secrets: the patterns must do
    handler.setFormatter(OneLine())
    root = logging.getLogger()
    old = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    # Nobody who runs a server with SQL in its log expects prompts not to be in it.
    logging.getLogger("django.db.backends").setLevel(logging.INFO)
    yield out
    root.removeHandler(handler)
    root.setLevel(old)


@pytest.fixture
def upstream(sandbox, settings, monkeypatch):
    """The stand-in upstream over real HTTP, with the settings that lead to it."""
    # The worker lets go of its connection during a call; inside a test's transaction
    # that would end the test's own view of the database.
    monkeypatch.setattr(connections["default"], "close", lambda: None)
    settings.NANOGPT_BASE_URL = sandbox.url
    settings.NANOGPT_API_KEY = "sk-nano-the-tests-own-key"
    settings.NANOGPT_RESULT_ORIGINS = frozenset({sandbox.url})
    return sandbox
