"""A restored backup goes on honestly: what may be paid for says so, and nothing is paid again."""

import io
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from editor.models import Attempt, Budget, EditJob, JobState, LedgerEntry, Worker
from tests.factories import CENT, make_job, make_picture

pytestmark = pytest.mark.django_db

STATES = list(JobState)


@pytest.fixture
def jobs(alice):
    """One job in each state, as a backup may catch them."""
    picture = make_picture(alice)
    found = {}
    for state in STATES:
        job = make_job(alice, state, picture=picture, masked=False, worker="then:1")
        if state in (JobState.CALLING, JobState.RECEIVED):
            Attempt.objects.create(
                job=job,
                consent=job.consents.get(),
                state=Attempt.State(state.value),
                lease_until=timezone.now() + timedelta(minutes=5),
                next_at=timezone.now() + timedelta(minutes=5),
            )
        found[state] = job.pk
    Worker.objects.create(name="then:1", seen_at=timezone.now() - timedelta(hours=20))
    return found


def restore(*more):
    out = io.StringIO()
    call_command("after_restore", *more, stdout=out)
    return out.getvalue()


def state_of(jobs, was):
    return EditJob.objects.get(pk=jobs[was]).state


def test_nothing_happens_without_the_word(jobs):
    with pytest.raises(CommandError, match="--yes"):
        restore()
    assert all(state_of(jobs, state) == state for state in STATES)


def test_nothing_happens_while_a_worker_runs(jobs):
    Worker.objects.report("now:1", 0.1)
    with pytest.raises(CommandError, match="worker"):
        restore("--yes")
    assert state_of(jobs, JobState.CALLING) == JobState.CALLING


def test_every_open_job_stands_where_it_can_go_on_from(jobs):
    said = restore("--yes")
    moved = {JobState.CALLING: JobState.UNKNOWN, JobState.CLAIMED: JobState.QUEUED}
    for state in STATES:
        assert state_of(jobs, state) == moved.get(state, state)
    for line in (
        "1  calling -> unknown",
        "1  claimed -> queued",
        "2  queued now",
        "2  unknown now",
    ):
        assert line in said


def test_a_call_that_was_out_may_have_been_charged_and_keeps_its_reserve(jobs):
    restore("--yes")
    job = EditJob.objects.get(pk=jobs[JobState.CALLING])
    assert job.charged == EditJob.Charged.UNKNOWN
    assert "may have been charged" in job.failure_sentence
    assert job.attempts.get().state == Attempt.State.UNKNOWN
    assert job.consents.count() == 1
    kinds = set(LedgerEntry.objects.filter(consent__job=job).values_list("kind", flat=True))
    assert kinds == {LedgerEntry.Kind.RESERVE}


def test_a_paid_answer_is_fetched_at_once(jobs):
    restore("--yes")
    attempt = Attempt.objects.get(job=jobs[JobState.RECEIVED])
    assert (attempt.state, attempt.lease_until, attempt.next_at) == ("received", None, None)
    assert not Worker.objects.exists()


def test_what_was_not_sent_can_be_cancelled_instead_and_its_money_comes_back(jobs):
    before = Budget.objects.get().reserved_nano
    said = restore("--yes", "--cancel-unsent")
    for state in (JobState.QUEUED, JobState.CLAIMED, JobState.WAITING):
        assert state_of(jobs, state) == JobState.CANCELLED
    assert "4  not sent -> cancelled" in said
    assert before - Budget.objects.get().reserved_nano == 4 * 4 * CENT


def test_a_second_run_changes_nothing(jobs):
    restore("--yes")
    before = list(EditJob.objects.order_by("pk").values_list("pk", "state", "fence"))
    restore("--yes")
    assert list(EditJob.objects.order_by("pk").values_list("pk", "state", "fence")) == before
