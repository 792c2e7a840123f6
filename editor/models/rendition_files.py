"""What was written under the names of renditions."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping

from django.db import models
from django.utils import timezone


class RenditionFileQuerySet(models.QuerySet["RenditionFile"]):
    """The one write."""

    def note(self, picture_id: uuid.UUID, written: Mapping[str, bytes]) -> None:
        """Write down what was just stored of a picture, by key; what was there before is over."""
        if not written:
            return
        # Sorted: two makers of the same renditions would wait for each other crosswise.
        self.bulk_create(
            [
                self.model(
                    key=key,
                    picture_uuid=picture_id,
                    sha256=hashlib.sha256(data).hexdigest(),
                    bytes=len(data),
                )
                for key, data in sorted(written.items())
            ],
            update_conflicts=True,
            unique_fields=["key"],
            update_fields=["sha256", "bytes", "written_at"],
        )


class RenditionFile(models.Model):
    """The digest and size of one rendition, by its name in storage.

    No foreign key: the first renditions of a result are stored before its Picture is a row. Files
    of earlier releases have none until `verify_storage --fill-digests` reads them.
    """

    key = models.CharField(max_length=200, primary_key=True)
    picture_uuid = models.UUIDField(db_index=True)
    sha256 = models.CharField(max_length=64)
    bytes = models.PositiveBigIntegerField()
    written_at = models.DateTimeField(default=timezone.now)

    objects = RenditionFileQuerySet.as_manager()

    def __str__(self) -> str:
        return self.key
