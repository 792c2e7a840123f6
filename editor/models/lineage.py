"""The family of a picture: where it comes from, and all that was made from it since.

One recursive query, the same on SQLite and Postgres, finds who comes from whom; the rows
themselves follow in four more, however many there are.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection

from editor.models.families import Family, Node, Step
from editor.models.jobs import EditJob
from editor.models.pictures import Picture
from editor.models.references import Reference

if TYPE_CHECKING:
    from collections.abc import Iterable

# A family shows no more pictures, and edits that brought none, than this.
MOST_NODES = 500

# First from the picture up to what it all began with, then from there down. Every picture has at
# most one parent, so going down can meet nothing twice but the beginning; going up is bounded.
# The kinds stand in a table of their own because Postgres lets a recursive part name itself once.
# Empty ids have the type of ids on both; "+ 0" keeps SQLite from going through all of an owner's.
_FAMILY = """
WITH RECURSIVE above(picture_id, height) AS (
    SELECT picture.id, 0 FROM editor_picture picture WHERE picture.id = %(picture)s
    UNION ALL
    SELECT COALESCE(edit.picture_id, adjusted.picture_id, extension.of_id), above.height + 1
    FROM above
    LEFT JOIN editor_result result ON result.picture_id = above.picture_id
    LEFT JOIN editor_attempt attempt ON attempt.id = result.attempt_id
    LEFT JOIN editor_editjob edit ON edit.id = attempt.job_id
    LEFT JOIN editor_adjustment adjustment ON adjustment.picture_id = above.picture_id
    LEFT JOIN editor_editjob adjusted ON adjusted.id = adjustment.job_id
    LEFT JOIN editor_extension extension ON extension.picture_id = above.picture_id
    WHERE above.height < %(most)s
        AND COALESCE(edit.picture_id, adjusted.picture_id, extension.of_id) IS NOT NULL
),
kinds(kind) AS (
    SELECT 'result' UNION ALL SELECT 'adjusted' UNION ALL SELECT 'extended'
    UNION ALL SELECT 'nothing'
),
family(picture_id, parent_id, job_id, kind, place, depth, first_id) AS (
    SELECT picture_id, NULLIF(picture_id, picture_id), NULLIF(picture_id, picture_id), 'first', 0,
        0, picture_id
    FROM (
        SELECT picture_id FROM above WHERE height < %(most)s ORDER BY height DESC LIMIT 1
    ) AS highest
    UNION ALL
    SELECT COALESCE(result.picture_id, adjustment.picture_id, extension.picture_id),
        family.picture_id, job.id, kinds.kind, COALESCE(result."index", 0),
        family.depth + 1, family.first_id
    FROM family
    CROSS JOIN kinds
    LEFT JOIN editor_editjob job ON job.picture_id = family.picture_id
        AND job.owner_id + 0 = %(owner)s AND kinds.kind <> 'extended'
    LEFT JOIN editor_attempt attempt ON attempt.job_id = job.id AND kinds.kind = 'result'
    LEFT JOIN editor_result result ON result.attempt_id = attempt.id
    LEFT JOIN editor_adjustment adjustment ON adjustment.job_id = job.id
        AND kinds.kind = 'adjusted'
    LEFT JOIN editor_extension extension ON extension.of_id = family.picture_id
        AND kinds.kind = 'extended'
    WHERE family.picture_id IS NOT NULL AND family.depth < %(most)s AND (
        COALESCE(result.picture_id, adjustment.picture_id, extension.picture_id)
            <> family.first_id
        OR (kinds.kind = 'nothing' AND job.id IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM editor_attempt own JOIN editor_result came ON came.attempt_id = own.id
            WHERE own.job_id = job.id AND came.picture_id IS NOT NULL
        ))
    )
)
SELECT family.picture_id, family.parent_id, family.job_id, family.kind, family.place,
    family.depth, COUNT(*) OVER (), (SELECT MAX(height) FROM above)
FROM family
LEFT JOIN editor_picture picture ON picture.id = family.picture_id
LEFT JOIN editor_editjob job ON job.id = family.job_id
ORDER BY CASE WHEN family.picture_id IN (SELECT picture_id FROM above) THEN 0 ELSE 1 END,
    family.depth, COALESCE(job.created_at, picture.created_at) DESC, family.place
LIMIT %(most)s
"""


@dataclass(frozen=True)
class Link:
    """One row of the family: a picture and what it comes from, or an edit that brought none."""

    picture_id: uuid.UUID | None
    parent_id: uuid.UUID | None
    job_id: uuid.UUID | None
    kind: str  # first, result, adjusted, extended, nothing
    place: int  # among the images of its call, from 0
    depth: int


def family_of(picture: Picture, most: int = MOST_NODES) -> Family:
    """Give all that belongs to a picture, from the first one on; at most so many of it.

    What is left out of a larger family is what lies deepest, the oldest first; the way from
    the first picture down to this one is always there.
    """
    links, is_cut = _links(picture, most)
    pictures = _pictures(picture, links)
    jobs = _jobs(links)
    lent = _lent(jobs)
    family = Family(picture.pk, is_cut=is_cut)
    for link in links:
        if link.picture_id is not None and link.picture_id not in pictures:
            continue
        _place(family, link, pictures, jobs, lent)
    family.finish()
    return family


def _links(picture: Picture, most: int) -> tuple[list[Link], bool]:
    """The rows, parents before their children, and whether there are more."""
    id_field = Picture._meta.pk
    asked = {
        "picture": id_field.get_db_prep_value(picture.pk, connection),
        "owner": picture.owner_id,
        "most": most,
    }
    with connection.cursor() as cursor:
        cursor.execute(_FAMILY, asked)
        rows = cursor.fetchall()
    links = [
        Link(_as_id(row[0]), _as_id(row[1]), _as_id(row[2]), row[3], row[4], row[5]) for row in rows
    ]
    return links, any(row[6] > most or row[7] >= most for row in rows[:1])


def _as_id(value: Any) -> uuid.UUID | None:
    """Postgres gives ids, SQLite their 32 digits."""
    return value if value is None or isinstance(value, uuid.UUID) else uuid.UUID(value)


def _pictures(picture: Picture, links: Iterable[Link]) -> dict[uuid.UUID, Picture]:
    ids = {link.picture_id for link in links if link.picture_id is not None}
    found = Picture.objects.filter(pk__in=ids).select_related("adjusted_by", "extension")
    # Asked here: SQLite would go through everything that the owner has.
    return {each.pk: each for each in found if each.owner_id == picture.owner_id}


def _jobs(links: Iterable[Link]) -> dict[uuid.UUID, EditJob]:
    ids = {link.job_id for link in links if link.job_id is not None}
    return {job.pk: job for job in EditJob.objects.filter(pk__in=ids).with_cost()}


def _lent(jobs: dict[uuid.UUID, EditJob]) -> dict[uuid.UUID, list[Picture]]:
    """What the jobs sent along, in order."""
    lent: dict[uuid.UUID, list[Picture]] = {}
    for reference in Reference.objects.filter(job__in=jobs).select_related("picture"):
        lent.setdefault(reference.job_id, []).append(reference.picture)
    return lent


def _place(
    family: Family,
    link: Link,
    pictures: dict[uuid.UUID, Picture],
    jobs: dict[uuid.UUID, EditJob],
    lent: dict[uuid.UUID, list[Picture]],
) -> None:
    """Hang one row where it belongs; what hangs on nothing is left out."""
    picture = pictures[link.picture_id] if link.picture_id is not None else None
    if link.parent_id is None:
        if picture is not None:
            family.begin(picture)
        return
    parent = family.nodes.get(link.parent_id)
    if parent is None:
        return
    job = jobs[link.job_id] if link.job_id is not None else None
    step = family.step(parent, job, picture, lent.get(job.pk, []) if job else [])
    if picture is not None and picture.pk not in family.nodes:
        family.add(Node(picture, link.kind, link.place, link.depth, step))


__all__ = ["MOST_NODES", "Family", "Node", "Step", "family_of"]
