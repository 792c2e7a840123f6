"""Answers that come to the database by another way than the thread that made the call.

From files that a worker wrote while the database did not take them (`spool.py`), and by
hand, from what staff have got hold of. All of it is free: these calls are paid for.
"""

from __future__ import annotations

import contextlib
import logging
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from editor import keys, spool
from editor.imaging.formats import picture_format
from editor.models import Attempt
from editor.nanogpt.answers import read_answer
from editor.nanogpt.errors import OutcomeUnknown
from editor.nanogpt.messages import AnswerImage, EditAnswer
from editor.nanogpt.transport import Reply
from editor.outcomes import record_answer

logger = logging.getLogger(__name__)

IN_DOUBT = (Attempt.State.CALLING, Attempt.State.UNKNOWN)


class CannotRecord(Exception):
    """This cannot become the answer of that attempt. The text says why."""


def record_answers_in_files() -> int:
    """Record every answer that waits in a file of this machine; give how many were recorded.

    A step of the sweep. What cannot be recorded is set aside for people, and never deleted.
    """
    recorded = 0
    for path in spool.waiting():
        try:
            recorded += record_file(path)
        except FileNotFoundError:
            continue  # somebody else was quicker
        except spool.NOT_NOW:
            logger.warning("The database still does not take the answer in %s.", path)
            connection.close()
            break
        except (OSError, MemoryError) as passing:
            # Nothing is wrong with the answer: too many open files, a disk that fails.
            logger.warning("The answer in %s cannot be read just now: %s", path, passing)
        except Exception:
            logger.exception("The answer in %s cannot be recorded by itself.", path)
            _try(spool.set_aside, path)
        else:
            _try(spool.drop, path)
    return recorded


def _try(to_tidy: Callable[[Path], None], path: Path) -> None:
    """Tidy up a file; a disk that nothing can be written to must not end the sweep."""
    try:
        to_tidy(path)
    except OSError:
        logger.warning("%s can be neither deleted nor renamed just now.", path)


def record_file(path: Path) -> bool:
    """Record the answer that a worker has put into a file; False when it is recorded already.

    Raises CannotRecord, spool.NotAnAnswer, and what the database or the file raises.
    """
    spooled = spool.read(path)
    attempt = attempt_of(spooled.attempt_id)
    if attempt.state == Attempt.State.NOT_CHARGED:
        message = f"attempt {attempt.pk} is on record as not charged, so it cannot have an answer"
        raise CannotRecord(message)
    recorded = record_answer(attempt, spooled.answer, spooled.received_at)
    if recorded:
        logger.info("The answer of attempt %s is recorded from %s.", attempt.pk, path)
    return recorded


def attempt_of(attempt_id: uuid.UUID) -> Attempt:
    """Find an attempt. Raises CannotRecord."""
    attempt = Attempt.objects.select_related("job").filter(pk=attempt_id).first()
    if attempt is None:
        message = f"this database has no attempt {attempt_id}"
        raise CannotRecord(message)
    return attempt


def record_by_hand(attempt: Attempt, bodies: Sequence[bytes]) -> int:
    """Make what staff have got hold of the answer of a call; give how many images it has.

    `bodies` is one answer as the upstream sends it (JSON), or the images themselves.
    Raises CannotRecord.
    """
    if attempt.state != Attempt.State.UNKNOWN:
        message = (
            f"attempt {attempt.pk} is not in doubt: it is “{attempt.get_state_display().lower()}”"
        )
        raise CannotRecord(message)
    answer = _answer_in(attempt, bodies)
    # The moment of the call, not of this command: people are told how long calls take.
    ended_at = attempt.answered_at or attempt.sent_at
    with transaction.atomic():
        if not record_answer(attempt, answer, ended_at):
            message = f"attempt {attempt.pk} has got its answer meanwhile"
            raise CannotRecord(message)
        attempt.job.refresh_from_db()
        attempt.job.note("The answer of this call was recorded by hand.")
    return len(answer.images)


def _answer_in(attempt: Attempt, bodies: Sequence[bytes]) -> EditAnswer:
    if bodies and all(map(picture_format, bodies)):
        return _answer_of_pictures(attempt, bodies)
    if len(bodies) != 1:
        message = "several files must all be pictures; an answer in JSON is one file"
        raise CannotRecord(message)
    secrets = [settings.NANOGPT_API_KEY, attempt.job.prompt]
    with contextlib.suppress(keys.KeyGone):
        secrets.append(keys.key_of(attempt).secret)
    try:
        return read_answer(Reply(200, {}, bodies[0]), seconds=_waited(attempt), secrets=secrets)
    except OutcomeUnknown as unusable:
        raise CannotRecord(str(unusable)) from unusable


def _answer_of_pictures(attempt: Attempt, bodies: Sequence[bytes]) -> EditAnswer:
    return EditAnswer(
        images=tuple(AnswerImage(url=None, data=body) for body in bodies),
        cost=None,
        balance_nano=None,
        request_id=attempt.upstream_request_id or None,
        status=200,
        body={"recorded_by_hand": [f"{len(body)} bytes" for body in bodies]},
        seconds=_waited(attempt),
    )


def _waited(attempt: Attempt) -> float:
    ended_at = attempt.answered_at or attempt.sent_at
    return (ended_at - attempt.sent_at).total_seconds()
