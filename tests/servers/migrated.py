"""A pytest plugin: empty databases with all tables, copied instead of migrated each time.

Migrating takes seconds of processor, and every process of every ring of tests would do it.
So it is done once for a state of the sources, in a file that all processes copy.
"""

import fcntl
import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core import management
from django.db import connections

from tests.servers.postgres import Postgres

FILE_NAME = "nanoedit.sqlite3"
ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / ".tools" / "migrated"


def state_of_the_sources() -> str:
    """Hash of all that decides what an empty database looks like, triggers included."""
    digest = hashlib.sha256(sys.version.encode())
    sources = [*ROOT.glob("editor/**/*.py"), *ROOT.glob("nanoedit_site/*.py")]
    for path in [*sorted(sources), ROOT / "requirements.txt"]:
        digest.update(f"{path.relative_to(ROOT)} ".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:24]


def kept_file() -> Path:
    """An empty SQLite file with all tables for the sources as they are. Makes it if need be."""
    KEPT.mkdir(parents=True, exist_ok=True)
    path = KEPT / f"{state_of_the_sources()}.sqlite3"
    with (KEPT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            for old in KEPT.glob("*.sqlite3*"):
                old.unlink()
            _migrate(path)
    return path


def _migrate(path: Path) -> None:
    made = path.with_suffix(".being-made")
    made.unlink(missing_ok=True)
    migrate(f"sqlite:///{made}")
    with closing(sqlite3.connect(made)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    made.rename(path)


def migrate(url: str) -> None:
    """Make all tables in an empty database, in a process of its own."""
    command = [sys.executable, "-m", "django", "migrate", "--verbosity=0"]
    ours = {"DJANGO_SETTINGS_MODULE": "tests.settings", "TEST_RUN_DATABASE_URL": url}
    subprocess.run(command, cwd=ROOT, env={**os.environ, **ours}, check=True)


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: Any, request: pytest.FixtureRequest) -> Iterator[None]:
    """Fill the database of the test process from the kept file when pytest-django makes it."""
    if fixturedef.argname != "django_db_setup":
        return (yield)
    if any("live_server" in getattr(each, "fixturenames", ()) for each in request.session.items):
        _put_into_a_file()
    plain = management.call_command

    def filled(name: str, **options: Any) -> Any:
        connection = connections[options.get("database", "default")]
        if name != "migrate" or connection.vendor != "sqlite":
            return plain(name, **options)
        connection.ensure_connection()
        with closing(sqlite3.connect(kept_file())) as kept:
            kept.backup(connection.connection)
        return None

    management.call_command = filled
    try:
        return (yield)
    finally:
        management.call_command = plain


def _put_into_a_file() -> None:
    """Let the connections of a live server wait for each other, as they do in earnest.

    In memory they share a cache, in which a table that somebody else reads is an error at once.
    """
    connection = connections["default"]
    if connection.vendor == "sqlite":
        connection.settings_dict["TEST"]["NAME"] = str(settings.LIVE_DATABASE)


@pytest.fixture(scope="session")
def migrated_file() -> Path:
    """An empty SQLite file with all tables, to be copied."""
    return kept_file()


@pytest.fixture
def fill_data_folder(migrated_file: Path) -> Callable[[Path], None]:
    """Put a migrated database into a data folder that has none yet."""

    def fill(folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / FILE_NAME).exists():
            shutil.copy(migrated_file, folder / FILE_NAME)

    return fill


@pytest.fixture(scope="session")
def _migrated_postgres(postgres_server: Postgres) -> str:
    name = "migrated"
    migrate(postgres_server.make_database(name))
    return name


@pytest.fixture
def migrated_postgres_url(postgres_server: Postgres, _migrated_postgres: str) -> Iterator[str]:
    """A Postgres database of the test's own, with all tables."""
    name = f"migrated_{uuid.uuid4().hex}"
    yield postgres_server.make_database(name, copy_of=_migrated_postgres)
    postgres_server.drop_database(name)
