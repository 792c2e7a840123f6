"""A pytest plugin: tests may empty the audit log and histories, which nobody else may.

Tests that commit are followed by `flush`, and the database refuses to delete such rows.
So its guards are put aside for that moment, here and nowhere else.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management.commands import flush

from editor.models import audit_triggers, history_triggers

TABLES = ("editor_auditentry", "editor_audithead", *history_triggers.TABLES)
NAMES = (*audit_triggers.SQLITE_TRIGGERS, *history_triggers.SQLITE_TRIGGERS)
# The order in which tables are emptied is one of chance. Taking off a tag writes the words of its
# edit anew, for which the picture must still be there.
TAGS_OFF = "DELETE FROM editor_tag_pictures"
STATEMENTS = (*audit_triggers.sqlite_statements(), *history_triggers.SQLITE_TRIGGERS.values())


@pytest.fixture(scope="session", autouse=True)
def _tests_may_empty_the_audit_log() -> Iterator[None]:
    plain = flush.sql_flush

    def sql_flush(style: Any, connection: Any, **options: Any) -> list[str]:
        emptying = plain(style, connection, **options)
        if connection.vendor == "sqlite":
            away = [f"DROP TRIGGER IF EXISTS {name}" for name in NAMES]
            return [*away, TAGS_OFF, *emptying, *STATEMENTS]
        away = [f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in TABLES]
        again = [f"ALTER TABLE {table} ENABLE TRIGGER USER" for table in TABLES]
        return [*away, *emptying, *again]

    flush.sql_flush = sql_flush
    yield
    flush.sql_flush = plain
