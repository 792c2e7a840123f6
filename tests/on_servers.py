"""`python -m tests.on_servers`: the stage, model and view rings once more, on real servers.

What passes on SQLite and local files must pass on Postgres and an S3-compatible server
too. Starts both, hands their addresses to tests/settings.py, and runs pytest.
"""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from pathlib import Path

from tests.servers.migrated import migrate
from tests.servers.postgres import Postgres
from tests.servers.seaweed import Seaweed

ROOT = Path(__file__).resolve().parent.parent
RINGS = ("tests/models", "tests/stages", "tests/views")


def main(arguments: list[str]) -> int:
    """Run pytest with `arguments`, on the rings unless they name files; give its exit code."""
    named = any((ROOT / argument.partition("::")[0]).exists() for argument in arguments)
    given_database = os.environ.get("TEST_POSTGRES_URL")
    postgres = None if given_database else Postgres()
    seaweed = Seaweed()
    try:
        bucket = f"nanoedit-{uuid.uuid4().hex[:12]}"
        seaweed.plain.client().create_bucket(Bucket=bucket)
        storage = {f"TEST_RUN_{name}": value for name, value in seaweed.plain.settings().items()}
        environ = {
            **os.environ,
            **storage,
            "TEST_RUN_S3_BUCKET": bucket,
            "TEST_RUN_DATABASE_URL": given_database or str(postgres and postgres.url),
        }
        if postgres:
            # Django copies it for each process of the run and finds nothing left to migrate.
            migrate(postgres.make_database("migrated"))
            environ["TEST_RUN_TEMPLATE"] = "migrated"
        command = [sys.executable, "-m", "pytest", *(() if named else RINGS), *arguments]
        return subprocess.run(command, cwd=ROOT, env=environ, check=False).returncode
    finally:
        seaweed.stop()
        if postgres:
            postgres.stop()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
