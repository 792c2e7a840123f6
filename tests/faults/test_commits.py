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


def test_an_intent_that_was_not_committed_is_not_sent_but_tried_again(place, proxy):
    proxy.lay_trap(INTENT, "not delivered")
    job = place.submit()
    place.start_worker(DATABASE_URL=proxy.url)
    assert proxy.snapped.wait(20), place.said()
    assert place.upstream.calls() == []
    place.wait_for(job, JobState.DONE)
    assert [event.state for event in job.events.all()].count(JobState.CLAIMED) == 2
    place.assert_account(job, calls=1, consents=1)
    place.assert_all_is_well()


def test_an_intent_whose_commit_nobody_confirmed_is_not_sent_and_asks_before_it_pays(place, proxy):
    proxy.lay_trap(INTENT, "not answered")
    job = place.submit()
    place.start_worker(DATABASE_URL=proxy.url)
    assert proxy.snapped.wait(20), place.said()
    assert job.attempts.count() == 1, "it is committed"
    place.wait_for(job, JobState.UNKNOWN)
    place.assert_account(job, calls=0, consents=1)
    place.pay_again(job)
    place.wait_for(job, JobState.DONE)
    place.assert_account(job, calls=1, consents=2)
    place.assert_all_is_well()


def test_a_claim_or_an_answer_whose_commit_was_cut_off_costs_time_alone(place, proxy):
    place.start_worker(DATABASE_URL=proxy.url)
    for number, (statement, fate) in enumerate(
        [
            (CLAIM, "not answered"),
            (ANSWER, "not delivered"),
            (ANSWER, "not answered"),
        ],
        start=1,
    ):
        proxy.lay_trap(statement, fate)
        job = place.submit()
        assert proxy.snapped.wait(20), place.said()
        place.wait_for(job, JobState.DONE)
        assert len(place.upstream.calls()) == number
        assert Attempt.objects.count() == number
        assert [event.state for event in job.events.all()].count(JobState.RECEIVED) == 1
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
