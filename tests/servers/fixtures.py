"""Pytest fixtures for the servers; session-wide ones start once per test process, when asked."""

import os
import uuid
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.servers.chromium import FLAGS, chromium_path
from tests.servers.postgres import Postgres
from tests.servers.rabbitmq import RabbitMQ, why_no_rabbitmq
from tests.servers.sandbox import Sandbox, SandboxProcess
from tests.servers.seaweed import (
    ACCESS_KEY_ID,
    SECRET_ACCESS_KEY,
    S3Server,
    Seaweed,
    remove_bucket,
)
from tests.servers.valkey import Valkey, empty

pytest_plugins = ["tests.servers.report"]


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    server = Postgres()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def postgres_url(request: pytest.FixtureRequest) -> str:
    """The URL of a PostgreSQL database; TEST_POSTGRES_URL wins."""
    given = os.environ.get("TEST_POSTGRES_URL")
    return given or request.getfixturevalue("postgres_server").url


@pytest.fixture
def fresh_postgres_url(postgres_server: Postgres) -> Iterator[str]:
    """The URL of an empty database that is dropped afterwards (always on our own server)."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    yield postgres_server.make_database(name)
    postgres_server.drop_database(name)


@pytest.fixture(scope="session")
def valkey_server() -> Iterator[Valkey]:
    server = Valkey()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def valkey_url(request: pytest.FixtureRequest) -> str:
    """The redis:// URL of a Valkey or Redis; TEST_VALKEY_URL wins."""
    given = os.environ.get("TEST_VALKEY_URL")
    return given or request.getfixturevalue("valkey_server").url


@pytest.fixture
def fresh_valkey_url(valkey_server: Valkey) -> str:
    """The URL of an empty Valkey (always our own: nobody else's data are wiped)."""
    empty(valkey_server.url)
    return valkey_server.url


@pytest.fixture(scope="session")
def rabbitmq_server() -> Iterator[RabbitMQ]:
    """A RabbitMQ of our own, which a test may stop and start; skips where none is installed."""
    reason = why_no_rabbitmq()
    if reason:
        pytest.skip(reason)
    server = RabbitMQ()
    yield server
    server.stop()


@pytest.fixture
def fresh_rabbitmq_url(rabbitmq_server: RabbitMQ) -> str:
    """The URL of a RabbitMQ without NanoEdit's queue (always our own)."""
    rabbitmq_server.empty()
    return rabbitmq_server.url


@pytest.fixture
def rabbitmq_url(request: pytest.FixtureRequest) -> str:
    """The amqp:// URL of a RabbitMQ; TEST_RABBITMQ_URL wins."""
    given = os.environ.get("TEST_RABBITMQ_URL")
    return given or request.getfixturevalue("fresh_rabbitmq_url")


@pytest.fixture(scope="session")
def seaweed() -> Iterator[Seaweed]:
    server = Seaweed()
    yield server
    server.stop()


def _given_s3(variable: str) -> S3Server | None:
    url = os.environ.get(variable)
    if not url:
        return None
    return S3Server(
        url,
        os.environ.get("TEST_S3_ACCESS_KEY_ID", ACCESS_KEY_ID),
        os.environ.get("TEST_S3_SECRET_ACCESS_KEY", SECRET_ACCESS_KEY),
        ca_file=os.environ.get("TEST_S3_CA_FILE", "") if url.startswith("https:") else "",
    )


@pytest.fixture(scope="session")
def s3_server(request: pytest.FixtureRequest) -> S3Server:
    """An S3 server over plain HTTP; TEST_S3_ENDPOINT_URL wins."""
    given = _given_s3("TEST_S3_ENDPOINT_URL")
    return given or request.getfixturevalue("seaweed").plain


@pytest.fixture(scope="session")
def s3_tls_server(request: pytest.FixtureRequest) -> S3Server:
    """The same over TLS; TEST_S3_TLS_ENDPOINT_URL wins."""
    given = _given_s3("TEST_S3_TLS_ENDPOINT_URL")
    return given or request.getfixturevalue("seaweed").tls


def _with_bucket(server: S3Server) -> Iterator[S3Server]:
    server = replace(server, bucket=f"nanoedit-{uuid.uuid4().hex[:12]}")
    server.client().create_bucket(Bucket=server.bucket)
    yield server
    remove_bucket(server)


@pytest.fixture
def s3_bucket(s3_server: S3Server) -> Iterator[S3Server]:
    """A new empty bucket, removed afterwards. `.settings()` is NanoEdit's environment for it."""
    yield from _with_bucket(s3_server)


@pytest.fixture
def s3_tls_bucket(s3_tls_server: S3Server) -> Iterator[S3Server]:
    """The same, reached over TLS."""
    yield from _with_bucket(s3_tls_server)


@pytest.fixture(scope="session")
def sandbox_server() -> Iterator[Sandbox]:
    given = os.environ.get("TEST_SANDBOX_URL")
    if given:
        yield Sandbox(given.rstrip("/"))
        return
    process = SandboxProcess("--remember", "300")
    yield process
    process.stop()


@pytest.fixture
def sandbox(sandbox_server: Sandbox) -> Sandbox:
    """The sandbox without a delay, with no calls counted and no faults queued."""
    sandbox_server.forget_calls()
    sandbox_server.fail_with()
    return sandbox_server


@pytest.fixture
def sandbox_url(sandbox: Sandbox) -> str:
    return sandbox.url


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    """How pytest-playwright starts the browser. CHROMIUM wins."""
    path = chromium_path()
    assert path, "no Chromium: run `make test`, or set CHROMIUM to the path of one"
    return {"executable_path": path, "args": FLAGS}
