"""One job from the queue to its kept result, against the stand-in upstream over HTTP.

The worker's functions run in this process, one after the other; processes and brokers
come in the ring of the whole line.
"""

import io
from datetime import timedelta

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from editor import processing, results, storage
from editor.cancelling import cancel_edit
from editor.imaging import apart
from editor.models import Attempt, EditJob, JobState, Lifeboat, Mask, Picture, Result, UpstreamModel
from editor.nanogpt.errors import BadRequest
from editor.offers import refresh_catalogue
from editor.pictures import kept
from editor.processing import process_job
from editor.results import keep_answer, keep_raw
from editor.submission import pay_again
from editor.tasks import run_job
from editor.uploads import receive_picture
from tests import quick
from tests.factories import make_job, make_picture
from tests.pictures import encoded, photo

pytestmark = pytest.mark.django_db


@pytest.fixture
def catalogue(upstream):
    """The sandbox's models, by what they are for."""
    refresh_catalogue()
    return {model.model_id: model for model in UpstreamModel.objects.all()}


@pytest.fixture
def job(alice, upstream, catalogue):
    """A masked job of Alice's for a model that reads masks."""
    model = next(m for m in catalogue.values() if m.mask_support == "native" and m.max_images > 1)
    return queued(alice, model)


def queued(owner, model, **fields):
    """A queued job for a model, at a size it offers."""
    size = model.sizes[0] if model.sizes else ""
    job = make_job(owner, model=model, picture=make_picture(owner, (640, 480)))
    EditJob.objects.filter(pk=job.pk).update(size=size, **fields)
    job.refresh_from_db()
    return job


def again(job):
    """The row as it is now."""
    return EditJob.objects.get(pk=job.pk)


def outside_of(mask: Mask):
    """Where the mask is 0, as a boolean array."""
    return np.asarray(Image.open(io.BytesIO(storage.get(mask.file.name)))) == 0


def test_a_job_becomes_a_kept_picture_with_every_unpainted_pixel_as_it_was(job, upstream):
    run_job(str(job.pk))
    done = again(job)
    assert done.state == JobState.DONE, done.failure_sentence
    result = Result.objects.get()
    before = np.asarray(kept(job.picture).read().image)
    after = np.asarray(kept(result.picture).read().image)
    outside = outside_of(job.mask)
    assert (before[outside] == after[outside]).all()
    assert (before[~outside] != after[~outside]).any()
    assert result.changed_pixels == 0
    assert result.outside_pixels == outside.sum()
    assert result.raw_changed_share > 0, "the sandbox redraws like a real model"
    assert result.drift_undone is not None, "how the answer lay was measured"
    assert result.picture.owner == job.owner
    assert result.picture.origin == Picture.Origin.RESULT


def test_a_shifted_answer_is_laid_back_and_the_figures_are_kept(alice, catalogue, upstream):
    photographed = SimpleUploadedFile("street.png", encoded(photo(640, 480)))
    picture = receive_picture(alice, photographed)
    job = make_job(alice, picture=picture, model=catalogue["sandbox/inpaint-pro"])
    run_job(str(job.pk))
    result = Result.objects.get()
    assert result.drift_textured
    assert result.drift_undone
    assert abs(result.drift_dx) + abs(result.drift_dy) > 0.3, "the sandbox shifts what it redraws"
    assert result.colour_matched is not None
    assert result.changed_pixels == 0


def test_the_upstream_saw_one_call_with_our_request_id(job, upstream):
    run_job(str(job.pk))
    run_job(str(job.pk))
    calls = upstream.calls()
    assert len(calls) == 1
    attempt = Attempt.objects.get()
    assert str(attempt.pk) in str(calls[0])
    assert attempt.state == Attempt.State.SAVED
    assert attempt.consent == job.consents.get()


def test_the_receipt_names_what_was_charged_and_what_is_left(job, upstream):
    run_job(str(job.pk))
    attempt = Attempt.objects.get()
    assert attempt.cost_nano == job.estimate_nano
    assert attempt.balance_after_nano > 0
    assert again(job).billed_text == job.estimate_text
    assert attempt.key_tail == "-key"


def test_the_raw_answer_is_kept_as_it_came(job):
    run_job(str(job.pk))
    result = Result.objects.get()
    raw = storage.get(result.raw.name)
    assert len(raw) == result.raw_bytes
    assert Image.open(io.BytesIO(raw)).size != (640, 480) or raw != storage.get(
        result.picture.file.name
    )


@pytest.mark.once
def test_every_model_of_the_catalogue_can_be_used(alice, catalogue, upstream):
    # It takes no mask at all, which staff find out by a test and write down like this.
    UpstreamModel.objects.filter(model_id="sandbox/words-only").update(mask_dialect="none")
    catalogue["sandbox/words-only"].refresh_from_db()
    for model in catalogue.values():
        job = queued(alice, model)
        run_job(str(job.pk))
        assert again(job).state == JobState.DONE, (model.model_id, again(job).failure_sentence)
        results = Result.objects.filter(attempt__job=job)
        assert len(results) == model.images_for(1), model.model_id
        assert all(result.lock_holds for result in results), model.model_id


def test_several_images_are_all_kept(job, upstream):
    EditJob.objects.filter(pk=job.pk).update(n=3)
    job.consents.update(max_cost_nano=None)
    run_job(str(job.pk))
    assert again(job).result_count == 3


def test_bytes_inside_the_answer_are_as_safe_as_links(job, upstream):
    upstream.fail_with({"kind": "base64"})
    attempt_id = process_job(job.pk)
    assert Lifeboat.objects.filter(attempt=attempt_id).count() == 1
    keep_answer(attempt_id)
    assert again(job).state == JobState.DONE
    assert not Lifeboat.objects.exists()


@pytest.mark.parametrize("status", [400, 404, 413, 422])
def test_a_documented_refusal_is_free_and_final(job, upstream, status):
    upstream.fail_with({"kind": "status", "status": status})
    run_job(str(job.pk))
    failed = again(job)
    assert (failed.state, failed.charged) == (JobState.FAILED, EditJob.Charged.NO)
    assert "Nothing was charged" in failed.state_sentence
    assert Attempt.objects.get().state == Attempt.State.NOT_CHARGED


@pytest.mark.parametrize("status", [401, 402, 403])
def test_a_refused_key_parks_the_job_instead_of_failing_it(job, upstream, status):
    upstream.fail_with({"kind": "status", "status": status})
    run_job(str(job.pk))
    parked = again(job)
    assert (parked.state, parked.charged) == (JobState.WAITING, EditJob.Charged.NO)
    assert "refuses this server's key" in parked.state_sentence
    run_job(str(job.pk))
    assert len(upstream.calls()) == 1


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "status", "status": 500},
        {"kind": "status", "status": 503},
        {"kind": "status", "status": 504},
        {"kind": "html_200"},
        {"kind": "html_502"},
        {"kind": "truncated_json"},
        {"kind": "empty_data"},
        {"kind": "null_keys"},
    ],
    ids=lambda fault: f"{fault['kind']}-{fault.get('status', '')}",
)
def test_a_doubtful_end_is_unknown_and_nothing_pays_again(job, upstream, fault):
    upstream.fail_with(fault)
    run_job(str(job.pk))
    run_job(str(job.pk))
    unknown = again(job)
    assert (unknown.state, unknown.charged) == (JobState.UNKNOWN, EditJob.Charged.UNKNOWN)
    assert Attempt.objects.get().state == Attempt.State.UNKNOWN
    assert len(upstream.calls()) == 1


def test_after_a_new_consent_the_second_call_brings_the_result(job, upstream, alice):
    upstream.fail_with({"kind": "status", "status": 503})
    run_job(str(job.pk))
    assert pay_again(again(job), alice)
    run_job(str(job.pk))
    assert again(job).state == JobState.DONE
    assert len(upstream.calls()) == 2
    assert job.consents.count() == 2


def test_too_many_calls_wait_as_long_as_the_upstream_says(job, upstream):
    upstream.fail_with({"kind": "status", "status": 429, "retry_after": 90})
    run_job(str(job.pk))
    waiting = again(job)
    assert waiting.state == JobState.WAITING
    assert 60 < (waiting.next_at - timezone.now()).total_seconds() < 95
    assert Attempt.objects.get().state == Attempt.State.NOT_CHARGED


def test_nobody_listening_is_free_and_tried_again_later(job, settings):
    settings.NANOGPT_BASE_URL = "http://127.0.0.1:9"
    run_job(str(job.pk))
    waiting = again(job)
    assert (waiting.state, waiting.waits) == (JobState.WAITING, 1)
    assert "Nothing has been charged" in waiting.state_sentence


def test_a_cancel_during_the_call_keeps_the_paid_result_hidden(job, upstream, alice, monkeypatch):
    make_call = processing.make_call

    def cancelled_meanwhile(*args):
        cancel_edit(again(job), alice)
        return make_call(*args)

    monkeypatch.setattr(processing, "make_call", cancelled_meanwhile)
    run_job(str(job.pk))
    done = again(job)
    assert (done.state, done.hidden) == (JobState.DONE, True)
    assert done.result_count == 1
    assert not EditJob.objects.for_gallery(alice).exists()


def test_a_cancel_before_the_intent_means_no_call(job, upstream, alice, monkeypatch):
    prepare_call = processing.prepare_call

    def cancelled_meanwhile(claimed):
        call = prepare_call(claimed)
        cancel_edit(again(job), alice)
        return call

    monkeypatch.setattr(processing, "prepare_call", cancelled_meanwhile)
    run_job(str(job.pk))
    assert again(job).state == JobState.CANCELLED
    assert upstream.calls() == []
    assert not Attempt.objects.exists()


def test_an_answer_that_comes_after_the_job_was_given_up_as_unknown_is_kept(
    job, upstream, monkeypatch
):
    record_answer = processing.record_answer

    def late(attempt, answer):
        Attempt.objects.update(state=Attempt.State.UNKNOWN)
        again(job).move(JobState.UNKNOWN, "lease over")
        record_answer(attempt, answer)

    monkeypatch.setattr(processing, "record_answer", late)
    run_job(str(job.pk))
    assert again(job).state == JobState.DONE
    assert len(upstream.calls()) == 1


def test_a_dead_link_is_an_honest_loss_after_several_tries(job, upstream):
    upstream.fail_with({"kind": "expired_link"})
    attempt_id = process_job(job.pk)
    for _ in range(2):
        keep_answer(attempt_id)
        assert again(job).state == JobState.RECEIVED
    keep_answer(attempt_id)
    lost = again(job)
    assert (lost.state, lost.charged) == (JobState.FAILED, EditJob.Charged.YES)
    assert "Request id" in lost.state_sentence
    assert Attempt.objects.get().state == Attempt.State.LOST
    assert len(upstream.calls()) == 1


def test_a_link_that_fails_for_a_moment_is_asked_again_for_free(job, upstream):
    upstream.fail_with({"kind": "link_status", "status": 503, "failures": 1})
    attempt_id = process_job(job.pk)
    keep_answer(attempt_id)
    assert again(job).state == JobState.RECEIVED
    assert Attempt.objects.get().next_at > timezone.now()
    keep_answer(attempt_id)
    assert again(job).state == JobState.DONE
    assert len(upstream.calls()) == 1


def test_a_long_outage_of_storage_does_not_use_up_the_tries_to_compose(job, upstream, monkeypatch):
    attempt_id = process_job(job.pk)
    with monkeypatch.context() as broken:
        broken.setattr(storage, "put", _disk_full)
        for _ in range(results.TRIES_TO_COMPOSE + 2):
            keep_answer(attempt_id)

    def killed(*_args):
        message = "it took its process down"
        raise apart.StepFailed(message, died=True)

    with monkeypatch.context() as crowded:
        crowded.setattr(apart, "run", killed)
        keep_answer(attempt_id)
    assert again(job).state == JobState.RECEIVED
    keep_answer(attempt_id)
    assert again(job).state == JobState.DONE


def test_what_never_composes_ends_and_its_bytes_stay(job, upstream, monkeypatch):
    attempt_id = process_job(job.pk)

    def killed(*_args):
        message = "it took its process down"
        raise apart.StepFailed(message, died=True)

    monkeypatch.setattr(apart, "run", killed)
    for _ in range(results.TRIES_TO_COMPOSE):
        assert again(job).state == JobState.RECEIVED
        keep_answer(attempt_id)
    assert again(job).state == JobState.FAILED
    assert storage.get(Result.objects.get().raw.name)


def test_storage_that_is_away_delays_the_result_but_costs_nothing(job, upstream, monkeypatch):
    attempt_id = process_job(job.pk)
    with monkeypatch.context() as broken:
        broken.setattr(storage, "put", _disk_full)
        keep_answer(attempt_id)
    received = again(job)
    assert received.state == JobState.RECEIVED
    assert "safe" in received.state_sentence
    keep_answer(attempt_id)
    assert again(job).state == JobState.DONE
    assert len(upstream.calls()) == 1


def _disk_full(*_, **__):
    raise OSError(28, "No space left on device")


def test_a_crash_while_composing_is_repaired_from_the_kept_bytes(job, upstream, monkeypatch):
    attempt_id = process_job(job.pk)
    with monkeypatch.context() as broken:
        broken.setattr("editor.imaging.apart.run", _bug)
        keep_answer(attempt_id)
    assert again(job).state == JobState.RECEIVED
    assert Result.objects.get().picture is None
    Attempt.objects.update(links_expire_at=timezone.now() - timedelta(days=1))
    keep_answer(attempt_id)
    assert again(job).state == JobState.DONE


def _bug(*_):
    message = "a bug"
    raise RuntimeError(message)


def test_an_answer_that_is_no_picture_was_paid_for_and_its_bytes_stay(job, upstream, monkeypatch):
    attempt_id = process_job(job.pk)
    monkeypatch.setattr("editor.results._fetch", lambda url: b"not a picture at all")
    keep_answer(attempt_id)
    failed = again(job)
    assert (failed.state, failed.charged) == (JobState.FAILED, EditJob.Charged.YES)
    assert storage.get(Result.objects.get().raw.name) == b"not a picture at all"


def test_without_a_mask_the_answer_becomes_the_picture(alice, catalogue):
    model = next(m for m in catalogue.values() if m.mask_support != "required")
    job = queued(alice, model, mask=None)
    run_job(str(job.pk))
    result = Result.objects.get()
    assert result.lock_holds is None
    assert "whole picture" in result.lock_sentence


def test_a_result_can_be_edited_further(job, alice):
    run_job(str(job.pk))
    picture = Result.objects.get().picture
    model = UpstreamModel.objects.get(model_id=job.model_id)
    further = make_job(alice, picture=picture, model=model, masked=False)
    run_job(str(further.pk))
    assert again(further).state == JobState.DONE


def test_storage_that_is_away_before_the_call_means_waiting_and_no_call(job, upstream, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(storage, "get", _disk_full)
        run_job(str(job.pk))
    waiting = again(job)
    assert (waiting.state, waiting.waits) == (JobState.WAITING, 1)
    assert "storage" in waiting.state_sentence
    assert upstream.calls() == []


def test_settings_that_cannot_be_used_open_no_attempt(job, settings):
    settings.NANOGPT_API_KEY = "sk-nano-with-a\nnewline"
    run_job(str(job.pk))
    assert again(job).state == JobState.WAITING
    assert not Attempt.objects.exists()


def test_more_than_was_agreed_to_is_never_paid(job, upstream):
    job.consents.update(max_cost_nano=1)
    run_job(str(job.pk))
    refused = again(job)
    assert (refused.state, refused.charged) == (JobState.FAILED, EditJob.Charged.NO)
    assert "was agreed to" in refused.state_sentence
    assert upstream.calls() == []


def test_a_late_answer_stops_a_second_call_that_has_not_left(job, upstream, alice, monkeypatch):
    record_answer = processing.record_answer
    held = []
    monkeypatch.setattr(processing, "record_answer", lambda *answer: held.append(answer))
    run_job(str(job.pk))
    Attempt.objects.update(state=Attempt.State.UNKNOWN)
    EditJob.objects.filter(pk=job.pk).update(state=JobState.UNKNOWN)
    assert pay_again(again(job), alice)
    record_answer(*held[0])
    monkeypatch.setattr(processing, "record_answer", record_answer)
    keep_answer(Attempt.objects.get().pk)
    run_job(str(job.pk))
    assert again(job).state == JobState.DONE
    assert len(upstream.calls()) == 1


def test_one_dead_link_does_not_cost_the_other_images(job, upstream, monkeypatch):
    EditJob.objects.filter(pk=job.pk).update(n=3)
    job.consents.update(max_cost_nano=None)
    attempt_id = process_job(job.pk)
    attempt = Attempt.objects.get()
    urls = [*attempt.image_urls]
    urls[0] = f"{upstream.url}/sandbox/files/gone.png?Expires=1&Signature=x"
    past = timezone.now() - timedelta(minutes=1)
    Attempt.objects.update(image_urls=urls, links_expire_at=past)
    for _ in range(3):
        keep_answer(attempt_id)
    done = again(job)
    assert done.state == JobState.DONE, done.failure_sentence
    assert [bool(result.picture) for result in done.results] == [False, True, True]
    assert "link died" in done.results[0].problem


def test_fetched_bytes_are_safe_while_storage_is_away(job, upstream, monkeypatch):
    attempt_id = process_job(job.pk)
    with monkeypatch.context() as broken:
        broken.setattr(storage, "put", _disk_full)
        keep_answer(attempt_id)
    assert Lifeboat.objects.get().attempt_id == attempt_id
    Attempt.objects.update(links_expire_at=timezone.now() - timedelta(hours=2), image_urls=["x:"])
    keep_answer(attempt_id)
    assert again(job).state == JobState.DONE
    assert not Lifeboat.objects.exists()


def test_a_composition_that_cannot_heal_ends_with_its_bytes_named(job, upstream, monkeypatch):
    attempt_id = process_job(job.pk)
    monkeypatch.setattr("editor.imaging.apart.run", _bug)
    for _ in range(8):
        keep_answer(attempt_id)
    failed = again(job)
    assert (failed.state, failed.charged) == (JobState.FAILED, EditJob.Charged.YES)
    assert "bytes are kept" in Result.objects.get().problem


def test_an_answer_that_kills_its_reader_ends_alone_and_its_bytes_are_named(
    job, upstream, monkeypatch, alice
):
    quick.forget()
    attempt_id = process_job(job.pk)
    real = apart._Process.ask

    def killed_over_it(process, message):
        process._process.kill()
        return real(process, message)

    with monkeypatch.context() as poisoned:
        poisoned.setattr(apart._Process, "ask", killed_over_it)
        for _ in range(8):
            keep_answer(attempt_id)
    assert again(job).state == JobState.FAILED
    assert storage.get(Result.objects.get().raw.name)
    other = queued(alice, UpstreamModel.objects.get(model_id=job.model_id))
    run_job(str(other.pk))
    assert again(other).state == JobState.DONE


def test_raw_bytes_that_storage_has_changed_are_not_taken_for_the_answer(
    job, upstream, monkeypatch
):
    attempt_id = process_job(job.pk)
    attempt = Attempt.objects.select_related("job").get(pk=attempt_id)
    result = keep_raw(attempt, 0, attempt.image_urls[0])
    good = storage.get(result.raw.name)
    storage.put(result.raw.name, good[:-40] + bytes(40))
    with monkeypatch.context() as dead_link:
        dead_link.setattr(results, "_fetch", _dead_link)
        keep_answer(attempt_id)
    assert again(job).state == JobState.RECEIVED, "it may be a passing fault of the storage"
    storage.put(result.raw.name, good)
    keep_answer(attempt_id)
    assert again(job).state == JobState.DONE


def _dead_link(*_):
    message = "The link is dead."
    raise results.NotFetched(message)


def test_storage_that_is_away_for_hours_after_the_raw_bytes_are_kept_is_waited_for(
    job, upstream, monkeypatch
):
    attempt_id = process_job(job.pk)
    with monkeypatch.context() as broken:
        broken.setattr("editor.results.keep_picture", _disk_full)
        for _ in range(20):
            keep_answer(attempt_id)
    assert again(job).state == JobState.RECEIVED
    keep_answer(attempt_id)
    assert again(job).state == JobState.DONE


def test_a_call_that_ends_late_does_not_move_the_next_one(job, upstream):
    first = Attempt.objects.create(job=job, consent=job.consents.get(), state=Attempt.State.UNKNOWN)
    EditJob.objects.filter(pk=job.pk).update(state=JobState.CALLING)
    processing.record_failure(job, first, BadRequest("Too late.", code="bad_request"))
    assert again(job).state == JobState.CALLING


def test_a_picture_whose_file_is_gone_fails_before_anything_is_sent(job, upstream):
    storage.drop(job.picture.file.name)
    run_job(str(job.pk))
    assert again(job).state == JobState.FAILED
    assert "Nothing was sent" in again(job).state_sentence
    assert upstream.calls() == []
