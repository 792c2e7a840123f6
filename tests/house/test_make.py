"""`make run` as people type it, stopped and killed from outside."""

import os
import re
import signal
import subprocess
from pathlib import Path

import pytest

from tests.house.processes import ROOT, Watched, children_of, eventually, is_alive
from tests.servers.launching import free_ports

pytestmark = [pytest.mark.line, pytest.mark.timeout(300)]


@pytest.fixture
def make_run(tmp_path: Path):
    empty = tmp_path / "empty.env"
    empty.touch()
    settings = {
        "NANOEDIT_ENV_FILE": str(empty),
        "NANOEDIT_DATA_DIR": str(tmp_path / "var"),
        "PORT": str(free_ports(1)[0]),
    }
    # This very test may run below a make, whose own variables would reach the inner one.
    unmake = {name: "" for name in os.environ if name in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")}
    watched = Watched(["make", "run"], {**unmake, **settings})
    yield watched
    watched.clean_up()


def all_below(pid: int) -> list[int]:
    direct = list(children_of(pid))
    return [*direct, *(below for child in direct for below in all_below(child))]


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_make_run_starts_all_of_it_and_leaves_nothing(
    make_run: Watched, how: signal.Signals
) -> None:
    make_run.wait_for("NanoEdit is at", 200)
    below = all_below(make_run.process.pid)
    assert len(below) == 4  # supervisor, web, worker, sandbox
    make_run.signal(how)
    make_run.process.wait(30)
    assert eventually(lambda: not any(is_alive(pid) for pid in below), 20)


def test_ctrl_c_in_a_terminal_stops_all_of_it(make_run: Watched) -> None:
    make_run.wait_for("NanoEdit is at", 200)
    below = all_below(make_run.process.pid)
    # The terminal signals the whole foreground group: make and the supervisor.
    os.killpg(make_run.process.pid, signal.SIGINT)
    make_run.end(30)
    assert "NanoEdit has stopped." in make_run.output
    assert not any(is_alive(pid) for pid in below)


def test_make_alone_lists_every_command() -> None:
    listed = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    names = re.findall(r"^  make ([\w-]+) ", listed, re.MULTILINE)
    words = "help run test lint fix seed bench bench-browser bench-gallery bench-imaging"
    assert names == [*words.split(), "bench-worker", "soak", "lock", "clean"]
