"""Every misbehaviour that can be ordered really happens, once."""

import base64
import io
import json
import socket
import time
from email.utils import parsedate_to_datetime

import numpy as np
import pytest
import requests
from PIL import Image

from sandbox.faults import BEFORE_WORK, IN_THE_ANSWER, KINDS, ON_THE_WAY
from tests.sandbox.sandbox_server import KEY, png, running


def post(server, timeout=5.0, stream=False):
    return requests.post(
        server.url + "/api/v1/images/edits",
        data={"prompt": "make it blue", "model": "sandbox/square-lite"},
        files={"image": ("a.png", png(64, 64), "image/png")},
        headers={"x-api-key": KEY},
        timeout=timeout,
        stream=stream,
    )


def test_a_fault_meets_one_call_and_no_more(server):
    server.order({"kind": "status", "status": 503})
    assert [post(server).status_code for _ in range(2)] == [503, 200]
    assert [call["fault"] for call in server.calls()] == ["status", None]


def test_faults_come_in_the_order_given_and_as_often_as_said(server):
    server.order({"kind": "status", "status": 500, "times": 2}, {"kind": "status", "status": 504})
    assert [post(server).status_code for _ in range(4)] == [500, 500, 504, 200]


def test_waiting_faults_are_shown_and_can_be_cleared(server):
    server.order({"kind": "html_502"})
    address = server.url + "/sandbox/faults"
    assert requests.get(address, timeout=5).json()["faults"]["edits"] == [{"kind": "html_502"}]
    assert requests.delete(address, timeout=5).json()["waiting"] == 0
    assert post(server).status_code == 200


@pytest.mark.parametrize("letter", "abcdefghijkl")
def test_a_status_comes_in_any_envelope(server, letter):
    order = {"kind": "status", "status": 502, "envelope": letter, "code": "odd", "message": "Odd."}
    server.order(order)
    answer = post(server)
    assert answer.status_code == 502
    assert "Odd." in answer.text or letter == "c"
    is_json = answer.headers["content-type"] == "application/json"
    assert is_json == (letter not in "kl")


def test_a_429_tells_the_wait_in_seconds_as_a_date_or_not_at_all(server):
    server.order(
        {"kind": "status", "status": 429, "retry_after": 80_000},
        {"kind": "status", "status": 429, "retry_after_date": 90},
        {"kind": "status", "status": 429},
    )
    in_seconds, as_date, silent = (post(server) for _ in range(3))
    assert in_seconds.headers["Retry-After"] == "80000"
    wait = parsedate_to_datetime(as_date.headers["Retry-After"]).timestamp() - time.time()
    assert 80 < wait < 95
    assert "Retry-After" not in silent.headers


def test_a_redirect_of_the_call_itself_can_be_ordered(server):
    server.order({"kind": "status", "status": 307, "location": "http://127.0.0.1:1/x"})
    answer = requests.post(server.url + "/api/v1/images/edits", allow_redirects=False, timeout=5)
    assert (answer.status_code, answer.headers["Location"]) == (307, "http://127.0.0.1:1/x")


@pytest.mark.parametrize(
    ("kind", "status", "mime", "word"),
    [
        ("text_413", 413, "text/plain", "FUNCTION_PAYLOAD_TOO_LARGE"),
        ("html_502", 502, "text/html", "Bad Gateway"),
        ("html_200", 200, "text/html", "<html>"),
    ],
)
def test_pages_that_are_no_json(server, kind, status, mime, word):
    server.order({"kind": kind})
    answer = post(server)
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith(mime)
    assert word in answer.text


def test_half_a_json_comes_with_a_full_looking_answer(server):
    server.order({"kind": "truncated_json"})
    answer = post(server)
    assert (answer.status_code, answer.text[0]) == (200, "{")
    with pytest.raises(json.JSONDecodeError):
        json.loads(answer.text)


@pytest.mark.parametrize(
    ("kind", "data"),
    [("empty_data", []), ("no_data", None), ("error_in_200", None)],
)
def test_answers_without_pictures(server, kind, data):
    server.order({"kind": kind})
    answer = post(server)
    assert answer.status_code == 200
    assert answer.json().get("data") == data
    assert ("error" in answer.json()) == (kind == "error_in_200")
    assert server.last_call()["charged"]


def test_both_keys_can_be_null(server):
    server.order({"kind": "null_keys"}, {"kind": "url_and_null_b64"})
    first, second = (post(server).json()["data"][0] for _ in range(2))
    assert (first["url"], first["b64_json"]) == (None, None)
    assert second["url"].startswith("http")
    assert second["b64_json"] is None


def test_two_items_come_for_one_and_both_are_paid_for(server):
    server.order({"kind": "two_items"})
    body = post(server).json()
    assert (len(body["data"]), body["cost"]) == (2, 0.016)


def test_base64_comes_although_links_were_asked_for(server):
    server.order({"kind": "base64"}, {"kind": "base64_data_url"}, {"kind": "broken_base64"})
    plain, prefixed, broken = (post(server).json()["data"][0]["b64_json"] for _ in range(3))
    assert base64.b64decode(plain, validate=True).startswith(b"\x89PNG")
    assert prefixed.startswith("data:image/png;base64,")
    with pytest.raises(ValueError, match="base64"):
        base64.b64decode(broken, validate=True)


def test_a_jpeg_can_hide_under_a_png_name(server):
    server.order({"kind": "jpeg_named_png"})
    link = post(server).json()["data"][0]["url"]
    got = requests.get(link, timeout=5)
    assert ".png?" in link
    assert got.headers["content-type"] == "image/png"
    assert got.content.startswith(b"\xff\xd8\xff")


def test_the_picture_can_have_another_size_than_asked_for(server):
    server.order({"kind": "wrong_size", "width": 300, "height": 700})
    link = post(server).json()["data"][0]["url"]
    assert Image.open(io.BytesIO(requests.get(link, timeout=5).content)).size == (300, 700)


def test_the_picture_can_be_no_picture(server):
    server.order({"kind": "garbage_picture"})
    link = post(server).json()["data"][0]["url"]
    assert b"not a picture" in requests.get(link, timeout=5).content


@pytest.mark.parametrize(
    ("value", "cost"),
    [
        ("missing", None),
        ("string", "0.0080"),
        ("zero", 0),
        ("negative", -0.008),
        ("nonsense", "a few cents"),
        ("xno", 0.008),
    ],
)
def test_the_cost_can_be_told_in_odd_ways(server, value, cost):
    server.order({"kind": "cost", "value": value})
    answer = post(server)
    assert answer.json().get("cost") == cost
    assert "x-cost" not in answer.headers
    assert answer.json()["paymentSource"] == ("XNO" if value == "xno" else "USD")
    assert server.last_call()["cost"] == "0.008"


def test_a_link_can_be_born_dead(server):
    server.order({"kind": "expired_link"})
    got = requests.get(post(server).json()["data"][0]["url"], timeout=5)
    assert (got.status_code, "Request has expired" in got.text) == (403, True)


def test_a_link_can_point_anywhere(server):
    server.order({"kind": "link", "url": "https://elsewhere.invalid/x.png"})
    assert post(server).json()["data"][0]["url"] == "https://elsewhere.invalid/x.png"


def test_a_link_can_redirect_to_another_host(server):
    server.order({"kind": "link_redirect", "location": "https://elsewhere.invalid/x.png"})
    link = post(server).json()["data"][0]["url"]
    got = requests.get(link, allow_redirects=False, timeout=5)
    assert (got.status_code, got.headers["Location"]) == (302, "https://elsewhere.invalid/x.png")


def test_a_link_can_fail_a_few_times_first(server):
    server.order({"kind": "link_status", "status": 500, "failures": 2})
    link = post(server).json()["data"][0]["url"]
    assert [requests.get(link, timeout=5).status_code for _ in range(3)] == [500, 500, 200]


@pytest.mark.parametrize(
    ("kind", "charged"),
    [
        ("reset_before_reading", False),
        ("reset_mid_upload", False),
        ("reset_after_reading", True),
        ("reset_mid_answer", True),
    ],
)
def test_a_connection_is_reset(server, kind, charged):
    server.order({"kind": kind})
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        post(server)
    call = server.last_call()
    assert (call["fault"], call["status"], call["charged"]) == (kind, 0, charged)


def test_a_reset_is_a_reset_and_no_orderly_end(server):
    server.order({"kind": "reset_before_reading"})
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall(
            b"POST /api/v1/images/edits HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n"
        )
        with pytest.raises(ConnectionResetError):
            connection.recv(100)


def test_a_reset_mid_answer_lets_half_of_it_through(server):
    server.order({"kind": "reset_mid_answer"})
    answer = post(server, stream=True)
    assert answer.status_code == 200
    assert answer.raw.read(20).startswith(b'{"created"')
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        list(answer.iter_content(1000))


def test_a_dripping_answer_outlives_the_read_timeout(server):
    server.order({"kind": "drip", "interval": 0.02})
    started = time.monotonic()
    answer = post(server, timeout=1.5)
    assert answer.json()["data"]
    assert time.monotonic() - started > 2
    assert server.last_call()["charged"]


def test_a_hanging_call_is_paid_for(server):
    server.order({"kind": "hang"})
    with pytest.raises(requests.ReadTimeout):
        post(server, timeout=2)
    assert server.last_call()["charged"]


def test_a_hanging_call_can_end_in_a_reset(server):
    server.order({"kind": "hang", "seconds": 0.1})
    with pytest.raises(requests.ConnectionError):
        post(server)


def test_a_slow_call_ends_well(server):
    server.order({"kind": "slow", "seconds": 0.7})
    started = time.monotonic()
    assert post(server).status_code == 200
    assert time.monotonic() - started > 0.7


def test_an_answer_can_be_huge(server):
    server.order({"kind": "huge_answer", "megabytes": 3})
    answer = post(server)
    assert len(answer.content) > 3 * 1024 * 1024
    assert answer.json()["data"]


def test_who_gives_up_still_pays(server):
    server.order({"kind": "slow", "seconds": 1})
    with pytest.raises(requests.ReadTimeout):
        post(server, timeout=0.3)
    deadline = time.monotonic() + 5
    while server.last_call()["status"] is None and time.monotonic() < deadline:
        time.sleep(0.1)
    call = server.last_call()
    assert (call["status"], call["charged"]) == (200, True)


def test_charging_can_be_turned_round(server):
    server.order(
        {"kind": "status", "status": 500, "charged": True},
        {"kind": "empty_data", "charged": False},
    )
    post(server)
    post(server)
    assert [call["cost"] for call in server.calls()] == ["0.008", "0"]


@pytest.mark.parametrize(
    ("door", "method", "path"),
    [
        ("models", "GET", "/api/v1/image-models"),
        ("balance", "POST", "/api/check-balance"),
        ("usage", "GET", "/api/v1/usage/requests/x"),
    ],
)
def test_free_lookups_fail_on_order_too(server, door, method, path):
    server.order(
        {"kind": "status", "status": 503, "on": door},
        {"kind": "truncated_json", "on": door},
        {"kind": "reset_before_reading", "on": door},
    )

    def ask():
        return requests.request(method, server.url + path, headers={"x-api-key": KEY}, timeout=5)

    assert ask().status_code == 503
    with pytest.raises(json.JSONDecodeError):
        json.loads(ask().text)
    with pytest.raises(requests.ConnectionError):
        ask()
    assert ask().status_code in (200, 404)
    assert server.calls() == []


@pytest.mark.parametrize(
    "order",
    [
        {"kind": "nonsense"},
        {"kind": "status"},
        {"kind": "status", "status": 99},
        {"kind": "status", "status": "500"},
        {"kind": "status", "status": 500, "envelope": "z"},
        {"kind": "drip", "seconds": 3},
        {"kind": "cost", "value": "free"},
        {"kind": "hang", "times": 0},
        {"kind": "hang", "on": "kitchen"},
        {"kind": "empty_data", "on": "models"},
        {"kind": "hang", "charged": "yes"},
        "status",
    ],
)
def test_a_fault_that_makes_no_sense_is_refused_and_nothing_is_queued(server, order):
    address = server.url + "/sandbox/faults"
    answer = requests.post(address, json={"faults": [{"kind": "html_502"}, order]}, timeout=5)
    assert answer.status_code == 400
    assert requests.get(address, timeout=5).json()["waiting"] == 0


def test_the_kinds_do_not_overlap():
    assert len(KINDS) == len(BEFORE_WORK) + len(ON_THE_WAY) + len(IN_THE_ANSWER)


def test_resets_leave_no_noise_and_the_sandbox_serves_on():
    with running("--delay", "0") as server:
        for kind in ("reset_before_reading", "reset_after_reading", "reset_mid_answer"):
            server.order({"kind": kind})
            with pytest.raises(requests.RequestException):
                post(server)
        pixels = np.asarray(
            Image.open(
                io.BytesIO(requests.get(post(server).json()["data"][0]["url"], timeout=5).content)
            )
        )
        assert pixels.shape == (1024, 1024, 3)
        server.process.terminate()
        _, errors = server.process.communicate(timeout=5)
    assert "Traceback" not in errors
    assert len(errors.strip().splitlines()) == 4
