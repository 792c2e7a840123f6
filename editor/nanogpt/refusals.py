"""Decides what an answer that is no picture means: a free refusal, or an unknown outcome."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from editor.nanogpt.cleaning import clean_code, clean_id, clean_text
from editor.nanogpt.envelopes import Envelope, read_envelope
from editor.nanogpt.errors import (
    BadRequest,
    ContentRefused,
    KeyRefused,
    ModelGone,
    NanoGPTError,
    NoCredit,
    OutcomeUnknown,
    RateLimited,
    Refused,
)
from editor.nanogpt.headers import request_id_of, retry_after_of
from editor.nanogpt.money import read_balance, read_cost
from editor.nanogpt.transport import Reply

BODY_START = 4_000

# Only these statuses are documented as a refusal. 408, 409, every 5xx and every 3xx are not: the
# picture may have been made although this answer says otherwise.
_BY_STATUS: Mapping[int, type[Refused]] = {
    400: BadRequest,
    401: KeyRefused,
    402: NoCredit,
    403: KeyRefused,
    404: ModelGone,
    413: BadRequest,
    422: BadRequest,
    429: RateLimited,
}
# A code says more than its status: the same one comes with different statuses on different routes.
_BY_CODE: Mapping[str, type[Refused]] = {
    "content_policy_violation": ContentRefused,
    "moderation_blocked": ContentRefused,
    "missing_api_key": KeyRefused,
    "invalid_api_key": KeyRefused,
    "api_key_origin_not_allowed": KeyRefused,
    "insufficient_balance": NoCredit,
    "insufficient_quota": NoCredit,
    "insufficient_funds": NoCredit,
    "model_not_found": ModelGone,
    "model_not_allowed": ModelGone,
    "model_not_available": ModelGone,
    "all_fallbacks_failed": ModelGone,
    "no_fallback_available": ModelGone,
    "rate_limit_exceeded": RateLimited,
    "daily_rpd_limit_exceeded": RateLimited,
    "daily_usd_limit_exceeded": RateLimited,
}
# Types that carry the meaning where the code is only a number.
_BY_KIND: Mapping[str, type[Refused]] = {
    "insufficient_balance": NoCredit,
    "insufficient_quota": NoCredit,
    "authentication_error": KeyRefused,
}
_PROMPT_TOO_LONG = re.compile(r"prompt\b.{0,40}\btoo long|prompt\b.{0,40}\bexceeds", re.IGNORECASE)
_NO_CREDIT = re.compile(r"\binsufficient (account )?(balance|funds|credits?)\b", re.IGNORECASE)

_SENTENCES: Mapping[type[Refused], str] = {
    BadRequest: "The service did not accept this request.",
    ContentRefused: "The service's content rules do not allow this edit.",
    KeyRefused: "The service does not accept the key.",
    NoCredit: "The account at the service has no credit left.",
    ModelGone: "The service does not offer this model.",
    RateLimited: "The service asks to slow down.",
}


def error_for(reply: Reply, secrets: Sequence[str]) -> NanoGPTError:
    """The error for a reply whose status is not 2xx; where it quotes, `secrets` are hidden."""
    envelope = None if reply.broken else read_envelope(reply.status, reply.body)
    if envelope is None or reply.status not in _BY_STATUS:
        return outcome_unknown(
            reply,
            secrets,
            code=_unknown_code(reply, envelope),
            message=_unknown_sentence(reply, envelope),
        )
    kind = _class_of(reply.status, envelope)
    message = clean_text(envelope.message, secrets=secrets) or _SENTENCES[kind]
    return kind(
        message,
        code=_code_of(envelope, secrets),
        status=reply.status,
        request_id=request_id_of(reply.headers),
        retry_after=retry_after_of(reply.headers),
    )


def outcome_unknown(
    reply: Reply,
    secrets: Sequence[str],
    *,
    code: str,
    message: str,
    body: Mapping[str, object] | None = None,
) -> OutcomeUnknown:
    """The error for a reply that proves nothing, with all evidence that it holds."""
    facts = body or {}
    return OutcomeUnknown(
        clean_text(message, secrets=secrets),
        code=code,
        status=reply.status,
        request_id=request_id_of(reply.headers) or clean_id(facts.get("requestId")),
        retry_after=retry_after_of(reply.headers),
        cost=read_cost(facts, reply.headers),
        balance_nano=read_balance(facts, reply.headers),
        body_start=clean_text(
            reply.body[: 4 * BODY_START].decode("utf-8", "replace"),
            secrets=secrets,
            limit=BODY_START,
        ),
        body=reply.body if 200 <= reply.status < 300 else b"",
    )


def _class_of(status: int, envelope: Envelope) -> type[Refused]:
    if envelope.wants_payment:
        return KeyRefused
    by_word = _BY_CODE.get(envelope.code) or _BY_KIND.get(envelope.kind)
    if by_word:
        return by_word
    if status in (400, 402, 403) and _NO_CREDIT.search(envelope.message):
        return NoCredit
    return _BY_STATUS[status]


def _code_of(envelope: Envelope, secrets: Sequence[str]) -> str | None:
    code = clean_code(envelope.code, secrets=secrets)
    if not code and _PROMPT_TOO_LONG.search(envelope.message[:1000]):
        return "prompt_too_long"
    return code or clean_code(envelope.kind, secrets=secrets) or None


def _unknown_code(reply: Reply, envelope: Envelope | None) -> str:
    if reply.broken:
        return reply.broken
    if 300 <= reply.status < 400:
        return "redirected"
    return (envelope.code if envelope else "") or f"http_{reply.status}"


def _unknown_sentence(reply: Reply, envelope: Envelope | None) -> str:
    if reply.broken:
        return f"{reply.broken_sentence} The service had begun to answer (HTTP {reply.status})."
    if 300 <= reply.status < 400:
        return f"The service sent us elsewhere (HTTP {reply.status}) instead of answering."
    said = envelope.message if envelope else ""
    if said.strip():
        return f"The service failed (HTTP {reply.status}): {said}"
    return f"The service failed (HTTP {reply.status}) without a readable reason."
