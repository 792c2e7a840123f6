"""Links by which people show what they keep to others, who need no account."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

from editor.models.collections import Collection
from editor.models.people import User
from editor.models.pictures import IN_SIGHT, Picture, PictureQuerySet, in_sight


def pictures_in(collection: Collection) -> PictureQuerySet:
    """What a link for a collection shows of it, in its order."""
    there = Picture.objects.filter(**IN_SIGHT, purged_at=None)
    return there.filter(collected__collection=collection, owner=collection.owner_id).order_by(
        "collected__place", "collected__added_at", "collected__id"
    )


class ShareQuerySet(models.QuerySet["Share"]):
    """Reads over share links."""

    def owned_by(self, user: User) -> ShareQuerySet:
        """This person's links, the newest first."""
        return self.filter(owner=user).order_by("-created_at", "-id")

    def with_things(self) -> ShareQuerySet:
        """Together with what they name, in the same query."""
        return self.select_related("owner", "picture", "before", "collection")

    def not_over(self) -> ShareQuerySet:
        """Links that were not revoked and have not expired."""
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=Now()), revoked_at=None)

    def standing(self) -> ShareQuerySet:
        """Links that are not over, of somebody who may log in, and whose pictures are there.

        One whose views are used up is among them: who has looked may go on looking.
        """
        return self.not_over().filter(
            owner__is_active=True,
            **in_sight("picture"),
            picture__purged_at=None,
            **in_sight("before"),
            before__purged_at=None,
        )

    def with_views_left(self) -> ShareQuerySet:
        """Links that one more visitor may open."""
        return self.filter(Q(max_views=None) | Q(views__lt=F("max_views")))


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

    @property
    def pictures(self) -> PictureQuerySet:
        """What may be shown: pictures of the owner that it names and that are not in the bin."""
        if self.collection is not None:
            return pictures_in(self.collection).filter(owner=self.owner)
        there = Picture.objects.owned_by(self.owner).filter(purged_at=None)
        return there.filter(pk__in=[self.picture_id, self.before_id])

    @property
    def is_used_up(self) -> bool:
        """Whether nobody new may open it because as many as may have done so."""
        return self.max_views is not None and self.views >= self.max_views

    @property
    def has_door(self) -> bool:
        """Whether a visitor must do something before anything of it is shown."""
        return bool(self.password) or self.max_views is not None

    @property
    def state(self) -> str:
        """Where it stands, as words for people and for style sheets."""
        shown = (self.picture, self.before)
        if self.revoked_at is not None or not self.owner.is_active:
            return "revoked" if self.revoked_at else "switched off"
        if self.expires_at is not None and self.expires_at <= timezone.now():
            return "expired"
        if self.is_used_up:
            return "used up"
        if any(picture and (picture.deleted_at or picture.purged_at) for picture in shown):
            return "in the trash"
        if any(picture and picture.withheld_at for picture in shown):
            return "withheld"
        return "open"


class ShareKnock(models.Model):
    """Passwords that were tried at one link, from one address or (visitor "") by all together.

    So that nobody can try them all. Rows go when their time is over.
    """

    share = models.ForeignKey(Share, on_delete=models.CASCADE, related_name="knocks")
    visitor = models.CharField(max_length=64, blank=True)  # a keyed digest of the address
    count = models.PositiveIntegerField(default=0)
    since = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["share", "visitor"], name="one_count_of_knocks")
        ]

    def __str__(self) -> str:
        return f"{self.count} at {self.share_id}"
