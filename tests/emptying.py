"""A pytest plugin: tests may empty the audit log, which nobody else may.

Tests that commit are followed by `flush`, and the database refuses to delete rows of the log.
So its guards are put aside for that moment, here and nowhere else.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management.commands import flush

from editor.models.audit_triggers import SQLITE_TRIGGERS, sqlite_statements

TABLES = ("editor_auditentry", "editor_audithead")


@pytest.fixture(scope="session", autouse=True)
def _tests_may_empty_the_audit_log() -> Iterator[None]:
    plain = flush.sql_flush

    def sql_flush(style: Any, connection: Any, **options: Any) -> list[str]:
        emptying = plain(style, connection, **options)
        if connection.vendor == "sqlite":
            away = [f"DROP TRIGGER IF EXISTS {name}" for name in SQLITE_TRIGGERS]
            return [*away, *emptying, *sqlite_statements()]
        away = [f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in TABLES]
        again = [f"ALTER TABLE {table} ENABLE TRIGGER USER" for table in TABLES]
        return [*away, *emptying, *again]

    flush.sql_flush = sql_flush
    yield
    flush.sql_flush = plain
