"""How somebody likes their studio and their review desk."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class StudioPreference(models.Model):
    """One person's keys and look of the mask. No row: everything as it comes."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="studio_preference",
    )
    bindings = models.JSONField(default=dict)  # command -> its chords; only what was changed
    look = models.JSONField(default=dict)  # colour, opacity, pattern, outline of the mask
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"studio of {self.user}"


class DeskPreference(models.Model):
    """How somebody who reviews likes the desk. No row: everything as it comes."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="desk_preference",
    )
    shows_pictures = models.BooleanField(default=False)  # False: they are blurred until wanted

    def __str__(self) -> str:
        return f"desk of {self.user}"
