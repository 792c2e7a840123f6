"""What the processes remember together for minutes: the table behind Django's cache."""

from __future__ import annotations

from django.db import models


class CacheEntry(models.Model):
    """One counted or remembered thing, written by Django's DatabaseCache alone.

    A model only so that the table comes with the migrations, like every other.
    """

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.cache_key
