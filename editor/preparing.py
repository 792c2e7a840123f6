"""The first half of stage 5: everything one upstream call needs, put together. Nothing is sent."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from editor import storage
from editor.imaging import apart, steps
from editor.imaging.apart import StepFailed
from editor.imaging.encoding import DoesNotFit, Encoded, MaskDialect
from editor.imaging.framing import Frame
from editor.imaging.masking import MaskRefused
from editor.imaging.reading import PictureRefused
from editor.models import (
    Attempt,
    Consent,
    EditJob,
    Extension,
    Picture,
    Reference,
    SubmittedModel,
    UpstreamModel,
)
from editor.models.catalogue import HELD_BACK
from editor.models.framings import plan_of, sent_count, sent_size
from editor.money import dollars
from editor.nanogpt.messages import EditRequest, FilePart
from editor.pictures import kept


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
    consent = unspent_consent(job)
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


def unspent_consent(job: EditJob) -> Consent | None:
    """The leave to pay that the next call of this job would spend."""
    spent = Attempt.objects.filter(job=job).exclude(state=Attempt.State.NOT_CHARGED)
    return job.consents.exclude(pk__in=spent.values("consent")).order_by("seq").first()
