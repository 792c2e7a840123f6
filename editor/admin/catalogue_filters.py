"""How staff narrow the list of models."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from editor.models import UpstreamModel


class StandingFilter(admin.SimpleListFilter):
    """Whether people can choose a model, and if not, why."""

    title = "standing"
    parameter_name = "standing"
    _narrowed = {
        "offered": Q(is_listed=True, is_hidden=False, edits=True),
        "hidden": Q(is_hidden=True),
        "gone": Q(is_listed=False),
        "unable": Q(edits=False),
        "held": ~Q(held_back=""),
    }

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Name them."""
        return [
            ("offered", "People can choose it"),
            ("hidden", "Hidden by staff"),
            ("gone", "Gone upstream"),
            ("unable", "Said not to edit"),
            ("held", "Takes no edits until looked at"),
        ]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[UpstreamModel]
    ) -> QuerySet[UpstreamModel]:
        """Narrow the list."""
        narrowed = self._narrowed.get(self.value() or "")
        return queryset if narrowed is None else queryset.filter(narrowed)


class OverrideFilter(admin.SimpleListFilter):
    """What staff have decided themselves."""

    title = "overrides"
    parameter_name = "overrides"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Name them."""
        return [
            ("some", "Something is overridden"),
            ("none", "Nothing is"),
            ("hide", "Hides a change upstream"),
        ]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[UpstreamModel]
    ) -> QuerySet[UpstreamModel]:
        """Narrow the list."""
        if self.value() == "some":
            return queryset.exclude(pinned=[])
        if self.value() == "none":
            return queryset.filter(pinned=[])
        if self.value() == "hide":  # no database compares the two; there are few such rows
            overridden = UpstreamModel.objects.exclude(pinned=[])
            return queryset.filter(pk__in=[row.pk for row in overridden if row.hidden_changes])
        return queryset


class ChangedFilter(admin.SimpleListFilter):
    """What the upstream has changed lately."""

    title = "changed upstream"
    parameter_name = "changed"
    _days = {"week": 7, "month": 30}

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Name the times."""
        return [("week", "In the last 7 days"), ("month", "In the last 30 days")]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[UpstreamModel]
    ) -> QuerySet[UpstreamModel]:
        """Narrow the list."""
        days = self._days.get(self.value() or "")
        if days is None:
            return queryset
        since = timezone.now() - timedelta(days=days)
        lately = Count("changes", filter=Q(changes__refresh__at__gte=since))
        return queryset.annotate(lately=lately).filter(lately__gt=0)
