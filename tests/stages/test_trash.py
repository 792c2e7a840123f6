"""What is thrown away can be brought back, and nothing that is under way goes."""

import pytest
from django.utils import timezone

from editor import trash
from editor.models import Adjustment, Attempt, EditJob, JobState, Picture, Result
from tests.factories import make_job, make_picture

pytestmark = pytest.mark.django_db

HOW = {
    "feather": 2, "grow": 0, "opacity": 100, "match_colour": True, "undo_drift": True,
    "result": 1, "areas": [], "level": None,
}  # fmt: skip


def edit_with_result(owner, state=JobState.DONE, **fields):
    """An edit, and the picture that came of it."""
    job = make_job(owner, state, **fields)
    attempt = Attempt.objects.create(job=job, consent=job.consents.get(), state=Attempt.State.SAVED)
    made = make_picture(owner, name="made.png")
    Result.objects.create(attempt=attempt, index=0, raw_bytes=1, picture=made)
    return job, made


def adjusted(job, state=Adjustment.State.DONE):
    """A picture that was made of an edit for free."""
    picture = make_picture(job.owner, name="adjusted.png")
    done = state == Adjustment.State.DONE
    Adjustment.objects.create(
        job=job, settings=HOW, digest="0" * 64, state=state, picture=picture if done else None
    )
    return picture


def is_there(picture):
    return Picture.objects.owned_by(picture.owner).filter(pk=picture.pk).exists()


def on_wall(job):
    return EditJob.objects.on_wall_of(job.owner).filter(pk=job.pk).exists()


def test_an_edit_goes_with_all_it_has_made_and_comes_back_with_it(alice):
    job, made = edit_with_result(alice)
    also = adjusted(job)
    other, others = edit_with_result(alice)
    gone = trash.put_edits_into_trash(alice, [job.pk])
    assert (gone.edits, gone.pictures, gone.refused) == (1, 2, "")
    assert gone.sentence == "1 edit deleted: it lies in the trash."
    assert not any((on_wall(job), is_there(made), is_there(also)))
    assert all((is_there(job.picture), on_wall(other), is_there(others)))
    back = trash.restore(alice, gone.moment)
    assert (back.edits, back.pictures) == (1, 2)
    assert all((on_wall(job), is_there(made), is_there(also)))


def test_what_was_thrown_away_before_stays_there_when_the_edit_comes_back(alice):
    job, made = edit_with_result(alice)
    also = adjusted(job)
    trash.put_picture_into_trash(alice, also)
    trash.put_edits_into_trash(alice, [job.pk])
    assert trash.restore_edit(alice, job.pk)
    assert on_wall(job)
    assert is_there(made)
    assert not is_there(also)
    assert trash.restore_pictures(alice, [also.pk]) == 1
    assert is_there(also)


@pytest.mark.parametrize("state", [JobState.QUEUED, JobState.CALLING, JobState.UNKNOWN])
def test_an_open_edit_stays_and_the_others_go(alice, state):
    job, _ = edit_with_result(alice)
    busy, made = edit_with_result(alice, state)
    gone = trash.put_edits_into_trash(alice, [job.pk, busy.pk])
    assert gone.edits == 1
    assert gone.refused == "1 edit is still open, so it stays. Wait for it, or cancel it."
    assert on_wall(busy)
    assert is_there(made)


def test_an_edit_stays_while_something_is_still_made_of_it(alice):
    job, _ = edit_with_result(alice)
    adjusted(job, Adjustment.State.WAITING)
    assert trash.put_edits_into_trash(alice, [job.pk]).refused
    late, _ = edit_with_result(alice)
    late.attempts.update(state=Attempt.State.RECEIVED)
    assert trash.put_edits_into_trash(alice, [late.pk]).refused
    assert on_wall(job)
    assert on_wall(late)


def test_a_picture_of_an_open_edit_stays(alice):
    job = make_job(alice)
    free = make_picture(alice)
    gone = trash.put_pictures_into_trash(alice, [job.picture.pk, free.pk])
    assert gone.pictures == 1
    assert gone.refused.endswith("still open. Wait, or cancel it.")
    assert is_there(job.picture)
    assert not is_there(free)


def test_charlie_throws_nothing_of_alices_away_and_brings_nothing_back(alice, charlie):
    job, made = edit_with_result(alice)
    assert trash.put_edits_into_trash(charlie, [job.pk]).edits == 0
    assert trash.put_picture_into_trash(charlie, made).pictures == 0
    assert on_wall(job)
    moment = trash.put_edits_into_trash(alice, [job.pk]).moment
    assert trash.restore(charlie, moment).edits == 0
    assert not trash.restore_edit(charlie, job.pk)
    assert trash.restore_pictures(charlie, [made.pk]) == 0
    assert not on_wall(job)


def test_what_is_being_erased_does_not_come_back(alice):
    job, made = edit_with_result(alice)
    moment = trash.put_edits_into_trash(alice, [job.pk]).moment
    EditJob.objects.update(purging_at=timezone.now())
    Picture.objects.update(purging_at=timezone.now())
    assert trash.restore(alice, moment).edits == 0
    assert not trash.restore_edit(alice, job.pk)
    assert trash.restore_pictures(alice, [made.pk]) == 0


def test_thrown_away_twice_keeps_the_first_moment(alice):
    job, made = edit_with_result(alice)
    first = trash.put_edits_into_trash(alice, [job.pk])
    second = trash.put_edits_into_trash(alice, [job.pk])
    assert (second.edits, second.pictures) == (0, 0)
    made.refresh_from_db()
    assert made.deleted_at == first.moment
