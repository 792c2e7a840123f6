"""Reads every shape of error body that the provider was ever seen to send.

    a  {"error": {"message", "type", "code", "param"}}
    b  the same with "parameter", and "code" once more beside "error"
    c  {"error": "text", "requiredBalance": ..., "status": 402}
    d  {"error": "text", "code": "..."}
    e  {"error": "text", "code": "...", "type": "..."}
    f  {"error": {"message", "type", "code": 402}}
    g  {"error": 402, "message": "..."}
    h  {"type": "...", "message": "..."}
    i  a, with "moderation" beside it
    j  a, with "payment" beside it: the key was missing
    k  plain text 413 of the hosting platform, sent before the provider's own code runs
    l  an HTML page of some proxy: says nothing about what happened, so it is no envelope

A body of one of the shapes a to k proves that the provider itself said no. Anything else does not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from editor.nanogpt.cleaning import clean_code, read_json

# An error body is a few hundred bytes; a bigger one is no error body.
MAX_ENVELOPE_BYTES = 1_048_576
_PLATFORM_413 = (b"function_payload_too_large", b"request entity too large")


@dataclass(frozen=True)
class Envelope:
    """What an error body says. `message` is raw and must be cleaned before anybody sees it.

    `code` and `kind` (its "type") are lower-case words or "". `wants_payment`: shape j.
    """

    message: str
    code: str = ""
    kind: str = ""
    wants_payment: bool = False


def read_envelope(status: int, body: bytes) -> Envelope | None:
    """The error that this body tells of, or None if it is not of a known shape."""
    if len(body) > MAX_ENVELOPE_BYTES:
        return None
    if status == 413 and _is_platform_text(body):
        return Envelope("The request is larger than the service takes.", "body_too_large")
    try:
        parsed = read_json(body)
    except ValueError:
        return None
    return envelope_of(parsed) if isinstance(parsed, dict) else None


def envelope_of(parsed: Mapping[str, object]) -> Envelope | None:
    """The same for a body that is parsed already."""
    error = parsed.get("error")
    inner: Mapping[str, object] = error if isinstance(error, Mapping) else {}
    if isinstance(error, str):
        message = error or _text(parsed.get("message"))
    elif isinstance(error, int) and not isinstance(error, bool):
        message = _text(parsed.get("message"))
    elif isinstance(error, Mapping):
        message = _text(inner.get("message"))
    elif error is None and isinstance(parsed.get("type"), str):
        message = _text(parsed.get("message"))
    else:
        return None
    code = clean_code(inner.get("code")) or clean_code(parsed.get("code"))
    kind = clean_code(inner.get("type")) or clean_code(parsed.get("type"))
    if not message.strip() and not code:
        return None
    return Envelope(message, code, kind, wants_payment="payment" in parsed)


def _is_platform_text(body: bytes) -> bool:
    start = body[:4096].lstrip().lower()
    return not start.startswith((b"<", b"{", b"[")) and any(mark in start for mark in _PLATFORM_413)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
