"""The audit log's own guards inside the database: rows are added and linked, nothing else.

Made after every `migrate`, as the triggers of the search are (search_tables.py says why). On
Postgres the database itself links a new row to the one before it, at the end of the
transaction: so the head is locked for no longer than the commit takes, whatever the act
did before, and no two acts can wait for each other in a ring. SQLite lets one write at a time
anyway.
"""

from __future__ import annotations

from typing import Any

from editor.models.postgres_triggers import make_once

_SAID = (
    "id", "body", "words", "at", "action", "who", "who_role", "thing_type", "thing_id",
    "request_id", "why", "facts",
)  # fmt: skip
_LINK = ("number", "previous", "hash")
_NAMES = ("salt", "who_name", "address", "thing_label")
_REFUSED = "The audit log only grows."


def _same(columns: tuple[str, ...], alike: str) -> str:
    return " AND ".join(f"NEW.{name} {alike} OLD.{name}" for name in columns)


_BLANK = " AND ".join(f"NEW.{name} = ''" for name in _NAMES)
_ABORT = f"SELECT RAISE(ABORT, '{_REFUSED}');"
_THERE = "EXISTS (SELECT 1 FROM editor_auditentry WHERE id = NEW.id OR number = NEW.number)"
# By name: when it fires, and what it does then.
SQLITE_TRIGGERS: dict[str, tuple[str, str]] = {
    "editor_audit_no_delete": ("BEFORE DELETE ON editor_auditentry", _ABORT),
    "editor_audit_no_change": (
        f"BEFORE UPDATE ON editor_auditentry WHEN NOT ({_same(_SAID + _LINK, 'IS')} AND {_BLANK})",
        _ABORT,
    ),
    # INSERT OR REPLACE would take a row away without a word.
    "editor_audit_no_replace": (
        f"BEFORE INSERT ON editor_auditentry WHEN {_THERE}",
        _ABORT,
    ),
    "editor_audit_head_stays": ("BEFORE DELETE ON editor_audithead", _ABORT),
    "editor_audit_head_grows": (
        "BEFORE UPDATE ON editor_audithead WHEN NEW.number <> OLD.number + 1",
        _ABORT,
    ),
}

_ALIKE = "IS NOT DISTINCT FROM"
_RAISE = f"RAISE EXCEPTION '{_REFUSED}' USING ERRCODE = 'restrict_violation';"
_LINK_ROW = """
    DECLARE head editor_audithead%ROWTYPE; linked text;
    BEGIN
        INSERT INTO editor_audithead (id, number, hash) VALUES (1, 0, '') ON CONFLICT DO NOTHING;
        SELECT * INTO head FROM editor_audithead WHERE id = 1 FOR UPDATE;
        linked := encode(sha256(convert_to(
            head.hash || ' ' || (head.number + 1)::text || ' ' || NEW.body, 'UTF8')), 'hex');
        UPDATE editor_auditentry SET number = head.number + 1, previous = head.hash,
            hash = linked WHERE id = NEW.id;
        UPDATE editor_audithead SET number = head.number + 1, hash = linked WHERE id = 1;
        RETURN NULL;
    END
"""
_GUARD_ROW = f"""
    BEGIN
        IF {_same(_SAID, _ALIKE)} AND (
            ({_same(_LINK, _ALIKE)} AND {_BLANK})
            OR (OLD.number IS NULL AND NEW.number IS NOT NULL AND {_same(_NAMES, _ALIKE)})
        ) THEN RETURN NEW; END IF;
        {_RAISE}
    END
"""
_GUARD_HEAD = f"BEGIN IF NEW.number = OLD.number + 1 THEN RETURN NEW; END IF; {_RAISE} END"
_REFUSE = f"BEGIN {_RAISE} END"
_LATE = "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW"
# By name: what kind it is, when it fires, how often, and what it does then.
POSTGRES_TRIGGERS: dict[str, tuple[str, str, str, str]] = {
    "editor_audit_linked": (
        "CONSTRAINT TRIGGER", "AFTER INSERT ON editor_auditentry", _LATE, _LINK_ROW,
    ),
    "editor_audit_no_change": (
        "TRIGGER", "BEFORE UPDATE ON editor_auditentry", "FOR EACH ROW", _GUARD_ROW,
    ),
    "editor_audit_no_delete": (
        "TRIGGER", "BEFORE DELETE ON editor_auditentry", "FOR EACH ROW", _REFUSE,
    ),
    "editor_audit_no_truncate": (
        "TRIGGER", "BEFORE TRUNCATE ON editor_auditentry", "FOR EACH STATEMENT", _REFUSE,
    ),
    "editor_audit_head_grows": (
        "TRIGGER", "BEFORE UPDATE ON editor_audithead", "FOR EACH ROW", _GUARD_HEAD,
    ),
    "editor_audit_head_stays": (
        "TRIGGER", "BEFORE DELETE ON editor_audithead", "FOR EACH ROW", _REFUSE,
    ),
    "editor_audit_head_kept": (
        "TRIGGER", "BEFORE TRUNCATE ON editor_audithead", "FOR EACH STATEMENT", _REFUSE,
    ),
}  # fmt: skip


def make_on_sqlite(cursor: Any) -> None:
    """Make the triggers that are missing."""
    for statement in sqlite_statements():
        cursor.execute(statement)


def sqlite_statements() -> list[str]:
    """What makes the triggers."""
    return [
        f"CREATE TRIGGER IF NOT EXISTS {name} {when} BEGIN {what} END"
        for name, (when, what) in SQLITE_TRIGGERS.items()
    ]


def make_on_postgres(cursor: Any) -> None:
    """Make the triggers once: to make one, its table is locked."""
    for name, (kind, when, often, what) in POSTGRES_TRIGGERS.items():
        make_once(cursor, name, f"{when} {often}", what, kind)
