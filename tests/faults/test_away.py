"""A database that goes away during a call, and an upstream that asks everybody to wait."""

import time
from urllib.parse import urlsplit

import psycopg
import pytest

from editor.models import JobState

pytestmark = [pytest.mark.line, pytest.mark.faults, pytest.mark.django_db(databases=[])]


@pytest.mark.servers
@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_an_answer_waits_in_memory_for_a_database_that_is_away(
    place, postgres_server, database_url
):
    place.upstream.fail_with({"kind": "slow", "seconds": 1})
    place.settings["LEASE_SECONDS"] = 10
    job = place.submit()
    place.start_worker()
    place.wait_for(job, JobState.CALLING)
    name = urlsplit(database_url).path.lstrip("/")
    with psycopg.connect(f"{postgres_server.server_url}/postgres", autocommit=True) as admin:
        admin.execute(f'ALTER DATABASE "{name}" WITH ALLOW_CONNECTIONS false')
        try:
            end = time.monotonic() + 3.5
            while time.monotonic() < end:
                admin.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
                    (name,),
                )
                time.sleep(0.2)
        finally:
            admin.execute(f'ALTER DATABASE "{name}" WITH ALLOW_CONNECTIONS true')
    place.reconnect()
    place.wait_for(job, JobState.DONE)
    place.assert_account(job, calls=1, consents=1)
    place.assert_all_is_well()


def test_when_the_upstream_asks_to_wait_every_worker_waits(place):
    place.upstream.fail_with({"kind": "status", "status": 429, "retry_after": 2})
    for _ in range(2):
        place.start_worker()
    first = place.submit()
    place.wait_for(first, JobState.WAITING)
    more = [place.submit() for _ in range(4)]
    for job in (first, *more):
        place.wait_for(job, JobState.DONE)
    times = [call["time"] for call in place.upstream.calls()]
    assert len(times) == 6
    assert times[1] - times[0] > 1.8
    place.assert_all_is_well()
