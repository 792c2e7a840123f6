"""Messages that come twice, make no sense, or die with their broker: the rows decide."""

import json
import os
import signal
import time
import uuid
from pathlib import Path

import pytest
import redis
from celery import Celery

from editor.models import EditJob, JobState
from tests.faults.place import wait_until
from tests.servers.launching import Server
from tests.servers.valkey import get_binary_path

pytestmark = [
    pytest.mark.line,
    pytest.mark.faults,
    pytest.mark.servers,
    pytest.mark.django_db(databases=[]),
]
OPTIONS = {"global_keyprefix": "nanoedit:"}


def publisher(url):
    """Somebody who can publish what he likes to the queue."""
    app = Celery(broker=url, set_as_current=False)
    app.conf.update(broker_transport_options=OPTIONS, task_default_queue="nanoedit")
    return app


def test_fifty_hints_of_one_job_make_one_call(place, fresh_valkey_url):
    job = place.submit()
    app = publisher(fresh_valkey_url)
    with app.connection_for_write() as connection:
        for _ in range(50):
            app.send_task("editor.run_job", (str(job.pk),), connection=connection)
    for _ in range(2):
        place.start_worker(CELERY_BROKER_URL=fresh_valkey_url)
    place.wait_for(job, JobState.DONE)
    attempt = str(job.attempts.get().pk)
    with app.connection_for_write() as connection:
        for _ in range(20):
            app.send_task("editor.keep_results", (attempt,), connection=connection)
            app.send_task("editor.run_job", (str(job.pk),), connection=connection)
    last = place.submit()
    place.wait_for(last, JobState.DONE)
    assert len(place.upstream.calls()) == 2
    place.assert_all_is_well()


def test_poisonous_messages_are_dropped_and_the_worker_lives(place, fresh_valkey_url):
    app = publisher(fresh_valkey_url)
    worker = place.start_worker(CELERY_BROKER_URL=fresh_valkey_url)
    with app.connection_for_write() as connection:
        app.send_task("editor.no_such_task", ("x",), connection=connection)
        app.send_task("editor.run_job", (str(uuid.uuid4()),), connection=connection)
        app.send_task("editor.run_job", ("no id at all",), connection=connection)
        app.send_task("editor.run_job", connection=connection)
        app.send_task("editor.keep_results", ("x" * 1_000_000,), connection=connection)
        producer = connection.Producer()
        for body in ("{not json", "null", json.dumps([1, 2, 3])):
            producer.publish(
                body,
                routing_key="nanoedit",
                content_type="application/json",
                content_encoding="utf-8",
            )
        producer.publish(b"\x80\x04.", routing_key="nanoedit", content_type="application/x-pickle")
    client = redis.Redis.from_url(fresh_valkey_url)
    end = time.monotonic() + 20
    while client.llen("nanoedit:nanoedit") and time.monotonic() < end:
        time.sleep(0.1)
    assert client.llen("nanoedit:nanoedit") == 0
    client.close()
    job = place.submit()
    place.wait_for(job, JobState.DONE)
    assert worker.process.poll() is None
    place.assert_account(job, calls=1, consents=1)


def start_valkey(folder: Path, port: int) -> Server:
    """A Valkey on a certain port, to come back on the same one."""
    command = [str(get_binary_path()), "--port", str(port), "--bind", "127.0.0.1"]
    command += ["--save", "", "--appendonly", "no", "--dir", str(folder)]
    server = Server(command, folder / "log", cwd=folder)
    client = redis.Redis(port=port, socket_timeout=2)

    def answers() -> bool:
        try:
            return bool(client.ping())
        except redis.ConnectionError:
            return False

    server.wait_until(answers)
    client.close()
    return server


def test_a_broker_killed_with_hints_in_it_loses_no_job(place, tmp_path, free_port):
    place.values["editor.turns.HINT_AGAIN"] = 3
    first = start_valkey(tmp_path, free_port)
    url = f"redis://127.0.0.1:{free_port}/0"
    second = None
    try:
        place.upstream.fail_with({"kind": "slow", "seconds": 3})
        running = place.submit()
        place.start_worker(CELERY_BROKER_URL=url, FAULT_THREADS="1")
        place.wait_for(running, JobState.CALLING)
        queued = [place.submit() for _ in range(3)]
        time.sleep(0.5)  # the sweep hints them
        os.kill(first.process.pid, signal.SIGKILL)
        first.process.wait(10)
        time.sleep(1)
        second = start_valkey(tmp_path, free_port)
        for job in (running, *queued):
            place.wait_for(job, JobState.DONE, seconds=60)
    finally:
        first.stop()
        if second:
            second.stop()
    assert len(place.upstream.calls()) == 4
    place.assert_all_is_well()


@pytest.mark.timeout(360)
def test_a_rabbitmq_killed_with_hints_in_it_loses_no_job(
    place, rabbitmq_server, fresh_rabbitmq_url
):
    """It gives the running one out again when it is back, although that was acknowledged."""
    place.values["editor.turns.HINT_AGAIN"] = 3
    place.upstream.fail_with({"kind": "slow", "seconds": 6})
    running = place.submit()
    place.start_worker(CELERY_BROKER_URL=fresh_rabbitmq_url, FAULT_THREADS="1")
    place.wait_for(running, JobState.CALLING)
    queued = [place.submit() for _ in range(3)]
    wait_until(lambda: EditJob.objects.exclude(hinted_at=None).count() >= 3, "hinting")
    rabbitmq_server.kill()
    rabbitmq_server.start()
    # A node that was cut off may take a minute until its queue has a leader again.
    for job in (running, *queued):
        place.wait_for(job, JobState.DONE, seconds=150)
    assert len(place.upstream.calls()) == 4
    place.assert_all_is_well()
