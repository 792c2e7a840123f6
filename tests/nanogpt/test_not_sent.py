"""Failures before the first byte of the request: surely free, so they may be tried again."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest

from editor.nanogpt import wire
from editor.nanogpt.client import NanoGPT
from editor.nanogpt.errors import NotSent

from .conftest import KEY, MakeClient, Serve
from .drawing import an_edit
from .scripted_server import (
    answer_json,
    hang_up_before_tls,
    mute,
    plain_text_instead_of_tls,
)

GOOD = {"data": [{"url": "https://files.example/1.png"}]}
NAMED = "https://upstream.invalid"


def not_sent(client: NanoGPT) -> NotSent:
    with pytest.raises(NotSent) as caught:
        client.edit(an_edit())
    error = caught.value
    assert error.retriable
    assert not error.maybe_billed
    assert error.status is None
    assert str(error).endswith("Nothing was sent.")
    return error


def address(port: int) -> wire.AddressInfo:
    return (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))


@contextmanager
def full_port() -> Iterator[int]:
    """A port whose queue is full, so that connecting to it takes for ever."""
    with ExitStack() as open_sockets:
        listener = open_sockets.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):
            filler = open_sockets.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]


def closed_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@pytest.fixture
def resolve_to(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Replace the resolver by one that gives these addresses, or raises this error."""

    def use(outcome: Any) -> list[str]:
        asked: list[str] = []

        def resolver(host: str, *_: object) -> Any:
            asked.append(host)
            if isinstance(outcome, Exception):
                raise outcome
            return outcome() if callable(outcome) else outcome

        monkeypatch.setattr(socket, "getaddrinfo", resolver)
        return asked

    return use


@pytest.mark.parametrize(
    "failure",
    [
        socket.gaierror(socket.EAI_NONAME, "Name or service not known"),
        socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution"),
        UnicodeError("label too long"),
        OSError("no resolver"),
        [],
    ],
)
def test_a_name_that_is_not_found(resolve_to: Any, failure: Any) -> None:
    asked = resolve_to(failure)
    assert not_sent(NanoGPT(NAMED, KEY)).code == "name_not_found"
    assert asked == ["upstream.invalid"]


def test_a_lookup_that_takes_too_long_is_left_behind_and_sends_nothing_later(
    serve: Serve, resolve_to: Any
) -> None:
    server = serve(answer_json(GOOD))
    given_up, answered = threading.Event(), threading.Event()

    def slow() -> list[wire.AddressInfo]:
        given_up.wait(60)
        answered.set()
        return [address(server.port)]

    resolve_to(slow)
    started = time.monotonic()
    error = not_sent(NanoGPT("http://localhost:1", KEY, connect_seconds=0.2))
    assert (error.code, time.monotonic() - started < 20) == ("name_timeout", True)
    given_up.set()
    assert answered.wait(20)
    time.sleep(0.1)
    assert server.connections == 0


def test_a_port_where_nobody_listens() -> None:
    error = not_sent(NanoGPT(f"http://127.0.0.1:{closed_port()}", KEY))
    assert error.code == "connect_refused"


def test_a_host_that_does_not_answer_the_connection() -> None:
    with full_port() as port:
        started = time.monotonic()
        error = not_sent(NanoGPT(f"http://127.0.0.1:{port}", KEY, connect_seconds=0.3))
    assert error.code == "connect_timeout"
    assert 0.2 < time.monotonic() - started < 20


def test_the_total_deadline_also_bounds_connecting() -> None:
    with full_port() as port:
        client = NanoGPT(f"http://127.0.0.1:{port}", KEY, timeout_seconds=0.3, connect_seconds=60)
        started = time.monotonic()
        assert not_sent(client).code == "connect_timeout"
    assert time.monotonic() - started < 20


def test_an_unreachable_network(resolve_to: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(*_: object) -> socket.socket:
        raise OSError(101, "Network is unreachable")

    resolve_to([address(443)])
    monkeypatch.setattr(wire, "open_socket", unreachable)
    assert not_sent(NanoGPT(NAMED, KEY)).code == "connect_failed"


def test_the_next_address_is_tried_when_the_first_is_dead(serve: Serve, resolve_to: Any) -> None:
    server = serve(answer_json(GOOD))
    with full_port() as dead:
        resolve_to([address(closed_port()), address(dead), address(server.port)])
        answer = NanoGPT("http://localhost:1", KEY, connect_seconds=1.2).edit(an_edit())
    assert len(answer.images) == 1
    assert server.connections == 1


def test_a_certificate_of_another_host(
    serve: Serve, client_of: MakeClient, certificate_for: Any, ca_file: str
) -> None:
    server = serve(tls=certificate_for("other.example"))
    assert not_sent(client_of(server, ca_file=ca_file)).code == "tls_failed"
    assert server.requests == []


def test_a_certificate_of_an_unknown_authority(
    serve: Serve, client_of: MakeClient, certificate_for: Any
) -> None:
    server = serve(tls=certificate_for("localhost"))
    assert not_sent(client_of(server)).code == "tls_failed"
    assert server.requests == []


def test_the_environment_cannot_replace_the_trusted_authorities(
    serve: Serve,
    client_of: MakeClient,
    certificate_for: Any,
    ca_file: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", ca_file)
    monkeypatch.setenv("CURL_CA_BUNDLE", ca_file)
    server = serve(tls=certificate_for("localhost"))
    assert not_sent(client_of(server)).code == "tls_failed"


@pytest.mark.parametrize("behaviour", [plain_text_instead_of_tls, hang_up_before_tls])
def test_a_server_that_does_not_speak_tls(
    serve: Serve, client_of: MakeClient, certificate_for: Any, ca_file: str, behaviour: Any
) -> None:
    server = serve(behaviour, tls=certificate_for("localhost"))
    assert not_sent(client_of(server, ca_file=ca_file)).code == "tls_failed"


@pytest.mark.parametrize("limits", [{"connect_seconds": 0.3}, {"timeout_seconds": 0.3}])
def test_a_server_that_never_finishes_the_tls_handshake(
    serve: Serve, client_of: MakeClient, certificate_for: Any, ca_file: str, limits: Any
) -> None:
    server = serve(mute, tls=certificate_for("localhost"))
    started = time.monotonic()
    error = not_sent(client_of(server, ca_file=ca_file, **limits))
    assert error.code == "connect_timeout"
    assert time.monotonic() - started < 20


def test_no_byte_leaves_once_the_time_to_connect_is_over(
    serve: Serve, resolve_to: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection comes up, but too late: the watchdog has spoken, so nothing may be sent."""
    server = serve(answer_json(GOOD))
    really_open = wire.open_socket

    def late(info: wire.AddressInfo, seconds: float) -> socket.socket:
        time.sleep(seconds + 0.2)
        return really_open(info, seconds)

    resolve_to([address(server.port)])
    monkeypatch.setattr(wire, "open_socket", late)
    error = not_sent(NanoGPT("http://localhost:1", KEY, connect_seconds=0.2))
    assert error.code == "connect_timeout"
    time.sleep(0.1)
    assert server.requests == []
