"""What people have marked of an edit: its marks are those of what it brought."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models import Prefetch

if TYPE_CHECKING:
    from editor.models.jobs import EditJobQuerySet
    from editor.models.pictures import Picture


def with_marks(jobs: EditJobQuerySet) -> EditJobQuerySet:
    """Load besides what the marks of many edits need, in one query."""
    adjustments = apps.get_model("editor", "Adjustment")._default_manager.select_related("picture")
    return jobs.prefetch_related(Prefetch("adjustments", queryset=adjustments))


class Marked:
    """Hearts and stars of an edit, from the pictures that were loaded with it."""

    results: Any
    adjustments: Any

    @property
    def made(self) -> list[Picture]:
        """Its results and what was adjusted of them, as far as they are kept."""
        brought = [*self.results, *self.adjustments.all()]
        pictures = [each.picture for each in brought if each.picture]
        return [picture for picture in pictures if picture.is_shown]

    @property
    def is_favourite(self) -> bool:
        return any(picture.favourite for picture in self.made)

    @property
    def stars(self) -> int:
        """The most that any of them has; 0: none was given."""
        return max((picture.rating or 0 for picture in self.made), default=0)
