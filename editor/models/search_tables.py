"""Makes what keeps words and facts of jobs in step inside the database: triggers and indexes.

After every `migrate`, and not once in a migration: Django alters a table of SQLite by making
it anew, which loses its triggers, and which SQLite refuses while a trigger of another table
names it. So they are taken away before a migration and made again after it; jobs that came
in between are caught up with.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connections, transaction
from django.db.models.signals import post_migrate, pre_migrate

from editor.models import audit_triggers, history_triggers, kept_facts
from editor.models.kept_marks import BROUGHT
from editor.models.postgres_triggers import make_once
from editor.models.search_words import PUNCTUATION

if TYPE_CHECKING:
    from django.apps import AppConfig
    from django.db.backends.base.base import BaseDatabaseWrapper

# The tags of what an edit has brought, in one text; {0} is the edit, {1} puts texts together.
_TAGS = """
    SELECT {1}(tag.name, ' ') FROM editor_tag tag WHERE tag.id IN (
        SELECT put.tag_id FROM editor_tag_pictures put
        JOIN editor_result result ON result.picture_id = put.picture_id
        JOIN editor_attempt attempt ON attempt.id = result.attempt_id
        WHERE attempt.job_id = {0}.id
        UNION SELECT put.tag_id FROM editor_tag_pictures put
        JOIN editor_adjustment adjusted ON adjusted.picture_id = put.picture_id
        WHERE adjusted.job_id = {0}.id
    )
"""
# Nothing of what was erased is found by any word.
_WORDS = """
    CASE WHEN {0}.purged_at IS NULL THEN {0}.prompt || ' '
        || (SELECT name FROM editor_picture WHERE id = {0}.picture_id)
        || COALESCE(' ' || (%s), '') ELSE '' END
"""


def _words(job: str, vendor: str) -> str:
    together = "group_concat" if vendor == "sqlite" else "string_agg"
    return (_WORDS % _TAGS).format(job, together)


def _reword(jobs: str, vendor: str) -> str:
    """Write anew the words of these edits."""
    return f"""
        UPDATE editor_jobwords SET text = (
            SELECT {_words("job", vendor)} FROM editor_editjob job WHERE job.id = job_id
        ) WHERE job_id IN ({jobs});
    """  # noqa: S608, there is nothing of anybody's in it


def _tag_triggers(vendor: str) -> dict[str, tuple[str, str]]:
    """By name: when the tags of an edit change, and what is done then."""
    put = "SELECT picture_id FROM editor_tag_pictures WHERE tag_id = NEW.id"
    brought = BROUGHT.replace("= {0}", f"IN ({put})")
    return {
        "editor_tag_put": (
            "AFTER INSERT ON editor_tag_pictures",
            _reword(BROUGHT.format("NEW.picture_id"), vendor),
        ),
        "editor_tag_taken_off": (
            "AFTER DELETE ON editor_tag_pictures",
            _reword(BROUGHT.format("OLD.picture_id"), vendor),
        ),
        "editor_tag_renamed": ("AFTER UPDATE OF name ON editor_tag", _reword(brought, vendor)),
    }


def _catch_up(vendor: str) -> str:
    return f"""
        INSERT INTO editor_jobwords (job_id, text)
        SELECT job.id, {_words("job", vendor)} FROM editor_editjob job
        WHERE NOT EXISTS (SELECT 1 FROM editor_jobwords words WHERE words.job_id = job.id)
    """  # noqa: S608


# What was renamed, tagged or erased while no trigger saw it.
_CATCH_UP_ON_SQLITE = f"""
    UPDATE editor_jobwords SET text = fresh.text FROM (
        SELECT job.id AS job_id, {_words("job", "sqlite")} AS text FROM editor_editjob job
    ) AS fresh
    WHERE fresh.job_id = editor_jobwords.job_id AND fresh.text <> editor_jobwords.text
"""  # noqa: S608


_FTS_FORGETS = """
    INSERT INTO editor_jobwords_fts (editor_jobwords_fts, rowid, text)
    VALUES ('delete', OLD.id, OLD.text);
"""
_FTS_LEARNS = "INSERT INTO editor_jobwords_fts (rowid, text) VALUES (NEW.id, NEW.text);"
_FTS_RELEARNS = _FTS_FORGETS + _FTS_LEARNS
_FORGET_JOB = "DELETE FROM editor_jobwords WHERE job_id = OLD.id;"
_JOB_CHANGED = """
    AFTER UPDATE OF prompt, picture_id, purged_at ON editor_editjob
    WHEN NEW.prompt <> OLD.prompt OR NEW.picture_id <> OLD.picture_id
        OR NEW.purged_at IS NOT NULL
"""
_OF_PICTURE = "SELECT id FROM editor_editjob WHERE picture_id = NEW.id"
# By name: when it fires, and what it does then.
SQLITE_TRIGGERS = {
    "editor_words_added": ("AFTER INSERT ON editor_jobwords", _FTS_LEARNS),
    "editor_words_gone": ("AFTER DELETE ON editor_jobwords", _FTS_FORGETS),
    "editor_words_changed": (
        "AFTER UPDATE OF text ON editor_jobwords",
        _FTS_RELEARNS,
    ),
    "editor_job_added": (
        "AFTER INSERT ON editor_editjob",
        f"INSERT INTO editor_jobwords (job_id, text) VALUES (NEW.id, {_words('NEW', 'sqlite')});",  # noqa: S608
    ),
    "editor_job_changed": (
        _JOB_CHANGED,
        _reword("NEW.id", "sqlite"),
    ),
    "editor_job_gone": ("AFTER DELETE ON editor_editjob", _FORGET_JOB),
    "editor_picture_renamed": (
        "AFTER UPDATE OF name ON editor_picture WHEN NEW.name <> OLD.name",
        _reword(_OF_PICTURE, "sqlite"),
    ),
    **_tag_triggers("sqlite"),
}
SQLITE_INDEX = (
    "CREATE VIRTUAL TABLE editor_jobwords_fts USING fts5 (text, content='editor_jobwords', "
    "content_rowid='id', prefix='2 3', tokenize='unicode61 remove_diacritics 2')"
)

# Without the extension `unaccent`, which not every server has and few may install.
_FOLDED = (
    r"lower(normalize(regexp_replace(normalize(text, NFKD), '[\u0300-\u036f]', '', 'g'), NFC))"
)
_PLAIN = f"translate({_FOLDED}, '{PUNCTUATION.replace(chr(39), chr(39) * 2)}', repeat(' ', 32))"
_VECTOR = f"tsvector GENERATED ALWAYS AS (to_tsvector('pg_catalog.simple', {_PLAIN})) STORED"
POSTGRES_INDEX = (
    f"ALTER TABLE editor_jobwords ADD COLUMN vector {_VECTOR}",
    "CREATE INDEX editor_jobwords_vector ON editor_jobwords USING gin (vector)",
)
_WORD_ON_POSTGRES = f"""
    INSERT INTO editor_jobwords (job_id, text) VALUES (NEW.id, {_words("NEW", "postgresql")})
    ON CONFLICT (job_id) DO UPDATE SET text = EXCLUDED.text
    WHERE editor_jobwords.text <> EXCLUDED.text;
"""  # noqa: S608
POSTGRES_TRIGGERS = {
    "editor_job_worded": (
        "AFTER INSERT OR UPDATE OF prompt, picture_id, purged_at ON editor_editjob",
        _WORD_ON_POSTGRES,
    ),
    "editor_job_gone": ("AFTER DELETE ON editor_editjob", _FORGET_JOB),
    "editor_picture_renamed": (
        "AFTER UPDATE OF name ON editor_picture",
        f"IF NEW.name <> OLD.name THEN {_reword(_OF_PICTURE, 'postgresql')} END IF;",
    ),
    **_tag_triggers("postgresql"),
}


def take_away(connection: BaseDatabaseWrapper) -> None:
    """Drop the triggers of SQLite, so that migrations may alter its tables."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            ours = (
                SQLITE_TRIGGERS,
                kept_facts.SQLITE_TRIGGERS,
                audit_triggers.SQLITE_TRIGGERS,
                history_triggers.SQLITE_TRIGGERS,
            )
            for name in (name for triggers in ours for name in triggers):
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")


def make(connection: BaseDatabaseWrapper) -> None:
    """Make what is missing, and write the words of jobs that have none yet."""
    there = connection.introspection.table_names()
    if "editor_jobwords" not in there:
        return
    logged = "editor_auditentry" in there
    with transaction.atomic(connection.alias), connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            _make_on_sqlite(cursor)
            kept_facts.make_on_sqlite(cursor)
            if logged:
                audit_triggers.make_on_sqlite(cursor)
            if "editor_look" in there:
                history_triggers.make_on_sqlite(cursor)
        else:
            _make_on_postgres(cursor)
            kept_facts.make_on_postgres(cursor)
            if logged:
                audit_triggers.make_on_postgres(cursor)
            if "editor_look" in there:
                history_triggers.make_on_postgres(cursor)
        cursor.execute(_catch_up(connection.vendor))


def _make_on_sqlite(cursor: Any) -> None:
    if not cursor.execute(
        "SELECT 1 FROM sqlite_master WHERE name = 'editor_jobwords_fts'"
    ).fetchone():
        cursor.execute(SQLITE_INDEX)
        cursor.execute("INSERT INTO editor_jobwords_fts (editor_jobwords_fts) VALUES ('rebuild')")
    cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    were_away = not {name for (name,) in cursor.fetchall()}.issuperset(SQLITE_TRIGGERS)
    for name, (when, what) in SQLITE_TRIGGERS.items():
        cursor.execute(f"CREATE TRIGGER IF NOT EXISTS {name} {when} BEGIN {what} END")
    if were_away:
        cursor.execute(_CATCH_UP_ON_SQLITE)


def _make_on_postgres(cursor: Any) -> None:
    cursor.execute(
        "SELECT 1 FROM pg_attribute WHERE attrelid = 'editor_jobwords'::regclass "
        "AND attname = 'vector' AND NOT attisdropped"
    )
    if not cursor.fetchone():
        for statement in POSTGRES_INDEX:
            cursor.execute(statement)
    for name, (when, what) in POSTGRES_TRIGGERS.items():
        make_once(cursor, name, f"{when} FOR EACH ROW", f"BEGIN {what} RETURN NULL; END")


def _before_migrations(sender: AppConfig, using: str, **_: Any) -> None:
    take_away(connections[using])


def _after_migrations(sender: AppConfig, using: str, **_: Any) -> None:
    make(connections[using])


def connect(sender: AppConfig) -> None:
    """Do it around every `migrate`."""
    pre_migrate.connect(_before_migrations, sender=sender)
    post_migrate.connect(_after_migrations, sender=sender)
