"""Bad ends of calls and bad moments of storage and database, in one process."""

import hashlib
from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone

from editor import invariants, processing, results, storage
from editor.invariants import broken_invariants, confirmed
from editor.models import Attempt, Budget, EditJob, JobState, Lifeboat, Picture, Result
from editor.offers import refresh_catalogue
from editor.processing import process_job
from editor.results import keep_answer
from editor.tasks import run_job
from tests.factories import make_job, make_model, make_picture

pytestmark = [pytest.mark.faults, pytest.mark.django_db]


@pytest.fixture
def job(alice, upstream):
    refresh_catalogue()
    return make_job(alice, model=make_model("sandbox/inpaint-pro"), picture=make_picture(alice))


def again(job):
    return EditJob.objects.get(pk=job.pk)


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "reset_before_reading"},
        {"kind": "reset_mid_upload"},
        {"kind": "reset_after_reading"},
        {"kind": "reset_mid_answer"},
        {"kind": "error_in_200"},
        {"kind": "no_data"},
        {"kind": "hang", "seconds": 3},
        {"kind": "drip", "interval": 0.2},
        {"kind": "status", "status": 302, "location": "http://127.0.0.1:9/"},
        {"kind": "status", "status": 408},
        {"kind": "status", "status": 409},
        {"kind": "status", "status": 502, "envelope": "a"},
    ],
    ids=lambda fault: f"{fault['kind']}-{fault.get('status', '')}",
)
def test_whatever_may_have_been_charged_is_unknown_and_holds_its_money(
    job, upstream, settings, fault
):
    settings.NANOGPT_TIMEOUT_SECONDS = 1
    upstream.fail_with(fault)
    run_job(str(job.pk))
    assert again(job).state == JobState.UNKNOWN
    assert len(upstream.calls()) == 1
    assert Budget.objects.get().reserved_nano == job.estimate_nano
    assert broken_invariants(calls_seen={job.pk: 1}, read_bytes=True) == []


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "link_redirect", "location": "http://169.254.0.1/"},
        {"kind": "link_status", "status": 404, "failures": 9},
        {"kind": "link_status", "status": 500, "failures": 9},
        {"kind": "garbage_picture"},
    ],
    ids=lambda fault: f"{fault['kind']}-{fault.get('status', '')}",
)
def test_a_result_that_cannot_be_had_ends_honestly(job, upstream, fault):
    upstream.fail_with(fault)
    attempt_id = process_job(job.pk)
    Attempt.objects.update(links_expire_at=timezone.now() - timedelta(minutes=1))
    for _ in range(results.TRIES_BEFORE_LOST):
        keep_answer(attempt_id)
    failed = again(job)
    assert (failed.state, failed.charged) == (JobState.FAILED, EditJob.Charged.YES)
    assert len(upstream.calls()) == 1
    assert broken_invariants(calls_seen={job.pk: 1}, read_bytes=True) == []


def test_bytes_behind_a_link_survive_a_storage_that_is_away_until_the_link_is_dead(
    job, upstream, monkeypatch
):
    attempt_id = process_job(job.pk)
    with monkeypatch.context() as broken:
        broken.setattr(storage, "put", _refuse)
        keep_answer(attempt_id)
        keep_answer(attempt_id)
    assert Lifeboat.objects.count() == 1
    Attempt.objects.update(links_expire_at=timezone.now() - timedelta(hours=1), tries=99)
    monkeypatch.setattr(results, "_fetch", _refuse)
    keep_answer(attempt_id)
    assert again(job).state == JobState.DONE
    assert not Lifeboat.objects.exists()
    assert broken_invariants(read_bytes=True) == []


def _refuse(*_):
    message = "not now"
    raise OSError(message)


def test_storage_that_kept_the_bytes_but_said_no_is_written_over(job, upstream, monkeypatch):
    attempt_id = process_job(job.pk)
    real, written = storage.put, []

    def put_and_lose_the_answer(key, data):
        kept = real(key, data)
        written.append(hashlib.sha256(data).hexdigest())
        if len(written) == 1:
            _refuse()
        return kept

    monkeypatch.setattr(storage, "put", put_and_lose_the_answer)
    keep_answer(attempt_id)
    assert again(job).state == JobState.RECEIVED
    keep_answer(attempt_id)
    assert again(job).state == JobState.DONE
    assert written[0] == written[1] == Result.objects.get().raw_sha256
    assert broken_invariants(read_bytes=True) == []


def test_a_database_that_is_locked_when_the_answer_comes_gets_it_a_little_later(
    job, upstream, monkeypatch
):
    monkeypatch.setattr(processing.time, "sleep", lambda _: None)
    real, tries = processing.record_answer, []

    def locked_twice(attempt, answer):
        tries.append(attempt)
        if len(tries) < 3:
            message = "database is locked"
            raise OperationalError(message)
        real(attempt, answer)

    monkeypatch.setattr(processing, "record_answer", locked_twice)
    run_job(str(job.pk))
    assert again(job).state == JobState.DONE
    assert len(tries) == 3
    assert len(upstream.calls()) == 1


def test_a_picture_deleted_during_the_call_changes_nothing_for_the_result(
    job, upstream, monkeypatch
):
    real = processing.make_call

    def deleted_meanwhile(*args):
        Picture.objects.filter(pk=job.picture_id).update(deleted_at=timezone.now())
        return real(*args)

    monkeypatch.setattr(processing, "make_call", deleted_meanwhile)
    run_job(str(job.pk))
    assert again(job).state == JobState.DONE
    assert Budget.objects.get().reserved_nano == 0
    assert broken_invariants(calls_seen={job.pk: 1}, read_bytes=True) == []


# The checks themselves: each must be able to fail.


def names(**options):
    return [broken.name for broken in broken_invariants(**options)]


def test_a_job_that_nobody_will_go_on_with_breaks_the_first(job):
    past = timezone.now() - timedelta(minutes=5)
    EditJob.objects.update(state=JobState.CLAIMED, lease_until=past)
    assert names() == ["I1"]
    EditJob.objects.update(state=JobState.WAITING, next_at=past)
    assert names() == ["I1"]
    EditJob.objects.update(state=JobState.RECEIVED)
    assert names() == ["I1"]
    EditJob.objects.update(state=JobState.UNKNOWN)
    assert names() == ["I1"]


def test_a_call_more_than_consents_breaks_the_second(job):
    assert names(calls_seen={job.pk: 1}) == []
    assert names(calls_seen={job.pk: 2}) == ["I2"]


def test_an_answer_that_nobody_keeps_breaks_the_third(job, upstream):
    run_job(str(job.pk))
    Result.objects.update(picture=None)
    assert names() == ["I3"]
    Result.objects.update(problem="The link was dead.", raw="")
    assert names() == []
    Result.objects.all().delete()
    assert names() == ["I3"]
    Attempt.objects.update(state=Attempt.State.RECEIVED)
    EditJob.objects.update(state=JobState.RECEIVED)
    Attempt.objects.update(next_at=timezone.now() - timedelta(minutes=5), lease_until=None)
    assert names() == ["I3"]


def test_money_that_does_not_add_up_breaks_the_fourth(job, upstream):
    Budget.objects.update(reserved_nano=1)
    assert names() == ["I4"]
    Budget.objects.update(reserved_nano=job.estimate_nano, spent_nano=-1)
    assert set(names()) == {"I4"}
    Budget.objects.update(spent_nano=0)
    EditJob.objects.update(state=JobState.CANCELLED)
    assert names() == ["I4"], "cancelled, but its money is still held"


def test_other_bytes_in_a_file_break_the_fifth(job, upstream):
    run_job(str(job.pk))
    raw = Result.objects.get().raw.name
    storage.put(raw, b"something else")
    assert names() == []
    assert names(read_bytes=True) == ["I5"]
    storage.drop(raw)
    assert names() == ["I5"]


def test_what_is_broken_for_a_moment_only_is_not_reported(job, monkeypatch):
    looks = iter([[invariants.Broken("I1", "job 1", "x"), invariants.Broken("I1", "job 2", "x")]])
    monkeypatch.setattr(invariants.time, "sleep", lambda _: None)
    second = [invariants.Broken("I1", "job 2", "x"), invariants.Broken("I1", "job 3", "x")]
    assert [b.row for b in confirmed(lambda: next(looks, second))] == ["job 2"]
