"""Clocks that are wrong or jump: who holds what is decided by the database's clock alone."""

from datetime import timedelta

import pytest
from django.utils import timezone

from editor.invariants import broken_invariants
from editor.models import Attempt, EditJob, Event, JobState, Worker
from editor.nanogpt.messages import AnswerImage, EditAnswer
from editor.outcomes import record_answer
from editor.processing import process_job
from editor.results import keep_answer
from tests.factories import make_job, make_model
from tests.faults.place import wait_until

pytestmark = pytest.mark.faults
HOUR = timedelta(hours=1)


@pytest.mark.line
@pytest.mark.servers
@pytest.mark.django_db(databases=[])
@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_workers_with_wrong_clocks_neither_take_nor_lose_a_lease(place):
    place.values["editor.turns.HINT_AGAIN"] = 0.1  # an idle worker soon gets a busy one's hints
    place.settings["LEASE_SECONDS"] = 2
    clocks = ["", "an hour ahead", "an hour behind", "jumping"]
    for clock in clocks:
        place.start_worker(FAULT_CLOCK=clock, FAULT_THREADS="1")
    wait_until(lambda: Worker.objects.count() == len(clocks), "the start of all workers")
    # Each makes one call that is longer than a lease, and sweeps during those of the others.
    place.upstream.fail_with(*[{"kind": "slow", "seconds": 2.5}] * 6)
    jobs = [place.submit() for _ in range(6)]
    for job in jobs:
        place.wait_for(job, JobState.DONE)
    histories = [[event.state for event in job.events.all()] for job in jobs]
    callers = set(EditJob.objects.values_list("worker", flat=True))
    assert len(callers) > 1, "one at least whose clock is wrong"
    assert all(history.count(JobState.CLAIMED) == 1 for history in histories), histories
    assert not any(JobState.UNKNOWN in history for history in histories)
    told = [abs(event.at - timezone.now()) for event in Event.objects.all()]
    assert max(told) > timedelta(minutes=50), "a clock was really wrong"
    sent = [abs(attempt.sent_at - timezone.now()) for attempt in Attempt.objects.all()]
    assert max(sent) < timedelta(minutes=1)
    assert len(place.upstream.calls()) == len(jobs)
    place.assert_all_is_well()


@pytest.mark.django_db
@pytest.mark.parametrize("off", [HOUR, -HOUR], ids=["ahead", "behind"])
def test_when_an_answer_came_and_when_its_link_dies_is_reckoned_by_the_databases_clock(
    alice, monkeypatch, off
):
    job = make_job(alice, JobState.CALLING)
    attempt = Attempt.objects.create(job=job, consent=job.consents.get())
    image = AnswerImage(url="https://files.example/1.png", data=None)
    real = timezone.now
    with monkeypatch.context() as wrong:
        wrong.setattr(timezone, "now", lambda: real() + off)
        record_answer(attempt, EditAnswer((image,), None, None, None, 200, {}, 1.0))
    attempt.refresh_from_db()
    assert abs(attempt.answered_at - real()) < timedelta(minutes=1)
    assert timedelta(minutes=45) < attempt.links_expire_at - real() < HOUR


@pytest.mark.django_db
def test_a_clock_that_is_ahead_does_not_bury_a_live_link(alice, upstream, monkeypatch):
    job = make_job(alice, model=make_model("sandbox/inpaint-pro"))
    upstream.fail_with({"kind": "link_status", "status": 500, "failures": 5})
    attempt_id = process_job(job.pk)
    real = timezone.now
    with monkeypatch.context() as wrong:
        wrong.setattr(timezone, "now", lambda: real() + 2 * HOUR)
        for _ in range(5):
            keep_answer(attempt_id)
    assert EditJob.objects.get().state == JobState.RECEIVED
    keep_answer(attempt_id)
    assert EditJob.objects.get().state == JobState.DONE
    assert broken_invariants(read_bytes=True) == []
