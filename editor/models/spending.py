"""Caps on spending: what the server may spend, and what each day and month has come to."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

SOFT_PERCENT = 80


class SpendingCapsManager(models.Manager["SpendingCaps"]):
    """There is one row at most."""

    def current(self) -> SpendingCaps:
        """The caps as they are now; without a row nothing is capped."""
        return self.filter(pk=SpendingCaps.ONLY).first() or SpendingCaps(pk=SpendingCaps.ONLY)


class SpendingCaps(models.Model):
    """What administrators allow the whole server; empty: no cap. One row."""

    ONLY = 1

    day_nano = models.BigIntegerField(
        "per day", null=True, blank=True, validators=[MinValueValidator(0)]
    )
    month_nano = models.BigIntegerField(
        "per month", null=True, blank=True, validators=[MinValueValidator(0)]
    )
    soft_percent = models.PositiveSmallIntegerField(
        "warn at",
        default=SOFT_PERCENT,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text="Percent of any cap, also of a person's, from which people and staff are warned.",
    )
    floor_nano = models.BigIntegerField(
        "floor of the balance",
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text="Staff are warned when less is left; empty: as the server's settings say.",
    )
    changed_at = models.DateTimeField(auto_now=True)

    objects = SpendingCapsManager()

    class Meta:
        verbose_name = "caps and balance"
        verbose_name_plural = "caps and balance"

    def __str__(self) -> str:
        return "Caps and balance"

    @property
    def balance_floor_nano(self) -> int:
        """What staff want to see left upstream; 0: they do not mind."""
        floor = settings.BALANCE_FLOOR_NANO if self.floor_nano is None else self.floor_nano
        return int(floor or 0)


class SpendingPeriod(models.Model):
    """What a day or month holds, UTC: of one person (a day; their months are Budgets), or of all.

    Changed only by conditional UPDATEs, so that races cannot overspend. What a person pays with
    a key of their own is not counted for all.
    """

    class Kind(models.TextChoices):
        DAY = "day", "Day"
        MONTH = "month", "Month"

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+"
    )
    kind = models.CharField(max_length=5, choices=Kind.choices)
    first_day = models.DateField()
    reserved_nano = models.BigIntegerField(default=0)
    spent_nano = models.BigIntegerField(default=0)
    warned_at = models.DateTimeField(null=True)  # when its soft mark was passed

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "kind", "first_day"],
                condition=Q(user__isnull=False),
                name="one_period_per_person",
            ),
            models.UniqueConstraint(
                fields=["kind", "first_day"],
                condition=Q(user__isnull=True),
                name="one_period_of_all",
            ),
        ]

    def __str__(self) -> str:
        whose = f"{self.user_id}" if self.user_id else "all"
        return f"{self.kind} of {whose} from {self.first_day:%Y-%m-%d}"
