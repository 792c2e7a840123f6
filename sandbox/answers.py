"""What goes back over the wire: the answer to an edit, refusals, and both spoiled by faults."""

import asyncio
import base64
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import formatdate
from typing import Any

from starlette.responses import Response
from starlette.types import ASGIApp

from sandbox.connections import BrokenOff, Dripping, Hanging, Reset
from sandbox.faults import Fault
from sandbox.files import Files
from sandbox.ledger import Call
from sandbox.refusals import Refusal, body_over_ceiling, dress, html_page


@dataclass(frozen=True)
class Finished:
    """Pictures that were made: encoded bytes, their file extension, and how to hand them over."""

    pictures: tuple[bytes, ...]
    extension: str
    as_base64: bool
    tells_cost: bool


def json_response(
    body: Any, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    return Response(json.dumps(body), status, headers, media_type="application/json")


def refused(refusal: Refusal, call: Call | None = None) -> Response:
    """A refusal as an HTTP answer; errors carry the request id too."""
    body, mime = refusal.body()
    headers = dict(refusal.headers)
    if call:
        headers["X-Request-ID"] = call.request_id
    return Response(body, refusal.status, headers, media_type=mime)


def edit_answer(
    finished: Finished, call: Call, files: Files, root: str, balance: float, fault: Fault | None
) -> Response:
    """The answer of a paid call that went well, or one that a fault has spoiled."""
    kind = fault.kind if fault else ""
    as_base64 = finished.as_base64 or kind in ("base64", "base64_data_url", "broken_base64")
    data = []
    for picture in finished.pictures:
        if as_base64:
            data.append({"b64_json": _text_of(picture, finished.extension, kind)})
        else:
            data.append(_linked(picture, finished.extension, call, files, root, fault))
    cost = float(call.cost)
    body: dict[str, Any] = {
        "created": int(call.time),
        "data": data,
        "cost": cost,
        "paymentSource": "USD",
        "remainingBalance": balance,
        "requestId": call.request_id,
    }
    headers = {
        "X-Request-ID": call.request_id,
        "x-cost": f"{call.cost:f}",
        "x-remaining-balance": f"{balance:.6f}",
    }
    if not finished.tells_cost:
        del body["cost"], headers["x-cost"]
    if fault:
        body = _spoiled(body, headers, fault)
    return json_response(body, 200, headers)


def _text_of(picture: bytes, extension: str, kind: str) -> str:
    text = base64.b64encode(picture).decode()
    if kind == "base64_data_url":
        mime = "jpeg" if extension == "jpg" else extension
        return f"data:image/{mime};base64,{text}"
    return text[: len(text) // 2] + "*!" if kind == "broken_base64" else text


def _linked(
    picture: bytes, extension: str, call: Call, files: Files, root: str, fault: Fault | None
) -> dict[str, Any]:
    """One item with its link; link faults change the stored file or the address."""
    kind = fault.kind if fault else ""
    if kind == "jpeg_named_png":
        extension = "png"
    if kind == "garbage_picture":
        picture = b"<html>not a picture</html>"
    file = files.keep(picture, extension, call.id)
    item: dict[str, Any] = {"url": files.link(file, root, expired=kind == "expired_link")}
    if fault and kind == "link":
        item["url"] = fault.options["url"]
    if fault and kind == "link_redirect":
        file.redirect = fault.options["location"]
    if fault and kind == "link_status":
        file.failures = int(fault.number("failures", 1))
        file.failure_status = int(fault.number("status", 503))
    if kind == "url_and_null_b64":
        item["b64_json"] = None
    if kind == "null_keys":
        item = {"url": None, "b64_json": None}
    item["storageKey"] = f"sandbox/{file.name}"
    return item


def _spoiled(body: dict[str, Any], headers: dict[str, str], fault: Fault) -> dict[str, Any]:
    if fault.kind == "empty_data":
        return body | {"data": []}
    if fault.kind == "no_data":
        return {"created": body["created"]}
    if fault.kind == "error_in_200":
        wrong = dress("a", 500, "image_generation_failed", "Image generation failed.")
        return wrong if isinstance(wrong, dict) else {}
    if fault.kind == "cost":
        headers.pop("x-cost", None)
        return _with_odd_cost(body, str(fault.options["value"]))
    return body


def _with_odd_cost(body: dict[str, Any], way: str) -> dict[str, Any]:
    rest = {name: value for name, value in body.items() if name != "cost"}
    cost = float(body.get("cost", 0.0))
    if way == "missing":
        return rest
    if way == "xno":
        return body | {"paymentSource": "XNO"}
    odd: dict[str, Any] = {
        "string": f"{cost:.4f}",
        "zero": 0,
        "negative": -cost,
        "nonsense": "a few cents",
    }
    return rest | {"cost": odd[way]}


def before_work(fault: Fault) -> Response:
    """The answer of a fault that comes instead of any work (resets are made by the caller)."""
    if fault.kind == "text_413":
        return refused(body_over_ceiling())
    if fault.kind == "html_502":
        return Response(html_page(502, "Bad Gateway"), 502, media_type="text/html")
    options = fault.options
    status = int(options["status"])
    headers = {}
    if "retry_after" in options:
        headers["Retry-After"] = str(int(options["retry_after"]))
    if "retry_after_date" in options:
        headers["Retry-After"] = formatdate(time.time() + options["retry_after_date"], usegmt=True)
    if "location" in options:
        headers["Location"] = options["location"]
    refusal = Refusal(
        status,
        options.get("code", "sandbox_fault"),
        options.get("message", f"Scripted fault {status}"),
        envelope=options.get("envelope", "a"),
        headers=headers,
    )
    return refused(refusal)


async def on_the_way(answer: Response, fault: Fault) -> ASGIApp:
    """A finished answer, spoiled between here and the client."""
    if fault.kind == "slow":
        await asyncio.sleep(fault.number("seconds", 5))
        return answer
    return _broken_connection(answer, fault) or _other_body(answer, fault)


def _broken_connection(answer: Response, fault: Fault) -> ASGIApp | None:
    body, headers = bytes(answer.body), dict(answer.headers)
    broken: dict[str, ASGIApp] = {
        "hang": Hanging(fault.number("seconds", 3600)),
        "drip": Dripping(answer.status_code, headers, body, fault.number("interval", 0.2)),
        "reset_after_reading": Reset(),
        "reset_mid_answer": BrokenOff(answer.status_code, headers, body),
    }
    return broken.get(fault.kind)


def _other_body(answer: Response, fault: Fault) -> Response:
    body = bytes(answer.body)
    if fault.kind == "html_200":
        return Response(html_page(200, "Please wait"), 200, media_type="text/html")
    if fault.kind == "truncated_json":
        return Response(body[: len(body) // 2], 200, media_type="application/json")
    if fault.kind == "huge_answer":
        padding = b" " * int(fault.number("megabytes", 80) * 1_048_576)
        return Response(body + padding, 200, media_type="application/json")
    return answer
