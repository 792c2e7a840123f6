"""NanoEdit started, stopped and killed as people and machines do it, with all its processes."""

import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from nanoedit_site.env import OUR_PREFIXES
from tests.house.processes import ROOT, Watched, children_of, eventually, is_alive
from tests.servers.launching import free_ports

pytestmark = pytest.mark.line

UP = (sys.executable, "-m", "nanoedit_site.up")
PARTS = {"web": "uvicorn", "worker": "celery", "sandbox": "-m sandbox"}


class Copy(Watched):
    """One running copy with a data folder and a port of its own."""

    def __init__(self, folder: Path, port: int, *command: str, **settings: str) -> None:
        folder.mkdir(exist_ok=True)
        (folder / "empty.env").touch()
        self.folder, self.port, self.url = folder, port, f"http://127.0.0.1:{port}"
        # An empty value counts as not set, so nothing of the machine's own settings gets in.
        nothing = {name: "" for name in os.environ if name.startswith(OUR_PREFIXES)}
        env = {
            **nothing,
            "NANOEDIT_ENV_FILE": str(folder / "empty.env"),
            "NANOEDIT_DATA_DIR": str(folder / "var"),
            "PORT": str(port),
            "SANDBOX_DELAY": "0.2",
            **settings,
        }
        super().__init__(command or UP, env)

    def wait_until_up(self) -> "Copy":
        self.wait_for("NanoEdit is at", 60)
        self.wait_for("Ctrl-C stops everything", 5)
        return self

    def parts(self) -> dict[str, int]:
        """Return the process ids of web, worker and sandbox."""
        found = {}
        for pid, command in children_of(self.process.pid).items():
            for name, word in PARTS.items():
                if word in command:
                    found[name] = pid
        return found

    def answers(self) -> bool:
        try:
            return requests.get(f"{self.url}/healthz", timeout=5).status_code == 200
        except requests.ConnectionError:
            return False


Start = Callable[..., Copy]


@pytest.fixture
def start(tmp_path: Path, fill_data_folder: Callable[[Path], None]) -> Iterator[Start]:
    started: list[Copy] = []

    def _start(
        *command: str, name: str = "one", port: int = 0, is_new: bool = False, **settings: str
    ) -> Copy:
        if not is_new:
            fill_data_folder(tmp_path / name / "var")
        started.append(Copy(tmp_path / name, port or free_ports(1)[0], *command, **settings))
        return started[-1]

    yield _start
    for copy in started:
        copy.clean_up()


def nothing_is_left_of(copy: Copy, parts: dict[str, int], seconds: float) -> bool:
    def all_gone() -> bool:
        return not any(is_alive(pid) for pid in parts.values())

    def nobody_listens() -> bool:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", copy.port))
            except OSError:
                return False
        return True

    gone = eventually(all_gone, seconds)
    with (copy.folder / "var" / "up.lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    # Another test's connection may pass through that port in the meantime.
    return gone and eventually(nobody_listens, 10)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_it_starts_greets_and_stops(start: Start, how: signal.Signals) -> None:
    copy = start(is_new=True).wait_until_up()
    assert f"  NanoEdit is at {copy.url}/" in copy.lines
    assert any(line.startswith(f"  {copy.url}/setup/") for line in copy.lines)
    assert "no picture leaves this machine" in copy.output
    assert copy.answers()
    parts = copy.parts()
    assert set(parts) == set(PARTS)
    copy.signal(how)
    assert copy.end(20) == 0
    assert copy.lines[-1] == "NanoEdit has stopped."
    assert nothing_is_left_of(copy, parts, 0)


def test_the_printed_link_opens_the_set_up_page_and_stays_out_of_the_log(start: Start) -> None:
    copy = start().wait_until_up()
    link = next(line.strip() for line in copy.lines if "/setup/" in line)
    assert requests.get(link, timeout=10).status_code == 200
    assert "/setup/" not in (copy.folder / "var" / "logs" / "nanoedit.log").read_text()


@pytest.mark.parametrize("part", list(PARTS))
def test_a_killed_part_is_started_again(start: Start, part: str) -> None:
    copy = start().wait_until_up()
    before = copy.parts()
    os.kill(before[part], signal.SIGKILL)
    copy.wait_for(f"{part} ended (killed by SIGKILL)", 10)
    assert eventually(lambda: set(copy.parts()) == set(PARTS), 10)
    after = copy.parts()
    assert after[part] != before[part]
    assert {name: pid for name, pid in after.items() if name != part} == {
        name: pid for name, pid in before.items() if name != part
    }
    assert eventually(copy.answers, 20)


def test_nothing_is_left_when_the_supervisor_is_killed(start: Start) -> None:
    copy = start().wait_until_up()
    parts = copy.parts()
    assert set(parts) == set(PARTS)
    time.sleep(1)  # the worker is up and handles signals by now
    copy.signal(signal.SIGKILL)
    copy.process.wait(5)
    assert nothing_is_left_of(copy, parts, 15)


def test_it_ends_with_the_process_that_started_it_where_that_is_asked_for(start: Start) -> None:
    code = (
        "import subprocess, sys, time\n"
        "subprocess.Popen([sys.executable, '-m', 'nanoedit_site.up', '--with-parent'])\n"
        "time.sleep(60)\n"
    )
    copy = start(sys.executable, "-c", code).wait_until_up()
    (supervisor,) = children_of(copy.process.pid)
    parts = {"supervisor": supervisor, **{str(pid): pid for pid in children_of(supervisor)}}
    assert len(parts) == 4
    copy.signal(signal.SIGKILL)
    copy.process.wait(5)
    assert nothing_is_left_of(copy, parts, 20)


def test_a_second_start_answers_again(start: Start) -> None:
    first = start().wait_until_up()
    first.signal(signal.SIGTERM)
    first.end(20)
    second = start(port=first.port)
    assert eventually(second.answers, 20)


def test_two_copies_run_side_by_side(start: Start) -> None:
    one, two = start(name="one"), start(name="two")
    one.wait_until_up()
    two.wait_until_up()
    assert one.answers()
    assert two.answers()
    one.signal(signal.SIGTERM)
    assert one.end(20) == 0
    assert two.answers()


def test_a_second_copy_on_the_same_data_is_refused_in_one_line(start: Start) -> None:
    first = start().wait_until_up()
    second = start()
    assert second.end(20) == 1
    assert len(second.lines) == 1
    assert f"another NanoEdit (process {first.process.pid}) works in" in second.lines[0]
    assert first.answers()


def test_a_taken_port_is_refused_in_one_line(start: Start) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = int(taken.getsockname()[1])
        copy = start(port=port)
        assert copy.end(20) == 1
    assert copy.output == (
        f"NanoEdit cannot start: PORT {port} on 127.0.0.1 cannot be had (Address already in use). "
        f"Choose another, for example: PORT={port + 1} make run"
    )


def test_nonsense_in_a_setting_is_refused_in_one_line(start: Start) -> None:
    copy = start(WORKER_CONCURRENCY="many")
    assert copy.end(20) == 1
    assert len(copy.lines) == 1
    assert "WORKER_CONCURRENCY is 'many'" in copy.lines[0]


def test_a_database_that_cannot_be_reached_ends_the_start_with_the_reason(start: Start) -> None:
    nobody = free_ports(1)[0]
    copy = start(DATABASE_URL=f"postgres://me:hush@127.0.0.1:{nobody}/none")
    assert copy.end(40) == 1
    assert "The data folder could not be prepared" in copy.output
    assert "hush" not in copy.output


def test_with_a_key_no_sandbox_is_started(start: Start) -> None:
    elsewhere = f"http://127.0.0.1:{free_ports(1)[0]}"
    copy = start(NANOGPT_API_KEY="sk-nano-x", NANOGPT_BASE_URL=elsewhere).wait_until_up()
    assert set(copy.parts()) == {"web", "worker"}
    assert f"Edits go to {elsewhere} and are paid with your key." in copy.output
    assert "built-in sandbox" not in copy.output


def test_the_supervisor_imports_no_django() -> None:
    code = "import sys, nanoedit_site.up; print('django' in sys.modules, 'celery' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert said.stdout.split() == ["False", "False"], said.stderr
