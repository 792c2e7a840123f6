"""One port for all: pages go to Django's WSGI in threads, /events to the hub.

Django under ASGI costs two to five times the CPU per small reply, and an async view
that touches the database holds a connection per open tab. The hub does neither.
"""

from __future__ import annotations

import gc
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from a2wsgi import WSGIMiddleware
from django.conf import settings
from django.urls import reverse

from nanoedit_site.wsgi import application as pages  # first: it sets Django up

from editor.events import hub  # isort: skip
from nanoedit_site.intake import Intake  # isort: skip
from nanoedit_site.request_ids import with_request_ids  # isort: skip

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

WEB_THREADS = 16

_pages = Intake(
    WSGIMiddleware(pages, workers=WEB_THREADS),  # type: ignore[arg-type]
    settings.MAX_REQUEST_BYTES,
)


@with_request_ids
async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Send each request where it belongs."""
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
    elif scope["type"] == "http" and scope["path"] == "/events":
        await hub(scope, receive, send)
    elif scope["type"] == "http":
        await _pages(scope, receive, send)
    else:
        await send({"type": "websocket.close", "code": 1000})


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            settle()
            await send({"type": "lifespan.startup.complete"})
        else:
            await hub.close()
            await send({"type": "lifespan.shutdown.complete"})
            return


def settle() -> None:
    """Load every page, and tell the garbage collector that what is loaded stays.

    Otherwise it goes through all of it again and again: one request in ten waits for that.
    After that it looks less often, but soon where anything stayed: each list of edits leaves
    some thousand objects that hold each other, and many lists at once take 30 ms to clear.
    """
    reverse("editor:home")  # reads the table of addresses, and with it all views
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 2, 20)
