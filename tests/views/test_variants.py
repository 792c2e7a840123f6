"""The strip of variants: a tile for each result of a picture, and where it came from."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta

import pytest
from django.core.cache import caches
from django.urls import reverse
from django.utils import timezone

from editor.models import EditJob, JobState, Picture, User
from editor.models.adjustments import Adjustment
from editor.models.attempts import Attempt
from editor.models.results import Result
from tests.factories import make_job, make_picture

pytestmark = pytest.mark.django_db

# Not made up anew: two processes that share the tests must call them the same.
NOBODYS = uuid.UUID("00000000-0000-4000-8000-000000000000")


@pytest.fixture
def picture(alice: User) -> Picture:
    """What Alice asks edits of."""
    return make_picture(alice)


def strip_of(picture: Picture) -> str:
    return reverse("editor:picture_strip", args=[picture.pk])


def bring(job: EditJob, count: int, *, broken: int = 0) -> list[Result]:
    """Give this job so many results with pictures, and some without."""
    attempt = Attempt.objects.create(
        job=job, consent=job.consents.get(), state=Attempt.State.SAVED, cost_nano=80_000_000
    )
    return [
        Result.objects.create(
            attempt=attempt,
            index=index,
            raw_bytes=1,
            picture=make_picture(job.owner, name=f"result {index}.png") if index < count else None,
            problem="" if index < count else "It is no picture.",
        )
        for index in range(count + broken)
    ]


def tiles(browser, picture: Picture) -> list[tuple[str, str]]:
    """Kind and name of each tile of the fragment."""
    html = browser.get(strip_of(picture)).content.decode()
    found = re.findall(r'class="tile" .*?data-kind="(\w+)" title="(.*?): make it golden"', html)
    return [(kind, label) for kind, label in found]


def test_an_empty_strip_says_what_will_be_there(alices, picture):
    assert "Results appear here" in alices.get(strip_of(picture)).content.decode()


def test_a_queued_edit_of_three_images_has_three_places_and_its_turn(alices, alice, picture):
    make_job(alice, picture=picture, n=3)
    names = [("waiting", f"Result {number} of 3") for number in (1, 2, 3)]
    assert tiles(alices, picture) == names
    html = alices.get(strip_of(picture)).content.decode()
    assert "Next in line · $0.04" in html
    assert "data-elapsed-since" in html


def test_a_running_edit_says_what_it_has_come_to_and_what_to_expect(alices, alice, picture):
    for seconds in (10, 12, 30):
        done = make_job(alice, JobState.DONE)
        sent = timezone.now() - timedelta(minutes=5)
        Attempt.objects.create(
            job=done,
            consent=done.consents.get(),
            state=Attempt.State.SAVED,
            sent_at=sent,
            answered_at=sent + timedelta(seconds=seconds),
        )
    make_job(alice, JobState.CALLING, picture=picture, started_at=timezone.now())
    html = alices.get(strip_of(picture)).content.decode()
    assert "12 to 30 s · $0.04" in html
    assert "data-progress-since" in html


def test_a_finished_edit_has_a_tile_for_each_result_that_leads_to_it(alices, alice, picture):
    job = make_job(alice, JobState.DONE, picture=picture, n=3)
    results = bring(job, 3)
    assert tiles(alices, picture) == [("result", f"Result {n} of 3") for n in (1, 2, 3)]
    html = alices.get(strip_of(picture)).content.decode()
    assert f'href="{job.get_absolute_url()}#result-2"' in html
    assert results[1].picture.get_absolute_url() in html


def test_a_result_alone_has_no_number(alices, alice, picture):
    bring(make_job(alice, JobState.DONE, picture=picture), 1)
    assert tiles(alices, picture) == [("result", "Result")]


def test_a_result_without_a_picture_still_counts(alices, alice, picture):
    bring(make_job(alice, JobState.DONE, picture=picture, n=3), 2, broken=1)
    assert tiles(alices, picture) == [("result", "Result 1 of 3"), ("result", "Result 2 of 3")]


def test_while_results_are_kept_those_at_home_are_shown_already(alices, alice, picture):
    bring(make_job(alice, JobState.RECEIVED, picture=picture, n=2), 1)
    assert tiles(alices, picture) == [("result", "Result 1 of 2"), ("waiting", "Result 2 of 2")]


@pytest.mark.parametrize(
    ("state", "kind", "label", "cost"),
    [
        (JobState.FAILED, "nothing", "Failed", "free"),
        (JobState.CANCELLED, "nothing", "Cancelled", "free"),
        (JobState.UNKNOWN, "unknown", "Outcome unknown", "cost unknown"),
    ],
)
def test_an_edit_without_a_result_says_so_and_leads_to_its_page(
    alices, alice, picture, state, kind, label, cost
):
    charged = "unknown" if state == JobState.UNKNOWN else "no"
    job = make_job(alice, state, picture=picture, charged=charged)
    assert tiles(alices, picture) == [(kind, label)]
    html = alices.get(strip_of(picture)).content.decode()
    assert f'href="{job.get_absolute_url()}"' in html
    assert f'class="variant__facts">{cost}<' in html


def test_an_adjusted_result_lies_beside_the_ones_it_came_from(alices, alice, picture):
    job = make_job(alice, JobState.DONE, picture=picture)
    bring(job, 1)
    Adjustment.objects.create(
        job=job, settings={}, digest="a", state="done", picture=make_picture(alice)
    )
    assert tiles(alices, picture) == [("result", "Result"), ("result", "Adjusted")]


def test_a_discarded_result_is_kept_and_can_be_brought_back(alices, alice, picture):
    first, _ = bring(make_job(alice, JobState.DONE, picture=picture, n=2), 2)
    key = f"picture-{first.picture.pk}"
    htmx = {"headers": {"hx-request": "true"}}
    html = alices.post(strip_of(picture), {"discard": key}, **htmx).content.decode()
    assert 'data-results="1" data-open="0" data-discarded="1"' in html
    assert alices.get(first.picture.get_absolute_url()).status_code == 200
    assert first.picture in alices.get("/").context["pictures"]
    html = alices.post(strip_of(picture), {"bring_back": key}, **htmx).content.decode()
    assert 'data-results="2" data-open="0" data-discarded="0"' in html


def test_a_failed_edit_can_be_dismissed_but_an_open_one_cannot(alices, alice, picture):
    failed = make_job(alice, JobState.FAILED, picture=picture)
    unknown = make_job(alice, JobState.UNKNOWN, picture=picture, charged="unknown")
    assert alices.post(strip_of(picture), {"discard": f"job-{failed.pk}"}).status_code == 302
    assert alices.post(strip_of(picture), {"discard": f"job-{unknown.pk}"}).status_code == 404
    failed.refresh_from_db()
    unknown.refresh_from_db()
    assert failed.discarded_at
    assert not unknown.discarded_at


@pytest.mark.parametrize("key", ["nonsense", "picture-1", "job-", f"picture-{NOBODYS}"])
def test_what_is_not_in_the_strip_cannot_be_discarded(alices, picture, key):
    assert alices.post(strip_of(picture), {"discard": key}).status_code == 404


def test_bob_sees_nothing_of_it_and_discards_nothing(bobs, bob, alices, alice, picture):
    (result,) = bring(make_job(alice, JobState.DONE, picture=picture), 1)
    key = {"discard": f"picture-{result.picture.pk}"}
    assert bobs.get(strip_of(picture)).status_code == 404
    assert bobs.post(strip_of(picture), key).status_code == 404
    assert bobs.post(strip_of(make_picture(bob)), key).status_code == 404
    assert tiles(alices, picture) == [("result", "Result")]


def test_more_edits_cost_no_more_queries(alices, alice, picture, django_assert_max_num_queries):
    def ask() -> None:
        make_job(alice, picture=picture)
        make_job(alice, JobState.FAILED, picture=picture)
        bring(make_job(alice, JobState.DONE, picture=picture, n=2), 2)

    ask()
    with django_assert_max_num_queries(40) as few:
        alices.get(strip_of(picture))
    for _ in range(4):
        ask()
    caches["memory"].clear()
    with django_assert_max_num_queries(len(few)):
        alices.get(strip_of(picture))


def test_the_studio_of_a_result_leads_back_to_its_picture(alices, alice, picture):
    (result,) = bring(make_job(alice, JobState.DONE, picture=picture), 1)
    html = alices.get(result.picture.get_absolute_url()).content.decode()
    assert f'href="{picture.get_absolute_url()}" title="Made from garden.png' in html
    assert "Made from" not in alices.get(picture.get_absolute_url()).content.decode()
    Picture.objects.filter(pk=picture.pk).update(deleted_at=timezone.now())
    assert "Made from" not in alices.get(result.picture.get_absolute_url()).content.decode()
