"""Signs of life of the workers, for the eyes of those who run the server."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

FORGOTTEN_AFTER = timedelta(days=1)


class WorkerManager(models.Manager["Worker"]):
    """The one write, and the reads that readiness and metrics share."""

    def report(self, name: str, swept_seconds_ago: float | None) -> None:
        """Write down that this worker lives, by the database's clock."""
        swept = None if swept_seconds_ago is None else timedelta(seconds=swept_seconds_ago)
        values = {"seen_at": Now(), "swept_at": None if swept is None else Now() - swept}
        if self.filter(pk=name).update(**values) == 0:
            self.filter(seen_at__lt=Now() - FORGOTTEN_AFTER).delete()
            self.get_or_create(name=name, defaults=values)

    def alive(self, within: timedelta) -> models.QuerySet[Worker]:
        """Workers that gave a sign of life so lately."""
        return self.filter(seen_at__gte=Now() - within)


class Worker(models.Model):
    """One worker process: when it last said that it lives, and when it last swept.

    Information only. Whose job it is, is decided by the lease on the job's own row.
    """

    name = models.CharField(max_length=100, primary_key=True)  # as on the jobs that it claims
    seen_at = models.DateTimeField(default=timezone.now)
    swept_at = models.DateTimeField(null=True)  # the end of its last whole sweep

    objects = WorkerManager()

    def __str__(self) -> str:
        return self.name
