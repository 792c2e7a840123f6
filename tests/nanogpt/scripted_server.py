"""A small HTTP(S) server on 127.0.0.1 that plays one scripted behaviour per connection.

It works on raw sockets, so that it can break the rules too: drip, stall, lie about length, reset.
Every request that arrives is recorded; a connection without a script is recorded and closed.
"""

from __future__ import annotations

import contextlib
import email
import email.policy
import json
import socket
import ssl
import struct
import threading
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Part:
    """One part of a multipart body."""

    name: str
    filename: str | None
    mime: str
    data: bytes


@dataclass
class Seen:
    """One request as it arrived."""

    method: str
    target: str
    headers: list[tuple[str, str]]
    body: bytes = b""

    def header(self, name: str) -> str | None:
        values = [value for key, value in self.headers if key.lower() == name.lower()]
        assert len(values) < 2, f"{name} was sent twice"
        return values[0] if values else None

    def parts(self) -> list[Part]:
        head = f"Content-Type: {self.header('Content-Type')}\r\n\r\n".encode()
        message = email.message_from_bytes(head + self.body, policy=email.policy.HTTP)
        return [
            Part(
                name=str(part.get_param("name", header="content-disposition")),
                filename=part.get_filename(),
                mime=part.get_content_type(),
                data=part.get_payload(decode=True),
            )
            for part in message.iter_parts()
        ]

    def fields(self) -> dict[str, str]:
        return {part.name: part.data.decode() for part in self.parts() if part.filename is None}

    def files(self) -> list[Part]:
        return [part for part in self.parts() if part.filename is not None]

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Talk:
    """One connection, as a behaviour sees it."""

    conn: socket.socket
    server: ScriptedServer
    stopping: threading.Event = field(default_factory=threading.Event)

    def read_request(self, *, pause: float = 0) -> Seen:
        """Read one whole request and record it, with a pause between head and body."""
        head, rest = b"", b""
        while b"\r\n\r\n" not in head:
            piece = self.conn.recv(65536)
            if not piece:
                raise ConnectionAbortedError
            head += piece
        head, _, rest = head.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        method, target, _ = first.split(" ", 2)
        headers = [
            (key, value.strip()) for key, _, value in (line.partition(":") for line in lines)
        ]
        seen = Seen(method, target, headers)
        self.server.requests.append(seen)
        length = int(seen.header("Content-Length") or 0)
        self.stopping.wait(pause)
        while len(rest) < length:
            piece = self.conn.recv(65536)
            if not piece:
                raise ConnectionAbortedError
            rest += piece
        seen.body = rest
        return seen

    def read_head_only(self) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            head += self.conn.recv(4096)
        self.server.requests.append(Seen(*head.split(b" ")[:2], []))  # type: ignore[arg-type]

    def send(self, data: bytes) -> None:
        self.conn.sendall(data)

    def reset(self) -> None:
        """Close so that the other side gets a reset instead of an orderly end."""
        self.conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.conn.close()


Behaviour = Callable[[Talk], None]


class ScriptedServer:
    """Context: listens on a free port of 127.0.0.1 until the block ends."""

    def __init__(
        self, *behaviours: Behaviour, tls: ssl.SSLContext | None = None, receive_buffer: int = 0
    ) -> None:
        self.requests: list[Seen] = []
        self.connections = 0
        self._behaviours = list(behaviours)
        self._tls = tls
        self._stopping = threading.Event()
        self._listener = socket.socket()
        if receive_buffer:
            self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen(16)
        self._listener.settimeout(0.05)
        self.port = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept)]

    @property
    def origin(self) -> str:
        return f"https://localhost:{self.port}" if self._tls else f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> ScriptedServer:
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes accept() where the system allows it
        for thread in self._threads:
            thread.join(5)
            assert not thread.is_alive()
        self._listener.close()

    def _accept(self) -> None:
        while not self._stopping.is_set():
            try:
                conn, _ = self._listener.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            self.connections += 1
            behaviour = self._behaviours.pop(0) if self._behaviours else unscripted
            thread = threading.Thread(target=self._serve, args=(conn, behaviour))
            self._threads.append(thread)
            thread.start()

    def _serve(self, conn: socket.socket, behaviour: Behaviour) -> None:
        conn.settimeout(5)
        with contextlib.suppress(OSError), contextlib.closing(conn):
            if self._tls and not getattr(behaviour, "before_tls", False):
                with self._tls.wrap_socket(conn, server_side=True) as secure:
                    behaviour(Talk(secure, self, self._stopping))
                    # Let the client end it, so that what was sent is not lost to a reset.
                    secure.recv(1)
                return
            behaviour(Talk(conn, self, self._stopping))


def unscripted(talk: Talk) -> None:
    """A connection too many: it is in the records, and gets nothing."""
    talk.read_request()


def head_of(status: int, headers: Mapping[str, str]) -> bytes:
    lines = [f"HTTP/1.1 {status} Scripted", *(f"{key}: {value}" for key, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def answer(
    body: bytes | str = b"",
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    *,
    length: int | None = None,
) -> Behaviour:
    """Read the request, answer, close. `length` lies about the length of the body."""
    data = body.encode() if isinstance(body, str) else body

    def play(talk: Talk) -> None:
        talk.read_request()
        sent = {"Content-Length": str(len(data) if length is None else length), **(headers or {})}
        talk.send(head_of(status, sent) + data)

    return play


def answer_json(
    value: object, status: int = 200, headers: Mapping[str, str] | None = None
) -> Behaviour:
    return answer(
        json.dumps(value), status, {"Content-Type": "application/json", **(headers or {})}
    )


def raw(data: bytes) -> Behaviour:
    """Read the request, write exactly these bytes, close."""

    def play(talk: Talk) -> None:
        talk.read_request()
        talk.send(data)

    return play


def silent(talk: Talk) -> None:
    """Read the request and never answer."""
    talk.read_request()
    talk.stopping.wait(60)


def mute(talk: Talk) -> None:
    """Accept the connection and neither read nor write, not even TLS."""
    talk.stopping.wait(60)


mute.before_tls = True  # type: ignore[attr-defined]


def hang_up_before_tls(talk: Talk) -> None:
    talk.conn.close()


hang_up_before_tls.before_tls = True  # type: ignore[attr-defined]


def plain_text_instead_of_tls(talk: Talk) -> None:
    talk.conn.recv(100)
    talk.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")


plain_text_instead_of_tls.before_tls = True  # type: ignore[attr-defined]


def reset_unread(talk: Talk) -> None:
    talk.stopping.wait(0.1)  # an earlier reset would be a refused connection
    talk.reset()


def reset_after_head(talk: Talk) -> None:
    talk.read_head_only()
    talk.reset()


def reset_after_request(talk: Talk) -> None:
    talk.read_request()
    talk.reset()


def close_after_request(talk: Talk) -> None:
    talk.read_request()
    talk.conn.close()


def close_after_answer_head(talk: Talk) -> None:
    talk.read_request()
    talk.send(head_of(200, {"Content-Length": "100", "x-cost": "0.04"}))


def drip(pieces: Sequence[bytes], every: float) -> Behaviour:
    """Read the request, then send one piece after the other for ever."""

    def play(talk: Talk) -> None:
        talk.read_request()
        for piece in pieces:
            talk.send(piece)
            if talk.stopping.wait(every):
                return

    return play


def chunked(body: bytes, *, finished: bool = True) -> bytes:
    end = b"0\r\n\r\n" if finished else b""
    return b"%x\r\n%s\r\n%s" % (len(body), body, end)


def gzip_of(size: int) -> bytes:
    """One gzip member that unpacks to `size` zero bytes, packed without ever holding them."""
    packer = zlib.compressobj(1, zlib.DEFLATED, 31)
    block = b"\0" * 1_000_000
    return b"".join(packer.compress(block) for _ in range(size // len(block))) + packer.flush()
