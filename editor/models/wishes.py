"""What makes two wishes the same one."""

from __future__ import annotations

import hashlib
import json


def wish_hash(
    picture_sha256: str, mask_sha256: str | None, prompt: str, model_id: str, n: int, size: str
) -> str:
    """Name a wish by everything that decides its result: hex SHA-256.

    The contents of picture and mask count, not their rows: the same file uploaded twice,
    or the same area painted twice, is the same wish. None: nothing was painted.
    """
    parts = [picture_sha256, mask_sha256, prompt, model_id, n, size]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
