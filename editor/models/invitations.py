"""Links by which staff let people make an account."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Reads, and the one way to use an invitation up."""

    def usable(self, now: datetime | None = None) -> InvitationQuerySet:
        """Neither used nor revoked nor over."""
        found = self.filter(used_at=None, revoked_at=None)
        return found.filter(ends_at__gt=now or timezone.now())


class Invitation(models.Model):
    """Leave to make one account. Its link is signed, so no copy of the rows opens anything."""

    class Role(models.TextChoices):
        """What the new account may do."""

        MEMBER = "member", "edits pictures"
        REVIEWER = "reviewer", "reviews too"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    role = models.CharField(max_length=16, choices=Role.choices, default=Role.MEMBER)
    mail = models.EmailField("mail address", blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="invitations",
    )
    made_at = models.DateTimeField(default=timezone.now, db_default=Now())
    ends_at = models.DateTimeField("good until")
    revoked_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)
    used_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at"]

    def __str__(self) -> str:
        return f"Invitation for {self.mail or 'somebody'}, {self.get_role_display()}"

    @property
    def state(self) -> str:
        """One word for where it stands."""
        if self.used_at:
            return "used"
        if self.revoked_at:
            return "revoked"
        return "over" if self.ends_at <= timezone.now() else "open"
