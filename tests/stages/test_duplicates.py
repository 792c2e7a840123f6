"""The very same wish is not paid for a second time by oversight."""

import importlib
import uuid

import pytest
from django.apps import apps
from django.utils import timezone

from editor.masks import keep_mask
from editor.models import Attempt, Budget, EditJob, JobState, Mask, Picture, Result
from editor.models.wishes import wish_hash
from editor.submission import AlreadyDone, Wish, repeat_edit, submit_edit
from tests.factories import CENT, make_model, make_picture, mask_bytes

pytestmark = pytest.mark.django_db

PRICE = 4 * CENT


@pytest.fixture
def wish(alice):
    return Wish(make_picture(alice), "make it golden", make_model(), 1, "auto", mask_bytes())


def submit(owner, wish, **more):
    return submit_edit(owner, wish, uuid.uuid4(), PRICE, **more)[0]


def finish(job) -> Picture:
    """Bring this job to its result."""
    attempt = Attempt.objects.create(job=job, consent=job.consents.get(), state=Attempt.State.SAVED)
    made = make_picture(job.owner, name="made.png")
    Result.objects.create(
        attempt=attempt, index=0, raw="raw", raw_sha256="0" * 64, raw_bytes=1, picture=made
    )
    EditJob.objects.filter(pk=job.pk).update(state=JobState.DONE)
    return made


def test_a_finished_wish_offers_its_result_before_anything_is_kept_or_reserved(alice, wish):
    job = submit(alice, wish)
    finish(job)
    masks, reserved = Mask.objects.count(), Budget.objects.get().reserved_nano
    with pytest.raises(AlreadyDone, match="already have this result") as there:
        submit(alice, wish)
    assert there.value.job == job
    assert there.value.status == 409
    assert EditJob.objects.count() == 1
    assert Mask.objects.count() == masks
    assert Budget.objects.get().reserved_nano == reserved


def test_a_wish_on_its_way_says_that_it_is_running(alice, wish):
    job = submit(alice, wish)
    with pytest.raises(AlreadyDone, match="already running") as there:
        submit(alice, wish)
    assert there.value.job == job


def test_a_wish_whose_outcome_is_unknown_says_that_it_may_have_been_charged(alice, wish):
    EditJob.objects.filter(pk=submit(alice, wish).pk).update(state=JobState.UNKNOWN)
    with pytest.raises(AlreadyDone, match="may have been charged"):
        submit(alice, wish)


def test_a_kept_result_is_offered_rather_than_a_later_run_of_the_same(alice, wish):
    first = submit(alice, wish)
    finish(first)
    submit(alice, wish, run_again=True)
    with pytest.raises(AlreadyDone) as there:
        submit(alice, wish)
    assert there.value.job == first


def test_who_wants_it_again_gets_it_again_with_a_consent_of_its_own(alice, wish):
    finish(submit(alice, wish))
    again = submit(alice, wish, run_again=True)
    assert again.state == JobState.QUEUED
    assert again.consents.count() == 1


def test_the_same_again_is_said_by_its_button_and_passes(alice, wish):
    job = submit(alice, wish)
    finish(job)
    job.refresh_from_db()
    again = repeat_edit(job, alice, uuid.uuid4(), PRICE)
    assert again.wish_hash == job.wish_hash


def test_the_same_form_sent_twice_is_still_one_job_and_no_question(alice, wish):
    key = uuid.uuid4()
    first, _ = submit_edit(alice, wish, key, PRICE)
    finish(first)
    assert submit_edit(alice, wish, key, PRICE) == (first, False)


@pytest.mark.parametrize("state", [JobState.FAILED, JobState.CANCELLED])
def test_what_brought_nothing_is_no_reason_to_ask(alice, wish, state):
    EditJob.objects.filter(pk=submit(alice, wish).pk).update(state=state)
    assert submit(alice, wish).state == JobState.QUEUED


def test_a_result_that_was_deleted_or_hidden_is_not_offered(alice, wish):
    job = submit(alice, wish)
    made = finish(job)
    Picture.objects.filter(pk=made.pk).update(deleted_at=timezone.now())
    again = submit(alice, wish)
    finish(again)
    EditJob.objects.filter(pk=again.pk).update(hidden=True)
    assert submit(alice, wish).state == JobState.QUEUED


def test_bob_is_not_offered_what_alice_has(alice, bob, wish):
    finish(submit(alice, wish))
    his = Wish(make_picture(bob), wish.prompt, wish.model, 1, "auto", mask_bytes())
    assert his.picture.sha256 == wish.picture.sha256
    assert submit(bob, his).owner == bob


def test_the_same_file_and_the_same_area_are_the_same_wish_however_they_came(alice, wish):
    job = submit(alice, wish)
    other = make_picture(alice, name="the same under another name.png")
    same = Wish(other, wish.prompt, wish.model, 1, "auto", keep_mask(other, mask_bytes()))
    with pytest.raises(AlreadyDone) as there:
        submit(alice, same)
    assert there.value.job == job


def test_everything_that_decides_the_result_makes_another_wish():
    usual = ("p" * 64, "m" * 64, "make it golden", "sandbox/inpaint", 1, "auto")
    others = [
        ("q" * 64, *usual[1:]),
        (usual[0], None, *usual[2:]),
        (*usual[:2], "make it golden.", *usual[3:]),
        (*usual[:3], "sandbox/other", *usual[4:]),
        (*usual[:4], 2, "auto"),
        (*usual[:5], ""),
    ]
    names = {wish_hash(*parts) for parts in [usual, *others]}
    assert len(names) == 7
    assert all(len(name) == 64 for name in names)


# Jobs from before wishes had names


@pytest.fixture
def migration(monkeypatch):
    found = importlib.import_module("editor.migrations.0008_old_wishes")
    monkeypatch.setattr(found, "BATCH", 2)
    return found


def test_an_old_job_is_found_as_the_same_wish_after_the_migration(alice, wish, migration):
    job = submit(alice, wish)
    finish(job)
    EditJob.objects.update(wish_hash="")
    assert submit(alice, wish).pk != job.pk, "nobody would find it"
    EditJob.objects.exclude(pk=job.pk).update(state=JobState.CANCELLED)
    migration.name_old_wishes(apps, None)
    with pytest.raises(AlreadyDone) as there:
        submit(alice, wish)
    assert there.value.job == job


def test_every_old_job_gets_the_name_that_a_new_one_would_have(
    alice, wish, migration, django_assert_num_queries
):
    whole = Wish(wish.picture, "unmasked, with “odd” letters", wish.model, 1, "", None)
    jobs = [submit(alice, wish), submit(alice, whole)]
    jobs += [submit(alice, wish, run_again=True) for _ in range(3)]
    names = {job.pk: job.wish_hash for job in jobs}
    kept = jobs[-1]
    EditJob.objects.exclude(pk=kept.pk).update(wish_hash="")
    with django_assert_num_queries(3 + 2):  # two batches, and the look that finds no third
        migration.name_old_wishes(apps, None)
    assert dict(EditJob.objects.values_list("pk", "wish_hash")) == names
    with django_assert_num_queries(1):
        migration.name_old_wishes(apps, None)
