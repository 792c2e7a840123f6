"""Starting a server for the tests: on free loopback ports, never outliving them."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

LAUNCHER = Path(__file__).with_name("launcher.py")
# The everyday user of Debian who owns nothing; PostgreSQL refuses to run as root.
NOBODY = "nobody"


class ServerStartError(Exception):
    """A server ended or stayed silent; the text holds what it said."""


class Server:
    """One running server process.

    `log` is the file that takes its output; it lies in a folder that belongs to this server alone.
    """

    def __init__(
        self,
        argv: Sequence[str],
        log: Path,
        *,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        user: str = "",
        stop_signal: signal.Signals = signal.SIGTERM,
    ) -> None:
        self.name, self.log, self.stop_signal = Path(argv[0]).name, log, stop_signal
        launched = [sys.executable, "-S", str(LAUNCHER), str(os.getpid()), str(int(stop_signal))]
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [*launched, user, *argv],
                env={**os.environ, **(env or {})},
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait_until(self, answers: Callable[[], bool], seconds: float = 30.0) -> None:
        """Wait until the server answers. Raises ServerStartError with its last words."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            if answers():
                return
            time.sleep(0.05)
        said = self.log.read_text(errors="replace")[-4000:]
        ended = f"ended with {self.process.returncode}" if self.process.poll() else "did not answer"
        self.stop()
        shutil.rmtree(self.log.parent, ignore_errors=True)
        raise ServerStartError(f"{self.name} {ended}:\n{said}")

    def stop(self, seconds: float = 10.0) -> None:
        """Ask it to stop, then kill it. Only ever touches the process started here."""
        if self.process.poll() is None:
            self.process.send_signal(self.stop_signal)
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(seconds)


def free_ports(count: int) -> list[int]:
    """Return loopback ports nobody listens on; all held at once, so all different."""
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]
    finally:
        for probe in probes:
            probe.close()


def listens(port: int) -> bool:
    """True when somebody accepts connections on the loopback port."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False
