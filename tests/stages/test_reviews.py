"""Verdicts, flags, looks, and what they do to a job."""

from datetime import timedelta

import pytest
from django.utils import timezone

from editor import looking, withholding
from editor.flagging import FlagRefused, flag, flag_fact
from editor.looking import LOOKED, note_look, note_look_at
from editor.models import Flag, JobState, Picture, Reference, Result, Review
from editor.models.lanes import LANES, counts
from editor.models.reviews import UNDO_SECONDS
from editor.reviews import give_verdict, undo, withhold
from tests.factories import make_job, make_picture

pytestmark = pytest.mark.django_db

APPROVED, REJECTED = Review.Verdict.APPROVED, Review.Verdict.REJECTED


@pytest.fixture
def job(alice):
    return make_job(alice, JobState.DONE, masked=False)


def sentences(job):
    return list(job.events.values_list("sentence", flat=True))


def lanes_of(job):
    return {name for name, lane in LANES.items() if lane.jobs().filter(pk=job.pk).exists()}


def test_a_verdict_takes_a_job_out_of_the_new_ones(job, rita):
    assert "new" in lanes_of(job)
    give_verdict(job, rita, REJECTED, "Shows a face.")
    assert "new" not in lanes_of(job)
    assert job.verdict == REJECTED
    assert sentences(job)[-1] == "Rejected: Shows a face."


def test_rita_takes_a_verdict_back_within_moments_and_both_stay_on_record(job, rita):
    give_verdict(job, rita, APPROVED, "")
    review = give_verdict(job, rita, REJECTED, "Wrong key.")
    assert undo(review, rita)
    job.refresh_from_db()
    assert job.verdict == APPROVED
    assert job.reviews.count() == 3
    assert sentences(job)[-2:] == ["Rejected: Wrong key.", "“Rejected” was taken back."]
    assert not undo(review, rita), "a second time changes nothing"
    assert job.reviews.count() == 3


def test_a_verdict_is_not_taken_back_late_nor_by_somebody_else(job, rita, bob):
    review = give_verdict(job, rita, APPROVED, "")
    assert not undo(review, bob)
    late = Review.objects.create(
        job=job,
        reviewer=rita,
        verdict=APPROVED,
        at=timezone.now() - timedelta(seconds=UNDO_SECONDS + 1),
    )
    assert not undo(late, rita)


def test_taking_back_is_no_verdict(job, rita):
    with pytest.raises(ValueError, match="approves or rejects"):
        give_verdict(job, rita, Review.Verdict.WITHDRAWN, "")
    assert not job.reviews.exists()


def test_alice_reports_a_problem_and_a_verdict_answers_it(job, alice, rita):
    flag(job, Flag.Kind.REPORTED, by=alice, reason="The sky is green.")
    assert "flagged" in lanes_of(job)
    assert sentences(job)[-1] == "Reported by its owner: The sky is green."
    review = give_verdict(job, rita, REJECTED, "True.")
    assert "flagged" not in lanes_of(job)
    undo(review, rita)
    assert "flagged" in lanes_of(job), "what the verdict answered is open again"


def test_a_flag_needs_words_and_nobody_floods_the_desk(job, alice):
    with pytest.raises(FlagRefused, match="few words"):
        flag(job, Flag.Kind.REPORTED, by=alice, reason="  ")
    for _ in range(5):
        flag(job, Flag.Kind.REPORTED, by=alice, reason="Bad.")
    with pytest.raises(FlagRefused, match="5 times"):
        flag(job, Flag.Kind.REPORTED, by=alice, reason="Bad.")


def test_a_fact_is_flagged_once(job):
    for _ in range(2):
        flag_fact(job, Flag.Kind.LOCK, "3 of 10 outside pixels changed")
    assert job.flags.count() == 1


def test_looking_is_noted_once_an_hour_and_not_for_ones_own(job, alice, rita, monkeypatch):
    assert note_look(job, rita)
    assert not note_look(job, rita)
    assert not note_look(job, alice)
    assert sentences(job).count(LOOKED) == 1
    later = timezone.now() + timedelta(hours=1)
    monkeypatch.setattr(looking.timezone, "now", lambda: later)
    assert note_look(job, rita)
    assert sentences(job).count(LOOKED) == 2


def test_a_picture_of_several_edits_is_noted_where_it_is_looked_at(job, alice, rita):
    newer = make_job(alice, JobState.DONE, masked=False, picture=job.picture)
    assert note_look(job, rita)
    assert not note_look_at(job.picture, rita), "she sees it on the page of the first one"
    assert LOOKED not in sentences(newer)


def test_a_picture_without_an_edit_has_no_history_to_write_into(alice, rita):
    assert not note_look_at(make_picture(alice), rita)


def with_result(job):
    attempt = job.attempts.create(consent=job.consents.get(), state="saved")
    picture = make_picture(job.owner)
    Result.objects.create(attempt=attempt, index=0, raw="x", raw_bytes=1, picture=picture)
    return picture


def test_what_an_edit_brought_or_was_lent_is_noted_with_it(job, alice, rita):
    lent = make_picture(alice)
    Reference.objects.keep(job, [lent])
    brought = with_result(job)
    assert note_look_at(lent, rita)
    assert not note_look_at(brought, rita), "it is the same edit in the same hour"
    other = make_job(alice, JobState.DONE, masked=False)
    assert note_look_at(with_result(other), rita)
    assert sentences(other).count(LOOKED) == 1


def seen(picture):
    return Picture.objects.owned_by(picture.owner).filter(pk=picture.pk).exists()


def test_a_result_is_taken_out_of_sight_and_released(job, rita):
    picture = with_result(job)
    assert withhold(job, rita, "Looked at again.")
    assert not withhold(job, rita, "Twice.")
    assert not seen(picture)
    assert job.is_withheld
    assert "withheld" in lanes_of(job)
    assert sentences(job)[-1] == "Results withheld: Looked at again."
    assert withholding.release(job, rita)
    assert not withholding.release(job, rita)
    assert seen(picture)
    assert seen(job.picture), "what it started from was never touched"


def test_to_approve_releases_and_taking_it_back_withholds_again(job, rita):
    picture = with_result(job)
    withhold(job, rita, "")
    review = give_verdict(job, rita, APPROVED, "")
    assert seen(picture)
    undo(review, rita)
    assert not seen(picture)


def test_no_verdict_releases_what_is_still_to_come(settings, alice, rita):
    settings.PUBLISH = "after_review"
    running = make_job(alice, JobState.CALLING, masked=False)
    give_verdict(running, rita, APPROVED, "")
    assert running.verdict == APPROVED
    running.refresh_from_db()
    assert running.withheld_at is not None


@pytest.mark.parametrize(("policy", "stays_seen"), [("at_once", True), ("after_review", False)])
def test_to_reject_withholds_only_where_nothing_is_published_unseen(
    settings, job, rita, policy, stays_seen
):
    settings.PUBLISH = policy
    picture = with_result(job)
    review = give_verdict(job, rita, REJECTED, "No.")
    assert seen(picture) is stays_seen
    undo(review, rita)
    assert seen(picture)


def test_only_edits_sent_from_now_on_wait_for_a_review(settings, job, alice):
    settings.PUBLISH = "after_review"
    later = make_job(alice, JobState.DONE, masked=False)
    job.refresh_from_db()
    assert (job.is_withheld, later.is_withheld) == (False, True)
    assert later.get_state_display() == "Waiting for review"


def test_the_sample_is_stable_and_of_the_share_that_was_set(settings, alice):
    jobs = [make_job(alice, JobState.DONE, masked=False) for _ in range(12)]
    settings.REVIEW_SAMPLE_PERCENT = 100
    assert LANES["sample"].count() == 12
    settings.REVIEW_SAMPLE_PERCENT = 50
    half = {job.pk for job in jobs if job.pk.int < 2**127}
    assert set(LANES["sample"].jobs().values_list("pk", flat=True)) == half
    settings.REVIEW_SAMPLE_PERCENT = 0
    assert LANES["sample"].count() == 0


def test_a_lane_is_walked_in_its_order_both_ways(alice):
    jobs = [make_job(alice, JobState.DONE, masked=False) for _ in range(3)]
    for name, order in (("new", jobs), ("all", jobs[::-1])):
        lane = LANES[name]
        assert list(lane.in_order()) == order
        assert list(lane.beyond(order[0], forwards=True)) == order[1:]
        assert list(lane.beyond(order[2], forwards=False)) == order[1::-1]
        assert [lane.place_of(job) for job in order] == [0, 1, 2]


def test_what_was_thrown_away_or_erased_is_in_no_lane_of_new_ones(job):
    type(job).objects.filter(pk=job.pk).update(trashed_at=timezone.now())
    assert lanes_of(job) == {"all"}
    type(job).objects.filter(pk=job.pk).update(purging_at=timezone.now())
    assert lanes_of(job) == set()
    assert set(counts().values()) == {0}
