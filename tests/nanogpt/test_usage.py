"""Looking a charge up afterwards: free, and never proof that nothing was charged."""

from __future__ import annotations

import socket
from datetime import UTC, date, datetime
from typing import Any

import pytest

from editor.nanogpt.client import NanoGPT
from editor.nanogpt.errors import KeyRefused, Unavailable
from editor.nanogpt.messages import DayUsage

from .conftest import KEY, MakeClient, Serve
from .scripted_server import (
    Behaviour,
    answer,
    answer_json,
    close_after_request,
    silent,
)

ID = "5ec2e7a0-1111-4222-8333-444455556666"
DAY = date(2026, 7, 1)
NOT_FOUND = {"error": {"message": "No such request", "code": "request_not_found"}}


@pytest.fixture
def look_up(serve: Serve, client_of: MakeClient) -> Any:
    def run(behaviour: Behaviour, request_id: str = ID, **options: Any) -> Any:
        server = serve(behaviour)
        usage = client_of(server, **options).usage_of(request_id)
        assert server.connections == 1, "a look-up is never repeated by itself"
        run.seen = server.requests[0]  # type: ignore[attr-defined]
        return usage

    return run


@pytest.fixture
def total(serve: Serve, client_of: MakeClient) -> Any:
    def run(behaviour: Behaviour, **options: Any) -> Any:
        server = serve(behaviour)
        try:
            return client_of(server, **options).usage_on(DAY)
        finally:
            run.seen = server.requests[0]  # type: ignore[attr-defined]

    return run


def test_a_charge_is_asked_for_by_its_request_id_with_the_same_key(look_up: Any) -> None:
    usage = look_up(answer_json({"cost": "0.0655", "currency": "USD", "inputTokens": None}))
    assert (usage.outcome, usage.cost.nano_dollars) == ("found", 65_500_000)
    assert (look_up.seen.method, look_up.seen.target) == ("GET", f"/api/v1/usage/requests/{ID}")
    assert look_up.seen.header("Authorization") == f"Bearer {KEY}"


def test_a_charge_in_xno_keeps_its_text_and_is_not_taken_for_dollars(look_up: Any) -> None:
    usage = look_up(answer_json({"cost": "0.0731", "currency": "XNO"}))
    assert usage.outcome == "found"
    assert (usage.cost.nano_dollars, usage.cost.text, usage.cost.currency) == (
        None,
        "0.0731",
        "XNO",
    )


@pytest.mark.parametrize("said", ["-1", "lots", 1_000_001, True])
def test_an_odd_cost_is_found_but_no_figure(look_up: Any, said: Any) -> None:
    usage = look_up(answer_json({"cost": said, "currency": "USD"}))
    assert (usage.outcome, usage.cost.nano_dollars) == ("found", None)


def test_not_found_is_never_proof_that_nothing_was_charged(look_up: Any) -> None:
    usage = look_up(answer_json(NOT_FOUND, 404, {"Retry-After": "30"}))
    assert (usage.outcome, usage.cost) == ("not_found", None)
    assert "proves nothing" in usage.sentence
    assert "free" not in usage.sentence


def test_an_id_with_several_charges_is_told_apart(look_up: Any) -> None:
    usage = look_up(answer_json({"error": "Several charges", "code": "conflict"}, 409))
    assert (usage.outcome, usage.cost) == ("several", None)


@pytest.mark.parametrize(
    "behaviour",
    [
        answer("<html>Not found</html>", 404),
        answer("Conflict", 409),
        answer("", 204),
        answer("<html>hello</html>"),
        answer('{"cost": "0.04"', 200),
        answer_json({}),
        answer_json([]),
        answer_json({"cost": None}),
        answer_json({"error": "usage_not_ready"}, 503),
        answer_json({"error": {"message": "Invalid API key", "code": "invalid_api_key"}}, 401),
        answer_json({"error": "slow down"}, 429, {"Retry-After": "9"}),
        answer("", 302, {"Location": "/elsewhere"}),
        answer('{"cost": "0.04"}', length=900),
    ],
)
def test_a_look_up_that_brings_nothing_has_failed_and_says_why(
    look_up: Any, behaviour: Behaviour
) -> None:
    usage = look_up(behaviour, timeout_seconds=0.8)
    assert (usage.outcome, usage.cost) == ("failed", None)
    assert usage.sentence
    assert usage.code
    assert usage.answered


@pytest.mark.parametrize("behaviour", [close_after_request, silent])
def test_a_look_up_without_an_answer_says_so(look_up: Any, behaviour: Behaviour) -> None:
    usage = look_up(behaviour, timeout_seconds=0.5)
    assert (usage.outcome, usage.answered) == ("failed", False)


def test_a_look_up_that_reaches_nobody_raises_nothing() -> None:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
    usage = NanoGPT(f"http://127.0.0.1:{port}", KEY).usage_of(ID)
    assert (usage.outcome, usage.answered) == ("failed", False)


@pytest.mark.parametrize("odd", ["", "..", "a/b", "a?b=c", "a b", "x" * 201, "é", "%2e%2e", "a\n"])
def test_an_id_that_would_change_the_address_is_not_asked_for(
    serve: Serve, client_of: MakeClient, odd: str
) -> None:
    server = serve(answer_json({"cost": "1"}))
    assert client_of(server).usage_of(odd).outcome == "failed"
    assert server.connections == 0


def test_the_totals_of_a_day_are_after_refunds(total: Any) -> None:
    totals = {"requests": 7, "costUsd": "0.30", "refundedUsd": "0.04", "netCostUsd": "0.26"}
    assert total(answer_json({"totals": totals})) == DayUsage(DAY, 7, 260_000_000)
    assert (total.seen.method, total.seen.target) == (
        "GET",
        "/api/v1/usage?from=2026-07-01&to=2026-07-01",
    )


@pytest.mark.parametrize(
    ("totals", "expected"),
    [
        ({"requests": 2, "costUsd": 0.08}, (2, 80_000_000)),
        ({"requests": "2", "costUsd": "many"}, (None, None)),
        ({"requests": True, "netCostUsd": None}, (None, None)),
        ({"requests": -1}, (None, None)),
        ({}, (None, None)),
    ],
)
def test_totals_that_make_no_sense_are_no_figures(total: Any, totals: Any, expected: Any) -> None:
    assert total(answer_json({"totals": totals})) == DayUsage(DAY, *expected)


@pytest.mark.parametrize(
    "behaviour",
    [
        answer_json({}),
        answer_json({"totals": []}),
        answer("<html></html>"),
        answer_json({"error": "usage_not_ready"}, 503),
        silent,
    ],
)
def test_totals_that_do_not_come_are_unavailable(total: Any, behaviour: Behaviour) -> None:
    with pytest.raises(Unavailable):
        total(behaviour, timeout_seconds=0.5)


def test_totals_with_a_wrong_key_are_told_apart(total: Any) -> None:
    with pytest.raises(KeyRefused):
        total(answer_json({"error": {"message": "no", "code": "invalid_api_key"}}, 401))


def test_today_is_the_day_in_utc(serve: Serve, client_of: MakeClient) -> None:
    server = serve(answer_json({"totals": {}}))
    before = datetime.now(UTC).date()
    found = client_of(server).usage_today()
    assert before <= found.day <= datetime.now(UTC).date()
    assert f"from={found.day}&to={found.day}" in server.requests[0].target
