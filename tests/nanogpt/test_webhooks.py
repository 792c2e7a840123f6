"""Where a webhook may lead: public places by https, and nowhere else, whatever the name says.

Names are looked up by a fake; a recorder notes the target and leads to our own server instead.
"""

from __future__ import annotations

from typing import Any

import pytest

from editor.nanogpt import wire
from editor.webhooks import BadAddress, check_address, post, signature

from .conftest import Serve
from .fake_network import PUBLIC, Names, Recorder
from .scripted_server import answer

HOOK = "https://hooks.example/nanoedit?for=alice"


@pytest.fixture
def hook(stand_in_for: Any) -> Serve:
    """Starts a server that stands in for https://hooks.example."""
    starter: Serve = stand_in_for("hooks.example")
    return starter


def test_the_very_address_that_was_checked_is_called_with_body_and_headers(
    hook: Any, recorder: Recorder, ca_file: str
) -> None:
    server = hook(answer(b"thanks"))
    names = Names(PUBLIC)
    done = post(HOOK, b'{"a": 1}', {"X-NanoEdit-Id": "7"}, resolver=names, ca_file=ca_file)
    assert done.ok
    assert names.asked == [("hooks.example", 443)]
    assert recorder.targets == [(PUBLIC, 443)]
    seen = server.requests[0]
    assert (seen.method, seen.target, seen.body) == ("POST", "/nanoedit?for=alice", b'{"a": 1}')
    assert seen.header("X-NanoEdit-Id") == "7"
    assert seen.header("Content-Type") == "application/json"


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["::1"],
        ["169.254.169.254"],
        ["10.1.2.3"],
        ["192.168.0.1"],
        ["100.64.0.1"],
        ["fd00::1"],
        ["::ffff:10.0.0.1"],
        ["64:ff9b::a01:203"],
        [PUBLIC, "10.0.0.1"],
        [PUBLIC] * 12 + ["127.0.0.1"],
    ],
)
def test_a_name_that_leads_to_any_private_address_is_never_connected_to(
    recorder: Recorder, addresses: list[str]
) -> None:
    done = post(HOOK, b"{}", {}, resolver=Names(*addresses))
    assert (done.ok, done.is_final) == (False, True)
    assert "public internet" in done.problem
    assert recorder.targets == []


def test_a_name_that_changes_its_mind_is_asked_once(
    hook: Any, recorder: Recorder, ca_file: str
) -> None:
    class Rebinding(Names):
        def __call__(self, host: str, port: int, *rest: object) -> list[wire.AddressInfo]:
            self.addresses = ("127.0.0.1",) if self.asked else (PUBLIC,)
            return super().__call__(host, port, *rest)

    hook(answer(b""))
    assert post(HOOK, b"{}", {}, resolver=Rebinding(), ca_file=ca_file).ok
    assert recorder.targets == [(PUBLIC, 443)]


def test_a_redirect_is_not_followed(hook: Any, recorder: Recorder, ca_file: str) -> None:
    server = hook(answer(b"", status=302, headers={"Location": "https://10.0.0.1/"}))
    done = post(HOOK, b"{}", {}, resolver=Names(PUBLIC), ca_file=ca_file)
    assert (done.ok, done.problem) == (False, "It answered HTTP 302.")
    assert len(server.requests) == 1


@pytest.mark.parametrize(("status", "final"), [(500, False), (404, False), (410, True)])
def test_what_is_no_success_is_said(
    hook: Any, recorder: Recorder, ca_file: str, status: int, final: bool
) -> None:
    hook(answer(b"", status=status))
    done = post(HOOK, b"{}", {}, resolver=Names(PUBLIC), ca_file=ca_file)
    assert (done.ok, done.is_final) == (False, final)


def test_who_cannot_be_reached_or_is_another_is_said(
    serve: Serve, recorder: Recorder, certificate_for: Any, ca_file: str
) -> None:
    assert "refused" in post(HOOK, b"{}", {}, resolver=Names(PUBLIC)).problem
    recorder.server = serve(tls=certificate_for("other.example"))
    done = post(HOOK, b"{}", {}, resolver=Names(PUBLIC), ca_file=ca_file)
    assert "tls failed" in done.problem
    assert recorder.server.requests == []


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example/",
        "https://hooks.example:8443/",
        "https://alice:secret@hooks.example/",
        "https://hooks.example/#part",
        "ftp://hooks.example/",
        "hooks.example",
        "https://",
        "https://hooks.example/ x",
        "https://höks.example/",
        "https://hooks.example\\@10.0.0.1/",
        "https://hooks.example/" + "x" * 500,
        "javascript:alert(1)",
    ],
)
def test_addresses_that_are_never_called_are_refused_in_words(recorder: Recorder, url: str) -> None:
    with pytest.raises(BadAddress):
        check_address(url)
    assert post(url, b"{}", {}, resolver=Names(PUBLIC)).is_final
    assert recorder.targets == []


def test_the_signature_depends_on_secret_moment_and_body() -> None:
    one = signature("whsec_a", 1, b"{}")
    assert one.startswith("sha256=")
    others = {signature("whsec_b", 1, b"{}"), signature("whsec_a", 2, b"{}")}
    assert one not in others | {signature("whsec_a", 1, b"{ }")}
