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
import hashlib
import logging
import time
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db import (
    IntegrityError,
    InterfaceError,
    OperationalError,
    connection,
    transaction,
)
from django.db.models.functions import Now

from editor import budgets, costs, gates, owners, spool, storage, unusable
from editor.imaging import apart, steps
from editor.imaging.apart import StepFailed
from editor.imaging.encoding import DoesNotFit, Encoded, MaskDialect
from editor.imaging.framing import Frame
from editor.imaging.masking import MaskRefused
from editor.imaging.reading import PictureRefused
from editor.leases import holding_job, lease, let_go_of_the_database, worker_name
from editor.models import (
    Attempt,
    Consent,
    EditJob,
    Extension,
    JobState,
    Picture,
    Reference,
    SubmittedModel,
    UpstreamModel,
)
from editor.models.catalogue import HELD_BACK
from editor.models.framings import plan_of, sent_count, sent_size
from editor.money import dollars
from editor.nanogpt.client import NanoGPT
from editor.nanogpt.errors import NanoGPTError, NotSent
from editor.nanogpt.messages import EditRequest, FilePart
from editor.outcomes import MAX_WAITS, record_answer, record_failure, wait_unsent
from editor.pictures import kept
from editor.upstream import open_client

logger = logging.getLogger(__name__)

# After the intent is committed the call must follow at once. A process that was
# suspended in between may find the world changed, and must not send any more.
MAX_SECONDS_FROM_INTENT_TO_SEND = 5.0
LOOK_AT_MODEL_AGAIN = timedelta(hours=1)
MAX_SECONDS_TO_COMMIT = 600.0


class HeldBack(Exception):
    """The model charged more than agreed to, and staff have not looked yet; the text says so."""


class CannotPrepare(Exception):
    """The call cannot be put together; the text says why, for people."""


@dataclass(frozen=True)
class Call:
    """Everything one upstream call needs, ready to leave.

    The request is complete before the intent is committed, so whatever could make it
    unsendable has shown itself while nothing is at stake.
    """

    attempt_id: uuid.UUID
    request: EditRequest
    frame: dict[str, Any]  # as the Attempt keeps it


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
        try:
            call = prepare_call(job)
            client = open_client()
        except CannotPrepare as problem:
            _fail_unsent(job, str(problem))
            return None
        except HeldBack as held:
            _wait_for_staff(job, str(held))
            return None
        except Exception:
            logger.exception("Job %s could not be prepared.", job.pk)
            _wait_unsent(job)
            return None
        with contextlib.closing(client):
            began = _clock()  # before the commit: the machine may be suspended during it, too
            try:
                attempt = open_attempt(job, call)
            except (OperationalError, InterfaceError):
                logger.exception("The intent to call for job %s may not be committed.", job.pk)
                _take_back_intent(job, call)
                return None
            return make_call(client, job, attempt, call, began) if attempt else None


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


def prepare_call(job: EditJob) -> Call:
    """Read the picture and the mask, choose the frame, encode for this model.

    Raises CannotPrepare when trying again is of no use, and whatever the storage raises
    when it is away.
    """
    model = SubmittedModel.objects.model_of(job)
    if model is None:
        sentence = f"The model {job.model_name} is not in the catalogue any more."
        raise CannotPrepare(sentence)
    if model.held_back:
        sentence = f"{model.name}: {HELD_BACK}"
        raise HeldBack(sentence)
    _check_price(job, model)
    references = _references(job, model)
    frame = plan_of(job, model).frame
    dialect = MaskDialect(job.mask_dialect or model.mask_dialect)
    try:
        mask = (
            storage.get_as_written(str(job.mask.file.name), job.mask.sha256) if job.mask else None
        )
        encoded = apart.run(
            steps.prepare,
            kept(job.picture),
            mask,
            frame,
            dialect,
            settings.NANOGPT_MAX_BODY_BYTES,
            Extension.objects.continued(job.picture, job.mask),
            [kept(picture) for picture in references],
        )
    except (PictureRefused, MaskRefused) as refused:
        raise CannotPrepare(str(refused)) from refused
    except DoesNotFit as too_large:
        sentence = "The picture cannot be made small enough for one call."
        raise CannotPrepare(sentence) from too_large
    except StepFailed as failed:
        if not failed.died:
            raise
        sentence = "The picture makes its reader fail."
        raise CannotPrepare(sentence) from failed
    except FileNotFoundError as missing:
        sentence = "The picture's file is missing from storage."
        raise CannotPrepare(sentence) from missing
    attempt_id = uuid.uuid4()
    return Call(
        attempt_id,
        _request(job, model, encoded, attempt_id),
        _frame_record(frame, encoded, dialect),
    )


def _references(job: EditJob, model: UpstreamModel) -> list[Picture]:
    """What to send along; a model may take fewer by now than when the job was submitted."""
    pictures = Reference.objects.pictures_of(job)
    if len(pictures) > model.max_references:
        sentence = f"{model.name} takes {model.references_text}, not {len(pictures)}."
        raise CannotPrepare(sentence)
    return pictures


def _check_price(job: EditJob, model: UpstreamModel) -> None:
    """Refuse to pay more than was agreed to: a job may wait for hours, and prices change."""
    consent = _unspent_consent(job)
    agreed = consent.max_cost_nano if consent else None
    price = model.estimate_nano(job.size, job.n)
    if agreed is not None and (price is None or price > agreed):
        sentence = (
            f"The price is {dollars(price)} now, but {dollars(agreed)} was agreed to. "
            "Send it again if you want it at this price."
        )
        raise CannotPrepare(sentence)


def _request(
    job: EditJob, model: UpstreamModel, encoded: Encoded, attempt_id: uuid.UUID
) -> EditRequest:
    try:
        return EditRequest(
            model=job.model_id,
            prompt=job.prompt,
            image=FilePart("image", encoded.image, encoded.image_mime),
            mask=FilePart("mask", encoded.mask, "image/png") if encoded.mask else None,
            references=tuple(
                FilePart(f"reference-{number}", reference.data, reference.mime)
                for number, reference in enumerate(encoded.references, start=1)
            ),
            n=sent_count(job),
            size=sent_size(job, model),
            request_id=str(attempt_id),
        )
    except ValueError as unsendable:
        raise CannotPrepare(str(unsendable)) from unsendable


def _frame_record(frame: Frame, encoded: Encoded, dialect: MaskDialect) -> dict[str, Any]:
    box, inner = frame.box, frame.inner
    return {
        "box": [box.left, box.top, box.right, box.bottom],
        "planned": [frame.sent.width, frame.sent.height],
        "inner": [inner.left, inner.top, inner.right, inner.bottom],
        "sent": [encoded.size.width, encoded.size.height],
        "mime": encoded.image_mime,
        "sha256": hashlib.sha256(encoded.image).hexdigest(),
        "mask_dialect": dialect.value if encoded.mask else "none",
        "references": [list(reference.size) for reference in encoded.references],
        "reference_mimes": [reference.mime for reference in encoded.references],
    }


def open_attempt(job: EditJob, call: Call) -> Attempt | None:
    """Commit the intent to call: spend the consent, write the Attempt, move to CALLING.

    None when the job was taken away meanwhile (cancelled, lease lost, its owner switched off)
    or no consent is left: then nothing may be sent.
    """
    if owners.cancel_of_switched_off(job):
        return None
    consent = _unspent_consent(job)
    if consent is None:
        job.move(
            JobState.FAILED,
            "No consent to pay is left.",
            reason="no_consent",
            failure_sentence="Every consent to pay has been used. Nothing more was sent.",
        )
        return None
    try:
        with transaction.atomic():
            gate = gates.take_slot()
            attempt = Attempt.objects.create(
                id=call.attempt_id,
                job=job,
                consent=consent,
                key_tail=gate.key_tail,
                key_hash=gate.key_hash,
                frame=call.frame,
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


def _unspent_consent(job: EditJob) -> Consent | None:
    spent = Attempt.objects.filter(job=job).exclude(state=Attempt.State.NOT_CHARGED)
    return job.consents.exclude(pk__in=spent.values("consent")).order_by("seq").first()


def make_call(
    client: NanoGPT, job: EditJob, attempt: Attempt, call: Call, began: float
) -> uuid.UUID | None:
    """Send the one request and write down how it ended; give the attempt if it was answered.

    `began` is the clock's reading from before the intent was committed.
    """
    let_go_of_the_database()
    try:
        if _clock() - began > MAX_SECONDS_FROM_INTENT_TO_SEND:
            message = "This worker was suspended before sending."
            raise NotSent(message, code="suspended")
        answer = client.edit(call.request)
    except NanoGPTError as error:
        body = unusable.put_away(attempt.pk, error)
        _until_committed(partial(gates.report_failure, error))
        _until_committed(partial(record_failure, job, attempt, error, body))
        costs.look_at_call(attempt, error)
        return None
    with spool.beside(attempt.pk, answer):
        _until_committed(partial(record_answer, attempt, answer))
    gates.report_answer()
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
