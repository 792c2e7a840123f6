"""What was left behind is picked up, and nothing is ever paid for by it."""

import os
import subprocess
import sys
import threading
import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from editor import recovery, tasks
from editor.leases import here, holding_job, is_dead, renew, worker_name
from editor.models import Attempt, EditJob, JobState
from tests.factories import make_job

pytestmark = pytest.mark.django_db


@pytest.fixture
def hints(monkeypatch):
    """Collect hints instead of sending them to a broker."""
    sent = []
    for module in (recovery, tasks):
        monkeypatch.setattr(module, "send_hint", lambda task, pk: sent.append((task.name, pk)) or 1)
    return sent


def over():
    """A lease that ended a minute ago."""
    return timezone.now() - timedelta(minutes=1)


def running():
    """A lease that runs."""
    return timezone.now() + timedelta(minutes=1)


def open_attempt(job):
    """An attempt in flight."""
    return Attempt.objects.create(job=job, consent=job.consents.get())


def test_a_claim_left_behind_goes_back_to_the_queue(alice, hints):
    job = make_job(alice, JobState.CLAIMED, lease_until=over(), worker="gone:1")
    recovery.free_claims_left_behind()
    job.refresh_from_db()
    assert job.state == JobState.QUEUED


def test_a_call_left_behind_is_unknown_and_never_queued(alice, hints):
    job = make_job(alice, JobState.CALLING, lease_until=over(), worker="gone:1")
    attempt = open_attempt(job)
    recovery.sweep()
    recovery.sweep()
    job.refresh_from_db()
    attempt.refresh_from_db()
    assert (job.state, job.charged) == (JobState.UNKNOWN, EditJob.Charged.UNKNOWN)
    assert attempt.state == Attempt.State.UNKNOWN
    assert hints == []
    assert job.consents.count() == 1


def test_a_call_whose_job_has_gone_on_does_not_hold_its_place_for_ever(alice, hints):
    job = make_job(alice, JobState.DONE)
    old, young = open_attempt(job), open_attempt(make_job(alice, JobState.DONE))
    Attempt.objects.filter(pk=old.pk).update(sent_at=timezone.now() - timedelta(hours=1))
    recovery.sweep()
    old.refresh_from_db()
    young.refresh_from_db()
    assert (old.state, young.state) == (Attempt.State.UNKNOWN, Attempt.State.CALLING)


@pytest.mark.parametrize("state", [JobState.CLAIMED, JobState.CALLING])
def test_what_a_living_worker_holds_is_left_alone(alice, hints, state):
    job = make_job(alice, state, lease_until=running(), worker=worker_name())
    recovery.sweep()
    job.refresh_from_db()
    assert job.state == state


def test_a_worker_of_this_host_that_is_surely_dead_is_not_waited_for(alice, hints):
    process = subprocess.Popen([sys.executable, "-c", "pass"])
    process.wait()
    dead = f"{here()}:{process.pid}"
    job = make_job(alice, JobState.CALLING, lease_until=running(), worker=dead)
    recovery.sweep()
    job.refresh_from_db()
    assert job.state == JobState.UNKNOWN


def test_a_worker_of_another_host_has_the_benefit_of_the_doubt():
    assert not is_dead("elsewhere:1")
    assert not is_dead(worker_name())
    assert not is_dead(f"{here()}:{os.getppid()}")
    assert not is_dead("")


def test_a_waiting_job_wakes_when_its_time_has_come(alice, hints):
    due = make_job(alice, JobState.WAITING, next_at=over())
    later = make_job(alice, JobState.WAITING, next_at=running())
    recovery.wake_waiting_jobs()
    due.refresh_from_db()
    later.refresh_from_db()
    assert (due.state, later.state) == (JobState.QUEUED, JobState.WAITING)


def test_a_queued_job_is_hinted_once_and_again_only_after_a_while(alice, hints):
    job = make_job(alice)
    tasks.hint_jobs_in_turn()
    tasks.hint_jobs_in_turn()
    assert hints == [("editor.run_job", job.pk)]
    EditJob.objects.update(hinted_at=over())
    tasks.hint_jobs_in_turn()
    assert len(hints) == 2


def test_a_paid_answer_is_hinted_until_somebody_keeps_it(alice, hints):
    job = make_job(alice, JobState.RECEIVED)
    attempt = open_attempt(job)
    Attempt.objects.update(state=Attempt.State.RECEIVED)
    recovery.hint_kept_answers()
    recovery.hint_kept_answers()
    assert hints == [("editor.keep_results", attempt.pk)]
    Attempt.objects.update(next_at=over(), lease_until=running())
    assert recovery.hint_kept_answers() == 0
    Attempt.objects.update(lease_until=over())
    assert recovery.hint_kept_answers() == 1


@pytest.mark.parametrize("lease", [None, over()], ids=["never leased", "lease over"])
def test_a_paid_answer_is_hinted_at_once_when_a_broker_that_refused_is_back(
    alice, monkeypatch, lease
):
    attempts = [open_attempt(make_job(alice, JobState.RECEIVED)) for _ in range(2)]
    Attempt.objects.update(state=Attempt.State.RECEIVED, lease_until=lease)
    tried = []
    monkeypatch.setattr(recovery, "send_hint", lambda task, pk: tried.append(pk))
    assert recovery.hint_kept_answers() == 0
    assert len(tried) == 1, "a broker that is away is not asked again for every answer"
    monkeypatch.setattr(recovery, "send_hint", lambda *_: True)
    assert recovery.hint_kept_answers() == len(attempts)


def test_a_new_worker_forgets_the_hints_that_died_with_the_old_one(alice, hints):
    make_job(alice, hinted_at=timezone.now())
    recovery.forget_hints()
    assert tasks.hint_jobs_in_turn() == 1


@pytest.mark.parametrize("state", [JobState.DONE, JobState.FAILED, JobState.CANCELLED])
def test_closed_jobs_are_never_touched(alice, hints, state):
    make_job(alice, state, lease_until=over(), next_at=over())
    assert recovery.sweep() == 0


def test_the_heartbeat_prolongs_only_what_this_process_holds(alice):
    mine = make_job(alice, JobState.CALLING, lease_until=over(), worker=worker_name())
    other = make_job(alice, JobState.CALLING, lease_until=over(), worker="elsewhere:1")
    with holding_job(mine.pk), holding_job(other.pk):
        renew()
    mine.refresh_from_db()
    other.refresh_from_db()
    assert mine.lease_until > timezone.now()
    assert other.lease_until < timezone.now()


def test_holding_ends_with_the_block():
    row = uuid.uuid4()
    with holding_job(row):
        pass
    renew()  # would raise or touch rows if it still held the id


def test_the_sweeping_thread_survives_a_database_that_is_away(monkeypatch):
    calls, until = [], threading.Event()

    def work():
        calls.append(1)
        if len(calls) == 1:
            raise recovery.Error("database is locked")
        until.set()

    thread = recovery.Every("sweep", 0.01, work, until)
    thread.start()
    assert until.wait(5)
    assert len(calls) == 2
