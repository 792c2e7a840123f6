"""Makes what a stranger's server wrote fit to be shown, stored and logged.

Three things must never come through: markup, our key, and picture bytes.
"""

from __future__ import annotations

import html
import json
import math
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

HIDDEN = "[hidden]"
# Longer texts are cut before the costly patterns run over them.
_LONGEST_LOOKED_AT = 8_000
# A shorter secret would also match ordinary words.
_SHORTEST_SECRET = 6
_MAX_DEPTH = 20
_MAX_STRING = 16_000
_PICTURE_KEYS = frozenset({"b64_json", "b64", "base64", "image_base64"})

_SCRIPT = re.compile(r"<(script|style|head)\b.*?(</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[A-Za-z/!?][^>]*(>|\Z)")
_KEY = re.compile(r"\bsk-[A-Za-z0-9_*.-]{3,}", re.IGNORECASE)
_BEARER = re.compile(r"\b(bearer\s+)[A-Za-z0-9._~+/=-]{6,}", re.IGNORECASE)
_DATA_URL = re.compile(r"data:[a-z0-9.+-]+/[a-z0-9.+-]+[^\s\"'<>]*", re.IGNORECASE)
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{120,}={0,2}")
_URL_TAIL = re.compile(r"(https?://[^\s?#\"'<>]*)[?#][^\s\"'<>]*", re.IGNORECASE)
_URL_USER = re.compile(r"(https?://)[^\s/@\"'<>]+@", re.IGNORECASE)
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_WORD = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}")
_ID = re.compile(r"[\x21-\x7e]{1,200}")


def clean_text(text: str, *, secrets: Iterable[str] = (), limit: int = 300) -> str:
    """One line of plain text, at most `limit` characters, without markup, secrets, or picture data.

    `secrets` are exact texts to hide: the key, the prompt.
    """
    known = [secret for secret in secrets if len(secret) >= _SHORTEST_SECRET]
    # Before the first cut, so that no half of a secret stays there; and once more when nothing
    # is left in between that could hold the halves of one apart.
    text = html.unescape(_hide(text, known)[:_LONGEST_LOOKED_AT])
    text = _TAG.sub("", _SCRIPT.sub(" ", text))
    text = _hide(_UNPRINTABLE.sub("", text), known)
    text = _DATA_URL.sub("[picture data]", text)
    text = _URL_TAIL.sub(r"\1", _URL_USER.sub(r"\1", text))
    text = _BEARER.sub(rf"\1{HIDDEN}", _KEY.sub(HIDDEN, text))
    text = _BASE64.sub("[data]", text)
    text = " ".join(text.split())
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def clean_code(value: object, *, secrets: Iterable[str] = ()) -> str:
    """A provider's error code as a lower-case word; "" for numbers and anything else."""
    if not isinstance(value, str):
        return ""
    word = value.strip().lower()
    if not _WORD.fullmatch(word) or word.isdigit() or clean_text(word, secrets=secrets) != word:
        return ""
    return word


def clean_id(value: object) -> str | None:
    """A request id that is safe to store and log; None if it is not one."""
    return value if isinstance(value, str) and _ID.fullmatch(value) else None


def storable(text: str) -> str:
    """The text without NUL and lone surrogates, which databases refuse."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def read_json(data: bytes) -> object:
    """Parse JSON, numbers with a point as Decimal. Raises ValueError if it is not JSON."""
    try:
        return json.loads(data, parse_float=Decimal, parse_constant=Decimal)
    except RecursionError as error:
        message = "nested too deeply"
        raise ValueError(message) from error


def plain_json(value: object, *, secrets: Iterable[str] = ()) -> Any:
    """The value as JSON that any database takes, without picture bytes and `secrets`."""
    known = tuple(secret for secret in secrets if len(secret) >= _SHORTEST_SECRET)
    return _plain(value, known, 0)


def _plain(value: object, secrets: tuple[str, ...], depth: int) -> Any:
    if depth > _MAX_DEPTH:
        return "[nested too deeply]"
    if isinstance(value, Mapping):
        return {
            storable(_hide(str(key), secrets)): _measure(item)
            if key in _PICTURE_KEYS and isinstance(item, str)
            else _plain(item, secrets, depth + 1)
            for key, item in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [_plain(item, secrets, depth + 1) for item in value]
    if isinstance(value, str):
        return _plain_text(value, secrets)
    return _plain_scalar(value)


def _plain_text(text: str, secrets: tuple[str, ...]) -> str:
    if len(text) > _MAX_STRING or text[:5].lower() == "data:":
        return _measure(text)
    return storable(_hide(text, secrets))


def _plain_scalar(value: object) -> Any:
    if isinstance(value, (Decimal, float)):
        number = float(value)
        return number if math.isfinite(number) else str(value)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > 2**63:
        return float(value) if abs(value) < 10**300 else "[huge number]"
    if value is None or isinstance(value, (bool, int)):
        return value
    return str(value)


def _measure(text: str) -> str:
    return f"[{len(text)} characters]"


def _hide(text: str, secrets: Iterable[str]) -> str:
    for secret in secrets:
        text = re.sub(re.escape(secret), HIDDEN, text, flags=re.IGNORECASE)
    return text
