"""What staff should look at."""

from __future__ import annotations

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from editor.models.jobs import EditJob
from editor.models.people import User


class StaffAlertQuerySet(models.QuerySet["StaffAlert"]):
    """Telling staff, and what they have not looked at yet."""

    def unresolved(self) -> StaffAlertQuerySet:
        """What nobody has resolved yet, newest first."""
        return self.filter(resolved_at=None)

    def tell(self, kind: str, subject: str, sentence: str, job: EditJob | None = None) -> None:
        """Tell staff of it. The same again is counted, with its newest words, until resolved."""
        same = self.unresolved().filter(kind=kind, subject=subject[:200])
        news = {"sentence": sentence[:400], "job": job}
        if same.update(count=F("count") + 1, last_seen_at=Now(), **news):
            return
        try:
            with transaction.atomic():
                self.create(kind=kind, subject=subject[:200], **news)
        except IntegrityError:  # another process told the same at the same moment
            same.update(count=F("count") + 1, last_seen_at=Now(), **news)

    def resolve(self, by: User | None = None) -> int:
        """Close those that are unresolved; `by` nobody means that it has passed by itself."""
        return self.unresolved().update(resolved_at=Now(), resolved_by=by)


class StaffAlert(models.Model):
    """Something that staff should look at: one row for a kind and subject until it is resolved."""

    class Kind(models.TextChoices):
        ODD_COST = "odd_cost", "Odd cost"
        LOW_BALANCE = "low_balance", "Low balance"
        REFUSED_LINK = "refused_link", "Link refused"
        LOST_RESULT = "lost_result", "Result lost"
        SPENDING = "spending", "Spending"

    kind = models.CharField(max_length=20, choices=Kind.choices)
    subject = models.CharField(max_length=200)  # a model's id, a key's tail, an origin
    sentence = models.CharField(max_length=400)
    job = models.ForeignKey(EditJob, on_delete=models.SET_NULL, null=True, related_name="+")
    first_seen_at = models.DateTimeField(default=timezone.now)
    last_seen_at = models.DateTimeField(default=timezone.now)
    count = models.PositiveIntegerField(default=1)
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )

    objects = StaffAlertQuerySet.as_manager()

    class Meta:
        verbose_name = "alert"
        ordering = ["-last_seen_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject"],
                condition=models.Q(resolved_at=None),
                name="one_unresolved_alert_per_subject",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.subject}"
