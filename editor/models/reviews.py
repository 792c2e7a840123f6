"""What staff think of a job."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from editor.models.jobs import EditJob


class Review(models.Model):
    """A staff verdict on a job. The newest one counts; the older ones stay."""

    class Verdict(models.TextChoices):
        APPROVED = "approved", "Approved"
        REJECTED = "rejected", "Rejected"

    job = models.ForeignKey(EditJob, on_delete=models.CASCADE, related_name="reviews")
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="reviews"
    )
    verdict = models.CharField(max_length=10, choices=Verdict.choices)
    note = models.TextField(blank=True, max_length=2000)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.verdict_label} by {self.reviewer_name}"

    @property
    def verdict_label(self) -> str:
        return self.get_verdict_display()

    @property
    def reviewer_name(self) -> str:
        return self.reviewer.get_username()
