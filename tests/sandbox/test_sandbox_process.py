"""The sandbox as a program: start, end, money, privacy, many at once."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time

import pytest
import requests

from tests.sandbox.sandbox_server import KEY, PRO, ROOT, luminance_mask, running

SECRET_WISH = "turn the zanzibar lamp blue"


def started(*arguments, **variables):
    """Run the program with nonsense: it should end by itself."""
    return subprocess.run(
        [sys.executable, "-m", "sandbox", *arguments],
        cwd=ROOT,
        env=os.environ | variables,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_at_once_although_calls_are_running(number):
    with running("--delay", "60") as server:
        for _ in range(3):
            threading.Thread(target=_quiet_edit, args=(server,), daemon=True).start()
        deadline = time.monotonic() + 10
        while len(server.calls()) < 3 and time.monotonic() < deadline:
            time.sleep(0.05)
        server.process.send_signal(number)
        assert server.process.wait(timeout=20) == 0, "the calls would take a minute"


def _quiet_edit(server):
    try:
        server.edit(model=PRO, mask=luminance_mask(), prompt="remove it")
    except requests.RequestException:
        return


def test_it_says_that_it_listens_in_one_line_and_nothing_else():
    with running("--delay", "0") as server:
        assert server.edit().status_code == 200
        server.process.terminate()
        output, _ = server.process.communicate(timeout=5)
    assert output == ""  # the fixture has read the one line


def test_settings_come_from_the_environment_and_arguments_win():
    env = os.environ | {"SANDBOX_BALANCE": "3.5", "SANDBOX_DELAY": "0", "SANDBOX_KEY": "abc"}
    with running("--key", KEY, env=env) as server:
        assert server.balance() == "3.5"
        assert server.edit(key="abc").status_code == 401


@pytest.mark.parametrize(
    ("arguments", "variables", "named"),
    [
        (("--port", "99999"), {}, "--port"),
        (("--delay", "soon"), {}, "--delay"),
        (("--balance", "-1"), {}, "--balance"),
        (("--balance", "nan"), {}, "--balance"),
        ((), {"SANDBOX_LINK_LIFE": "ever"}, "--link-life"),
    ],
)
def test_nonsense_in_the_settings_stops_the_start(arguments, variables, named):
    ended = started(*arguments, **variables)
    assert ended.returncode == 2
    assert named in ended.stderr.splitlines()[-1]


def test_a_taken_port_is_told_in_one_line():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ended = started("--port", str(taken.getsockname()[1]))
    assert ended.returncode == 1
    assert ended.stderr.startswith("sandbox: cannot listen on 127.0.0.1:")
    assert len(ended.stderr.splitlines()) == 1


def test_it_listens_on_loopback_only_unless_told_otherwise():
    with running() as server:
        assert server.url.startswith("http://127.0.0.1:")
        port = int(server.url.rsplit(":", 1)[1])
        with pytest.raises(OSError, match=r".+"), socket.create_connection(("127.0.0.2", port), 2):
            pass


def test_no_prompt_and_no_key_is_written_or_kept():
    with running("--delay", "0") as server:
        server.edit(prompt=SECRET_WISH)
        server.edit_json(prompt=SECRET_WISH)
        server.order({"kind": "status", "status": 500})
        server.edit(prompt=SECRET_WISH)
        shown = requests.get(server.url + "/sandbox/calls", timeout=5).text
        page = requests.get(server.url + "/", timeout=5).text
        server.process.terminate()
        output, errors = server.process.communicate(timeout=5)
    for text in (shown, page, output, errors):
        assert "zanzibar" not in text
        assert KEY not in text
        assert KEY[8:20] not in text
    assert str(len(SECRET_WISH)) in shown
    assert KEY[-4:] in shown


def test_each_paid_call_is_one_short_line():
    with running("--delay", "0") as server:
        server.edit()
        server.edit(model="sandbox/none\nfake line")
        server.process.terminate()
        _, errors = server.process.communicate(timeout=5)
    lines = errors.splitlines()
    assert len(lines) == 2
    assert "sandbox/square-lite 200 $0.008" in lines[0]
    assert "unknown model 404" in lines[1]
    assert all(len(line) < 100 for line in lines)


def test_a_short_key_leaves_no_tail(server):
    server.edit(key="tiny")
    assert server.last_call()["key_tail"] == ""


@pytest.mark.parametrize(
    ("headers", "kind"),
    [
        ({"Authorization": f"Bearer {KEY}"}, "bearer"),
        ({"x-api-key": KEY}, "x-api-key"),
        ({"x-api-key": KEY, "Authorization": f"Bearer {KEY}"}, "both"),
        ({}, "none"),
    ],
)
def test_the_record_tells_how_the_key_came(server, headers, kind):
    server.edit(key="", headers=headers)
    assert server.last_call()["auth"] == kind


def test_a_call_is_on_record_while_it_runs():
    with running("--delay", "1.5") as server:
        caller = threading.Thread(target=server.edit, kwargs={"model": PRO, "n": 2})
        caller.start()
        deadline = time.monotonic() + 5
        while not server.calls() and time.monotonic() < deadline:
            time.sleep(0.05)
        assert server.last_call()["status"] is None
        caller.join()
        call = server.last_call()
        assert (call["status"], call["model"], call["asked_n"]) == (200, PRO, 2)
        assert call["image_size"] == "192x128"
        assert call["result_sizes"] == ["384x256", "384x256"]


def test_many_calls_wait_side_by_side():
    with running("--delay", "2") as server:
        callers = [threading.Thread(target=server.edit, kwargs={"model": PRO}) for _ in range(12)]
        began = time.monotonic()
        for caller in callers:
            caller.start()
        for caller in callers:
            caller.join()
        assert time.monotonic() - began < 20, "one after the other takes 24 seconds"
        assert [call["status"] for call in server.calls()] == [200] * 12


def test_the_delay_is_the_models_own():
    with running("--delay", "0.5") as server:
        began = time.monotonic()
        server.edit(model="sandbox/slow-master")
        assert time.monotonic() - began > 2


def test_the_balance_falls_until_it_is_spent():
    with running("--delay", "0", "--balance", "0.02") as server:
        first, second, third = (server.edit() for _ in range(3))
        assert first.json()["remainingBalance"] == 0.012
        assert second.json()["remainingBalance"] == 0.004
        assert third.status_code == 402
        assert third.json() == {
            "error": "Insufficient balance", "requiredBalance": 0.008, "status": 402,
        }  # fmt: skip
        assert server.balance() == "0.004"


def test_parallel_calls_cannot_overdraw():
    with running("--delay", "0.5", "--balance", "0.02") as server:
        answers = []
        callers = [
            threading.Thread(target=lambda: answers.append(server.edit().status_code))
            for _ in range(6)
        ]
        for caller in callers:
            caller.start()
        for caller in callers:
            caller.join()
        assert sorted(answers) == [200, 200, 402, 402, 402, 402]
        assert server.balance() == "0.004"


def test_the_balance_is_told_as_decimal_strings(server):
    answer = requests.post(
        server.url + "/api/check-balance", headers={"x-api-key": KEY}, timeout=5
    ).json()
    assert set(answer) == {"usd_balance", "nano_balance", "nanoDepositAddress"}
    assert all(isinstance(value, str) for value in answer.values())


def usage(server, request_id):
    return requests.get(
        f"{server.url}/api/v1/usage/requests/{request_id}",
        headers={"Authorization": f"Bearer {KEY}"},
        timeout=5,
    )


def test_a_charge_is_found_by_its_request_id(server):
    server.edit(headers={"X-Request-ID": "one-call"})
    found = usage(server, "one-call").json()
    assert (found["cost"], found["currency"]) == ("0.008", "USD")


def test_the_unpriced_model_charges_without_telling(server):
    answer = server.edit(model="sandbox/preview-unpriced", headers={"X-Request-ID": "unpriced"})
    assert "cost" not in answer.json()
    assert "x-cost" not in answer.headers
    assert usage(server, "unpriced").json()["cost"] == "0.02"


def test_an_unknown_request_id_may_be_pending(server):
    answer = usage(server, "nobody")
    assert (answer.status_code, answer.headers["Retry-After"]) == (404, "30")


def test_a_request_id_used_twice_is_a_conflict(server):
    for _ in range(2):
        server.edit(headers={"X-Request-ID": "twice"})
    assert usage(server, "twice").status_code == 409


def totals(server, **days):
    return requests.get(
        f"{server.url}/api/v1/usage",
        params=days,
        headers={"Authorization": f"Bearer {KEY}"},
        timeout=5,
    )


def test_the_totals_of_a_day_count_what_was_charged(server):
    for _ in range(2):
        server.edit()
    server.edit(prompt="something forbidden")
    assert totals(server).json()["totals"] == {
        "requests": 2,
        "costUsd": "0.016",
        "refundedUsd": "0",
        "netCostUsd": "0.016",
    }
    long_ago = {"from": "2020-01-01", "to": "2020-01-02"}
    assert totals(server, **long_ago).json()["totals"]["requests"] == 0
    assert totals(server, **{"from": "yesterday"}).status_code == 400


def test_an_odd_request_id_is_replaced(server):
    answer = server.edit(headers={"X-Request-ID": "a b\tc"})
    assert answer.headers["X-Request-ID"] == answer.json()["requestId"]
    assert len(answer.headers["X-Request-ID"]) == 36


def test_calls_can_be_forgotten_but_not_the_money(server):
    server.edit()
    balance = server.balance()
    requests.delete(server.url + "/sandbox/calls", timeout=5)
    assert server.calls() == []
    assert server.balance() == balance
