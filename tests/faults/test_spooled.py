"""A database that does not take a paid answer, and a worker that dies while it waits for it."""

import signal
import stat
import subprocess

import pytest
from django.db import connection

from editor.models import Attempt, JobState
from tests.faults.place import data_dir, wait_until
from tests.faults.test_killed import BOTH

pytestmark = [pytest.mark.line, pytest.mark.faults, pytest.mark.django_db(databases=[])]


LOCK = {
    "sqlite": ["BEGIN IMMEDIATE"],
    "postgresql": ["BEGIN", "LOCK TABLE editor_attempt IN ACCESS EXCLUSIVE MODE"],
}


@BOTH
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM], ids=["killed", "asked to stop"])
@pytest.mark.parametrize("inline", [False, True], ids=["links", "base64"])
def test_an_answer_that_met_a_locked_database_outlives_its_worker(place, how, inline):
    if inline:
        place.upstream.fail_with({"kind": "base64"})
    job = place.submit()
    first = place.start_worker()
    place.wait_for(job, JobState.CALLING)
    path = data_dir() / "answers" / f"{Attempt.objects.get().pk}.json"
    with connection.cursor() as cursor:
        for words in LOCK[connection.vendor]:
            cursor.execute(words)
        try:
            wait_until(path.exists, "the file with the answer")
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
            first.process.send_signal(how)
            if how == signal.SIGTERM:
                with pytest.raises(subprocess.TimeoutExpired):  # it waits for the database
                    first.process.wait(1.5)
            first.kill()  # a supervisor's patience has an end, too
        finally:
            cursor.execute("ROLLBACK")
    assert place.state(job) == JobState.CALLING
    assert path.exists()
    place.start_worker()
    place.wait_for(job, JobState.DONE)
    wait_until(lambda: not path.exists(), "the file's end")
    assert not job.events.filter(state=JobState.UNKNOWN).exists()
    place.assert_account(job, calls=1, consents=1)
    place.assert_all_is_well()
