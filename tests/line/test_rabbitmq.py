"""The whole line over RabbitMQ: a quorum queue, and a broker that goes and comes back."""

import time

import pytest

from tests.line.running import wait_for
from tests.servers.rabbitmq import QUEUE

pytestmark = [
    pytest.mark.line,
    pytest.mark.servers,
    pytest.mark.timeout(300),
    pytest.mark.django_db(databases=[]),
]


@pytest.fixture
def app(start_app, fresh_postgres_url, fresh_rabbitmq_url):
    """NanoEdit on RabbitMQ and Postgres."""
    return start_app(
        CELERY_BROKER_URL=fresh_rabbitmq_url, DATABASE_URL=fresh_postgres_url, SANDBOX_DELAY="0.2"
    )


def is_ready(app, person):
    answer = person.http.get(f"{app.url}/readyz", timeout=30)
    return answer.ok and answer.json()["ready"]


def test_an_edit_goes_through_a_quorum_queue(app, sign_up, rabbitmq_server):
    person = sign_up(app)
    job = person.edit(person.upload())
    assert person.wait_for_state(job, "done", "failed", "unknown") == "done", person.get(job).text
    wait_for(lambda: is_ready(app, person), "readiness", 20)
    with rabbitmq_server.connect() as connection:
        # Declaring it anew with another type would be refused; with its own it is counted.
        declared = connection.channel().queue_declare(
            QUEUE, durable=True, auto_delete=False, arguments={"x-queue-type": "quorum"}
        )
    assert declared.message_count == 0
    assert "error" not in app.log.read_text().lower(), app.log.read_text()[-3000:]


def test_a_broker_that_goes_and_comes_back_costs_time_and_nothing_else(
    app, sign_up, rabbitmq_server
):
    person = sign_up(app)
    studio = person.upload()
    first = person.edit(studio)
    assert person.wait_for_state(first, "done", "failed", "unknown") == "done"
    rabbitmq_server.halt()
    try:
        began = time.monotonic()
        second = person.edit(studio, prompt="while the broker is away")
        assert time.monotonic() - began < 20, "a request must not wait for the broker"
        time.sleep(2)
        assert person.wait_for_state(second, "queued", seconds=5) == "queued"
    finally:
        rabbitmq_server.start()
    ended = person.wait_for_state(second, "done", "failed", "unknown", seconds=90)
    assert ended == "done", app.log.read_text()[-3000:]
