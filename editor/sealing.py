"""Secrets that the database may keep, but nobody may read out of it.

Sealed with the newest of the field keys; whatever any of them has sealed opens. What a
secret belongs to is sealed with it, so that it cannot be moved to another row.
"""

from __future__ import annotations

import json
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

SEALED = "gAAAA"  # how each sealed text begins: the version of Fernet, then the century


class CannotUnseal(Exception):
    """No field key opens this, or it belongs to something else. Says nothing of what is inside."""


def seal(text: str, *, of: str) -> str:
    """Seal a secret; `of` names what it belongs to."""
    return _keys().encrypt(json.dumps([of, text]).encode()).decode()


def unseal(sealed: str, *, of: str) -> str:
    """Give a secret back. Raises CannotUnseal."""
    try:
        owner, text = json.loads(_keys().decrypt(sealed))
    except (InvalidToken, ValueError, TypeError) as unreadable:
        message = "No field key of this server opens it."
        raise CannotUnseal(message) from unreadable
    if owner != of:
        message = "It was sealed for something else, so it is not used here."
        raise CannotUnseal(message)
    return str(text)


def is_sealed(text: str) -> bool:
    """Tell whether a text was sealed, by its first letters."""
    return text.startswith(SEALED)


def reseal(sealed: str, *, of: str) -> str:
    """Seal it anew with the newest key. Raises CannotUnseal."""
    return seal(unseal(sealed, of=of), of=of)


def _keys() -> MultiFernet:
    return _ring(tuple(settings.FIELD_KEYS))


@lru_cache(maxsize=4)
def _ring(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])
