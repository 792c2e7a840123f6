"""A job keeps which part of its picture it sends, and the worker sends just that."""

import uuid

import numpy as np
import pytest

from editor.imaging.framing import Box
from editor.imaging.planning import FrameChoice, FrameWish
from editor.masks import keep_mask
from editor.models import Attempt, EditJob, JobState, Result, UpstreamModel
from editor.models.framings import kept_wish, plan_of, wish_key
from editor.models.wishes import wish_hash
from editor.offers import refresh_catalogue
from editor.pictures import kept
from editor.submission import AlreadyDone, SubmitRefused, Wish, repeat_edit, submit_edit
from editor.tasks import run_job
from tests.factories import CENT, make_model, make_picture, mask_bytes

pytestmark = [pytest.mark.django_db, pytest.mark.once]

PHOTO = (1600, 1100)
LAMP = (300, 300, 420, 400)
BY_HAND = FrameWish(FrameChoice.BY_HAND, box=Box(200, 200, 840, 680))


def wish_for(owner, model, frame=None, **more) -> Wish:
    picture = more.pop("picture", None) or make_picture(owner, PHOTO)
    size = more.pop("size", model.sizes[0])
    mask = more.pop("mask", mask_bytes(PHOTO, LAMP))
    return Wish(picture, "remove the lamp", model, 1, size, mask, frame or FrameWish())


def submit(owner, wish, **more) -> EditJob:
    price = wish.model.estimate_nano(wish.size, wish.n)
    return submit_edit(owner, wish, uuid.uuid4(), price, **more)[0]


@pytest.fixture
def sent(alice, upstream):
    """Send Alice's wish for a model of the sandbox; give the job, the call and the attempt."""
    refresh_catalogue()

    def send(model_id, frame=None, **more):
        model = UpstreamModel.objects.get(model_id=model_id)
        job = submit(alice, wish_for(alice, model, frame, **more))
        run_job(str(job.pk))
        job = EditJob.objects.get(pk=job.pk)
        assert job.state == JobState.DONE, job.failure_sentence
        return job, upstream.calls()[-1], Attempt.objects.get(job=job)

    return send


def test_a_small_edit_in_a_photo_sends_what_lies_around_the_paint(sent):
    job, call, attempt = sent("sandbox/square-lite")
    assert call["asked_size"] == "1024x1024"
    assert call["image_size"] == call["mask_size"] == "1024x1024"
    box = Box(*attempt.frame["box"])
    assert box.holds(Box(*LAMP))
    assert box.size.width == box.size.height < 1024
    assert plan_of(job, UpstreamModel.objects.get(model_id=job.model_id)).frame.box == box


def test_only_the_paint_changes_and_the_result_has_the_photos_own_size(sent):
    job, _, _ = sent("sandbox/square-lite")
    result = Result.objects.get(attempt__job=job)
    before = np.asarray(kept(job.picture).read().image)
    after = np.asarray(kept(result.picture).read().image)
    assert before.shape == after.shape
    changed = np.argwhere((before != after).any(axis=2))
    top, left = changed.min(axis=0)
    bottom, right = changed.max(axis=0)
    assert Box(*LAMP).holds(Box(int(left), int(top), int(right) + 1, int(bottom) + 1))
    assert result.lock_holds


def test_whole_means_whole(sent):
    _, call, attempt = sent("sandbox/square-lite", FrameWish(FrameChoice.WHOLE))
    assert attempt.frame["box"] == [0, 0, *PHOTO]
    assert call["image_size"] == "1024x1024"


def test_a_frame_by_hand_is_sent_as_it_was_drawn(sent):
    _, call, attempt = sent("sandbox/inpaint-pro", BY_HAND)
    assert attempt.frame["box"] == list(BY_HAND.box)
    assert call["image_size"] == "640x480"
    assert call["asked_size"] == "auto"


def test_the_size_asked_for_is_the_one_that_suits_the_frame(sent):
    tall = mask_bytes(PHOTO, (300, 50, 400, 1050))
    model = UpstreamModel.objects.get(model_id="sandbox/inpaint-pro")
    sizes = ["1536x1024", "1024x1536"]
    UpstreamModel.objects.filter(pk=model.pk).update(sizes=sizes, prices={"1024x1536": 4 * CENT})
    frame = FrameWish(FrameChoice.AROUND, 0.1)
    _, call, _ = sent("sandbox/inpaint-pro", frame, mask=tall, size="")
    assert call["asked_size"] == call["image_size"] == "1024x1536"


def test_without_a_mask_the_whole_picture_is_sent(sent):
    _, _, attempt = sent("sandbox/square-lite", BY_HAND, mask=None)
    assert attempt.frame["box"] == [0, 0, *PHOTO]


def test_a_ratio_and_a_class_are_met(sent):
    _, call, _ = sent("sandbox/redraw-flash", size="16:9")
    width, height = map(int, call["image_size"].split("x"))
    assert abs(width - height * 16 / 9) <= 1
    _, call, _ = sent("sandbox/collage-4", FrameWish(FrameChoice.WHOLE), size="1k")
    width, height = map(int, call["image_size"].split("x"))
    assert width * height <= 1024**2


def test_the_choice_is_kept_and_goes_along_when_the_same_is_sent_again(alice):
    for frame in (FrameWish(), FrameWish(FrameChoice.AROUND, 0.8), BY_HAND):
        job = submit(alice, wish_for(alice, make_model(), frame), run_again=True)
        job.refresh_from_db()
        assert job.frame_wish == frame
        EditJob.objects.filter(pk=job.pk).update(state=JobState.DONE)
        job.refresh_from_db()
        assert repeat_edit(job, alice, uuid.uuid4(), 4 * CENT).frame_wish == frame


def test_a_frame_that_holds_no_paint_is_refused_before_anything_is_paid(alice):
    elsewhere = FrameWish(FrameChoice.BY_HAND, box=Box(1000, 1000, 1400, 1400))
    with pytest.raises(SubmitRefused, match="nothing of what is painted") as refused:
        submit(alice, wish_for(alice, make_model(), elsewhere))
    assert refused.value.field == "frame"
    picture = make_picture(alice, PHOTO)
    mask = keep_mask(picture, mask_bytes(PHOTO, LAMP))
    with pytest.raises(SubmitRefused):
        submit(alice, wish_for(alice, make_model(), elsewhere, picture=picture, mask=mask))
    assert not EditJob.objects.exists()


def test_another_frame_is_another_wish_and_the_same_one_is_not(alice):
    picture = make_picture(alice, PHOTO)
    frames = [
        FrameWish(),
        FrameWish(FrameChoice.AROUND, 0.8),
        FrameWish(FrameChoice.WHOLE),
        BY_HAND,
    ]
    for frame in frames:
        submit(alice, wish_for(alice, make_model(), frame, picture=picture))
    for frame in frames:
        with pytest.raises(AlreadyDone):
            submit(alice, wish_for(alice, make_model(), frame, picture=picture))
    assert EditJob.objects.count() == len(frames)


def test_without_a_mask_every_frame_is_the_same_wish(alice):
    picture = make_picture(alice, PHOTO)
    submit(alice, wish_for(alice, make_model(), picture=picture, mask=None))
    with pytest.raises(AlreadyDone):
        submit(alice, wish_for(alice, make_model(), BY_HAND, picture=picture, mask=None))


def test_wishes_from_before_there_were_frames_keep_their_names():
    usual = ("p" * 64, "m" * 64, "make it golden", "sandbox/inpaint", 1, "auto")
    before = "5862950c6bb8089292b8d9f72deb62536d539ee39c3456d24e85b644d033e627"
    assert wish_hash(*usual) == before
    assert wish_hash(*usual, wish_key(FrameWish(), masked=True)) == wish_hash(*usual)
    assert wish_hash(*usual, wish_key(FrameWish(FrameChoice.WHOLE), masked=True)) != wish_hash(
        *usual
    )


def test_the_same_form_with_another_frame_is_not_the_same_form(alice):
    key, wish = uuid.uuid4(), wish_for(alice, make_model())
    submit_edit(alice, wish, key, 4 * CENT)
    other = wish_for(alice, make_model(), FrameWish(FrameChoice.WHOLE), picture=wish.picture)
    with pytest.raises(SubmitRefused, match="other settings"):
        submit_edit(alice, other, key, 4 * CENT)


def test_a_box_is_only_kept_by_hand():
    assert kept_wish(FrameWish(FrameChoice.AROUND, 0.3, BY_HAND.box)) == {
        "frame_choice": "around",
        "frame_context": 30,
        "frame_box": None,
    }


def test_windows_of_total_pixels_come_with_the_catalogue_and_staff_may_pin_others(upstream):
    refresh_catalogue()
    model = UpstreamModel.objects.first()
    assert (model.least_pixels, model.most_pixels) == (None, None)
    UpstreamModel.objects.filter(pk=model.pk).update(least_pixels=500_000, pinned=["least_pixels"])
    refresh_catalogue()
    model.refresh_from_db()
    assert model.least_pixels == 500_000
