"""API keys of people's own: sealed, so that a copy of the database pays for nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from editor.money import dollars

if TYPE_CHECKING:
    from editor.models.people import User


class OwnKeyQuerySet(models.QuerySet["OwnKey"]):
    """Queries about keys."""

    def current(self) -> OwnKeyQuerySet:
        """Those that can pay: kept, on a server that takes people's own."""
        usable = self.filter(removed_at=None)
        return usable if settings.OWN_KEYS != "off" else usable.none()

    def current_of(self, user: User) -> OwnKey | None:
        """The key that pays for what this person asks for; None: this server's does."""
        return self.current().filter(user=user).first()


class OwnKey(models.Model):
    """One key that somebody has entered. Its row stays when it is removed, its secret does not."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="own_keys"
    )
    sealed = models.TextField(blank=True, editable=False)  # by editor/sealing.py; "" when removed
    tail = models.CharField(max_length=4)
    key_hash = models.CharField(max_length=64)  # the gate it goes through
    added_at = models.DateTimeField(default=timezone.now)
    tested_at = models.DateTimeField(null=True)  # when the upstream last took it
    used_at = models.DateTimeField(null=True)  # when it last paid
    balance_nano = models.BigIntegerField(null=True)  # of its account, when last asked for
    balance_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)

    objects = OwnKeyQuerySet.as_manager()

    class Meta:
        ordering = ["-added_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(removed_at=None), name="one_own_key_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(removed_at=None) | Q(sealed=""), name="no_secret_of_a_removed_key"
            ),
        ]

    def __str__(self) -> str:
        return f"own key …{self.tail} of {self.user_id}"

    @property
    def sealed_of(self) -> str:
        """What its secret belongs to: moved into another person's row it does not open."""
        return f"API key of account {self.user_id}"

    @property
    def balance_text(self) -> str:
        return dollars(self.balance_nano)
