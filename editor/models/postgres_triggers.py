"""Triggers of Postgres, made anew only where they are not there as they are wanted."""

from __future__ import annotations

import hashlib
from typing import Any


def make_once(cursor: Any, name: str, when: str, body: str, kind: str = "TRIGGER") -> bool:
    """Make a trigger and its function of the same name; False if both are there like this.

    To make one, its table is locked, which an upgrade of a busy server should not do without
    need. What they were made of is kept as a digest in the comment of the function, so that
    those of an earlier release are told apart. `when` is all that stands between the name and
    EXECUTE, for example "AFTER UPDATE ON editor_editjob FOR EACH ROW".
    """
    mark = hashlib.sha256(f"{kind} {when} {body}".encode()).hexdigest()
    cursor.execute(
        "SELECT 1 FROM pg_trigger WHERE tgname = %s AND obj_description(tgfoid) = %s",
        [name, mark],
    )
    if cursor.fetchone():
        return False
    table = when.split(" ON ")[1].split()[0]
    cursor.execute(
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$"
    )
    cursor.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}")
    cursor.execute(f"CREATE {kind} {name} {when} EXECUTE FUNCTION {name}()")
    cursor.execute(f"COMMENT ON FUNCTION {name}() IS '{mark}'")
    return True
