"""Fetching results: bounded in size and time, and honest about whether to try again."""

from __future__ import annotations

import gzip
import time
from typing import Any

import pytest

from editor.nanogpt.errors import DownloadFailed

from .conftest import Serve
from .drawing import PNG
from .fake_network import PUBLIC, Names, Recorder, fetch
from .scripted_server import (
    Behaviour,
    answer,
    chunked,
    close_after_request,
    drip,
    gzip_of,
    head_of,
    raw,
    reset_after_request,
    silent,
)


@pytest.fixture
def local(serve: Serve) -> Any:
    """Serve one behaviour and fetch it; the server's origin is allowed."""

    def run(behaviour: Behaviour, path: str = "/r/1.png", **options: Any) -> bytes:
        server = serve(behaviour)
        origins = frozenset({server.origin})
        try:
            return fetch(server.origin + path, allowed_origins=origins, **options)
        finally:
            assert server.connections == 1

    return run


@pytest.fixture
def failed(local: Any) -> Any:
    """The same for a behaviour that must make the download fail."""

    def run(behaviour: Behaviour, **options: Any) -> DownloadFailed:
        with pytest.raises(DownloadFailed) as caught:
            local(behaviour, **options)
        assert not caught.value.maybe_billed
        return caught.value

    return run


def test_an_allowed_origin_may_be_private_and_plain(local: Any) -> None:
    assert local(answer(PNG)) == PNG


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(serve: Serve, failed: Any, status: int) -> None:
    elsewhere = serve()
    error = failed(answer("", status, {"Location": f"{elsewhere.origin}/x"}))
    assert (error.code, error.retriable, error.gone) == (f"http_{status}", False, False)
    assert elsewhere.connections == 0


@pytest.mark.parametrize(
    ("status", "retriable", "gone"),
    [
        (403, False, True),
        (404, False, True),
        (410, False, True),
        (400, False, False),
        (401, False, False),
        (206, False, False),
        (204, False, False),
        (408, True, False),
        (429, True, False),
        (500, True, False),
        (502, True, False),
        (503, True, False),
    ],
)
def test_what_a_failed_download_means(
    failed: Any, status: int, retriable: bool, gone: bool
) -> None:
    xml = "<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>"
    error = failed(answer(xml if status != 204 else "", status))
    assert (error.status, error.retriable, error.gone) == (status, retriable, gone)
    assert "<" not in str(error)


def test_a_failed_download_tells_how_long_to_wait(failed: Any) -> None:
    assert failed(answer("", 503, {"Retry-After": "7"})).retry_after == 7.0


def test_an_empty_file_is_no_result(failed: Any) -> None:
    error = failed(answer(b""))
    assert (error.code, error.retriable) == ("empty_file", True)


@pytest.mark.parametrize(
    ("behaviour", "code"),
    [
        (answer(PNG, length=len(PNG) + 1), "connection_lost"),
        (
            raw(head_of(200, {"Transfer-Encoding": "chunked"}) + chunked(PNG, finished=False)),
            "connection_lost",
        ),
        (close_after_request, "connection_lost"),
        (reset_after_request, "connection_lost"),
        (answer(b"no gzip", 200, {"Content-Encoding": "gzip"}), "answer_garbled"),
        (silent, "timeout"),
        (drip([head_of(200, {"Content-Length": "999"}), *[b" "] * 999], 0.05), "timeout"),
        (drip([head_of(200, {}), *[b" "] * 999], 0.05), "timeout"),
    ],
)
def test_a_result_that_does_not_arrive_whole_can_be_fetched_again(
    failed: Any, behaviour: Behaviour, code: str
) -> None:
    started = time.monotonic()
    error = failed(behaviour, timeout_seconds=0.4)
    assert (error.code, error.retriable, error.gone) == (code, True, False)
    assert time.monotonic() - started < 20


def test_a_name_that_is_not_found_can_be_tried_again(recorder: Recorder) -> None:
    with pytest.raises(DownloadFailed) as caught:
        fetch(resolver=Names())
    assert (caught.value.code, caught.value.retriable) == ("name_not_found", True)


def test_a_host_that_refuses_can_be_tried_again(recorder: Recorder) -> None:
    with pytest.raises(DownloadFailed) as caught:
        fetch(resolver=Names(PUBLIC))
    assert (caught.value.code, caught.value.retriable) == ("connect_refused", True)


@pytest.mark.parametrize(
    "behaviour",
    [
        answer(b"x" * 2001),
        raw(head_of(200, {}) + b"x" * 2001),
        raw(head_of(200, {"Transfer-Encoding": "chunked"}) + chunked(b"x" * 2001)),
        answer(gzip.compress(b"x" * 2001), 200, {"Content-Encoding": "gzip"}),
        answer(gzip_of(50_000_000), 200, {"Content-Encoding": "gzip"}),
    ],
    ids=["length", "until-closed", "chunks", "gzip", "bomb"],
)
def test_a_result_over_the_limit_is_stopped_for_good(failed: Any, behaviour: Behaviour) -> None:
    error = failed(behaviour, max_bytes=2000)
    assert (error.code, error.retriable) == ("answer_too_large", False)


def test_a_result_of_exactly_the_limit_is_taken(local: Any) -> None:
    assert local(answer(b"x" * 2000), max_bytes=2000) == b"x" * 2000


def test_the_fragment_of_a_link_is_not_sent(serve: Serve) -> None:
    server = serve(answer(PNG))
    fetch(f"{server.origin}/a?b=c#d", allowed_origins=frozenset({server.origin}))
    assert server.requests[0].target == "/a?b=c"


def test_percent_signs_of_a_signature_arrive_unchanged(serve: Serve) -> None:
    server = serve(answer(PNG))
    path = "/r%2F1.png?X-Amz-Credential=a%2Fb%2Bc%3D&sig=%7Ex"
    fetch(server.origin + path, allowed_origins=frozenset({server.origin}))
    assert server.requests[0].target in (path, path.replace("%7E", "~"))
