"""Listening pages are told that a job changed: their owner's pages, and nobody else's."""

import asyncio
from datetime import timedelta
from importlib import import_module

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.utils import timezone

from editor import events
from editor.events import Change, Hub
from editor.log_context import about, now_about
from editor.models import JobState, logged_in
from tests.factories import make_job

pytestmark = pytest.mark.django_db


class Tab:
    """One open tab, as the server sees it."""

    def __init__(self, session_key: str = "", cookie: str = "") -> None:
        cookie = cookie or f"other=1; {settings.SESSION_COOKIE_NAME}={session_key}; more=2"
        self.scope = {"query_string": b"", "headers": [(b"cookie", cookie.encode())]}
        self.status = 0
        self.heard = b""
        self.is_over = False
        self.gone = asyncio.Event()

    async def receive(self):
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message):
        if message["type"] == "http.response.start":
            self.status = message["status"]
        else:
            self.heard += message["body"]
            self.is_over = not message.get("more_body", False)

    async def listen(self, hub: Hub, seconds: float = 0.2):
        """Listen for a while, then close the tab."""
        listening = asyncio.create_task(hub(self.scope, self.receive, self.send))
        await asyncio.sleep(seconds)
        self.gone.set()
        await asyncio.wait_for(listening, 2)


@pytest.fixture
def people():
    """Who is logged in by which session."""
    return {"alices": 1, "bobs": 2}


@pytest.fixture
def changes(monkeypatch, people):
    """What the event table says to each reading; the first reading is what was before."""
    readings = [[], []]
    monkeypatch.setattr(
        events, "logged_in", lambda keys: {k: people[k] for k in keys if k in people}
    )

    def recent():
        return readings.pop(0) if readings else []

    monkeypatch.setattr(events, "_recent_changes", recent)
    monkeypatch.setattr(events, "_missed_changes", lambda user_id, after: [])
    monkeypatch.setattr(events, "READ_SECONDS", 0.02)
    monkeypatch.setattr(events.connections, "close_all", lambda: None)
    return readings


def listen(*tabs: Tab) -> None:
    """Let tabs listen side by side on a hub of their own."""

    async def side_by_side():
        hub = Hub()
        await asyncio.gather(*(tab.listen(hub) for tab in tabs))
        await hub.close()

    asyncio.run(side_by_side())


def test_alices_tab_hears_of_her_job_and_bobs_does_not(changes):
    changes[1] = [Change(7, "a-job", owner_id=1)]
    alices, bobs = Tab("alices"), Tab("bobs")
    listen(alices, bobs)
    assert b"event: job-a-job\n" in alices.heard
    assert b"event: jobs\n" in alices.heard
    assert b"a-job" not in bobs.heard


def test_a_row_that_is_read_twice_is_told_once(changes):
    change = Change(7, "a-job", owner_id=1)
    changes[1] = [change]
    changes += [[change], [change, Change(8, "a-job", owner_id=1)]]
    tab = Tab("alices")
    listen(tab)
    assert tab.heard.count(b"id: 7\nevent: jobs") == 1
    assert tab.heard.count(b"id: 8\nevent: jobs") == 1


def test_a_row_that_commits_out_of_order_is_told_too(changes):
    late = Change(6, "late", owner_id=1)
    changes[1] = [Change(7, "early", owner_id=1)]
    changes.append([late, Change(7, "early", owner_id=1)])
    tab = Tab("alices")
    listen(tab)
    assert b"late" in tab.heard


def test_a_database_that_is_away_does_not_end_the_listening(changes, monkeypatch):
    told = Change(7, "a-job", owner_id=1)
    answers = [[], events.Error("locked"), [told]]

    def recent():
        answer = answers.pop(0) if answers else []
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(events, "_recent_changes", recent)
    tab = Tab("alices")
    listen(tab)
    assert b"a-job" in tab.heard


@pytest.mark.parametrize("cookie", ["", "a=1", "=;;", f"{settings.SESSION_COOKIE_NAME}=nobodys"])
def test_who_is_not_logged_in_hears_nothing(changes, cookie):
    changes[1] = [Change(7, "a-job", owner_id=1)]
    tab = Tab(cookie=cookie or " ")
    listen(tab)
    assert (tab.status, tab.heard) == (204, b"")


def test_a_stream_ends_soon_after_its_person_has_logged_out(changes, people, monkeypatch):
    monkeypatch.setattr(events, "STILL_THERE_SECONDS", 0.05)
    alices, bobs = Tab("alices"), Tab("bobs")

    async def log_out_meanwhile():
        hub = Hub()
        listening = asyncio.gather(alices.listen(hub, 0.6), bobs.listen(hub, 0.6))
        await asyncio.sleep(0.2)
        assert (alices.is_over, bobs.is_over) == (False, False)
        del people["alices"]
        await asyncio.sleep(0.2)
        assert (alices.is_over, bobs.is_over) == (True, False)
        changes.append([Change(7, "late", owner_id=1), Change(8, "late", owner_id=2)])
        await listening
        await hub.close()

    asyncio.run(log_out_meanwhile())
    assert b"late" not in alices.heard
    assert b"late" in bobs.heard


def test_a_tab_that_comes_while_the_database_is_away_comes_again(changes, monkeypatch):
    def away(_keys):
        raise events.Error("locked")

    monkeypatch.setattr(events, "logged_in", away)
    tab = Tab("alices")
    listen(tab)
    assert (tab.status, tab.heard, tab.is_over) == (200, b"retry: 2000\n\n", True)


def test_a_tab_with_an_absurd_last_id_is_served_and_forgotten_like_any(changes):
    tab = Tab("alices")
    tab.scope["headers"].append((b"last-event-id", b"9" * 5000))
    hub = Hub()

    async def one_tab():
        await tab.listen(hub)
        await hub.close()

    asyncio.run(one_tab())
    assert tab.status == 200
    assert not hub._listeners


def test_a_tab_whose_look_back_fails_is_forgotten(changes, monkeypatch):
    def fail(user_id, after):
        raise RuntimeError

    monkeypatch.setattr(events, "_missed_changes", fail)
    hub, tab = Hub(), Tab("alices")

    async def one_tab():
        with pytest.raises(RuntimeError):
            await hub(tab.scope, tab.receive, tab.send)
        await hub.close()

    asyncio.run(one_tab())
    assert not hub._listeners


def test_the_reader_works_for_all_and_logs_about_no_single_request(changes, monkeypatch):
    seen = []

    async def in_this_context(_hub, function, *args):
        seen.append((function.__name__, dict(now_about())))
        return function(*args)

    monkeypatch.setattr(Hub, "_in_thread", in_this_context)
    with about(request="alices-request"):
        listen(Tab("alices"))
    assert ("recent", {}) in seen
    assert ("<lambda>", {"request": "alices-request"}) in seen, "her own look names her request"


@pytest.fixture
def alices_session(alices):
    return alices.cookies[settings.SESSION_COOKIE_NAME].value


def test_a_session_tells_who_is_logged_in_by_it(alice, alices_session):
    nobodys = import_module(settings.SESSION_ENGINE).SessionStore()
    nobodys.create()
    keys = [alices_session, nobodys.session_key, "made up", ""]
    assert logged_in(keys) == {alices_session: alice.pk}


@pytest.mark.parametrize("end", ["logout", "deactivation", "other password", "age", "deletion"])
def test_nobody_is_logged_in_any_more_after(end, alices, alice, alices_session):
    if end == "logout":
        alices.post("/logout/")
    elif end == "deactivation":
        alice.is_active = False
        alice.save()
    elif end == "other password":
        alice.set_password("another-word-2026")
        alice.save()
    elif end == "age":
        Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    else:
        alice.delete()
    assert logged_in([alices_session]) == {}


def test_many_sessions_cost_two_queries(alices_session, django_assert_num_queries):
    with django_assert_num_queries(2):
        logged_in([alices_session, *(f"key-{number}" for number in range(500))])


def test_pages_open_the_stream_without_a_secret_in_its_address(alices, anonymous):
    assert b'sse-connect="/events"' in alices.get("/").content
    assert b"sse-connect" not in anonymous.get("/login/").content


def test_a_tab_that_was_away_is_told_what_it_missed(alice, bob):
    job = make_job(alice)
    first = job.events.first()
    job.move(JobState.CANCELLED, "cancelled")
    make_job(bob)
    missed = events._missed_changes(alice.pk, first.pk)
    assert [change.job_id for change in missed] == [str(job.pk)]


def test_a_new_tab_is_told_what_happened_while_its_page_was_made(alice):
    job = make_job(alice)
    assert [change.job_id for change in events._missed_changes(alice.pk, None)] == [str(job.pk)]


def test_recent_changes_come_oldest_first(alice):
    job = make_job(alice)
    job.note("one")
    job.note("two")
    ids = [change.id for change in events._recent_changes()]
    assert ids == sorted(ids)
    assert len(ids) == 3
