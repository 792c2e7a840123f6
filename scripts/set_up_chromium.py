"""Finds a Chromium for the browser tests, or fetches one: Debian's as root, else the one in npm.

Debian also packs the same browser without a window, which needs a third less of the processor:
as root that one is fetched even where another Chromium is there already.
"""

import os
import shutil
from pathlib import Path

from set_up_node import node_and_npm
from shared import TOOLS, CannotSetUp, path_with, run, said, say

SHELL = "chromium-headless-shell"
NAMES = (SHELL, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FALLBACK = "@sparticuz/chromium@153.0.0"
KEPT = TOOLS / "chromium-path"
UNPACK = (
    "import('@sparticuz/chromium').then(async m => console.log(await m.default.executablePath()))"
)


def set_up_chromium() -> None:
    """Write the path of a working browser to `.tools/chromium-path` and say which it is."""
    found = the_chromium()
    # Tried once: where it cannot be had, nobody waits for that again.
    is_first = not os.environ.get("CHROMIUM") and not KEPT.is_file()
    if not found or (is_first and not shutil.which(SHELL)):
        found = from_debian(*([SHELL] if found else [SHELL, "chromium"])) or found or from_npm()
    if not found:
        raise CannotSetUp(
            "no Chromium was found and none could be fetched. Set CHROMIUM to a path."
        )
    KEPT.write_text(found)
    say(f"Browser for the tests: {found} ({version_of(found)})")


def the_chromium() -> str:
    """Return the browser that is there already, or an empty string."""
    given = os.environ.get("CHROMIUM", "")
    if given and not version_of(given):
        raise CannotSetUp(f"CHROMIUM is {given!r}, which is no browser that starts.")
    kept = KEPT.read_text().strip() if KEPT.is_file() else ""
    for path in (given, *(shutil.which(name) or "" for name in NAMES), kept):
        if path and version_of(path):
            return path
    return ""


def version_of(path: str) -> str:
    """Return what the browser says of itself, or an empty string when it does not start."""
    return said([path, "--version"]) if Path(path).exists() else ""


def from_debian(*names: str) -> str:
    """Install one of Debian's packages where we are root; the path, or an empty string."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return ""
    say("Installing Debian's Chromium for tests …")
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    apt = ["apt-get", "-qq", "-o", "Acquire::Retries=1", "-o", "Acquire::http::Timeout=20"]
    run([*apt, "update"], **quiet)
    for name in names:
        run([*apt, "install", "-y", "--no-install-recommends", name], **quiet)
        found = shutil.which(name)
        if found and version_of(found):
            return found
    return ""


def from_npm() -> str:
    """Unpack the Chromium that an npm package carries; the path, or an empty string."""
    say("Fetching a Chromium from npm …")
    node, npm = node_and_npm()
    folder = TOOLS / "chromium"
    (folder / "unpacked").mkdir(parents=True, exist_ok=True)
    (folder / "package.json").write_text('{"private": true}\n')
    command = [*npm, "install", "--prefix", folder, "--no-save", "--no-audit", "--no-fund"]
    if not run([*command, "--loglevel=error", FALLBACK], PATH=path_with(node)):
        return ""
    (folder / "unpack.mjs").write_text(UNPACK + "\n")
    found = said([node, folder / "unpack.mjs"], TMPDIR=str(folder / "unpacked"))
    return found if found and version_of(found) else ""
