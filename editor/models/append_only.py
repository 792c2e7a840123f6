"""Rows that say what happened: they are added, and that is all.

The database refuses the rest by itself (history_triggers.py); this says so before it is asked.
"""

from __future__ import annotations

from typing import Any, NoReturn, TypeVar

from django.db import models

Row = TypeVar("Row", bound=models.Model, covariant=True)


class AppendOnlyQuerySet(models.QuerySet[Row]):
    """Reads, and rows to be added."""

    def update(self, **_: Any) -> NoReturn:
        """Always refused."""
        self._refuse()

    def delete(self) -> NoReturn:
        """Always refused."""
        self._refuse()

    def bulk_update(self, *_: Any, **__: Any) -> NoReturn:
        """Always refused."""
        self._refuse()

    def _refuse(self) -> NoReturn:
        message = f"{self.model._meta.verbose_name_plural} are append-only."
        raise TypeError(message.capitalize())


class AppendOnly(models.Model):
    """One row of what happened."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Add the row. A second save of the same row is refused."""
        if not self._state.adding:
            self._refuse()
        super().save(*args, **kwargs)

    def delete(self, *_: Any, **__: Any) -> NoReturn:
        """Always refused."""
        self._refuse()

    def _refuse(self) -> NoReturn:
        message = f"{self._meta.verbose_name_plural} are append-only."
        raise TypeError(message.capitalize())
