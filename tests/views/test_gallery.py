"""The wall of past edits, and the queue."""

from datetime import timedelta

import pytest
from django.utils import timezone

from editor.models import EditJob, JobState
from editor.views.gallery import PAGE_SIZE
from tests.factories import make_job, make_picture

pytestmark = pytest.mark.django_db


FIRST_DAY = "0001-01-01T00:00:00+14:00_00000000-0000-4000-8000-000000000000"


@pytest.fixture
def many(alice):
    """Two pages and a bit of Alice's jobs, the newest first in the list."""
    first = make_job(alice, JobState.DONE)
    jobs = [first]
    for number in range(2 * PAGE_SIZE + 2):
        copy = EditJob(
            owner=alice,
            picture=first.picture,
            prompt=f"edit {number}",
            model_id=first.model_id,
            model_name=first.model_name,
            state=JobState.DONE,
            created_at=timezone.now() + timedelta(seconds=number),
        )
        copy.save()
        jobs.append(copy)
    return jobs[::-1]


def test_the_newest_edit_comes_first(alices, many):
    page = alices.get("/gallery/")
    assert [job.pk for job in page.context["jobs"]] == [job.pk for job in many[:PAGE_SIZE]]


def test_the_link_below_leads_through_all_edits_and_shows_none_twice(alices, many):
    seen, url = [], "/gallery/"
    while url:
        page = alices.get(url)
        seen += [job.pk for job in page.context["jobs"]]
        url = page.context["next_url"]
    assert seen == [job.pk for job in many]


def test_a_page_stays_put_while_new_edits_arrive(alices, alice, many):
    second = alices.get("/gallery/").context["next_url"]
    before = [job.pk for job in alices.get(second).context["jobs"]]
    make_job(alice, picture=many[0].picture, created_at=timezone.now() + timedelta(days=1))
    assert [job.pk for job in alices.get(second).context["jobs"]] == before


def test_scrolling_gets_cards_without_the_page_around_them(alices, many):
    url = alices.get("/gallery/").context["next_url"]
    fragment = alices.get(url, headers={"hx-request": "true"}).content.decode()
    assert "<html" not in fragment
    assert "edit 1" in fragment


def test_a_filter_shows_only_its_states(alices, alice):
    make_job(alice, JobState.DONE)
    failed = make_job(alice, JobState.FAILED)
    page = alices.get("/gallery/?state=failed")
    assert [job.pk for job in page.context["jobs"]] == [failed.pk]
    assert len(alices.get("/gallery/?state=nonsense").context["jobs"]) == 2


@pytest.mark.parametrize(
    "after", ["", "-1", "1 OR 1=1", "2026-01-01_x", "\x00", "9" * 5000, FIRST_DAY]
)
def test_a_strange_mark_is_the_first_page(alices, alice, after):
    make_job(alice, JobState.DONE)
    assert len(alices.get("/gallery/", {"after": after}).context["jobs"]) == 1


def test_bob_sees_only_his_own(bobs, alice, bob):
    make_job(alice, JobState.DONE)
    mine = make_job(bob, JobState.DONE)
    assert [job.pk for job in bobs.get("/gallery/").context["jobs"]] == [mine.pk]


def test_a_hidden_result_is_not_on_the_wall(alices, alice):
    make_job(alice, JobState.DONE, hidden=True)
    assert alices.get("/gallery/").context["jobs"] == []


def test_the_wall_needs_the_same_queries_for_two_jobs_and_for_twenty(
    alices, alice, django_assert_max_num_queries
):
    picture = make_picture(alice)
    for _ in range(20):
        make_job(alice, JobState.DONE, picture=picture, masked=False)
    with django_assert_max_num_queries(11):
        alices.get("/gallery/")


def test_the_queue_shows_what_is_open_and_nothing_else(alices, alice, bob):
    open_job = make_job(alice)
    make_job(alice, JobState.DONE)
    make_job(bob)
    page = alices.get("/queue/")
    assert [row.job.pk for row in page.context["standings"]] == [open_job.pk]
    assert "1" in alices.get("/queue/count/").content.decode()


def test_the_start_shows_recent_pictures_of_ones_own(alices, alice, bob):
    mine = make_picture(alice)
    make_picture(bob)
    assert [picture.pk for picture in alices.get("/").context["pictures"]] == [mine.pk]


def test_an_empty_wall_is_left_alone_until_something_fits(alices, alice):
    asked = {"HX-Request": "true", "HX-Target": "found", "HX-Trigger": "found-nothing"}
    nothing = alices.get("/gallery/?q=pier", headers=asked)
    assert (nothing.status_code, nothing.content) == (204, b"")
    assert "HX-Replace-Url" not in nothing.headers
    make_job(alice)
    EditJob.objects.update(prompt="a pier")
    assert "a pier" in alices.get("/gallery/?q=pier", headers=asked).content.decode()
