"""Makes `.venv` from the hashed locks, with uv where it can be had and with pip where it cannot.

No package index is named anywhere: uv is told what this machine's pip has been told.
"""

import json
import os
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

from shared import LOCKS, ROOT, TOOLS, VENV, CannotSetUp, digest, run, said, say

STAMP = VENV / "installed.json"
RUNTIME_LOCK, DEV_LOCK = ROOT / "requirements.txt", ROOT / "requirements-dev.txt"
NO_PIP = (
    "this Python has neither pip nor venv. On Debian or Ubuntu, run "
    "`apt-get install python3-venv` as root; then try again."
)
QUIET_PIP = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_ROOT_USER_ACTION": "ignore"}
# pip's words for where packages come from, and uv's.
TOLD_TO_PIP = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "trusted-host": "UV_INSECURE_HOST",
    "cert": "SSL_CERT_FILE",
    "default-timeout": "UV_HTTP_TIMEOUT",
    "timeout": "UV_HTTP_TIMEOUT",
    "no-index": "UV_NO_INDEX",
}


def set_up_python(part: str) -> None:
    """Install the lock of `runtime` or `dev` into `.venv`, unless just that is there already."""
    runtime, dev = digest(RUNTIME_LOCK), digest(RUNTIME_LOCK, DEV_LOCK)
    wanted = {"runtime": runtime} | ({"dev": dev} if part == "dev" else {})
    there = installed()
    if wanted.items() <= there.items():
        return
    # A new runtime lock shall not throw the checks out, nor out of a `.venv` made by hand.
    if "dev" in there or (VENV / "bin" / "pytest").exists():
        part, wanted = "dev", {"runtime": runtime, "dev": dev}
    say("Installing what NanoEdit runs on …" if part == "runtime" else "Installing the checks …")
    STAMP.unlink(missing_ok=True)
    lock = DEV_LOCK if part == "dev" else RUNTIME_LOCK
    if not (with_uv(lock) or with_pip(lock)):
        raise CannotSetUp(f"the packages of {lock.name} could not be installed; see above.")
    STAMP.write_text(json.dumps(wanted))


def installed() -> dict[str, str]:
    """Return what the stamp says is in `.venv`; nothing when that is broken or gone."""
    if not (VENV / "bin" / "python").exists() or not STAMP.is_file():
        return {}
    return dict(json.loads(STAMP.read_text()))


def with_uv(lock: Path) -> bool:
    """Install with uv; False when it cannot be had or fails."""
    uv = the_uv()
    if uv is None:
        return False
    told = index_settings()
    if not (VENV / "bin" / "python").exists():
        shutil.rmtree(VENV, ignore_errors=True)
        make = [uv, "venv", "--quiet", "--no-python-downloads", "--python", sys.executable]
        if not run([*make, VENV], **told):
            return False
    command = [uv, "pip", "sync", "--quiet", "--python", VENV / "bin" / "python"]
    return run([*command, "--require-hashes", "--compile-bytecode", lock], **told)


def with_pip(lock: Path) -> bool:
    """Install with pip: slower, but it needs nothing else."""
    say("uv could not do it; pip takes about a minute …")
    shutil.rmtree(VENV, ignore_errors=True)
    if not has("venv") or not has("ensurepip"):
        raise CannotSetUp(NO_PIP)
    if not run([sys.executable, "-m", "venv", VENV]):
        return False
    pip = [VENV / "bin" / "python", "-m", "pip", "install", "--quiet"]
    return run([*pip, "--require-hashes", "--no-deps", "-r", lock], **QUIET_PIP)


def the_uv() -> Path | None:
    """Return the pinned uv, fetched by pip at the first time; else one on the path; else None."""
    lock, folder = LOCKS / "uv.txt", TOOLS / "uv"
    program, stamp = folder / "bin" / "uv", folder / "installed"
    if program.exists() and stamp.is_file() and stamp.read_text() == digest(lock):
        return program
    shutil.rmtree(folder, ignore_errors=True)
    pip = a_pip()
    if pip:
        command = [*pip, "install", "--quiet", "--require-hashes", "--no-deps", "--target", folder]
        if run([*command, "-r", lock], **QUIET_PIP) and program.exists():
            stamp.write_text(digest(lock))
            return program
    found = shutil.which("uv")
    return Path(found) if found else None


def a_pip() -> list[str]:
    """Return the command of a pip: this Python's own, or one in a small environment."""
    if has("pip"):
        return [sys.executable, "-m", "pip"]
    if not has("venv") or not has("ensurepip"):
        if shutil.which("uv"):
            return []
        raise CannotSetUp(NO_PIP)
    python = TOOLS / "pip" / "bin" / "python"
    if not python.exists() and not run([sys.executable, "-m", "venv", TOOLS / "pip"]):
        return []
    return [str(python), "-m", "pip"]


def has(module: str) -> bool:
    """True when this Python brings the module. Debian splits some off."""
    return find_spec(module) is not None


def index_settings() -> dict[str, str]:
    """Return for uv what this machine's pip is told by its files and its environment.

    What is said to uv itself wins. pip looks through all indexes alike, so uv shall too; the
    hashes in the lock make that safe.
    """
    told: dict[str, str] = {}
    for line in said([*(a_pip() or ["pip"]), "config", "list"]).splitlines():
        key, _, value = line.partition("=")
        name = TOLD_TO_PIP.get(key.rpartition(".")[2])
        words = value.strip().strip("'\"").replace("\\n", " ").split()
        if name and words:
            told[name] = " ".join(words)
    if "UV_INDEX" in told or "UV_FIND_LINKS" in told:
        told["UV_INDEX_STRATEGY"] = "unsafe-best-match"
    return {name: value for name, value in told.items() if name not in os.environ}
