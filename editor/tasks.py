"""Stage 4: Celery's door. An id in, one call out, nothing of its own.

A message is only a hint that a row wants attention: it may be lost, late or
repeated without any harm, because the row decides. So there is no retry here, no
countdown, and no result.
"""

from __future__ import annotations

import logging
import uuid

from celery import Task, shared_task
from django.conf import settings
from django.db.models.functions import Now

from editor import renditions, turns
from editor.models import EditJob, JobState
from editor.processing import claim_first, take_to_its_answer
from editor.results import keep_answer

logger = logging.getLogger(__name__)

HINT_EXPIRES_SECONDS = 600  # hints must not pile up while no worker is there


@shared_task(name="editor.run_job", acks_late=False)
def run_job(job_id: str) -> None:
    """Take one job from queued to as far as it gets: whoever's turn it is."""
    hinted = uuid.UUID(job_id)
    # This hint is used up, whichever job it starts: the one it names may be hinted again.
    EditJob.objects.filter(pk=hinted, state=JobState.QUEUED).update(hinted_at=None)
    with turns.CHOOSING:
        job = claim_first(turns.next_in_turn(hinted))
    attempt_id = take_to_its_answer(job) if job else None
    hint_jobs_in_turn()  # a place is free again
    if attempt_id is not None:
        _keep_and_show(attempt_id)


@shared_task(name="editor.keep_results", acks_late=True)
def keep_results(attempt_id: str) -> None:
    """Fetch, keep and compose what a paid call brought; free, and safe to repeat."""
    _keep_and_show(uuid.UUID(attempt_id))


def _keep_and_show(attempt_id: uuid.UUID) -> None:
    """Keep an answer; its people have it from then on, and what pages show gets smaller."""
    for picture_id, screen in keep_answer(attempt_id):
        renditions.make_waiting(picture_id, screen)


@shared_task(name="editor.make_renditions", acks_late=True)
def make_renditions(picture_id: str) -> None:
    """Make what pages show of a picture; free, and safe to repeat."""
    renditions.make_waiting(uuid.UUID(picture_id))
    hint_renditions()  # a place is free again


def hint_job(job_id: uuid.UUID) -> None:
    """Tell the workers of a queued job, if this process can reach them."""
    # With the in-process broker a message sent from a web process would stay in it for
    # ever; there the sweep of the worker finds the row within a fraction of a second.
    if settings.HINTS_REACH_WORKERS and send_hint(run_job, job_id):
        EditJob.objects.filter(pk=job_id).update(hinted_at=Now())


def hint_jobs_in_turn() -> int:
    """Tell the workers of as many queued jobs as may start now; give how many.

    For workers and their sweep: with the in-process broker, nobody else reaches them.
    """
    sent = 0
    with turns.CHOOSING:
        chosen = [pk for pk in turns.to_hint() if turns.mark_hinted(pk)]
    for pk in chosen:
        if not send_hint(run_job, pk):
            # Otherwise the jobs would wait half a minute for hints that never left.
            turns.unmark_hinted(*chosen[sent:])
            break
        sent += 1
    return sent


def hint_results(attempt_id: uuid.UUID) -> None:
    """Tell the workers that an answer waits to be kept, if this process can reach them."""
    if settings.HINTS_REACH_WORKERS:
        send_hint(keep_results, attempt_id)


def hint_new_renditions() -> None:
    """Tell the workers that a picture was uploaded, if this process can reach them."""
    if settings.HINTS_REACH_WORKERS:
        hint_renditions()


def hint_renditions() -> int:
    """Tell the workers of as many pictures as renditions may be made of at once; give how many.

    Few, because a worker's threads are needed for edits.
    """
    taken = renditions.take_due()
    for sent, picture_id in enumerate(taken):
        if not send_hint(make_renditions, picture_id):
            renditions.give_back(*taken[sent:])
            return sent
    return len(taken)


def send_hint(task: Task[[str], None], row_id: uuid.UUID) -> bool:
    """Put one hint to the broker; False when the broker is away, which is no harm."""
    try:
        task.apply_async((str(row_id),), expires=HINT_EXPIRES_SECONDS, retry=False)
    except Exception:  # noqa: BLE001  whatever is wrong with the broker, the row is committed
        logger.warning("No hint sent for %s; the sweep will find it.", row_id)
        return False
    return True
