"""The state machine: every arrow there is, and none there is not."""

import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from editor.models import Attempt, Consent, EditJob, Event, IllegalArrow, JobState
from editor.models.jobs import ARROWS, CLOSED_STATES
from tests.factories import make_job

pytestmark = pytest.mark.django_db

LEASE = timedelta(seconds=30)
ALL_PAIRS = [(start, end) for start in JobState for end in JobState]


@pytest.mark.parametrize(("start", "end"), ALL_PAIRS)
def test_only_the_drawn_arrows_can_be_followed(alice, start, end):
    job = make_job(alice, start)
    if end in ARROWS[start]:
        assert job.move(end, "moved")
        assert EditJob.objects.get(pk=job.pk).state == end
    else:
        with pytest.raises(IllegalArrow):
            job.move(end, "moved")
        assert EditJob.objects.get(pk=job.pk).state == start


def test_closed_states_have_no_way_out():
    assert all(not ARROWS[state] for state in CLOSED_STATES)


def test_who_comes_second_changes_nothing_and_is_told(alice):
    job = make_job(alice)
    same = EditJob.objects.get(pk=job.pk)
    assert job.move(JobState.CANCELLED, "cancelled")
    events = Event.objects.count()
    assert not same.move(JobState.CANCELLED, "cancelled")
    assert Event.objects.count() == events


def test_two_workers_cannot_claim_the_same_job(alice):
    job = make_job(alice)
    first = EditJob.objects.claim(job.pk, "host:1", LEASE)
    second = EditJob.objects.claim(job.pk, "host:2", LEASE)
    assert first is not None
    assert first.worker == "host:1"
    assert second is None


def test_an_old_claimant_loses_to_the_fence_of_a_newer_claim(alice):
    job = make_job(alice)
    frozen = EditJob.objects.claim(job.pk, "host:1", LEASE)
    EditJob.objects.get(pk=job.pk).move(JobState.QUEUED, "lease over")
    EditJob.objects.claim(job.pk, "host:2", LEASE)
    assert not frozen.move(JobState.CALLING, "woke up")
    assert EditJob.objects.get(pk=job.pk).worker == "host:2"


def test_the_database_refuses_a_second_paid_call_under_one_consent(alice):
    job = make_job(alice)
    consent = job.consents.get()
    Attempt.objects.create(job=job, consent=consent, state=Attempt.State.UNKNOWN)
    with pytest.raises(IntegrityError), transaction.atomic():
        Attempt.objects.create(job=job, consent=consent)


def test_a_call_that_was_surely_free_gives_the_consent_back(alice):
    job = make_job(alice)
    consent = job.consents.get()
    Attempt.objects.create(job=job, consent=consent, state=Attempt.State.NOT_CHARGED)
    Attempt.objects.create(job=job, consent=consent)
    assert consent.attempts.count() == 2


def test_consents_of_a_job_are_numbered_once(alice):
    job = make_job(alice)
    with pytest.raises(IntegrityError), transaction.atomic():
        Consent.objects.create(job=job, seq=1, granted_by=alice)


def test_a_submit_key_belongs_to_one_job_per_person(alice, bob):
    job = make_job(alice)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_job(alice).__class__.objects.filter(owner=alice).exclude(pk=job.pk).update(
            submit_key=job.submit_key
        )
    other = make_job(bob)
    EditJob.objects.filter(pk=other.pk).update(submit_key=job.submit_key)


def test_history_cannot_be_rewritten(alice):
    event = make_job(alice).events.first()
    event.sentence = "Something nicer."
    with pytest.raises(TypeError):
        event.save()
    with pytest.raises(TypeError):
        event.delete()


@pytest.mark.parametrize("state", JobState)
def test_every_state_has_honest_words(alice, state):
    job = make_job(alice, state, failure_sentence="")
    assert len(job.state_sentence) > 10
    assert job.get_state_display()
    assert len(job.steps) == 4


def test_a_cancelled_job_says_that_nothing_was_charged(alice):
    job = make_job(alice, JobState.CANCELLED)
    assert "Nothing was charged" in job.state_sentence
    assert job.billed_text == "nothing"


def test_an_unknown_outcome_is_never_called_free(alice):
    job = make_job(alice, JobState.UNKNOWN, charged=EditJob.Charged.UNKNOWN)
    assert "may have been charged" in job.state_sentence
    assert job.billed_text == "unknown"


def test_while_the_call_runs_its_cost_is_not_yet_known(alice):
    job = make_job(alice, JobState.CALLING)
    assert job.billed_text == "not yet known"


def test_claiming_what_does_not_exist_gets_nothing():
    assert EditJob.objects.claim(uuid.uuid4(), "host:1", LEASE) is None


def test_the_line_between_before_and_after_starts_on_the_paint(alice):
    job = make_job(alice)
    assert job.mask is not None
    width = job.picture.width
    job.mask.left, job.mask.right = 0, width // 2
    assert job.paint_middle == 250
    job.mask.right = 1
    assert job.paint_middle == 30  # the handle stays within reach
    job.mask = None
    assert job.paint_middle == 500


def test_the_painted_share_is_worded_as_in_the_studio(alice):
    mask = make_job(alice).mask
    assert mask is not None
    pixels = mask.picture.width * mask.picture.height
    words = []
    for share in (0.0004, 0.015, 0.0201, 0.253):
        mask.painted_pixels = round(share * pixels)
        words.append(mask.share_text)
    assert words == ["Under 0.1\u00a0%", "1.5\u00a0%", "2\u00a0%", "25\u00a0%"]
