"""Answers that no well-behaved framework would send: late, dripping, broken off, reset.

They are ASGI callables. Resetting needs the socket itself, so `OpenConnection` hands the transport
to the application in the scope's state.
"""

import asyncio
import socket
import struct
from collections.abc import Mapping
from typing import Any

from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

A_MOMENT = 0.05


class OpenConnection(H11Protocol):
    """uvicorn's HTTP/1.1 protocol that lets the application see its transport."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


async def reset(scope: Scope) -> None:
    """Drop the connection so that the peer sees a reset, not an orderly end."""
    transport: asyncio.Transport = scope["state"]["transport"]
    raw = transport.get_extra_info("socket")
    if raw is not None:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
    await asyncio.sleep(A_MOMENT)  # uvicorn notes the loss before this call returns


def _start(status: int, headers: Mapping[str, str], length: int) -> dict[str, Any]:
    pairs = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]
    pairs = [pair for pair in pairs if pair[0] != b"content-length"]
    pairs.append((b"content-length", str(length).encode()))
    return {"type": "http.response.start", "status": status, "headers": pairs}


class Reset:
    """No answer at all. With `after_bytes`, that much of the request is read first."""

    def __init__(self, after_bytes: int = 0) -> None:
        self.after_bytes = after_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        read = 0
        while read < self.after_bytes:
            message = await receive()
            read += len(message.get("body", b""))
            if not message.get("more_body"):
                break
        await reset(scope)


class BrokenOff:
    """Headers that promise all of the body, half of it, then a reset."""

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.status, self.headers, self.body = status, headers, body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        del receive
        await send(_start(self.status, self.headers, len(self.body)))
        half = self.body[: len(self.body) // 2]
        await send({"type": "http.response.body", "body": half, "more_body": True})
        await asyncio.sleep(A_MOMENT)  # a reset at once would swallow what was just sent
        await reset(scope)


class Dripping:
    """The right answer, a byte at a time, `interval` seconds apart."""

    def __init__(
        self, status: int, headers: Mapping[str, str], body: bytes, interval: float
    ) -> None:
        self.status, self.headers, self.body, self.interval = status, headers, body, interval

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        del receive
        transport: asyncio.Transport = scope["state"]["transport"]
        await send(_start(self.status, self.headers, len(self.body)))
        for position in range(len(self.body)):
            if transport.is_closing():
                return
            byte = self.body[position : position + 1]
            await send({"type": "http.response.body", "body": byte, "more_body": True})
            await asyncio.sleep(self.interval)
        await send({"type": "http.response.body", "body": b""})


class Hanging:
    """Nothing, until the client gives up or `seconds` are over; then a reset."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        del send
        try:
            async with asyncio.timeout(self.seconds):
                while (await receive())["type"] != "http.disconnect":
                    pass
        except TimeoutError:
            await reset(scope)
