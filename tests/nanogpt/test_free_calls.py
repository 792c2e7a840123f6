"""The catalogue and the balance: free calls, which can never be 'maybe billed'."""

from __future__ import annotations

import json
import socket
from typing import Any

import pytest

from editor.nanogpt.client import NanoGPT
from editor.nanogpt.errors import KeyRefused, NotSent, RateLimited, Unavailable
from editor.nanogpt.messages import Balance

from .conftest import KEY, MakeClient, Serve
from .scripted_server import (
    Behaviour,
    answer,
    answer_json,
    close_after_request,
    head_of,
    raw,
    silent,
)

CALLS = ["models", "balance"]


@pytest.fixture
def call(serve: Serve, client_of: MakeClient) -> Any:
    def run(name: str, behaviour: Behaviour, **options: Any) -> Any:
        server = serve(behaviour)
        try:
            return getattr(client_of(server, **options), name)()
        finally:
            assert server.connections == 1
            run.seen = server.requests[0]  # type: ignore[attr-defined]

    return run


def test_the_catalogue_is_asked_for_in_detail(call: Any) -> None:
    entry = '{"id": "gpt-image-2", "pricing": {"per_image": {"auto": 0.065500000000000001}}}'
    models = call("models", answer(f'{{"data": [{entry}]}}'))
    assert [(model.id, dict(model.prices)) for model in models] == [
        ("gpt-image-2", {"auto": 65_500_000})
    ]
    assert (call.seen.method, call.seen.target) == (
        "GET",
        "/api/v1/image-models?detailed=true",
    )
    assert call.seen.header("Authorization") == f"Bearer {KEY}"


def test_a_list_without_models_is_no_error(call: Any) -> None:
    assert call("models", answer_json({"data": []})) == []


@pytest.mark.parametrize(
    ("said", "nano"),
    [
        ("12.345678901", 12_345_678_901),
        ("0", 0),
        ("-0.01", -10_000_000),
        (3.5, 3_500_000_000),
        ("many", None),
        (None, None),
        ([], None),
    ],
)
def test_the_balance_is_read_as_a_decimal_text(call: Any, said: Any, nano: int | None) -> None:
    body = {"usd_balance": said, "nano_balance": "1", "nanoDepositAddress": "nano_1secret"}
    assert call("balance", answer_json(body)) == Balance(usd_nano=nano)


@pytest.mark.parametrize(
    ("auth", "bearer"), [("bearer", True), ("both", True), ("x-api-key", False)]
)
def test_the_balance_is_asked_for_with_its_documented_header(
    call: Any, auth: str, bearer: bool
) -> None:
    call("balance", answer_json({"usd_balance": "1"}), auth=auth)
    seen = call.seen
    assert (seen.method, seen.target, seen.body) == ("POST", "/api/check-balance", b"")
    assert seen.header("x-api-key") == KEY
    assert (seen.header("Authorization") is not None) == bearer


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize(
    "behaviour",
    [
        answer("<html>hello</html>"),
        answer("", 204),
        answer('{"data": [{"id": "a"'),
        answer_json({"error": {"message": "boom"}}),
        answer_json("text"),
        answer_json({"data": {"id": "a"}}),
        answer("[" * 100_000),
        answer_json({"data": []}, 500),
        answer("Bad gateway", 502),
        answer_json({"error": "usage_not_ready"}, 503),
        answer("", 302, {"Location": "/elsewhere"}),
        answer("Forbidden", 403),
        answer(json.dumps({"data": [], "usd_balance": "1"}), length=900),
        raw(head_of(200, {}) + b" " * 200_000),
        close_after_request,
        silent,
    ],
)
def test_a_free_call_without_a_usable_answer_is_unavailable_and_never_billed(
    call: Any, name: str, behaviour: Behaviour
) -> None:
    with pytest.raises(Unavailable) as caught:
        call(name, behaviour, timeout_seconds=0.8, max_answer_bytes=100_000)
    assert caught.value.retriable
    assert not caught.value.maybe_billed


@pytest.mark.parametrize("name", CALLS)
def test_a_wrong_key_is_told_apart(call: Any, name: str) -> None:
    body = {"error": {"message": "Invalid API key", "code": "invalid_api_key"}}
    with pytest.raises(KeyRefused, match="Invalid API key"):
        call(name, answer_json(body, 401))


@pytest.mark.parametrize("name", CALLS)
def test_a_free_call_is_not_repeated_when_asked_to_slow_down(call: Any, name: str) -> None:
    with pytest.raises(RateLimited) as caught:
        call(name, answer_json({"error": "slow down"}, 429, {"Retry-After": "9"}))
    assert caught.value.retry_after == 9


@pytest.mark.parametrize("name", CALLS)
def test_a_free_call_that_reaches_nobody_is_not_sent(name: str) -> None:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
    with pytest.raises(NotSent):
        getattr(NanoGPT(f"http://127.0.0.1:{port}", KEY), name)()
