"""Files that a worker packs for somebody to take away."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from editor.models.people import User


class ArchiveQuerySet(models.QuerySet["Archive"]):
    """Reads over archives."""

    def owned_by(self, user: User) -> ArchiveQuerySet:
        """This person's archives, the newest first."""
        return self.filter(owner=user).order_by("-created_at", "-id")


class Archive(models.Model):
    """One ZIP file: what was asked for, how far it is, and where it lies until it goes.

    Made again whenever it is asked for; nothing in it exists only there.
    """

    class Kind(models.TextChoices):
        PICTURES = "pictures", "Pictures"
        EVIDENCE = "evidence", "Evidence of one edit"

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        PACKING = "packing", "Packing"
        READY = "ready", "Ready"
        FAILED = "failed", "Failed"
        GONE = "gone", "No longer kept"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="archives"
    )
    kind = models.CharField(max_length=10, choices=Kind.choices)
    name = models.CharField(max_length=200)  # of the file, when it is downloaded
    asked = models.JSONField(default=dict)  # ids of what goes in, by the names of their models
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    total = models.PositiveIntegerField(default=0)  # files that go in
    packed = models.PositiveIntegerField(default=0)
    file = models.FileField(max_length=200, blank=True)
    bytes = models.PositiveBigIntegerField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    problem = models.CharField(max_length=300, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)  # while it is being packed
    created_at = models.DateTimeField(default=timezone.now)
    ready_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)

    objects = ArchiveQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["owner", "-created_at"], name="archive_list"),
            models.Index(fields=["state", "lease_until"], name="archive_due"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.get_state_display()})"
