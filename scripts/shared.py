"""What the set-up scripts have in common. Standard library only."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / ".tools"
LOCKS = ROOT / "scripts" / "locks"
VENV = ROOT / ".venv"


class CannotSetUp(Exception):
    """Something a person must do first; the text says what."""


def say(text: str) -> None:
    """Tell a person what is going on."""
    print(text, flush=True)


def run(command: Sequence[str | Path], **variables: str) -> bool:
    """Run a command in the project's root; True when it went well. Its output is passed on."""
    return (
        subprocess.call([str(word) for word in command], cwd=ROOT, env=environment(variables)) == 0
    )


def said(command: Sequence[str | Path], **variables: str) -> str:
    """Return what a command prints, or an empty string when it fails."""
    done = subprocess.run(
        [str(word) for word in command],
        cwd=ROOT,
        env=environment(variables),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    return done.stdout.strip() if done.returncode == 0 else ""


def environment(variables: Mapping[str, str]) -> dict[str, str]:
    """Return our environment with these on top, and caches that work wherever HOME points."""
    found = {**os.environ, "npm_config_update_notifier": "false", **variables}
    if not home_is_usable():
        found.setdefault("UV_CACHE_DIR", str(TOOLS / "cache" / "uv"))
        found.setdefault("npm_config_cache", str(TOOLS / "cache" / "npm"))
        found.setdefault("PIP_CACHE_DIR", str(TOOLS / "cache" / "pip"))
    return found


def home_is_usable() -> bool:
    """True when HOME is a folder of ours to write in."""
    home = os.environ.get("HOME", "")
    return bool(home) and Path(home).is_dir() and os.access(home, os.W_OK)


def path_with(program: Path) -> str:
    """Return a PATH on which this program is found first."""
    return f"{program.parent}:{os.environ.get('PATH', '')}"


def digest(*files: Path) -> str:
    """Return one hash for the contents of these files, on this Python, at this place."""
    found = hashlib.sha256(f"{sys.version} {ROOT}".encode())
    for file in files:
        found.update(file.read_bytes())
    return found.hexdigest()


def holds(stamp: Path, text: str) -> bool:
    """True when the stamp file exists and says exactly this."""
    return stamp.is_file() and stamp.read_text() == text
