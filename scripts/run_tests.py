"""`make test`: every ring of tests, the cheap ones first; the last lines say what did not run."""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from set_up_chromium import KEPT
from set_up_node import the_node
from shared import ROOT, path_with, say

PYTEST = [sys.executable, "-m", "pytest", "-q"]
ON_SERVERS = [sys.executable, "-m", "tests.on_servers", "-q"]


@dataclass
class Outcome:
    """What became of one group of tests."""

    name: str
    code: int = 1
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    passed: int = 0
    unsteady: list[str] = field(default_factory=list)
    not_run: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Group:
    """One call of pytest, by itself or through the module that starts servers for it."""

    name: str
    arguments: tuple[str, ...]
    command: tuple[str, ...] = tuple(PYTEST)
    # Real processes that share a busy machine: up to so many failures are looked at a second
    # time, alone. What passes then is told at the end, and never silently.
    second_looks: int = 0


GROUPS = (
    Group(
        "pure parts, models, stages and views",
        ("-n", "2", "-m", "not servers and not line and not browser"),
    ),
    Group("servers that the tests start", ("-m", "servers and not line and not browser")),
    Group(
        "models, stages and views again, on Postgres and S3",
        ("-n", "2", "-m", "not servers and not line and not browser and not once"),
        tuple(ON_SERVERS),
    ),
    # Their processes wait for each other more than they work.
    Group(
        "the whole line with real processes",
        ("-n", "3", "-m", "line and not browser"),
        second_looks=2,
    ),
    Group("the browser", ("-n", "2", "-m", "browser"), second_looks=2),
)


def main(arguments: list[str]) -> int:
    """Run everything, or pytest alone with the given arguments. Returns the exit code."""
    environ = test_environment()
    if arguments:
        return subprocess.call([*PYTEST, *arguments], cwd=ROOT, env=environ)
    outcomes = [Outcome("JavaScript"), *(Outcome(group.name) for group in GROUPS)]
    run_javascript(outcomes[0], environ)
    for outcome, group in zip(outcomes[1:], GROUPS, strict=True):
        run_group(outcome, group, environ)
    return report(outcomes)


def test_environment() -> dict[str, str]:
    """Return our environment with the browser named, and without another project's settings."""
    environ = {**os.environ, "PATH": path_with(Path(sys.executable))}
    environ.pop("DJANGO_SETTINGS_MODULE", None)
    if KEPT.is_file():
        environ.setdefault("CHROMIUM", KEPT.read_text().strip())
    return environ


def run_javascript(outcome: Outcome, environ: Mapping[str, str]) -> None:
    """Run the tests of the browser code that need no browser."""
    say(f"\n=== {outcome.name} ===")
    began, used = time.monotonic(), cpu_seconds()
    node = the_node()
    command = [str(node), "--test", "--test-reporter=tap", *javascript_tests()]
    done = subprocess.run(
        command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, text=True, check=False
    )
    lines = done.stdout.splitlines()
    counts = dict(
        line[2:].split(" ", 1) for line in lines if line.startswith("# ") and " " in line[2:]
    )
    outcome.passed = int(counts.get("pass", "0"))
    outcome.not_run = [
        (line.strip(), "skipped or to do") for line in lines if "# SKIP" in line or "# TODO" in line
    ]
    outcome.code = done.returncode if outcome.passed else done.returncode or 1
    outcome.seconds = time.monotonic() - began
    outcome.cpu_seconds = cpu_seconds() - used
    say(done.stdout if outcome.code else f"{outcome.passed} passed")


def javascript_tests() -> list[str]:
    """Return the files; a folder's name means different things to different Nodes."""
    return sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("tests/js/**/*.test.js"))


def run_group(outcome: Outcome, group: Group, environ: Mapping[str, str]) -> None:
    """Run pytest once and take its figures. That nothing was collected counts as a failure."""
    say(f"\n=== {outcome.name} ===")
    began, used = time.monotonic(), cpu_seconds()
    outcome.code, found = run_pytest([*group.command, *group.arguments], environ)
    outcome.passed = found.get("passed", 0)
    outcome.not_run = [(name, reason) for name, reason in found.get("not_run", [])]
    failed = found.get("names_of_failed", [])
    if outcome.code == 1 and 0 < len(failed) <= group.second_looks:
        say(f"\n=== {outcome.name}: a second look at what failed, alone ===")
        outcome.code, again = run_pytest([*group.command, *failed], environ)
        if outcome.code == 0:
            outcome.unsteady = failed
            outcome.passed += again["passed"]
    outcome.seconds = time.monotonic() - began
    outcome.cpu_seconds = cpu_seconds() - used


def run_pytest(command: list[str], environ: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
    """Run it; return its exit code and the figures it wrote, {} when it wrote none."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "report.json"
        code = subprocess.call(command, cwd=ROOT, env={**environ, "TEST_REPORT_FILE": str(target)})
        return code, json.loads(target.read_text()) if target.is_file() else {}


def cpu_seconds() -> float:
    """Return what all ended children have used of the processor."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def report(outcomes: list[Outcome]) -> int:
    """Say what passed, what failed and what did not run, and why. Returns the exit code."""
    say("\n=== everything ===")
    missing: list[tuple[str, str]] = []
    for outcome in outcomes:
        words = "FAILED" if outcome.code else "ok"
        say(
            f"{words:>8}  {outcome.passed:>5} passed  {outcome.seconds:>6.1f} s"
            f"  {outcome.cpu_seconds:>6.1f} s of CPU  {outcome.name}"
        )
        missing += outcome.not_run
        if outcome.code == 5:
            missing.append((outcome.name, "no test was found, which counts as a failure"))
    total = sum(outcome.seconds for outcome in outcomes)
    say(f"{sum(outcome.passed for outcome in outcomes)} tests passed in {total:.0f} s.")
    unsteady = [name for outcome in outcomes for name in outcome.unsteady]
    if unsteady:
        say("Failed beside others and passed alone, which wants mending:")
    for name in unsteady:
        say(f"  {name}")
    if missing:
        say("Did not run:")
    for name, reason in dict.fromkeys(missing):
        say(f"  {name}: {reason}")
    if not missing:
        say("Every test ran.")
    return 0 if all(outcome.code == 0 for outcome in outcomes) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
