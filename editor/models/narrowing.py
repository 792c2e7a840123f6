"""Ways to narrow a long list of jobs: by words, by what the picture is, by what it cost."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from editor.models.search_words import search_terms

if TYPE_CHECKING:
    import uuid
    from collections.abc import Collection
    from datetime import date

    from editor.models.jobs import EditJob  # noqa: F401
    from editor.models.people import User

ENDED = ("done", "failed", "cancelled")
# Where edits of a tag or a collection have their time and id once more (FiledJob).
FILED_PLACE = "filed_at", "filed_job"


class _AlongTheOrder(models.Func):
    """A column that SQLite shall not look up in an index of its own.

    It takes any condition for a narrow one, and would sort half of all edits by their time. The
    wall's own index holds what filters look at, and reading all of it takes a hundredth of a
    second for 100 000 edits.
    """

    template = "%(expressions)s"

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """Write it with a plus, which is SQLite's own sign for this."""
        return self.as_sql(compiler, connection, template="+%(expressions)s", **context)


class NarrowedQuerySet(models.QuerySet["EditJob"]):
    """What a person may look for among jobs. Each method leaves the order alone."""

    def matching(self, words: str, *, often: bool = False) -> Self:
        """Jobs whose prompt and picture's name hold all these words, in any order.

        What stands in quotes must stand together, and the last word may be the beginning of
        one. Case, accents and punctuation do not matter. No words at all are no condition.
        `often`: that many do, so that the first ones of an order are quicker found along it.
        """
        terms = search_terms(words)
        if not terms:
            return self
        if often:
            return self.filter(words__text__often_holds=terms)
        return self.filter(words__text__holds=terms)

    def ids_up_to(self, most: int) -> list[uuid.UUID]:
        """Name jobs in no order, and no more than this."""
        return list(self.order_by().values_list("pk", flat=True)[:most])

    def count_up_to(self, most: int) -> int:
        """Count no further than this: with many, nobody needs to know how many exactly."""
        return self.values("pk")[:most].count()

    def between(self, first: date | None, last: date | None) -> Self:
        """Jobs sent on these days, both included."""
        jobs = self
        if first:
            jobs = jobs.filter(created_at__gte=_start_of(first))
        if last:
            jobs = jobs.filter(created_at__lt=_start_of(last + timedelta(days=1)))
        return jobs

    def in_states(self, states: Collection[str]) -> Self:
        """Jobs in one of these states."""
        if not set(states) & set(ENDED):
            return self.filter(state__in=states)  # few are open, and an index begins with it
        return self.alias(at=_AlongTheOrder(F("state"))).filter(at__in=states)

    def by_model(self, model_id: str) -> Self:
        """Jobs of one model."""
        return self.alias(by=_AlongTheOrder(F("model_id"))).filter(by=model_id)

    def of_shape(self, shape: str) -> Self:
        """Jobs on landscape, portrait or square pictures."""
        return self.filter(picture_shape=shape)

    def of_size(self, size: str) -> Self:
        """Jobs on small, medium or large pictures."""
        return self.filter(picture_scale=size)

    def with_cost(self) -> Self:
        """With `cost_nano`: what is known to have been charged, 0 when nothing is."""
        return self.annotate(cost_nano=F("paid_nano"))

    def favourite(self) -> Self:
        """Jobs of which a result has a heart."""
        return self.filter(hearted=True)

    def rated(self, at_least: int) -> Self:
        """Jobs of which a result has so many stars, or more."""
        return self.filter(best_stars__gte=at_least)

    def tagged(self, name: str, owner: User) -> Self:
        """Jobs of which a result has this person's tag of this name, in whatever case."""
        tags = apps.get_model("editor", "Tag")._default_manager
        named = tags.filter(owner=owner, name__iexact=name)
        return self._under(models.Subquery(named.values("pk")[:1]))

    def in_collection(self, collection: uuid.UUID) -> Self:
        """Jobs of which a result lies in this collection."""
        return self._under(collection)

    def _under(self, key: Any) -> Self:
        # By both halves of the wall's order, so that SQLite can go from one index to the other
        # and needs no row of the table to count them.
        filed = self.filter(filed__under=key, filed__created_at=F("created_at"))
        names = zip(FILED_PLACE, ("filed__created_at", "filed__job_id"), strict=True)
        return filed.alias(**{name: F(field) for name, field in names})

    def costing_at_most(self, nano: int) -> Self:
        """Ended jobs that surely cost no more than this; 0 finds the free ones."""
        # What tells most of them apart comes first: SQLite looks in this order.
        paid = _AlongTheOrder(F("paid_nano"))
        known = Q(charged="no") | Q(charged="yes", paid_nano__gt=0)
        return self.alias(paid=paid).filter(paid__lte=nano).filter(known).in_states(ENDED)


def _start_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
