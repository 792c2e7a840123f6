"""Readiness: green when edits can be done, red with a reason that helps when not."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import Error, connection
from django.http import HttpResponse
from django.utils import timezone
from django.utils.log import log_response

from editor import gates, recovery
from editor.models import EditJob, Gate, JobState, Worker
from editor.views import health
from tests.factories import make_job
from tests.log_lines import pairs

pytestmark = pytest.mark.django_db


def ago(seconds):
    return timezone.now() - timedelta(seconds=seconds)


@pytest.fixture
def worker():
    """A worker that lives and sweeps."""
    return Worker.objects.create(name="here:1", seen_at=ago(1), swept_at=ago(2))


def ask(client):
    answer = client.get("/readyz")
    body = answer.json()
    assert answer.status_code == (200 if body["ready"] else 503)
    assert body["ready"] is not bool(body["problems"])
    return body


def test_a_server_with_a_worker_is_ready(client, worker):
    body = ask(client)
    assert body["ready"]
    told = body["information"]
    assert told["workers"] == 1
    assert told["gate"] == "open"
    assert told["oldest_queued_seconds"] is None
    assert 1 < told["sweep_age_seconds"] < 30


def test_a_worker_that_was_killed_is_missed_within_half_a_minute(client, alice, worker):
    make_job(alice)
    Worker.objects.update(seen_at=ago(25), swept_at=ago(25))
    assert "no worker gave a sign of life" in ask(client)["problems"]["worker"]


def test_a_worker_that_lives_but_does_not_sweep_is_noticed(client, worker):
    Worker.objects.update(swept_at=ago(40))
    assert "sweep" in ask(client)["problems"]["worker"]


def test_one_living_worker_is_enough(client, worker):
    Worker.objects.create(name="gone:1", seen_at=ago(600), swept_at=ago(600))
    assert ask(client)["ready"]


def test_a_job_that_nobody_takes_is_noticed(client, alice, worker):
    make_job(alice, updated_at=ago(150))
    body = ask(client)
    assert "nobody takes it" in body["problems"]["queue"]
    assert body["information"]["oldest_queued_seconds"] >= 150


def test_a_long_queue_that_moves_is_no_problem(client, alice, worker):
    make_job(alice, updated_at=ago(600))
    make_job(alice, JobState.CALLING)
    assert ask(client)["ready"]
    EditJob.objects.filter(state=JobState.CALLING).update(state=JobState.DONE, started_at=ago(30))
    assert ask(client)["ready"]


def test_a_closed_gate_is_told_but_is_not_this_servers_illness(client, alice, worker):
    make_job(alice, updated_at=ago(600))
    gate = gates.the_gate()
    gate.state = Gate.State.PARKED
    gate.save()
    body = ask(client)
    assert body["ready"]
    assert body["information"]["gate"] == "parked"


def test_a_database_that_is_away_is_named(client, worker, monkeypatch):
    def away(*_args, **_more):
        raise Error("connection refused by db.internal")

    monkeypatch.setattr(connection, "cursor", away)
    body = ask(client)
    assert body["problems"] == {"database": "does not answer"}
    assert "internal" not in str(body)


def test_storage_that_hangs_does_not_hang_the_answer(client, worker, monkeypatch):
    release = threading.Event()
    monkeypatch.setattr(health, "STORAGE_SECONDS", 0.2)
    monkeypatch.setattr("django.core.files.storage.Storage.save", lambda *_: release.wait(60))
    try:
        began = time.monotonic()
        assert "does not answer" in ask(client)["problems"]["storage"]
        assert "does not answer" in ask(client)["problems"]["storage"]
        assert time.monotonic() - began < 20
    finally:
        release.set()


def told(log):
    """What our own code says in the log, without times and names; an S3 client says much more."""
    lines = [pairs(line) for line in log.getvalue().splitlines()]
    return [
        line["message"]
        for line in lines
        if not line["logger"].startswith(("boto", "s3transfer", "urllib3"))
    ]


def test_the_log_tells_of_a_change_and_not_of_each_time_somebody_asks(client, worker, log):
    for seen in (ago(1), ago(60), ago(60), ago(60), ago(1), ago(1), ago(60)):
        Worker.objects.update(seen_at=seen, swept_at=seen)
        ask(client)
    red = "Not ready. worker: no worker gave a sign of life for 20 s"
    assert told(log) == [red, "Ready again.", red]


def test_the_log_tells_why_the_database_is_away_and_the_page_does_not(
    client, worker, log, monkeypatch
):
    def away(*_args, **_more):
        raise Error("connection refused by db.internal")

    monkeypatch.setattr(connection, "cursor", away)
    for _ in range(3):
        assert "internal" not in str(ask(client))
    assert told(log) == ["Not ready. database: does not answer (connection refused by db.internal)"]


def test_storage_that_stays_away_is_told_once(client, worker, log, monkeypatch):
    def full(*_args):
        raise OSError("No space left on device")

    monkeypatch.setattr(health, "STORAGE_AGAIN_SECONDS", -1.0)
    with monkeypatch.context() as broken:
        broken.setattr("django.core.files.storage.Storage.save", full)
        for _ in range(3):
            ask(client)
    ask(client)
    assert told(log) == [
        "The storage cannot be written: No space left on device",
        "Not ready. storage: cannot be written: OSError",
        "Ready again.",
    ]


def test_another_page_that_is_unavailable_is_still_an_error_in_the_log(rf, log):
    for path in ("/readyz", "/gallery/"):
        log_response("Gone: %s", path, response=HttpResponse(status=503), request=rf.get(path))
    assert told(log) == ["Gone: /gallery/"]


def test_asking_often_does_not_write_often(client, worker, monkeypatch):
    written = []

    def save(_storage, name, *_more):
        written.append(name)
        return name

    monkeypatch.setattr("django.core.files.storage.Storage.save", save)
    for _ in range(5):
        ask(client)
    assert len(written) == 1


def test_a_sweeping_worker_signs_life_by_itself(client, alice):
    sweeper = recovery.Sweeper()
    sweeper.beat()
    assert Worker.objects.get().swept_at is None
    sweeper()
    first = Worker.objects.get()
    assert first.swept_at is not None
    assert ask(client)["ready"]
    sweeper.beat()
    again = Worker.objects.get()
    assert again.seen_at > first.seen_at
    assert again.swept_at < again.seen_at


def test_workers_of_long_ago_are_forgotten(db):
    Worker.objects.create(name="old:1", seen_at=ago(3 * 86_400))
    Worker.objects.report("new:1", None)
    assert [worker.name for worker in Worker.objects.all()] == ["new:1"]
