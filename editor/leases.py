"""Signs of life. What this process works on stays its own for as long as it says so.

A worker that dies stops renewing, its leases run out, and the sweep of another
worker (or of its next start) picks up what it left. Leases use the database's clock.
"""

from __future__ import annotations

import contextlib
import os
import platform
import threading
import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.models.functions import Now

from editor.log_context import about
from editor.models import Adjustment, Archive, Attempt, EditJob

_held_jobs: set[uuid.UUID] = set()
_held_attempts: set[uuid.UUID] = set()
_held_adjustments: set[uuid.UUID] = set()
_held_archives: set[uuid.UUID] = set()
_lock = threading.Lock()


def here() -> str:
    """Name what process ids count within: this boot of this host, and the pid namespace.

    The host name alone would not do: cloned machines and containers share it, and would
    take each other's workers for dead.
    """
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()[:8]
        namespace = str(Path("/proc/self/ns/pid").readlink()).strip("pid:[]")
    except OSError:
        boot, namespace = f"{uuid.getnode():x}", ""
    return f"{platform.node()[:60]}/{boot}{namespace}"


def worker_name() -> str:
    """Name this process: where it runs, and its process id."""
    return f"{_HERE}:{os.getpid()}"


_HERE = here()


def lease() -> timedelta:
    """How long a claim lasts without being renewed."""
    return timedelta(seconds=settings.LEASE_SECONDS)


@contextlib.contextmanager
def holding_job(job_id: uuid.UUID) -> Iterator[None]:
    """Renew this job's lease while the block runs; what is logged meanwhile is about it."""
    with about(job=job_id):
        yield from _holding(_held_jobs, job_id)


@contextlib.contextmanager
def holding_attempt(attempt_id: uuid.UUID) -> Iterator[None]:
    """Renew this attempt's lease while the block runs; what is logged meanwhile is about it."""
    with about(attempt=attempt_id):
        yield from _holding(_held_attempts, attempt_id)


@contextlib.contextmanager
def holding_adjustment(adjustment_id: uuid.UUID) -> Iterator[None]:
    """Renew this adjustment's lease while the block runs; what is logged meanwhile is about it."""
    with about(adjustment=adjustment_id):
        yield from _holding(_held_adjustments, adjustment_id)


@contextlib.contextmanager
def holding_archive(archive_id: uuid.UUID) -> Iterator[None]:
    """Renew this archive's lease while the block runs; what is logged meanwhile is about it."""
    with about(archive=archive_id):
        yield from _holding(_held_archives, archive_id)


def _holding(held: set[uuid.UUID], row_id: uuid.UUID) -> Iterator[None]:
    with _lock:
        held.add(row_id)
    try:
        yield
    finally:
        with _lock:
            held.discard(row_id)


def let_go_of_the_database() -> None:
    """Give this thread's connection back before it waits long for somebody outside.

    A database server counts its connections, and a hundred calls of minutes would take them
    all. SQLite's is an open file, and opening it again costs more than keeping it.
    """
    if connection.vendor != "sqlite":
        connection.close()


def held_jobs() -> list[uuid.UUID]:
    """The jobs that this process works on just now."""
    with _lock:
        return list(_held_jobs)


def renew() -> None:
    """Prolong every lease that this process holds; called by the heartbeat."""
    with _lock:
        jobs, attempts = list(_held_jobs), list(_held_attempts)
        adjustments, archives = list(_held_adjustments), list(_held_archives)
    if jobs:
        EditJob.objects.filter(pk__in=jobs, worker=worker_name()).update(
            lease_until=Now() + lease()
        )
    if attempts:
        Attempt.objects.filter(pk__in=attempts).update(lease_until=Now() + lease())
    if adjustments:
        Adjustment.objects.filter(pk__in=adjustments, worker=worker_name()).update(
            lease_until=Now() + lease()
        )
    if archives:
        Archive.objects.filter(pk__in=archives, worker=worker_name()).update(
            lease_until=Now() + lease()
        )


def is_dead(worker: str) -> bool:
    """Tell whether a worker is surely gone: a process id of this host that nobody has.

    Lets the next start of a killed worker go on at once. A name of another place, or a
    process id that was given out again, is not surely gone: its lease decides.
    """
    place, _, pid = worker.rpartition(":")
    if place != _HERE or not pid.isdigit() or int(pid) == os.getpid():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
