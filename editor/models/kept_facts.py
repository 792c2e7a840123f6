"""Facts that a job keeps beside it, so that filters and orders find them in one index.

What was surely charged for it, shape and size of the picture it started from, and its marks
(models/kept_marks.py). Triggers
write them, as they do the words of jobs (models/search_tables.py), so they hold whichever
release or script writes the rows. They are copies: bills and pages read the rows themselves.
"""

# ruff: noqa: S608, ISC004 -- constants of this file alone, in statements of several lines

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.db import connection

from editor.models import kept_marks
from editor.models.postgres_triggers import make_once

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MEGAPIXEL = 1_000_000
# Up to so many pixels a picture is small, and over so many it is large.
SMALL, LARGE = 4 * MEGAPIXEL, 16 * MEGAPIXEL
# Sides within two percent are equal.
EQUAL_PERCENT = 102

_KNOWN = "({0}.state IN ('received', 'saved', 'lost') OR {0}.settled_at IS NOT NULL)"
_PAID = (
    "(SELECT coalesce(sum(call.cost_nano), 0) FROM editor_attempt call "
    f"WHERE call.job_id = {{0}} AND {_KNOWN.format('call')})"
)
_SHAPE = f"""(
    SELECT CASE
        WHEN CAST(width AS bigint) * 100 > CAST(height AS bigint) * {EQUAL_PERCENT} THEN 'landscape'
        WHEN CAST(height AS bigint) * 100 > CAST(width AS bigint) * {EQUAL_PERCENT} THEN 'portrait'
        ELSE 'square' END
    FROM editor_picture WHERE id = {{0}}.picture_id
)"""
_SCALE = f"""(
    SELECT CASE
        WHEN CAST(width AS bigint) * height <= {SMALL} THEN 'small'
        WHEN CAST(width AS bigint) * height > {LARGE} THEN 'large'
        ELSE 'medium' END
    FROM editor_picture WHERE id = {{0}}.picture_id
)"""
_PICTURE_OF_NEW = f"picture_shape = {_SHAPE.format('NEW')}, picture_scale = {_SCALE.format('NEW')}"
_ADD_UP = (
    f"UPDATE editor_editjob SET paid_nano = {_PAID.format('{0}.job_id')} WHERE id = {{0}}.job_id;"
)
_ADD_UP_ANEW = _ADD_UP.format("NEW")
_NOTE_PICTURE = f"UPDATE editor_editjob SET {_PICTURE_OF_NEW} WHERE id = NEW.id;"

CATCH_UP = (
    f"UPDATE editor_editjob SET picture_shape = {_SHAPE.format('editor_editjob')}, "
    f"picture_scale = {_SCALE.format('editor_editjob')} WHERE picture_shape = ''",
    f"UPDATE editor_editjob SET paid_nano = {_PAID.format('editor_editjob.id')} "
    f"WHERE paid_nano <> {_PAID.format('editor_editjob.id')}",
    *kept_marks.CATCH_UP,
)

# Edits that keep something else than this, by what is wrong.
_WRONG = {
    "what was paid": (
        f"SELECT id FROM editor_editjob WHERE paid_nano <> {_PAID.format('editor_editjob.id')}",
    ),
    "shape and size": (
        f"SELECT id FROM editor_editjob WHERE picture_shape <> {_SHAPE.format('editor_editjob')} "
        f"OR picture_scale <> {_SCALE.format('editor_editjob')}",
    ),
    "heart and stars": (kept_marks.WRONGLY_MARKED,),
    "tags and collections": kept_marks.WRONGLY_FILED,
}

# By name: when it fires, and what it does then.
SQLITE_TRIGGERS: Mapping[str, tuple[str, str]] = {
    "editor_facts_added": ("AFTER INSERT ON editor_editjob", _NOTE_PICTURE),
    "editor_facts_changed": (
        "AFTER UPDATE OF picture_id ON editor_editjob WHEN NEW.picture_id <> OLD.picture_id",
        _NOTE_PICTURE,
    ),
    "editor_cost_added": (
        "AFTER INSERT ON editor_attempt WHEN NEW.cost_nano IS NOT NULL",
        _ADD_UP_ANEW,
    ),
    # Not at every step of a call: only where what is known of its cost may differ.
    "editor_cost_changed": (
        "AFTER UPDATE OF state, cost_nano, settled_at ON editor_attempt "
        "WHEN NEW.cost_nano IS NOT OLD.cost_nano "
        f"OR (NEW.cost_nano IS NOT NULL AND {_KNOWN.format('NEW')} <> {_KNOWN.format('OLD')})",
        _ADD_UP_ANEW,
    ),
    "editor_cost_gone": (
        "AFTER DELETE ON editor_attempt WHEN OLD.cost_nano IS NOT NULL",
        _ADD_UP.format("OLD"),
    ),
    **kept_marks.SQLITE_TRIGGERS,
}
_BEFORE = (
    f"NEW.picture_shape := {_SHAPE.format('NEW')}; NEW.picture_scale := {_SCALE.format('NEW')}; "
    "RETURN NEW;"
)
POSTGRES_TRIGGERS: Mapping[str, tuple[str, str]] = {
    "editor_facts_noted": (
        "BEFORE INSERT OR UPDATE OF picture_id ON editor_editjob FOR EACH ROW",
        _BEFORE,
    ),
    "editor_cost_added": (
        "AFTER INSERT ON editor_attempt FOR EACH ROW WHEN (NEW.cost_nano IS NOT NULL)",
        f"{_ADD_UP_ANEW} RETURN NULL;",
    ),
    "editor_cost_changed": (
        "AFTER UPDATE OF state, cost_nano, settled_at ON editor_attempt FOR EACH ROW "
        "WHEN (NEW.cost_nano IS DISTINCT FROM OLD.cost_nano "
        f"OR (NEW.cost_nano IS NOT NULL AND {_KNOWN.format('NEW')} <> {_KNOWN.format('OLD')}))",
        f"{_ADD_UP_ANEW} RETURN NULL;",
    ),
    "editor_cost_gone": (
        "AFTER DELETE ON editor_attempt FOR EACH ROW WHEN (OLD.cost_nano IS NOT NULL)",
        f"{_ADD_UP.format('OLD')} RETURN NULL;",
    ),
    **kept_marks.POSTGRES_TRIGGERS,
}

# SQLite knows nothing of what is in its tables until somebody has it look, and then takes the
# edits of one person for ten rows, and those without a mask for ten as well. So it is told: into
# how many equal parts each column divides what is left. Columns that are not named here tell
# rows apart. Only open states are looked up by themselves, and few edits are open. SQLite's own
# table of statistics may be written by whoever knows better.
_ROWS = 100_000
_PARTS = {
    "owner_id": 5, "state": 1000, "model_id": 10, "paid_nano": 40, "mask_id": 2, "mask_test_id": 1,
    "next_at": 1, "trashed_at": 1000, "purging_at": 1000, "under": 200,
}  # fmt: skip


def wrong_facts() -> Iterator[tuple[uuid.UUID, str]]:
    """Give edits that keep what is not so, each with what that is."""
    with connection.cursor() as cursor:
        for what, queries in _WRONG.items():
            found = set()
            for query in queries:
                cursor.execute(query)
                found |= {uuid.UUID(str(row[0])) for row in cursor.fetchall()}
            yield from ((job, what) for job in sorted(found))


def make_on_sqlite(cursor: Any) -> None:
    """Make the triggers, catch up with what came while there were none, and tell of plans."""
    for name, (when, what) in SQLITE_TRIGGERS.items():
        cursor.execute(f"CREATE TRIGGER IF NOT EXISTS {name} {when} BEGIN {what} END")
    for statement in CATCH_UP:
        cursor.execute(statement)
    _tell_of_plans(cursor)


def _tell_of_plans(cursor: Any) -> None:
    cursor.execute("ANALYZE sqlite_schema")  # makes the table, and looks at nothing of ours
    cursor.execute("DELETE FROM sqlite_stat1 WHERE tbl IN ('editor_editjob', 'editor_filedjob')")
    cursor.execute(
        "SELECT tbl_name, name FROM sqlite_master WHERE type = 'index' "
        "AND tbl_name IN ('editor_editjob', 'editor_filedjob')"
    )
    for table, name in cursor.fetchall():
        cursor.execute("SELECT name FROM pragma_index_info(%s) ORDER BY seqno", [name])
        left, rows = _ROWS, [_ROWS]
        for (column,) in cursor.fetchall():
            left = max(1, left // _PARTS.get(column, _ROWS // 2))
            rows.append(left)
        cursor.execute(
            "INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (%s, %s, %s)",
            [table, name, " ".join(map(str, rows))],
        )
    cursor.execute("ANALYZE sqlite_schema")  # now this connection reads it, too


def make_on_postgres(cursor: Any) -> None:
    """Make the triggers once, and catch up with what was there before."""
    made = [
        make_once(cursor, name, when, f"BEGIN {what} END")
        for name, (when, what) in POSTGRES_TRIGGERS.items()
    ]
    if not any(made):
        return  # nothing takes them away, so nothing was missed
    for statement in CATCH_UP:
        cursor.execute(statement)
