"""From a request body, multipart or JSON, to one record. Knows the shape, not the models."""

import base64
import binascii
import json
import re
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Any, cast

from starlette.datastructures import FormData, Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from sandbox import refusals

DRAINED_BYTES = 64 * 1024 * 1024
DATA_URL = re.compile(r"data:([\w.+-]+/[\w.+-]+)?((?:;[\w=.-]+)*?)(;base64)?,", re.ASCII)
PROMPT_CEILING = 100_000


@dataclass(frozen=True)
class SentPicture:
    """A picture as it came: its bytes and the type that the client claims."""

    data: bytes
    mime: str


@dataclass
class EditCall:
    """One wish. `n`, `seed` and `size` are None or "" when they were not sent."""

    prompt: str = ""
    model: str = ""
    size: str = ""
    n: int | None = None
    seed: int | None = None
    response_format: str = "url"
    images: list[SentPicture] = field(default_factory=list)
    mask: SentPicture | None = None
    encoding: str = "multipart"


async def read_body(request: Request, limit: int) -> bytes:
    """The whole body, or the plain-text 413 above `limit` bytes. A body that is too large is read
    on and thrown away for a while, so that the client gets to see the answer."""
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size <= limit:
            chunks.append(chunk)
        else:
            chunks.clear()
        if size > DRAINED_BYTES:
            break
    if size > limit:
        raise refusals.body_over_ceiling()
    return b"".join(chunks)


async def parse(body: bytes, headers: Headers) -> EditCall:
    """The wish in a body; raises `Refusal` for what is not one."""
    kind = headers.get("content-type", "").split(";")[0].strip().lower()
    if kind == "multipart/form-data":
        return await _from_multipart(body, headers)
    if kind in ("application/json", ""):
        return _from_json(body)
    raise refusals.Refusal(415, "unsupported_media_type", "Send multipart/form-data or JSON.")


async def _from_multipart(body: bytes, headers: Headers) -> EditCall:
    form = await _read_form(body, headers)
    call = EditCall(encoding="multipart")
    single, several = form.getlist("image"), form.getlist("image[]")
    if len(single) > 1:
        raise refusals.bad_parameter(
            "image", "Duplicate parameter: 'image'. Use 'image[]' instead.", "duplicate_parameter"
        )
    for part in [*single, *several]:
        if part != "":
            call.images.append(await _picture_of_part(part))
    mask = form.get("mask")
    if isinstance(mask, str) and mask:
        raise refusals.bad_parameter(
            "mask", "Expected a file for 'mask', but got a string instead."
        )
    if isinstance(mask, UploadFile):
        call.mask = SentPicture(await mask.read(), mask.content_type or "")
    await form.close()
    texts = {key: value for key, value in form.multi_items() if isinstance(value, str)}
    _read_texts(call, texts)
    return call


async def _read_form(body: bytes, headers: Headers) -> FormData:
    """Parse strictly: a body without its closing boundary was cut off on the way."""

    async def once() -> AsyncGenerator[bytes, None]:
        yield body

    parser = MultiPartParser(
        headers, once(), max_files=64, max_fields=64, max_part_size=len(body) + 1
    )
    try:
        form = await parser.parse()
    except (MultiPartException, UnicodeDecodeError, ValueError) as problem:
        raise refusals.unreadable_body() from problem
    if not body.rstrip(b"\r\n").endswith(b"--"):
        raise refusals.unreadable_body()
    return form


async def _picture_of_part(part: UploadFile | str) -> SentPicture:
    if isinstance(part, UploadFile):
        return SentPicture(await part.read(), part.content_type or "")
    if part.startswith(("http://", "https://")):
        raise refusals.bad_picture("The sandbox fetches no remote URLs. Send a file or data URL.")
    return read_data_url(part)


def read_data_url(text: str) -> SentPicture:
    """`data:image/png;base64,…` as a picture; raises `Refusal` for anything else."""
    head = DATA_URL.match(text[:200])
    if not head or not head.group(1) or not head.group(3):
        raise refusals.bad_picture(
            "Images must be sent as base64 data URLs (data:image/png;base64,...)."
        )
    try:
        data = base64.b64decode(text[head.end() :], validate=True)
    except (binascii.Error, ValueError) as problem:
        raise refusals.bad_picture("The data URL is not valid base64.") from problem
    return SentPicture(data, head.group(1).lower())


def _from_json(body: bytes) -> EditCall:
    try:
        sent = json.loads(body)
    except (ValueError, RecursionError) as problem:
        raise refusals.unreadable_json() from problem
    if not isinstance(sent, dict):
        raise refusals.unreadable_json()
    call = EditCall(encoding="json")
    for address in _data_urls(sent):
        call.images.append(read_data_url(address))
    mask = sent.get("maskDataUrl")
    if mask is not None:
        if not isinstance(mask, str):
            raise refusals.bad_parameter("maskDataUrl", "maskDataUrl must be a string.")
        call.mask = read_data_url(mask)
    _read_texts(call, {key: value for key, value in sent.items() if value is not None})
    return call


def _data_urls(sent: dict[str, Any]) -> list[str]:
    single, several = sent.get("imageDataUrl"), sent.get("imageDataUrls")
    found: list[Any] = [] if single is None else [single]
    if several is not None:
        found += several if isinstance(several, list) else [several]
    if not all(isinstance(address, str) for address in found):
        raise refusals.bad_parameter("imageDataUrls", "Image data URLs must be strings.")
    return cast("list[str]", found)


def _read_texts(call: EditCall, sent: dict[str, Any]) -> None:
    """The fields that are no pictures; form fields are text, JSON fields have types."""
    for name in ("prompt", "model", "size", "response_format"):
        value = sent.get(name, "")
        if not isinstance(value, str):
            raise refusals.bad_parameter(name, f"{name} must be a string.")
    call.prompt = sent.get("prompt", "").strip()
    call.model = sent.get("model", "").strip()
    call.size = sent.get("size", "").strip()
    call.response_format = sent.get("response_format", "") or "url"
    call.n = _whole_number(sent, "n")
    call.seed = _whole_number(sent, "seed")
    if len(call.prompt) > PROMPT_CEILING:
        raise refusals.prompt_too_long(PROMPT_CEILING, len(call.prompt), has_code=True)
    if call.response_format not in ("url", "b64_json"):
        raise refusals.bad_parameter("response_format", "response_format must be url or b64_json.")


def _whole_number(sent: dict[str, Any], name: str) -> int | None:
    value = sent.get(name)
    if value is None or value == "":
        return None
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and re.fullmatch(r"-?\d{1,18}", value.strip(), re.ASCII):
        return int(value)
    raise refusals.bad_parameter(name, f"{name} must be an integer.")
