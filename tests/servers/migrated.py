"""A pytest plugin: empty databases with all tables, copied instead of migrated each time.

A first start migrates for seconds; most tests of whole copies are about something else.
"""

import shutil
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from tests.faults.place import using_database
from tests.servers.postgres import Postgres

FILE_NAME = "nanoedit.sqlite3"


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory, django_db_blocker: Any) -> Path:
    """An empty SQLite file with all tables, to be copied."""
    path = tmp_path_factory.mktemp("migrated") / FILE_NAME
    with django_db_blocker.unblock(), using_database(f"sqlite:///{path}"):
        call_command("migrate", verbosity=0)
    return path


@pytest.fixture
def fill_data_folder(migrated_file: Path) -> Callable[[Path], None]:
    """Put a migrated database into a data folder that has none yet."""

    def fill(folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / FILE_NAME).exists():
            shutil.copy(migrated_file, folder / FILE_NAME)

    return fill


@pytest.fixture(scope="session")
def _migrated_postgres(postgres_server: Postgres, django_db_blocker: Any) -> str:
    name = "migrated"
    url = postgres_server.make_database(name)
    with django_db_blocker.unblock(), using_database(url):
        call_command("migrate", verbosity=0)
    return name


@pytest.fixture
def migrated_postgres_url(postgres_server: Postgres, _migrated_postgres: str) -> Iterator[str]:
    """A Postgres database of the test's own, with all tables."""
    name = f"migrated_{uuid.uuid4().hex}"
    yield postgres_server.make_database(name, copy_of=_migrated_postgres)
    postgres_server.drop_database(name)
