"""Whole answers that were paid for and hold no usable picture: kept for staff to look at.

What the upstream charged for may be in there all the same, in a shape that nobody has
seen yet. `manage.py record_answer --attempt` makes an answer of it.
"""

from __future__ import annotations

import hashlib
import logging
import uuid
from dataclasses import dataclass, field

from editor import storage
from editor.models import Lifeboat, UnusableAnswer
from editor.nanogpt.errors import NanoGPTError, OutcomeUnknown

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Body:
    """One such answer, and its name in storage: "" while storage does not take it."""

    data: bytes = field(repr=False)
    key: str


def put_away(attempt_id: uuid.UUID, error: NanoGPTError, secret: str) -> Body | None:
    """Put the body that came with an error into storage, before any row names it.

    `secret` is the key that paid. None when none came, or it was no paid answer. Storage that
    is away is no reason to fail.
    """
    body = error.body if isinstance(error, OutcomeUnknown) else b""
    if not body:
        return None
    # Staff may read it, and the key is not for everybody of them.
    body = body.replace(secret.encode(), b"[hidden]")
    try:
        return Body(body, storage.put(storage.unusable_key(attempt_id), body))
    except Exception:
        logger.exception("Storage does not take the answer of attempt %s.", attempt_id)
        return Body(body, "")


def note(attempt_id: uuid.UUID, body: Body) -> None:
    """Write the row of a body; its bytes, too, when storage did not take them.

    Must run in the transaction that commits how the call ended.
    """
    UnusableAnswer.objects.get_or_create(
        attempt_id=attempt_id,
        defaults={
            "file": body.key,
            "sha256": hashlib.sha256(body.data).hexdigest(),
            "size": len(body.data),
        },
    )
    if not body.key:
        Lifeboat.objects.get_or_create(
            attempt_id=attempt_id, index=Lifeboat.WHOLE_ANSWER, defaults={"data": body.data}
        )


def bring_home() -> int:
    """Move bodies from the lifeboat into storage, as long as it takes them; give how many."""
    moved = 0
    for pk in Lifeboat.objects.filter(index=Lifeboat.WHOLE_ANSWER).values_list("pk", flat=True):
        boat = Lifeboat.objects.filter(pk=pk).first()
        if boat is None:
            continue  # another worker was quicker
        data = bytes(boat.data)
        try:
            key = storage.put(storage.unusable_key(boat.attempt_id), data)
            safe = storage.get(key) == data
        except Exception:  # noqa: BLE001  whatever is wrong with storage, the bytes are safe here
            logger.warning("Storage still does not take the answer of %s.", boat.attempt_id)
            break
        if safe:
            if not UnusableAnswer.objects.filter(attempt=boat.attempt_id).update(file=key):
                storage.drop(key)  # its edit has been erased meanwhile
            boat.delete()
            moved += 1
    return moved


def read(attempt_id: uuid.UUID) -> bytes:
    """Give a kept body, wherever it is. Raises FileNotFoundError when there is none."""
    boat = Lifeboat.objects.filter(attempt=attempt_id, index=Lifeboat.WHOLE_ANSWER).first()
    # Without a row, too: a worker may have died between storage and database.
    return bytes(boat.data) if boat else storage.get(storage.unusable_key(attempt_id))
