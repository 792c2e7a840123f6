"""Reads a 2xx answer. Whatever picture it holds was paid for, so all leniency is on its side.

Nothing usable in it means an unknown outcome, never a free failure: the work may have been done.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence

from editor.nanogpt.cleaning import clean_id, plain_json, read_json, storable
from editor.nanogpt.envelopes import envelope_of
from editor.nanogpt.headers import request_id_of
from editor.nanogpt.messages import AnswerImage, EditAnswer
from editor.nanogpt.money import read_balance, read_cost
from editor.nanogpt.refusals import outcome_unknown
from editor.nanogpt.transport import Reply

_BASE64_KEYS = ("b64_json", "b64", "base64", "image_base64")
_URL_KEYS = ("url", "image_url")


def read_answer(reply: Reply, *, seconds: float, secrets: Sequence[str]) -> EditAnswer:
    """The pictures and facts of a 2xx reply. Raises OutcomeUnknown if no picture is usable."""
    if reply.broken == "answer_too_large":
        sentence = f"{reply.broken_sentence} It may have been charged."
        raise outcome_unknown(reply, secrets, code=reply.broken, message=sentence)
    # An answer that broke off behind its last brace is whole: try to read it in any case.
    body = _object_in(reply.body)
    if body is None:
        code = reply.broken or "unusable_answer"
        sentence = reply.broken_sentence or "The service answered with something that is no answer."
        raise outcome_unknown(reply, secrets, code=code, message=sentence)
    images = tuple(image for image in map(_image_in, _items_in(body)) if image)
    if not images:
        raise outcome_unknown(reply, secrets, code=_code(body), message=_sentence(body), body=body)
    return EditAnswer(
        images=images,
        cost=read_cost(body, reply.headers),
        balance_nano=read_balance(body, reply.headers),
        request_id=request_id_of(reply.headers) or clean_id(body.get("requestId")),
        status=reply.status,
        body=plain_json(body, secrets=secrets),
        seconds=seconds,
    )


def decode_base64(text: str) -> bytes | None:
    """Bytes of strict standard base64, with or without a data-URL prefix; None for anything else.

    Line breaks are tolerated; other strangers, wrong padding or the URL-safe alphabet are not,
    because a lenient decoder would silently turn them into a broken picture.
    """
    if text[:5].lower() == "data:":
        head, comma, text = text.partition(",")
        if not comma or not head.lower().rstrip().endswith(";base64"):
            return None
    text = text.replace("\r", "").replace("\n", "")
    try:
        return base64.b64decode(text, validate=True) or None
    except (binascii.Error, ValueError):
        return None


def _object_in(data: bytes) -> dict[str, object] | None:
    try:
        parsed = read_json(data)
    except ValueError:
        return None
    return parsed if isinstance(parsed, dict) else None


def _items_in(body: Mapping[str, object]) -> list[object]:
    for key in ("data", "images"):
        items = body.get(key)
        if isinstance(items, list) and items:
            return items
    return []


def _image_in(item: object) -> AnswerImage | None:
    """One item's picture. Keys may be there with null; bytes go before a link."""
    fields: Mapping[str, object] = item if isinstance(item, Mapping) else {"url": item}
    for key in _BASE64_KEYS:
        text = fields.get(key)
        data = decode_base64(text) if isinstance(text, str) else None
        if data:
            return AnswerImage(url=None, data=data)
    for key in _URL_KEYS:
        link = fields.get(key)
        if not isinstance(link, str) or not link.strip():
            continue
        if link[:5].lower() != "data:":
            return AnswerImage(url=storable(link.strip()), data=None)
        data = decode_base64(link)
        if data:
            return AnswerImage(url=None, data=data)
    return None


def _code(body: Mapping[str, object]) -> str:
    envelope = envelope_of(body)
    if envelope:
        return envelope.code or "error_in_answer"
    return "unusable_pictures" if _items_in(body) else "empty_answer"


def _sentence(body: Mapping[str, object]) -> str:
    envelope = envelope_of(body)
    if envelope:
        return f"The service reported success and an error at once: {envelope.message}"
    if _items_in(body):
        return "The service answered, but none of its pictures can be read."
    return "The service answered without a picture."
