"""A job's history, one line at a time."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from editor.models.append_only import AppendOnly, AppendOnlyQuerySet


class Event(AppendOnly):
    """One line of a job's history. Append-only: what happened is never rewritten."""

    id = models.BigAutoField(primary_key=True)
    job = models.ForeignKey("editor.EditJob", on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField(default=timezone.now)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    state = models.CharField(max_length=10)  # the job's state after this line
    sentence = models.CharField(max_length=400)

    objects = AppendOnlyQuerySet["Event"].as_manager()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.sentence

    @property
    def actor_name(self) -> str:
        return self.actor.get_username() if self.actor else "NanoEdit"
