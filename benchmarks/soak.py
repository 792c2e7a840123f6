"""Submits wishes while upstream misbehaves and workers are killed and frozen; then counts.

    python benchmarks/soak.py [--seconds 1200] [--seed 7] [--postgres] [--faults-a-minute 20]

The seed decides what happens in which order; processes and clocks are real, so two runs are
alike but not equal. At the end everything is healed, every unknown outcome is paid for again,
and every job must have ended. The last line is one JSON object.
"""

import argparse
import contextlib
import json
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"

import django

django.setup()

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection

from editor.cancelling import cancel_edit
from editor.costs import resolve
from editor.invariants import broken_invariants
from editor.models import Attempt, Consent, EditJob, JobState, StaffAlert, User
from editor.submission import SubmitRefused, give_up, pay_again
from tests.faults.place import Place, Worker, data_dir, using_database
from tests.servers.postgres import Postgres
from tests.servers.sandbox import SandboxProcess

WORKERS = 3
DELAY = 0.8
SECONDS_TO_HEAL = 180
POINTS = ("claimed", "intent", "answer in memory", "answer committed", "downloaded", "stored")
UPSTREAM_FAULTS: tuple[dict[str, Any], ...] = (
    *({"kind": "status", "status": status} for status in (400, 401, 402, 429, 500, 503, 504)),
    {"kind": "status", "status": 429, "retry_after": 2},
    {"kind": "html_502"},
    {"kind": "html_200"},
    {"kind": "truncated_json"},
    {"kind": "empty_data"},
    {"kind": "reset_before_reading"},
    {"kind": "reset_after_reading"},
    {"kind": "reset_mid_answer"},
    {"kind": "hang", "seconds": 8},
    {"kind": "slow", "seconds": 3},
    {"kind": "base64"},
    {"kind": "two_items"},
    {"kind": "garbage_picture"},
    {"kind": "link_status", "status": 503, "failures": 2},
    {"kind": "cost", "value": "missing"},
)


class Soak:
    """Three workers, two people, and somebody who breaks things."""

    def __init__(self, here: Place, seed: int) -> None:
        self.here = here
        self.chance = random.Random(seed)
        self.people = [here.alice, User.objects.create_user("bob")]
        self.done: Counter[str] = Counter()
        self.frozen: list[tuple[float, Worker]] = []
        self.alive: list[Worker] = [here.start_worker() for _ in range(WORKERS)]

    # What people do

    def submit(self) -> None:
        self.here.submit(owner=self.chance.choice(self.people))

    def decide(self) -> None:
        """People meet unknown outcomes and decide; some change their mind about running jobs."""
        for job in EditJob.objects.filter(state=JobState.UNKNOWN)[:20]:
            self.done["given up" if self.chance.random() < 0.2 else "paid again"] += 1
            if self.chance.random() < 0.2:
                give_up(job, job.owner)
            else:
                with contextlib.suppress(SubmitRefused):  # the model is held back at the moment
                    pay_again(job, job.owner)
        if self.chance.random() < 0.01:
            job = EditJob.objects.exclude(state=JobState.UNKNOWN).still_open().first()
            if job:
                cancel_edit(job, job.owner)
                self.done["cancelled"] += 1

    def look(self) -> None:
        """Staff look at what they are told of: a model that charged too much is held back."""
        for alert in StaffAlert.objects.unresolved():
            resolve(alert, self.here.alice)
            self.done["alert resolved"] += 1

    # What goes wrong

    def break_something(self) -> None:
        """One fault out of all."""
        deeds = (self.kill, self.freeze, self.trap, self.lock, *[self.mislead] * 4)
        deed = self.chance.choice(deeds)
        self.done[deed.__name__] += 1
        deed()

    def kill(self) -> None:
        """A worker dies wherever it is; another is started."""
        worker = self.chance.choice(self.alive)
        self.alive.remove(worker)
        worker.kill()
        self.alive.append(self.here.start_worker())

    def freeze(self) -> None:
        """A worker stands still, past its leases, and goes on later."""
        worker = self.chance.choice(self.alive)
        if all(worker is not other for _, other in self.frozen):
            worker.freeze()
            self.frozen.append((time.monotonic() + self.chance.uniform(1, 5), worker))

    def trap(self) -> None:
        """A worker is replaced by one that will kill itself at a certain point."""
        worker = self.alive.pop(0)
        worker.kill()
        self.alive.append(self.here.start_worker(self.chance.choice(POINTS)))

    def lock(self) -> None:
        """Somebody else writes for a second or two, and nobody can meanwhile."""
        with contextlib.suppress(DatabaseError):
            table = Attempt._meta.db_table
            with connection.cursor() as cursor:
                cursor.execute("BEGIN IMMEDIATE" if connection.vendor == "sqlite" else "BEGIN")
                if connection.vendor != "sqlite":
                    cursor.execute(f"LOCK TABLE {table} IN EXCLUSIVE MODE")
                time.sleep(self.chance.uniform(0.5, 2))
                cursor.execute("ROLLBACK")

    def mislead(self) -> None:
        """The upstream answers one of the next calls badly."""
        self.here.upstream.fail_with(self.chance.choice(UPSTREAM_FAULTS))

    def care_for_workers(self) -> None:
        """Wake who has slept enough, and replace who has killed itself."""
        for due, worker in list(self.frozen):
            if time.monotonic() > due:
                with contextlib.suppress(ProcessLookupError):
                    worker.wake()
                self.frozen.remove((due, worker))
        for worker in list(self.alive):
            if worker.process.poll() is not None:
                self.alive.remove(worker)
                self.alive.append(self.here.start_worker())

    # The run

    def run(self, seconds: float, faults_a_minute: float) -> None:
        """Submit about one wish a second and break something every few seconds."""
        began = time.monotonic()
        next_fault, next_wish = began + 3, began
        while (now := time.monotonic()) < began + seconds:
            with contextlib.suppress(DatabaseError):
                if now >= next_wish:
                    self.submit()
                    next_wish = now + self.chance.uniform(0.3, 1.5)
                if now >= next_fault:
                    next_fault += self.chance.expovariate(faults_a_minute / 60)
                    self.break_something()
                self.decide()
                self.look()
            self.care_for_workers()
            time.sleep(0.1)

    def heal(self) -> None:
        """Let everything work again, decide whatever is open, and wait for the end of all."""
        self.here.upstream.fail_with()
        self.frozen = [(0.0, worker) for _, worker in self.frozen]
        self.care_for_workers()
        while len(self.alive) > 1:
            self.alive.pop().kill()
        end = time.monotonic() + SECONDS_TO_HEAL
        while self.still_open() and time.monotonic() < end:
            for job in EditJob.objects.filter(state=JobState.UNKNOWN):
                with contextlib.suppress(SubmitRefused):
                    pay_again(job, job.owner)
            self.look()
            self.care_for_workers()
            time.sleep(0.5)

    def still_open(self) -> int:
        unkept = Attempt.objects.filter(state__in=(Attempt.State.RECEIVED, Attempt.State.CALLING))
        return EditJob.objects.still_open().count() + unkept.count()

    def count(self) -> dict[str, Any]:
        """The figures of the last line."""
        seen = self.here.calls_seen()
        calls = self.here.upstream.calls()
        answered = Attempt.objects.filter(answer__isnull=False, error_code="")
        given = Counter(Consent.objects.values_list("job_id", flat=True))
        broken = broken_invariants(calls_seen=seen, read_bytes=True)
        for row in broken:
            print(row)
        return {
            "jobs": EditJob.objects.count(),
            "paid_calls": sum(bool(call["charged"]) for call in calls),
            "calls": len(calls),
            "consents": Consent.objects.count(),
            "answers_committed": answered.count(),
            "results_stored": answered.filter(state=Attempt.State.SAVED).count(),
            "jobs_lost": EditJob.objects.still_open().count(),
            "calls_without_consent": sum(max(0, n - given[job]) for job, n in seen.items()),
            "invariants_broken": len(broken),
        }


def waited_for() -> Counter[str]:
    """What the open jobs say that they wait for."""
    open_jobs = EditJob.objects.still_open()
    return Counter(open_jobs.values_list("failure_sentence", flat=True))


@contextlib.contextmanager
def a_database(*, on_postgres: bool) -> Iterator[str]:
    """A new database on SQLite or on a Postgres of our own."""
    if on_postgres:
        server = Postgres()
        try:
            yield server.url
        finally:
            server.stop()
    else:
        with tempfile.TemporaryDirectory() as folder:
            yield f"sqlite:///{folder}/soak.sqlite3"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=1200)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--faults-a-minute", type=float, default=20)
    parser.add_argument("--postgres", action="store_true")
    wish = parser.parse_args()
    upstream = SandboxProcess("--delay", str(DELAY), "--balance", "100000")
    with a_database(on_postgres=wish.postgres) as url, using_database(url):
        call_command("migrate", verbosity=0)
        settings.NANOGPT_BASE_URL = upstream.url
        here = Place(url, upstream, data_dir())
        here.environ["NANOGPT_TIMEOUT_SECONDS"] = "5"
        try:
            soak = Soak(here, wish.seed)
            soak.run(wish.seconds, wish.faults_a_minute)
            soak.heal()
            figures = soak.count()
            states = Counter(EditJob.objects.values_list("state", flat=True))
            print(f"What happened: {dict(soak.done.most_common())}")
            print(f"Where the jobs are: {dict(states.most_common())}")
            print(f"What is waited for: {dict(waited_for().most_common())}")
            if figures["jobs_lost"] or figures["invariants_broken"]:
                print(here.said()[-20_000:])
        finally:
            here.close()
            upstream.stop()
    print(json.dumps({"seed": wish.seed, "seconds": wish.seconds, **figures}))
    if figures["jobs_lost"] or figures["calls_without_consent"] or figures["invariants_broken"]:
        sys.exit(1)


if __name__ == "__main__":
    main()
