"""Puts an edit into one of the two bodies that the provider takes. Their field names differ."""

from __future__ import annotations

import base64
import json
import re
from typing import Any, Literal

import requests

from editor.nanogpt.messages import EditRequest, FilePart

Encoding = Literal["multipart", "json"]
_NUMBER = re.compile(r"-?(0|[1-9]\d{0,14})(\.\d{1,9})?", re.ASCII)


def encode_edit(
    url: str,
    headers: dict[str, str],
    request: EditRequest,
    encoding: Encoding,
    *,
    response_format: str | None,
) -> requests.PreparedRequest:
    """The finished HTTP request. Raises ValueError for an unknown encoding."""
    if encoding == "multipart":
        return requests.Request(
            "POST",
            url,
            headers=headers,
            data=_fields(request, response_format),
            files=_files(request),
        ).prepare()
    if encoding == "json":
        body = json.dumps(_json_body(request, response_format)).encode()
        headers = {**headers, "Content-Type": "application/json"}
        return requests.Request("POST", url, headers=headers, data=body).prepare()
    message = f"Unknown encoding {encoding!r}."
    raise ValueError(message)


def _fields(request: EditRequest, response_format: str | None) -> list[tuple[str, str]]:
    fields = form_fields(
        request.model, request.prompt, request.n, request.size, response_format=response_format
    )
    return [*fields, *request.extra.items()]


def form_fields(
    model: str, prompt: str, n: int | None, size: str | None, *, response_format: str | None
) -> list[tuple[str, str]]:
    """Give the text fields of a form, in their order."""
    fields = [("model", model), ("prompt", prompt)]
    if n is not None:
        fields.append(("n", str(n)))
    if size is not None:
        fields.append(("size", size))
    if response_format is not None:
        fields.append(("response_format", response_format))
    return fields


def image_field(count: int) -> str:
    """One picture is `image`, several are `image[]`: two parts both named `image` are refused."""
    return "image" if count == 1 else "image[]"


def _files(request: EditRequest) -> list[tuple[str, tuple[str, bytes, str]]]:
    name = image_field(len(request.images))
    files = [(name, _file(part)) for part in request.images]
    if request.mask:
        files.append(("mask", _file(request.mask)))
    return files


def _file(part: FilePart) -> tuple[str, bytes, str]:
    return part.filename, part.data, part.mime


def _json_body(request: EditRequest, response_format: str | None) -> dict[str, Any]:
    body: dict[str, Any] = {"model": request.model, "prompt": request.prompt}
    if len(request.images) == 1:
        body["imageDataUrl"] = _data_url(request.image)
    else:
        body["imageDataUrls"] = [_data_url(part) for part in request.images]
    if request.mask:
        body["maskDataUrl"] = _data_url(request.mask)
    if request.n is not None:
        body["n"] = request.n
    if request.size is not None:
        body["size"] = request.size
    if response_format is not None:
        body["response_format"] = response_format
    return body | {name: _json_value(text) for name, text in request.extra.items()}


def _data_url(part: FilePart) -> str:
    return f"data:{part.mime};base64,{base64.b64encode(part.data).decode('ascii')}"


def _json_value(text: str) -> Any:
    """In a form every value is text; in JSON a number or a truth value has to be one."""
    return json.loads(text) if _NUMBER.fullmatch(text) or text in ("true", "false") else text
