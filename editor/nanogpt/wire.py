"""One request's way over the network: who may be connected to, until when, and how far it came.

A `Wire` lives for exactly one request. It finds the address, opens the socket, and keeps the two
facts on which money depends: whether the first byte of the request was written (`began`), and
whether time ran out (`expired`). Both change under one lock, so "time ran out before anything was
sent" is certain and not a matter of which exception happened to surface.

The deadline is total. Socket timeouts alone are not: each read starts them anew, so a server that
sends one byte now and then is never cut. A watchdog thread shuts the socket down instead, which
wakes whatever is blocked on it: connecting, the TLS handshake, sending, or reading.
"""

from __future__ import annotations

import queue
import socket
import threading
import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, Self

# As socket.getaddrinfo gives it: family, type, protocol, canonical name, socket address.
AddressInfo = tuple[Any, Any, int, str, tuple[Any, ...]]
Resolver = Callable[..., Sequence[AddressInfo]]
# Called with host, port and the addresses found, before any connection; raises to forbid.
Guard = Callable[[str, int, Sequence[AddressInfo]], None]

_MAX_ADDRESSES = 8
# Between our side and a model that thinks for minutes stand routers that forget idle connections.
_KEEPALIVE_SECONDS = 30
# The watchdog comes first; a socket's own timeout is only there should it fail to wake the socket.
MARGIN = 0.2


class NotReached(Exception):
    """Nothing was sent. `code` says what failed: name, connection, TLS or time."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Wire:
    """Context of one request. `connect_seconds` bounds name, connection, TLS; `seconds` it all."""

    def __init__(
        self,
        seconds: float,
        connect_seconds: float,
        *,
        resolver: Resolver | None = None,
        guard: Guard | None = None,
    ) -> None:
        self.began = False
        self.dialled = False
        self.expired = False
        self.bytes_sent = 0
        self.bytes_received = 0
        self._seconds = seconds
        self._connect_seconds = min(connect_seconds, seconds)
        self._resolver: Resolver = resolver or socket.getaddrinfo
        self._guard = guard
        self._started = time.monotonic()
        self._lock = threading.Lock()
        self._finished = threading.Event()
        self._handle: socket.socket | None = None
        self._watchdog = threading.Thread(target=self._watch, name="upstream-deadline", daemon=True)

    def __enter__(self) -> Self:
        self._started = time.monotonic()
        self._watchdog.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._finished.set()
        self._watchdog.join()
        if self._handle:
            self._handle.close()

    def elapsed(self) -> float:
        """Seconds since this wire was opened."""
        return time.monotonic() - self._started

    def left(self) -> float:
        """Seconds until the total deadline, never below 0."""
        return max(0.0, self._seconds - self.elapsed())

    def begin(self) -> None:
        """Note that the first byte is about to be written. Raises NotReached if it is too late."""
        with self._lock:
            if self.expired and not self.began:
                raise NotReached("connect_timeout")
            self.began = True

    def dial(self, host: str, port: int) -> socket.socket:
        """Connect to the first address of the host that answers. Raises NotReached."""
        found = self._resolve(host.strip("[]"), port)
        if self._guard:
            self._guard(host, port, found)
        found = found[:_MAX_ADDRESSES]
        problem = "connect_failed"
        for position, info in enumerate(found):
            # One dead address must not use up the time of the others.
            share = self._connect_left() / (len(found) - position)
            if share <= 0:
                raise NotReached("connect_timeout")
            try:
                return self._adopt(open_socket(info, share))
            except TimeoutError:
                problem = "connect_timeout"
            except ConnectionRefusedError:
                problem = "connect_refused"
            except OSError:
                problem = "connect_failed"
        raise NotReached(problem)

    def _connect_left(self) -> float:
        return max(0.0, self._connect_seconds - self.elapsed())

    def _resolve(self, host: str, port: int) -> Sequence[AddressInfo]:
        """Look the name up in another thread: a lookup cannot be interrupted, only left behind."""
        answers: queue.SimpleQueue[Sequence[AddressInfo] | None] = queue.SimpleQueue()

        def look_up() -> None:
            try:
                answers.put(list(self._resolver(host, port, 0, socket.SOCK_STREAM)))
            except (OSError, ValueError):  # a label that is no label is a UnicodeError
                answers.put(None)

        threading.Thread(target=look_up, name="upstream-lookup", daemon=True).start()
        try:
            found = answers.get(timeout=self._connect_left())
        except queue.Empty:
            raise NotReached("name_timeout") from None
        if not found:
            raise NotReached("name_not_found")
        return found

    def _adopt(self, sock: socket.socket) -> socket.socket:
        """Take over an open socket; keep a second handle on it for the watchdog.

        The handle is our own file descriptor: it stays valid while TLS wraps the socket, and can
        never be reused for somebody else's connection while we hold it.
        """
        with self._lock:
            if self.expired:
                sock.close()
                raise NotReached("connect_timeout")
            self._handle = sock.dup()
            self.dialled = True
        sock.settimeout(self._connect_left() + MARGIN)
        return sock

    def _watch(self) -> None:
        if self._finished.wait(self._connect_left()):
            return
        with self._lock:
            if not self.began:
                self._cut()
                return
        if not self._finished.wait(self.left()):
            with self._lock:
                self._cut()

    def _cut(self) -> None:
        self.expired = True
        if self._handle:
            try:
                self._handle.shutdown(socket.SHUT_RDWR)
            except OSError:
                return  # the other side was faster


def open_socket(info: AddressInfo, seconds: float) -> socket.socket:
    """Connect to one resolved address. Raises OSError."""
    family, kind, protocol, _, address = info
    sock = socket.socket(family, kind, protocol)
    try:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        if hasattr(socket, "TCP_KEEPIDLE"):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, _KEEPALIVE_SECONDS)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, _KEEPALIVE_SECONDS)
        sock.settimeout(seconds)
        sock.connect(address)
    except OSError:
        sock.close()
        raise
    return sock
