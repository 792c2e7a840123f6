"""The site's settings with fast and offline choices.

Nothing of the machine's own environment or `.env` gets in. The stage, model and view
rings run on SQLite in memory and local files; with NANOEDIT_TEST_SERVERS=1 the same
rings run on Postgres and an S3-compatible server, whose addresses the test run puts
into TEST_RUN_DATABASE_URL and TEST_RUN_S3_….
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from nanoedit_site.env import OUR_PREFIXES

for _name in [name for name in os.environ if name.startswith(OUR_PREFIXES) or name == "PORT"]:
    del os.environ[_name]
_folder = Path(tempfile.mkdtemp(prefix="nanoedit-tests-"))
atexit.register(shutil.rmtree, _folder, ignore_errors=True)
(_folder / "empty.env").touch()
os.environ["NANOEDIT_ENV_FILE"] = str(_folder / "empty.env")
os.environ["NANOEDIT_DATA_DIR"] = str(_folder)
if os.environ.get("TEST_RUN_DATABASE_URL"):
    os.environ["DATABASE_URL"] = os.environ["TEST_RUN_DATABASE_URL"]
for _name in ("BUCKET", "ENDPOINT_URL", "ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "REGION"):
    if os.environ.get(f"TEST_RUN_S3_{_name}"):
        os.environ[f"S3_{_name}"] = os.environ[f"TEST_RUN_S3_{_name}"]
if os.environ.get("S3_BUCKET") and os.environ.get("PYTEST_XDIST_WORKER"):
    # Processes that test side by side must not find each other's files.
    os.environ["S3_BUCKET"] += f"-{os.environ['PYTEST_XDIST_WORKER']}"

from nanoedit_site.settings import *  # noqa: E402, F403

del os.environ["NANOEDIT_DATA_DIR"], os.environ["NANOEDIT_ENV_FILE"]
for _name in [name for name in os.environ if name.startswith(OUR_PREFIXES)]:
    del os.environ[_name]


ALLOWED_HOSTS = ["*"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
WHITENOISE_AUTOREFRESH = True
LEASE_SECONDS = 30.0
CELERY_BROKER_URL = "memory://"
CELERY_TASK_ALWAYS_EAGER = False
HINTS_REACH_WORKERS = False
LIVE_DATABASE = _folder / "live.sqlite3"  # of processes that serve pages themselves
if os.environ.get("TEST_RUN_TEMPLATE"):
    DATABASES["default"]["TEST"] = {"TEMPLATE": os.environ["TEST_RUN_TEMPLATE"]}  # noqa: F405
