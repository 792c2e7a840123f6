"""What refreshes of the catalogue have brought: kept, so that a price never changes unseen."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

from editor.models.catalogue import UpstreamModel
from editor.money import dollars


class CatalogueRefreshQuerySet(models.QuerySet["CatalogueRefresh"]):
    """Reads over refreshes."""

    def with_changes(self) -> CatalogueRefreshQuerySet:
        """Those that brought something, newest first, with what they brought."""
        told = CatalogueChange.objects.select_related("model").order_by("kind", "model__name", "pk")
        return (
            self.filter(changes__isnull=False)
            .distinct()
            .order_by("-at")
            .prefetch_related(models.Prefetch("changes", queryset=told))
        )

    def forget_the_uneventful(self) -> None:
        """Drop those that brought nothing, but for the newest: there is one every few hours."""
        newest = self.order_by("-at").first()
        if newest is not None:
            self.filter(changes=None).exclude(pk=newest.pk).delete()


class CatalogueRefresh(models.Model):
    """The list of models was fetched once."""

    at = models.DateTimeField(default=timezone.now, db_default=Now())
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )  # None: a worker, by itself
    listed = models.PositiveIntegerField(default=0)  # how many of them edit pictures

    objects = CatalogueRefreshQuerySet.as_manager()

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}: {self.summary}"

    @property
    def summary(self) -> str:
        """What it brought, counted."""
        counts: dict[str, int] = {}
        for change in self.changes.all():
            counts[change.kind] = counts.get(change.kind, 0) + 1
        told = [
            f"{counts[kind.value]} {kind.label.lower()}"
            for kind in CatalogueChange.Kind
            if kind.value in counts
        ]
        return ", ".join(told) or "nothing has changed"


class CatalogueChange(models.Model):
    """One difference that a refresh found, in one model."""

    class Kind(models.TextChoices):
        PRICE_UP = "1_up", "Dearer"
        PRICE_DOWN = "2_down", "Cheaper"
        PRICE = "3_price", "Priced otherwise"
        GONE = "4_gone", "Gone"
        BACK = "5_back", "Back"
        NEW = "6_new", "New"
        SIZES = "7_sizes", "Other sizes"
        OTHER = "8_other", "Changed"

    refresh = models.ForeignKey(CatalogueRefresh, on_delete=models.CASCADE, related_name="changes")
    model = models.ForeignKey(UpstreamModel, on_delete=models.CASCADE, related_name="changes")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    field = models.CharField(max_length=40, blank=True)  # of the catalogue; empty: all of it
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    # Staff had set the field themselves, so nobody met the change.
    overridden = models.BooleanField(default=False)

    class Meta:
        ordering = ["kind", "pk"]

    def __str__(self) -> str:
        return f"{self.model}: {self.sentence}"

    @property
    def tone(self) -> str:
        """The look of it: bad, good, or neither."""
        if self.kind in (self.Kind.PRICE_UP, self.Kind.GONE):
            return "bad"
        return "good" if self.kind in (self.Kind.PRICE_DOWN, self.Kind.NEW) else "plain"

    @property
    def sentence(self) -> str:
        """What was, and what is."""
        of_all = {
            self.Kind.NEW: "Newly listed: people can choose it.",
            self.Kind.GONE: "Not listed any more: nobody can choose it.",
            self.Kind.BACK: "Listed again.",
        }
        if not self.field:
            return of_all[self.Kind(self.kind)]
        if self.field == "prices":
            return _prices_sentence(self.before or {}, self.after or {})
        if self.field == "sizes":
            return _sizes_sentence(self.before or [], self.after or [])
        if self.field == "description":
            return "Another description."
        return f"{label_of(self.field)}: {_plain(self.before)} → {_plain(self.after)}."


def label_of(field: str) -> str:
    """Name a field of the catalogue."""
    found: Any = UpstreamModel._meta.get_field(field)
    return str(found.verbose_name).capitalize()


def kind_of(field: str, before: Any, after: Any) -> CatalogueChange.Kind:
    """Name what a changed field means."""
    kind = CatalogueChange.Kind
    if field == "sizes":
        return kind.SIZES
    if field != "prices":
        return kind.OTHER
    steps = {after[size] - before[size] for size in before if size in after} - {0}
    if steps and all(step > 0 for step in steps):
        return kind.PRICE_UP
    return kind.PRICE_DOWN if steps and all(step < 0 for step in steps) else kind.PRICE


def _plain(value: Any) -> str:
    if value is None or value == "":
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _prices_sentence(before: dict[str, int], after: dict[str, int]) -> str:
    told = [
        f"{size} {dollars(before[size])} → {dollars(after[size])}"
        for size in before
        if size in after and before[size] != after[size]
    ]
    told += [f"{size} now {dollars(after[size])}" for size in after if size not in before]
    told += [f"{size} without a price" for size in before if size not in after]
    return f"{_some(told)}."


def _sizes_sentence(before: list[str], after: list[str]) -> str:
    came = [size for size in after if size not in before]
    went = [size for size in before if size not in after]
    told = [f"now {_some(came)}"] if came else []
    told += [f"no more {_some(went)}"] if went else []
    return f"{'; '.join(told).capitalize()}." if told else "The same sizes in another order."


def _some(told: list[str], most: int = 6) -> str:
    more = len(told) - most
    return ", ".join(told[:most]) + (f" and {more} more" if more > 0 else "")
