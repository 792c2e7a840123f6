"""Jobs keep what they were submitted with, whatever becomes of their model while they wait."""

import pytest

from editor.models import Attempt, EditJob, JobState, UpstreamModel
from editor.processing import prepare_call
from editor.tasks import run_job
from tests.factories import CENT, make_job, make_model

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def model(db):
    return make_model("sandbox/canvas-alpha-2", mask_dialect="alpha", sizes=["auto", "512x512"])


def now(alice) -> EditJob:
    """A job that is submitted with what the catalogue says now."""
    return make_job(alice, JobState.CLAIMED, model=UpstreamModel.objects.get())


def test_a_mask_is_written_and_sizes_are_asked_for_as_when_the_job_was_submitted(alice, model):
    job = make_job(alice, JobState.CLAIMED, model=model, size="512x512")
    before = prepare_call(job)
    UpstreamModel.objects.update(
        mask_dialect="luminance", sizes=["1024x1024"], least_pixels=1024 * 1024
    )
    after = prepare_call(job)
    assert after.frame == before.frame
    assert (after.request.size, before.request.size) == ("512x512", "512x512")
    assert after.request.mask.data == before.request.mask.data
    assert prepare_call(now(alice)).frame["mask_dialect"] == "luminance"


def test_a_model_that_is_hidden_or_gone_meanwhile_still_gets_what_was_queued(
    alice, model, upstream
):
    job = make_job(alice, model=model)
    agreed = job.consents.get().max_cost_nano
    UpstreamModel.objects.update(is_hidden=True, is_listed=False, name="Hidden", edits=False)
    run_job(str(job.pk))
    job = EditJob.objects.get(pk=job.pk)
    assert job.state == JobState.DONE
    assert job.model_name != "Hidden"
    assert job.consents.get().max_cost_nano == agreed


def test_a_price_above_the_consent_stops_it_before_anything_is_sent(alice, model, upstream):
    job = make_job(alice, model=model)
    UpstreamModel.objects.update(prices={"auto": 9 * CENT})
    run_job(str(job.pk))
    job = EditJob.objects.get(pk=job.pk)
    assert (job.state, job.charged) == (JobState.FAILED, EditJob.Charged.NO)
    assert "$0.09 now, but $0.04 was agreed to" in job.failure_sentence
    assert not Attempt.objects.exists()


def test_a_job_of_an_earlier_release_goes_out_as_the_catalogue_is_now(alice, model):
    job = make_job(alice, JobState.CLAIMED, model=model)
    job.submitted_model.delete()
    UpstreamModel.objects.update(mask_dialect="luminance")
    assert prepare_call(job).frame["mask_dialect"] == "luminance"
