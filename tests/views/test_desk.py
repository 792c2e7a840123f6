"""Rita works through a lane: what the desk shows, what her forms do, with and without script."""

import pytest
from django.urls import reverse

from editor.looking import LOOKED
from editor.models import AuditEntry, EditJob, Flag, JobState, Result, Review, ReviewReason
from editor.reviews import give_verdict
from editor.withholding import withhold
from tests.factories import CENT, make_job, make_picture

pytestmark = pytest.mark.django_db

LIST = "/admin/editor/editjob/"
SCRIPT = {"accept": "application/json"}


@pytest.fixture
def lane(alice):
    """Three finished edits of Alice, of one picture, the oldest first."""
    picture = make_picture(alice)
    return [make_job(alice, JobState.DONE, picture=picture, masked=False) for _ in range(3)]


def url(job, act="desk", lane="new"):
    if act == "desk":
        return reverse("admin:editor_editjob_desk", args=[lane, job.pk])
    return reverse(f"admin:editor_editjob_{act}", args=[job.pk])


def with_result(job):
    attempt = job.attempts.create(consent=job.consents.get(), state="saved")
    picture = make_picture(job.owner)
    Result.objects.create(attempt=attempt, index=0, raw="x", raw_bytes=1, picture=picture)
    return picture


def test_lanes_stand_above_the_list_with_their_counts(ritas, lane, alice):
    make_job(alice, JobState.UNKNOWN, masked=False)
    make_job(alice, JobState.HELD, masked=False)
    page = ritas.get(f"{LIST}?lane=new")
    assert page.context["cl"].result_count == 3
    many = {tab["lane"].name: tab["count"] for tab in page.context["tabs"]}
    assert (many["new"], many["unknown"], many["budget"], many["flagged"]) == ("3", "1", "1", "0")
    assert list(page.context["cl"].result_list) == lane, "the oldest comes first"
    assert ritas.get(f"{LIST}?lane=unknown").context["cl"].result_count == 1


def test_a_lane_begins_with_its_first_job_and_ends_with_a_word(ritas, lane):
    start = reverse("admin:editor_editjob_lane", args=["new"])
    assert ritas.get(start)["Location"] == url(lane[0])
    assert "3 left in “New” that you passed over" in ritas.get(f"{start}?end").content.decode()
    EditJob.objects.update(verdict="approved")
    assert "Nothing left here" in ritas.get(start).content.decode()
    assert ritas.get("/admin/editor/editjob/desk/nonsense/").status_code == 404


def test_the_desk_says_where_one_stands_and_what_lies_around(ritas, lane):
    page = ritas.get(url(lane[1]))
    assert "2 of 3 left" in page.content.decode()
    assert page.context["next_url"] == url(lane[2])
    assert page.context["previous_url"] == url(lane[0])
    assert ritas.get(url(lane[2])).context["next_url"].endswith("/desk/new/?end")


def test_without_script_a_verdict_leads_to_the_next_job(ritas, lane):
    form = {"verdict": "approved", "lane": "new"}
    answer = ritas.post(url(lane[0], "review"), form)
    assert answer["Location"] == url(lane[1])
    page = ritas.get(answer["Location"]).content.decode()
    assert "1 of 2 left" in page
    assert "Take back “Approved”" in page
    review = lane[0].reviews.get()
    undo = reverse("admin:editor_editjob_undo", args=[lane[0].pk, review.pk])
    assert ritas.post(undo, {"lane": "new"})["Location"] == url(lane[0])
    assert "1 of 3 left" in ritas.get(url(lane[0])).content.decode()


def test_a_script_gets_the_way_to_take_it_back(ritas, lane):
    told = ritas.post(url(lane[0], "review"), {"verdict": "approved"}, headers=SCRIPT).json()
    assert told["said"] == "Approved."
    assert ritas.post(told["undo"], headers=SCRIPT).json() == {"said": "Taken back."}
    late = ritas.post(told["undo"], headers=SCRIPT)
    assert (late.status_code, late.json()["said"]) == (409, "It is too late to take this back.")


def test_rita_takes_nobody_elses_verdict_back(ritas, adams, adam, lane):
    review = give_verdict(lane[0], adam, Review.Verdict.APPROVED, "")
    undo = reverse("admin:editor_editjob_undo", args=[lane[0].pk, review.pk])
    assert ritas.post(undo).status_code == 404


def test_reason_and_words_are_put_together_and_a_rejection_needs_some(ritas, alices, lane):
    reason = ReviewReason.objects.create(sentence="It shows a brand.", use="rejected")
    form = {"verdict": "rejected", "reason": reason.pk, "note": "Look at the left."}
    empty = ritas.post(url(lane[0], "review"), {"verdict": "rejected"}, headers=SCRIPT)
    assert (empty.status_code, empty.json()["said"]) == (422, "Say why: the owner reads it.")
    ritas.post(url(lane[0], "review"), form)
    said = f"{reason.sentence} Look at the left."
    assert lane[0].reviews.get().note == said
    page = alices.get(lane[0].get_absolute_url()).content.decode()
    assert said in page
    assert "Rejected" in page


def test_an_edit_over_budget_is_allowed_or_declined_and_not_judged(adams, alice):
    first, second = (make_job(alice, JobState.HELD, masked=False) for _ in range(2))
    page = adams.get(url(first, lane="budget")).content.decode()
    assert "data-allow" in page
    assert "data-approve" not in page
    assert 'data-ask="reject"' not in page
    answer = adams.post(url(first, "review"), {"verdict": "approved"}, headers=SCRIPT)
    assert (answer.status_code, first.reviews.count()) == (422, 0)
    declined = adams.post(url(first, "decline"), {"reason": "Too dear.", "lane": "budget"})
    assert declined["Location"] == url(second, lane="budget")


def test_a_reason_that_is_not_offered_any_more_is_refused(ritas, lane):
    reason = ReviewReason.objects.create(sentence="Old.", in_use=False)
    form = {"verdict": "rejected", "reason": reason.pk}
    assert ritas.post(url(lane[0], "review"), form, headers=SCRIPT).status_code == 422
    assert not lane[0].reviews.exists()


def test_alice_reads_the_verdict_in_the_viewer_too(alices, lane, rita):
    made = with_result(lane[0])
    give_verdict(lane[0], rita, Review.Verdict.REJECTED, "Shows a brand.")
    assert "Shows a brand." in alices.get(made.view_url).content.decode()


def test_a_note_a_flag_and_withholding_stay_at_the_job(ritas, lane):
    job = lane[0]
    with_result(job)
    form = {"lane": "new", "note": "Second look."}
    for act in ("note", "flag", "withhold", "release"):
        assert ritas.post(url(job, act), form)["Location"] == url(job), act
    sentences = list(job.events.values_list("sentence", flat=True))[-4:]
    assert sentences == [
        "Note: Second look.",
        "Flagged by staff: Second look.",
        "Results withheld: Second look.",
        "Results released: Second look.",
    ]
    acts = set(AuditEntry.objects.values_list("action", flat=True))
    assert {"job.noted", "job.flagged", "result.held", "result.released"} <= acts


@pytest.mark.parametrize("act", ["note", "flag", "withhold"])
def test_they_need_words(ritas, lane, act):
    answer = ritas.post(url(lane[0], act), {"note": " "}, headers=SCRIPT)
    assert answer.status_code == 422
    assert not lane[0].flags.exists()


@pytest.mark.parametrize("act", ["review", "note", "flag", "withhold", "release"])
def test_members_cannot_act_and_a_get_does_nothing(alices, ritas, lane, act):
    assert alices.post(url(lane[0], act), {"note": "x"}).status_code in (302, 403)
    assert ritas.get(url(lane[0], act)).status_code == 405
    assert lane[0].events.count() == 1


def test_pictures_come_when_they_are_wanted_and_that_is_noted_once(ritas, rita, lane):
    job = lane[0]
    made = with_result(job)
    page = ritas.get(url(job)).content.decode()
    assert made.preview_url not in page
    assert made.placeholder in page
    assert not job.events.filter(sentence=LOOKED).exists()
    for _ in range(2):
        assert made.preview_url in ritas.get(f"{url(job)}?show").content.decode()
    for address in (made.preview_url, job.picture.preview_url, made.thumb_url):
        assert ritas.get(address).status_code == 200
    assert job.events.filter(sentence=LOOKED, actor=rita).count() == 1
    assert not lane[2].events.filter(sentence=LOOKED).exists(), "of the same picture, not looked at"
    assert AuditEntry.objects.filter(action="picture.looked_at").count() == 1


def test_who_prefers_sharp_pictures_can_still_blur_one(ritas, lane):
    made = with_result(lane[0])
    ritas.post(f"{LIST}pictures/", {"show": "yes"})
    assert made.preview_url in ritas.get(url(lane[0])).content.decode()
    assert made.preview_url not in ritas.get(f"{url(lane[0])}?blur").content.decode()


def test_rita_sees_what_is_withheld(ritas, rita, lane):
    made = with_result(lane[0])
    withhold(lane[0], rita, "Why.")
    page = ritas.get(f"{url(lane[0])}?show").content.decode()
    assert made.preview_url in page
    assert "Release" in page


def test_the_desk_takes_the_same_queries_however_much_there_is(
    ritas, alice, lane, django_assert_max_num_queries
):
    with_result(lane[0])
    with django_assert_max_num_queries(45) as few:
        ritas.get(url(lane[0]))
    for _ in range(6):
        make_job(alice, JobState.DONE, masked=False)
    for number in range(5):
        lane[0].flags.create(kind="staff", by=alice, reason=f"{number}")
        lane[0].note("Something.", actor=alice)
    with django_assert_max_num_queries(len(few.captured_queries)):
        ritas.get(url(lane[0]))


def test_alice_reports_a_problem_with_an_edit_of_hers(alices, charlies, lane):
    report = reverse("editor:job_report", args=[lane[0].pk])
    assert charlies.post(report, {"reason": "Mine now."}).status_code == 404
    alices.post(report, {"reason": ""})
    assert not lane[0].flags.exists()
    alices.post(report, {"reason": "\0The sky\0 is green."})  # no text that Postgres keeps
    assert lane[0].flags.get().kind == Flag.Kind.REPORTED
    assert (
        "Reported by its owner: The sky is green."
        in alices.get(lane[0].get_absolute_url()).content.decode()
    )


# Many at once


def bulk(client, action, jobs, **form):
    ids = [str(job.pk) for job in jobs]
    return client.post(LIST, {"action": action, "_selected_action": ids, **form})


def test_rita_rejects_many_after_a_page_that_says_what_will_happen(ritas, rita, lane):
    asked = bulk(ritas, "reject_many", lane).content.decode()
    assert "Reject: 3 jobs of 1 person" in asked
    assert not Review.objects.exists()
    without = bulk(ritas, "reject_many", lane, confirmed="yes").content.decode()
    assert "Say why" in without
    assert not Review.objects.exists()
    bulk(ritas, "reject_many", lane, confirmed="yes", note="All too dark.")
    assert list(Review.objects.values_list("note", flat=True)) == ["All too dark."] * 3
    assert AuditEntry.objects.filter(action="job.judged", why="All too dark.").count() == 3


def test_what_does_not_fit_is_left_and_counted(ritas, lane, alice):
    queued = make_job(alice, masked=False)
    page = bulk(ritas, "approve_many", [*lane, queued])
    assert (page.context["count"], page.context["left_out"]) == (3, 1)
    bulk(ritas, "approve_many", [*lane, queued], confirmed="yes", note="Fine.")
    assert not queued.reviews.exists()


def test_an_administrator_allows_many_at_a_price_that_is_named(adams, ritas, alice):
    held = [make_job(alice, JobState.HELD, masked=False) for _ in range(2)]
    EditJob.objects.update(estimate_nano=4 * CENT)
    page = bulk(adams, "allow_many", held).content.decode()
    assert "$0.08" in page
    bulk(ritas, "allow_many", held, confirmed="yes", note="Go on.")
    assert {job.state for job in EditJob.objects.all()} == {JobState.HELD}, "not for reviewers"
    bulk(ritas, "decline_many", held[:1], confirmed="yes", note="Too dear.")
    held[0].refresh_from_db()
    assert held[0].state == JobState.CANCELLED


def test_reasons_are_kept_by_those_who_review(ritas, alices, rita):
    added = ritas.post(
        "/admin/editor/reviewreason/add/",
        {"use": "rejected", "sentence": "Too dark.", "place": 5, "in_use": "on"},
    )
    assert added.status_code == 302
    assert ReviewReason.objects.filter(sentence="Too dark.").exists()
    assert alices.get("/admin/editor/reviewreason/").status_code == 302
