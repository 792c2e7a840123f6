"""The documents say what is there: links lead somewhere, tables agree with the code."""

import ast
import re
import tomllib
from dataclasses import fields
from functools import cache
from pathlib import Path

import pytest

from editor import models
from editor.models import Attempt, JobState
from editor.models.jobs import ARROWS
from editor.stocktaking import Tally
from editor.urls import urlpatterns
from nanoedit_site.env import KNOWN_NAMES, ROOT

DOCUMENTS = sorted(
    path.relative_to(ROOT).as_posix()
    for folder in (ROOT, ROOT / "docs", ROOT / "docs" / "decisions")
    for path in folder.glob("*.md")
)
DECISIONS = [name for name in DOCUMENTS if re.match(r"docs/decisions/\d{4}-", name)]
DECISION_PARTS = ("Context", "Options", "Choice", "Price", "How we would notice")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`\n]+)`")
PATH = re.compile(r"[\w.-]+(/[\w.-]+)*(/|\.(py|js|ts|html|in|txt))")
MADE_AT_RUN_TIME = ("var/", "results/", "attempts/")
HOMES = ("", "editor", "editor/nanogpt", "nanoedit_site", "static/js/studio")
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
REQUIREMENT = re.compile(r"^([a-z][a-z0-9-]*)", re.MULTILINE)
SETTING_ROW = re.compile(r"^\| `([A-Z][A-Z0-9_]+)` \| (.*?) \|", re.MULTILINE)
ARROW_ROW = re.compile(r"^\| ([A-Z]+) → ([A-Z]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
FIRST_CODE = re.compile(r"^\| `([^`]+)` \|", re.MULTILINE)


@cache
def text_of(document: str) -> str:
    return (ROOT / document).read_text()


@cache
def section(document: str, title: str) -> str:
    """What stands under a heading, down to the next one of any depth."""
    start = re.search(rf"^#+ {re.escape(title)}$", text_of(document), re.MULTILINE)
    assert start, f"{document} has no heading {title!r}"
    return re.split(r"^#+ ", text_of(document)[start.end() :], maxsplit=1, flags=re.MULTILINE)[0]


def anchors(path: Path) -> set[str]:
    """The anchors that a page gives its headings."""
    headings = re.findall(r"^#+ (.+)$", FENCED.sub("", path.read_text()), re.MULTILINE)
    plain = [re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings]
    return {heading.strip().replace(" ", "-") for heading in plain}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_link_leads_somewhere(document: str) -> None:
    broken = []
    for target in LINK.findall(FENCED.sub("", text_of(document))):
        if target.startswith(("http://", "https://")):
            continue
        name, _, anchor = target.partition("#")
        path = (ROOT / document).parent / name if name else ROOT / document
        if not path.exists() or (anchor and anchor not in anchors(path)):
            broken.append(target)
    assert not broken


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_file_that_is_named_exists(document: str) -> None:
    """Paths in code marks lead to a file or folder, from the root or from where they belong."""
    written = CODE.findall(FENCED.sub("", text_of(document)))
    missing = [
        word
        for word in written
        if PATH.fullmatch(word)
        and not word.startswith(MADE_AT_RUN_TIME)
        and not any((ROOT / home / word).exists() for home in HOMES)
    ]
    assert not missing


def test_each_stage_of_the_line_is_there_and_no_stage_is_left_out() -> None:
    named = set(CODE.findall(FENCED.sub("", section("docs/architecture.md", "The line"))))
    files = {f"{path.stem}.py" for path in (ROOT / "editor").glob("*.py")}
    files -= {"__init__.py", "apps.py", "urls.py", "forms.py"}
    assert files <= named


def test_the_rooms_are_drawn_as_the_import_contract_has_them() -> None:
    contracts = tomllib.loads(text_of("pyproject.toml"))["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    there = [re.sub(r" \| \(\w+\)", "", layer) for layer in layers]
    drawn = FENCED.search(section("docs/architecture.md", "Rooms"))
    assert drawn
    assert drawn.group().splitlines()[1:-1] == there


def test_the_table_of_arrows_is_the_state_machine() -> None:
    rows = ARROW_ROW.findall(section("docs/architecture.md", "The state machine"))
    drawn = [(JobState[start], JobState[end]) for start, end, _, _ in rows]
    assert sorted(drawn) == sorted((start, end) for start in ARROWS for end in ARROWS[start])


def test_the_diagram_shows_every_state_and_no_arrow_that_does_not_exist() -> None:
    text = section("docs/architecture.md", "The state machine")
    pairs = re.findall(r"^ +(\w+) --> (\w+)", text, re.MULTILINE)
    assert {state for pair in pairs for state in pair} == set(JobState.values)
    nobody_takes = {("claimed", "waiting")}
    assert set(pairs) == {(s, e) for s in ARROWS for e in ARROWS[s]} - nobody_takes


def test_every_state_of_an_attempt_is_explained() -> None:
    text = section("docs/architecture.md", "States of an Attempt")
    assert FIRST_CODE.findall(text) == Attempt.State.values


def test_every_step_of_the_sweep_is_explained() -> None:
    tree = ast.parse(text_of("editor/recovery.py"))
    sweep = next(n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == "sweep")
    steps = next(n for n in ast.walk(sweep) if isinstance(n, ast.Tuple)).elts
    told = FIRST_CODE.findall(section("docs/architecture.md", "Claims, leases, heartbeat, sweep"))
    assert told == [ast.unparse(step) for step in steps]


def test_every_address_is_in_the_table_and_no_other() -> None:
    told = FIRST_CODE.findall(section("docs/architecture.md", "Addresses"))
    routes = [re.sub(r"<\w+:(\w+)>", r"<\1>", f"/{route.pattern}") for route in urlpatterns]
    there = [route.replace("<pk>", "<id>") for route in routes]
    assert sorted(told) == sorted([*there, "/admin/", "/events"])


def test_the_names_of_files_are_those_of_the_storage() -> None:
    docstring = ast.get_docstring(ast.parse(text_of("editor/storage.py"))) or ""
    names = re.findall(r"^ +(\S+/\S+) ", docstring, re.MULTILINE)
    assert names
    assert FIRST_CODE.findall(section("docs/architecture.md", "Where files live")) == names


def test_every_row_is_in_the_glossary() -> None:
    words = re.findall(r"^\| (\w+) \|", section("docs/glossary.md", "Rows"), re.MULTILINE)
    rows = {name for name in models.__all__ if hasattr(getattr(models, name), "_meta")}
    assert rows == set(words) - {"word"}


def test_no_word_has_two_meanings() -> None:
    words = re.findall(r"^\| ([^|]+) \|", text_of("docs/glossary.md"), re.MULTILINE)
    words = [word.lower() for word in words if word not in ("word", "---")]
    assert len(words) == len(set(words))


@pytest.mark.parametrize(
    ("title", "file"),
    [("What NanoEdit runs on", "requirements.in"), ("What checks NanoEdit", "requirements-dev.in")],
)
def test_every_dependency_has_its_reason(title: str, file: str) -> None:
    told = FIRST_CODE.findall(section("docs/decisions/0003-dependencies.md", title))
    assert told == REQUIREMENT.findall(text_of(file))


@pytest.mark.parametrize("document", DECISIONS)
def test_every_decision_has_all_its_parts_on_half_a_page(document: str) -> None:
    text = text_of(document)
    found = [part for part in DECISION_PARTS if f"\n**{part}" in text]
    assert found == list(DECISION_PARTS)
    assert len(text.partition("\n## ")[0].splitlines()) <= 35


def test_decisions_are_numbered_without_gaps_and_listed() -> None:
    names = [Path(name).name for name in DECISIONS]
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))
    assert LINK.findall(text_of("docs/decisions/README.md")) == names
    for name in names:
        title = text_of(f"docs/decisions/{name}").splitlines()[0]
        listed = re.sub(r"^# (\d+\.) (.*)$", rf"\1 [\2]({name})", title)
        assert listed in text_of("docs/decisions/README.md")


def test_the_readme_has_every_setting_with_its_default() -> None:
    short = dict(SETTING_ROW.findall(section("README.md", "Settings")))
    full = dict(SETTING_ROW.findall(text_of("docs/settings.md")))
    assert set(short) == set(KNOWN_NAMES)
    assert short == full


def test_every_command_of_manage_is_explained() -> None:
    told = FIRST_CODE.findall(section("docs/operations.md", "Commands"))
    there = [path.stem for path in (ROOT / "editor/management/commands").glob("[a-z]*.py")]
    assert sorted(told) == sorted(there)


def test_every_figure_of_verify_storage_is_explained() -> None:
    told = set(FIRST_CODE.findall(section("docs/operations.md", "Verify storage")))
    plain = {"objects", "bytes", "read", "orphan_bytes", "digests_filled"}
    said_below = {"orphans_removed", "paid_orphans_kept"}
    assert told | plain | said_below == {field.name for field in fields(Tally)}


def test_every_command_of_make_is_explained() -> None:
    told = re.findall(r"^\| `make ([\w-]+)` \|", text_of("CONTRIBUTING.md"), re.MULTILINE)
    there = re.findall(r"^([\w-]+):.*## ", text_of("Makefile"), re.MULTILINE)
    assert sorted(told) == sorted(set(there) - {"help"})
