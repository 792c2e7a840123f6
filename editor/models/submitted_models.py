"""How a model was described when a job was submitted: jobs keep what they were submitted with.

Staff may write masks for a model otherwise, or the upstream may list other sizes, while a job
waits. What was agreed to goes out as it was agreed to; only the price is looked at anew, against
the consent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

from editor.models.catalogue import UpstreamModel
from editor.models.jobs import EditJob

if TYPE_CHECKING:
    from collections.abc import Iterable

# What decides which bytes a call sends, and what size it asks for.
KEPT_FIELDS = ("mask_dialect", "sizes", "least_pixels", "most_pixels")


class SubmittedModelQuerySet(models.QuerySet["SubmittedModel"]):
    """Keeps it, and gives it back."""

    def keep(self, job: EditJob, model: UpstreamModel) -> None:
        """Note how the model of a new job is described now."""
        self.create(job=job, told={name: getattr(model, name) for name in KEPT_FIELDS})

    def model_of(self, job: EditJob) -> UpstreamModel | None:
        """The model of a job as it was submitted; today's where nothing was noted. Never save it.

        None when the catalogue does not hold it any more.
        """
        model = UpstreamModel.objects.filter(model_id=job.model_id).first()
        told = self.filter(job=job).values_list("told", flat=True).first() if model else None
        for name in _known(told or {}):
            setattr(model, name, (told or {})[name])
        return model


class SubmittedModel(models.Model):
    """What one job keeps of the catalogue."""

    job = models.OneToOneField(
        EditJob, on_delete=models.CASCADE, primary_key=True, related_name="submitted_model"
    )
    told = models.JSONField()

    objects = SubmittedModelQuerySet.as_manager()

    def __str__(self) -> str:
        return f"what {self.job_id} was submitted with"


def _known(told: dict[str, object]) -> Iterable[str]:
    return (name for name in KEPT_FIELDS if name in told)
