"""Migrations only add, so that the release before them still reads and writes the rows.

Old workers finish paid calls while a new release migrates, and old pages go on until they
are replaced. From 0005 on an older release must be able to INSERT and UPDATE as before: new
columns are nullable or have a default in the database itself, nothing is taken away,
renamed or made narrower.
"""

from collections.abc import Iterator

import pytest
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ModelState, ProjectState
from django.db.models import NOT_PROVIDED, Field
from django.db.models.functions import Now

FIRST_TO_OBEY = "0005"
# Fields that take whatever the other took before.
WIDER = {
    ("PositiveSmallIntegerField", "SmallIntegerField"),
    ("PositiveSmallIntegerField", "PositiveIntegerField"),
    ("SmallIntegerField", "IntegerField"),
    ("PositiveIntegerField", "PositiveBigIntegerField"),
    ("IntegerField", "BigIntegerField"),
    ("CharField", "TextField"),
}
# What cannot be judged by its kind: why an older release does not mind it.
HARMLESS = {
    ("0006_settled_calls", "RunPython"): "fills a nullable column that older releases do not read",
    ("0021_collections_shares_archives", "AddConstraint"): (
        "on a column that older releases do not know, so they leave it empty"
    ),
    ("0027_imported_packs", "AddConstraint"): (
        "lets calls without a consent be only in a state that older releases do not know"
    ),
    ("0030_sealed_second_steps", "RunPython"): (
        "an older page refuses codes of apps until it is replaced, and keeps everything as it is"
    ),
    ("0029_trash_counts_from_now", "RunPython"): "moves times that are there already",
    ("0033_roles", "RunPython"): "fills a column that older releases do not read",
    ("0035_review_desk", "RunPython"): "fills columns and a table that older releases do not know",
    ("0036_spending_caps", "RunPython"): "fills a table that older releases do not know",
    ("0008_old_wishes", "RunPython"): "fills a column that is empty, with what they would write",
}
ONLY_ADDS = (
    migrations.CreateModel,
    migrations.AddIndex,
    migrations.RemoveIndex,
    migrations.RenameIndex,
    migrations.AlterModelOptions,
    migrations.AlterModelManagers,
    migrations.RemoveConstraint,
)


def why_old_code_minds(operation: Operation, before: ProjectState) -> str:
    """Why a release that does not know of this operation would fail after it, or ""."""
    if isinstance(operation, ONLY_ADDS):
        return ""
    if isinstance(operation, migrations.AddField):
        return why_an_insert_fails(operation.field)
    if isinstance(operation, migrations.AlterField):
        old = before.models["editor", operation.model_name_lower].fields[operation.name]
        return why_narrower(old, operation.field)
    return f"{type(operation).__name__} is none of the kinds that only add"


def why_an_insert_fails(new: Field) -> str:
    if new.many_to_many or new.null or new.db_default is not NOT_PROVIDED:
        return ""
    return "the column is neither nullable nor does the database know a default (db_default)"


def why_narrower(old: Field, new: Field) -> str:
    kinds = old.get_internal_type(), new.get_internal_type()
    if kinds[0] != kinds[1] and kinds not in WIDER:
        return f"{kinds[0]} becomes {kinds[1]}"
    if old.null and not new.null:
        return "it was nullable"
    if new.unique and not old.unique:
        return "it becomes unique"
    if new.max_length is not None and new.max_length < (old.max_length or 0):
        return "it becomes shorter"
    return ""


def problems(first: str) -> Iterator[str]:
    """What older releases would mind in the migrations from this number on."""
    loader = MigrationLoader(None)
    for app, name in sorted(key for key in loader.graph.nodes if key[0] == "editor"):
        if name < first:
            continue
        migration = loader.get_migration(app, name)
        before = loader.project_state(migration.dependencies, at_end=True)
        made_here = set()
        for operation in migration.operations:
            if isinstance(operation, migrations.CreateModel):
                made_here.add(operation.name_lower)
            new = getattr(operation, "model_name_lower", "") in made_here
            why = "" if new else why_old_code_minds(operation, before)
            if why and (name, type(operation).__name__) not in HARMLESS:
                yield f"{name}: {operation.describe()}: {why}"
            operation.state_forwards(app, before)


def test_older_releases_can_write_after_every_migration() -> None:
    assert list(problems(FIRST_TO_OBEY)) == [], "if it is no harm, say why in HARMLESS"


def test_the_first_migrations_were_made_before_this_rule() -> None:
    """And so show that the check finds what it is for."""
    assert [found for found in problems("0002") if "0002" in found and "key_hash" in found]


@pytest.mark.parametrize(
    ("operation", "word"),
    [
        (migrations.AddField("thing", "more", models.IntegerField(default=0)), "db_default"),
        (migrations.RemoveField("thing", "name"), "only add"),
        (migrations.RenameField("thing", "name", "title"), "only add"),
        (migrations.DeleteModel("Thing"), "only add"),
        (migrations.RunSQL("SELECT 1"), "only add"),
        (
            migrations.AddConstraint("thing", models.UniqueConstraint(fields=["name"], name="one")),
            "only add",
        ),
        (migrations.AlterField("thing", "name", models.CharField(max_length=19)), "shorter"),
        (migrations.AlterField("thing", "name", models.IntegerField()), "becomes IntegerField"),
        (
            migrations.AlterField("thing", "name", models.CharField(max_length=20, unique=True)),
            "unique",
        ),
        (migrations.AlterField("thing", "maybe", models.IntegerField()), "nullable"),
    ],
    ids=lambda given: type(given).__name__ if isinstance(given, Operation) else given,
)
def test_what_takes_away_is_found(operation: Operation, word: str) -> None:
    assert word in why_old_code_minds(operation, a_state())


@pytest.mark.parametrize(
    "operation",
    [
        migrations.AddField("thing", "more", models.IntegerField(null=True)),
        migrations.AddField("thing", "at", models.DateTimeField(db_default=Now())),
        migrations.AlterField("thing", "name", models.CharField(max_length=30)),
        migrations.AlterField("thing", "name", models.TextField(null=True)),
        migrations.CreateModel("Other", [("id", models.BigAutoField(primary_key=True))]),
        migrations.AddIndex("thing", models.Index(fields=["name"], name="by_name")),
    ],
    ids=lambda operation: type(operation).__name__,
)
def test_what_only_adds_is_let_through(operation: Operation) -> None:
    assert why_old_code_minds(operation, a_state()) == ""


def a_state() -> ProjectState:
    state = ProjectState()
    fields = [
        ("id", models.BigAutoField(primary_key=True)),
        ("name", models.CharField(max_length=20)),
        ("maybe", models.IntegerField(null=True)),
    ]
    state.add_model(ModelState("editor", "Thing", fields))
    return state
