"""Stage 7: what was left behind is picked up.

A thread in every worker. Each step is a conditional UPDATE that any number of sweepers
may run at once; it moves states, and never decides to pay. The scan reads first and
writes only what it found: on SQLite even an UPDATE that matches nothing takes the
write lock.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from celery.signals import worker_ready, worker_shutting_down
from django.conf import settings
from django.db import Error, connections, transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from editor import (
    adjusting,
    archives,
    departures,
    drafts,
    leases,
    notices,
    pack_stash,
    packing,
    purging,
    spool,
    unusable,
)
from editor.gates import probe_closed_gate
from editor.late_answers import record_answers_in_files
from editor.models import Attempt, EditJob, JobState, Worker
from editor.offers import try_refresh_catalogue
from editor.renditions import forget_who_took_renditions, renditions_are_due
from editor.tasks import hint_jobs_in_turn, hint_renditions, keep_results, send_hint
from editor.turns import HINT_AGAIN

logger = logging.getLogger(__name__)

BATCH = 200
CATALOGUE_RETRY_SECONDS = 2.0
UNUSABLE_SECONDS = 30.0
ADJUSTMENT_SECONDS = 0.25
OLD_NOTICES_SECONDS = 3600.0

_stopping = threading.Event()
_never = threading.Event()


def sweep() -> int:
    """Do every step once; give how many rows were moved or hinted."""
    if nothing_to_look_after():
        return 0
    return sum(
        step()
        for step in (
            record_answers_in_files,
            free_claims_left_behind,
            admit_lost_calls,
            end_calls_of_the_past,
            wake_waiting_jobs,
            hint_jobs_in_turn,
            hint_kept_answers,
            hint_renditions,
        )
    )


def nothing_to_look_after() -> bool:
    """Tell, with few small reads, that no step would find a row: a server mostly has nothing to do.

    What waits for a person (UNKNOWN, HELD) is nobody's but theirs.
    """
    if spool.waiting():
        return False  # its call may be given up for lost already, on this or another machine
    at_work = EditJob.objects.still_open().exclude(state__in=(JobState.UNKNOWN, JobState.HELD))
    unfinished = Attempt.objects.filter(state__in=(Attempt.State.CALLING, Attempt.State.RECEIVED))
    if at_work.exists() or unfinished.exists():
        return False
    return not renditions_are_due()


def free_claims_left_behind() -> int:
    """CLAIMED with nobody alive behind it goes back to the queue: nothing was sent."""
    moved = 0
    for job in _left_behind(JobState.CLAIMED):
        moved += job.move(
            JobState.QUEUED, "The worker went away before sending; queued again.", hinted_at=None
        )
    return moved


def admit_lost_calls() -> int:
    """CALLING with nobody alive behind it is UNKNOWN: the call may have been charged."""
    moved = 0
    for job in _left_behind(JobState.CALLING):
        with transaction.atomic():
            if not job.move(
                JobState.UNKNOWN,
                "The worker went away during the call. It may have been charged.",
                reason="worker_lost",
                failure_sentence="The worker went away while the call was running.",
                charged=EditJob.Charged.UNKNOWN,
                hidden=False,
            ):
                continue
            Attempt.objects.filter(job=job, state=Attempt.State.CALLING).update(
                state=Attempt.State.UNKNOWN,
                error_code="worker_lost",
                error_sentence="The worker went away while the call was running.",
            )
        moved += 1
    return moved


def end_calls_of_the_past() -> int:
    """An attempt still CALLING after its job went on (by an earlier call's late answer).

    No call outlives its deadline, so by then its worker is gone, and only its place at
    the gate and its money would be held for ever.
    """
    over = Now() - timedelta(seconds=settings.NANOGPT_TIMEOUT_SECONDS + 2 * settings.LEASE_SECONDS)
    past = Attempt.objects.filter(state=Attempt.State.CALLING, sent_at__lt=over).exclude(
        job__state=JobState.CALLING
    )
    if not past.exists():
        return 0
    return past.update(
        state=Attempt.State.UNKNOWN,
        error_code="worker_lost",
        error_sentence="The worker went away while the call was running.",
    )


def _left_behind(state: JobState) -> list[EditJob]:
    """Jobs in this state whose lease is over, or whose worker is surely dead."""
    # What this very process works on is not left behind, even if it was suspended so long
    # that its leases ran out before the heartbeat came to renew them.
    jobs = EditJob.objects.filter(state=state).exclude(pk__in=leases.held_jobs())
    over = jobs.filter(Q(lease_until=None) | Q(lease_until__lt=Now()))
    dead = [
        worker
        for worker in jobs.filter(worker__startswith=leases.worker_name().rpartition(":")[0])
        .values_list("worker", flat=True)
        .distinct()
        if leases.is_dead(worker)
    ]
    if not dead:
        return list(over[:BATCH])
    return list(jobs.filter(Q(pk__in=over.values("pk")) | Q(worker__in=dead))[:BATCH])


def wake_waiting_jobs() -> int:
    """WAITING whose time has come goes back to the queue."""
    due = EditJob.objects.filter(state=JobState.WAITING, next_at__lte=Now())
    return sum(
        job.move(JobState.QUEUED, "Waited long enough; queued again.", hinted_at=None)
        for job in due[:BATCH]
    )


def sweep_from_outside() -> int:
    """Do every step that a process without workers can do.

    With the in-process broker a hint would stay in this very process, and keep the
    workers from sending their own for a while.
    """
    if settings.HINTS_REACH_WORKERS:
        return sweep()
    steps = (record_answers_in_files, free_claims_left_behind, admit_lost_calls, wake_waiting_jobs)
    return sum(step() for step in steps)


def hint_kept_answers() -> int:
    """Tell Celery of paid answers that still have to be fetched, stored and composed."""
    hints = 0
    for attempt_id in _unkept()[:BATCH]:
        pause = Now() + HINT_AGAIN
        if not _unkept().filter(pk=attempt_id).update(next_at=pause):
            continue
        if not send_hint(keep_results, attempt_id):
            # Otherwise a paid answer would wait half a minute for a hint that never left.
            Attempt.objects.filter(pk=attempt_id, state=Attempt.State.RECEIVED).update(next_at=None)
            break
        hints += 1
    return hints


def _unkept() -> QuerySet[Attempt, Any]:
    return (
        Attempt.objects.filter(state=Attempt.State.RECEIVED)
        .filter(Q(lease_until=None) | Q(lease_until__lt=Now()))
        .filter(Q(next_at=None) | Q(next_at__lte=Now()))
        .order_by("links_expire_at")
        .values_list("pk", flat=True)
    )


# The threads of a worker


class Every:
    """Runs something again and again, and survives a database that is locked or away."""

    def __init__(
        self, name: str, seconds: float, work: Callable[[], object], until: threading.Event
    ) -> None:
        self._seconds = seconds
        self._work = work
        self._until = until
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Start the thread; it ends when `until` is set, or with the process."""
        self._thread.start()

    def _run(self) -> None:
        while not self._until.is_set():
            try:
                self._work()
            except Error:
                logger.warning("%s: the database is not answering.", self._thread.name)
                connections.close_all()
            except Exception:
                logger.exception("%s failed.", self._thread.name)
                connections.close_all()
            self._until.wait(self._seconds)
        connections.close_all()


class Sweeper:
    """Sweeps, and knows how long ago it last came to the end of it."""

    def __init__(self) -> None:
        self._ended: float | None = None

    def __call__(self) -> None:
        """Sweep once."""
        sweep()
        first, self._ended = self._ended is None, time.monotonic()
        if first:
            self.sign_life()  # from now on this server is ready; the heartbeat may be seconds off

    def sign_life(self) -> None:
        """Tell those who look after this server that the worker lives, and that it sweeps."""
        ago = None if self._ended is None else time.monotonic() - self._ended
        Worker.objects.report(leases.worker_name(), ago)

    def beat(self) -> None:
        """Renew the leases first: they decide, the sign of life only informs."""
        leases.renew()
        self.sign_life()


class CatalogueKeeper:
    """Refreshes the catalogue at the start and every few hours, sooner after a failure."""

    def __init__(self) -> None:
        self._next = 0.0
        self._pause = CATALOGUE_RETRY_SECONDS

    def __call__(self) -> None:
        """Refresh if it is time."""
        if time.monotonic() < self._next:
            return
        worked = try_refresh_catalogue()
        wait = settings.CATALOGUE_SECONDS if worked else self._pause
        self._pause = CATALOGUE_RETRY_SECONDS if worked else min(2 * self._pause, 300.0)
        self._next = time.monotonic() + wait


@worker_ready.connect
def start_threads(**_: object) -> None:
    """Begin to sweep when a worker is ready. Connected by Celery's `imports` setting."""
    logger.info("Worker %s is sweeping.", leases.worker_name())
    if not settings.HINTS_REACH_WORKERS:
        forget_hints()
    _stopping.clear()
    sweeper = Sweeper()
    # The heartbeat must outlive the stop signal: running calls are finished after it.
    Every("heartbeat", settings.HEARTBEAT_SECONDS, sweeper.beat, _never).start()
    Every("sweep", settings.SWEEP_SECONDS, sweeper, _stopping).start()
    Every("catalogue", 1.0, CatalogueKeeper(), _stopping).start()
    Every("gate", 1.0, probe_closed_gate, _stopping).start()
    # Not in the sweep, which must not wait for a storage that hangs.
    Every("unusable answers", UNUSABLE_SECONDS, unusable.bring_home, _stopping).start()
    # Not in the pool, whose threads may all be waiting for the upstream.
    Every("adjustments", ADJUSTMENT_SECONDS, adjusting.make_next, _stopping).start()
    Every("archives", packing.SECONDS, packing.make_next, _stopping).start()
    Every("old archives", archives.SWEEP_SECONDS, archives.sweep, _stopping).start()
    Every("packs", archives.SWEEP_SECONDS, pack_stash.sweep, _stopping).start()
    Every("drafts", drafts.SWEEP_SECONDS, drafts.sweep_masks, _stopping).start()
    Every("notices", notices.SECONDS, notices.sweep, _stopping).start()
    Every("old notices", OLD_NOTICES_SECONDS, notices.forget_old, _stopping).start()
    Every("departures", departures.SECONDS, departures.sweep, _stopping).start()
    Every("trash", purging.SWEEP_SECONDS, purging.Eraser(), _stopping).start()


def forget_hints() -> None:
    """With the in-process broker, all hints of an earlier worker died with it."""
    EditJob.objects.filter(state=JobState.QUEUED).update(hinted_at=None)
    Attempt.objects.filter(state=Attempt.State.RECEIVED).update(next_at=None)
    forget_who_took_renditions()


@worker_shutting_down.connect
def stop_sweeping(**_: object) -> None:
    """Hint nothing any more: this worker would not get to it."""
    _stopping.set()
