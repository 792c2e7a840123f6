"""Staff look and decide in the admin."""

import uuid

import pytest
from django.db.models import FileField
from django.urls import reverse

from editor.models import Attempt, EditJob, JobState, Picture, Review
from editor.reviews import give_verdict
from tests.factories import CENT, make_job, make_picture

pytestmark = pytest.mark.django_db

LIST = "/admin/editor/editjob/"


def desk(job, act="change"):
    return reverse(f"admin:editor_editjob_{act}", args=[job.pk])


def test_rita_sees_every_job_with_thumbnails(ritas, alice, bob):
    for owner in (alice, bob):
        make_job(owner, JobState.DONE)
    page = ritas.get(LIST).content.decode()
    assert page.count("admin-thumb") >= 2
    assert "alice" in page
    assert "bob" in page


@pytest.mark.parametrize(
    "query",
    [
        "state=done",
        "verdict=none",
        "verdict=approved",
        "q=golden",
        "q=alice",
        "model_name=Inpaint",
        "created_at__year=2026",
    ],
)
def test_the_list_can_be_filtered_and_searched(ritas, alice, query):
    job = make_job(alice, JobState.DONE)
    assert ritas.get(f"{LIST}?{query}").status_code == 200
    Review.objects.create(job=job, reviewer=alice, verdict="approved")
    assert ritas.get(f"{LIST}?{query}").status_code == 200


def test_the_verdict_filter_goes_by_the_newest_verdict(ritas, rita, alice):
    job = make_job(alice, JobState.DONE)
    give_verdict(job, rita, Review.Verdict.APPROVED, "")
    give_verdict(job, rita, Review.Verdict.REJECTED, "No.")
    assert ritas.get(f"{LIST}?verdict=approved").context["cl"].result_count == 0
    assert ritas.get(f"{LIST}?verdict=rejected").context["cl"].result_count == 1


@pytest.mark.parametrize("state", JobState)
def test_the_desk_shows_a_job_in_every_state(ritas, alice, state):
    job = make_job(alice, state)
    page = ritas.get(desk(job))
    assert page.status_code == 200
    assert job.prompt in page.content.decode()


def test_a_verdict_is_written_into_the_history(ritas, rita, alice):
    job = make_job(alice, JobState.DONE)
    ritas.post(desk(job, "review"), {"verdict": "rejected", "note": "Shows a face."})
    review = job.reviews.get()
    assert (review.verdict, review.note, review.reviewer) == ("rejected", "Shows a face.", rita)
    event = job.events.last()
    assert (event.sentence, event.actor) == ("Rejected: Shows a face.", rita)


def test_alice_reads_the_verdict_on_her_job(alices, rita, alice):
    job = make_job(alice, JobState.DONE)
    Review.objects.create(job=job, reviewer=rita, verdict="rejected", note="Shows a face.")
    assert "Shows a face." in alices.get(job.get_absolute_url()).content.decode()


def test_a_verdict_that_is_none_is_refused(ritas, alice):
    job = make_job(alice, JobState.DONE)
    ritas.post(desk(job, "review"), {"verdict": "meh"})
    assert not job.reviews.exists()


def test_rita_retries_and_cancels_for_alice(ritas, rita, alice):
    failed = make_job(alice, JobState.FAILED)
    form = {"submit_key": str(uuid.uuid4()), "shown_price": str(4 * CENT)}
    ritas.post(desk(failed, "retry"), form)
    again = EditJob.objects.exclude(pk=failed.pk).get()
    assert (again.owner, again.state) == (alice, JobState.QUEUED)
    ritas.post(desk(again, "cancel"))
    again.refresh_from_db()
    assert again.state == JobState.CANCELLED
    assert again.events.last().actor == rita


@pytest.mark.parametrize("act", ["review", "retry", "cancel"])
def test_members_and_mere_onlookers_cannot_act(alices, alice, ritas, reviewers_may, act):
    job = make_job(alice, JobState.QUEUED)
    form = {"verdict": "approved"}
    assert alices.post(desk(job, act), form).status_code == 302
    reviewers_may(less={"editor.review_editjob"})
    assert ritas.post(desk(job, act), form).status_code == 403
    job.refresh_from_db()
    assert job.state == JobState.QUEUED
    assert not job.reviews.exists()


@pytest.mark.parametrize("act", ["review", "retry", "cancel"])
def test_acts_need_a_post(ritas, alice, act):
    assert ritas.get(desk(make_job(alice), act)).status_code == 405


def test_rows_cannot_be_added_changed_or_deleted_by_hand(admin_client, alice):
    job = make_job(alice)
    assert admin_client.get(f"{LIST}add/").status_code == 403
    assert admin_client.post(f"{LIST}{job.pk}/delete/", {"post": "yes"}).status_code == 403
    admin_client.post(desk(job), {"state": "done"})
    job.refresh_from_db()
    assert job.state == JobState.QUEUED


def test_the_list_needs_the_same_queries_for_two_jobs_and_for_twenty(
    ritas, alice, django_assert_max_num_queries
):
    for _ in range(20):
        make_job(alice, JobState.DONE, masked=False)
    with django_assert_max_num_queries(20):
        ritas.get(LIST)


@pytest.mark.parametrize(
    ("rows", "title"),
    [
        ("editjob", "Edit jobs"),
        ("picture", "Pictures"),
        ("upstreammodel", "Upstream models"),
        ("staffalert", "Alerts"),
        ("user", "People"),
    ],
)
def test_lists_go_by_their_plain_name(admin_client, rows, title):
    page = admin_client.get(f"/admin/editor/{rows}/").content.decode()
    assert f"<h1>{title}</h1>" in page
    assert "Select " not in page.partition("<h1>")[2].partition("</h1>")[0]


def test_the_page_of_a_picture_does_not_link_to_the_storage(admin_client, alice):
    picture = make_picture(alice)
    files = [field.name for field in Picture._meta.fields if isinstance(field, FileField)]
    Picture.objects.filter(pk=picture.pk).update(**{name: f"secret/{name}" for name in files})
    page = admin_client.get(f"/admin/editor/picture/{picture.pk}/change/").content.decode()
    assert picture.name in page
    assert "secret/" not in page


def test_pictures_in_the_list_are_blurred_until_rita_wants_them(ritas, alice):
    picture = make_job(alice).picture.thumb_url
    page = ritas.get(LIST).content.decode()
    assert "admin-thumb--blurred" in page
    assert picture not in page
    ritas.post(f"{LIST}pictures/", {"show": "yes", "back": LIST})
    assert picture in ritas.get(LIST).content.decode()
    away = ritas.post(f"{LIST}pictures/", {"show": "no", "back": "https://elsewhere.example/"})
    assert away["Location"] == LIST
    assert picture not in ritas.get(LIST).content.decode()


def test_the_size_that_was_sent_is_told_in_pixels(ritas, alices, alice):
    job = make_job(alice, JobState.DONE)
    pages = [(alices, job.get_absolute_url()), (ritas, desk(job))]
    for client, address in pages:
        assert "Size sent" not in client.get(address).content.decode(), "nothing was sent"
    Attempt.objects.create(job=job, consent=job.consents.get(), frame={"sent": [1024, 683]})
    for client, address in pages:
        page = client.get(address).content.decode()
        assert "1024 \u00d7 683" in page
        assert "<dd>auto</dd>" not in page


def test_a_size_that_was_asked_for_is_told_before_anything_is_sent(alices, alice):
    job = make_job(alice, size="1024x1024")
    assert "<dt>Size asked</dt><dd>1024x1024</dd>" in " ".join(
        alices.get(job.get_absolute_url()).content.decode().split()
    ).replace("> <", "><")
