"""What is to be expected: usual times, places in line, and a closed gate in words."""

from datetime import timedelta

import pytest
from django.utils import timezone

from editor import forecasts
from editor.forecasts import (
    closed_gate,
    range_words,
    share_done,
    usual_from,
    usual_seconds,
)
from editor.gates import the_gate
from editor.models import Attempt, EditJob, Gate, JobState
from editor.models.wording import ordinal, place_words, standing_sentence
from tests.factories import make_job, make_model, make_picture

pytestmark = pytest.mark.django_db


def answered(job, seconds, state=Attempt.State.SAVED, ago=0):
    """An attempt of this job that took so long."""
    sent = timezone.now() - timedelta(hours=1 + ago)
    consent = job.consents.first()
    if Attempt.objects.filter(consent=consent).exists():
        consent = job.consents.create(seq=job.consents.count() + 1)
    return Attempt.objects.create(
        job=job,
        consent=consent,
        state=state,
        sent_at=sent,
        answered_at=sent + timedelta(seconds=seconds),
    )


@pytest.mark.django_db
def test_the_usual_time_comes_from_the_calls_of_this_model_on_this_server(alice):
    job = make_job(alice)
    other = make_job(alice, picture=job.picture, model=make_model("sandbox/other"))
    for seconds in (10, 12, 14, 16, 60):
        answered(job, seconds)
    for _ in range(3):
        answered(other, 100)
    usual = usual_seconds(job.model_id)
    assert (usual.median, usual.p90, usual.count) == (14, 60, 5)
    assert usual.words == "usually 14 to 60 s on this server"
    assert usual_seconds("never/called") is None


@pytest.mark.django_db
def test_two_calls_are_too_few_to_promise_anything(alice):
    job = make_job(alice)
    answered(job, 10)
    answered(job, 10)
    assert usual_seconds(job.model_id) is None


@pytest.mark.django_db
def test_calls_that_were_refused_or_never_answered_say_nothing_about_the_time(alice):
    job = make_job(alice)
    for state in (Attempt.State.NOT_CHARGED, Attempt.State.UNKNOWN, Attempt.State.NOT_CHARGED):
        answered(job, 1, state)
    assert usual_seconds(job.model_id) is None


@pytest.mark.django_db
def test_only_the_newest_calls_count(alice, monkeypatch):
    monkeypatch.setattr(forecasts, "PER_MODEL", 3)
    job = make_job(alice)
    for ago in range(3):
        answered(job, 20, ago=ago)
    answered(job, 500, ago=9)
    assert usual_seconds(job.model_id).p90 == 20


@pytest.mark.django_db
def test_looking_twice_within_seconds_reads_the_table_once(alice, django_assert_num_queries):
    usual_seconds("any")
    with django_assert_num_queries(0):
        usual_seconds("any")


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (12, 40, "12 to 40 s"),
        (0.2, 0.4, "about 1 s"),
        (2.4, 3.6, "2 to 4 s"),
        (50, 118, "50 s to 2 min"),
        (119, 185, "2 to 3 min"),
        (150, 150, "about 3 min"),
        (89.4, 89.6, "89 s to 2 min"),
        (40, 12, "about 40 s"),
    ],
)
def test_a_span_of_time_is_said_as_a_range(low, high, words):
    assert range_words(low, high) == words


def test_the_range_reaches_from_the_median_to_what_nine_of_ten_calls_need():
    usual = usual_from([float(seconds) for seconds in range(1, 101)])
    assert (usual.median, usual.p90) == (50, 90)
    assert usual_from([1.0, 2.0]) is None


def test_a_bar_moves_on_and_never_claims_the_end():
    shares = [share_done(elapsed, 40) for elapsed in range(0, 4000, 5)]
    assert shares[0] == 0
    assert shares == sorted(shares)
    assert share_done(40, 40) == pytest.approx(0.9)
    assert max(shares) < 1
    assert share_done(-3, 0) == 0


@pytest.mark.parametrize(
    ("number", "words"),
    [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (12, "12th"), (13, "13th"),
     (21, "21st"), (102, "102nd"), (111, "111th")],
)  # fmt: skip
def test_places_are_said_as_people_say_them(number, words):
    assert ordinal(number) == words


def test_the_first_in_line_is_next():
    assert place_words(1) == "Next in line"
    assert place_words(3) == "3rd in line"


def job_in(state, **fields):
    return EditJob(state=state, **fields)


def test_a_queued_job_tells_its_place():
    sentence = standing_sentence(job_in("queued"), place=3)
    assert sentence == "3rd in line. Nothing has been charged."


def test_behind_a_closed_gate_jobs_say_why_they_wait_and_that_they_start_by_themselves():
    why = "The upstream refuses this server's key."
    for job in (job_in("queued"), job_in("waiting", reason="gate", failure_sentence="x")):
        sentence = standing_sentence(job, place=3, closed=why)
        assert sentence.startswith(why)
        assert "tarts by itself" in sentence
        assert ("3rd in line" in sentence) == (job.state == "queued")


def test_a_job_that_waits_for_storage_says_so_although_the_gate_is_closed_too():
    job = job_in("waiting", reason="cannot_prepare", failure_sentence="Storage is away.")
    assert standing_sentence(job, closed="Closed.") == "Storage is away. Nothing has been charged."


def test_a_running_call_says_how_long_it_usually_takes():
    usual = "usually 12 to 40 s on this server"
    assert usual in standing_sentence(job_in("calling"), usual=usual)
    cancelled = standing_sentence(job_in("calling", cancel_requested=True), usual=usual)
    assert "hidden" in cancelled


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("state", "reason", "words"),
    [
        (Gate.State.PARKED, "key_refused", "refuses this server's key"),
        (Gate.State.PARKED, "insufficient_balance", "no credit left"),
        (Gate.State.PARKED, "no_credit", "no credit left"),
        (Gate.State.TRIPPED, "unavailable", "does not answer"),
        (Gate.State.PAUSED, "rate_limited", "asks this server to wait"),
    ],
)
def test_a_closed_gate_is_said_in_one_sentence(alice, state, reason, words):
    assert closed_gate(alice) is None
    the_gate()
    assert closed_gate(alice) is None
    until = timezone.now() + timedelta(minutes=5)
    Gate.objects.update(state=state, reason=reason, sentence="Kind: why", closed_until=until)
    closed = closed_gate(alice)
    assert words in closed.title
    assert (closed.said, closed.until) == ("why", until)


@pytest.mark.django_db
def test_a_pause_that_is_over_is_no_news(alice):
    the_gate()
    Gate.objects.update(state=Gate.State.PAUSED, closed_until=timezone.now())
    assert closed_gate(alice) is None


@pytest.mark.django_db
def test_looking_at_the_gate_makes_no_row(alice):
    closed_gate(alice)
    assert not Gate.objects.exists()


@pytest.mark.django_db
def test_a_job_page_while_calling_shows_the_usual_time_and_a_bar(alice, alices):
    picture = make_picture(alice)
    earlier = make_job(alice, picture=picture)
    for _ in range(3):
        answered(earlier, 30)
    job = make_job(alice, JobState.CALLING, picture=picture, started_at=timezone.now())
    page = alices.get(job.get_absolute_url()).content.decode()
    assert "usually about 30 s on this server" in page
    assert 'data-p90="30.0"' in page
    studio = alices.get(picture.get_absolute_url()).content.decode()
    assert "Usually about 30 s on this server" in studio
