"""The set-up of a fresh clone: no index is named, and what is missing is said in one line."""

import importlib
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.house.processes import ROOT

LOCKS = sorted([*ROOT.glob("requirements*.txt"), *ROOT.glob("scripts/locks/*.txt")])
PIP_SAYS = r"""
:env:.default-timeout='30'
:env:.find-links='/wheels'
global.cert='/etc/ca.pem'
global.constraint='/etc/constraints.txt'
global.extra-index-url='\nfile:///one/index\nfile:///two/index'
global.index-url='https://packages.example/index'
"""


@pytest.fixture
def scripts(monkeypatch: pytest.MonkeyPatch):
    """Imports a module out of scripts/, which is no package, and forgets it afterwards."""
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    names = [path.stem for path in (ROOT / "scripts").glob("*.py")]

    def load(name: str) -> ModuleType:
        return importlib.import_module(name)

    yield load
    for name in names:
        sys.modules.pop(name, None)


def pip_says(python: ModuleType, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(python, "a_pip", lambda: ["pip"])
    monkeypatch.setattr(python, "said", lambda *_, **__: text)


def test_uv_is_told_what_pip_is_told(scripts, monkeypatch: pytest.MonkeyPatch) -> None:
    python = scripts("set_up_python")
    for name in python.TOLD_TO_PIP.values():
        monkeypatch.delenv(name, raising=False)
    pip_says(python, PIP_SAYS, monkeypatch)
    assert python.index_settings() == {
        "UV_DEFAULT_INDEX": "https://packages.example/index",
        "UV_INDEX": "file:///one/index file:///two/index",
        "UV_FIND_LINKS": "/wheels",
        "SSL_CERT_FILE": "/etc/ca.pem",
        "UV_HTTP_TIMEOUT": "30",
        "UV_INDEX_STRATEGY": "unsafe-best-match",
    }


def test_what_uv_is_told_itself_wins(scripts, monkeypatch: pytest.MonkeyPatch) -> None:
    python = scripts("set_up_python")
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://own.example/index")
    pip_says(python, PIP_SAYS, monkeypatch)
    assert "UV_DEFAULT_INDEX" not in python.index_settings()


def test_with_nothing_said_uv_keeps_its_defaults(scripts, monkeypatch: pytest.MonkeyPatch) -> None:
    python = scripts("set_up_python")
    pip_says(python, "", monkeypatch)
    assert python.index_settings() == {}


def test_a_python_without_pip_and_venv_gets_a_line_that_helps(
    scripts, monkeypatch: pytest.MonkeyPatch
) -> None:
    python = scripts("set_up_python")
    monkeypatch.setattr(python, "has", lambda _: False)
    monkeypatch.setattr(python.shutil, "which", lambda _: None)
    with pytest.raises(python.CannotSetUp, match="apt-get install python3-venv"):
        python.a_pip()


def test_a_python_that_is_too_old_gets_a_line_that_helps(
    scripts, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    set_up = scripts("set_up")
    monkeypatch.setattr(set_up, "OLDEST", (9, 9))
    monkeypatch.setattr(set_up.shutil, "which", lambda _: None)
    assert set_up.main(["runtime"]) == 1
    assert capsys.readouterr().err.startswith("NanoEdit needs Python 3.11 or newer; this is 3.")


def test_an_installation_is_not_done_twice(
    scripts, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    python = scripts("set_up_python")
    venv, done = tmp_path / "venv", []
    (venv / "bin").mkdir(parents=True)
    (venv / "bin" / "python").touch()
    monkeypatch.setattr(python, "VENV", venv)
    monkeypatch.setattr(python, "STAMP", venv / "installed.json")
    monkeypatch.setattr(python, "with_uv", lambda lock: done.append(lock.name) or True)
    for part in ("runtime", "runtime", "dev", "dev", "runtime"):
        python.set_up_python(part)
    assert done == ["requirements.txt", "requirements-dev.txt"]


def test_the_checks_stay_in_an_environment_that_was_made_by_hand(
    scripts, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    python = scripts("set_up_python")
    done = []
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "pytest").touch()
    monkeypatch.setattr(python, "VENV", tmp_path)
    monkeypatch.setattr(python, "STAMP", tmp_path / "installed.json")
    monkeypatch.setattr(python, "with_uv", lambda lock: done.append(lock.name) or True)
    python.set_up_python("runtime")
    assert done == ["requirements-dev.txt"]


def test_when_uv_fails_pip_does_it(
    scripts, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    python = scripts("set_up_python")
    done = []
    monkeypatch.setattr(python, "VENV", tmp_path)
    monkeypatch.setattr(python, "STAMP", tmp_path / "installed.json")
    monkeypatch.setattr(python, "with_uv", lambda _: False)
    monkeypatch.setattr(python, "with_pip", lambda lock: done.append(lock.name) or True)
    python.set_up_python("runtime")
    assert done == ["requirements.txt"]
    monkeypatch.setattr(python, "with_pip", lambda _: False)
    python.STAMP.unlink()
    with pytest.raises(python.CannotSetUp):
        python.set_up_python("runtime")
    assert not python.STAMP.exists()


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_every_package_in_a_lock_is_pinned_with_hashes(lock: Path) -> None:
    text = lock.read_text()
    blocks = re.split(r"\n(?=[a-z0-9])", re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE))
    packages = [block for block in blocks if block.strip()]
    assert packages
    for block in packages:
        assert re.match(r"[a-z0-9.\[\],-]+==\S+ ", block), block[:80]
        assert "--hash=sha256:" in block, block[:80]


def test_a_file_that_names_a_package_index_is_found(scripts) -> None:
    hosts = scripts("lint").HOSTS
    dot = "."
    for line in (
        f"url = https://pypi{dot}org/",
        f"https://files.pythonhosted{dot}org/packages/x.whl",
        f"registry=https://registry.npmjs{dot}org/",
        "pip install --index" + "-url https://packages.example/",
        "--find" + "-links /wheels",
        "https://packages.example" + "/simple/",
    ):
        assert hosts.search(line), line
    for line in ("https://example.com/simply", "a simple line", "uv pip compile"):
        assert not hosts.search(line), line


def test_the_set_up_answers_to_an_unknown_part_in_one_line() -> None:
    said = subprocess.run(
        [sys.executable, "scripts/set_up.py", "everything"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert said.returncode == 1
    assert said.stderr == "NanoEdit cannot be set up: there is no part called 'everything'\n"
