"""A picture on a larger canvas, and the edit that fills it."""

import io
import uuid

import numpy as np
import pytest
from PIL import Image

from editor import extending, storage
from editor.extending import ExtendRefused, extend_picture
from editor.imaging.apart import StepFailed
from editor.imaging.framing import Box, Size
from editor.imaging.margins import Margins, overlap
from editor.masks import keep_mask
from editor.models import (
    EditJob,
    Extension,
    JobState,
    Mask,
    Picture,
    Result,
    UpstreamModel,
)
from editor.offers import refresh_catalogue
from editor.pictures import kept
from editor.processing import prepare_call
from editor.results import usual_blend
from editor.submission import Wish, submit_edit
from editor.tasks import run_job
from editor.withholding import release, withhold
from tests.factories import make_job, make_mask, make_model, make_picture, mask_bytes

pytestmark = pytest.mark.django_db

MARGINS = Margins(120, 0, 40, 64)
INNER = (120, 0, 440, 240)


def pixels_of(picture: Picture) -> Image.Image:
    return kept(picture).read().image


def queued(owner, picture, model, mask, size="auto") -> EditJob:
    """A wish for this picture, sent."""
    wish = Wish(picture, "continue the scene", model, 1, size, mask)
    job, _new = submit_edit(owner, wish, uuid.uuid4(), model.estimate_nano(size, 1))
    return job


def test_alices_picture_lies_on_the_larger_canvas_bit_for_bit(alice):
    picture = make_picture(alice)
    extended = extend_picture(alice, picture, MARGINS)
    assert (extended.width, extended.height) == (480, 304)
    assert extended.origin == Picture.Origin.EXTENDED
    assert (extended.owner, extended.name, extended.format) == (alice, "garden (extended)", "PNG")
    assert pixels_of(extended).crop(INNER).tobytes() == pixels_of(picture).tobytes()
    assert storage.get(extended.thumb.name)
    assert storage.get(extended.preview.name)


def test_its_mask_is_exactly_the_new_area_and_its_row_says_where_the_picture_lies(alice):
    picture = make_picture(alice)
    extended = extend_picture(alice, picture, MARGINS)
    row = Extension.objects.get(picture=extended)
    assert (row.of, row.inner) == (picture, INNER)
    assert row.mask.picture == extended
    mask = np.array(Image.open(io.BytesIO(storage.get(row.mask.file.name))))
    assert mask.shape == (304, 480)
    assert row.mask.painted_pixels == np.count_nonzero(mask) == 480 * 304 - 320 * 240
    mask[0:240, 120:440] = 255
    assert (mask == 255).all()


def test_the_same_margins_asked_for_twice_give_the_same_picture(alice):
    picture = make_picture(alice)
    first = extend_picture(alice, picture, MARGINS)
    assert extend_picture(alice, picture, MARGINS) == first
    assert extend_picture(alice, picture, Margins(0, 0, 0, 1)) != first
    assert Picture.objects.filter(origin=Picture.Origin.EXTENDED).count() == 2
    assert Mask.objects.count() == 2


def test_asked_for_again_it_comes_back_out_of_the_bin(alice):
    picture = make_picture(alice)
    first = extend_picture(alice, picture, MARGINS)
    Picture.objects.filter(pk=first.pk).update(deleted_at=first.created_at)
    again = extend_picture(alice, picture, MARGINS)
    assert again == first
    assert Picture.objects.owned_by(alice).filter(pk=first.pk).exists()


def test_two_presses_at_once_make_one_picture(alice, monkeypatch):
    picture = make_picture(alice)
    real = extending._extended

    def slow(picture, margins):
        done = real(picture, margins)
        monkeypatch.setattr(extending, "_extended", real)
        extend_picture(alice, picture, margins)  # the other press overtakes this one
        return done

    monkeypatch.setattr(extending, "_extended", slow)
    extended = extend_picture(alice, picture, MARGINS)
    assert Extension.objects.get().picture == extended
    assert pixels_of(extended).crop(INNER).tobytes() == pixels_of(picture).tobytes()


def test_an_extended_picture_can_be_extended_again(alice):
    first = extend_picture(alice, make_picture(alice), MARGINS)
    second = extend_picture(alice, first, Margins(0, 10, 0, 0))
    assert (second.width, second.height, second.name) == (480, 314, "garden (extended)")
    assert pixels_of(second).crop((0, 10, 480, 314)).tobytes() == pixels_of(first).tobytes()


def test_alice_cannot_extend_charlies_picture(alice, charlie):
    picture = make_picture(charlie)
    with pytest.raises(ExtendRefused, match="not there"):
        extend_picture(alice, picture, MARGINS)
    assert Picture.objects.count() == 1


def test_a_deleted_picture_is_not_extended(alice):
    picture = make_picture(alice)
    picture.deleted_at = picture.created_at
    picture.save()
    with pytest.raises(ExtendRefused, match="not there"):
        extend_picture(alice, picture, MARGINS)


def test_what_is_made_of_a_result_that_is_withheld_meanwhile_is_withheld_with_it(
    alice, rita, monkeypatch
):
    job = make_job(alice, JobState.DONE, masked=False)
    attempt = job.attempts.create(consent=job.consents.get(), state="saved")
    brought = make_picture(alice)
    Result.objects.create(attempt=attempt, index=0, raw="x", raw_bytes=1, picture=brought)
    canvas = extend_picture(alice, brought, MARGINS)
    make = extending._extended

    def slowly(*asked):
        made = make(*asked)
        withhold(job, rita, "Looked at again.")
        return made

    monkeypatch.setattr(extending, "_extended", slowly)
    larger = extend_picture(alice, canvas, MARGINS)
    mine = Picture.objects.owned_by(alice)
    assert not mine.filter(pk__in=[brought.pk, canvas.pk, larger.pk]).exists()
    release(job, rita)
    assert mine.filter(pk__in=[brought.pk, canvas.pk, larger.pk]).count() == 3


def test_no_margins_are_refused(alice):
    with pytest.raises(ExtendRefused, match="Nothing to extend"):
        extend_picture(alice, make_picture(alice), Margins(0, 0, 0, 0))


@pytest.mark.parametrize(
    ("margins", "room"),
    [
        (Margins(0, 0, 900, 0), "room for 180 pixels on the right"),
        (Margins(0, 4000, 0, 4000), "room for 67 pixels at the top and 67 at the bottom"),
        (
            Margins(300, 150, 300, 150),
            "room for 48 pixels on the left, 24 at the top, 48 on the right and 24 at the bottom",
        ),
    ],
)
def test_too_large_a_canvas_is_refused_with_the_largest_that_fits(alice, settings, margins, room):
    settings.MAX_PIXELS = 120_000
    with pytest.raises(ExtendRefused) as refused:
        extend_picture(alice, make_picture(alice), margins)
    assert "the limit is 0.12 megapixels" in str(refused.value)
    assert room in str(refused.value)


def test_what_the_sentence_names_can_be_made(alice, settings):
    settings.MAX_PIXELS = 120_000
    picture = make_picture(alice)
    assert extend_picture(alice, picture, Margins(0, 0, 180, 0)).width == 500
    with pytest.raises(ExtendRefused):
        extend_picture(alice, picture, Margins(0, 0, 181, 0))


def test_a_picture_as_large_as_allowed_has_no_room(alice, settings):
    picture = make_picture(alice)
    settings.MAX_PIXELS = 320 * 240
    with pytest.raises(ExtendRefused, match="no room for more"):
        extend_picture(alice, picture, MARGINS)


def test_storage_that_is_away_leaves_nothing_and_is_said(alice, monkeypatch):
    picture = make_picture(alice)

    def full(key, data):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(storage, "put", full)
    with pytest.raises(ExtendRefused, match="could not store") as refused:
        extend_picture(alice, picture, MARGINS)
    assert refused.value.status == 507
    assert Picture.objects.count() == 1


@pytest.mark.parametrize("problem", [FileNotFoundError(), StepFailed("gone", died=True)])
def test_a_picture_that_cannot_be_read_is_said(alice, monkeypatch, problem):
    picture = make_picture(alice)

    def fails(*_args):
        raise problem

    monkeypatch.setattr(extending.apart, "run", fails)
    with pytest.raises(ExtendRefused, match="could not be read"):
        extend_picture(alice, picture, MARGINS)


def sent_mask(job: EditJob) -> np.ndarray:
    """Where the mask that would be sent is painted."""
    call = prepare_call(job)
    return np.asarray(Image.open(io.BytesIO(call.request.mask.data)).convert("L")) > 0


def test_the_mask_that_is_sent_reaches_into_the_original(alice):
    extended = extend_picture(alice, make_picture(alice), Margins(120, 0, 0, 0))
    model = make_model(mask_dialect="luminance")
    sent = sent_mask(queued(alice, extended, model, Extension.objects.get().mask))
    reach = overlap(Size(320, 240))
    assert sent.shape == (240, 440)
    assert sent[:, : 120 + reach].all()
    assert not sent[:, 120 + reach :].any()


def test_a_mask_on_any_other_picture_is_sent_as_it_is(alice):
    picture = make_picture(alice)
    mask = make_mask(picture)
    sent = sent_mask(queued(alice, picture, make_model(mask_dialect="luminance"), mask))
    assert np.count_nonzero(sent) == mask.painted_pixels


def test_paint_inside_the_original_alone_is_sent_as_it_is(alice):
    extended = extend_picture(alice, make_picture(alice), Margins(120, 0, 0, 0))
    mask = keep_mask(extended, mask_bytes((440, 240), (130, 20, 200, 90)))
    sent = sent_mask(queued(alice, extended, make_model(mask_dialect="luminance"), mask))
    assert np.count_nonzero(sent) == mask.painted_pixels


def test_an_answer_fades_in_farther_around_what_is_continued():
    assert usual_blend(Size(1520, 800)).feather == 5
    assert usual_blend(Size(1520, 800), Box(320, 0, 1520, 800)).feather == 18
    assert usual_blend(Size(12_000, 90), Box(0, 0, 12_000, 40)).feather == 40


@pytest.mark.once
@pytest.mark.parametrize("support", UpstreamModel.MaskSupport.values)
def test_the_filled_canvas_keeps_every_pixel_of_the_original(alice, upstream, support):
    """With a model that reads masks, and with one that redraws everything."""
    refresh_catalogue()
    model = UpstreamModel.objects.filter(mask_support=support).first()
    picture = make_picture(alice, (640, 480))
    margins = Margins(200, 0, 0, 100)
    extended = extend_picture(alice, picture, margins)
    size = model.sizes[0] if model.sizes else ""
    job = queued(alice, extended, model, Extension.objects.get().mask, size)
    run_job(str(job.pk))
    job.refresh_from_db()
    assert job.state == JobState.DONE, job.failure_sentence
    result = Result.objects.get()
    assert (result.changed_pixels, result.outside_pixels) == (0, 640 * 480)
    inner = margins.inner(Size(640, 480))
    after = pixels_of(result.picture)
    assert after.size == (840, 580)
    assert after.crop(inner).tobytes() == pixels_of(picture).tobytes()
    before = np.asarray(pixels_of(extended))
    assert (before[:, :200] != np.asarray(after)[:, :200]).any()
