"""What happened is never rewritten: the database itself refuses to change or delete its rows.

Made after every `migrate`, as the audit log's guards are (audit_triggers.py). One change is let
through, and it is spelled out here: an account that is deleted leaves its name out of the lines
of histories, as their column has it (`Event.actor`, ON DELETE SET NULL). Erasing an edit deletes
none of these rows: its money and its history stay.
"""

from __future__ import annotations

from typing import Any

from editor.models.postgres_triggers import make_once

# By table: its columns, but those of which one change is let through.
TABLES: dict[str, tuple[str, ...]] = {
    "editor_event": ("id", "job_id", "at", "state", "sentence"),
    "editor_ledgerentry": (),
    "editor_review": (),
    "editor_flag": (),
    "editor_look": (),
}
_REFUSED = "What happened is never rewritten."
_RAISE = f"RAISE EXCEPTION '{_REFUSED}' USING ERRCODE = 'restrict_violation';"
_ABORT = f"SELECT RAISE(ABORT, '{_REFUSED}');"


def _lets_through(columns: tuple[str, ...], alike: str) -> str:
    """The one change: somebody's name goes, and all else stays."""
    same = " AND ".join(f"NEW.{name} {alike} OLD.{name}" for name in columns)
    return f"NEW.actor_id IS NULL AND {same}"


def sqlite_triggers() -> dict[str, str]:
    """Each guard by its name, as the statement that makes it."""
    made = {}
    for table, columns in TABLES.items():
        when = f" WHEN NOT ({_lets_through(columns, 'IS')})" if columns else ""
        for act, name in (("DELETE", f"{table}_stays"), ("UPDATE", f"{table}_unchanged")):
            made[name] = (
                f"CREATE TRIGGER IF NOT EXISTS {name} BEFORE {act} ON {table}"
                f"{when if act == 'UPDATE' else ''} BEGIN {_ABORT} END"
            )
    return made


SQLITE_TRIGGERS = sqlite_triggers()


def make_on_sqlite(cursor: Any) -> None:
    """Make the guards that are missing."""
    for statement in SQLITE_TRIGGERS.values():
        cursor.execute(statement)


def make_on_postgres(cursor: Any) -> None:
    """Make the guards once: to make one, its table is locked."""
    for table, columns in TABLES.items():
        let = ""
        if columns:
            let = f"IF {_lets_through(columns, 'IS NOT DISTINCT FROM')} THEN RETURN NEW; END IF; "
        for name, when, what in (
            ("stays", f"BEFORE DELETE ON {table} FOR EACH ROW", _RAISE),
            ("unchanged", f"BEFORE UPDATE ON {table} FOR EACH ROW", let + _RAISE),
            ("kept", f"BEFORE TRUNCATE ON {table} FOR EACH STATEMENT", _RAISE),
        ):
            make_once(cursor, f"{table}_{name}", when, f"BEGIN {what} END")
