"""Fetching results: only from where they may lie, bounded in size and time.

No test here connects to anything but our own server on 127.0.0.1. Names are looked up by a fake,
and where a public address is to be connected to, a recorder notes the target and opens a
connection to our server instead.
"""

from __future__ import annotations

import gzip
import socket
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from editor.nanogpt import wire
from editor.nanogpt.download import download_result, link_expiry
from editor.nanogpt.errors import DownloadFailed, DownloadForbidden

from .conftest import Serve
from .drawing import PNG
from .scripted_server import (
    Behaviour,
    ScriptedServer,
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

PUBLIC = "93.184.215.14"
LINK = "https://files.example/r/1.png?X-Amz-Signature=s1gn4ture&X-Amz-Expires=3600"


class Recorder:
    """Notes every connect target, and leads all of them to one server, or nowhere."""

    def __init__(self) -> None:
        self.targets: list[tuple[Any, ...]] = []
        self.server: ScriptedServer | None = None
        self._really_open = wire.open_socket

    def __call__(self, info: wire.AddressInfo, seconds: float) -> socket.socket:
        self.targets.append(info[4])
        if self.server is None:
            raise ConnectionRefusedError
        here = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", self.server.port))
        return self._really_open(here, seconds)


@pytest.fixture
def recorder(monkeypatch: pytest.MonkeyPatch) -> Recorder:
    recorder = Recorder()
    monkeypatch.setattr(wire, "open_socket", recorder)
    return recorder


class Names:
    """A fake resolver: gives these addresses, whatever is asked, and counts how often it was."""

    def __init__(self, *addresses: str) -> None:
        self.addresses = addresses
        self.asked: list[tuple[str, int]] = []

    def __call__(self, host: str, port: int, *_: object) -> list[wire.AddressInfo]:
        self.asked.append((host, port))
        return [
            (
                (socket.AF_INET6, socket.SOCK_STREAM, 6, "", (address, port, 0, 0))
                if ":" in address
                else (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))
            )
            for address in self.addresses
        ]


def fetch(url: str = LINK, **options: Any) -> bytes:
    return download_result(url, **{"max_bytes": 1_000_000, "timeout_seconds": 10, **options})


def forbidden(url: str, recorder: Recorder, **options: Any) -> DownloadForbidden:
    with pytest.raises(DownloadForbidden) as caught:
        fetch(url, **options)
    assert recorder.targets == []
    assert not caught.value.maybe_billed
    assert not caught.value.retriable
    return caught.value


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


@pytest.fixture
def public_server(serve: Serve, recorder: Recorder, certificate_for: Any) -> Any:
    """A server that stands in for https://files.example."""

    def start(*behaviours: Behaviour) -> ScriptedServer:
        recorder.server = serve(*behaviours, tls=certificate_for("files.example"))
        return recorder.server

    return start


def test_a_result_is_fetched_from_the_very_address_that_was_checked(
    public_server: Any, recorder: Recorder, ca_file: str
) -> None:
    server = public_server(answer(PNG))
    names = Names(PUBLIC)
    assert fetch(resolver=names, ca_file=ca_file) == PNG
    assert names.asked == [("files.example", 443)]
    assert recorder.targets == [(PUBLIC, 443)]
    seen = server.requests[0]
    assert (seen.method, seen.header("Host")) == ("GET", "files.example")
    assert seen.target == "/r/1.png?X-Amz-Signature=s1gn4ture&X-Amz-Expires=3600"


def test_the_request_carries_no_key_and_no_cookie(
    public_server: Any, ca_file: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine files.example login alice password in-the-netrc\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    server = public_server(answer(PNG))
    fetch(resolver=Names(PUBLIC), ca_file=ca_file)
    names = {key.lower() for key, _ in server.requests[0].headers}
    assert names == {"host", "accept", "accept-encoding", "connection", "user-agent"}


def test_a_name_that_changes_its_mind_is_asked_once_and_followed_to_where_it_was_checked(
    public_server: Any, recorder: Recorder, ca_file: str
) -> None:
    class Rebinding(Names):
        def __call__(self, host: str, port: int, *rest: object) -> list[wire.AddressInfo]:
            self.addresses = ("127.0.0.1",) if self.asked else (PUBLIC,)
            return super().__call__(host, port, *rest)

    public_server(answer(PNG))
    names = Rebinding()
    assert fetch(resolver=names, ca_file=ca_file) == PNG
    assert len(names.asked) == 1
    assert recorder.targets == [(PUBLIC, 443)]


def test_the_certificate_must_be_the_names_own(
    serve: Serve, recorder: Recorder, certificate_for: Any, ca_file: str
) -> None:
    recorder.server = serve(tls=certificate_for("other.example"))
    with pytest.raises(DownloadFailed) as caught:
        fetch(resolver=Names(PUBLIC), ca_file=ca_file)
    assert (caught.value.code, caught.value.retriable) == ("tls_failed", True)
    assert recorder.server.requests == []


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["::1"],
        ["::ffff:127.0.0.1"],
        ["169.254.169.254"],
        ["10.1.2.3"],
        ["100.64.0.1"],
        ["192.168.0.1"],
        ["224.0.1.1"],
        ["fd00::1"],
        ["fe80::1%2"],
        ["64:ff9b::a01:203"],
        ["2002:a01:203::1"],
        ["2001:0:4136:e378:8000:63bf:3fff:fdd2"],
        [PUBLIC, "10.0.0.1"],
        ["10.0.0.1", PUBLIC],
        [PUBLIC] * 12 + ["127.0.0.1"],
    ],
)
def test_a_name_that_leads_to_any_private_address_is_never_connected_to(
    recorder: Recorder, addresses: list[str]
) -> None:
    error = forbidden(LINK, recorder, resolver=Names(*addresses))
    assert error.code == "private_address"


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0177.0.0.1",
        "017700000001",
        "0",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
    ],
)
def test_every_spelling_of_a_private_address_is_seen_through(recorder: Recorder, host: str) -> None:
    # These are numbers, so the real resolver answers without asking anybody.
    error = forbidden(f"https://{host}/x.png", recorder)
    assert error.code == "private_address"


@pytest.mark.parametrize(
    "url",
    [
        "http://files.example/1.png",
        "http://files.example:443/1.png",
        "https://files.example:8443/1.png",
        "https://files.example:22/",
        "https://files.example:80/1.png",
        "ftp://files.example/1.png",
        "file:///etc/passwd",
        "gopher://files.example/",
        "data:image/png;base64,AAAA",
        "javascript:alert(1)",
        "//files.example/1.png",
        "/r/1.png",
        "files.example/1.png",
        "",
        "https://",
        "https:///1.png",
        "https://user@files.example/1.png",
        "https://user:pass@files.example/1.png",
        "https://files.example@127.0.0.1/1.png",
        "https://127.0.0.1\\@files.example/1.png",
        "https://files.example\\1.png",
        "https://files.example/1.png\r\nX-Evil: 1",
        "https://files.example/a b",
        "https://files.example/\x00",
        "https://f\u0131les.example/1.png",
        "https://files.example:99999/1.png",
        "https://files.example:port/1.png",
        "https://[::1/1.png",
        "https://files.example/" + "a" * 20_000,
        "https://files%2eexample/1.png",
        "https://files%40example/1.png",
        "https://./1.png",
        "https://files..example/1.png",
        "https://files.example;x/1.png",
        "https://[v1.a]/1.png",
        "https://%40]%2e[A::1",
        "https://[fe80::1%25eth0]/1.png",
    ],
)
def test_a_link_that_is_no_plain_https_address_is_not_even_looked_up(
    recorder: Recorder, url: str
) -> None:
    names = Names(PUBLIC)
    forbidden(url, recorder, resolver=names)
    assert names.asked == []


def test_a_link_that_the_library_reads_in_another_way_is_not_followed(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def misread(prepared: requests.PreparedRequest, *_: object) -> None:
        prepared.url = "https://elsewhere.example/1.png"

    monkeypatch.setattr(requests.PreparedRequest, "prepare_url", misread)
    assert forbidden(LINK, recorder, resolver=Names(PUBLIC)).code == "ambiguous_url"


@pytest.mark.parametrize("host", ["files.example.", "FILES.example", "xn--fles-lza.example"])
def test_odd_but_honest_names_are_followed(recorder: Recorder, host: str) -> None:
    with pytest.raises(DownloadFailed):  # the recorder leads nowhere
        fetch(f"https://{host}/1.png", resolver=Names(PUBLIC))
    assert recorder.targets == [(PUBLIC, 443)]


def test_an_allowed_origin_may_be_private_and_plain(local: Any) -> None:
    assert local(answer(PNG)) == PNG


def test_another_port_of_an_allowed_host_is_not_allowed(serve: Serve, recorder: Recorder) -> None:
    server = serve()
    forbidden(f"{server.origin}/x", recorder, allowed_origins=frozenset({"http://127.0.0.1:1"}))


def test_another_scheme_of_an_allowed_origin_is_not_allowed(recorder: Recorder) -> None:
    allowed = frozenset({"https://files.example:8443"})
    forbidden("http://files.example:8443/x", recorder, allowed_origins=allowed)


def test_an_allowed_name_does_not_open_other_names(recorder: Recorder) -> None:
    allowed = frozenset({"https://minio.example"})
    forbidden(LINK, recorder, allowed_origins=allowed, resolver=Names("10.0.0.1"))


def test_an_allowed_origin_needs_no_port_when_it_is_the_usual_one(
    serve: Serve, recorder: Recorder, certificate_for: Any, ca_file: str
) -> None:
    recorder.server = serve(answer(PNG), tls=certificate_for("minio.example"))
    allowed = frozenset({"https://MINIO.example"})
    url = "https://minio.example/r.png"
    options = {"allowed_origins": allowed, "resolver": Names("10.0.0.9"), "ca_file": ca_file}
    assert fetch(url, **options) == PNG
    assert recorder.targets == [("10.0.0.9", 443)]


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
        (drip([head_of(200, {"Content-Length": "999"}), *[b" "] * 99], 0.05), "timeout"),
        (drip([head_of(200, {}), *[b" "] * 99], 0.05), "timeout"),
    ],
)
def test_a_result_that_does_not_arrive_whole_can_be_fetched_again(
    failed: Any, behaviour: Behaviour, code: str
) -> None:
    started = time.monotonic()
    error = failed(behaviour, timeout_seconds=0.4)
    assert (error.code, error.retriable, error.gone) == (code, True, False)
    assert time.monotonic() - started < 3


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


NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("query", "expiry"),
    [
        ("X-Amz-Date=20261123T115500Z&X-Amz-Expires=3600&X-Amz-Signature=x", "23T12:55"),
        ("x-amz-date=20261123T120000Z&x-amz-expires=604800", "30T12:00"),
        ("X-Amz-Date=20261101T000000Z&X-Amz-Expires=60", "01T00:01"),
        ("Expires=1795435200&Signature=x", "23T12:00"),
        ("X-Amz-Date=20261123T115500Z&X-Amz-Expires=99999999", "30T12:00"),
    ],
)
def test_a_link_says_itself_when_it_dies(query: str, expiry: str) -> None:
    said = link_expiry(f"https://files.example/1.png?{query}", NOON)
    assert said == datetime.fromisoformat(f"2026-11-{expiry}:00+00:00")


@pytest.mark.parametrize(
    "query",
    [
        "",
        "X-Amz-Expires=3600",
        "X-Amz-Date=20261123T115500Z",
        "X-Amz-Date=yesterday&X-Amz-Expires=3600",
        "X-Amz-Date=20261123T115500Z&X-Amz-Expires=soon",
        "X-Amz-Date=20261123T115500Z&X-Amz-Expires=99999999999999999999",
        "Expires=never",
        "Expires=3600",
        "Expires=-1",
        "Expires=99999999999999999999",
    ],
)
def test_a_link_that_does_not_say_so_lives_fifty_minutes(query: str) -> None:
    url = f"https://files.example/1.png?{query}"
    assert link_expiry(url, NOON) == NOON + timedelta(minutes=50)


@pytest.mark.parametrize("url", ["", "not a url", "https://[::1", "data:image/png;base64,AA"])
def test_an_odd_link_has_an_expiry_too(url: str) -> None:
    assert link_expiry(url, NOON) == NOON + timedelta(minutes=50)
