"""A database of its own, a sandbox, and workers that can be killed: where faults are tried.

The test's own process uses the same database and the same folder of files as the workers.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dj_database_url
from django.conf import settings
from django.db import connections

from editor.invariants import broken_invariants
from editor.models import Attempt, EditJob, JobState, User
from editor.submission import pay_again
from nanoedit_site.env import OUR_PREFIXES
from tests.factories import make_job, make_model, make_picture
from tests.servers.sandbox import Sandbox

ROOT = Path(__file__).resolve().parents[2]
SIZE = (64, 48)
KEY = "sk-nano-the-tests-own-key"
# Seconds that are short enough for a test; the real ones stand in settings.py.
QUICK_SETTINGS = {
    "LEASE_SECONDS": 1.5,
    "HEARTBEAT_SECONDS": 0.3,
    "SWEEP_SECONDS": 0.2,
    "NANOGPT_CALLS_PER_SECOND": 1000,
}
QUICK_VALUES = {
    "editor.results.RETRY_SECONDS": [1],
    "editor.outcomes.FIRST_WAIT_SECONDS": 0.5,
    "editor.gates.FIRST_PAUSE_SECONDS": 1.0,
    "editor.gates.FIRST_REST_SECONDS": 1.0,
    "editor.processing.MAX_SECONDS_FROM_INTENT_TO_SEND": 1.0,
}


def wait_until(look: Callable[[], Any], what: str, seconds: float = 20) -> Any:
    """Look again and again until something is there."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = look()
        if found:
            return found
        time.sleep(0.05)
    message = f"{what} did not happen within {seconds:.0f} s"
    raise AssertionError(message)


@contextmanager
def using_database(url: str) -> Iterator[None]:
    """Let Django's default connection lead to another database for a while."""
    before = connections.settings["default"]
    new = {**before, **dj_database_url.parse(url)}
    if new["ENGINE"] == "django.db.backends.sqlite3":
        new["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA foreign_keys=ON",
        }
    else:
        new["OPTIONS"] = {}
    kept = connections["default"]
    connections.settings["default"] = new
    del connections["default"]
    try:
        yield
    finally:
        connections["default"].close()
        connections.settings["default"] = before
        connections["default"] = kept


class Worker:
    """One worker process. A point makes it kill or freeze itself there."""

    def __init__(
        self, environ: Mapping[str, str], log: Path, point: str = "", how: str = "KILL"
    ) -> None:
        self.log = log
        given = {"FAULT_POINT": point, "FAULT_SIGNAL": how} if point else {}
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.worker"],
                cwd=ROOT,
                env={**environ, **given},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait_for_its_death(self, seconds: float = 20) -> None:
        """Wait until it has killed itself."""
        assert self.process.wait(seconds) == -signal.SIGKILL, self.log.read_text()[-3000:]

    def wait_until_frozen(self, seconds: float = 20) -> None:
        """Wait until it has stopped itself."""
        status = Path(f"/proc/{self.process.pid}/stat")
        wait_until(lambda: status.read_text().rpartition(") ")[2][0] == "T", "freezing", seconds)

    def freeze(self) -> None:
        self.process.send_signal(signal.SIGSTOP)

    def wake(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """End it without a chance to do anything, and take the corpse away."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(10)


class Place:
    """One database with Alice in it, and the sandbox as upstream."""

    def __init__(self, database_url: str, upstream: Sandbox, data_dir: Path) -> None:
        self.upstream = upstream
        self.folder = Path(tempfile.mkdtemp(prefix="nanoedit-faults-"))
        (self.folder / "empty.env").touch()
        clean = {k: v for k, v in os.environ.items() if not k.startswith(OUR_PREFIXES)}
        clean.pop("DJANGO_SETTINGS_MODULE", None)
        self.environ = {
            **clean,
            "DATABASE_URL": database_url,
            "NANOEDIT_DATA_DIR": str(data_dir),
            "NANOEDIT_ENV_FILE": str(self.folder / "empty.env"),
            "NANOGPT_BASE_URL": upstream.url,
            "NANOGPT_API_KEY": KEY,
        }
        self.settings: dict[str, Any] = dict(QUICK_SETTINGS)
        self.values: dict[str, Any] = dict(QUICK_VALUES)
        self.workers: list[Worker] = []
        self.model = make_model("sandbox/inpaint-pro")
        self.alice = User.objects.create_user("alice")
        self.picture = make_picture(self.alice, SIZE)

    def start_worker(self, point: str = "", how: str = "KILL", **environ: str) -> Worker:
        """Start a worker; `environ` comes on top of the usual variables."""
        told = {
            "FAULT_SETTINGS": json.dumps(self.settings),
            "FAULT_VALUES": json.dumps(self.values),
        }
        log = self.folder / f"worker-{len(self.workers)}.log"
        worker = Worker({**self.environ, **told, **environ}, log, point, how)
        self.workers.append(worker)
        return worker

    def close(self) -> None:
        """Kill the workers and forget their logs."""
        for worker in self.workers:
            worker.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def reconnect(self) -> None:
        """Forget this process's own connection, which may have been cut."""
        connections["default"].close()

    def said(self) -> str:
        """What the workers said, for a test that fails."""
        return "\n".join(
            f"--- {worker.log.name}\n{worker.log.read_text(errors='replace')[-3000:]}"
            for worker in self.workers
        )

    # Jobs

    def submit(self, **fields: Any) -> EditJob:
        """Queue a small masked wish of Alice's."""
        job = make_job(fields.pop("owner", self.alice), picture=self.picture, model=self.model)
        if fields:
            EditJob.objects.filter(pk=job.pk).update(**fields)
        return job

    def state(self, job: EditJob) -> str:
        return EditJob.objects.values_list("state", flat=True).get(pk=job.pk)

    def wait_for(self, job: EditJob, *states: JobState, seconds: float = 20) -> str:
        """Wait until the job stands at one of these states; give which."""
        end = time.monotonic() + seconds
        while (state := self.state(job)) not in states:
            if time.monotonic() > end:
                history = "\n".join(f"{e.at:%T} {e.state}: {e}" for e in job.events.all())
                raise AssertionError(f"{state}, not {states}:\n{history}\n{self.said()}")
            time.sleep(0.05)
        return state

    def pay_again(self, job: EditJob) -> None:
        """Agree to pay once more, as Alice does on the page."""
        assert pay_again(EditJob.objects.get(pk=job.pk), self.alice)

    # Accounts

    def calls_seen(self) -> Counter[uuid.UUID]:
        """How many calls the upstream took for each job, whether it charged them or not."""
        jobs = dict(
            Attempt.objects.exclude(state=Attempt.State.NOT_CHARGED).values_list("pk", "job_id")
        )
        asked = (call["request_id"] for call in self.upstream.calls())
        ours = (uuid.UUID(request_id) for request_id in asked if request_id)
        return Counter(jobs[pk] for pk in ours if pk in jobs)

    def assert_account(self, job: EditJob, *, calls: int, consents: int) -> None:
        """The table of the document: so many calls arrived, under so many consents."""
        assert len(self.upstream.calls()) == calls, self.said()
        assert job.consents.count() == consents

    def assert_all_is_well(self) -> None:
        """What `manage.py verify --bytes` asks, and that no call came without a consent."""
        broken = broken_invariants(calls_seen=self.calls_seen(), read_bytes=True)
        assert broken == [], self.said()


def data_dir() -> Path:
    """Where this process keeps files; the workers must keep theirs in the same place."""
    return Path(settings.ENV.data_dir)
