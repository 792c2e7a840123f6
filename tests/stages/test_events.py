"""Listening pages are told that a job changed: their owner's pages, and nobody else's."""

import asyncio

import pytest
from django.core import signing

from editor import events
from editor.events import Change, Hub, listening_token
from editor.models import JobState
from tests.factories import make_job

pytestmark = pytest.mark.django_db


class Tab:
    """One open tab, as the server sees it."""

    def __init__(self, token: str, last_event_id: str = "") -> None:
        headers = [(b"last-event-id", last_event_id.encode())] if last_event_id else []
        self.scope = {"query_string": f"token={token}".encode(), "headers": headers}
        self.status = 0
        self.heard = b""
        self.gone = asyncio.Event()

    async def receive(self):
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message):
        if message["type"] == "http.response.start":
            self.status = message["status"]
        else:
            self.heard += message["body"]

    async def listen(self, hub: Hub, seconds: float = 0.2):
        """Listen for a while, then close the tab."""
        listening = asyncio.create_task(hub(self.scope, self.receive, self.send))
        await asyncio.sleep(seconds)
        self.gone.set()
        await asyncio.wait_for(listening, 2)


@pytest.fixture
def changes(monkeypatch):
    """What the event table says to each reading; the first reading is what was before."""
    readings = [[], []]

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
    alices, bobs = Tab(listening_token(1)), Tab(listening_token(2))
    listen(alices, bobs)
    assert b"event: job-a-job\n" in alices.heard
    assert b"event: jobs\n" in alices.heard
    assert b"a-job" not in bobs.heard


def test_a_row_that_is_read_twice_is_told_once(changes):
    change = Change(7, "a-job", owner_id=1)
    changes[1] = [change]
    changes += [[change], [change, Change(8, "a-job", owner_id=1)]]
    tab = Tab(listening_token(1))
    listen(tab)
    assert tab.heard.count(b"id: 7\nevent: jobs") == 1
    assert tab.heard.count(b"id: 8\nevent: jobs") == 1


def test_a_row_that_commits_out_of_order_is_told_too(changes):
    late = Change(6, "late", owner_id=1)
    changes[1] = [Change(7, "early", owner_id=1)]
    changes.append([late, Change(7, "early", owner_id=1)])
    tab = Tab(listening_token(1))
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
    tab = Tab(listening_token(1))
    listen(tab)
    assert b"a-job" in tab.heard


@pytest.mark.parametrize("token", ["", "1", "of another kind"])
def test_a_token_that_is_not_ours_hears_nothing(changes, token):
    if token == "of another kind":
        token = signing.dumps(1, salt="another purpose")
    changes[1] = [Change(7, "a-job", owner_id=1)]
    tab = Tab(token)
    listen(tab)
    assert (tab.status, tab.heard) == (204, b"")


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
