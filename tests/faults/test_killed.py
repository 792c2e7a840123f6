"""Workers killed and frozen at every point between the claim and the end.

Where a job comes to rest, how many calls arrived upstream, and under how many consents.
"""

import os
import signal
import time

import pytest

from editor.models import Attempt, EditJob, JobState

pytestmark = [pytest.mark.line, pytest.mark.faults, pytest.mark.django_db(databases=[])]

BOTH = pytest.mark.parametrize(
    "database_url",
    ["sqlite", pytest.param("postgres", marks=pytest.mark.servers)],
    indirect=True,
)
SAFE_POINTS = [
    "claimed",
    "answer committed",
    "downloaded",
    "stored",
    "composed",
    "done",
]


@pytest.mark.parametrize("point", SAFE_POINTS)
def test_a_worker_killed_where_nothing_is_in_doubt_costs_nobody_anything(place, point):
    job = place.submit()
    place.start_worker(point).wait_for_its_death()
    place.start_worker()
    place.wait_for(job, JobState.DONE)
    assert EditJob.objects.get(pk=job.pk).result_count == 1
    place.assert_account(job, calls=1, consents=1)
    place.assert_all_is_well()


@BOTH
def test_a_worker_killed_before_the_first_byte_left_asks_before_it_pays(place):
    job = place.submit()
    place.start_worker("intent").wait_for_its_death()
    place.start_worker()
    place.wait_for(job, JobState.UNKNOWN)
    place.assert_account(job, calls=0, consents=1)
    place.pay_again(job)
    place.wait_for(job, JobState.DONE)
    place.assert_account(job, calls=1, consents=2)
    place.assert_all_is_well()


@BOTH
def test_a_worker_killed_while_the_upstream_works_asks_before_it_pays_again(place):
    job = place.submit()
    victim = place.start_worker()
    place.wait_for(job, JobState.CALLING)
    while not place.upstream.calls():
        time.sleep(0.02)
    victim.kill()
    place.start_worker()
    place.wait_for(job, JobState.UNKNOWN)
    time.sleep(1)  # nothing pays by itself
    place.assert_account(job, calls=1, consents=1)
    place.pay_again(job)
    place.wait_for(job, JobState.DONE)
    place.assert_account(job, calls=2, consents=2)
    place.assert_all_is_well()


def test_a_worker_killed_with_the_answer_in_memory_asks_before_it_pays_again(place):
    job = place.submit()
    place.start_worker("answer in memory").wait_for_its_death()
    place.start_worker()
    place.wait_for(job, JobState.UNKNOWN)
    place.pay_again(job)
    place.wait_for(job, JobState.DONE)
    place.assert_account(job, calls=2, consents=2)
    place.assert_all_is_well()


def test_a_worker_frozen_after_its_claim_loses_it_to_another(place):
    job = place.submit()
    frozen = place.start_worker("claimed", "STOP")
    frozen.wait_until_frozen()
    place.start_worker()
    place.wait_for(job, JobState.DONE)
    frozen.wake()
    time.sleep(1)
    place.assert_account(job, calls=1, consents=1)
    place.assert_all_is_well()


@BOTH
def test_a_worker_frozen_before_sending_does_not_send_when_it_wakes(place):
    job = place.submit()
    frozen = place.start_worker("intent", "STOP")
    frozen.wait_until_frozen()
    place.start_worker()
    place.wait_for(job, JobState.UNKNOWN)
    frozen.wake()
    time.sleep(1)
    assert place.state(job) == JobState.UNKNOWN
    place.assert_account(job, calls=0, consents=1)
    place.assert_all_is_well()


def test_a_worker_that_wakes_during_the_second_call_leaves_that_one_alone(place):
    job = place.submit()
    frozen = place.start_worker("intent", "STOP")
    frozen.wait_until_frozen()
    place.start_worker()
    place.wait_for(job, JobState.UNKNOWN)
    place.upstream.fail_with({"kind": "slow", "seconds": 2})
    place.pay_again(job)
    place.wait_for(job, JobState.CALLING)
    frozen.wake()
    place.wait_for(job, JobState.DONE)
    history = [event.state for event in job.events.all()]
    assert JobState.WAITING not in history
    place.assert_account(job, calls=1, consents=2)
    place.assert_all_is_well()


def test_an_answer_that_was_frozen_in_memory_still_ends_the_job(place):
    job = place.submit()
    frozen = place.start_worker("answer in memory", "STOP")
    frozen.wait_until_frozen()
    place.start_worker()
    place.wait_for(job, JobState.UNKNOWN)
    frozen.wake()
    place.wait_for(job, JobState.DONE)
    place.assert_account(job, calls=1, consents=1)
    place.assert_all_is_well()


@BOTH
def test_both_results_are_kept_when_the_first_answer_comes_after_the_second_payment(place):
    job = place.submit()
    frozen = place.start_worker("answer in memory", "STOP")
    frozen.wait_until_frozen()
    place.start_worker()
    place.wait_for(job, JobState.UNKNOWN)
    place.pay_again(job)
    place.wait_for(job, JobState.DONE)
    frozen.wake()
    kept = Attempt.objects.filter(job=job, state=Attempt.State.SAVED)
    end = time.monotonic() + 15
    while kept.count() < 2 and time.monotonic() < end:
        time.sleep(0.1)
    assert EditJob.objects.get(pk=job.pk).result_count == 2, place.said()
    place.assert_account(job, calls=2, consents=2)
    place.assert_all_is_well()


def test_a_sweeper_killed_in_the_middle_of_its_sweep_leaves_a_sweep_for_the_next(place):
    place.settings["SWEEP_SECONDS"] = 0.1
    jobs = [place.submit() for _ in range(3)]
    place.start_worker("in a sweep").wait_for_its_death()
    place.start_worker()
    for job in jobs:
        place.wait_for(job, JobState.DONE)
    assert len(place.upstream.calls()) == 3
    place.assert_all_is_well()


@BOTH
def test_three_workers_make_one_call_of_one_job(place):
    jobs = [place.submit() for _ in range(6)]
    for _ in range(3):
        place.start_worker()
    for job in jobs:
        place.wait_for(job, JobState.DONE, seconds=40)
    assert len(place.upstream.calls()) == 6
    place.assert_all_is_well()


def test_a_worker_told_to_stop_finishes_its_call_first(place):
    place.upstream.fail_with({"kind": "slow", "seconds": 2})
    job = place.submit()
    worker = place.start_worker()
    place.wait_for(job, JobState.CALLING)
    while not place.upstream.calls():
        time.sleep(0.02)
    os.kill(worker.process.pid, signal.SIGTERM)
    assert worker.process.wait(20) == 0, place.said()
    assert place.state(job) in (JobState.RECEIVED, JobState.DONE)
    place.assert_account(job, calls=1, consents=1)
    place.assert_all_is_well()
