"""Is this server alive, and can it do its work?"""

from __future__ import annotations

import logging
import threading
import time
import uuid
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TookTooLong
from datetime import timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import Error, connection
from django.db.models import F, QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from editor import gates
from editor.models import EditJob, Gate, JobState, Worker

logger = logging.getLogger(__name__)

# A worker gives a sign of life every 5 s, so three may get lost.
LONGEST_SILENCE = timedelta(seconds=20)
LONGEST_WITHOUT_SWEEP = timedelta(seconds=30)
LONGEST_UNCLAIMED = timedelta(minutes=2)
STORAGE_SECONDS = 5.0  # longer than this nobody who asks will wait
STORAGE_AGAIN_SECONDS = 5.0  # anybody may ask, and the storage's work may cost money


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process lives. For load balancers, and for whatever restarts processes."""
    return HttpResponse("ok", content_type="text/plain")


@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Whether edits can be done: 503 with the reasons when not. For whoever is called at night."""
    problems: dict[str, str] = {}
    info: dict[str, Any] = {}
    why = ""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        info = information()
        problems = {name: said for name, said in worker_problems(info).items() if said}
    except Error as error:
        problems["database"], why = "does not answer", str(error)
    if problem := storage_probe.problem():
        problems["storage"] = problem
    readiness.tell(problems, why)
    return JsonResponse(
        {"ready": not problems, "problems": problems, "information": info},
        status=503 if problems else 200,
    )


def information() -> dict[str, Any]:
    """How things stand; none of it is a secret. Ages are in seconds, None where there is none."""
    swept = Worker.objects.exclude(swept_at=None).order_by("-swept_at")
    queued = EditJob.objects.filter(state=JobState.QUEUED).order_by("updated_at")
    gate = Gate.objects.filter(key_hash=gates.key_hash()).first()
    return {
        "workers": Worker.objects.alive(LONGEST_SILENCE).count(),
        "sweep_age_seconds": _age(swept.annotate(age=Now() - F("swept_at"))),
        "oldest_queued_seconds": _age(queued.annotate(age=Now() - F("updated_at"))),
        "gate": gate.state if gate else Gate.State.OPEN.value,
    }


def _age(rows: QuerySet[Any]) -> float | None:
    """The `age` of the first row, by the database's clock, which leases go by too."""
    age = rows.values_list("age", flat=True).first()
    return None if age is None else round(max(0.0, age.total_seconds()), 1)


def worker_problems(info: dict[str, Any]) -> dict[str, str]:
    """What is wrong with the workers and the queue; "" where all is well."""
    return {"worker": _worker(info), "queue": _queue(info)}


def _worker(info: dict[str, Any]) -> str:
    if not info["workers"]:
        return f"no worker gave a sign of life for {LONGEST_SILENCE.seconds} s"
    age = info["sweep_age_seconds"]
    if age is None or age > LONGEST_WITHOUT_SWEEP.seconds:
        return f"no worker has finished a sweep for {LONGEST_WITHOUT_SWEEP.seconds} s"
    return ""


def _queue(info: dict[str, Any]) -> str:
    """Workers live but take nothing, although they could: as after a broker's restart."""
    age = info["oldest_queued_seconds"]
    if age is None or age <= LONGEST_UNCLAIMED.seconds or gates.free_places() == 0:
        return ""
    under_way = EditJob.objects.filter(state__in=(JobState.CLAIMED, JobState.CALLING))
    lately = EditJob.objects.filter(started_at__gte=Now() - LONGEST_UNCLAIMED)
    if under_way.exists() or lately.exists():
        return ""
    return f"a job has been queued for {age:.0f} s and nobody takes it"


class Readiness:
    """Writes one line when readiness changes, not one for each time that somebody asks."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._told: frozenset[str] = frozenset()

    def tell(self, problems: dict[str, str], why: str = "") -> None:
        """Log the problems, with what the database said, unless the same ones were told last."""
        with self._lock:
            names = frozenset(problems)
            if names == self._told:
                return
            self._told = names
        if problems:
            told = "; ".join(f"{name}: {said}" for name, said in problems.items())
            logger.warning("Not ready. %s%s", told, f" ({why})" if why else "")
        else:
            logger.info("Ready again.")

    def forget(self) -> None:
        """Take it that all was well when last asked."""
        with self._lock:
            self._told = frozenset()


class StorageProbe:
    """Writes and deletes a small file, at most every few seconds and never for long."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked_at = float("-inf")
        self._running: Future[str] | None = None
        self._failed = False
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="storage-probe")

    def problem(self) -> str:
        """What is wrong with the storage, or "" when it takes a file."""
        with self._lock:
            now = time.monotonic()
            idle = self._running is None or self._running.done()
            if self._running is None or (idle and now - self._asked_at > STORAGE_AGAIN_SECONDS):
                self._asked_at = now
                self._running = self._pool.submit(self._try)
            asked = self._running
        try:
            return asked.result(timeout=STORAGE_SECONDS)
        except TookTooLong:
            return f"does not answer within {STORAGE_SECONDS:g} s"

    def forget(self) -> None:
        """Ask anew at the next time."""
        with self._lock:
            self._running = None
            self._failed = False

    def _try(self) -> str:
        try:
            name = default_storage.save(f"readyz/{uuid.uuid4()}", ContentFile(b"ok"))
            default_storage.delete(name)
        except Exception as error:  # noqa: BLE001  every storage has its own exceptions
            if not self._failed:  # once, not every few seconds until it is well again
                logger.warning("The storage cannot be written: %s", error)
            self._failed = True
            return f"cannot be written: {type(error).__name__}"
        self._failed = False
        return ""


storage_probe = StorageProbe()
readiness = Readiness()
