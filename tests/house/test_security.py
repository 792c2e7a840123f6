"""What docs/security.md promises is shown by tests that exist; and the settings for production."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import RequestFactory

from editor.throttles import client_address

ROOT = Path(__file__).parents[2]
TABLE = (ROOT / "docs" / "security.md").read_text()
PRODUCTION = {
    "NANOEDIT_DEBUG": "0",
    "NANOEDIT_HTTPS": "1",
    "NANOEDIT_HOSTS": "nanoedit.example",
    "NANOEDIT_SECRET_KEY": "only-for-this-check-0123456789-abcdefghijklmnopqrstuvwxyz",
    "NANOGPT_API_KEY": "sk-nano-only-for-this-check",
    "DATABASE_URL": "postgres://nanoedit@127.0.0.1:5432/nanoedit",
    "CELERY_BROKER_URL": "redis://127.0.0.1:6379/0",
}
COOKIES = (
    "import json; from nanoedit_site import settings as s; "
    "print(json.dumps({n: getattr(s, n) for n in ('SESSION_COOKIE_NAME', 'CSRF_COOKIE_NAME', "
    "'DEVICE_COOKIE_NAME', 'SESSION_COOKIE_SECURE', 'CSRF_COOKIE_SECURE', "
    "'SESSION_COOKIE_HTTPONLY', 'SESSION_COOKIE_SAMESITE', 'SESSION_COOKIE_AGE')} "
    "| {'silenced': getattr(s, 'SILENCED_SYSTEM_CHECKS', [])}))"
)


def in_production(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run Python with the settings of a server that people reach."""
    given = {"NANOEDIT_DATA_DIR": str(folder), "NANOEDIT_ENV_FILE": os.devnull}
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return subprocess.run(
        [sys.executable, *words],
        cwd=ROOT,
        env={**kept, **PRODUCTION, **given},
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_test_named_in_the_table_exists():
    lines = [line for line in TABLE.splitlines() if line.startswith("| ")][2:]
    assert len(lines) > 20
    for line in lines:
        named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", line.rpartition(" | ")[2] or line)
        named = named or re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", line)
        assert named, f"no test shows it: {line[:80]}"
    for file, name in re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", TABLE):
        assert f"def {name}(" in (ROOT / file).read_text(), f"{file}::{name}"


def test_djangos_check_for_production_finds_nothing(tmp_path):
    told = in_production(tmp_path, "manage.py", "check", "--deploy", "--fail-level", "WARNING")
    assert told.returncode == 0, told.stderr
    assert "no issues" in told.stdout
    assert "0 silenced" in told.stdout


def test_cookies_in_production_are_strict(tmp_path):
    told = json.loads(in_production(tmp_path, "-c", COOKIES).stdout)
    for name in ("SESSION", "CSRF", "DEVICE"):
        assert told[f"{name}_COOKIE_NAME"].startswith("__Host-")
    assert told["SESSION_COOKIE_SECURE"]
    assert told["CSRF_COOKIE_SECURE"]
    assert told["SESSION_COOKIE_HTTPONLY"]
    assert told["SESSION_COOKIE_SAMESITE"] == "Lax"
    assert told["SESSION_COOKIE_AGE"] <= 14 * 24 * 3600
    assert told["silenced"] == []


@pytest.mark.parametrize("header", ["X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-For"])
def test_what_a_visitor_says_of_a_proxy_is_ignored(settings, header):
    settings.PROXIES = 0
    said = {"X-Forwarded-Proto": "https"}.get(header, "192.0.2.66")
    request = RequestFactory().get("/", REMOTE_ADDR="198.51.100.7", headers={header: said})
    assert client_address(request) == "198.51.100.7"
    assert request.get_host() == "testserver"
    assert not request.is_secure()
