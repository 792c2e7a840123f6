"""Failures after the first byte: unknown, in time, and never a second request."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

from editor.nanogpt.errors import BadRequest, OutcomeUnknown
from editor.nanogpt.messages import Cost, FilePart

from .conftest import MakeClient, Serve
from .drawing import PNG, an_edit
from .scripted_server import (
    Behaviour,
    Talk,
    answer_json,
    close_after_answer_head,
    close_after_request,
    drip,
    head_of,
    reset_after_head,
    reset_after_request,
    reset_unread,
    silent,
)

GOOD = {"data": [{"url": "https://files.example/1.png"}]}
BIG = FilePart("big.png", PNG + bytes(12_000_000), "image/png")
DEADLINE = 0.3
DEADLINE_WITH_TLS = 0.5  # the handshake has to fit in as well, on a busy machine too
PATIENT = 60.0
LATEST = 20.0  # the servers here would go on for about a minute


@pytest.fixture
def unknown(serve: Serve, client_of: MakeClient, certificate_for: Any, ca_file: str) -> Any:
    """Run one edit that must end unknown; over TLS too, because it fails in other ways."""

    def run(
        behaviour: Behaviour, tls: bool = False, deadline: float = PATIENT, **changes: Any
    ) -> OutcomeUnknown:
        server = serve(
            behaviour, tls=certificate_for("localhost") if tls else None, receive_buffer=4096
        )
        client = client_of(server, timeout_seconds=deadline, ca_file=ca_file if tls else None)
        started = time.monotonic()
        with pytest.raises(OutcomeUnknown) as caught:
            client.edit(an_edit(**changes))
        assert time.monotonic() - started < LATEST
        assert server.connections == 1
        assert caught.value.maybe_billed
        assert not caught.value.retriable
        return caught.value

    return run


def never_reads(talk: Talk) -> None:
    talk.conn.recv(10)
    talk.stopping.wait(60)


def byte_by_byte(data: bytes) -> list[bytes]:
    return [bytes([byte]) for byte in data]


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
@pytest.mark.parametrize(
    "behaviour",
    [
        silent,
        drip(byte_by_byte(b"HTTP/1.1 200 OK\r\n" + b"X-Slow: 1\r\n" * 999), 0.05),
        drip([b"HTTP/1.1 100 Continue\r\n\r\n"] * 999, 0.05),
        drip([head_of(200, {"Content-Length": "9999"}), *[b" "] * 999], 0.05),
        drip([head_of(200, {}), *[b" "] * 999], 0.05),
        drip([head_of(200, {"Transfer-Encoding": "chunked"}), *[b"1\r\n \r\n"] * 999], 0.05),
        drip([head_of(503, {"Content-Length": "999"}), *[b" "] * 999], 0.05),
    ],
    ids=["silent", "head", "continue", "length", "until-closed", "chunks", "error"],
)
def test_a_server_that_is_silent_or_drips_is_cut_at_the_total_deadline(
    unknown: Any, behaviour: Behaviour, tls: bool
) -> None:
    deadline = DEADLINE_WITH_TLS if tls else DEADLINE
    assert unknown(behaviour, tls, deadline).code == "timeout"


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
def test_a_server_that_does_not_take_the_request_is_cut_while_sending(
    unknown: Any, tls: bool
) -> None:
    deadline = DEADLINE_WITH_TLS if tls else DEADLINE
    assert unknown(never_reads, tls, deadline, image=BIG).code == "timeout"


def test_sending_may_take_longer_than_connecting(serve: Serve, client_of: MakeClient) -> None:
    def slow_reader(talk: Talk) -> None:
        talk.read_request(pause=0.5)
        body = b'{"data": [{"url": "https://files.example/1.png"}]}'
        talk.send(head_of(200, {"Content-Length": str(len(body))}) + body)

    server = serve(slow_reader)
    answer = client_of(server, connect_seconds=0.1).edit(an_edit(image=BIG))
    assert answer.seconds > 0.5
    assert len(server.requests[0].body) > len(BIG.data)


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
@pytest.mark.parametrize(
    "behaviour",
    [reset_after_head, reset_after_request, close_after_request],
    ids=["reset-after-head", "reset-after-request", "closed"],
)
def test_a_connection_lost_before_the_answer_is_unknown(
    unknown: Any, behaviour: Behaviour, tls: bool
) -> None:
    error = unknown(behaviour, tls)
    assert (error.code, error.status) == ("connection_lost", None)


def test_a_connection_lost_while_a_big_request_is_sent_is_unknown(unknown: Any) -> None:
    assert unknown(reset_after_head, image=BIG).code == "connection_lost"


def test_a_connection_reset_before_the_server_read_a_byte_is_unknown(unknown: Any) -> None:
    assert unknown(reset_unread).code == "connection_lost"


def test_a_connection_lost_after_the_answers_head_still_tells_the_cost(unknown: Any) -> None:
    error = unknown(close_after_answer_head)
    assert (error.code, error.status) == ("connection_lost", 200)
    assert error.cost == Cost(nano_dollars=40_000_000, text="0.04")


def test_an_answer_given_before_the_request_was_read_is_taken(
    serve: Serve, client_of: MakeClient
) -> None:
    """A server may refuse a body from its head alone and only then swallow the rest."""

    def refuse_early(talk: Talk) -> None:
        talk.read_head_only()
        body = b'{"error": "too big", "code": "IMAGE_INPUT_TOO_LARGE"}'
        talk.send(head_of(413, {"Content-Length": str(len(body))}) + body)
        while talk.conn.recv(65536):
            pass

    server = serve(refuse_early)
    with pytest.raises(BadRequest, match="too big"):
        client_of(server).edit(an_edit(image=BIG))


def test_an_answer_in_time_is_taken_although_the_rest_of_the_time_is_short(
    serve: Serve, client_of: MakeClient
) -> None:
    def late(talk: Talk) -> None:
        talk.stopping.wait(0.3)
        answer_json(GOOD)(talk)

    answer = client_of(serve(late), timeout_seconds=20).edit(an_edit())
    assert 0.3 <= answer.seconds < 20


def test_no_thread_and_no_connection_is_left_behind(serve: Serve, client_of: MakeClient) -> None:
    before = threading.active_count()
    client = client_of(serve(*[answer_json(GOOD)] * 5))
    for _ in range(5):
        client.edit(an_edit())
    assert [t.name for t in threading.enumerate() if t.name.startswith("upstream-")] == []
    assert threading.active_count() <= before + 6


def test_one_client_serves_many_threads_with_one_request_each(
    serve: Serve, client_of: MakeClient
) -> None:
    server = serve(*[answer_json(GOOD)] * 8)
    client = client_of(server)
    ids = [f"call-{number}" for number in range(8)]
    threads = [
        threading.Thread(target=client.edit, args=(an_edit(request_id=name),)) for name in ids
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(str(seen.header("X-Request-ID")) for seen in server.requests) == ids
