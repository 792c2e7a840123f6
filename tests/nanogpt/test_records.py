"""What is written down about a call: one line, without prompt, picture, key or signature."""

from __future__ import annotations

import base64
import json
import logging
import traceback

import pytest

from editor.nanogpt.download import download_result
from editor.nanogpt.errors import NanoGPTError

from .conftest import KEY, MakeClient, Serve
from .drawing import PNG, PROMPT, an_edit
from .scripted_server import (
    Behaviour,
    answer,
    answer_json,
    close_after_request,
    head_of,
    raw,
    silent,
)

LINK = "https://files.example/a.png?X-Amz-Signature=s1gn4ture"
ECHO = f"key {KEY} prompt {PROMPT} data:image/png;base64,{base64.b64encode(PNG).decode()}"
SECRETS = [KEY, KEY[8:], PROMPT, base64.b64encode(PNG).decode()[:60], "s1gn4ture"]

BEHAVIOURS: list[Behaviour] = [
    answer_json({"data": [{"url": LINK}], "cost": 0.04}),
    answer_json({"data": [{"b64_json": base64.b64encode(PNG).decode()}], "echo": ECHO}),
    answer_json({"data": [], "echo": ECHO}),
    answer_json({"error": ECHO}),
    answer(ECHO),
    answer(f"<html>{ECHO}</html>", 502),
    answer_json({"error": {"message": ECHO, "code": KEY}}, 400, {"X-Request-ID": "req_1"}),
    answer_json({"error": ECHO}, 401),
    answer_json({"error": ECHO}, 429),
    answer_json({"error": ECHO}, 500),
    answer("", 302, {"Location": f"https://evil.example/?key={KEY}"}),
    raw(b"HTTP/1.1 200 OK\r\nbroken header " + ECHO.encode() + b"\r\n\r\n{}"),
    raw(b"HTTP/1.1 200 " + ECHO.encode() + b"\r\n\r\n{}"),
    raw(ECHO.encode() + b"\r\n\r\n"),
    raw(head_of(200, {"Transfer-Encoding": "chunked"}) + ECHO.encode() + b"\r\n"),
    close_after_request,
    silent,
]


def everything_said(caplog: pytest.LogCaptureFixture, error: BaseException | None) -> str:
    records = [json.dumps(vars(record), default=str) for record in caplog.records]
    shown = [*records, caplog.text]
    if error:
        shown += [str(error), repr(error), *traceback.format_exception(error)]
        # Evidence for staff is no log, but the key has no business there either.
        shown.append(getattr(error, "body_start", ""))
    return "\n".join(shown)


@pytest.mark.parametrize("behaviour", BEHAVIOURS)
def test_no_end_of_a_call_gives_anything_away(
    serve: Serve,
    client_of: MakeClient,
    caplog: pytest.LogCaptureFixture,
    behaviour: Behaviour,
) -> None:
    caplog.set_level(logging.DEBUG)
    error: NanoGPTError | None = None
    try:
        client_of(serve(behaviour), timeout_seconds=0.3).edit(an_edit())
    except NanoGPTError as raised:
        error = raised
    said = everything_said(caplog, error)
    assert [secret for secret in SECRETS if secret in said] == []
    ours = [record for record in caplog.records if record.name.startswith("editor.")]
    assert len(ours) == 1


def test_the_line_about_a_good_call_tells_all_that_can_be_counted(
    serve: Serve, client_of: MakeClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    body = {"data": [{"url": LINK}], "cost": 0.04}
    server = serve(answer_json(body, headers={"X-Request-ID": "req_7"}))
    client_of(server).edit(an_edit(request_id="ours-1"))
    (record,) = caplog.records
    facts = vars(record)
    assert {key: facts[key] for key in ("call", "status", "code", "cost_nano")} == {
        "call": "edit",
        "status": 200,
        "code": "ok",
        "cost_nano": 40_000_000,
    }
    assert (facts["request_id"], facts["upstream_request_id"]) == ("ours-1", "req_7")
    assert facts["bytes_received"] == len(json.dumps(body))
    assert facts["bytes_sent"] > len(server.requests[0].body)
    assert 0 < facts["seconds"] < 20
    assert "request_id=ours-1" in record.getMessage()


def test_the_line_about_a_failed_call_tells_its_status_and_code(
    serve: Serve, client_of: MakeClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    with pytest.raises(NanoGPTError):
        client_of(serve(answer_json({"error": "no", "code": "SOME_CODE"}, 400))).edit(an_edit())
    (record,) = caplog.records
    assert (vars(record)["status"], vars(record)["code"]) == (400, "some_code")


@pytest.mark.parametrize(
    "behaviour",
    [
        answer(PNG),
        answer("", 403),
        raw(b"HTTP/1.1 200 OK\r\nbroken header line\r\n\r\nabc"),
        raw(head_of(200, {"Transfer-Encoding": "chunked", "Content-Length": "3"}) + b"zz\r\n"),
        close_after_request,
    ],
)
def test_no_log_holds_the_signature_of_a_link_not_even_that_of_the_library(
    serve: Serve, caplog: pytest.LogCaptureFixture, behaviour: Behaviour
) -> None:
    caplog.set_level(logging.DEBUG)
    server = serve(behaviour)
    error: NanoGPTError | None = None
    try:
        download_result(
            f"{server.origin}/a.png?X-Amz-Signature=s1gn4ture",
            allowed_origins=frozenset({server.origin}),
            max_bytes=1000,
            timeout_seconds=3,
        )
    except NanoGPTError as raised:
        error = raised
    assert "s1gn4ture" not in everything_said(caplog, error)
    assert len([record for record in caplog.records if record.name.startswith("editor.")]) == 1
