"""Whose turn it is."""

from datetime import timedelta

import pytest
from django.utils import timezone

from editor import tasks
from editor.gates import the_gate
from editor.models import EditJob, Gate, JobState
from editor.tasks import hint_jobs_in_turn
from editor.turns import in_turn, next_in_turn, place_in_queue, to_hint, to_the_front
from tests.factories import make_job, make_picture

pytestmark = pytest.mark.django_db


def jobs_of(user, count):
    """Several queued jobs, oldest first."""
    picture = make_picture(user)
    return [make_job(user, picture=picture, masked=False) for _ in range(count)]


def test_alices_many_jobs_do_not_keep_bobs_first_one_waiting(alice, bob):
    hers = jobs_of(alice, 5)
    (his,) = jobs_of(bob, 1)
    assert in_turn()[:3] == [hers[0].pk, his.pk, hers[1].pk]


def test_what_somebody_has_running_counts(alice, bob):
    hers = jobs_of(alice, 2)
    his = jobs_of(bob, 2)
    make_job(alice, JobState.CALLING, picture=hers[0].picture)
    assert in_turn() == [his[0].pk, hers[0].pk, his[1].pk, hers[1].pk]


def test_a_job_moved_to_the_front_runs_before_its_owners_others(alice, bob):
    hers = jobs_of(alice, 3)
    assert to_the_front(hers[2])
    assert to_the_front(hers[1])
    assert in_turn() == [hers[1].pk, hers[2].pk, hers[0].pk]
    assert place_in_queue(hers[0]) == 3


def test_a_running_job_cannot_be_moved(alice):
    assert not to_the_front(make_job(alice, JobState.CALLING))
    assert place_in_queue(make_job(alice, JobState.CALLING)) is None


def test_no_more_is_hinted_than_can_start(alice, settings, monkeypatch):
    settings.NANOGPT_MAX_CALLS = 2
    sent = []
    monkeypatch.setattr("editor.tasks.send_hint", lambda task, pk: sent.append(pk) or 1)
    jobs = jobs_of(alice, 5)
    assert hint_jobs_in_turn() == 2
    assert hint_jobs_in_turn() == 0
    assert sent == [jobs[0].pk, jobs[1].pk]
    EditJob.objects.filter(pk=jobs[0].pk).update(state=JobState.DONE)
    assert hint_jobs_in_turn() == 1


def test_a_hint_starts_whoevers_turn_it_is(alice, bob):
    hers = jobs_of(alice, 2)
    assert next_in_turn(hers[1].pk)[0] == hers[0].pk


def test_behind_a_closed_gate_nothing_is_started(alice):
    jobs = jobs_of(alice, 1)
    the_gate()
    Gate.objects.update(state=Gate.State.PAUSED, closed_until=timezone.now() + timedelta(hours=1))
    assert next_in_turn(jobs[0].pk) == []
    assert to_hint() == []


def test_a_hint_that_did_not_leave_is_tried_again_by_the_next_sweep(alice, monkeypatch):
    (job,) = jobs_of(alice, 1)
    monkeypatch.setattr(tasks, "send_hint", lambda *_: False)
    assert hint_jobs_in_turn() == 0
    job.refresh_from_db()
    assert job.hinted_at is None
    monkeypatch.setattr(tasks, "send_hint", lambda *_: True)
    assert hint_jobs_in_turn() == 1
