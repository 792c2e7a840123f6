"""`python -m nanoedit_site.up`: everything that NanoEdit is, under one supervisor.

Web, worker and, when nobody has given a key, the sandbox. Imports no Django, so it starts at
once and stays small. One instance per data folder; INT and TERM end all of it.
"""

import argparse
import contextlib
import fcntl
import hashlib
import http.client
import logging
import logging.handlers
import os
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

from nanoedit_site.env import ROOT, read_environment
from nanoedit_site.environment import SANDBOX_KEY, Environment, SettingsRefused
from nanoedit_site.supervisor import GaveUpError, Program, Supervisor, die_with_parent

PYTHON = sys.executable
# A paid call may take NANOGPT_TIMEOUT_SECONDS; its answer must then be fetched and kept.
WORKER_GRACE_BEYOND_CALL = 60.0
# Celery warns every root at length. Its reason is pickled messages; ours are JSON alone.
ROOT_WARNING = "ignore:You're running the worker with superuser privileges"
PATIENCE = (
    "Waiting for the worker: a running edit may be paid for already, so it may finish. "
    "Ctrl-C again stops at once."
)


def main(arguments: list[str] | None = None) -> int:
    """Run until told to stop. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m nanoedit_site.up", description=__doc__)
    parser.add_argument(
        "--with-parent", action="store_true", help="stop when the process that started this ends"
    )
    options = parser.parse_args(arguments)
    if options.with_parent:
        die_with_parent(signal.SIGTERM, os.getppid())
    os.umask(0o077)  # sessions, password hashes and pictures are nobody else's business
    environment = read_environment()
    with only_one(environment.data_dir), Output(environment.data_dir / "logs") as output:
        refuse_taken_port(environment.bind, environment.port)
        supervisor = Supervisor(output.say)
        with supervisor.signals():
            try:
                return bring_up(environment, supervisor, output)
            except GaveUpError as error:
                output.say("", f"NanoEdit cannot start: {error}. Its last lines stand above.")
                return 1
            finally:
                supervisor.stop(patience_note=PATIENCE)
                output.say("", "NanoEdit has stopped.")


def bring_up(environment: Environment, supervisor: Supervisor, output: "Output") -> int:
    """Prepare the data folder, start the programs, say where they are, and stay."""
    base_url = environment.base_url
    if environment.starts_sandbox:
        base_url = f"http://127.0.0.1:{free_port()}"
    prepare, *programs = the_programs(environment, base_url)
    stamp = Stamp(environment)
    late = stamp.fits()  # nothing to migrate: the pages need not wait for it
    if not late and not prepared(supervisor, prepare):
        return 0 if supervisor.stops_asked else 1
    web, *others = programs
    supervisor.start(web)
    if not supervisor.loop(lambda: web_answers(environment)):
        return 0
    for program in others:
        supervisor.start(program)
    if late and not prepared(supervisor, prepare):
        return 0 if supervisor.stops_asked else 1
    stamp.keep()
    if environment.starts_sandbox and not supervisor.loop(lambda: sandbox_listens(base_url)):
        return 0
    supervisor.give_up_after = None
    output.greet(environment)
    supervisor.loop(lambda: False, tick=5.0)
    output.say("", "Stopping …")
    return 0


def prepared(supervisor: Supervisor, prepare: Program) -> bool:
    """Run `manage.py prepare`; False when it failed or was interrupted."""
    code = supervisor.run_to_end(prepare)
    if code:
        supervisor.say("", "The data folder could not be prepared; the reason stands above.")
    return code == 0


def the_programs(environment: Environment, base_url: str) -> list[Program]:
    """Return prepare, web, worker and, where it is needed, the sandbox."""
    # Whatever other settings a shell or a test run works with: these are NanoEdit's.
    shared = {"DJANGO_SETTINGS_MODULE": "nanoedit_site.settings"}
    if environment.starts_sandbox:
        shared |= {"NANOGPT_BASE_URL": base_url, "NANOGPT_API_KEY": SANDBOX_KEY}
    manage = str(ROOT / "manage.py")
    web = f"-m uvicorn nanoedit_site.asgi:application --host {environment.bind}"
    web += f" --port {environment.port} --timeout-graceful-shutdown 2 --no-access-log"
    worker = (
        f"-m celery -A nanoedit_site --quiet worker -P threads -c {environment.worker_concurrency}"
    )
    worker += " --without-gossip --without-mingle --without-heartbeat --loglevel WARNING"
    programs = [
        Program(
            "prepare",
            (PYTHON, manage, "prepare", "--address", address(environment)),
            shared,
            restart=False,
        ),
        Program("web", (PYTHON, *web.split(), "--log-level", "warning"), shared),
        Program(
            "worker",
            (PYTHON, *worker.split()),
            {**shared, "PYTHONWARNINGS": quieter(os.environ.get("PYTHONWARNINGS", ""))},
            stop_grace=environment.timeout_seconds + WORKER_GRACE_BEYOND_CALL,
            # Even when we are killed the worker may end its running call, then it goes.
            orphan_signal=signal.SIGTERM,
        ),
    ]
    if environment.starts_sandbox:
        sandbox = f"-m sandbox --host 127.0.0.1 --port {base_url.rpartition(':')[2]}"
        sandbox += f" --link-life {environment.sandbox_link_life:g}"
        sandbox += f" --delay {environment.sandbox_delay:g}"
        # It outlives the worker: what is running there shall get its answer.
        programs.append(Program("sandbox", (PYTHON, *sandbox.split()), stop_after=("worker",)))
    return programs


def quieter(warnings: str) -> str:
    """Return PYTHONWARNINGS without the one about root."""
    return f"{warnings},{ROOT_WARNING}".lstrip(",")


@contextlib.contextmanager
def only_one(data_dir: Path) -> Iterator[None]:
    """Hold the data folder's lock. The kernel lets go of it however we end."""
    path = data_dir / "up.lock"
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        lock = path.open("a+")
    except OSError as error:
        line = f"NANOEDIT_DATA_DIR {str(data_dir)!r} cannot be written ({error.strerror})."
        raise SettingsRefused(line) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise SettingsRefused(
                f"another NanoEdit (process {lock.read().strip() or 'unknown'}) works in "
                f"{data_dir}. Stop it, or give this one its own NANOEDIT_DATA_DIR and PORT."
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def refuse_taken_port(bind: str, port: int) -> None:
    """Raise SettingsRefused when somebody listens on the port or we may not."""
    family = socket.AF_INET6 if ":" in bind else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((bind, port))
            probe.listen()
        except OSError as error:
            raise SettingsRefused(
                f"PORT {port} on {bind} cannot be had ({error.strerror}). "
                f"Choose another, for example: PORT={port + 1 if port < 65_535 else 8000} make run"
            ) from error


def free_port() -> int:
    """Return a loopback port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def web_answers(environment: Environment) -> bool:
    """Ask /healthz; True when the pages are served."""
    bind = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(environment.bind, environment.bind)  # noqa: S104 - compared, not bound
    headers = {"Host": named_host(environment)}
    if environment.https:
        headers["X-Forwarded-Proto"] = "https"
    connection = http.client.HTTPConnection(bind, environment.port, timeout=2)
    try:
        connection.request("GET", "/healthz", headers=headers)
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def sandbox_listens(base_url: str) -> bool:
    """True when the sandbox takes connections: from then on edits work."""
    try:
        with socket.create_connection(("127.0.0.1", int(base_url.rpartition(":")[2])), timeout=1):
            return True
    except OSError:
        return False


def address(environment: Environment) -> str:
    """Return where people find the pages: behind a proxy with https, else on our own port."""
    if environment.https:
        return f"https://{named_host(environment)}"
    return f"http://{named_host(environment)}:{environment.port}"


def named_host(environment: Environment) -> str:
    """Return the host name to show and to ask by: one that the pages accept."""
    if not environment.https:
        for host in ("127.0.0.1", "localhost"):
            if host in environment.hosts or "*" in environment.hosts:
                return host
    return environment.hosts[0].lstrip(".").replace("*", "localhost")


class Stamp:
    """Remembers which migrations a SQLite data folder has seen, so that a restart is quick.

    `prepare` still runs at each start, only later: the stamp decides nothing but the order.
    """

    def __init__(self, environment: Environment) -> None:
        self.path = environment.data_dir / "prepared"
        name, separator, file = environment.database_url.partition(":///")
        self.usable = name == "sqlite" and bool(separator) and Path(f"/{file}").is_file()
        names = sorted(str(path) for path in ROOT.glob("*/migrations/*.py"))
        lock = ROOT / "requirements.txt"
        names.append(lock.read_text() if lock.exists() else "")
        self.digest = hashlib.sha256("\n".join([file, *names]).encode()).hexdigest()

    def fits(self) -> bool:
        """True when the same migrations were run on the same file."""
        return self.usable and self.path.is_file() and self.path.read_text() == self.digest

    def keep(self) -> None:
        """Remember this start."""
        self.path.write_text(self.digest)


class Output:
    """What everybody says: on the terminal with a short name before it, and in a log file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.setup_link = ""
        self.log = logging.Logger("nanoedit.up")

    def __enter__(self) -> "Output":
        self.folder.mkdir(parents=True, exist_ok=True)
        self.handler = logging.handlers.RotatingFileHandler(
            self.folder / "nanoedit.log", maxBytes=5_000_000, backupCount=3, encoding="utf-8"
        )
        self.handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
        self.log.addHandler(self.handler)
        return self

    def __exit__(self, *_: object) -> None:
        self.handler.close()

    def say(self, name: str, line: str) -> None:
        """Pass on one line. The set-up link is kept for the greeting, and out of the log."""
        if name == "prepare" and line.startswith("setup "):
            self.setup_link = line.removeprefix("setup ").strip()
            return
        if name and not line.strip():
            return
        shown = f"{name:>8} | {line}" if name else line
        self.log.info("%s", shown)
        self.show(shown)

    def show(self, text: str) -> None:
        """Print, also when nobody reads any more."""
        with contextlib.suppress(OSError):
            print(text, flush=True)

    def greet(self, environment: Environment) -> None:
        """Say where NanoEdit is, and what a person should do next."""
        lines = ["", f"  NanoEdit is at {address(environment)}/", ""]
        if self.setup_link:
            lines += ["  Make the first account here (the link works once):"]
            lines += [f"  {self.setup_link}", ""]
        if environment.starts_sandbox:
            lines += ["  No NANOGPT_API_KEY is set, so edits go to the built-in sandbox:"]
            lines += ["  nothing is paid, and no picture leaves this machine.", ""]
        elif not environment.sandbox_in_use:
            lines += [f"  Edits go to {environment.base_url} and are paid with your key.", ""]
        lines += [f"  Data: {environment.data_dir}   Ctrl-C stops everything.", ""]
        self.show("\n".join(lines))
        self.log.info("ready on port %d", environment.port)


if __name__ == "__main__":
    sys.exit(main())
