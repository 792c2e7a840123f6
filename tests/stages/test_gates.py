"""One gate for all: rate, places, pauses, parking, rest."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from editor import gates
from editor.gates import NotNow, free_places, probe_closed_gate, report_failure, take_slot, the_gate
from editor.models import Attempt, EditJob, Gate, JobState
from editor.nanogpt.errors import (
    BadRequest,
    ContentRefused,
    KeyRefused,
    NoCredit,
    OutcomeUnknown,
    RateLimited,
)
from tests.factories import make_job

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _few_places(settings):
    settings.NANOGPT_MAX_CALLS = 2
    settings.NANOGPT_CALLS_PER_SECOND = 1000.0


def take():
    """Pass the gate as a call does."""
    with transaction.atomic():
        return take_slot()


def in_flight(alice):
    """A call that is running."""
    job = make_job(alice, JobState.CALLING)
    return Attempt.objects.create(job=job, consent=job.consents.get(), key_hash=gates.key_hash())


def due():
    """Let the time of the closed gate pass."""
    Gate.objects.update(closed_until=timezone.now() - timedelta(seconds=1))


def test_an_open_gate_lets_calls_pass():
    assert take().state == Gate.State.OPEN
    assert free_places() == 2


def test_no_more_calls_at_once_than_there_are_places(alice):
    in_flight(alice)
    take()
    in_flight(alice)
    assert free_places() == 0
    with pytest.raises(NotNow, match="places"):
        take()


def test_calls_of_another_key_take_no_places(alice):
    for _ in range(2):
        in_flight(alice)
    Attempt.objects.update(key_hash="another")
    assert take()


def test_after_a_burst_calls_leave_at_the_rate(settings):
    settings.NANOGPT_CALLS_PER_SECOND = 0.5
    for _ in range(gates.BURST):
        take()
    with pytest.raises(NotNow) as closed:
        take()
    wait = (closed.value.until - timezone.now()).total_seconds()
    assert 1.0 < wait <= 2.1


def test_a_slot_that_is_not_used_is_given_back():
    with transaction.atomic():
        take_slot()
        transaction.set_rollback(True)
    assert Gate.objects.first() is None or the_gate().next_call_at is None


@pytest.mark.parametrize(
    ("asked", "shortest", "longest"),
    [(90.0, 85, 91), (None, 25, 31), (80_000.0, 79_990, 80_001), (10**9, 86_390, 86_401)],
)
def test_too_many_calls_pause_the_gate_for_everybody(asked, shortest, longest):
    report_failure(RateLimited("Slow down.", retry_after=asked))
    with pytest.raises(NotNow, match="asks to wait") as closed:
        take()
    assert shortest < (closed.value.until - timezone.now()).total_seconds() < longest
    assert free_places() == 0


def test_a_pause_without_a_time_grows_and_an_answer_ends_it():
    report_failure(RateLimited("Slow down."))
    report_failure(RateLimited("Slow down."))
    assert (the_gate().closed_until - timezone.now()).total_seconds() > 50
    due()
    take()
    gates.report_answer()
    assert the_gate().closings == 0


def test_the_answer_of_an_earlier_call_does_not_end_a_pause():
    take()
    report_failure(RateLimited("Slow down.", retry_after=600))
    gates.report_answer()
    with pytest.raises(NotNow):
        take()


@pytest.mark.parametrize("error", [KeyRefused("No."), NoCredit("Empty.")])
def test_a_refused_key_parks_the_gate_until_it_is_found_well(error):
    report_failure(error)
    due()
    with pytest.raises(NotNow, match="refuses this server's key"):
        take()


def test_what_is_wrong_with_one_job_leaves_the_gate_open():
    for error in (BadRequest("Too large."), ContentRefused("No.")):
        report_failure(error)
    assert take()


def test_five_calls_without_an_answer_trip_the_gate_and_four_do_not():
    for _ in range(4):
        report_failure(OutcomeUnknown("HTTP 503", status=503))
    assert take()
    report_failure(OutcomeUnknown("HTTP 503", status=503))
    with pytest.raises(NotNow, match="left to rest"):
        take()


def test_failures_with_answers_between_them_do_not_trip():
    for _ in range(10):
        report_failure(OutcomeUnknown("HTTP 503", status=503))
        gates.report_answer()
    assert take()


def test_old_failures_are_forgotten():
    for _ in range(3):
        report_failure(OutcomeUnknown("HTTP 503", status=503))
    Gate.objects.update(failing_since=timezone.now() - timedelta(minutes=5))
    for _ in range(3):
        report_failure(OutcomeUnknown("HTTP 503", status=503))
    assert take()


def test_a_free_request_opens_a_parked_gate_and_wakes_the_jobs(alice, upstream):
    report_failure(KeyRefused("No."))
    job = make_job(
        alice, JobState.WAITING, reason=gates.REASON, next_at=timezone.now() + timedelta(days=1)
    )
    assert not probe_closed_gate(), "not before its time"
    due()
    assert probe_closed_gate()
    assert take()
    job.refresh_from_db()
    assert job.next_at <= timezone.now() + timedelta(seconds=1)
    assert upstream.calls() == []


def test_a_key_that_is_still_refused_keeps_the_gate_closed_for_longer(upstream):
    report_failure(KeyRefused("No."))
    due()
    upstream.fail_with({"kind": "status", "status": 401, "on": "balance"})
    assert not probe_closed_gate()
    gate = the_gate()
    assert gate.state == Gate.State.PARKED
    assert (gate.closed_until - timezone.now()).total_seconds() > 100


def test_without_enough_credit_the_gate_stays_closed(alice, upstream):
    report_failure(NoCredit("Empty."))
    due()
    make_job(alice, JobState.WAITING, reason=gates.REASON, estimate_nano=10**15)
    assert not probe_closed_gate()
    EditJob.objects.update(estimate_nano=1)
    due()
    assert probe_closed_gate()


def test_a_tripped_gate_opens_half_and_one_more_failure_closes_it(upstream):
    for _ in range(5):
        report_failure(OutcomeUnknown("HTTP 503", status=503))
    due()
    assert probe_closed_gate()
    take()
    report_failure(OutcomeUnknown("HTTP 503", status=503))
    with pytest.raises(NotNow):
        take()


def test_only_one_of_many_sweepers_asks(upstream):
    report_failure(KeyRefused("No."))
    due()
    upstream.fail_with({"kind": "status", "status": 401, "on": "balance", "times": 9})
    assert not probe_closed_gate()
    before = the_gate().closings
    assert not probe_closed_gate()
    assert the_gate().closings == before
