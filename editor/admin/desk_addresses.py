"""Where a job stands on the review desk."""

from __future__ import annotations

import uuid

from django.urls import reverse

from editor.models import EditJob
from editor.models.lanes import Lane


def desk_url(lane: Lane, job: EditJob | uuid.UUID | None) -> str:
    """Where a job stands on the desk; for none, what a lane says at its end."""
    if job is None:
        return reverse("admin:editor_editjob_lane", args=[lane.name]) + "?end"
    pk = job if isinstance(job, uuid.UUID) else job.pk
    return reverse("admin:editor_editjob_desk", args=[lane.name, pk])
