"""Sends one prepared request over one wire and reads the answer, bounded in time and in size.

Built on requests' adapter and not on its Session: a Session follows redirects or at least reads the
whole body of one, merges proxies and netrc, and keeps cookies. None of that may happen here.
Connections are not kept either: one that the server has just closed would make a paid request fail
in a way that leaves its outcome unknown.
"""

from __future__ import annotations

import http.client
import logging
import socket
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import requests
import requests.adapters
import urllib3.exceptions
from requests.structures import CaseInsensitiveDict
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from editor.nanogpt.wire import MARGIN, NotReached, Wire

_SLICE = 65_536
_MAX_ERROR_BYTES = 1_048_576
_TRANSPORT_ERRORS = (
    requests.RequestException,
    urllib3.exceptions.HTTPError,
    http.client.HTTPException,
    OSError,
)
_ours: ContextVar[bool] = ContextVar("_ours", default=False)
BROKEN_SENTENCES: Mapping[str, str] = {
    "timeout": "The service did not finish answering in time.",
    "connection_lost": "The connection was lost before the answer was complete.",
    "answer_too_large": "The answer is larger than we accept.",
    "answer_garbled": "The answer's compression or framing is broken.",
}


class NoAnswer(Exception):
    """At least a part was written and no answer began. `code`: timeout or connection_lost."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Reply:
    """An answer as it came. `headers` ignore case; `broken` says why the body is not whole."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    broken: str = ""

    @property
    def broken_sentence(self) -> str:
        return BROKEN_SENTENCES.get(self.broken, "")


def exchange(
    prepared: requests.PreparedRequest, wire: Wire, *, max_bytes: int, ca_file: str | None = None
) -> Reply:
    """Send exactly one request, no redirects, no second try.

    `max_bytes` bounds the decoded body. `ca_file` replaces the trusted authorities; TLS is always
    verified. Raises NotReached if nothing was written, NoAnswer if no answer began.
    """
    adapter = _WireAdapter(wire)
    silenced = _ours.set(True)
    try:
        try:
            response = adapter.send(
                prepared,
                stream=True,
                timeout=wire.left() + MARGIN,
                verify=ca_file or True,
                proxies={},
            )
        except _TRANSPORT_ERRORS as error:
            raise _failure(error, wire) from None
        return _read(response, wire, max_bytes)
    finally:
        adapter.close()
        _ours.reset(silenced)


def _failure(error: Exception, wire: Wire) -> NotReached | NoAnswer:
    if wire.began:
        return NoAnswer("timeout" if wire.expired or _is_timeout(error) else "connection_lost")
    if wire.expired or _is_timeout(error):
        return NotReached("connect_timeout")
    # Connected, and not a byte of the request written: what failed in between can only be TLS.
    return NotReached("tls_failed" if wire.dialled else "connect_failed")


def _is_timeout(error: Exception) -> bool:
    return isinstance(error, (requests.Timeout, urllib3.exceptions.TimeoutError, TimeoutError))


def _read(response: requests.Response, wire: Wire, max_bytes: int) -> Reply:
    raw = response.raw
    limit = max_bytes if response.status_code < 300 else min(max_bytes, _MAX_ERROR_BYTES)
    body = bytearray()
    broken = ""
    try:
        # read1 hands over what is there: of an answer that breaks off, nothing received is lost.
        while piece := raw.read1(_SLICE, decode_content=True):
            if len(body) + len(piece) > limit:
                broken = "answer_too_large"
                break
            body += piece
    except urllib3.exceptions.DecodeError:
        broken = "answer_garbled"
    except _TRANSPORT_ERRORS as error:
        broken = "timeout" if wire.expired or _is_timeout(error) else "connection_lost"
    finally:
        wire.bytes_received += raw.tell()
        raw.close()
    # A body that ends with the connection looks whole when it was the watchdog that ended it.
    if wire.expired and not broken and not _is_framed(response.headers):
        broken = "timeout"
    return Reply(response.status_code, response.headers, bytes(body), broken)


def _is_framed(headers: Mapping[str, str]) -> bool:
    return "Content-Length" in headers or "Transfer-Encoding" in headers


class _WireConnection(HTTPConnection):
    """Connects where its wire says, and tells the wire before the first byte is written."""

    def __init__(self, *args: Any, wire: Wire, **kwargs: Any) -> None:
        self.wire = wire
        super().__init__(*args, **kwargs)

    def _new_conn(self) -> socket.socket:
        return self.wire.dial(self.host, self.port)

    def send(self, data: Any) -> None:
        if self.sock is None:
            if self.wire.began:
                # http.client would silently connect again, and so send a second time.
                message = "the connection is gone"
                raise ConnectionAbortedError(message)
            self.connect()
        self.wire.begin()
        view = memoryview(data)
        for start in range(0, len(view), _SLICE):
            piece = view[start : start + _SLICE]
            self.sock.settimeout(self.wire.left() + MARGIN)
            super().send(piece)
            self.wire.bytes_sent += len(piece)


class _WireTLSConnection(_WireConnection, HTTPSConnection):
    """The same over TLS; name check and SNI stay with the host's name."""


class _WirePool(HTTPConnectionPool):
    ConnectionCls = _WireConnection


class _WireTLSPool(HTTPSConnectionPool):
    ConnectionCls = _WireTLSConnection


class _WireAdapter(requests.adapters.HTTPAdapter):
    """requests' adapter for one request over one wire; urllib3's retries are off."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _WirePool, "https": _WireTLSPool}

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:
        pool: Any = super().get_connection_with_tls_context(*args, **kwargs)
        pool.conn_kw["wire"] = self._wire
        return pool

    def build_response(self, req: requests.PreparedRequest, resp: Any) -> requests.Response:
        """The bare answer; the usual one also parses cookies, and stumbles over broken ones."""
        response = requests.Response()
        response.status_code = resp.status
        response.headers = CaseInsensitiveDict(resp.headers)
        response.raw = resp
        response.request = req
        return response


def _silence_while_ours(_: logging.LogRecord) -> bool:
    return not _ours.get()


# urllib3 logs whole addresses, signatures included, and quotes headers that it cannot parse. While
# one of our requests is on its way in this thread, our own record is the only one.
for _name in ("connection", "connectionpool", "poolmanager", "response", "util.retry"):
    logging.getLogger(f"urllib3.{_name}").addFilter(_silence_while_ours)
