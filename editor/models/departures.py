"""Who has deleted their account, and whether all of it is gone."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone


class Departure(models.Model):
    """Somebody has left: what they made is erased by workers. The account's row stays, unnamed."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        primary_key=True,
        related_name="departure",
    )
    at = models.DateTimeField(default=timezone.now, db_default=Now())
    done_at = models.DateTimeField(null=True)  # nothing of theirs is left

    class Meta:
        indexes = [
            models.Index(
                fields=["at"], name="departure_open", condition=models.Q(done_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"departure of {self.user_id}"
