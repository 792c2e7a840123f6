"""The settings that the code reads, the sample file and the documents name the same variables."""

import ast
import re
from pathlib import Path

from nanoedit_site.env import KNOWN_NAMES, OUR_PREFIXES, ROOT, read_environment

WRITTEN_NAME = re.compile(r"`([A-Z][A-Z0-9_]+)`")
SAMPLE_LINE = re.compile(r"^#([A-Z][A-Z0-9_]+)=(.*)$", re.MULTILINE)


def is_ours(name: str) -> bool:
    return name == "PORT" or name.startswith(OUR_PREFIXES)


def named_in(document: str) -> set[str]:
    text = (ROOT / document).read_text()
    return {name for name in WRITTEN_NAME.findall(text) if is_ours(name)}


def test_every_setting_that_the_code_reads_is_known_and_no_other() -> None:
    tree = ast.parse((ROOT / "nanoedit_site" / "env.py").read_text())
    read = {
        str(call.args[0].value)
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.args
        and isinstance(call.args[0], ast.Constant)
        and is_ours(str(call.args[0].value))
    }
    assert read == set(KNOWN_NAMES)


def test_the_settings_page_names_every_setting_and_no_other() -> None:
    assert named_in("docs/settings.md") == set(KNOWN_NAMES)


def test_the_sample_file_names_every_setting_once_and_no_other() -> None:
    lines = SAMPLE_LINE.findall((ROOT / ".env.example").read_text())
    assert sorted(name for name, _ in lines) == sorted(KNOWN_NAMES)


def test_the_sample_file_changes_nothing_as_it_is(tmp_path: Path) -> None:
    folder = {"NANOEDIT_DATA_DIR": str(tmp_path)}
    nothing = tmp_path / "empty.env"
    nothing.touch()
    assert read_environment(folder, ROOT / ".env.example") == read_environment(folder, nothing)


def test_the_sample_file_shows_the_true_defaults(tmp_path: Path) -> None:
    """With every line taken as it stands, the settings are those of a fresh clone."""
    lines = dict(SAMPLE_LINE.findall((ROOT / ".env.example").read_text()))
    del lines["NANOGPT_BASE_URL"]  # it would need a key
    given = tmp_path / "all.env"
    lines |= {"NANOEDIT_DATA_DIR": str(tmp_path), "NANOEDIT_ENV_FILE": ""}
    given.write_text("".join(f"{name}={value}\n" for name, value in lines.items()))
    nothing = tmp_path / "empty.env"
    nothing.touch()
    fresh = read_environment({"NANOEDIT_DATA_DIR": str(tmp_path)}, nothing)
    assert read_environment({}, given) == fresh


def test_the_readme_names_only_settings_that_exist() -> None:
    named = named_in("README.md")
    assert named <= set(KNOWN_NAMES)
    assert {"NANOGPT_API_KEY", "PORT", "NANOEDIT_DATA_DIR"} <= named
