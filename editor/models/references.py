"""Further pictures that a job sends along."""

from __future__ import annotations

from django.db import models

from editor.models.jobs import EditJob
from editor.models.pictures import Picture


class Reference(models.Model):
    """One picture that a job sends beside the one to edit; `place` counts from 0."""

    job = models.ForeignKey(EditJob, on_delete=models.CASCADE, related_name="references")
    picture = models.ForeignKey(Picture, on_delete=models.PROTECT, related_name="lent_to")
    place = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["place"]
        constraints = [
            models.UniqueConstraint(fields=["job", "place"], name="one_reference_per_place"),
            models.UniqueConstraint(fields=["job", "picture"], name="each_reference_once"),
        ]

    def __str__(self) -> str:
        return f"reference {self.place + 1} of {self.job_id}"
