"""Every error body that was ever seen, at every status: free refusal, or unknown outcome."""

from __future__ import annotations

import json
import pickle
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from editor.nanogpt.errors import (
    BadRequest,
    ContentRefused,
    KeyRefused,
    ModelGone,
    NanoGPTError,
    NoCredit,
    NotSent,
    OutcomeUnknown,
    RateLimited,
    Refused,
)
from editor.nanogpt.messages import Cost

from .conftest import KEY, MakeClient, Serve
from .drawing import PROMPT, an_edit
from .scripted_server import Behaviour, answer, answer_json

TEXT = "Image generation failed. Please try a different prompt or image."
FULL = {"message": TEXT, "type": "invalid_request_error", "code": "some_code", "param": None}
# One body for each envelope that proves that the provider itself said no.
ENVELOPES: dict[str, dict[str, Any]] = {
    "a": {"error": FULL},
    "a-null-code": {"error": {**FULL, "code": None}},
    "b": {"error": {**FULL, "parameter": "x"}, "code": "some_code"},
    "b-outer-code": {"error": {"message": TEXT}, "code": "some_code"},
    "c": {"error": TEXT, "requiredBalance": 0.0035, "status": 402},
    "d": {"error": TEXT, "code": "SOME_CODE"},
    "d-bare": {"error": TEXT},
    "e": {"error": TEXT, "code": "some_code", "type": "timeout"},
    "f": {"error": {"message": TEXT, "type": "some_code", "code": 402}},
    "g": {"error": 400, "message": TEXT},
    "h": {"type": "some_code", "message": TEXT},
    "i": {"error": FULL, "moderation": {"flagged": True}},
}
CODED = {"a", "b", "b-outer-code", "d", "e", "f", "h", "i"}
STATUSES: dict[int, type[Refused]] = {
    400: BadRequest,
    401: KeyRefused,
    402: NoCredit,
    403: KeyRefused,
    404: ModelGone,
    413: BadRequest,
    422: BadRequest,
    429: RateLimited,
}


@pytest.fixture
def fail(serve: Serve, client_of: MakeClient) -> Any:
    """Run one edit that must fail, make sure that it was one request, give back the error."""

    def run(behaviour: Behaviour) -> NanoGPTError:
        server = serve(behaviour)
        with pytest.raises(NanoGPTError) as caught:
            client_of(server).edit(an_edit())
        assert server.connections == 1
        assert len(server.requests) == 1
        return caught.value

    return run


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("letter", ENVELOPES)
def test_a_documented_refusal_is_free(fail: Any, letter: str, status: int) -> None:
    error = fail(answer_json(ENVELOPES[letter], status))
    assert type(error) is STATUSES[status]
    assert str(error) == TEXT
    assert error.status == status
    assert not error.maybe_billed
    assert error.retriable == (status == 429)
    if letter in CODED:
        assert error.code == "some_code"


@pytest.mark.parametrize("status", [408, 409, 500, 502, 503, 504, 520, 405, 410, 415, 418, 451])
@pytest.mark.parametrize("letter", ENVELOPES)
def test_the_same_bodies_at_other_statuses_prove_nothing(
    fail: Any, letter: str, status: int
) -> None:
    error = fail(answer_json(ENVELOPES[letter], status))
    assert type(error) is OutcomeUnknown
    assert error.maybe_billed
    assert not error.retriable
    assert error.status == status
    assert TEXT in str(error)


@pytest.mark.parametrize("status", [*STATUSES, 408, 500, 502, 503])
@pytest.mark.parametrize(
    "body",
    [
        "",
        "Forbidden",
        "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>",
        "<!DOCTYPE html><h1>Request Entity Too Large</h1>",
        '{"error": {"message": "cut he',
        "{}",
        "[]",
        "null",
        '{"error": null}',
        '{"error": true, "message": "x"}',
        '{"error": {}}',
        '{"error": ""}',
        '{"error": {"message": {"deep": 1}}}',
        '{"detail": "not the documented shape"}',
        '{"message": "alone"}',
        '{"type": 3, "message": "x"}',
        "\x00\x01\x02",
        '{"error": "' + "x" * 1_100_000 + '"}',
    ],
)
def test_an_error_without_a_documented_body_is_unknown(fail: Any, body: str, status: int) -> None:
    error = fail(answer(body, status))
    assert type(error) is OutcomeUnknown
    assert error.status == status
    assert error.code in (f"http_{status}", "answer_too_large")


def test_a_refusal_that_breaks_off_is_unknown(fail: Any) -> None:
    error = fail(answer(json.dumps({"error": "no"}), 400, length=500))
    assert (type(error), error.code, error.status) == (OutcomeUnknown, "connection_lost", 400)


@pytest.mark.parametrize(
    "body",
    [
        "Request Entity Too Large\n\nFUNCTION_PAYLOAD_TOO_LARGE\n\nfra1::abcde-1234",
        "FUNCTION_PAYLOAD_TOO_LARGE",
        "\n Request Entity Too Large",
    ],
)
def test_the_platforms_plain_text_413_is_a_free_refusal(fail: Any, body: str) -> None:
    error = fail(answer(body, 413, {"Content-Type": "text/plain"}))
    assert (type(error), error.code) == (BadRequest, "body_too_large")


def test_the_platforms_text_at_another_status_proves_nothing(fail: Any) -> None:
    assert type(fail(answer("FUNCTION_PAYLOAD_TOO_LARGE", 500))) is OutcomeUnknown


def test_a_402_that_wants_a_payment_means_that_the_key_is_missing(fail: Any) -> None:
    body = {"error": FULL, "payment": {"amountUsd": 0.04, "accepts": []}}
    assert type(fail(answer_json(body, 402))) is KeyRefused


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "content_policy_violation", ContentRefused),
        (400, "CONTENT_POLICY_VIOLATION", ContentRefused),
        (403, "content_policy_violation", ContentRefused),
        (400, "moderation_blocked", ContentRefused),
        (400, "model_not_found", ModelGone),
        (404, "model_not_found", ModelGone),
        (403, "model_not_allowed", ModelGone),
        (400, "model_not_available", ModelGone),
        (400, "all_fallbacks_failed", ModelGone),
        (400, "no_fallback_available", ModelGone),
        (400, "invalid_api_key", KeyRefused),
        (401, "missing_api_key", KeyRefused),
        (403, "api_key_origin_not_allowed", KeyRefused),
        (400, "insufficient_balance", NoCredit),
        (429, "insufficient_quota", NoCredit),
        (400, "rate_limit_exceeded", RateLimited),
        (429, "daily_rpd_limit_exceeded", RateLimited),
        (429, "daily_usd_limit_exceeded", RateLimited),
        (400, "prompt_too_long", BadRequest),
        (400, "missing_image_input", BadRequest),
        (400, "IMAGE_INPUT_TOO_MANY", BadRequest),
        (413, "IMAGE_INPUT_TOO_LARGE", BadRequest),
        (413, "image_input_too_large", BadRequest),
        (400, "invalid_multipart_body", BadRequest),
        (422, "INVALID_IMAGE_INPUT", BadRequest),
        (400, "unsupported_moderation_input", BadRequest),
    ],
)
@pytest.mark.parametrize("letter", ["a", "d"])
def test_a_code_says_more_than_its_status(
    fail: Any, letter: str, status: int, code: str, kind: type[Refused]
) -> None:
    body = {"error": {"message": "no", "code": code}} if letter == "a" else {"error": "no"}
    error = fail(answer_json(body if letter == "a" else {**body, "code": code}, status))
    assert (type(error), error.code) == (kind, code.lower())


def test_a_numeric_code_gives_way_to_the_type(fail: Any) -> None:
    body = {"error": {"message": "no", "type": "insufficient_balance", "code": 402}}
    error = fail(answer_json(body, 400))
    assert (type(error), error.code) == (NoCredit, "insufficient_balance")


@pytest.mark.parametrize(
    "text", ["Insufficient balance", "insufficient funds on account", "Insufficient credits."]
)
def test_missing_credit_is_known_by_its_words_too(fail: Any, text: str) -> None:
    assert type(fail(answer_json({"error": text}, 400))) is NoCredit


@pytest.mark.parametrize(
    "text",
    [
        "Prompt is too long. Maximum is 800 characters, yours has 912.",
        "The prompt you sent exceeds 512 characters",
    ],
)
def test_a_prompt_that_is_too_long_is_known_by_its_words_too(fail: Any, text: str) -> None:
    error = fail(answer_json({"error": text}, 400))
    assert (type(error), error.code) == (BadRequest, "prompt_too_long")


def test_a_refusal_without_words_gets_some(fail: Any) -> None:
    error = fail(answer_json({"error": {"message": "<br>", "code": "weird_thing"}}, 400))
    assert str(error) == "The service did not accept this request."
    assert error.code == "weird_thing"


@pytest.mark.parametrize("code", [f"x{KEY}", KEY, "a b", "a" * 65, "ä", "<b>", ["x"], 7, None, ""])
def test_a_code_that_is_no_word_is_dropped(fail: Any, code: Any) -> None:
    error = fail(answer_json({"error": {"message": "no", "code": code}}, 400))
    assert error.code == "bad_request"


def test_a_refusal_tells_the_providers_request_id(fail: Any) -> None:
    error = fail(answer_json({"error": "no"}, 400, {"X-Request-ID": "req_9"}))
    assert error.request_id == "req_9"


@pytest.mark.parametrize("odd", ["", "a b", "x" * 201, "é"])
def test_an_odd_request_id_is_dropped(fail: Any, odd: str) -> None:
    error = fail(answer_json({"error": "no"}, 400, {"X-Request-ID": odd}))
    assert error.request_id is None


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308, 304])
def test_a_redirect_is_not_followed_and_unknown(serve: Serve, fail: Any, status: int) -> None:
    elsewhere = serve()
    location = {"Location": f"{elsewhere.origin}/api/v1/images/edits"}
    error = fail(answer("", status, location))
    assert (type(error), error.code, error.status) == (OutcomeUnknown, "redirected", status)
    assert elsewhere.connections == 0


@pytest.mark.parametrize("status", [429, 503, 500, 408, 504])
def test_nothing_is_tried_again_however_soon_the_server_invites_to(fail: Any, status: int) -> None:
    # `fail` itself counts the connections.
    error = fail(answer_json({"error": "busy"}, status, {"Retry-After": "0"}))
    assert error.retry_after == 1.0


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("30", 30.0),
        ("1.5", 1.5),
        ("0", 1.0),
        ("-5", 1.0),
        ("80000", 80_000.0),
        ("999999", 86_400.0),
        ("999999999999999999", 86_400.0),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 1.0),
        ("Wed, 21 Oct 2999 07:28:00 GMT", 86_400.0),
        ("Wed, 21 Oct 2999 07:28:00 -0000", 86_400.0),
        ("soon", None),
        ("", None),
        ("NaN", None),
        ("1e3", None),
        ("1 minute", None),
        ("Wed, 99 Oct 2015 07:28:00 GMT", None),
        ("١٢", None),
    ],
)
def test_retry_after_is_read_and_kept_within_a_second_and_a_day(
    fail: Any, header: str, seconds: float | None
) -> None:
    headers = {"Retry-After": header.encode("utf-8").decode("latin-1")}
    error = fail(answer_json({"error": {"message": "slow down"}}, 429, headers))
    assert type(error) is RateLimited
    assert error.retry_after == seconds


def test_retry_after_as_a_date_counts_from_now(fail: Any) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=120), usegmt=True)
    error = fail(answer_json({"error": "slow down"}, 429, {"Retry-After": date}))
    assert 115 < error.retry_after <= 120


def test_a_date_to_retry_after_is_reckoned_by_the_servers_own_clock(fail: Any) -> None:
    dates = {
        "Date": "Mon, 23 Nov 2026 12:00:00 GMT",
        "Retry-After": "Mon, 23 Nov 2026 12:00:30 GMT",
    }
    assert fail(answer_json({"error": "slow down"}, 429, dates)).retry_after == 30


def test_without_a_retry_after_there_is_none(fail: Any) -> None:
    assert fail(answer_json({"error": "slow down"}, 429)).retry_after is None


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("<script>alert(1)</script>Bad <b>mask</b>", "Bad mask"),
        ("Bad <img src=x onerror=alert(1)", "Bad"),
        ("&lt;img src=x&gt;Bad mask", "Bad mask"),
        ("sizes must be < 4 MB and > 8 px", "sizes must be < 4 MB and > 8 px"),
        (f"key {KEY} is wrong", "key [hidden] is wrong"),
        (f"key {KEY.upper()} is wrong", "key [hidden] is wrong"),
        (f"key sk-<b>nano</b>{KEY[7:]} is wrong", "key [hidden] is wrong"),
        ("key sk-nano-another-one is wrong", "key [hidden] is wrong"),
        ("Authorization: Bearer abcdef123456", "Authorization: Bearer [hidden]"),
        (
            "bad url https://a.example/x.png?X-Amz-Signature=1 here",
            "bad url https://a.example/x.png here",
        ),
        ("bad url https://bob:pw@a.example/x", "bad url https://a.example/x"),
        ("cannot read data:image/png;base64,AAAABBBB==", "cannot read [picture data]"),
        ("cannot read " + "QUJD" * 100, "cannot read [data]"),
        (f"your prompt '{PROMPT}' is too long", "your prompt '[hidden]' is too long"),
        ("two\r\nlines\tand\x00 nul\u202e", "two lines and nul"),
    ],
)
def test_the_words_of_an_error_are_clean(fail: Any, said: str, shown: str) -> None:
    assert str(fail(answer_json({"error": said}, 400))) == shown


@pytest.mark.parametrize("status", [400, 503])
def test_a_long_error_is_cut(fail: Any, status: int) -> None:
    text = str(fail(answer_json({"error": "word " * 5000}, status)))
    assert len(text) <= 300
    assert text.endswith("…")


OLD_KEY = "5ec2e7a0-1111-4222-8333-444455556666"  # keys without a prefix are still in use


@pytest.mark.parametrize(
    "said",
    [
        "x" * 280 + OLD_KEY,
        "<br>" * 1995 + OLD_KEY,
        "5ec2e7a0-1111-<b>4222</b>-8333-444455556666",
        "&#53;ec2e7a0-1111-4222-8333-444455556666",
        "5ec2e7a0-1111-\x004222-8333-444455556666",
        OLD_KEY.upper(),
    ],
    ids=["at-the-cut", "at-the-first-cut", "in-tags", "in-entities", "with-nul", "upper-case"],
)
def test_not_even_a_part_of_an_old_key_is_shown(
    serve: Serve, client_of: MakeClient, said: str
) -> None:
    server = serve(answer_json({"error": said}, 400))
    with pytest.raises(BadRequest) as caught:
        client_of(server, key=OLD_KEY).edit(an_edit())
    shown = str(caught.value).lower()
    assert not any(part in shown for part in ("5ec2e7a0", "1111-", "444455556666"))


def test_a_server_failure_quotes_the_reason_and_keeps_the_evidence(fail: Any) -> None:
    body = {"error": "Request timed out. Please try again.", "code": "request_timeout"}
    headers = {"x-cost": "0.04", "x-remaining-balance": "7", "X-Request-ID": "req_4"}
    error = fail(answer_json(body, 504, headers))
    assert str(error) == ("The service failed (HTTP 504): Request timed out. Please try again.")
    assert error.code == "request_timeout"
    assert error.cost == Cost(nano_dollars=40_000_000, text="0.04")
    assert (error.balance_nano, error.request_id) == (7_000_000_000, "req_4")
    assert "Request timed out" in error.body_start


def test_a_proxys_page_is_not_shown(fail: Any) -> None:
    error = fail(answer("<html><head><title>nginx</title></head><body>x</body></html>", 502))
    assert str(error) == "The service failed (HTTP 502) without a readable reason."


@pytest.mark.parametrize(
    "error",
    [
        NotSent("no", code="connect_refused"),
        RateLimited("slow", status=429, retry_after=3.0, request_id="r"),
        OutcomeUnknown("?", code="timeout", cost=Cost(1, "x"), balance_nano=2, body_start="b"),
    ],
)
def test_errors_survive_being_pickled(error: NanoGPTError) -> None:
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    assert (type(copy), str(copy), vars(copy)) == (type(error), str(error), vars(error))
