"""Evidence packs that somebody has brought along."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone

from editor.models.jobs import EditJob
from editor.models.people import User


class ImportedPackQuerySet(models.QuerySet["ImportedPack"]):
    """Reads over packs."""

    def owned_by(self, user: User) -> ImportedPackQuerySet:
        """Packs that this person brought."""
        return self.filter(owner=user)

    def waiting(self) -> ImportedPackQuerySet:
        """Those that are looked at, and not kept yet."""
        return self.filter(job=None)

    def kept_as(self, user: User, identity: str) -> ImportedPack | None:
        """The same pack as this person has kept it, if they still have what came of it."""
        kept = self.owned_by(user).filter(identity=identity, job__purging_at=None)
        return kept.exclude(job=None).select_related("job").first()


class ImportedPack(models.Model):
    """An evidence pack that was checked: what it told, and the EditJob that came of it.

    `file` holds its bytes until its owner has kept it or gone; `told` is its manifest, and `found`
    what reading and proving its pictures found.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="imported_packs"
    )
    identity = models.CharField(max_length=64)
    told = models.JSONField()
    found = models.JSONField()
    file = models.FileField(max_length=200, blank=True)
    bytes = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    job = models.OneToOneField(
        EditJob, on_delete=models.CASCADE, null=True, related_name="imported_pack"
    )
    created_at = models.DateTimeField(default=timezone.now)

    objects = ImportedPackQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["owner", "identity"], name="imported_pack_same")]

    def __str__(self) -> str:
        return f"pack of {self.told_edit.get('id', '?')}"

    def get_absolute_url(self) -> str:
        return reverse("editor:pack_imported", args=[self.pk])

    # Ids of what keeping it makes: the same ones each time, so that twice is once.

    def picture_id(self, file: str) -> uuid.UUID:
        """The Picture of one of its files."""
        return uuid.uuid5(self.pk, file)

    def attempt_id(self, number: int) -> uuid.UUID:
        """The Attempt that stands for a call, counted from 1."""
        return uuid.uuid5(self.pk, f"attempt {number}")

    @property
    def mask_id(self) -> uuid.UUID:
        return uuid.uuid5(self.pk, "mask")

    @property
    def job_to_be(self) -> uuid.UUID:
        return uuid.uuid5(self.pk, "job")

    @property
    def told_edit(self) -> dict[str, Any]:
        """What the pack says of the edit."""
        edit: dict[str, Any] = self.told["edit"]
        return edit
