"""Pictures that are sent along with an edit."""

import uuid

import pytest
from django.utils import timezone

from editor import processing
from editor.models import EditJob, JobState, Picture, Reference, Result, UpstreamModel
from editor.models.wishes import wish_hash
from editor.offers import refresh_catalogue
from editor.submission import AlreadyDone, SubmitRefused, Wish, repeat_edit, submit_edit
from editor.tasks import run_job
from tests.factories import make_mask, make_model, make_picture

pytestmark = pytest.mark.django_db

PRICE = 40_000_000


@pytest.fixture
def model(db):
    """It takes the picture and up to three more."""
    return make_model("sandbox/collage", max_inputs=4)


def pictures_of(owner, count):
    return tuple(make_picture(owner, (200 + 10 * n, 150), f"{n}.png") for n in range(count))


def wish_of(owner, model, references, **changes):
    picture = changes.pop("picture", None) or make_picture(owner)
    return Wish(picture, "like the others", model, 1, "auto", None, references=references)


def submit(owner, wish, **more):
    return submit_edit(owner, wish, uuid.uuid4(), PRICE, **more)[0]


def test_a_job_keeps_its_references_in_their_order(alice, model):
    references = pictures_of(alice, 3)[::-1]
    job = submit(alice, wish_of(alice, model, references))
    assert Reference.objects.pictures_of(job) == list(references)


def test_more_than_the_model_takes_are_refused_before_anything_is_kept(alice, model):
    with pytest.raises(SubmitRefused, match="at most 3 further pictures, not 4") as refused:
        submit(alice, wish_of(alice, model, pictures_of(alice, 4)))
    assert refused.value.field == "references"
    with pytest.raises(SubmitRefused, match="no further pictures, not 1"):
        submit(alice, wish_of(alice, make_model("sandbox/single"), pictures_of(alice, 1)))
    assert not EditJob.objects.exists()


def test_nobody_can_send_along_what_is_charlies_or_deleted_or_twice(alice, charlie, model):
    theirs, (mine,) = pictures_of(charlie, 1), pictures_of(alice, 1)
    (deleted,) = pictures_of(alice, 1)
    Picture.objects.filter(pk=deleted.pk).update(deleted_at=timezone.now())
    for references in (theirs, (deleted,), (mine, mine), (mine, *theirs)):
        with pytest.raises(SubmitRefused, match="not there any more"):
            submit(alice, wish_of(alice, model, references))
    assert not EditJob.objects.exists()
    assert not Reference.objects.exists()


def test_wishes_without_references_keep_the_names_they_had():
    usual = ("p" * 64, None, "make it golden", "sandbox/inpaint", 1, "auto")
    before = "7fbe0c90dceebb98f0e5ff81d43e93760909ffa9306cc7d540edaf3f2faa005d"
    names = {
        wish_hash(*usual),
        wish_hash(*usual, references=["a"]),
        wish_hash(*usual, references=["a", "b"]),
        wish_hash(*usual, references=["b", "a"]),
        wish_hash(*usual, mask_dialect="alpha"),
        wish_hash(*usual, ["whole"]),
    }
    assert len(names) == 6
    assert wish_hash(*usual, (), [], "") == wish_hash(*usual) == before


def test_the_same_wish_is_found_again_by_what_its_references_show(alice, model):
    picture, (one, two) = make_picture(alice), pictures_of(alice, 2)
    submit(alice, wish_of(alice, model, (one, two), picture=picture))
    twin = make_picture(alice, (200, 150), "the same under another name.png")
    assert twin.sha256 == one.sha256
    with pytest.raises(AlreadyDone):
        submit(alice, wish_of(alice, model, (twin, two), picture=picture))
    submit(alice, wish_of(alice, model, (two, one), picture=picture))
    submit(alice, wish_of(alice, model, (), picture=picture))


def test_one_form_sent_twice_with_other_references_is_refused(alice, model):
    picture, (one, two) = make_picture(alice), pictures_of(alice, 2)
    key = uuid.uuid4()
    first, _ = submit_edit(alice, wish_of(alice, model, (one,), picture=picture), key, PRICE)
    same, is_new = submit_edit(alice, wish_of(alice, model, (one,), picture=picture), key, PRICE)
    assert (same, is_new) == (first, False)
    with pytest.raises(SubmitRefused, match="other settings"):
        submit_edit(alice, wish_of(alice, model, (two,), picture=picture), key, PRICE)


def test_sending_again_sends_the_same_pictures_along(alice, model):
    references = pictures_of(alice, 2)
    job = submit(alice, wish_of(alice, model, references))
    EditJob.objects.filter(pk=job.pk).update(state=JobState.FAILED)
    job.refresh_from_db()
    again = repeat_edit(job, alice, uuid.uuid4(), PRICE)
    assert Reference.objects.pictures_of(again) == list(references)
    assert again.wish_hash == job.wish_hash
    EditJob.objects.update(state=JobState.FAILED)
    again.refresh_from_db()
    Picture.objects.filter(pk=references[0].pk).update(deleted_at=timezone.now())
    with pytest.raises(SubmitRefused, match="not there any more"):
        repeat_edit(again, alice, uuid.uuid4(), PRICE)


def test_a_model_that_takes_fewer_by_now_is_not_called(alice, model):
    job = submit(alice, wish_of(alice, model, pictures_of(alice, 3)))
    UpstreamModel.objects.filter(pk=model.pk).update(max_inputs=2)
    processing.process_job(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.FAILED
    assert "at most 1 further picture, not 3" in job.failure_sentence
    assert not job.attempts.exists()


def test_a_picture_is_in_use_while_an_open_edit_starts_from_it_or_sends_it(alice, model):
    lent, other = pictures_of(alice, 2)
    job = submit(alice, wish_of(alice, model, (lent,)))
    assert job.picture.is_in_use
    assert lent.is_in_use
    assert not other.is_in_use
    EditJob.objects.filter(pk=job.pk).update(state=JobState.DONE)
    assert not lent.is_in_use
    assert not job.picture.is_in_use


def test_references_go_along_in_their_order_and_change_what_comes_back(alice, upstream):
    refresh_catalogue()
    model = UpstreamModel.objects.get(model_id="sandbox/collage-4")
    picture = make_picture(alice, (640, 480))
    wish = Wish(
        picture, "in the colours of the others", model, 1, "auto", make_mask(picture),
        references=pictures_of(alice, 3),
    )  # fmt: skip
    job = submit_edit(alice, wish, uuid.uuid4(), model.estimate_nano("auto", 1))[0]
    run_job(str(job.pk))
    job.refresh_from_db()
    assert job.state == JobState.DONE, job.failure_sentence
    (call,) = upstream.calls()
    assert call["images"] == 4
    assert call["had_mask"]
    assert job.attempts.get().frame["references"] == [[200, 150], [210, 150], [220, 150]]
    assert Result.objects.get().changed_pixels == 0
