"""What was found out about a call whose outcome is unknown. Nothing follows from it by itself."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from editor.models.attempts import Attempt


class Evidence(models.Model):
    """One look at what the upstream says of an attempt: by request id, by balance, by totals."""

    attempt = models.ForeignKey(Attempt, on_delete=models.CASCADE, related_name="evidence")
    at = models.DateTimeField(default=timezone.now)
    lookup = models.CharField(max_length=40)  # found, not_found, several, failed
    lookup_cost_nano = models.BigIntegerField(null=True)
    balance_nano = models.BigIntegerField(null=True)
    day_requests = models.PositiveIntegerField(null=True)  # this key, this UTC day
    day_cost_nano = models.BigIntegerField(null=True)
    sentence = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.lookup} for {self.attempt_id}"
