"""Runs the steps of imaging in processes of their own.

A picture comes from a stranger, and a decoder is a large body of C. Should one crash, hang
or eat all memory, it takes a small process down that holds no key, no database and no
running call. It also keeps many pictures from waiting for each other's share of Python.

    prepared = apart.run(steps.prepare, data, ...)

A process is started when it is first needed and goes by itself when nobody has needed it
for a while. Steps wait for one of `AT_ONCE` places: a 64-megapixel picture takes a
gigabyte while it is decoded, composed and encoded.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import pickle
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from editor.imaging import replies
from editor.imaging.steps import KNOWN

AT_ONCE = 2
SECONDS = 180.0  # the slowest honest step, AVIF of 64 megapixels, takes a third of that
LARGEST_REPLY_BYTES = 1_500_000_000  # all of its parts together
MOST_PARTS = 10_000
LENGTH = struct.Struct("!Q")

_ROOT = Path(__file__).resolve().parents[2]
_CHUNK_BYTES = 1 << 20
# Nothing else of this process's environment: the key of the upstream is in it.
_PASSED_ON = ("PATH", "LANG", "LC_ALL", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE", "LD_LIBRARY_PATH")
# The last one is for glibc, and means nothing to other C libraries. It asks for large pages:
# a picture is hundreds of megabytes that are touched for the first time, and in pages of 4 kB
# that alone takes a fifth of composing.
SURROUNDINGS = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
}

P = ParamSpec("P")
T = TypeVar("T")


class StepFailed(Exception):
    """A step ended without a result of its own making.

    `died` tells that it took its process with it, or had to be stopped: for this input,
    trying again is of little use. Otherwise the text is the step's own traceback.
    """

    def __init__(self, message: str, *, died: bool) -> None:
        super().__init__(message)
        self.died = died


def run(step: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
    """Run a function of `steps` in another process and give what it gives.

    Raises what the step raises, if it is on the list of `steps.KNOWN`, else StepFailed.
    """
    with _places:
        return _ran(SECONDS, step, *args, **named)


def run_within(seconds: float, step: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
    """Run a step for somebody who waits for it: the same, with less patience.

    Raises StepFailed as well when there is no place for it within that time, or when it
    takes longer.
    """
    if not _places.acquire(timeout=seconds):
        message = f"no place for it became free within {seconds:.0f} s"
        raise StepFailed(message, died=False)
    try:
        return _ran(seconds, step, *args, **named)
    finally:
        _places.release()


def _ran(seconds: float, step: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
    message = pickle.dumps((step.__name__, args, named), protocol=pickle.HIGHEST_PROTOCOL)
    try:
        outcome = _asked(message, seconds)
    except _Died:
        # It may have been the one before, or somebody who killed it. The second time,
        # in a process that is new, it is this step.
        outcome = _asked_of_a_new_one(message, seconds)
    if isinstance(outcome, BaseException):
        raise outcome
    return outcome  # type: ignore[no-any-return]


def close() -> None:
    """Let all processes go that are not at work."""
    while process := _an_idle_one():
        process.stop()


class _Died(Exception):
    """The other process has gone without an answer."""


class _Process:
    """One process that does one step at a time."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                self._process = _started(theirs.fileno())
        except OSError as failed:
            ours.close()
            # Not as it is: a missing interpreter would be taken for a missing picture.
            message = f"no process could be started for it: {failed}"
            raise StepFailed(message, died=False) from failed
        self._socket = ours

    @property
    def lives(self) -> bool:
        return self._process.poll() is None

    def ask(self, message: bytes, seconds: float) -> Any:
        """Send a step and wait for its reply. Raises _Died, and StepFailed when it is late."""
        deadline = time.monotonic() + seconds
        try:
            self._socket.settimeout(seconds)
            self._socket.sendall(LENGTH.pack(len(message)))
            self._socket.sendall(message)
            header, blobs = self._reply(deadline)
        except TimeoutError as late:
            self.stop()
            text = f"it took more than {seconds:.0f} s"
            raise StepFailed(text, died=True) from late
        except OSError as gone:
            self.stop()
            raise _Died from gone
        return replies.unpack(header, blobs, OUTCOMES)

    def _reply(self, deadline: float) -> tuple[bytes, list[bytes]]:
        header = self._received(LARGEST_REPLY_BYTES, deadline)
        count = self._number(MOST_PARTS, deadline)
        blobs: list[bytes] = []
        left = LARGEST_REPLY_BYTES - len(header)
        for _ in range(count):
            blobs.append(self._received(left, deadline))
            left -= len(blobs[-1])
        return header, blobs

    def _received(self, most: int, deadline: float) -> bytes:
        return self._exactly(self._number(most, deadline), deadline)

    def _number(self, most: int, deadline: float) -> int:
        number: int = LENGTH.unpack(self._exactly(LENGTH.size, deadline))[0]
        if number > most:
            message = "the reply is absurdly long"
            raise OSError(message)
        return number

    def _exactly(self, length: int, deadline: float) -> bytes:
        data = bytearray(length)
        view, at = memoryview(data), 0
        while at < length:
            self._socket.settimeout(max(0.01, deadline - time.monotonic()))
            received = self._socket.recv_into(view[at:], min(_CHUNK_BYTES, length - at))
            if not received:
                message = "the process has gone"
                raise OSError(message)
            at += received
        return bytes(data)

    def stop(self) -> None:
        """End it at once; it holds nothing that could be lost."""
        self._socket.close()
        self._process.kill()
        self._process.wait()


def _started(descriptor: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603  nothing in it comes from outside
        [sys.executable, "-m", "editor.imaging.child", str(descriptor)],
        cwd=_ROOT,
        env={name: os.environ[name] for name in _PASSED_ON if name in os.environ} | SURROUNDINGS,
        pass_fds=[descriptor],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        # Ctrl-C in a terminal is for the server, which lets running work end first.
        start_new_session=True,
    )


class Broken(Exception):
    """How the other side says that a step raised something nobody listed; the traceback."""


OUTCOMES = {**KNOWN, "Broken": Broken}

_places = threading.BoundedSemaphore(AT_ONCE)
_idle: list[_Process] = []
_lock = threading.Lock()


def _an_idle_one() -> _Process | None:
    with _lock:
        return _idle.pop() if _idle else None


@contextlib.contextmanager
def _lent(process: _Process) -> Iterator[_Process]:
    try:
        yield process
    except BaseException:
        process.stop()  # whatever happened, its next reply might belong to this step
        raise
    with _lock:
        _idle.append(process)


def _asked(message: bytes, seconds: float) -> Any:
    process = _an_idle_one()
    while process is not None and not process.lives:
        process.stop()
        process = _an_idle_one()
    with _lent(process or _Process()) as lent:
        return _outcome(lent.ask(message, seconds))


def _asked_of_a_new_one(message: bytes, seconds: float) -> Any:
    try:
        with _lent(_Process()) as lent:
            return _outcome(lent.ask(message, seconds))
    except _Died as died:
        text = "it took its process down"
        raise StepFailed(text, died=True) from died


def _outcome(said: Any) -> Any:
    if isinstance(said, Broken):
        return StepFailed(str(said), died=False)
    return said


def _forget_in_a_fork() -> None:
    """The child of a fork shares the sockets with its parent, and must not speak on them."""
    _idle.clear()


atexit.register(close)
os.register_at_fork(after_in_child=_forget_in_a_fork)
