"""`make lint`: every check that needs no running program; all of them run, then it fails or not."""

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from set_up_node import the_node
from shared import ROOT, say

PYTHON = sys.executable
TYPED = ["nanoedit_site", "editor", "sandbox", "manage.py"]
# Written so that this file does not find itself.
HOSTS = re.compile(
    r"pypi[.]org|pythonhosted[.]org|npmjs[.](org|com)|yarnpkg[.]com|//[^/\s\"]*/simple\b"
    r"|--(extra-)?index-url[ =]\S|--find-links[ =]\S"
)
LOCK_ADDRESS = re.compile(r"\"resolved\"\s*:")
LOCK_FILES = ("package-lock.json",)
SKIPPED_FOLDERS = {".git", ".venv", ".tools", "node_modules", "var", "test-results"}
PRODUCTION = {
    "NANOEDIT_DEBUG": "0",
    "NANOEDIT_HTTPS": "1",
    "NANOEDIT_HOSTS": "nanoedit.example",
    "NANOEDIT_SECRET_KEY": "only-for-this-check-0123456789-abcdefghijklmnopqrstuvwxyz",
    "NANOGPT_API_KEY": "sk-nano-only-for-this-check",
    "DATABASE_URL": "postgres://nanoedit@127.0.0.1:5432/nanoedit",
    "CELERY_BROKER_URL": "redis://127.0.0.1:6379/0",
}


@dataclass(frozen=True)
class Check:
    """A name, and what returns (passed, output)."""

    name: str
    do: Callable[[], tuple[bool, str]]


def command(*words: str, **variables: str) -> Callable[[], tuple[bool, str]]:
    """Return a check that passes when the command does."""

    def do() -> tuple[bool, str]:
        environ = {name: value for name, value in os.environ.items() if name != "PYTHONWARNINGS"}
        environ |= {"DJANGO_SETTINGS_MODULE": "nanoedit_site.settings", **variables}
        done = subprocess.run(
            words,
            cwd=ROOT,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return done.returncode == 0, done.stdout

    return do


def no_registry_host() -> tuple[bool, str]:
    """Pass when no file names a package index: the machine's own settings decide."""
    found = []
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in SKIPPED_FOLDERS]
        for name in names:
            path = Path(folder, name)
            try:
                text = path.read_text()
            except (UnicodeDecodeError, OSError):
                continue
            for number, line in enumerate(text.splitlines(), 1):
                if HOSTS.search(line) or (name in LOCK_FILES and LOCK_ADDRESS.search(line)):
                    found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:120]}")
    return not found, "\n".join(found)


def checks(scratch: str) -> list[Check]:
    """Return every check; the slow ones first, two run at a time."""
    plain = {"NANOEDIT_DATA_DIR": scratch, "NANOEDIT_ENV_FILE": os.devnull}
    tsc = str(ROOT / "node_modules" / "typescript" / "bin" / "tsc")
    manage = (PYTHON, "manage.py")
    return [
        Check("types (mypy)", command(PYTHON, "-m", "mypy", *TYPED, **plain)),
        Check("style (ruff)", command(PYTHON, "-m", "ruff", "check", ".")),
        Check("format (ruff)", command(PYTHON, "-m", "ruff", "format", "--check", ".")),
        Check("imports run downwards", command(str(Path(PYTHON).with_name("lint-imports")))),
        Check(
            "templates (djlint)", command(PYTHON, "-m", "djlint", "templates", "--lint", "--quiet")
        ),
        Check("types of the browser code", command(str(the_node()), tsc, "--noEmit", "-p", ".")),
        Check(
            "migrations are complete",
            command(*manage, "makemigrations", "--check", "--dry-run", **plain),
        ),
        Check(
            "settings for production",
            command(*manage, "check", "--deploy", "--fail-level", "WARNING", **plain, **PRODUCTION),
        ),
        Check("no file names a package index", no_registry_host),
    ]


def main() -> int:
    """Run all checks and show the output of those that fail. Returns the exit code."""
    failed = []
    with tempfile.TemporaryDirectory() as scratch, ThreadPoolExecutor(2) as pool:

        def timed(check: Check) -> tuple[Check, bool, str, float]:
            began = time.monotonic()
            passed, output = check.do()
            return check, passed, output, time.monotonic() - began

        for check, passed, output, seconds in pool.map(timed, checks(scratch)):
            say(f"{'ok' if passed else 'FAILED':>6}  {seconds:5.1f} s  {check.name}")
            if not passed:
                say(output.rstrip())
                failed.append(check.name)
    say("All checks passed." if not failed else f"Failed: {', '.join(failed)}.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
