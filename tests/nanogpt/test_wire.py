"""A wire on its own: what holds when the time is over."""

from __future__ import annotations

import socket
import time
from typing import Any

import pytest

from editor.nanogpt import transport, wire
from editor.nanogpt.wire import NotReached, Wire

from .conftest import Serve


def wait_until_expired(line: Wire) -> None:
    until = time.monotonic() + 3
    while not line.expired and time.monotonic() < until:
        time.sleep(0.01)


def test_sending_cannot_begin_once_the_time_to_connect_is_over() -> None:
    with Wire(5, 0.05) as line:
        wait_until_expired(line)
        with pytest.raises(NotReached):
            line.begin()
        assert not line.began


def test_sending_that_has_begun_may_go_on_until_the_total_deadline() -> None:
    with Wire(5, 0.05) as line:
        line.begin()
        time.sleep(0.15)
        assert not line.expired
        line.begin()


def test_a_connection_that_comes_up_too_late_is_closed_at_once(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve()
    opened: list[socket.socket] = []

    def late(*_: Any) -> socket.socket:
        wait_until_expired(line)
        opened.append(socket.create_connection(("127.0.0.1", server.port)))
        return opened[0]

    monkeypatch.setattr(wire, "open_socket", late)
    with Wire(5, 0.1) as line:
        with pytest.raises(NotReached, match="connect_timeout"):
            line.dial("127.0.0.1", server.port)
        assert not line.dialled
    assert opened[0].fileno() == -1


def test_a_connection_that_got_lost_is_not_silently_opened_again(serve: Serve) -> None:
    server = serve()
    with Wire(5, 5) as line:
        connection = transport._WireConnection("127.0.0.1", server.port, wire=line)
        connection.connect()
        line.begin()
        connection.close()
        with pytest.raises(ConnectionAbortedError):
            connection.send(b"the rest of a paid request")
    assert server.connections <= 1


def test_the_deadline_thread_ends_with_the_wire() -> None:
    with Wire(60, 60) as line:
        thread = line._watchdog
        assert thread.is_alive()
    assert not thread.is_alive()
