"""How people sort what they keep: tags, and collections of pictures.

Favourites and ratings are columns of the picture itself. An edit has what its results have.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower, RowNumber
from django.urls import reverse
from django.utils import timezone

from editor.models.people import User
from editor.models.pictures import Picture, in_sight


class TagQuerySet(models.QuerySet["Tag"]):
    """Reads over tags."""

    def owned_by(self, user: User) -> TagQuerySet:
        """This person's tags, by name."""
        return self.filter(owner=user).order_by(Lower("name"))

    def counted(self, user: User) -> TagQuerySet:
        """With `count`: on how many pictures outside the trash each of them is."""
        there = models.Count("pictures", filter=models.Q(**in_sight("pictures")))
        return self.owned_by(user).annotate(count=there)


class Tag(models.Model):
    """A word that one person puts on pictures. No two of theirs differ only in case."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="tags"
    )
    name = models.CharField(max_length=60)
    pictures = models.ManyToManyField(Picture, related_name="tags")
    created_at = models.DateTimeField(default=timezone.now)

    objects = TagQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint("owner", Lower("name"), name="one_tag_per_name")]

    def __str__(self) -> str:
        return self.name


class CollectionQuerySet(models.QuerySet["Collection"]):
    """Reads over collections."""

    def owned_by(self, user: User) -> CollectionQuerySet:
        """This person's collections, by name."""
        return self.filter(owner=user).order_by(Lower("name"))

    def with_covers(self, user: User, most: int) -> list[Collection]:
        """This person's, last changed first, each with `count` and a few `covers`.

        The chosen cover stands alone; else the first pictures stand together.
        """
        there = models.Count("items", filter=models.Q(**in_sight("items__picture")))
        found = list(
            self.filter(owner=user)
            .annotate(count=there)
            .select_related("cover")
            .order_by("-updated_at", "-pk")
        )
        first = (
            CollectionItem.objects.filter(
                collection__in=[each.pk for each in found], **in_sight("picture")
            )
            .annotate(
                at=models.Window(
                    RowNumber(), partition_by="collection", order_by=("place", "added_at", "id")
                )
            )
            .filter(at__lte=most)
            .select_related("picture")
            .order_by("at")
        )
        shown: dict[uuid.UUID, list[Picture]] = {}
        for item in first:
            shown.setdefault(item.collection_id, []).append(item.picture)
        for each in found:
            chosen = each.cover if each.cover and each.cover.is_shown else None
            each.covers = [chosen] if chosen else shown.get(each.pk, [])
        return found


class Collection(models.Model):
    """Pictures that one person has put together, in an order of their own."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="collections"
    )
    name = models.CharField(max_length=120)
    description = models.TextField(blank=True)
    # None: the first of its pictures stands for it.
    cover = models.ForeignKey(Picture, on_delete=models.SET_NULL, null=True, related_name="+")
    pictures = models.ManyToManyField(Picture, through="CollectionItem", related_name="collections")
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    objects = CollectionQuerySet.as_manager()

    covers: list[Picture]  # what stands for it on a wall, where that was asked for

    class Meta:
        constraints = [
            models.UniqueConstraint("owner", Lower("name"), name="one_collection_per_name")
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("editor:collection", args=[self.pk])


class CollectionItem(models.Model):
    """One picture in one collection; a smaller place stands further ahead."""

    collection = models.ForeignKey(Collection, on_delete=models.CASCADE, related_name="items")
    picture = models.ForeignKey(Picture, on_delete=models.CASCADE, related_name="collected")
    place = models.IntegerField(default=0)
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["place", "added_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["collection", "picture"], name="once_in_each_collection"
            )
        ]

    def __str__(self) -> str:
        return f"{self.picture_id} in {self.collection_id}"
