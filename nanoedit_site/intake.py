"""Keeps slow people from holding the threads that pages run in.

There are only so many threads. A body that drips in, by bad will or over a bad line,
would hold one for as long as it likes, and so would an answer that nobody fetches. Here
both cost a coroutine and a temporary file, and an end is put to them: a thread is given
to a request when its body is there, and let go when its answer is written. A body that
is too large is refused before it has been sent, or as soon as it shows.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import tempfile
from collections.abc import Awaitable, Callable, MutableMapping
from typing import IO, Any

from django.template.loader import render_to_string

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

IN_MEMORY_BYTES = 1_000_000
CHUNK_BYTES = 256 * 1024
LONGEST_PAUSE_SECONDS = 30.0
LONGEST_BODY_SECONDS = 900.0  # 50 MB over half a megabit per second


class Intake:
    """An ASGI application around another one that gets whole bodies only."""

    def __init__(
        self,
        app: App,
        max_bytes: int,
        *,
        longest_pause: float = LONGEST_PAUSE_SECONDS,
        longest_body: float = LONGEST_BODY_SECONDS,
    ) -> None:
        self._app = app
        self._max_bytes = max_bytes
        self._longest_pause = longest_pause
        self._longest_body = longest_body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take the body in, then hand the request on."""
        declared = _header(scope, b"content-length")
        if declared.isdigit() and int(declared) > self._max_bytes:
            await self._refuse(scope, send)
            return
        if not int(declared or 0) and not _header(scope, b"transfer-encoding"):
            await self._answer(scope, receive, send)
            return
        with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY_BYTES) as body:
            taken = await self._take(receive, body)
            if taken is None:
                return  # gone, or too slow: nobody is there to be answered
            if taken > self._max_bytes:
                await self._refuse(scope, send)
                return
            body.seek(0)
            await self._answer(scope, _replay(body, receive), send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the application write its answer at once, and pass it on at the client's pace."""
        outlet = Outlet(send, self._longest_pause)
        passing_on = asyncio.create_task(outlet.pass_on())
        try:
            await self._app(scope, receive, outlet.take)
            # Too slow, or gone: the server closes what was not sent to its end.
            with contextlib.suppress(TimeoutError):
                if outlet.ended:
                    await passing_on
        finally:
            passing_on.cancel()
            outlet.close()

    async def _take(self, receive: Receive, body: IO[bytes]) -> int | None:
        """Write the body to a file; give its length, or None when it never came to its end."""
        taken = 0
        try:
            async with asyncio.timeout(self._longest_body):
                while True:
                    message = await asyncio.wait_for(receive(), self._longest_pause)
                    if message["type"] == "http.disconnect":
                        return None
                    chunk = message.get("body", b"")
                    taken += len(chunk)
                    if taken > self._max_bytes:
                        return taken
                    body.write(chunk)
                    if not message.get("more_body"):
                        return taken
        except TimeoutError:
            return None

    async def _refuse(self, scope: Scope, send: Send) -> None:
        limit = f"{self._max_bytes / 1_000_000:g}"
        if b"application/json" in _header(scope, b"accept"):
            sentence = f"This is too large: at most {limit} MB can be sent at once."
            body, mime = json.dumps({"error": sentence}).encode(), b"application/json"
        else:
            page = render_to_string("413.html", {"max_upload_mb": limit})
            body, mime = page.encode(), b"text/html; charset=utf-8"
        headers = [
            (b"content-type", mime),
            (b"content-length", str(len(body)).encode()),
            (b"connection", b"close"),
            (b"content-security-policy", b"default-src 'none'; style-src 'self'; img-src 'self'"),
            (b"x-content-type-options", b"nosniff"),
        ]
        await send({"type": "http.response.start", "status": 413, "headers": headers})
        await send({"type": "http.response.body", "body": body})


class Outlet:
    """Takes an answer from its thread at once, and sends it as fast as it is fetched."""

    def __init__(self, send: Send, longest_pause: float) -> None:
        self._send = send
        self._longest_pause = longest_pause
        self._start: MutableMapping[str, Any] | None = None
        self._spool = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY_BYTES)  # noqa: SIM115
        self._written = self._sent = 0
        self.ended = False
        self._news = asyncio.Event()

    async def take(self, message: MutableMapping[str, Any]) -> None:
        """Keep a part of the answer; never waits for the client."""
        if message["type"] == "http.response.start":
            self._start = message
        else:
            self._spool.seek(self._written)
            self._written += self._spool.write(message.get("body", b""))
            self.ended = not message.get("more_body", False)
        self._news.set()

    async def pass_on(self) -> None:
        """Send what is there. Raises TimeoutError when the client stops fetching."""
        while self._start is None:
            await self._wait()
        await self._send(self._start)
        while True:
            if self._sent < self._written:
                self._spool.seek(self._sent)
                chunk = self._spool.read(CHUNK_BYTES)
                self._sent += len(chunk)
                last = self.ended and self._sent == self._written
                message = {"type": "http.response.body", "body": chunk, "more_body": not last}
                await asyncio.wait_for(self._send(message), self._longest_pause)
                if last:
                    return
            elif self.ended:
                await self._send({"type": "http.response.body", "body": b""})
                return
            else:
                await self._wait()

    async def _wait(self) -> None:
        await self._news.wait()
        self._news.clear()

    def close(self) -> None:
        """Drop what was not sent."""
        self._spool.close()


def _header(scope: Scope, wanted: bytes) -> bytes:
    return next((bytes(value) for name, value in scope["headers"] if name == wanted), b"")


def _replay(body: IO[bytes], receive: Receive) -> Receive:
    """Give the body from its file in pieces, and afterwards whatever else happens."""
    ended = False

    async def replay() -> MutableMapping[str, Any]:
        nonlocal ended
        if ended:
            return await receive()
        chunk = body.read(CHUNK_BYTES)
        ended = len(chunk) < CHUNK_BYTES
        return {"type": "http.request", "body": chunk, "more_body": not ended}

    return replay
