"""`python -m tests.faults.worker`: a real Celery worker that kills or freezes itself at a point.

Nothing in the application knows of this: the points are patched in from outside, before
the worker starts. The environment says what to do:

    FAULT_POINT     one of POINTS; none: an ordinary worker
    FAULT_SIGNAL    KILL or STOP, which it sends to itself there, once
    FAULT_SETTINGS  JSON object of Django settings to put in place of the real ones
    FAULT_VALUES    JSON object of module constants, such as {"editor.results.RETRY_SECONDS": [1]}
    FAULT_THREADS   how many threads, 4 by default
    FAULT_S3_READ   seconds that it waits for an S3 server, instead of ten
    FAULT_CLOCK     a wrong wall clock, one of clock.CLOCKS
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nanoedit_site.settings")
django.setup()

from botocore.config import Config  # noqa: E402
from django.conf import settings  # noqa: E402

from editor import processing, recovery, results, storage  # noqa: E402
from editor.imaging import apart  # noqa: E402
from nanoedit_site.celery import app  # noqa: E402
from tests.faults import clock  # noqa: E402

_once = threading.Lock()


def trip() -> None:
    """Kill or freeze this process, the first time that somebody comes by."""
    if _once.acquire(blocking=False):
        # To this very thread: sent to the process, others might stop first and this one run on.
        which = getattr(signal, f"SIG{os.environ['FAULT_SIGNAL']}")
        signal.pthread_kill(threading.get_ident(), which)


def before(module: Any, name: str, when: Callable[..., bool] = lambda *_: True) -> None:
    """Trip as soon as the function is called."""
    real = getattr(module, name)

    def wrapped(*args: Any, **named: Any) -> Any:
        if when(*args):
            trip()
        return real(*args, **named)

    setattr(module, name, wrapped)


def after(module: Any, name: str, when: Callable[..., bool] = lambda *_: True) -> None:
    """Trip when the function is through."""
    real = getattr(module, name)

    def wrapped(*args: Any, **named: Any) -> Any:
        outcome = real(*args, **named)
        if when(*args):
            trip()
        return outcome

    setattr(module, name, wrapped)


def _is_raw(key: str, *_: object) -> bool:
    return key.endswith(".raw")


def kill_readers(step: bytes, *, once: bool) -> None:
    """Kill the process that reads pictures whenever it is asked for this step."""
    real = apart._Process.ask

    def killed_over_it(process: Any, message: bytes, *rest: Any) -> Any:
        if step in message[:200] and (not once or _once.acquire(blocking=False)):
            process._process.kill()
        return real(process, message, *rest)

    setattr(apart._Process, "ask", killed_over_it)  # noqa: B010  mypy knows the method


POINTS: dict[str, Callable[[], None]] = {
    "claimed": lambda: before(processing, "prepare_call"),
    "intent": lambda: before(processing, "make_call"),
    "answer in memory": lambda: before(processing, "record_answer"),
    "answer committed": lambda: after(processing, "record_answer"),
    "downloaded": lambda: after(results, "_fetch"),
    "stored": lambda: after(storage, "put", _is_raw),
    "composed": lambda: after(results, "compose_result"),
    "done": lambda: after(results, "finish"),
    "a reader dies over a picture once": lambda: kill_readers(b"prepare", once=True),
    "a reader dies over an answer once": lambda: kill_readers(b"put_together", once=True),
    "a reader dies over every answer": lambda: kill_readers(b"put_together", once=False),
    "in a sweep": lambda: after(recovery, "free_claims_left_behind"),
}


def main() -> None:
    for name, value in json.loads(os.environ.get("FAULT_SETTINGS", "{}")).items():
        setattr(settings, name, value)
    for path, value in json.loads(os.environ.get("FAULT_VALUES", "{}")).items():
        module_name, _, name = path.rpartition(".")
        module = importlib.import_module(module_name)
        is_span = isinstance(getattr(module, name), timedelta)
        setattr(module, name, timedelta(seconds=value) if is_span else value)
    if os.environ.get("FAULT_S3_READ"):
        options = settings.STORAGES["default"]["OPTIONS"]
        quick = Config(read_timeout=float(os.environ["FAULT_S3_READ"]))
        options["client_config"] = options["client_config"].merge(quick)
    point = os.environ.get("FAULT_POINT")
    if point:
        POINTS[point]()
    if os.environ.get("FAULT_CLOCK"):
        clock.set_wrong(os.environ["FAULT_CLOCK"])
    threads = os.environ.get("FAULT_THREADS", "4")
    sys.stdout.flush()
    app.worker_main(["--quiet", "worker", "-P", "threads", "-c", threads])


if __name__ == "__main__":
    main()
