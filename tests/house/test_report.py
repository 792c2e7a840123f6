"""Nothing is skipped silently: what the report plugin says of tests that do not run."""

import json
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]
INI = """
[pytest]
addopts = -p no:cacheprovider -p no:randomly -p no:django -p tests.servers.report
markers =
    servers: x
    line: x
    browser: x
"""


@pytest.fixture
def inner(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2]))
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    monkeypatch.delenv("DJANGO_SETTINGS_MODULE", raising=False)
    monkeypatch.delenv("TEST_REPORT_FILE", raising=False)
    pytester.makefile(".ini", pytest=INI)
    return pytester


@pytest.mark.parametrize("workers", ["0", "1"])
def test_a_skip_with_a_reason_is_listed_last_and_passes(
    inner: pytest.Pytester, workers: str
) -> None:
    inner.makepyfile(
        "import pytest\n"
        "def test_runs(): pass\n"
        "@pytest.mark.skip(reason='no broker here')\n"
        "def test_waits(): pass\n"
        "@pytest.mark.xfail(reason='known to fail', strict=True)\n"
        "def test_known(): assert False\n"
    )
    result = inner.runpytest_subprocess("-n", workers)
    assert result.ret == 0
    result.stdout.fnmatch_lines(["*did not run*", "*test_known: *known to fail*"])
    result.stdout.fnmatch_lines(["*::test_waits: no broker here"])


@pytest.mark.parametrize("workers", ["0", "1"])
def test_a_skip_without_a_reason_fails_the_run(inner: pytest.Pytester, workers: str) -> None:
    inner.makepyfile("import pytest\n@pytest.mark.skip\ndef test_waits(): pass\n")
    result = inner.runpytest_subprocess("-n", workers)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*::test_waits: *"])


def test_cheap_rings_come_first(inner: pytest.Pytester) -> None:
    for ring, mark in (("views", ""), ("stages", ""), ("imaging", ""), ("house", "line")):
        folder = inner.mkpydir(ring)
        marked = f"import pytest\npytestmark = pytest.mark.{mark}\n" if mark else ""
        (folder / f"test_{ring}.py").write_text(f"{marked}def test_one(): pass\n")
    result = inner.runpytest_subprocess("-v")
    names = [line.split("::")[0] for line in result.outlines if "::test_one PASSED" in line]
    assert [name.split("/")[0] for name in names] == ["imaging", "stages", "views", "house"]


def test_the_figures_are_written_for_the_summary(
    inner: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = inner.path / "report.json"
    monkeypatch.setenv("TEST_REPORT_FILE", str(target))
    inner.makepyfile(
        "import pytest\n"
        "def test_runs(): pass\n"
        "def test_breaks(): assert False\n"
        "def test_waits(): pytest.skip('too early')\n"
    )
    assert inner.runpytest_subprocess().ret == 1
    found = json.loads(target.read_text())
    assert (found["passed"], found["failed"]) == (1, 1)
    assert [reason for _, reason in found["not_run"]] == ["too early"]
    (name,) = found["names_of_failed"]
    assert name.endswith("::test_breaks")
