"""The dashboard's figures, against a count by hand over the same rows."""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from editor.figures import MOST_PEOPLE, OURS, STRETCHES, figures, storage_used
from editor.latencies import quantile
from editor.models import Attempt, Consent, EditJob, JobState, Picture, Result, User
from tests.factories import CENT, make_model

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 14, 30, tzinfo=UTC)
BY_KEY = {stretch.key: stretch for stretch in STRETCHES}


def a_picture(owner, **fields):
    values = {"name": "p", "width": 1, "height": 1, "bytes": 10, "format": "PNG", "file": "f"}
    return Picture.objects.create(owner=owner, **{**values, **fields})


@pytest.fixture
def past():
    """Some hundred edits of ten people over more than a year."""
    chance = random.Random(7)
    people = [User.objects.create_user(f"person{number}") for number in range(10)]
    for name in ("a/one", "b/two", "c/three"):
        make_model(name)
    for _ in range(240):
        owner = chance.choice(people)
        far = chance.choice((3600 * 20, 86400 * 6, 86400 * 29, 86400 * 400))
        when = NOW - timedelta(seconds=chance.random() * far)
        state = chance.choice(list(JobState))
        reason = chance.choice(("content_policy", "bad_request", *OURS, ""))
        job = EditJob.objects.create(
            owner=owner, picture=a_picture(owner), prompt="p", model_id=chance.choice(
                ("a/one", "b/two", "c/three", "gone/model")
            ), model_name="m", state=state, created_at=when, reason=reason,
            charged=chance.choice(("no", "yes")),
        )  # fmt: skip
        consent = Consent.objects.create(job=job, seq=1, granted_by=owner)
        took = timedelta(seconds=5 + chance.random() * 60)
        attempt = Attempt.objects.create(
            job=job, consent=consent, state="saved", sent_at=when, answered_at=when + took,
            cost_nano=chance.randint(1, 9) * CENT,
        )  # fmt: skip
        Result.objects.create(
            attempt=attempt, index=0, raw="r", raw_bytes=7, created_at=when,
            raw_changed_share=chance.choice((None, chance.random())),
            drift_undone=chance.choice((None, True, False)),
        )  # fmt: skip
    assert EditJob.objects.filter(paid_nano__gt=0).count() > 200
    return people


def same_step(moment, begins, stretch):
    cut = {"hour": 13, "day": 10, "month": 7}[stretch.unit]
    return moment.isoformat()[:cut] == begins.isoformat()[:cut]


@pytest.mark.parametrize("key", BY_KEY)
def test_every_figure_is_what_a_count_by_hand_gives(past, key):
    stretch = BY_KEY[key]
    found = figures(stretch, NOW)
    since = found.buckets[0]
    jobs = [job for job in EditJob.objects.all() if job.created_at >= since]
    assert len(found.buckets) == stretch.steps
    assert found.count == len(jobs) > 20
    for place, begins in enumerate(found.buckets):
        within = [job for job in jobs if same_step(job.created_at, begins, stretch)]
        states = Counter(job.state for job in within)
        assert {state: row[place] for state, row in found.states.items() if row[place]} == states
        assert found.paid_nano[place] == sum(job.paid_nano for job in within)
    for one in found.models:
        mine = [job for job in jobs if job.model_id == one.model_id]
        failed = [job for job in mine if job.state == "failed"]
        refused = [j for j in failed if j.charged == "no" and j.reason not in ("", *OURS)]
        assert one.count == len(mine)
        assert one.paid_nano == sum(job.paid_nano for job in mine)
        assert (one.refused, one.failed) == (len(refused), len(failed) - len(refused))
        assert one.ended == len([job for job in mine if job.state in ("done", "failed")])
        calls = [call for job in mine for call in job.attempts.all()]
        seconds = sorted((call.answered_at - call.sent_at).total_seconds() for call in calls)
        assert one.calls == len(seconds)
        assert one.median == pytest.approx(quantile(seconds, 0.5))
        assert one.p90 == pytest.approx(quantile(seconds, 0.9))
        results = [result for call in calls for result in call.results.all()]
        shares = sorted(r.raw_changed_share for r in results if r.raw_changed_share is not None)
        assert one.measured == len(shares)
        assert one.redrawn == pytest.approx(quantile(shares, 0.5))
    assert {one.model_id for one in found.models} == {job.model_id for job in jobs}
    spent = Counter()
    for job in jobs:
        spent[job.owner.username] += job.paid_nano
    assert [nano for _, nano, _ in found.people[:MOST_PEOPLE]] == [
        nano for _, nano in spent.most_common(MOST_PEOPLE)
    ]
    assert sum(nano for _, nano, _ in found.people) == sum(spent.values())
    assert sum(count for _, _, count in found.people) == len(jobs)


def test_the_queue_is_told_by_age(alice):
    for state, seconds in (("queued", 3), ("queued", 30), ("waiting", 45), ("claimed", 5000),
                           ("queued", 200_000), ("done", 900_000), ("calling", 90)):  # fmt: skip
        EditJob.objects.create(
            owner=alice, picture=a_picture(alice), prompt="p", model_id="m", model_name="m",
            state=state, created_at=NOW - timedelta(seconds=seconds),
        )  # fmt: skip
    found = figures(BY_KEY["24h"], NOW)
    assert found.ages == [1, 2, 0, 0, 1, 1]
    assert found.oldest_waits == 200_000


def test_storage_is_told_by_kind(alice):
    a_picture(alice, bytes=100)
    a_picture(alice, bytes=30, origin="result")
    a_picture(alice, bytes=7, origin="adjusted")
    a_picture(alice, bytes=1000, deleted_at=NOW)
    a_picture(alice, bytes=9999, deleted_at=NOW, purged_at=NOW)
    found = storage_used()
    assert found["originals"] == (100, 1)
    assert found["results"] == (37, 2)
    assert found["trash"] == (1000, 1)
    assert found["raw answers"] == (0, 0)


def test_an_empty_server_has_figures_too():
    for stretch in STRETCHES:
        found = figures(stretch, NOW)
        assert (found.count, found.paid_total, found.models, found.people) == (0, 0, [], [])
        assert found.ages == [0] * 6
        assert found.oldest_waits is None


def test_the_number_of_queries_does_not_grow(past, django_assert_num_queries):
    with CaptureQueriesContext(connection) as many:
        figures(BY_KEY["12m"], NOW)
    EditJob.objects.filter(owner__in=past[1:]).update(created_at=NOW - timedelta(days=900))
    with CaptureQueriesContext(connection) as few:
        figures(BY_KEY["12m"], NOW)
    assert len(many) == len(few) <= 18


@pytest.mark.parametrize(
    ("ordered", "share", "expected"),
    [([1], 0.5, 1), ([1, 2, 3, 4], 0.5, 2), ([1, 2, 3, 4, 5], 0.5, 3), (range(1, 11), 0.9, 9),
     (range(1, 101), 0.9, 90), ([5, 7], 0.9, 7)],
)  # fmt: skip
def test_a_quantile_is_a_value_that_was_measured(ordered, share, expected):
    assert quantile(list(ordered), share) == expected
