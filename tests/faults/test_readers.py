"""The process that decodes a picture dies over it: the worker, and its other calls, live on."""

import pytest

from editor import storage
from editor.models import Attempt, EditJob, JobState, Result

pytestmark = [pytest.mark.line, pytest.mark.faults, pytest.mark.django_db(databases=[])]


@pytest.mark.parametrize("what", ["a picture", "an answer"])
def test_a_reader_that_is_killed_is_replaced_and_nobody_pays_twice(place, what):
    worker = place.start_worker(f"a reader dies over {what} once")
    job = place.submit()
    place.wait_for(job, JobState.DONE)
    assert worker.process.poll() is None
    place.assert_account(job, calls=1, consents=1)
    place.assert_all_is_well()


def test_an_answer_that_kills_every_reader_is_kept_and_leaves_other_calls_alone(place):
    place.values["editor.results.TRIES_TO_COMPOSE"] = 2
    worker = place.start_worker("a reader dies over every answer")
    poisonous, other = place.submit(), place.submit()
    for job in (poisonous, other):
        place.wait_for(job, JobState.FAILED)
        failed = EditJob.objects.get(pk=job.pk)
        assert failed.charged == EditJob.Charged.YES
        result = Result.objects.get(attempt__job=job)
        assert storage.get(result.raw.name), "what was paid for is there"
        assert "bytes are kept" in result.problem
    assert worker.process.poll() is None, "it answered for both calls, and lives"
    assert Attempt.objects.filter(state=Attempt.State.SAVED).count() == 2
    assert len(place.upstream.calls()) == 2
    place.assert_all_is_well()
