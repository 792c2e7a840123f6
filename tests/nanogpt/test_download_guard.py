"""Where a result may be fetched from: public addresses by https, and what the operator allows.

Names are looked up by a fake, and where a public address is to be connected to, a recorder notes
the target and opens a connection to our server instead.
"""

from __future__ import annotations

from typing import Any

import pytest
import requests

from editor.nanogpt import wire
from editor.nanogpt.errors import DownloadFailed, DownloadForbidden

from .conftest import Serve
from .drawing import PNG
from .fake_network import LINK, PUBLIC, Names, Recorder, fetch
from .scripted_server import answer


def forbidden(url: str, recorder: Recorder, **options: Any) -> DownloadForbidden:
    with pytest.raises(DownloadForbidden) as caught:
        fetch(url, **options)
    assert recorder.targets == []
    assert not caught.value.maybe_billed
    assert not caught.value.retriable
    return caught.value


@pytest.fixture
def public_server(stand_in_for: Any) -> Serve:
    """Starts a server that stands in for https://files.example."""
    starter: Serve = stand_in_for("files.example")
    return starter


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
