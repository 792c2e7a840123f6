"""Hearts, stars, tags and collections as an edit keeps them beside it, for the wall's filters.

Marks belong to pictures, and an edit has those of what it brought, as far as its owner sees
that. To ask the pictures for it, a wall would have to look at all of them. So an edit
keeps in its own row whether it has a heart and its best stars, and a FiledJob for each tag
and each collection. Triggers write both (models/kept_facts.py makes them); they are copies.
"""

# ruff: noqa: S608, ISC004 -- constants of this file alone, in statements of several lines

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection, models

if TYPE_CHECKING:
    import uuid
    from collections.abc import Collection, Mapping


class FiledJob(models.Model):
    """An edit under one tag, or in one collection: in the order of the wall, the tag's own wall.

    Only triggers write it, never this code.
    """

    id = models.BigAutoField(primary_key=True)
    job = models.ForeignKey(
        "editor.EditJob", on_delete=models.CASCADE, related_name="filed", db_index=False
    )
    under = models.UUIDField()  # id of a Tag, or of a Collection
    created_at = models.DateTimeField()  # of the edit

    class Meta:
        indexes = [models.Index(fields=["under", "-created_at", "-job"], name="filed_wall")]
        constraints = [
            models.UniqueConstraint(fields=["job", "under"], name="filed_once_under_each")
        ]

    def __str__(self) -> str:
        return f"{self.job_id} under {self.under}"


# The edits that brought a picture; {0} is its id.
BROUGHT = """
    SELECT attempt.job_id FROM editor_result result
    JOIN editor_attempt attempt ON attempt.id = result.attempt_id
    WHERE result.picture_id = {0}
    UNION SELECT job_id FROM editor_adjustment WHERE picture_id = {0}
"""
# The pictures that an edit brought and that its owner sees; {0} is the edit's id.
_MADE = """(
    SELECT made.id FROM editor_picture made
    WHERE made.deleted_at IS NULL AND made.withheld_at IS NULL AND made.id IN (
        SELECT result.picture_id FROM editor_result result
        JOIN editor_attempt attempt ON attempt.id = result.attempt_id
        WHERE attempt.job_id = {0}
        UNION SELECT adjusted.picture_id FROM editor_adjustment adjusted
        WHERE adjusted.job_id = {0}
    )
)"""
_OF_JOB = _MADE.format("editor_editjob.id")
_HEARTED = f"EXISTS (SELECT 1 FROM editor_picture WHERE favourite AND id IN {_OF_JOB})"
_STARS = f"coalesce((SELECT max(rating) FROM editor_picture WHERE id IN {_OF_JOB}), 0)"
# Writes heart and stars of the edits {0}, where they are others.
_MARK = f"""
    UPDATE editor_editjob SET hearted = {_HEARTED}, best_stars = {_STARS}
    WHERE id IN ({{0}}) AND (hearted <> {_HEARTED} OR best_stars <> {_STARS});
"""
# Puts the edits that brought the picture {0} under all that it has, unless nobody sees it.
_FILE = f"""
    INSERT INTO editor_filedjob (job_id, under, created_at)
    SELECT job.id, held.under, job.created_at FROM editor_editjob job
    JOIN (
        SELECT tag_id AS under FROM editor_tag_pictures WHERE picture_id = {{0}}
        UNION SELECT collection_id FROM editor_collectionitem WHERE picture_id = {{0}}
    ) held ON job.id IN ({BROUGHT})
    WHERE EXISTS (
        SELECT 1 FROM editor_picture
        WHERE id = {{0}} AND deleted_at IS NULL AND withheld_at IS NULL
    )
    ON CONFLICT (job_id, under) DO NOTHING;
"""
# Takes the edits {0} out of where nothing is any more of what they brought.
_UNFILE = f"""
    DELETE FROM editor_filedjob WHERE job_id IN ({{0}})
    AND NOT EXISTS (
        SELECT 1 FROM editor_tag_pictures put WHERE put.tag_id = under
        AND put.picture_id IN {_MADE.format("editor_filedjob.job_id")}
    ) AND NOT EXISTS (
        SELECT 1 FROM editor_collectionitem item WHERE item.collection_id = under
        AND item.picture_id IN {_MADE.format("editor_filedjob.job_id")}
    );
"""
# On Postgres two changes may meet at one edit. The second one waits here, and each statement
# after it sees what the first one did.
_LOCK = "PERFORM 1 FROM editor_editjob WHERE id IN ({0}) ORDER BY id FOR NO KEY UPDATE;"

_BY_RESULT = "SELECT job_id FROM editor_attempt WHERE id = {0}.attempt_id"
_BY_ADJUSTMENT = "SELECT {0}.job_id"
# Name, when it fires, where, under which condition; then for which edits, and what is done.
_TRIGGERS: tuple[tuple[str, str, str, str, str, tuple[str, ...]], ...] = (
    (
        "editor_mark_changed", "UPDATE OF favourite, rating", "editor_picture",
        "NEW.favourite <> OLD.favourite OR coalesce(NEW.rating, 0) <> coalesce(OLD.rating, 0)",
        BROUGHT.format("NEW.id"), (_MARK,),
    ),
    (
        "editor_marked_out_of_sight", "UPDATE OF deleted_at, withheld_at", "editor_picture",
        "(NEW.deleted_at IS NULL AND NEW.withheld_at IS NULL) "
        "<> (OLD.deleted_at IS NULL AND OLD.withheld_at IS NULL)",
        BROUGHT.format("NEW.id"), (_MARK, _UNFILE, _FILE.replace("{0}", "NEW.id")),
    ),
    *(
        trigger
        for name, table in (("tag", "editor_tag_pictures"), ("item", "editor_collectionitem"))
        for trigger in (
            (
                f"editor_{name}_filed", "INSERT", table, "", BROUGHT.format("NEW.picture_id"),
                (_FILE.replace("{0}", "NEW.picture_id"),),
            ),
            (
                f"editor_{name}_unfiled", "DELETE", table, "", BROUGHT.format("OLD.picture_id"),
                (_UNFILE,),
            ),
        )
    ),
    *(
        trigger
        for table, jobs in (("result", _BY_RESULT), ("adjustment", _BY_ADJUSTMENT))
        for trigger in (
            (
                f"editor_{table}_marks_came", "INSERT", f"editor_{table}",
                "NEW.picture_id IS NOT NULL", jobs.format("NEW"),
                (_MARK, _FILE.replace("{0}", "NEW.picture_id")),
            ),
            (
                f"editor_{table}_marks_changed", "UPDATE OF picture_id", f"editor_{table}",
                "coalesce(NEW.picture_id, OLD.picture_id) IS NOT NULL", jobs.format("NEW"),
                (_MARK, _UNFILE, _FILE.replace("{0}", "NEW.picture_id")),
            ),
            (
                f"editor_{table}_marks_gone", "DELETE", f"editor_{table}",
                "OLD.picture_id IS NOT NULL", jobs.format("OLD"), (_MARK, _UNFILE),
            ),
        )
    ),
    (
        "editor_filed_moved", "UPDATE OF created_at", "editor_editjob",
        "NEW.created_at <> OLD.created_at", "",
        ("UPDATE editor_filedjob SET created_at = NEW.created_at WHERE job_id = NEW.id;",),
    ),
    (
        "editor_filed_gone", "DELETE", "editor_editjob", "", "",
        ("DELETE FROM editor_filedjob WHERE job_id = OLD.id;",),
    ),
)  # fmt: skip


def _done(jobs: str, steps: tuple[str, ...]) -> str:
    return " ".join(step.replace("{0}", jobs) for step in steps)


SQLITE_TRIGGERS: Mapping[str, tuple[str, str]] = {
    name: (
        f"AFTER {event} ON {table}" + (f" WHEN {condition}" if condition else ""),
        _done(jobs, steps),
    )
    for name, event, table, condition, jobs, steps in _TRIGGERS
}
POSTGRES_TRIGGERS: Mapping[str, tuple[str, str]] = {
    name: (
        f"AFTER {event} ON {table} FOR EACH ROW" + (f" WHEN ({condition})" if condition else ""),
        _done(jobs, (_LOCK, *steps) if jobs else steps) + " RETURN NULL;",
    )
    for name, event, table, condition, jobs, steps in _TRIGGERS
}

_BY = (
    "JOIN editor_result result ON result.picture_id = made.id "
    "JOIN editor_attempt brought ON brought.id = result.attempt_id",
    "JOIN editor_adjustment brought ON brought.picture_id = made.id",
)
# What all edits should keep, begun with the few pictures that are marked.
_ALL_MARKS = "SELECT job_id, max(heart) AS heart, max(stars) AS stars FROM ({}) m GROUP BY job_id"
_ALL_MARKS = _ALL_MARKS.format(
    " UNION ALL ".join(
        "SELECT brought.job_id, CASE WHEN made.favourite THEN 1 ELSE 0 END AS heart, "
        f"coalesce(made.rating, 0) AS stars FROM editor_picture made {by} "
        "WHERE made.deleted_at IS NULL AND made.withheld_at IS NULL "
        "AND (made.favourite OR made.rating IS NOT NULL)"
        for by in _BY
    )
)
_ALL_FILED = " UNION ".join(
    f"SELECT job.id, held.under, job.created_at FROM ({held}) held "
    "JOIN editor_picture made ON made.id = held.picture_id "
    f"AND made.deleted_at IS NULL AND made.withheld_at IS NULL {by} "
    "JOIN editor_editjob job ON job.id = brought.job_id"
    for by in _BY
    for held in (
        "SELECT picture_id, tag_id AS under FROM editor_tag_pictures",
        "SELECT picture_id, collection_id AS under FROM editor_collectionitem",
    )
)
WRONGLY_MARKED = f"""
    SELECT job.id FROM editor_editjob job LEFT JOIN ({_ALL_MARKS}) marked ON marked.job_id = job.id
    WHERE CASE WHEN job.hearted THEN 1 ELSE 0 END <> coalesce(marked.heart, 0)
        OR job.best_stars <> coalesce(marked.stars, 0)
"""
_IS_FILED = "SELECT job_id, under, created_at FROM editor_filedjob"
WRONGLY_FILED = (
    f"SELECT * FROM ({_ALL_FILED}) missing EXCEPT {_IS_FILED}",
    f"{_IS_FILED} EXCEPT SELECT * FROM ({_ALL_FILED}) wanted",
)
CATCH_UP = (
    _MARK.replace("{0}", WRONGLY_MARKED),
    "DELETE FROM editor_filedjob WHERE (job_id, under, created_at) IN "
    f"(SELECT * FROM ({WRONGLY_FILED[1]}) wrong)",
    "INSERT INTO editor_filedjob (job_id, under, created_at) "
    f"SELECT * FROM ({_ALL_FILED}) wanted WHERE true ON CONFLICT (job_id, under) DO NOTHING",
)


def hold_jobs_of(pictures: Collection[uuid.UUID]) -> None:
    """Let nobody else change the edits that brought these, until the transaction ends.

    To be called before marks or sight of pictures are changed: the triggers come to the edit
    after the picture, and who changes both comes to the edit first, so one would wait for the
    other in a ring. On SQLite there is one writer at a time, and nothing to hold.
    """
    if connection.vendor != "postgresql":
        return
    jobs = BROUGHT.replace("= {0}", "= ANY(%s)")
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id FROM editor_editjob WHERE id IN ({jobs}) ORDER BY id FOR NO KEY UPDATE",
            [list(pictures)] * 2,
        )
