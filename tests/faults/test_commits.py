"""Connections that are cut in the middle of a COMMIT: done or not, the client cannot tell."""

import uuid

import pytest

from editor.models import Attempt, EditJob, JobState
from tests.faults.proxy import Proxy
from tests.faults.test_submits import Submitter

pytestmark = [
    pytest.mark.line,
    pytest.mark.faults,
    pytest.mark.servers,
    pytest.mark.django_db(databases=[]),
    pytest.mark.parametrize("database_url", ["postgres"], indirect=True),
]
CLAIM = "SET \"state\" = 'claimed'"
INTENT = 'INSERT INTO "editor_attempt"'
ANSWER = "SET \"state\" = 'received'"
SUBMIT = 'INSERT INTO "editor_consent"'


@pytest.fixture
def proxy(database_url):
    """Stands between the workers and Postgres; the test itself goes past it."""
    proxy = Proxy(database_url)
    yield proxy
    proxy.close()


def test_an_intent_whose_commit_nobody_confirmed_is_taken_back_as_nothing_was_sent(place, proxy):
    proxy.lay_trap(INTENT, "not answered")
    job = place.submit()
    place.start_worker(DATABASE_URL=proxy.url)
    assert proxy.snapped.wait(20), place.said()
    assert job.attempts.count() == 1, "it is committed"
    assert place.upstream.calls() == []
    place.wait_for(job, JobState.DONE)
    states = [attempt.state for attempt in job.attempts.all()]
    assert states == [Attempt.State.NOT_CHARGED, Attempt.State.SAVED]
    assert JobState.UNKNOWN not in [event.state for event in job.events.all()]
    place.assert_account(job, calls=1, consents=1)
    place.assert_all_is_well()


def test_what_was_not_committed_is_done_again_and_paid_once(place, proxy):
    place.start_worker(DATABASE_URL=proxy.url)
    for number, (statement, fate) in enumerate(
        [
            (CLAIM, "not answered"),
            (INTENT, "not delivered"),
            (ANSWER, "not delivered"),
            (ANSWER, "not answered"),
        ]
    ):
        proxy.lay_trap(statement, fate)
        job = place.submit()
        assert proxy.snapped.wait(20), place.said()
        if statement != ANSWER:
            assert len(place.upstream.calls()) == number, "what is not committed is not sent"
        place.wait_for(job, JobState.DONE)
        assert len(place.upstream.calls()) == Attempt.objects.count() == number + 1
        states = [event.state for event in job.events.all()]
        assert states.count(JobState.CLAIMED) == (1 if statement == ANSWER else 2)
        assert states.count(JobState.RECEIVED) == 1
    place.assert_all_is_well()


def test_a_submit_whose_commit_nobody_confirmed_may_be_sent_again_and_is_one_job(place, proxy):
    key = str(uuid.uuid4())
    proxy.lay_trap(SUBMIT, "not answered")
    Submitter(place, key=key, DATABASE_URL=proxy.url).wait_for_its_failure()
    assert proxy.snapped.is_set()
    assert EditJob.objects.count() == 1
    assert Submitter(place, key=key).answer()["made"] == 0
    place.start_worker()
    job = EditJob.objects.get()
    place.wait_for(job, JobState.DONE)
    place.assert_account(job, calls=1, consents=1)
    place.assert_all_is_well()
