"""`make lock`: write the hashed locks anew. Run it after a change to one of the .in files.

`uv pip compile` writes no index into its output, and `.npmrc` keeps addresses out of npm's lock.
"""

import sys

from set_up_node import node_and_npm
from set_up_python import index_settings, the_uv
from shared import LOCKS, ROOT, TOOLS, path_with, run, say

COMMON = ["--quiet", "--universal", "--python-version", "3.11", "--generate-hashes", "--no-header"]
PINNED_TOOLS = ("uv", "node")


def main() -> int:
    """Write all locks. Returns the exit code."""
    TOOLS.mkdir(exist_ok=True)
    uv = the_uv()
    if uv is None:
        say("uv could not be had, and only uv writes these locks.")
        return 1
    pairs = [
        (ROOT / f"{name}.in", ROOT / f"{name}.txt") for name in ("requirements", "requirements-dev")
    ]
    pairs += [(LOCKS / f"{name}.in", LOCKS / f"{name}.txt") for name in PINNED_TOOLS]
    for source, target in pairs:
        more = ["-c", "requirements.txt"] if target.name == "requirements-dev.txt" else []
        command = [uv, "pip", "compile", *COMMON, *more, source.relative_to(ROOT)]
        if not run([*command, "-o", target.relative_to(ROOT)], **index_settings()):
            return 1
        say(f"Wrote {target.relative_to(ROOT)}")
    node, npm = node_and_npm()
    written = run(
        [*npm, "install", "--package-lock-only", "--loglevel=error"], PATH=path_with(node)
    )
    say("Wrote package-lock.json" if written else "npm could not write package-lock.json")
    return 0 if written else 1


if __name__ == "__main__":
    sys.exit(main())
