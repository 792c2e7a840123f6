"""Money: what is set aside, what was spent. Integer nano-dollars throughout."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from editor.models.append_only import AppendOnly, AppendOnlyQuerySet
from editor.models.attempts import Consent
from editor.money import dollars


class Budget(models.Model):
    """One person's month. Changed only by conditional UPDATEs, so that races cannot overspend."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="budgets"
    )
    month = models.DateField()  # its first day, UTC
    reserved_nano = models.BigIntegerField(default=0)
    spent_nano = models.BigIntegerField(default=0)
    warned_at = models.DateTimeField(null=True)  # when its soft mark was passed

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "month"], name="one_budget_per_month")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.month:%Y-%m}"


class LedgerEntry(AppendOnly):
    """One movement of money. Append-only."""

    class Kind(models.TextChoices):
        RESERVE = "reserve", "Set aside"
        SETTLE = "settle", "Paid"
        RELEASE = "release", "Given back"
        ADJUST = "adjust", "Corrected"

    budget = models.ForeignKey(Budget, on_delete=models.PROTECT, related_name="entries")
    consent = models.ForeignKey(Consent, on_delete=models.PROTECT, related_name="entries")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    amount_nano = models.BigIntegerField()
    source = models.CharField(max_length=40, blank=True)  # where the figure comes from
    # A key of its owner pays: nothing of the server's, so its caps do not count it.
    own_key = models.BooleanField(default=False, db_default=False)
    at = models.DateTimeField(default=timezone.now)

    objects = AppendOnlyQuerySet["LedgerEntry"].as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["consent"], condition=Q(kind="reserve"), name="one_reserve_per_consent"
            ),
            models.UniqueConstraint(
                fields=["consent"],
                condition=Q(kind__in=["settle", "release"]),
                name="one_end_per_reserve",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.amount_nano}"

    @property
    def amount_text(self) -> str:
        return dollars(self.amount_nano)
