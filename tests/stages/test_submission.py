"""A wish becomes a queued job, exactly once, at the price that was shown."""

import uuid
from dataclasses import replace

import pytest

from editor.cancelling import cancel_edit
from editor.masks import MaskRefused
from editor.models import EditJob, JobState, Mask, UpstreamModel
from editor.submission import (
    PriceChanged,
    SubmitRefused,
    Wish,
    give_up,
    look_again,
    pay_again,
    repeat_edit,
    submit_edit,
)
from tests.factories import CENT, make_job, make_mask, make_model, make_picture, mask_bytes

pytestmark = pytest.mark.django_db


@pytest.fixture
def wish(alice):
    """What Alice asks for: one image, four cents."""
    return Wish(make_picture(alice), "make it golden", make_model(), 1, "auto", mask_bytes())


def test_alices_wish_becomes_one_queued_job_with_one_consent(alice, wish):
    job, is_new = submit_edit(alice, wish, uuid.uuid4(), 4 * CENT)
    assert is_new
    assert job.state == JobState.QUEUED
    assert job.estimate_nano == 4 * CENT
    consent = job.consents.get()
    assert (consent.seq, consent.max_cost_nano, consent.granted_by) == (1, 4 * CENT, alice)
    assert [event.sentence for event in job.events.all()] == ["Queued."]


def test_the_same_form_sent_twice_is_the_same_job(alice, wish):
    key = uuid.uuid4()
    first, _ = submit_edit(alice, wish, key, 4 * CENT)
    second, is_new = submit_edit(alice, wish, key, 4 * CENT)
    assert second == first
    assert not is_new
    assert first.consents.count() == 1


def test_the_same_key_with_another_wish_is_refused(alice, wish):
    key = uuid.uuid4()
    submit_edit(alice, wish, key, 4 * CENT)
    other = Wish(wish.picture, "make it blue", wish.model, 1, "auto", wish.mask)
    with pytest.raises(SubmitRefused) as refused:
        submit_edit(alice, other, key, 4 * CENT)
    assert refused.value.status == 409
    assert EditJob.objects.count() == 1


def test_the_same_key_with_other_paint_is_refused_instead_of_dropping_the_paint(alice, wish):
    key = uuid.uuid4()
    submit_edit(alice, wish, key, 4 * CENT)
    other = replace(wish, mask=mask_bytes(box=(0, 0, 9, 9)))
    with pytest.raises(SubmitRefused, match="other settings"):
        submit_edit(alice, other, key, 4 * CENT)
    assert EditJob.objects.count() == 1


@pytest.mark.parametrize("shown", [3 * CENT, None, 0])
def test_a_price_that_is_not_the_price_is_refused_and_nothing_is_kept(alice, wish, shown):
    with pytest.raises(PriceChanged) as changed:
        submit_edit(alice, wish, uuid.uuid4(), shown)
    assert "$0.04" in str(changed.value)
    assert changed.value.price_nano == 4 * CENT
    assert not EditJob.objects.exists()
    assert not Mask.objects.exists()


def test_an_unknown_price_must_have_been_shown_as_unknown(alice):
    model = make_model(prices={})
    wish = Wish(make_picture(alice), "hello", model, 1, "auto", None)
    with pytest.raises(PriceChanged):
        submit_edit(alice, wish, uuid.uuid4(), 0)
    job, _ = submit_edit(alice, wish, uuid.uuid4(), None)
    assert job.estimate_text == "unknown"


def test_several_images_cost_several_times_the_price(alice, wish):
    three = Wish(wish.picture, wish.prompt, wish.model, 3, "auto", wish.mask)
    job, _ = submit_edit(alice, three, uuid.uuid4(), 12 * CENT)
    assert job.estimate_text == "$0.12"


def test_a_model_with_a_fixed_count_is_paid_for_all_of_them(alice):
    model = make_model(fixed_images=4)
    wish = Wish(make_picture(alice), "hello", model, 1, "auto", None)
    job, _ = submit_edit(alice, wish, uuid.uuid4(), 16 * CENT)
    assert job.estimate_text == "$0.16"


def test_a_model_that_needs_a_mask_is_not_called_without_one(alice):
    model = make_model(mask_support=UpstreamModel.MaskSupport.REQUIRED)
    wish = Wish(make_picture(alice), "hello", model, 1, "auto", None)
    with pytest.raises(SubmitRefused) as refused:
        submit_edit(alice, wish, uuid.uuid4(), 4 * CENT)
    assert refused.value.field == "mask"
    assert not EditJob.objects.exists()


def test_an_empty_mask_is_refused_instead_of_paid_for(alice, wish):
    empty = Wish(wish.picture, wish.prompt, wish.model, 1, "auto", mask_bytes(box=(0, 0, 0, 0)))
    with pytest.raises(MaskRefused, match="paint the part"):
        submit_edit(alice, empty, uuid.uuid4(), 4 * CENT)
    assert not EditJob.objects.exists()


def test_an_earlier_mask_of_the_picture_can_be_used_again(alice, wish):
    mask = make_mask(wish.picture)
    again = Wish(wish.picture, wish.prompt, wish.model, 1, "auto", mask)
    job, _ = submit_edit(alice, again, uuid.uuid4(), 4 * CENT)
    assert job.mask == mask


@pytest.mark.parametrize("state", [JobState.QUEUED, JobState.CLAIMED, JobState.WAITING])
def test_cancelling_before_the_call_costs_nothing(alice, state):
    job = make_job(alice, state)
    assert "nothing was charged" in cancel_edit(job, alice)
    job.refresh_from_db()
    assert job.state == JobState.CANCELLED


def test_cancelling_during_the_call_is_remembered_and_hides_the_result(alice):
    job = make_job(alice, JobState.CALLING)
    sentence = cancel_edit(job, alice)
    assert "will be paid for" in sentence
    job.refresh_from_db()
    assert (job.state, job.cancel_requested, job.hidden) == (JobState.CALLING, True, True)


@pytest.mark.parametrize("state", [JobState.DONE, JobState.FAILED, JobState.UNKNOWN])
def test_a_late_cancel_changes_nothing(alice, state):
    job = make_job(alice, state)
    assert "Too late" in cancel_edit(job, alice)
    job.refresh_from_db()
    assert job.state == state


@pytest.mark.parametrize("state", [JobState.DONE, JobState.FAILED, JobState.CANCELLED])
def test_the_same_again_is_a_new_job_with_its_own_consent(alice, state):
    job = make_job(alice, state)
    key = uuid.uuid4()
    again = repeat_edit(job, alice, key, 4 * CENT)
    assert again != job
    assert (again.prompt, again.mask, again.state) == (job.prompt, job.mask, JobState.QUEUED)
    assert repeat_edit(job, alice, key, 4 * CENT) == again
    assert EditJob.objects.count() == 2


def test_a_running_job_is_not_repeated(alice):
    job = make_job(alice, JobState.CALLING)
    with pytest.raises(SubmitRefused):
        repeat_edit(job, alice, uuid.uuid4(), 4 * CENT)


def test_a_job_whose_model_is_gone_is_not_repeated(alice):
    job = make_job(alice, JobState.DONE)
    UpstreamModel.objects.update(is_listed=False)
    with pytest.raises(SubmitRefused, match="not offered"):
        repeat_edit(job, alice, uuid.uuid4(), 4 * CENT)


def test_staff_repeat_a_job_for_its_owner_and_say_so(alice, rita):
    job = make_job(alice, JobState.FAILED)
    again = repeat_edit(job, rita, uuid.uuid4(), 4 * CENT)
    assert again.owner == alice
    assert again.events.filter(actor=rita, sentence="Sent again by staff.").exists()


def test_paying_again_takes_a_new_consent_and_works_once(alice):
    job = make_job(alice, JobState.UNKNOWN, charged=EditJob.Charged.UNKNOWN)
    stale = EditJob.objects.get(pk=job.pk)
    assert pay_again(job, alice)
    assert job.state == JobState.QUEUED
    assert not pay_again(stale, alice)
    assert not pay_again(EditJob.objects.get(pk=job.pk), alice)
    assert list(job.consents.values_list("seq", flat=True)) == [1, 2]


@pytest.mark.parametrize("state", [s for s in JobState if s != JobState.UNKNOWN])
def test_only_an_unknown_outcome_can_be_paid_again_or_given_up(alice, state):
    job = make_job(alice, state)
    assert not pay_again(job, alice)
    assert not give_up(job, alice)
    job.refresh_from_db()
    assert job.state == state
    assert job.consents.count() == 1


def test_giving_up_says_that_it_may_have_been_charged(alice):
    job = make_job(alice, JobState.UNKNOWN, charged=EditJob.Charged.UNKNOWN)
    assert give_up(job, alice)
    assert job.state == JobState.FAILED
    assert "may have been charged" in job.state_sentence
    assert job.billed_text == "unknown"


def test_looking_again_finds_nothing_where_nothing_arrived(alice):
    assert not look_again(make_job(alice, JobState.UNKNOWN))
