"""Ways to narrow a long list of jobs: by words, by what the picture is, by what it cost."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Cast, Coalesce
from django.utils import timezone

from editor.models.search_words import search_terms

if TYPE_CHECKING:
    import uuid
    from datetime import date

    from editor.models.jobs import EditJob  # noqa: F401

MEGAPIXEL = 1_000_000
# Up to so many pixels a picture is small, and over so many it is large.
SMALL, LARGE = 4 * MEGAPIXEL, 16 * MEGAPIXEL


def _pixels(side: str, factor: int = 1) -> Any:
    # As a wide number: a product of two sides is too long for the columns' own type.
    return Cast(F(f"picture__{side}"), models.BigIntegerField()) * factor


class NarrowedQuerySet(models.QuerySet["EditJob"]):
    """What a person may look for among jobs. Each method leaves the order alone."""

    def matching(self, words: str) -> Self:
        """Jobs whose prompt and picture's name hold all these words, in any order.

        What stands in quotes must stand together, and the last word may be the beginning of
        one. Case, accents and punctuation do not matter. No words at all are no condition.
        """
        terms = search_terms(words)
        return self.filter(words__text__holds=terms) if terms else self

    def between(self, first: date | None, last: date | None) -> Self:
        """Jobs sent on these days, both included."""
        jobs = self
        if first:
            jobs = jobs.filter(created_at__gte=_start_of(first))
        if last:
            jobs = jobs.filter(created_at__lt=_start_of(last + timedelta(days=1)))
        return jobs

    def of_shape(self, shape: str) -> Self:
        """Jobs on landscape, portrait or square pictures; sides within two percent are equal."""
        wider = Q(wide__gt=_pixels("height", 102))
        taller = Q(tall__gt=_pixels("width", 102))
        jobs = self.alias(wide=_pixels("width", 100), tall=_pixels("height", 100))
        if shape == "landscape":
            return jobs.filter(wider)
        return jobs.filter(taller) if shape == "portrait" else jobs.filter(~wider & ~taller)

    def of_size(self, size: str) -> Self:
        """Jobs on small, medium or large pictures."""
        jobs = self.alias(pixels=_pixels("width") * _pixels("height"))
        if size == "small":
            return jobs.filter(pixels__lte=SMALL)
        if size == "large":
            return jobs.filter(pixels__gt=LARGE)
        return jobs.filter(pixels__gt=SMALL, pixels__lte=LARGE)

    def with_cost(self) -> Self:
        """With `cost_nano`: what is known to have been charged, 0 when nothing is."""
        attempts = self.model._meta.get_field("attempts").related_model
        known = Q(state__in=("received", "saved", "lost")) | Q(settled_at__isnull=False)
        sums = (
            attempts._default_manager.filter(known, job=OuterRef("pk"))
            .order_by()
            .values("job")
            .annotate(total=Sum("cost_nano"))
            .values("total")
        )
        return self.annotate(cost_nano=Coalesce(Subquery(sums), 0))

    def favourite(self) -> Self:
        """Jobs of which a result has a heart."""
        return self._that_brought(favourite=True)

    def rated(self, at_least: int) -> Self:
        """Jobs of which a result has so many stars, or more."""
        return self._that_brought(rating__gte=at_least)

    def tagged(self, name: str) -> Self:
        """Jobs of which a result has a tag of this name, in whatever case."""
        return self._that_brought(tags__name__iexact=name)

    def in_collection(self, collection: uuid.UUID) -> Self:
        """Jobs of which a result lies in this collection."""
        return self._that_brought(collected__collection=collection)

    def _that_brought(self, **wanted: Any) -> Self:
        results, adjustments = (
            apps.get_model("editor", name)._default_manager for name in ("Result", "Adjustment")
        )
        on_picture = {f"picture__{name}": value for name, value in wanted.items()}
        results = results.filter(picture__deleted_at=None, **on_picture)
        adjustments = adjustments.filter(picture__deleted_at=None, **on_picture)
        return self.filter(
            Q(pk__in=results.order_by().values("attempt__job"))
            | Q(pk__in=adjustments.order_by().values("job"))
        )

    def costing_at_most(self, nano: int) -> Self:
        """Ended jobs that surely cost no more than this; 0 finds the free ones."""
        ended = self.filter(state__in=("done", "failed", "cancelled")).with_cost()
        return ended.filter(cost_nano__lte=nano).exclude(
            Q(charged="unknown") | Q(charged="yes", cost_nano=0)
        )


def _start_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
