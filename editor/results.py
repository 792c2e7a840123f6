"""Stage 6: an answer becomes Pictures in storage.

Everything here is free and may be repeated: the bytes are fetched, stored untouched,
and only then decoded and composed. A failure after the payment is repaired from the
kept bytes, never by a second call.
"""

from __future__ import annotations

import hashlib
import logging
import uuid
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from editor import storage
from editor.flagging import flag_fact
from editor.imaging import apart, steps
from editor.imaging.composing import Blend
from editor.imaging.framing import Box, Frame, Size
from editor.imaging.margins import overlap
from editor.imaging.reading import Limits
from editor.imaging.renditions import Screen
from editor.imaging.steps import AnswerRefused, PutTogether
from editor.leases import holding_attempt, lease, let_go_of_the_database
from editor.models import (
    Attempt,
    EditJob,
    Extension,
    Flag,
    JobState,
    Lifeboat,
    Picture,
    Result,
    StaffAlert,
)
from editor.models.results import FIT_FIELDS
from editor.nanogpt.addresses import origin_of
from editor.nanogpt.download import download_result
from editor.nanogpt.errors import DownloadFailed, DownloadForbidden
from editor.pictures import RENDITION_SIDES, keep_picture, kept
from editor.withholding import withheld_since

logger = logging.getLogger(__name__)

MAX_RESULT_BYTES = 64_000_000
MAX_RESULT_PIXELS = 89_000_000  # beyond it Pillow itself warns of a decompression bomb
DOWNLOAD_SECONDS = 60.0
FEATHER_PIXELS_PER_SIDE = 1 / 300  # of the picture's longer side
LOCK_FIELDS = ("outside_pixels", "changed_pixels", "raw_changed_share", "inside_changed_share")
TRIES_BEFORE_LOST = 3
TRIES_TO_COMPOSE = 8
RETRY_SECONDS = (5, 15, 45, 120, 300)
TO_BE_SHOWN = timedelta(seconds=60)
NOT_COMPOSED = "The result could not be put into the picture just now."


class NotFetched(Exception):
    """The image could not be fetched by its link. The text says why."""


class CannotCompose(Exception):
    """What is needed is there, and still no picture comes of it."""


# What renditions are still to be made of: the id of a picture, and a small copy of it.
Unshown = list[tuple[uuid.UUID, Screen]]


def keep_answer(attempt_id: uuid.UUID) -> Unshown:
    """Bring one paid answer home: fetch, store raw, compose, finish the job.

    Only one worker at a time does this for an attempt; a second call of this function,
    at the same time or later, changes nothing. What comes back may be dropped: then the
    renditions are made of the pictures themselves, a minute later.
    """
    unshown: Unshown = []
    attempt = _take(attempt_id)
    if attempt is None:
        return unshown
    with holding_attempt(attempt.pk):
        if attempt.job.purging_at:  # nobody wants it any more, and what it lay on is gone
            Attempt.objects.filter(pk=attempt.pk).update(answer=None, image_urls=[])
            attempt.lifeboats.all().delete()
            finish(attempt)
            return unshown
        # Each image by itself: one dead link must not cost the others.
        reasons = [
            reason
            for index, url in enumerate(attempt.image_urls)
            if (reason := _keep_one(attempt, index, url, unshown))
        ]
        if reasons:
            _try_later(attempt, reasons[0])
        else:
            finish(attempt)
    return unshown


def _keep_one(attempt: Attempt, index: int, url: str | None, unshown: Unshown) -> str:
    """Keep and compose one image; give the reason when it has to be tried again, else nothing.

    What can never come or never be composed is noted on its Result, and is no reason
    any more. Storage that is away is waited for, however long it takes.
    """
    try:
        result = keep_raw(attempt, index, url)
        if result.picture_id is None and not result.problem:
            unshown += compose_result(attempt.job, result, attempt)
    except NotFetched as reason:
        if isinstance(reason.__cause__, DownloadForbidden):
            _tell_of_refused_link(attempt, url or "", reason)
        if not _links_are_dead(attempt):
            return str(reason)
        problem = f"It could not be fetched before its link died. {reason}"[:300]
        Result.objects.create(attempt=attempt, index=index, raw_bytes=0, problem=problem)
        _tell_of_lost_result(attempt, reason)
    except CannotCompose:
        logger.exception("Composing image %s of attempt %s failed.", index, attempt.pk)
        if attempt.tries < TRIES_TO_COMPOSE:
            return NOT_COMPOSED
        problem = "It could not be put into the picture; its bytes are kept."
        Result.objects.filter(attempt=attempt, index=index).update(problem=problem)
    except Exception:
        logger.exception("Keeping image %s of attempt %s failed.", index, attempt.pk)
        return "The result could not be stored just now."
    return ""


def _tell_of_refused_link(attempt: Attempt, url: str, reason: NotFetched) -> None:
    """Tell staff: either somebody tries to lead this server astray, or a setting is missing."""
    origin = origin_of(url) or "no web address"
    sentence = (
        f"A paid result of {attempt.job.model_name} links to {origin}, which is not followed. "
        f"{reason} If this place can be trusted, add it to NANOGPT_RESULT_ORIGINS."
    )
    StaffAlert.objects.tell(StaffAlert.Kind.REFUSED_LINK, origin, sentence, attempt.job)


def _tell_of_lost_result(attempt: Attempt, reason: NotFetched) -> None:
    """Tell staff: the provider may still have the file, for a day or so."""
    request_id = attempt.upstream_request_id or attempt.pk
    sentence = (
        f"A paid result of {attempt.job.model_name} could not be fetched before its link died. "
        f"{reason} Ask the provider for it soon, by request id {request_id}."
    )
    StaffAlert.objects.tell(StaffAlert.Kind.LOST_RESULT, str(attempt.pk), sentence, attempt.job)


def _links_are_dead(attempt: Attempt) -> bool:
    """After several tries too, and by the database's clock: this worker's own may run ahead."""
    alive = Attempt.objects.filter(pk=attempt.pk, links_expire_at__gte=Now())
    return attempt.tries >= TRIES_BEFORE_LOST and not alive.exists()


def _take(attempt_id: uuid.UUID) -> Attempt | None:
    """Lease an attempt whose answer waits to be kept; None when somebody else has it."""
    taken = (
        Attempt.objects.filter(pk=attempt_id, state=Attempt.State.RECEIVED)
        .filter(Q(lease_until=None) | Q(lease_until__lt=Now()))
        .update(lease_until=Now() + lease(), tries=F("tries") + 1)
    )
    if taken != 1:
        return None
    return Attempt.objects.select_related(
        "job__picture__owner", "job__mask__picture", "job__owner"
    ).get(pk=attempt_id)


def keep_raw(attempt: Attempt, index: int, url: str | None) -> Result:
    """Store one image as the upstream sent it, before anything parses it."""
    kept = Result.objects.filter(attempt=attempt, index=index).first()
    if kept:
        return kept
    boat = Lifeboat.objects.filter(attempt=attempt, index=index).first()
    data = bytes(boat.data) if boat else _fetch(url)
    sha256 = hashlib.sha256(data).hexdigest()
    try:
        key = storage.put(storage.raw_key(attempt.pk, index), data)
    except Exception:
        # The link may die before the storage is back: the database holds the bytes until then.
        if boat is None:
            Lifeboat.objects.create(attempt=attempt, index=index, data=data)
        raise
    if boat:
        storage.get_as_written(key, sha256)
    with transaction.atomic():
        result = Result.objects.create(
            attempt=attempt, index=index, raw=key, raw_sha256=sha256, raw_bytes=len(data)
        )
        if boat:
            boat.delete()
    return result


def _fetch(url: str | None) -> bytes:
    if not url:
        message = "The answer has neither bytes nor a link for this image."
        raise NotFetched(message)
    let_go_of_the_database()
    try:
        return download_result(
            url,
            allowed_origins=settings.NANOGPT_RESULT_ORIGINS,
            max_bytes=MAX_RESULT_BYTES,
            timeout_seconds=DOWNLOAD_SECONDS,
        )
    except (DownloadFailed, DownloadForbidden) as error:
        raise NotFetched(str(error)) from error


def compose_result(job: EditJob, result: Result, attempt: Attempt) -> Unshown:
    """Put one kept answer into the picture it was made for, and keep what comes out.

    An answer that is no picture is noted as such: it was paid for, so its bytes stay.
    """
    try:
        composed = _put_together(job, result, attempt)
    except AnswerRefused as refused:
        result.problem = f"The answer is not a usable picture: {refused}"[:300]
        result.save(update_fields=["problem"])
        return []
    name = job.picture.name.rpartition(".")[0] or job.picture.name
    picture = keep_picture(
        job.owner,
        f"{name} (edited)" if not name.endswith("(edited)") else name,
        Picture.Origin.TEST if job.mask_test_id else Picture.Origin.RESULT,
        composed.master,
        composed.shown,
        # The same id every time: a repeat after a crash overwrites its own files.
        picture_id=uuid.uuid5(attempt.pk, str(result.index)),
    )
    picture.deleted_at = job.trashed_at  # what comes late goes where its edit lies
    screen = composed.shown.screen
    with transaction.atomic():
        picture.withheld_at = withheld_since(job)
        picture.save(force_insert=True)
        if screen:  # who holds the small copy makes the renditions, and nobody else meanwhile
            Picture.objects.filter(pk=picture.pk).update(renditions_due_at=Now() + TO_BE_SHOWN)
        result.picture = picture
        if composed.lock:
            result.outside_pixels = composed.lock.outside_pixels
            result.changed_pixels = composed.lock.changed_pixels
            result.raw_changed_share = composed.lock.raw_changed_share
            result.inside_changed_share = composed.lock.inside_changed_share
            result.note_fit(composed.drift, colour_matched=composed.colour_matched)
        result.save(update_fields=["picture", *LOCK_FIELDS, *FIT_FIELDS])
        if result.changed_pixels:
            flag_fact(job, Flag.Kind.LOCK, result.lock_sentence)
    return [(picture.pk, screen)] if screen else []


def _put_together(job: EditJob, result: Result, attempt: Attempt) -> PutTogether:
    """Compose, from what storage holds.

    Raises AnswerRefused, CannotCompose, and what the storage raises when it is away.
    """
    try:
        answer = _answer_as_sent(attempt, result)
        picture = kept(job.picture)
        mask = (
            storage.get_as_written(str(job.mask.file.name), job.mask.sha256) if job.mask else None
        )
    except (FileNotFoundError, storage.OtherBytes) as broken:
        message = "the picture, its mask or the answer is gone or damaged"
        raise CannotCompose(message) from broken
    try:
        return apart.run(
            steps.put_together,
            picture,
            mask,
            answer,
            answer_limits(),
            frame_of(attempt),
            usual_blend(picture.size, Extension.objects.continued(job.picture, job.mask)),
            RENDITION_SIDES,
        )
    except AnswerRefused:
        raise
    except Exception as broken:
        message = "composing failed"
        raise CannotCompose(message) from broken


def _answer_as_sent(attempt: Attempt, result: Result) -> bytes:
    """The bytes that the upstream sent; what storage has damaged may come by the link again.

    Raises FileNotFoundError and storage.OtherBytes when they do not.
    """
    key = str(result.raw.name)
    try:
        return storage.get_as_written(key, result.raw_sha256)
    except (FileNotFoundError, storage.OtherBytes):
        try:
            data = _fetch(attempt.image_urls[result.index])
        except NotFetched:
            data = b""
        if hashlib.sha256(data).hexdigest() != result.raw_sha256:
            raise
        logger.warning("%s was damaged in storage, and is fetched once more.", key)
        storage.put(key, data)
        return data


def usual_blend(picture: Size, continued: Box | None = None) -> Blend:
    """How an answer is laid into a picture of a size unless somebody adjusts it.

    Around a part that was `continued` it fades in over more: what a larger canvas is filled
    with goes on from that part's edge, and the model need not have met the edge, as it was
    free to paint over it.
    """
    feather = max(1, round(max(picture) * FEATHER_PIXELS_PER_SIDE))
    return Blend(feather=max(feather, overlap(continued.size) // 2) if continued else feather)


def answer_limits() -> Limits:
    """How large an answer may be when it is decoded."""
    return Limits(max_bytes=MAX_RESULT_BYTES, max_pixels=MAX_RESULT_PIXELS)


def frame_of(attempt: Attempt) -> Frame:
    """The frame as it was planned; what was sent may be scaled down from it."""
    return Frame(
        box=Box(*attempt.frame["box"]),
        sent=Size(*attempt.frame["planned"]),
        inner=Box(*attempt.frame["inner"]),
    )


def finish(attempt: Attempt) -> None:
    """Commit the end: attempt saved, job done, or failed when nothing usable came."""
    results = list(attempt.results.order_by("index"))
    usable = sum(result.picture_id is not None for result in results)
    lost = sum(not result.raw for result in results)
    state = Attempt.State.LOST if lost == len(results) else Attempt.State.SAVED
    with transaction.atomic():
        saved = Attempt.objects.filter(pk=attempt.pk, state=Attempt.State.RECEIVED).update(
            state=state, lease_until=None, next_at=None
        )
        job = EditJob.objects.select_for_update().get(pk=attempt.job_id)
        if job.purging_at:  # it came too late: whoever erases starts again
            EditJob.objects.filter(pk=job.pk).update(purged_at=None)
        if saved != 1:
            return
        if job.state != JobState.RECEIVED:
            job.note("The result of an earlier call is kept as well.")
        elif usable:
            job.move(JobState.DONE, _done_sentence(usable, results), failure_sentence="")
        else:
            problem = results[0].problem if results else "The answer was empty."
            job.move(
                JobState.FAILED,
                f"Paid, but no picture could be kept: {problem}",
                reason="result_lost" if lost else "unusable_answer",
                failure_sentence=(
                    f"{problem} The call was charged. "
                    f"Request id: {attempt.upstream_request_id or attempt.pk}."
                )[:400],
            )


def _done_sentence(usable: int, results: list[Result]) -> str:
    kept = "1 picture kept" if usable == 1 else f"{usable} pictures kept"
    missing = len(results) - usable
    rest = f", {missing} could not be" if missing else ""
    locks = [result.changed_pixels for result in results if result.changed_pixels is not None]
    lock = f"; {sum(locks)} outside pixels changed" if locks else ""
    return f"{kept}{rest}{lock}."


def _try_later(attempt: Attempt, reason: str) -> None:
    wait = RETRY_SECONDS[min(attempt.tries, len(RETRY_SECONDS)) - 1]
    # Hours without storage must not use up the tries to compose: only the waits count them.
    tries = attempt.tries if reason == NOT_COMPOSED else min(attempt.tries, len(RETRY_SECONDS))
    Attempt.objects.filter(pk=attempt.pk).update(
        tries=tries, lease_until=None, next_at=Now() + timedelta(seconds=wait)
    )
    job = EditJob.objects.get(pk=attempt.job_id)
    EditJob.objects.filter(pk=job.pk, state=JobState.RECEIVED).update(failure_sentence=reason[:400])
    job.note(f"Not kept yet, trying again in {wait} s: {reason}")
