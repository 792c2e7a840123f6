"""Times one worker with many calls in flight, and how soon a submitted job is on its way.

    python benchmarks/bench_worker.py [jobs]

200 jobs against a sandbox that takes 2 s, 64 in flight in one worker process. Ideal is
jobs x 2 / 64 = 6.25 s, which no worker can reach: the last eight calls cannot leave before a
fourth place in line is free, so the least is four times 2 s. Sandbox, worker and this program
share the machine, so what is missing is the work of all three. The last line is one JSON
object.
"""

import json
import math
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"

import django

django.setup()

from django.conf import settings
from django.core.management import call_command

from editor.models import Attempt, EditJob, JobState
from nanoedit_site.celery import app
from tests.faults.place import Place, Worker, data_dir, using_database, wait_until
from tests.servers.sandbox import SandboxProcess
from tests.servers.valkey import Valkey

JOBS = 200
IN_FLIGHT = 64
DELAY = 2.0
IDLE_SECONDS = 5.0
SUBMITS = 20
TICK = os.sysconf("SC_CLK_TCK")
REDIS_OPTIONS = {"global_keyprefix": "nanoedit:", "socket_timeout": 10}


def cpu_seconds(worker: Worker) -> float:
    """Processor time that the worker has used so far."""
    fields = Path(f"/proc/{worker.process.pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def memory_mb(worker: Worker) -> float:
    """Resident memory of the worker."""
    status = Path(f"/proc/{worker.process.pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024


@contextmanager
def a_place(*sandbox: str) -> Iterator[Place]:
    """A new database with a sandbox of its own, and the settings of a real worker."""
    upstream = SandboxProcess(*sandbox)
    with tempfile.TemporaryDirectory() as folder, using_database(f"sqlite:///{folder}/bench"):
        call_command("migrate", verbosity=0)
        settings.NANOGPT_BASE_URL = upstream.url
        here = Place(f"sqlite:///{folder}/bench", upstream, data_dir())
        here.settings = {"NANOGPT_CALLS_PER_SECOND": 1000, "NANOGPT_MAX_CALLS": IN_FLIGHT}
        here.values = {}
        try:
            yield here
        finally:
            here.close()
            upstream.stop()


def ready(here: Place, **environ: str) -> Worker:
    """Start a worker and wait until it sweeps."""
    worker = here.start_worker(FAULT_THREADS=str(IN_FLIGHT), **environ)
    wait_until(lambda: "is sweeping" in worker.log.read_text(), "the worker's start")
    time.sleep(1)
    return worker


def many_at_once(jobs: int) -> dict[str, float]:
    """Queue all jobs in one moment and wait for the last; give the figures."""
    with a_place("--delay", str(DELAY)) as here:
        for _ in range(jobs):
            here.submit(state=JobState.CANCELLED)
        worker = ready(here)
        used, began = cpu_seconds(worker), time.monotonic()
        time.sleep(IDLE_SECONDS)
        idle = (cpu_seconds(worker) - used) / (time.monotonic() - began)
        memory_idle = memory_mb(worker)
        began, used = time.monotonic(), cpu_seconds(worker)
        EditJob.objects.update(state=JobState.QUEUED)
        memory_peak, most, answered = memory_idle, 0, 0.0
        while EditJob.objects.exclude(state=JobState.DONE).exists():
            calling = Attempt.objects.filter(state=Attempt.State.CALLING).count()
            memory_peak, most = max(memory_peak, memory_mb(worker)), max(most, calling)
            if not answered and not calling and Attempt.objects.count() == jobs:
                answered = time.monotonic() - began
            assert time.monotonic() - began < 300, here.said()
            time.sleep(0.2)
        wall = time.monotonic() - began
        assert len(here.upstream.calls()) == jobs
        here.assert_all_is_well()
        return {
            "wall_seconds": wall,
            "last_answer_seconds": answered or wall,
            "ideal_seconds": jobs * DELAY / IN_FLIGHT,
            "least_seconds": math.ceil(jobs / IN_FLIGHT) * DELAY,
            "most_in_flight": most,
            "memory_idle_mb": memory_idle,
            "memory_peak_mb": memory_peak,
            "memory_per_call_mb": (memory_peak - memory_idle) / max(most, 1),
            "idle_cpu_percent": 100 * idle,
            "worker_cpu_seconds_per_job": (cpu_seconds(worker) - used) / jobs,
        }


def start_latency(broker_url: str = "") -> list[float]:
    """Seconds from submit to the call's arrival, one job after the other, an idle worker."""
    with a_place() as here:
        settings.HINTS_REACH_WORKERS = bool(broker_url)
        if broker_url:
            app.conf.update(broker_url=broker_url, broker_transport_options=REDIS_OPTIONS)
        ready(here, **({"CELERY_BROKER_URL": broker_url} if broker_url else {}))
        seconds = []
        for number in range(SUBMITS + 1):
            before = time.time()
            job = here.submit()
            submitted = job.created_at.timestamp()
            here.wait_for(job, JobState.DONE)
            arrived = float(here.upstream.calls()[-1]["time"])
            if number:  # the first one warms everybody up
                seconds.append(arrived - max(before, submitted))
            time.sleep(0.037)  # not in step with the sweep
        settings.HINTS_REACH_WORKERS = False
        return seconds


def percentiles(seconds: list[float]) -> tuple[float, float]:
    """Median and 95th percentile."""
    return statistics.median(seconds), statistics.quantiles(seconds, n=20)[-1]


def main() -> None:
    jobs = int(sys.argv[1]) if len(sys.argv) > 1 else JOBS
    figures = many_at_once(jobs)
    share = figures["ideal_seconds"] / figures["wall_seconds"]
    possible = figures["least_seconds"] / figures["wall_seconds"]
    print(f"{jobs} jobs, {DELAY:g} s each upstream, {IN_FLIGHT} in flight in one worker")
    for name, value in figures.items():
        print(f"  {name.replace('_', ' '):28}{value:8.2f}")
    print(f"  {'share of the ideal':28}{share:8.0%}")
    print(f"  {'share of what is possible':28}{possible:8.0%}")
    embedded = percentiles(start_latency())
    valkey = Valkey()
    try:
        with_valkey = percentiles(start_latency(valkey.url))
    finally:
        valkey.stop()
    print(f"Start latency over {SUBMITS} submits, median and 95th percentile")
    print(f"  without a broker            {embedded[0]:7.3f} s {embedded[1]:7.3f} s")
    print(f"  with Valkey                 {with_valkey[0]:7.3f} s {with_valkey[1]:7.3f} s")
    summary = {
        "benchmark": "worker",
        "jobs": jobs,
        "in_flight": IN_FLIGHT,
        "python": platform.python_version(),
        **{name: round(value, 3) for name, value in figures.items()},
        "share_of_ideal": round(share, 3),
        "share_of_possible": round(possible, 3),
        "start_p50_seconds": round(embedded[0], 3),
        "start_p95_seconds": round(embedded[1], 3),
        "start_valkey_p50_seconds": round(with_valkey[0], 3),
        "start_valkey_p95_seconds": round(with_valkey[1], 3),
    }
    print(json.dumps(summary))


if __name__ == "__main__":
    main()
