"""Every web request gets an id: in its lines of the log, in its answer, and where a page broke.

A proxy in front may have given it one already; a well-formed `X-Request-ID` is taken over, so
that one id leads through both logs.
"""

from __future__ import annotations

import contextlib
import re
import uuid
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseServerError
from django.template.loader import render_to_string

from editor.log_context import about, now_about

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

HEADER = "X-Request-ID"
_WELL_FORMED = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{7,63}")


def request_id() -> str:
    """The id of the request that is being answered; "" outside of one."""
    return now_about().get("request", "")


@contextlib.contextmanager
def _answering(given: str) -> Iterator[str]:
    """Name what is logged in the block: as an outer layer did, else as given, else by a new id."""
    known = request_id() or (given if _WELL_FORMED.fullmatch(given) else uuid.uuid4().hex)
    with about(request=known):
        yield known


class RequestIds:
    """Django's outermost middleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and tell the id."""
        with _answering(request.headers.get(HEADER, "")) as known:
            response = self.get_response(request)
        response[HEADER] = known
        return response


def with_request_ids(app: App) -> App:
    """Give what Django never sees its id too: the event stream, and bodies that are too large."""
    wanted = HEADER.lower().encode()

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        headers = scope["headers"]
        given = next((value for name, value in headers if name == wanted), b"")
        with _answering(given.decode("latin-1")) as known:

            async def tell(message: MutableMapping[str, Any]) -> None:
                if message["type"] == "http.response.start":
                    there = [pair for pair in message.get("headers", []) if pair[0] != wanted]
                    message = {**message, "headers": [*there, (wanted, known.encode())]}
                await send(message)

            await app(scope, receive, tell)

    return answer


def server_error(_request: HttpRequest) -> HttpResponse:
    """Say sorry, with the id by which the operator finds what happened."""
    # Not by the site's own layout: whatever broke this page may break that too.
    return HttpResponseServerError(render_to_string("500.html", {"request_id": request_id()}))
