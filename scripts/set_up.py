"""Makes a fresh clone ready: `python3 scripts/set_up.py runtime|dev|node|chromium|rabbitmq …`.

Needs nothing but Python 3.11 and its standard library, and does nothing when nothing changed.
"""

import fcntl
import shutil
import subprocess
import sys
from pathlib import Path

from set_up_chromium import set_up_chromium
from set_up_node import set_up_node
from set_up_python import set_up_python
from set_up_rabbitmq import set_up_rabbitmq
from shared import ROOT, TOOLS, CannotSetUp

OLDEST = (3, 11)


def main(parts: list[str]) -> int:
    """Set up the named parts, in order. Returns the exit code."""
    if sys.version_info < OLDEST:
        return again_with_newer_python()
    TOOLS.mkdir(exist_ok=True)
    with (TOOLS / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two first starts in one clone take turns
        try:
            for part in parts:
                if part in ("runtime", "dev"):
                    set_up_python(part)
                elif part == "node":
                    set_up_node()
                elif part == "chromium":
                    set_up_chromium()
                elif part == "rabbitmq":
                    set_up_rabbitmq()
                else:
                    raise CannotSetUp(f"there is no part called {part!r}")
        except CannotSetUp as problem:
            print(f"NanoEdit cannot be set up: {problem}", file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            print("Interrupted; the next start goes on from here.", file=sys.stderr)
            return 130
    return 0


def again_with_newer_python() -> int:
    """Run this script with a Python that is new enough, where one is on the path."""
    for minor in range(16, OLDEST[1] - 1, -1):
        found = shutil.which(f"python3.{minor}")
        if found:
            return subprocess.call([found, str(Path(__file__)), *sys.argv[1:]], cwd=ROOT)
    have = ".".join(map(str, sys.version_info[:3]))
    print(f"NanoEdit needs Python 3.11 or newer; this is {have}.", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or ["runtime"]))
