"""Further pictures that a job sends along."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import models

from editor.models.jobs import EditJob
from editor.models.pictures import Picture


class ReferenceQuerySet(models.QuerySet["Reference"]):
    """Reads and the one write of references."""

    def keep(self, job: EditJob, pictures: Sequence[Picture]) -> None:
        """Write down what a new job sends along, in this order."""
        self.bulk_create(
            self.model(job=job, picture=picture, place=place)
            for place, picture in enumerate(pictures)
        )

    def pictures_of(self, job: EditJob) -> list[Picture]:
        """Give what a job sends along, in order; also what has been deleted since."""
        return [each.picture for each in self.filter(job=job).select_related("picture")]


class Reference(models.Model):
    """One picture that a job sends beside the one to edit; `place` counts from 0."""

    job = models.ForeignKey(EditJob, on_delete=models.CASCADE, related_name="references")
    picture = models.ForeignKey(Picture, on_delete=models.PROTECT, related_name="lent_to")
    place = models.PositiveSmallIntegerField()

    objects = ReferenceQuerySet.as_manager()

    class Meta:
        ordering = ["place"]
        constraints = [
            models.UniqueConstraint(fields=["job", "place"], name="one_reference_per_place"),
            models.UniqueConstraint(fields=["job", "picture"], name="each_reference_once"),
        ]

    def __str__(self) -> str:
        return f"reference {self.place + 1} of {self.job_id}"
