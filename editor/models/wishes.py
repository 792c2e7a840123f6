"""What makes two wishes the same one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any


def wish_hash(
    picture_sha256: str,
    mask_sha256: str | None,
    prompt: str,
    model_id: str,
    n: int,
    size: str,
    frame: Sequence[str | int] = (),
    references: Sequence[str] = (),
    mask_dialect: str = "",
) -> str:
    """Name a wish by everything that decides its result: hex SHA-256.

    The contents of picture and mask count, not their rows: the same file uploaded twice,
    or the same area painted twice, is the same wish. None: nothing was painted. `frame` is
    `framings.wish_key`; the automatic one adds nothing, so wishes from before there was a
    choice keep their names. The same goes for `references`, the contents of further
    pictures in their order, and for a `mask_dialect` that is not the model's own.
    """
    parts: list[Any] = [picture_sha256, mask_sha256, prompt, model_id, n, size, *frame]
    if references:
        parts.append({"references": list(references)})
    if mask_dialect:
        parts.append({"mask_dialect": mask_dialect})
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
