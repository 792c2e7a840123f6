"""Stage 5: claim a job, frame it, make the one paid call, keep the answer.

    claim            committed before anything else
    prepare          read, frame, encode; nothing is sent, so a crash here costs nothing
    open_attempt     INTENT committed before the first byte leaves
    call             exactly one request
    record_answer    ANSWER committed before anything is done with it

Between the two commits nobody can know what happened if this process dies. The row
then says "unknown", and no code path pays again by itself.
"""

from __future__ import annotations

import contextlib
import logging
import time
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from django.db import (
    IntegrityError,
    InterfaceError,
    OperationalError,
    connection,
    transaction,
)
from django.db.models.functions import Now

from editor import budgets, costs, gates, keys, owners, spool, unusable
from editor.leases import holding_job, lease, let_go_of_the_database, worker_name
from editor.models import Attempt, Consent, EditJob, JobState
from editor.nanogpt.client import NanoGPT
from editor.nanogpt.errors import NanoGPTError, NotSent
from editor.outcomes import MAX_WAITS, record_answer, record_failure, wait_unsent
from editor.preparing import Call, CannotPrepare, HeldBack, prepare_call, unspent_consent
from editor.upstream import UpstreamKey, open_client

logger = logging.getLogger(__name__)

# After the intent is committed the call must follow at once. A process that was
# suspended in between may find the world changed, and must not send any more.
MAX_SECONDS_FROM_INTENT_TO_SEND = 5.0
LOOK_AT_MODEL_AGAIN = timedelta(hours=1)
MAX_SECONDS_TO_COMMIT = 600.0


@dataclass(frozen=True)
class Ready:
    """A call that can leave: under which consent, with which key, by which client."""

    call: Call
    consent: Consent
    key: UpstreamKey
    client: NanoGPT


def claim_first(job_ids: Iterable[uuid.UUID]) -> EditJob | None:
    """Claim the first of these jobs that nobody else has; None when no job was ours to take.

    A lost race must not end here: its hint is used up, and the job that it stood for would
    wait for the next one.
    """
    claims = (EditJob.objects.claim(job_id, worker_name(), lease()) for job_id in job_ids)
    return next((job for job in claims if job), None)


def process_job(job_id: uuid.UUID) -> uuid.UUID | None:
    """Claim one job and take it as far as its answer; see `take_to_its_answer`."""
    job = claim_first([job_id])
    return take_to_its_answer(job) if job else None


def take_to_its_answer(job: EditJob) -> uuid.UUID | None:
    """Prepare and make the one call of a claimed job.

    Gives the attempt whose answer is to be kept; None when it ended without an answer.
    """
    with holding_job(job.pk):
        ready = _make_ready(job)
        if ready is None:
            return None
        with contextlib.closing(ready.client):
            began = _clock()  # before the commit: the machine may be suspended during it, too
            try:
                attempt = open_attempt(job, ready)
            except (OperationalError, InterfaceError):
                logger.exception("The intent to call for job %s may not be committed.", job.pk)
                _take_back_intent(job, ready.call)
                return None
            return make_call(job, attempt, ready, began) if attempt else None


def _make_ready(job: EditJob) -> Ready | None:
    """Put together what the call needs; None when it cannot leave, which is written down."""
    try:
        consent = unspent_consent(job)
        if consent is None:
            _fail_without_consent(job)
            return None
        key = keys.key_for(consent)
        call = prepare_call(job)
        return Ready(call, consent, key, open_client(key=key))
    except (keys.KeyGone, CannotPrepare) as problem:
        _fail_unsent(job, str(problem))
    except HeldBack as held:
        _wait_for_staff(job, str(held))
    except Exception:
        logger.exception("Job %s could not be prepared.", job.pk)
        _wait_unsent(job)
    return None


def _fail_without_consent(job: EditJob) -> None:
    job.move(
        JobState.FAILED,
        "No consent to pay is left.",
        reason="no_consent",
        failure_sentence="Every consent to pay has been used. Nothing more was sent.",
    )


def _fail_unsent(job: EditJob, problem: str) -> None:
    with transaction.atomic():
        if job.move(
            JobState.FAILED,
            f"Not sent: {problem}",
            reason="cannot_prepare",
            failure_sentence=f"{problem} Nothing was sent and nothing was charged."[:400],
        ):
            budgets.release_unspent(job)


def _wait_for_staff(job: EditJob, why: str) -> None:
    """Give the job back until staff have looked at its model; then it is woken."""
    job.move(
        JobState.WAITING,
        f"Not sent yet: {why}",
        next_at=Now() + LOOK_AT_MODEL_AGAIN,
        reason=costs.HELD_BACK,
        failure_sentence=why[:400],
    )


def _wait_unsent(job: EditJob) -> None:
    """Try again later what failed for reasons of ours, such as storage that is away."""
    if job.waits >= MAX_WAITS:
        _fail_unsent(job, "The picture could not be prepared, although it was tried often.")
        return
    wait_unsent(
        job,
        "Not sent: the picture or the settings could not be read just now.",
        "The picture could not be read from storage just now.",
        "cannot_prepare",
    )


def open_attempt(job: EditJob, ready: Ready) -> Attempt | None:
    """Commit the intent to call: spend the consent, write the Attempt, move to CALLING.

    None when the job was taken away meanwhile (cancelled, lease lost, its owner switched off),
    the consent is spent, or its key is gone: then nothing may be sent.
    """
    if owners.cancel_of_switched_off(job):
        return None
    try:
        with transaction.atomic():
            keys.note_use(ready.key)
            gate = gates.take_slot(ready.key)
            attempt = Attempt.objects.create(
                id=ready.call.attempt_id,
                job=job,
                consent=ready.consent,
                key_tail=gate.key_tail,
                key_hash=gate.key_hash,
                frame=ready.call.frame,
                sent_at=Now(),
            )
            if not job.move(
                JobState.CALLING,
                f"Sent to {job.model_name}.",
                started_at=Now(),
                lease_until=Now() + lease(),
            ):
                transaction.set_rollback(True)
                return None
            attempt.refresh_from_db(fields=["sent_at"])
    except gates.NotNow as closed:
        _wait_for_gate(job, closed)
        return None
    except keys.KeyGone as gone:
        _fail_unsent(job, str(gone))
        return None
    except IntegrityError:
        # The database refused a second paid call under one consent.
        logger.exception("Job %s: a second paid call was refused.", job.pk)
        return None
    return attempt


def _take_back_intent(job: EditJob, call: Call) -> None:
    """Say that nothing was sent, if the intent was committed and only its confirmation got lost.

    Nobody else knows; to the sweep it would look like a call that may have been charged.
    """
    connection.close()
    unsent = NotSent("The database was lost before anything was sent.", code="database_lost")
    _until_committed(partial(record_failure, job, Attempt(pk=call.attempt_id), unsent))


def _wait_for_gate(job: EditJob, closed: gates.NotNow) -> None:
    """Give the job back until the gate may be open; nothing was sent."""
    job.move(
        JobState.WAITING,
        f"Not sent yet: {closed}",
        next_at=closed.until,
        reason=gates.REASON,
        failure_sentence=str(closed)[:400],
    )


def make_call(job: EditJob, attempt: Attempt, ready: Ready, began: float) -> uuid.UUID | None:
    """Send the one request and write down how it ended; give the attempt if it was answered.

    `began` is the clock's reading from before the intent was committed.
    """
    let_go_of_the_database()
    try:
        if _clock() - began > MAX_SECONDS_FROM_INTENT_TO_SEND:
            message = "This worker was suspended before sending."
            raise NotSent(message, code="suspended")
        answer = ready.client.edit(ready.call.request)
    except NanoGPTError as error:
        body = unusable.put_away(attempt.pk, error, ready.key.secret)
        _until_committed(partial(gates.report_failure, error, ready.key))
        _until_committed(partial(record_failure, job, attempt, error, body))
        costs.look_at_call(attempt, error)
        return None
    with spool.beside(attempt.pk, answer):
        _until_committed(partial(record_answer, attempt, answer))
    gates.report_answer(ready.key)
    return attempt.pk


def _until_committed(commit: Callable[[], object]) -> None:
    """Hold in memory what was paid for until a locked or absent database takes it."""
    patience = time.monotonic() + MAX_SECONDS_TO_COMMIT
    while True:
        try:
            commit()
            return
        except spool.NOT_NOW:
            connection.close()
            if time.monotonic() > patience:
                raise
            logger.warning("The database does not take the end of a call; trying again.")
            time.sleep(1)


def _clock() -> float:
    """Seconds that also run while the machine sleeps, where the system has such a clock."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))
