"""What one person can narrow their wall by, and what the header counts, in one query."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field

from django.db import connection

from editor.models.jobs import OPEN_STATES

_OPEN = ", ".join(f"'{state}'" for state in OPEN_STATES)
# Models by one look into an index for each, however many edits there are: a GROUP BY would
# read them all.
_CHOICES = f"""
    WITH RECURSIVE used (model_id) AS (
        SELECT min(model_id) FROM editor_editjob WHERE owner_id = %s
        UNION ALL
        SELECT (
            SELECT min(job.model_id) FROM editor_editjob job
            WHERE job.owner_id = %s AND job.model_id > used.model_id
        )
        FROM used WHERE used.model_id IS NOT NULL
    )
    SELECT 'model', model_id, (
        SELECT job.model_name FROM editor_editjob job
        WHERE job.owner_id = %s AND job.model_id = used.model_id
            AND NOT job.hidden AND job.mask_test_id IS NULL AND job.trashed_at IS NULL
        ORDER BY job.created_at DESC LIMIT 1
    )
    FROM used WHERE model_id IS NOT NULL
    UNION ALL
    SELECT 'tag', name, name FROM editor_tag WHERE owner_id = %s
    UNION ALL
    SELECT 'collection', CAST(id AS varchar), name FROM editor_collection WHERE owner_id = %s
    UNION ALL
    SELECT 'open', CAST(count(*) AS varchar), 'open' FROM editor_editjob
    WHERE owner_id = %s AND state IN ({_OPEN})
"""  # noqa: S608, the states stand in the code


@dataclass
class WallChoices:
    """Values and names, by name: models of edits on the wall, tags, collections."""

    models: list[tuple[str, str]] = field(default_factory=list)
    tags: list[tuple[str, str]] = field(default_factory=list)
    collections: list[tuple[str, str]] = field(default_factory=list)
    open_jobs: int = 0  # still going on, wherever they are


def wall_choices(owner_id: int) -> WallChoices:
    """Look up what this person has used and made so far."""
    with connection.cursor() as cursor:
        cursor.execute(_CHOICES, [owner_id] * 6)
        rows = [row for row in cursor.fetchall() if row[2]]
    found = WallChoices()
    for kind, value, name in sorted(rows, key=lambda row: row[2].lower()):
        if kind == "model":
            found.models.append((value, name))
        elif kind == "tag":
            found.tags.append((value, name))
        elif kind == "open":
            found.open_jobs = int(value)
        else:
            found.collections.append((str(uuid.UUID(value)), name))
    return found
