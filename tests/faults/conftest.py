"""Places to try faults in: file SQLite for every test, Postgres for those that ask."""

import shutil

import pytest

from tests.faults.place import Place, data_dir, using_database
from tests.servers.launching import free_ports
from tests.servers.sandbox import SandboxProcess


@pytest.fixture
def sqlite_url(migrated_file, tmp_path) -> str:
    """A SQLite file of the test's own."""
    shutil.copy(migrated_file, tmp_path / "faults.sqlite3")
    return f"sqlite:///{tmp_path / 'faults.sqlite3'}"


@pytest.fixture
def database_url(request) -> str:
    """SQLite; Postgres for tests parametrised with it."""
    kind = getattr(request, "param", "sqlite")
    name = "sqlite_url" if kind == "sqlite" else "migrated_postgres_url"
    return request.getfixturevalue(name)


@pytest.fixture
def free_port() -> int:
    """A port that nobody listens on."""
    return free_ports(1)[0]


@pytest.fixture(scope="session")
def slow_sandbox():
    """An upstream that takes a moment, so that things can happen meanwhile."""
    process = SandboxProcess("--delay", "0.5")
    yield process
    process.stop()


@pytest.fixture
def place(database_url, slow_sandbox, django_db_blocker, settings):
    """Where the test happens."""
    slow_sandbox.forget_calls()
    slow_sandbox.fail_with()
    settings.NANOGPT_BASE_URL = slow_sandbox.url
    with django_db_blocker.unblock(), using_database(database_url):
        here = Place(database_url, slow_sandbox, data_dir())
        yield here
        here.close()
