"""A pytest plugin: the cheap rings first, and nothing skipped silently.

Every test that did not run is listed at the end with its reason; a skip without a reason fails
the run. With TEST_REPORT_FILE set, the figures are also written there for `make test`.
"""

import json
import os
from pathlib import Path
from typing import Any

import pytest

# From the cheapest to the dearest, so that failures come early.
RINGS = ("imaging", "nanogpt", "sandbox", "house", "models", "stages", "views")
DEAR_MARKS = ("servers", "line", "browser")
NO_REASONS = ("", "unconditional skip", "<Skipped instance>")


def ring_of(item: pytest.Item) -> int:
    """Return how dear a test is."""
    for place, mark in enumerate(DEAR_MARKS):
        if item.get_closest_marker(mark):
            return len(RINGS) + 1 + place
    parts = item.path.parts
    return next((place for place, ring in enumerate(RINGS) if ring in parts), len(RINGS))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort by ring; within a ring the (random) order stays."""
    items.sort(key=ring_of)


def reason_of(report: Any) -> str:
    """Return why a test did not run to its end."""
    if hasattr(report, "wasxfail"):
        return f"expected to fail: {report.wasxfail}"
    if isinstance(report.longrepr, tuple):
        return str(report.longrepr[2]).removeprefix("Skipped:").strip()
    return str(report.longrepr or "").strip()


def not_run(terminalreporter: Any) -> list[tuple[str, str]]:
    """Return each test that was skipped or is expected to fail, with the reason."""
    reports = [
        *terminalreporter.stats.get("skipped", []),
        *terminalreporter.stats.get("xfailed", []),
    ]
    return sorted({(str(report.nodeid), reason_of(report)) for report in reports})


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """List what did not run, as the last lines."""
    missing = not_run(terminalreporter)
    if missing:
        terminalreporter.section("did not run")
    for name, reason in missing:
        terminalreporter.line(f"{name}: {reason or 'NO REASON GIVEN, so the run fails'}")
    target = os.environ.get("TEST_REPORT_FILE")
    if target:
        counted = {
            kind: len(terminalreporter.stats.get(kind, []))
            for kind in ("passed", "failed", "error", "xpassed", "deselected")
        }
        failed = sorted(
            {
                str(report.nodeid)
                for kind in ("failed", "error")
                for report in terminalreporter.stats.get(kind, [])
            }
        )
        told = {**counted, "not_run": missing, "names_of_failed": failed}
        Path(target).write_text(json.dumps(told))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run in which something was skipped without a reason."""
    terminalreporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if terminalreporter is None:
        return
    unexplained = [name for name, reason in not_run(terminalreporter) if reason in NO_REASONS]
    if unexplained and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
