"""Paid answers in files of this machine, for as long as the database does not take them.

    <data folder>/answers/<attempt>.json          waits to be recorded
    <data folder>/answers/<attempt>.json.aside    cannot be recorded by itself: for people

A file holds everything that `record_answer` needs: links, or image bytes as Base64. It is
there whole or not at all, it survives a power cut, and nobody but its owner may read it.
No key is in it: the client has cut out what must not be kept.
"""

from __future__ import annotations

import base64
import contextlib
import json
import logging
import os
import secrets
import threading
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import InterfaceError, InternalError, OperationalError
from django.utils import timezone

from editor.nanogpt.messages import AnswerImage, Cost, EditAnswer

logger = logging.getLogger(__name__)

AFTER_SECONDS = 1.0  # an ordinary commit takes milliseconds, and then no file is written
VERSION = 1
# How a database says that it takes nothing just now. InternalError: a Postgres that may only
# be read, as the old one after a failover.
NOT_NOW = (OperationalError, InterfaceError, InternalError)


class NotAnAnswer(ValueError):
    """The file is none of ours, or damaged. The text says why."""


@dataclass(frozen=True)
class Spooled:
    """One answer as a file holds it."""

    attempt_id: uuid.UUID
    received_at: datetime
    answer: EditAnswer


@contextlib.contextmanager
def beside(attempt_id: uuid.UUID, answer: EditAnswer) -> Iterator[None]:
    """Keep an answer in a file, too, while the block waits for the database to take it.

    Not by the waiting thread, which may hang in the database for minutes. The file goes when
    the block ends well, and stays when it gives up.
    """
    spooled = Spooled(attempt_id, timezone.now(), answer)
    timer = threading.Timer(AFTER_SECONDS, _try_to_write, (spooled,))
    timer.daemon = True
    timer.start()
    try:
        yield
    except BaseException:
        _end(timer)
        _try_to_write(spooled)
        raise
    _end(timer)
    drop(path_of(attempt_id))


def _end(timer: threading.Timer) -> None:
    timer.cancel()
    timer.join()  # it may be writing just now


def _try_to_write(spooled: Spooled) -> None:
    try:
        path = write(spooled)
    except OSError:
        # Still in memory, where it is tried on.
        logger.exception("The answer of attempt %s cannot be kept in a file.", spooled.attempt_id)
    else:
        logger.warning("The database does not take an answer; it is kept in %s.", path)


def path_of(attempt_id: uuid.UUID) -> Path:
    """Where the answer of this attempt waits, if it does."""
    return Path(settings.ANSWERS_DIR) / f"{attempt_id}.json"


def write(spooled: Spooled) -> Path:
    """Put an answer on the disk; when this returns it is there. Raises OSError."""
    path = path_of(spooled.attempt_id)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    opened = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(opened, "w", encoding="utf-8") as file:
            json.dump(_as_json(spooled), file)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    _flush_folder(path.parent)
    return path


def _flush_folder(folder: Path) -> None:
    """Without this the new name could be gone after a power cut."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def waiting() -> list[Path]:
    """The files that wait to be recorded, in a steady order."""
    return sorted(Path(settings.ANSWERS_DIR).glob("[!.]*.json"))


def read(path: Path) -> Spooled:
    """Read one file. Raises NotAnAnswer, and OSError when it cannot be read at all."""
    try:
        return _from_json(json.loads(path.read_bytes()))
    except NotAnAnswer:
        raise
    except (ValueError, KeyError, TypeError, AttributeError) as damaged:
        message = f"not an answer as NanoEdit writes it ({type(damaged).__name__})"
        raise NotAnAnswer(message) from damaged


def drop(path: Path) -> None:
    """Delete a file whose answer is recorded; one that is gone already is passed over."""
    path.unlink(missing_ok=True)


def drop_if_ours(path: Path) -> None:
    """The same for a file that somebody named: only in our folder, a copy elsewhere stays."""
    if path.resolve().parent == Path(settings.ANSWERS_DIR).resolve():
        drop(path)


def set_aside(path: Path) -> None:
    """Keep a file for people that cannot be recorded by itself, and look at it no more."""
    with contextlib.suppress(FileNotFoundError):
        path.rename(path.with_name(f"{path.name}.aside"))


def _as_json(spooled: Spooled) -> dict[str, Any]:
    answer = spooled.answer
    cost = answer.cost
    return {
        "version": VERSION,
        "attempt": str(spooled.attempt_id),
        "received_at": spooled.received_at.isoformat(),
        "status": answer.status,
        "request_id": answer.request_id,
        "seconds": answer.seconds,
        "cost": cost and {"nano": cost.nano_dollars, "text": cost.text, "currency": cost.currency},
        "balance_nano": answer.balance_nano,
        "body": answer.body,
        "images": [_image_as_json(image) for image in answer.images],
    }


def _image_as_json(image: AnswerImage) -> dict[str, str | None]:
    if image.data is None:
        return {"url": image.url}
    return {"base64": base64.b64encode(image.data).decode("ascii")}


def _from_json(told: dict[str, Any]) -> Spooled:
    if told["version"] != VERSION:
        message = f"version {told['version']}"
        raise NotAnAnswer(message)
    cost = told["cost"]
    return Spooled(
        uuid.UUID(told["attempt"]),
        datetime.fromisoformat(told["received_at"]),
        EditAnswer(
            images=tuple(_image_from_json(image) for image in told["images"]),
            cost=Cost(cost["nano"], cost["text"], cost["currency"]) if cost else None,
            balance_nano=told["balance_nano"],
            request_id=told["request_id"],
            status=told["status"],
            body=told["body"],
            seconds=told["seconds"],
        ),
    )


def _image_from_json(told: dict[str, str]) -> AnswerImage:
    if "base64" in told:
        return AnswerImage(url=None, data=base64.b64decode(told["base64"], validate=True))
    return AnswerImage(url=told["url"], data=None)
