"""The queue: places, what is waited for, running next, cancelling one and all."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from editor.cancelling import cancel_all, cancel_edit
from editor.gates import the_gate
from editor.models import Attempt, Budget, EditJob, Gate, JobState
from editor.turns import in_turn
from tests.factories import CENT, make_job, make_picture

pytestmark = pytest.mark.django_db

QUEUE = "/queue/"
CANCEL_ALL = "/queue/cancel/"


def jobs_of(user, count):
    picture = make_picture(user)
    return [make_job(user, picture=picture, masked=False) for _ in range(count)]


def close_the_gate(**fields):
    the_gate()
    until = timezone.now() + timedelta(minutes=5)
    values = {"state": Gate.State.PARKED, "reason": "key_refused", "sentence": "401", **fields}
    Gate.objects.update(closed_until=until, **values)


def words_of(page) -> str:
    return " ".join(page.content.decode().split())


def test_alice_sees_the_places_of_her_edits_among_everyones(alice, bob, alices):
    jobs_of(bob, 1)
    jobs_of(alice, 2)
    page = alices.get(QUEUE)
    assert [row.place for row in page.context["standings"]] == [2, 3]
    assert "3rd in line" in words_of(page)


def test_what_asks_for_a_decision_comes_first_and_what_runs_before_what_waits(alice, alices):
    picture = make_picture(alice)
    states = [JobState.WAITING, JobState.QUEUED, JobState.CALLING, JobState.UNKNOWN]
    for state in states:
        make_job(alice, state, picture=picture)
    shown = [row.job.state for row in alices.get(QUEUE).context["standings"]]
    assert shown == list(reversed(states))


def test_the_queue_needs_the_same_queries_for_one_job_and_for_ten(
    alice, alices, django_assert_max_num_queries
):
    jobs_of(alice, 10)
    alices.get(QUEUE)
    with django_assert_max_num_queries(22):
        alices.get(QUEUE)


def test_run_next_moves_an_edit_before_its_owners_others(alice, alices):
    jobs = jobs_of(alice, 3)
    answer = alices.post(reverse("editor:job_run_next", args=[jobs[2].pk]))
    assert answer["Location"] == QUEUE
    assert in_turn() == [jobs[2].pk, jobs[0].pk, jobs[1].pk]
    page = alices.get(QUEUE)
    assert page.context["first_queued"] == jobs[2].pk
    assert page.content.decode().count("Run next") == 2


def test_an_edit_that_runs_already_cannot_be_moved_and_says_so(alice, alices):
    job = make_job(alice, JobState.CALLING)
    page = alices.post(reverse("editor:job_run_next", args=[job.pk]), follow=True)
    assert "does not wait for its turn any more" in words_of(page)


def test_charlie_moves_nothing_of_alices(alice, charlies):
    jobs = jobs_of(alice, 2)
    assert charlies.post(reverse("editor:job_run_next", args=[jobs[1].pk])).status_code == 404
    assert in_turn() == [job.pk for job in jobs]


def test_cancelling_from_the_queue_leads_back_to_it(alice, alices):
    job = make_job(alice)
    answer = alices.post(reverse("editor:job_cancel", args=[job.pk]), {"back": "queue"})
    assert answer["Location"] == QUEUE
    job.refresh_from_db()
    assert job.state == JobState.CANCELLED


def test_cancel_all_asks_first_and_says_how_many_of_each(alice, alices):
    jobs_of(alice, 2)
    make_job(alice, JobState.CALLING)
    make_job(alice, JobState.UNKNOWN)
    words = words_of(alices.get(CANCEL_ALL))
    assert "2 wait to be sent" in words
    assert "1 is running already and will be paid for" in words
    assert "1 is past cancelling" in words
    assert "Cancel these 3 edits" in words
    assert not EditJob.objects.filter(state=JobState.CANCELLED).exists()


def test_cancel_all_stops_what_was_not_sent_and_hides_what_was(alice, bob, alices):
    unsent = [*jobs_of(alice, 2), make_job(alice, JobState.WAITING)]
    running = make_job(alice, JobState.CALLING)
    unknown = make_job(alice, JobState.UNKNOWN)
    (his,) = jobs_of(bob, 1)
    page = alices.post(CANCEL_ALL, follow=True)
    words = words_of(page)
    assert "3 edits cancelled before anything was sent; nothing was charged." in words
    assert "1 edit is running already and will be paid for." in words
    for job in (*unsent, running, unknown, his):
        job.refresh_from_db()
    assert {job.state for job in unsent} == {JobState.CANCELLED}
    assert (running.state, running.cancel_requested, running.hidden) == ("calling", True, True)
    assert unknown.state == JobState.UNKNOWN
    assert his.state == JobState.QUEUED
    # Three reserves came back; the running call and the unknown one keep theirs.
    assert Budget.objects.get(user=alice).reserved_nano == 2 * 4 * CENT


def test_cancel_all_does_not_call_free_what_an_earlier_call_may_have_cost(alice, alices):
    job = make_job(alice)
    Attempt.objects.create(job=job, consent=job.consents.get(), state=Attempt.State.UNKNOWN)
    EditJob.objects.filter(pk=job.pk).update(charged=EditJob.Charged.UNKNOWN)
    words = words_of(alices.post(CANCEL_ALL, follow=True))
    assert "1 edit cancelled before being sent again; earlier calls may be charged." in words
    assert "nothing was charged" not in words


def test_cancelling_all_of_nothing_says_so(alice, alices):
    assert "Nothing to cancel" in words_of(alices.get(CANCEL_ALL))
    assert cancel_all(alice) == "There was nothing left to cancel."


def test_a_cancel_that_meets_a_worker_taking_the_job_still_counts(alice):
    job = make_job(alice)
    EditJob.objects.claim(job.pk, "host:1", timedelta(seconds=30))
    assert job.state == JobState.QUEUED
    assert cancel_edit(job, alice).startswith("Cancelled.")


def test_behind_a_closed_gate_everyone_concerned_reads_why(alice, alices):
    job = make_job(alice)
    close_the_gate()
    for address in (QUEUE, job.picture.get_absolute_url(), "/queue/gate/"):
        words = words_of(alices.get(address))
        assert "The upstream refuses this server&#x27;s key." in words
        assert "will start by themselves" in words
    read = re.sub(r"<[^>]*>", "", words_of(alices.get(QUEUE)))  # not what scripts read of it
    assert read.count("refuses this server") == 1
    assert "Next in line: starts by itself" in words_of(alices.get(job.get_absolute_url()))


def test_while_the_gate_is_open_no_banner_is_shown(alice, alices):
    the_gate()
    assert alices.get("/queue/gate/").content.decode().strip() == ""


def test_a_job_that_waits_tells_until_when(alice, alices):
    until = timezone.now() + timedelta(minutes=3)
    job = make_job(
        alice,
        JobState.WAITING,
        next_at=until,
        reason="cannot_prepare",
        failure_sentence="The picture could not be read from storage just now.",
    )
    for address in (QUEUE, job.get_absolute_url()):
        words = words_of(alices.get(address))
        assert "could not be read from storage" in words
        assert f'Trying again at <time datetime="{until.isoformat()}' in words


def test_an_answer_that_storage_does_not_take_tells_when_it_is_tried_again(alice, alices):
    job = make_job(alice, JobState.RECEIVED, failure_sentence="Storage is away.")
    Attempt.objects.create(
        job=job,
        consent=job.consents.get(),
        state=Attempt.State.RECEIVED,
        next_at=timezone.now() + timedelta(minutes=1),
    )
    words = words_of(alices.get(QUEUE))
    assert "Storage is away. The paid answer is safe" in words
    assert "Trying again at" in words


def test_the_studio_says_what_is_left_of_the_budget_before_the_click(alice, alices):
    picture = make_picture(alice)
    assert "data-left-nano" not in words_of(alices.get(picture.get_absolute_url()))
    type(alice).objects.update(monthly_cap_nano=10 * CENT)
    alice.refresh_from_db()
    make_job(alice, picture=picture)
    strip = reverse("editor:picture_strip", args=[picture.pk])
    for address in (picture.get_absolute_url(), strip):
        assert f'data-left-nano="{6 * CENT}"' in words_of(alices.get(address))
    words = words_of(alices.get(picture.get_absolute_url()))
    assert "$0.06 left" in words
