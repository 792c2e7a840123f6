"""Keeps a handful of programs running until it is told to stop. Knows nothing of NanoEdit.

One thread and one `select` loop: child output, signals and timers all come by it. That is on
purpose: forking is safe only without threads, and the kernel ties "die with your parent"
(PR_SET_PDEATHSIG) to the very thread that forked.
"""

import contextlib
import ctypes
import os
import selectors
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LONGEST_LINE = 64 * 1024
ONE_WISH_SECONDS = 0.7


@dataclass(frozen=True)
class Program:
    """One command to keep alive, and the manners of ending it."""

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)  # on top of our own environment
    stop_grace: float = 5.0  # seconds between being asked to stop and being killed
    stop_after: tuple[str, ...] = ()  # asked to stop only when these have ended
    orphan_signal: signal.Signals = signal.SIGKILL  # what the kernel sends when we are killed
    restart: bool = True


class GaveUpError(Exception):
    """A program ended again and again before everything was ready."""


class Child:
    """One program's present process, or the wait until its next one."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.process: subprocess.Popen[bytes] | None = None
        self.started_at = 0.0
        self.start_at: float | None = None  # when the next try is due
        self.failures = 0
        self.told_at: float | None = None  # when it was asked to stop
        self.killed = False
        self.rest = b""  # output after the last line end

    @property
    def alive(self) -> bool:
        """True while a process runs, as far as we have noticed."""
        return self.process is not None


class Supervisor:
    """Starts programs, passes on what they say, restarts what dies, and ends them all."""

    def __init__(
        self,
        say: Callable[[str, str], None],
        *,
        first_pause: float = 0.5,
        longest_pause: float = 30.0,
        steady_after: float = 20.0,
    ) -> None:
        """`say(name, line)` gets every line of output. Pauses in seconds; a program that ran
        for `steady_after` seconds is restarted as if it had never failed."""
        self.say = say
        self.first_pause, self.longest_pause = first_pause, longest_pause
        self.steady_after = steady_after
        self.give_up_after: int | None = 5  # failures in a row; None: never
        self.children: dict[str, Child] = {}
        self.stops_asked = 0
        self._last_asked = -ONE_WISH_SECONDS
        self._selector = selectors.DefaultSelector()

    @contextlib.contextmanager
    def signals(self) -> Iterator[None]:
        """Let INT, TERM and HUP ask for a stop, and a child's end wake the loop."""
        reader, writer = socket.socketpair()
        reader.setblocking(False)
        writer.setblocking(False)
        before = {number: signal.getsignal(number) for number in (*STOP_SIGNALS, signal.SIGCHLD)}
        wakeup = signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
        for number in STOP_SIGNALS:
            signal.signal(number, self._asked_to_stop)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self._selector.register(reader, selectors.EVENT_READ, None)
        try:
            yield
        finally:
            self._selector.unregister(reader)
            signal.set_wakeup_fd(wakeup)
            for number, handler in before.items():
                signal.signal(number, handler)
            reader.close()
            writer.close()

    def _asked_to_stop(self, *_: object) -> None:
        # One wish may come as several signals: to our group, and passed on by who started us.
        now = time.monotonic()
        if now - self._last_asked > ONE_WISH_SECONDS:
            self.stops_asked += 1
        self._last_asked = now

    def start(self, program: Program) -> None:
        """Start a program; what it says and its end are noticed by the loop."""
        child = self.children.setdefault(program.name, Child(program))
        self._spawn(child)

    def run_to_end(self, program: Program) -> int | None:
        """Run a program once to its end. Returns its exit code, None when told to stop."""
        self.start(program)
        child = self.children[program.name]
        process = child.process
        self.loop(lambda: not child.alive)
        if child.alive or process is None:
            return None
        del self.children[program.name]
        return process.returncode

    def loop(self, until: Callable[[], bool], *, tick: float = 0.1) -> bool:
        """Serve until the condition holds (True) or somebody asked for a stop (False).

        The condition is asked at least every `tick` seconds. Raises GaveUpError.
        """
        while not self.stops_asked:
            self._serve(tick)
            if until():
                return True
        return False

    def stop(self, *, patience_note: str = "") -> None:
        """End everything: ask, wait each program's grace, then kill. A second ask kills at once.

        `patience_note` is said when something takes longer than five seconds.
        """
        asked_before, began = self.stops_asked, time.monotonic()
        for child in self.children.values():
            child.start_at = None
        while any(child.alive for child in self.children.values()):
            at_once = self.stops_asked > max(asked_before, 1)
            now = time.monotonic()
            for child in self.children.values():
                self._end(child, now, at_once=at_once)
            if patience_note and now - began > 5:
                self.say("", patience_note)
                patience_note = ""
            self._serve(0.1, restarting=False)

    def _end(self, child: Child, now: float, *, at_once: bool) -> None:
        if child.process is None:
            return
        if at_once:
            self._kill(child)
        elif child.told_at is None:
            waiting_for = (self.children.get(name) for name in child.program.stop_after)
            if not any(other is not None and other.alive for other in waiting_for):
                child.told_at = now
                child.process.terminate()
        elif now - child.told_at > child.program.stop_grace:
            self._kill(child)

    def _kill(self, child: Child) -> None:
        if child.process is not None and not child.killed:
            child.killed = True
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.process.pid, signal.SIGKILL)

    def _spawn(self, child: Child) -> None:
        program = child.program
        child.started_at, child.start_at, child.killed = time.monotonic(), None, False
        child.process = subprocess.Popen(  # noqa: S603 - the argv is ours
            program.argv,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **program.env},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            # A session of its own: Ctrl-C in the terminal reaches us alone.
            start_new_session=True,
            preexec_fn=partial(die_with_parent, program.orphan_signal, os.getpid()),
        )
        assert child.process.stdout is not None  # noqa: S101 - it is a pipe
        os.set_blocking(child.process.stdout.fileno(), False)
        self._selector.register(child.process.stdout, selectors.EVENT_READ, child)

    def _serve(self, seconds: float, *, restarting: bool = True) -> None:
        """Wait for news at most so long, and act on them."""
        for key, _ in self._selector.select(seconds):
            if key.data is None:
                with contextlib.suppress(BlockingIOError):
                    key.fileobj.recv(4096)  # type: ignore[union-attr]
            else:
                self._read(key.data)
        for child in self.children.values():
            if child.process is not None and child.process.poll() is not None:
                self._ended(child, restarting=restarting)
            elif child.start_at is not None and time.monotonic() >= child.start_at:
                self._spawn(child)

    def _read(self, child: Child) -> bool:
        """Pass on what the child said; False when there is no more at present."""
        assert child.process is not None and child.process.stdout is not None  # noqa: S101, PT018
        try:
            chunk = os.read(child.process.stdout.fileno(), LONGEST_LINE)
        except BlockingIOError:
            return False
        if not chunk:
            with contextlib.suppress(KeyError):
                self._selector.unregister(child.process.stdout)
            return False
        *lines, child.rest = (child.rest + chunk).split(b"\n")
        if len(child.rest) > LONGEST_LINE:
            lines, child.rest = [*lines, child.rest], b""
        for line in lines:
            self.say(child.program.name, line.decode(errors="replace").rstrip())
        return True

    def _ended(self, child: Child, *, restarting: bool) -> None:
        assert child.process is not None and child.process.stdout is not None  # noqa: S101, PT018
        while self._read(child):
            pass
        with contextlib.suppress(KeyError):
            self._selector.unregister(child.process.stdout)
        child.process.stdout.close()
        if child.rest:
            self.say(child.program.name, child.rest.decode(errors="replace"))
        code, name = child.process.returncode, child.program.name
        child.process, child.rest = None, b""
        if not restarting or not child.program.restart or self.stops_asked:
            return
        steady = time.monotonic() - child.started_at > self.steady_after
        child.failures = 1 if steady else child.failures + 1
        if self.give_up_after is not None and child.failures >= self.give_up_after:
            raise GaveUpError(f"{name} ended {child.failures} times in a row ({ending(code)})")
        pause = min(self.first_pause * 2 ** (child.failures - 1), self.longest_pause)
        child.start_at = time.monotonic() + pause
        self.say("", f"{name} ended ({ending(code)}); it starts again in {pause:g} s")


def die_with_parent(orphan_signal: signal.Signals, parent: int) -> None:
    """Have the kernel send this process a signal when its parent ends, however it ends."""
    if hasattr(LIBC, "prctl"):
        LIBC.prctl(PR_SET_PDEATHSIG, int(orphan_signal), 0, 0, 0)
        if os.getppid() != parent:  # it ended before we could ask
            os.kill(os.getpid(), orphan_signal)


def ending(code: int) -> str:
    """Say in words how a process ended."""
    if code >= 0:
        return f"exit code {code}"
    with contextlib.suppress(ValueError):
        return f"killed by {signal.Signals(-code).name}"
    return f"killed by signal {-code}"
