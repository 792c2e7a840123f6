"""Finished edits put together anew, for free."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from typing import Any

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone

from editor.models.jobs import EditJob
from editor.models.pictures import Mask, Picture, in_sight
from editor.models.results import lock_words


class AdjustmentQuerySet(models.QuerySet["Adjustment"]):
    """Reads over adjustments."""

    def waiting(self) -> AdjustmentQuerySet:
        """Those that are still to be made."""
        return self.filter(state=Adjustment.State.WAITING)

    def due(self, dead_workers: Collection[str] = ()) -> AdjustmentQuerySet:
        """Those whose time has come and that nobody works on; nor do workers that are dead."""
        free = Q(lease_until=None) | Q(lease_until__lt=Now()) | Q(worker__in=dead_workers)
        return self.waiting().filter(free, Q(next_at=None) | Q(next_at__lte=Now()))

    def shown(self) -> AdjustmentQuerySet:
        """What a job's page tells of, oldest first: all but those whose picture was deleted."""
        return (
            self.filter(Q(picture=None) | Q(**in_sight("picture")))
            .select_related("picture", "job")
            .order_by("created_at")
        )


class Adjustment(models.Model):
    """One wish to put a finished edit together anew from what is kept of it, and its Picture.

    `settings` say how: feather and grow in pixels, opacity in percent, match_colour, undo_drift,
    `result` (where nothing else is chosen), `areas` (for each area of the mask the id of the
    Result that shows in it, 0 for the original; empty: `result` in all of them), and `level`
    for an edit without a mask. The row is the queue: a worker takes it by its lease.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Being made"
        DONE = "done", "Done"
        FAILED = "failed", "Not made"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    job = models.ForeignKey(EditJob, on_delete=models.PROTECT, related_name="adjustments")
    settings = models.JSONField()
    # What was painted back, 255 = the original stands again.
    restored = models.ForeignKey(
        Mask, on_delete=models.PROTECT, null=True, related_name="adjustments"
    )
    digest = models.CharField(max_length=64)  # of all that was asked for: equal asks are one row
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    problem = models.CharField(max_length=300, blank=True)
    worker = models.CharField(max_length=100, blank=True)
    lease_until = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    picture = models.OneToOneField(
        Picture, on_delete=models.PROTECT, null=True, related_name="adjusted_by"
    )
    outside_pixels = models.PositiveBigIntegerField(null=True)
    changed_pixels = models.PositiveBigIntegerField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    objects = AdjustmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["job", "digest"], name="one_adjustment_per_wish"),
            models.CheckConstraint(
                condition=~Q(state="done") | Q(picture__isnull=False),
                name="a_made_adjustment_has_its_picture",
            ),
        ]
        indexes = [models.Index(fields=["state", "created_at"], name="adjustment_queue")]

    def __str__(self) -> str:
        return f"{self.get_state_display()}: {self.words}"

    @property
    def is_waiting(self) -> bool:
        return self.state == self.State.WAITING

    @property
    def lock_holds(self) -> bool | None:
        """Whether every pixel outside what was chosen stayed; None while it is not made."""
        return None if self.changed_pixels is None else self.changed_pixels == 0

    @property
    def lock_sentence(self) -> str:
        """The lock check in words; empty while it is not made."""
        if self.outside_pixels is None:
            return ""
        return lock_words(self.changed_pixels or 0, self.outside_pixels)

    @property
    def words(self) -> str:
        """How it differs from the edit itself, in a few words."""
        only = ["only what changed"] if self.job.mask_id is None else []
        restored = ["partly painted back"] if self.restored_id is not None else []
        return ", ".join([*only, *_words(self.settings), *restored])

    @property
    def again_url(self) -> str:
        """Where the same settings can be changed."""
        return f"{reverse('editor:adjust', args=[self.job_id])}?from={self.pk}"


def _words(settings: dict[str, Any]) -> list[str]:
    areas, words = settings["areas"], []
    if areas:
        taken = sum(bool(area) for area in areas)
        words.append(f"{taken} of {len(areas)} areas")
        variants = len({area for area in areas if area})
        words += [f"{variants} results together"] if variants > 1 else []
    words.append(f"feather {settings['feather']} px")
    if settings["grow"]:
        words.append(f"{'grown' if settings['grow'] > 0 else 'shrunk'} {abs(settings['grow'])} px")
    if settings["opacity"] != 100:
        words.append(f"opacity {settings['opacity']} %")
    words += [] if settings["match_colour"] else ["colours as they came"]
    return words + ([] if settings["undo_drift"] else ["drift left in"])
