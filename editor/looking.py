"""Notes that staff look at members' pictures: a line in the edit's history and in the audit log.

Once for each reviewer, edit and hour, so that the history stays readable. Whoever sends the
bytes of a picture asks this, so no way to a picture goes past it.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from editor.audit import record
from editor.models import Adjustment, EditJob, Look, Picture, Reference, Result, User
from editor.models.jobs import EditJobQuerySet

LOOKED = "Looked at by staff."


def note_look(job: EditJob, by: User) -> bool:
    """Note that somebody looks at the pictures of this edit; False: it is theirs, or noted."""
    hour = timezone.now().replace(minute=0, second=0, microsecond=0)
    if job.owner_id == by.pk or Look.objects.filter(job=job, reviewer=by, hour=hour).exists():
        return False
    with transaction.atomic():
        EditJob.objects.select_for_update().get(pk=job.pk)  # two pictures are asked for at once
        _look, is_new = Look.objects.get_or_create(job=job, reviewer=by, hour=hour)
        if is_new:
            job.note(LOOKED, actor=by)
            record("picture.looked_at", by=by, on=job)
    return is_new


def note_look_at(picture: Picture, by: User) -> bool:
    """Note that somebody is sent a picture, with the edit that it belongs to.

    Where it belongs to several, whoever has just looked at one of them has seen it there.
    """
    if picture.owner_id == by.pk:
        return False
    jobs = _edits_of(picture)
    hour = timezone.now().replace(minute=0, second=0, microsecond=0)
    if Look.objects.filter(job__in=jobs.values("pk"), reviewer=by, hour=hour).exists():
        return False
    job = jobs.order_by("-created_at").first()
    return note_look(job, by) if job else False


def _edits_of(picture: Picture) -> EditJobQuerySet:
    # Each question by itself finds its few rows in an index; all in one would read every edit.
    rows: tuple[QuerySet[Any], ...] = (
        EditJob.objects.filter(picture=picture).values_list("pk"),
        Result.objects.filter(picture=picture).values_list("attempt__job"),
        Adjustment.objects.filter(picture=picture).values_list("job"),
        Reference.objects.filter(picture=picture).values_list("job"),
    )
    found = {pk for some in rows for (pk,) in some.order_by()}
    return EditJob.objects.filter(pk__in=found)
