"""The supervisor with stand-in programs: restart, stop in order, leave nothing behind."""

import json
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.house.processes import Watched, eventually, is_alive

SLEEPER = "import os, time; print('pid', os.getpid()); time.sleep(60)"
# Asked to stop, it works on for a second, as a worker does with a running call.
SLOW_STOPPER = """
import os, signal, sys, time
def last_work(*_):
    time.sleep(1); print('work done'); sys.exit(0)
signal.signal(signal.SIGTERM, last_work)
print('pid', os.getpid())
time.sleep(60)
"""
STUBBORN = """
import os, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print('pid', os.getpid())
time.sleep(60)
"""

Start = Callable[..., Watched]


@pytest.fixture
def start() -> Iterator[Start]:
    started: list[Watched] = []

    def _start(*programs: dict[str, Any]) -> Watched:
        script = str(Path(__file__).with_name("run_supervisor.py"))
        started.append(Watched([sys.executable, script, json.dumps(programs)]))
        return started[-1]

    yield _start
    for watched in started:
        watched.clean_up()


def program(name: str, code: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "argv": [sys.executable, "-c", code], **more}


def pid_of(house: Watched, name: str) -> int:
    return int(house.wait_for(f"{name}|pid").split()[-1])


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_every_program_and_the_supervisor(start: Start, how: signal.Signals) -> None:
    house = start(program("a", SLEEPER))
    pid = pid_of(house, "a")
    house.signal(how)
    assert house.end() == 0
    assert not is_alive(pid)
    assert house.lines[-1] == "|stopped"


def test_a_killed_program_is_started_again(start: Start) -> None:
    house = start(program("a", "import os; print('pid', os.getpid()); os.kill(os.getpid(), 9)"))
    first, second = pid_of(house, "a"), pid_of(house, "a")
    assert first != second
    assert any("a ended (killed by SIGKILL); it starts again in 0.1 s" in x for x in house.lines)


def test_a_program_that_never_gets_up_ends_the_start_with_its_reason(start: Start) -> None:
    house = start(program("a", "import sys; print('no database'); sys.exit(3)"))
    assert house.end() == 1
    assert house.output.count("a|no database") == 5
    assert "|a ended 5 times in a row (exit code 3)" in house.lines
    pauses = [line.split(" in ")[1] for line in house.lines if "starts again" in line]
    assert pauses == ["0.1 s", "0.2 s", "0.4 s", "0.4 s"]


def test_a_program_may_finish_its_work_and_others_wait_for_it(start: Start) -> None:
    said_goodbye = SLEEPER.replace(
        "time.sleep(60)",
        "import signal, sys; signal.signal(15, lambda *_: (print('goodbye'), sys.exit()));"
        "time.sleep(60)",
    )
    house = start(
        program("worker", SLOW_STOPPER), program("sandbox", said_goodbye, stop_after=["worker"])
    )
    pid_of(house, "worker")
    time.sleep(0.3)
    house.signal(signal.SIGTERM)
    assert house.end() == 0
    order = [line for line in house.lines if line in ("worker|work done", "sandbox|goodbye")]
    assert order == ["worker|work done", "sandbox|goodbye"]


def test_who_does_not_stop_in_its_time_is_killed(start: Start) -> None:
    house = start(program("a", STUBBORN, stop_grace=0.5))
    pid = pid_of(house, "a")
    house.signal(signal.SIGTERM)
    assert house.end(5) == 0
    assert not is_alive(pid)


def test_a_second_ctrl_c_stops_at_once(start: Start) -> None:
    house = start(program("a", STUBBORN, stop_grace=60.0))
    pid = pid_of(house, "a")
    house.signal(signal.SIGINT)
    house.wait_for("patience", 10)
    assert is_alive(pid)
    house.signal(signal.SIGINT)
    assert house.end(5) == 0
    assert not is_alive(pid)


def test_one_wish_that_comes_as_several_signals_does_not_kill(start: Start) -> None:
    house = start(program("worker", SLOW_STOPPER))
    pid_of(house, "worker")
    time.sleep(0.3)
    for how in (signal.SIGTERM, signal.SIGHUP, signal.SIGTERM):
        house.signal(how)
        time.sleep(0.1)
    assert house.end() == 0
    assert "worker|work done" in house.lines


def test_nothing_is_left_when_the_supervisor_itself_is_killed(start: Start) -> None:
    house = start(
        program("web", STUBBORN),
        program("worker", SLOW_STOPPER, orphan_signal=int(signal.SIGTERM)),
    )
    said = [house.wait_for("pid").split() for _ in range(2)]
    pids = {words[0].partition("|")[0]: int(words[1]) for words in said}
    time.sleep(0.3)
    house.signal(signal.SIGKILL)
    assert eventually(lambda: not is_alive(pids["web"]), 2)
    assert eventually(lambda: not is_alive(pids["worker"]), 5)


def test_every_line_is_passed_on_also_the_last_without_its_end(start: Start) -> None:
    code = "import sys; sys.stdout.write('one\\ntwo ' + 'ä' * 70000 + '\\nthree'); sys.exit(1)"
    house = start(program("a", code))
    house.end()
    assert house.output.count("a|one") == 5
    assert house.output.count("a|three") == 5
    assert house.output.count("ä") == 5 * 70000


def test_ctrl_c_in_the_terminal_does_not_reach_the_programs(start: Start) -> None:
    house = start(program("a", SLEEPER.replace("os.getpid()", "os.getpgrp(), os.getpid()")))
    group, pid = house.wait_for("a|pid").split()[-2:]
    assert group == pid
    assert int(group) != house.process.pid
