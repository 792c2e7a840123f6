"""Answers of a paid call: whatever picture comes back is kept, nothing usable means unknown."""

from __future__ import annotations

import base64
import gzip
import json
import random
import tracemalloc
from typing import Any

import pytest

from editor.nanogpt.answers import decode_base64
from editor.nanogpt.errors import NanoGPTError, OutcomeUnknown
from editor.nanogpt.messages import AnswerImage, Cost, EditAnswer

from .conftest import KEY, MakeClient, Serve
from .drawing import JPEG, PNG, PROMPT, an_edit
from .scripted_server import (
    Behaviour,
    answer,
    answer_json,
    chunked,
    gzip_of,
    head_of,
    raw,
)

B64 = base64.b64encode(PNG).decode()
LINK = "https://files.example/a.png?X-Amz-Signature=abc&X-Amz-Expires=3600"
ONE = json.dumps({"data": [{"url": LINK}]})
BY_LINK = AnswerImage(url=LINK, data=None)
BY_BYTES = AnswerImage(url=None, data=PNG)


@pytest.fixture
def edit(serve: Serve, client_of: MakeClient) -> Any:
    """Run one edit against one behaviour, and make sure that it was one request."""

    def run(behaviour: Behaviour, **options: Any) -> EditAnswer:
        server = serve(behaviour)
        try:
            return client_of(server, **options).edit(an_edit())
        finally:
            assert server.connections == 1

    return run


@pytest.fixture
def unknown(edit: Any) -> Any:
    """Run one edit that must end as OutcomeUnknown, and give back the error."""

    def run(behaviour: Behaviour, **options: Any) -> OutcomeUnknown:
        with pytest.raises(OutcomeUnknown) as caught:
            edit(behaviour, **options)
        assert caught.value.maybe_billed
        assert not caught.value.retriable
        return caught.value

    return run


@pytest.mark.parametrize(
    ("items", "images"),
    [
        ([{"url": LINK}], [BY_LINK]),
        ([{"b64_json": B64}], [BY_BYTES]),
        ([{"url": LINK, "b64_json": None}], [BY_LINK]),
        ([{"url": None, "b64_json": B64}], [BY_BYTES]),
        ([{"url": "", "b64_json": B64}], [BY_BYTES]),
        ([{"url": LINK, "b64_json": B64}], [BY_BYTES]),
        ([{"url": LINK, "b64_json": "not base64!"}], [BY_LINK]),
        ([{"b64_json": f"data:image/png;base64,{B64}"}], [BY_BYTES]),
        ([{"url": f"data:image/png;base64,{B64}"}], [BY_BYTES]),
        ([{"b64_json": "\n".join(B64[i : i + 40] for i in range(0, len(B64), 40))}], [BY_BYTES]),
        ([{"b64_json": B64 + "\r\n"}], [BY_BYTES]),
        ([{"url": f" {LINK}\n"}], [BY_LINK]),
        ([LINK], [BY_LINK]),
        ([{"url": LINK, "storageKey": "k", "revised_prompt": "p", "x": {"y": [1]}}], [BY_LINK]),
        ([{"url": LINK}, {"b64_json": B64}, {"url": LINK}], [BY_LINK, BY_BYTES, BY_LINK]),
        ([{"url": LINK}, {"nothing": 1}, None, 7, {"b64_json": "??"}], [BY_LINK]),
    ],
)
def test_every_known_form_of_item_gives_its_picture(
    edit: Any, items: list[Any], images: list[AnswerImage]
) -> None:
    assert list(edit(answer_json({"created": 1, "data": items})).images) == images


def test_more_pictures_than_asked_for_are_all_kept(edit: Any) -> None:
    assert len(edit(answer_json({"data": [{"url": LINK}] * 4})).images) == 4


def test_a_list_called_images_is_read_as_well(edit: Any) -> None:
    assert edit(answer_json({"images": [{"url": LINK}]})).images == (BY_LINK,)


def test_a_usable_picture_beside_an_error_is_kept(edit: Any) -> None:
    both = {"data": [{"url": LINK}], "error": {"message": "partly failed"}}
    assert edit(answer_json(both)).images == (BY_LINK,)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "====",
        B64[:-1],
        B64 + "=",
        B64 + "QUJD",
        B64[:20] + "!" + B64[20:],
        B64[:20] + " " + B64[20:],
        base64.urlsafe_b64encode(b"\xfb\xff\xfe" * 10).decode(),
        "data:image/png," + B64,
        "data:image/png;base64",
        "ö" * 8,
    ],
)
def test_base64_that_is_not_strictly_right_is_refused(text: str) -> None:
    assert decode_base64(text) is None


def test_everything_that_an_answer_says_is_kept(edit: Any) -> None:
    said = {
        "created": 1780000000,
        "data": [{"url": LINK, "storageKey": "k1"}, {"b64_json": B64}],
        "cost": 0.0655,
        "paymentSource": "USD",
        "remainingBalance": 12.5,
        "requestId": "from-the-body",
    }
    headers = {"X-Request-ID": "from-the-header", "x-remaining-balance": "12.4345"}
    got = edit(answer_json(said, headers=headers))
    assert got.cost == Cost(nano_dollars=65_500_000, text="0.0655", currency="USD")
    assert got.balance_nano == 12_434_500_000
    assert got.request_id == "from-the-header"
    assert got.status == 200
    assert 0 < got.seconds < 20
    assert got.body == {
        **said,
        "data": [{"url": LINK, "storageKey": "k1"}, {"b64_json": f"[{len(B64)} characters]"}],
    }


def test_the_request_id_of_the_body_is_taken_when_no_header_gives_one(edit: Any) -> None:
    got = edit(answer_json({"data": [{"url": LINK}], "requestId": "req_1"}))
    assert got.request_id == "req_1"


def test_an_answer_that_says_nothing_about_money_has_no_cost(edit: Any) -> None:
    got = edit(answer_json({"data": [{"url": LINK}]}))
    assert (got.cost, got.balance_nano, got.request_id) == (None, None, None)


def test_the_kept_body_is_json_that_a_database_takes(edit: Any) -> None:
    body = (
        b'{"data": [{"url": "https://files.example/1"}], "a": NaN, "b": -Infinity, "c": 1e999,'
        b' "d": "nul\\u0000 and half \\ud800 pair", "e": 123456789012345678901234567890,'
        b' "f": "data:image/png;base64,AAAA", "' + KEY.encode() + b'": "' + KEY.encode() + b'"}'
    )
    kept = edit(answer(body)).body
    text = json.dumps(kept, allow_nan=False)
    assert "\\u0000" not in text
    assert "\\ud800" not in text
    assert KEY not in text
    assert kept["f"] == "[26 characters]"
    assert kept["d"] == "nul and half ? pair"


@pytest.mark.parametrize(
    ("behaviour", "code"),
    [
        (answer("<html><body>Welcome</body></html>", 200, {"Content-Type": "text/html"}), "u"),
        (answer("", 200), "u"),
        (answer("", 204), "u"),
        (answer('{"data": [{"url": "https://files.ex', 200), "u"),
        (answer("null", 200), "u"),
        (answer('[{"url": "x"}]', 200), "u"),
        (answer('"https://files.example/1.png"', 200), "u"),
        (answer("[" * 100_000, 200), "u"),
        (answer('{"cost": ' + "9" * 5000 + "}", 200), "u"),
        (answer(b'{"data": "\xff\xfe"}', 200), "u"),
        (answer(b"\x89PNG\r\n\x1a\n" + bytes(50), 200), "u"),
        (answer_json({}), "empty_answer"),
        (answer_json({"created": 1}), "empty_answer"),
        (answer_json({"data": []}), "empty_answer"),
        (answer_json({"data": None}), "empty_answer"),
        (answer_json({"data": {}}), "empty_answer"),
        (answer_json({"data": [{}]}), "unusable_pictures"),
        (answer_json({"data": [{"url": None, "b64_json": None}]}), "unusable_pictures"),
        (answer_json({"data": [{"url": 7, "b64_json": ["x"]}]}), "unusable_pictures"),
        (answer_json({"data": [{"b64_json": "garbage*"}]}), "unusable_pictures"),
        (answer_json({"error": {"message": "boom", "code": "SERVER_BUSY"}}), "server_busy"),
        (answer_json({"error": "boom"}), "error_in_answer"),
        (answer_json({"error": "boom", "data": []}), "error_in_answer"),
        (answer_json({"taskId": "t-1", "status": "queued"}, 202), "empty_answer"),
    ],
)
def test_a_success_without_a_usable_picture_is_unknown(
    unknown: Any, behaviour: Behaviour, code: str
) -> None:
    error = unknown(behaviour)
    assert error.code == ("unusable_answer" if code == "u" else code)
    assert error.status in (200, 202, 204)


def test_an_unusable_answer_still_tells_what_it_cost(unknown: Any) -> None:
    said = {"data": [], "cost": "0.04", "remainingBalance": "3.96", "requestId": "req_2"}
    error = unknown(answer_json(said))
    assert error.cost == Cost(nano_dollars=40_000_000, text="0.04")
    assert error.balance_nano == 3_960_000_000
    assert error.request_id == "req_2"


def test_an_unreadable_answer_still_tells_the_cost_of_its_headers(unknown: Any) -> None:
    error = unknown(answer("<html>", 200, {"x-cost": "0.1", "X-Request-ID": "req_3"}))
    assert error.cost == Cost(nano_dollars=100_000_000, text="0.1")
    assert error.request_id == "req_3"


def test_an_error_inside_a_success_is_quoted_cleanly(unknown: Any) -> None:
    error = unknown(answer_json({"error": f"<b>bad</b> mask for {PROMPT} with {KEY}"}))
    assert str(error) == (
        "The service reported success and an error at once: bad mask for [hidden] with [hidden]"
    )


def test_the_start_of_an_unusable_answer_is_kept_as_evidence_without_key_or_picture(
    unknown: Any,
) -> None:
    body = f'{{"note": "for {KEY}", "picture": "data:image/png;base64,{B64 * 50}", "x": 1'
    error = unknown(answer(body))
    assert error.body_start.startswith('{"note": "for [hidden]", "picture": "[picture data]')
    assert len(error.body_start) <= 4000


def test_an_unusable_answer_comes_along_whole_as_it_was_paid_for(unknown: Any) -> None:
    body = json.dumps({"result": B64, "pad": "x" * 100_000}).encode()
    error = unknown(answer(body))
    assert error.body == body
    assert "xxxx" not in str(error) + repr(error)
    cut = unknown(answer(body), max_answer_bytes=len(body) - 1)
    assert cut.code == "answer_too_large"
    assert 0 < len(cut.body) < len(body)
    assert body.startswith(cut.body)


def test_an_answer_that_is_no_success_is_not_carried_along(unknown: Any) -> None:
    assert unknown(answer("<html>gateway", 502)).body == b""


def test_no_half_of_the_key_stays_where_the_evidence_is_cut(unknown: Any) -> None:
    key = "5ec2e7a0-1111-4222-8333-444455556666"
    for tags in range(1590, 1601):
        error = unknown(answer("<br/>" * tags + key), key=key)
        assert "5ec2" not in error.body_start


@pytest.mark.parametrize(
    "behaviour",
    [
        answer(ONE, length=5000),
        raw(head_of(200, {"Transfer-Encoding": "chunked"}) + chunked(ONE.encode(), finished=False)),
        raw(head_of(200, {}) + ONE.encode()),
        answer(gzip.compress(ONE.encode()), 200, {"Content-Encoding": "gzip"}),
        answer(b"\xef\xbb\xbf" + ONE.encode()),
        answer(ONE, 201, {"Content-Type": "text/html"}),
        raw(
            b"HTTP/1.1 100 Continue\r\n\r\n"
            + head_of(200, {"Content-Length": str(len(ONE))})
            + ONE.encode()
        ),
    ],
    ids=["length-too-long", "no-last-chunk", "no-length", "gzip", "bom", "type", "continue"],
)
def test_a_whole_answer_is_taken_although_its_wrapping_is_odd(
    edit: Any, behaviour: Behaviour
) -> None:
    assert edit(behaviour).images == (BY_LINK,)


@pytest.mark.parametrize(
    ("behaviour", "code"),
    [
        (answer('{"data": [{"b64', length=9_000), "connection_lost"),
        (
            raw(head_of(200, {"Transfer-Encoding": "chunked"}) + chunked(b'{"da', finished=False)),
            "connection_lost",
        ),
        (raw(head_of(200, {"Transfer-Encoding": "chunked"}) + b"zz\r\n"), "connection_lost"),
        (answer(b"no gzip at all", 200, {"Content-Encoding": "gzip"}), "answer_garbled"),
        (
            answer(gzip.compress(b'{"data": []}' * 999)[:40], 200, {"Content-Encoding": "gzip"}),
            "unusable_answer",
        ),
    ],
)
def test_an_answer_that_breaks_off_is_unknown(
    unknown: Any, behaviour: Behaviour, code: str
) -> None:
    error = unknown(behaviour)
    assert (error.code, error.status) == (code, 200)


@pytest.mark.parametrize(
    "wrapping",
    [
        lambda body: answer(body),
        lambda body: raw(head_of(200, {}) + body),
        lambda body: raw(head_of(200, {"Transfer-Encoding": "chunked"}) + chunked(body)),
    ],
    ids=["length", "until-closed", "chunked"],
)
def test_an_answer_over_the_limit_is_stopped_and_unknown(unknown: Any, wrapping: Any) -> None:
    body = json.dumps({"data": [{"b64_json": "A" * 400_000}]}).encode()
    error = unknown(wrapping(body), max_answer_bytes=100_000)
    assert (error.code, error.status) == ("answer_too_large", 200)


def test_an_answer_of_exactly_the_limit_is_taken(edit: Any) -> None:
    body = json.dumps({"data": [{"b64_json": B64}], "pad": "x" * 200_000})
    assert edit(answer(body), max_answer_bytes=len(body)).images == (BY_BYTES,)


@pytest.mark.parametrize("in_chunks", [False, True])
def test_a_compression_bomb_is_stopped_without_filling_the_memory(
    unknown: Any, in_chunks: bool
) -> None:
    bomb = gzip_of(100_000_000)
    head = {"Content-Encoding": "gzip"}
    behaviour = (
        raw(head_of(200, {**head, "Transfer-Encoding": "chunked"}) + chunked(bomb))
        if in_chunks
        else answer(bomb, 200, head)
    )
    tracemalloc.start()
    try:
        error = unknown(behaviour, max_answer_bytes=1_000_000)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert error.code == "answer_too_large"
    assert peak < 12_000_000


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 200 OK\r\nX-Big: " + b"a" * 100_000 + b"\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\n" + b"X-Many: 1\r\n" * 500 + b"\r\n{}",
        b"not http at all\r\n\r\n",
        b"\x16\x03\x01\x00\x00",
        b"HTTP/1.1 banana\r\n\r\n",
    ],
    ids=["long-line", "many-lines", "no-http", "tls-bytes", "no-status"],
)
def test_an_answer_head_that_floods_or_is_no_http_is_unknown(unknown: Any, head: bytes) -> None:
    error = unknown(raw(head))
    assert (error.code, error.status) == ("connection_lost", None)


def test_whatever_a_broken_server_sends_ends_as_an_answer_or_as_one_of_our_errors(
    serve: Serve, client_of: MakeClient
) -> None:
    good = head_of(200, {"Content-Type": "application/json", "Set-Cookie": "a=b; Max-Age=9"})
    good += ONE.encode()
    chance = random.Random(7)
    broken = []
    for _ in range(120):
        data = bytearray(good)
        for _ in range(chance.randint(1, 6)):
            at = chance.randrange(len(data))
            data[at : at + chance.randint(0, 3)] = chance.randbytes(chance.randint(0, 3))
        broken.append(
            bytes(data[: chance.randint(1, len(data))] if chance.random() < 0.3 else data)
        )
    server = serve(*map(raw, broken))
    client = client_of(server)
    outcomes = set()
    for _ in broken:
        try:
            outcomes.add(type(client.edit(an_edit())))
        except NanoGPTError as error:
            outcomes.add(type(error))
    assert outcomes == {EditAnswer, OutcomeUnknown}
    assert server.connections == len(broken)


def test_a_real_picture_comes_back_byte_for_byte(edit: Any) -> None:
    body = {"data": [{"b64_json": base64.b64encode(JPEG * 2000).decode()}]}
    assert edit(answer_json(body)).images[0].data == JPEG * 2000


def test_pictures_are_not_shown_when_an_answer_is_printed(edit: Any) -> None:
    shown = repr(edit(answer_json({"data": [{"b64_json": B64}]})))
    assert "PNG" not in shown
    assert B64 not in shown


def test_outcome_unknown_is_a_nanogpt_error() -> None:
    assert issubclass(OutcomeUnknown, NanoGPTError)
