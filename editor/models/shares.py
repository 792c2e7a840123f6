"""Links by which people show what they keep to others, who need no account."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from editor.models.collections import Collection
from editor.models.people import User
from editor.models.pictures import Picture


class ShareQuerySet(models.QuerySet["Share"]):
    """Reads over share links."""

    def owned_by(self, user: User) -> ShareQuerySet:
        """This person's links, the newest first."""
        return self.filter(owner=user).order_by("-created_at", "-id")


class Share(models.Model):
    """Leave for whoever has the link to see one picture, one comparison or one collection.

    The link holds a secret of which only the digest is kept, so a copy of the database opens
    nothing. None of the limits: there is none.
    """

    class Kind(models.TextChoices):
        PICTURE = "picture", "Picture"
        COMPARISON = "comparison", "Before and after"
        COLLECTION = "collection", "Collection"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="shares"
    )
    kind = models.CharField(max_length=10, choices=Kind.choices)
    picture = models.ForeignKey(
        Picture, on_delete=models.CASCADE, null=True, related_name="shares"
    )  # what is shown; in a comparison, the one after
    before = models.ForeignKey(Picture, on_delete=models.CASCADE, null=True, related_name="+")
    collection = models.ForeignKey(
        Collection, on_delete=models.CASCADE, null=True, related_name="shares"
    )
    title = models.CharField(max_length=200, blank=True)
    token_sha256 = models.CharField(max_length=64, unique=True)
    password = models.CharField(max_length=128, blank=True)  # hashed like those of accounts
    allow_download = models.BooleanField(default=False)
    expires_at = models.DateTimeField(null=True)
    max_views = models.PositiveIntegerField(null=True)
    views = models.PositiveIntegerField(default=0)
    last_viewed_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = ShareQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["owner", "-created_at"], name="share_list")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="collection", collection__isnull=False, picture=None)
                | models.Q(kind="picture", picture__isnull=False, collection=None)
                | models.Q(
                    kind="comparison",
                    picture__isnull=False,
                    before__isnull=False,
                    collection=None,
                ),
                name="a_share_names_one_thing",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} shared by {self.owner_id}"
