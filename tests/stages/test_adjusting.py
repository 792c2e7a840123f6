"""A finished edit put together anew: free, kept for ever, and never twice."""

import hashlib
import io
import uuid
from datetime import timedelta

import numpy as np
import pytest
from django.db import IntegrityError
from django.utils import timezone
from PIL import Image

from editor import adjusting, leases, storage
from editor.adjusting import AdjustRefused, Settings, ask_for, layers_of, make_next
from editor.imaging import apart
from editor.imaging.apart import StepFailed
from editor.invariants import broken_invariants
from editor.masks import keep_mask
from editor.models import (
    Adjustment,
    EditJob,
    JobState,
    LedgerEntry,
    Mask,
    Picture,
    Result,
    UpstreamModel,
)
from editor.offers import refresh_catalogue
from editor.pictures import kept
from editor.results import usual_blend
from editor.submission import Wish, submit_edit
from editor.tasks import run_job
from tests.factories import make_mask, make_picture, mask_bytes

pytestmark = pytest.mark.django_db

SIZE = (640, 480)


@pytest.fixture
def models(upstream):
    """The sandbox's models."""
    refresh_catalogue()
    return list(UpstreamModel.objects.all())


def edited(owner, model, *, n=1, masked=True, prompt="make it golden"):
    """A job of this person's, run to its kept results."""
    picture = make_picture(owner, SIZE)
    size = model.sizes[0] if model.sizes else ""
    wish = Wish(picture, prompt, model, n, size, make_mask(picture) if masked else None)
    price = model.estimate_nano(size, n)
    job, _is_new = submit_edit(owner, wish, uuid.uuid4(), price, run_again=True)
    run_job(str(job.pk))
    done = EditJob.objects.with_pictures().get(pk=job.pk)
    assert done.state == JobState.DONE, done.failure_sentence
    return done


@pytest.fixture
def native(models):
    """A model that reads masks and gives several images."""
    return next(m for m in models if m.mask_support == "native" and m.max_images > 1)


@pytest.fixture
def done(alice, native):
    """Alice's finished edit with a mask."""
    return edited(alice, native)


def settings_for(job, **changes):
    """The edit's own settings, but for these."""
    usual = usual_blend(kept(job.picture).size)
    own = {
        "feather": usual.feather,
        "grow": 0,
        "opacity": 100,
        "match_colour": True,
        "undo_drift": True,
        "result": job.results[0].pk,
    }
    return Settings(**{**own, **changes})


def adjusted(job, restored=None, **changes):
    """Ask for it, and let the worker make it."""
    asked, _is_new = ask_for(job, settings_for(job, **changes), restored)
    while make_next():
        pass
    asked.refresh_from_db()
    return asked


def pixels(picture):
    return np.asarray(kept(picture).read().image)


def painted(mask):
    return np.asarray(Image.open(io.BytesIO(storage.get(mask.file.name)))) > 0


def test_the_edits_own_settings_give_the_edits_own_pixels(done):
    made = adjusted(done)
    assert made.state == Adjustment.State.DONE, made.problem
    assert (pixels(made.picture) == pixels(done.results[0].picture)).all()
    assert made.outside_pixels == done.results[0].outside_pixels
    assert made.changed_pixels == 0


def test_an_adjustment_is_a_picture_of_its_owner_and_costs_nothing(done, upstream):
    calls, movements = len(upstream.calls()), LedgerEntry.objects.count()
    made = adjusted(done, grow=-12, feather=2)
    picture = made.picture
    assert picture.owner == done.owner
    assert picture.origin == Picture.Origin.ADJUSTED
    assert picture.name == "garden (adjusted)"
    assert (picture.width, picture.height) == SIZE
    assert len(upstream.calls()) == calls, "nothing was sent"
    assert LedgerEntry.objects.count() == movements
    assert done.events.last().sentence == "Adjusted for free; 0 outside pixels changed."
    before, after = pixels(done.picture), pixels(picture)
    changed = (before != after).any(axis=2)
    assert changed.any()
    assert not changed[~painted(done.mask)].any()
    assert made.outside_pixels > done.results[0].outside_pixels, "shrunk, so more is locked"
    assert broken_invariants(read_bytes=True) == []


def test_the_same_settings_asked_for_twice_are_one_picture(done):
    first = adjusted(done, grow=3)
    again, is_new = ask_for(done, settings_for(done, grow=3), None)
    assert again == first
    assert not is_new
    assert not make_next()
    assert Picture.objects.filter(origin=Picture.Origin.ADJUSTED).count() == 1
    other, is_new = ask_for(done, settings_for(done, grow=4), None)
    assert is_new
    assert other != first


def test_two_clicks_at_once_are_one_row(done, monkeypatch):
    settings = settings_for(done, feather=9)
    first, _ = ask_for(done, settings, None)
    # Who looked a moment earlier did not see the other one's row yet.
    original = Adjustment.objects.filter
    monkeypatch.setattr(adjusting, "_earlier", lambda *_: None)
    second, is_new = ask_for(done, settings, None)
    assert second == first
    assert not is_new
    assert original(job=done).count() == 1


def test_a_deleted_adjustment_comes_back_out_of_the_bin(done):
    first = adjusted(done, grow=3)
    Picture.objects.filter(pk=first.picture_id).update(deleted_at=timezone.now())
    assert list(done.adjustments.shown()) == []
    again, is_new = ask_for(done, settings_for(done, grow=3), None)
    assert not is_new
    assert again.picture.deleted_at is None
    assert list(done.adjustments.shown()) == [first]


def test_what_was_painted_back_is_the_original_again(done):
    back = keep_mask(done.picture, mask_bytes(SIZE, (0, 0, 240, 480)))
    made = adjusted(done, restored=back)
    before, after = pixels(done.picture), pixels(made.picture)
    assert (before[:, :240] == after[:, :240]).all()
    assert (before != after).any()
    assert made.changed_pixels == 0
    plain = adjusted(done)
    assert plain.pk != made.pk
    assert "partly painted back" in made.words


def test_each_area_shows_the_variant_that_was_chosen_for_it(alice, native):
    job = edited(alice, native, n=2)
    areas = Image.new("L", SIZE)
    areas.paste(255, (40, 40, 200, 200))
    areas.paste(255, (400, 240, 600, 440))
    out = io.BytesIO()
    areas.save(out, "PNG")
    EditJob.objects.filter(pk=job.pk).update(mask=keep_mask(job.picture, out.getvalue()))
    job = EditJob.objects.with_pictures().get(pk=job.pk)
    one, two = (result.pk for result in job.results)
    made = adjusted(job, areas=(two, one), feather=0, match_colour=False, undo_drift=False)
    assert made.state == Adjustment.State.DONE, made.problem
    only_one, only_two = (
        adjusted(job, areas=(pk, pk), feather=0, match_colour=False, undo_drift=False)
        for pk in (one, two)
    )
    both = pixels(made.picture)
    assert (both[:220] == pixels(only_two.picture)[:220]).all()
    assert (both[220:] == pixels(only_one.picture)[220:]).all()
    assert (pixels(only_one.picture) != pixels(only_two.picture)).any()
    assert "2 results together" in made.words


def test_a_rejected_area_is_the_original_and_all_of_them_are_refused(done):
    with pytest.raises(AdjustRefused, match="nothing of the edit is left"):
        ask_for(done, settings_for(done, areas=(0,)), None)
    assert Adjustment.objects.count() == 0


@pytest.mark.once
def test_an_edit_without_a_mask_keeps_only_what_changed_in_the_originals_size(alice, models):
    model = next(m for m in models if m.mask_support != "required" and m.sizes)
    job = edited(alice, model, masked=False, prompt="remove the red disc")
    made = adjusted(job)
    if made.state == Adjustment.State.FAILED:
        pytest.fail(made.problem)
    assert (made.picture.width, made.picture.height) == SIZE
    assert made.changed_pixels == 0
    assert 0 < made.outside_pixels < SIZE[0] * SIZE[1]


def test_another_picture_offers_nothing_to_keep(alice, native):
    job = edited(alice, native, masked=False)
    noise = np.random.default_rng(1).integers(0, 256, (*SIZE[::-1], 3), dtype=np.uint8)
    out = io.BytesIO()
    Image.fromarray(noise).save(out, "PNG")
    put_in_place(job.results[0], out.getvalue())
    assert layers_of(job, job.results[0]).found is None
    made = adjusted(job)
    assert made.state == Adjustment.State.FAILED
    assert "differs from your picture all over" in made.problem


def put_in_place(result, data):
    """Let a result have these raw bytes."""
    storage.put(str(result.raw.name), data)
    sha256 = hashlib.sha256(data).hexdigest()
    Result.objects.filter(pk=result.pk).update(raw_sha256=sha256)
    result.raw_sha256 = sha256


def test_the_page_gets_its_layers_from_what_is_kept(done):
    small = layers_of(done, done.results[0])
    assert small.size == SIZE
    assert small.areas is not None
    assert len(small.areas.sizes) == 1
    assert small.areas.sizes[0] == painted(done.mask).sum()


def test_a_result_of_somebody_elses_job_is_refused(done, charlie, native):
    theirs = edited(charlie, native)
    for changes in ({"result": theirs.results[0].pk}, {"areas": (theirs.results[0].pk,)}):
        with pytest.raises(AdjustRefused, match="not there any more"):
            ask_for(done, settings_for(done, **changes), None)


def test_deleted_pictures_cannot_be_adjusted(done):
    Picture.objects.filter(pk=done.results[0].picture_id).update(deleted_at=timezone.now())
    fresh = EditJob.objects.with_pictures().get(pk=done.pk)
    with pytest.raises(AdjustRefused, match="no result"):
        adjusting.adjustable_results(fresh)
    Picture.objects.filter(pk=done.picture_id).update(deleted_at=timezone.now())
    fresh = EditJob.objects.with_pictures().get(pk=done.pk)
    with pytest.raises(AdjustRefused, match="has been deleted"):
        adjusting.adjustable_results(fresh)


def test_damaged_files_are_said_and_not_tried_again(done):
    storage.put(str(done.results[0].raw.name), b"other bytes")
    made = adjusted(done)
    assert made.state == Adjustment.State.FAILED
    assert made.problem == "A file of this edit is damaged."
    assert done.events.last().sentence == "Not adjusted: A file of this edit is damaged."
    with pytest.raises(AdjustRefused, match="cannot be read"):
        layers_of(done, done.results[0])


def test_a_failed_one_is_tried_again_when_it_is_asked_for_again(done, monkeypatch):
    def breaks(*_args):
        message = "a fault of ours"
        raise StepFailed(message, died=False)

    with monkeypatch.context() as patched:
        patched.setattr(apart, "run", breaks)
        failed = adjusted(done)
    assert failed.state == Adjustment.State.FAILED
    again = adjusted(done)
    assert again == failed
    assert again.state == Adjustment.State.DONE
    assert again.problem == ""


def test_storage_that_is_away_is_waited_for(done, monkeypatch):
    def away(*_args):
        message = "storage is away"
        raise OSError(message)

    asked, _ = ask_for(done, settings_for(done), None)
    with monkeypatch.context() as patched:
        patched.setattr(storage, "put", away)
        assert make_next()
    asked.refresh_from_db()
    assert asked.state == Adjustment.State.WAITING
    assert asked.next_at > timezone.now()
    assert not make_next(), "not before its time"
    Adjustment.objects.update(next_at=None)
    assert make_next()
    asked.refresh_from_db()
    assert asked.state == Adjustment.State.DONE


def test_what_never_works_ends_after_some_tries(done, monkeypatch):
    def away(*_args):
        message = "storage is away"
        raise OSError(message)

    asked, _ = ask_for(done, settings_for(done), None)
    monkeypatch.setattr(storage, "put", away)
    for _try in range(adjusting.MOST_TRIES):
        Adjustment.objects.update(next_at=None)
        assert make_next()
    asked.refresh_from_db()
    assert asked.state == Adjustment.State.FAILED
    assert "storage was away" in asked.problem


def test_what_a_worker_left_behind_is_made_by_the_next_one(done, monkeypatch):
    asked, _ = ask_for(done, settings_for(done), None)
    soon = timezone.now() + timedelta(seconds=20)
    Adjustment.objects.update(worker="elsewhere:1", lease_until=soon)
    assert not make_next(), "somebody is at it"
    monkeypatch.setattr(leases, "is_dead", lambda worker: worker == "elsewhere:1")
    assert make_next(), "nobody is, so its lease need not be waited for"
    asked.refresh_from_db()
    assert asked.state == Adjustment.State.DONE
    monkeypatch.undo()
    other, _ = ask_for(done, settings_for(done, grow=2), None)
    past = timezone.now() - timedelta(seconds=1)
    Adjustment.objects.filter(pk=other.pk).update(worker="elsewhere:2", lease_until=past)
    assert make_next()


def test_who_was_overtaken_commits_nothing(done, monkeypatch):
    asked, _ = ask_for(done, settings_for(done), None)
    taken = adjusting._take()
    Adjustment.objects.update(worker="elsewhere:2")
    adjusting._make(taken)
    asked.refresh_from_db()
    assert asked.state == Adjustment.State.WAITING
    assert not Picture.objects.filter(origin=Picture.Origin.ADJUSTED).exists()


def test_the_heartbeat_renews_what_is_being_made(done):
    asked, _ = ask_for(done, settings_for(done), None)
    taken = adjusting._take()
    Adjustment.objects.update(lease_until=timezone.now() - timedelta(seconds=5))
    with leases.holding_adjustment(taken.pk):
        leases.renew()
    asked.refresh_from_db()
    assert asked.lease_until > timezone.now()


def test_not_more_than_some_wait_at_once(done):
    for grow in range(adjusting.MOST_WAITING):
        ask_for(done, settings_for(done, grow=grow), None)
    with pytest.raises(AdjustRefused, match="still being made"):
        ask_for(done, settings_for(done, grow=99), None)
    _again, is_new = ask_for(done, settings_for(done, grow=1), None)
    assert not is_new


def test_the_database_itself_keeps_one_row_per_wish_and_a_picture_for_each_made_one(done):
    asked, _ = ask_for(done, settings_for(done), None)
    with pytest.raises(IntegrityError):
        Adjustment.objects.create(job=done, settings=asked.settings, digest=asked.digest)


def test_verify_notices_an_adjustment_that_nobody_goes_on_with(done):
    asked, _ = ask_for(done, settings_for(done), None)
    past = timezone.now() - timedelta(minutes=5)
    Adjustment.objects.update(worker="gone:1", lease_until=past)
    assert [(broken.name, broken.row) for broken in broken_invariants()] == [
        ("I1", f"adjustment {asked.pk}")
    ]


def test_nothing_of_the_original_the_mask_or_the_answer_changes(done):
    files = [done.picture.file.name, done.mask.file.name, done.results[0].raw.name]
    before = [storage.get(str(name)) for name in files]
    masks = Mask.objects.count()
    adjusted(done, grow=5, opacity=60)
    assert [storage.get(str(name)) for name in files] == before
    assert Mask.objects.count() == masks
    assert Result.objects.count() == 1
