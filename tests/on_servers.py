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
MOST_WORKERS = 4  # processes of pytest-xdist; tests/settings.py gives each a bucket
RINGS = ("tests/models", "tests/stages", "tests/views")
# Files about what neither database nor storage has a say in: sums, plots, imaging, what is refused,
# the upstream's answers. What they keep is kept by stages that others try here. Name one to run it.
LEFT_OUT = (
    "tests/models/test_money.py",
    "tests/models/test_plots.py",
    "tests/stages/test_bad_answers.py",
    "tests/stages/test_bad_inputs.py",
    "tests/stages/test_pack_bombs.py",
    "tests/stages/test_zipping.py",
    "tests/views/test_adjusting.py",
    "tests/views/test_downloads.py",
    "tests/views/test_extending.py",
    "tests/views/test_metrics.py",
    "tests/views/test_selecting.py",
)


def main(arguments: list[str]) -> int:
    """Run pytest with `arguments`, on the rings unless they name files; give its exit code."""
    named = any((ROOT / argument.partition("::")[0]).exists() for argument in arguments)
    given_database = os.environ.get("TEST_POSTGRES_URL")
    postgres = None if given_database else Postgres()
    seaweed = Seaweed()
    try:
        bucket = f"nanoedit-{uuid.uuid4().hex[:12]}"
        client = seaweed.plain.client()
        for ending in ("", *(f"-gw{worker}" for worker in range(MOST_WORKERS))):
            client.create_bucket(Bucket=f"{bucket}{ending}")
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
        what = () if named else (*RINGS, *(f"--ignore={path}" for path in LEFT_OUT))
        command = [sys.executable, "-m", "pytest", *what, *arguments]
        return subprocess.run(command, cwd=ROOT, env=environ, check=False).returncode
    finally:
        seaweed.stop()
        if postgres:
            postgres.stop()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
