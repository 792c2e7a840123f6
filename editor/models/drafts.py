"""Unfinished work on a picture: strokes, prompt and settings, until they are wanted no more."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone

from editor.models.framings import FrameFields
from editor.models.jobs import EditJob
from editor.models.people import User
from editor.models.pictures import Picture


class DraftMaskQuerySet(models.QuerySet["DraftMask"]):
    """What a sweep needs to know of masks that no draft holds any more."""

    def let_go(self) -> DraftMaskQuerySet:
        """Masks that belong to no draft."""
        return self.filter(drafts=None)

    def note_the_time(self) -> int:
        """Write down when masks were first seen without a draft; reads before it writes."""
        held = self.exclude(drafts=None).exclude(let_go_at=None)
        if held.exists():  # seen in the moment before its draft was written
            self.filter(pk__in=list(held.values_list("pk", flat=True))).update(let_go_at=None)
        fresh = list(self.let_go().filter(let_go_at=None).values_list("pk", flat=True)[:500])
        return self.filter(pk__in=fresh).update(let_go_at=Now()) if fresh else 0

    def forgotten(self, age: timedelta) -> list[DraftMask]:
        """Masks that have belonged to no draft for this long."""
        return list(self.let_go().filter(let_go_at__lt=Now() - age)[:500])


class DraftMask(models.Model):
    """The strokes of a draft: a grey PNG like a Mask's, but for its owner alone.

    Its row comes before its file, so that whatever happens a sweep can find the file.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    picture = models.ForeignKey(Picture, on_delete=models.PROTECT, related_name="draft_masks")
    file = models.FileField(max_length=200)
    sha256 = models.CharField(max_length=64)
    bytes = models.PositiveBigIntegerField(null=True)  # None: kept by an earlier release
    let_go_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = DraftMaskQuerySet.as_manager()

    def __str__(self) -> str:
        return f"strokes on {self.picture_id}"

    @property
    def file_url(self) -> str:
        return reverse("editor:draft_mask", args=[self.pk])


class DraftQuerySet(models.QuerySet["Draft"]):
    """Reads over drafts, and the one write that decides between two devices."""

    def current(self, picture: Picture) -> Draft | None:
        """Give what was saved last; None when nothing ever was."""
        found = self.filter(picture=picture, owner=picture.owner_id, set_aside_at=None)
        return found.select_related("mask").first()

    def aside(self, picture: Picture) -> DraftQuerySet:
        """Drafts that another one took the place of, the newest first."""
        beside = self.filter(picture=picture, owner=picture.owner_id, set_aside_at__isnull=False)
        return beside.select_related("mask").order_by("-set_aside_at", "-pk")

    def replace(self, draft: Draft, **changes: Any) -> bool:
        """Save over exactly this revision; False when somebody else was quicker."""
        same = self.filter(pk=draft.pk, revision=draft.revision, set_aside_at=None)
        return bool(same.update(**changes))

    def mark(self, pictures: QuerySet[Picture], owner: User) -> QuerySet[Picture]:
        """Add `has_draft`: whether there is unfinished work newer than the last edit."""
        last = EditJob.objects.filter(picture=OuterRef("picture")).order_by("-created_at")
        newer = Q(last_edit=None) | Q(changed_at__gt=F("last_edit"))
        drafts = self.filter(picture=OuterRef("pk"), owner=owner, set_aside_at=None)
        drafts = drafts.exclude(prompt="", mask=None)
        drafts = drafts.annotate(last_edit=Subquery(last.values("created_at")[:1])).filter(newer)
        return pictures.annotate(has_draft=Exists(drafts))


class Draft(FrameFields):
    """What somebody was about to ask of a picture, as they left it.

    One is current; `revision` names its very content, and a save says which one it builds on.
    Others were set aside when another took their place, and can be brought back.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="drafts"
    )
    picture = models.ForeignKey(Picture, on_delete=models.CASCADE, related_name="drafts")
    # Made by the page that saves, so that the same save sent twice is one. Not a number: a
    # draft that was forgotten and begun anew must not look like the old one.
    revision = models.UUIDField()
    prompt = models.TextField(blank=True)
    model_id = models.CharField("model", max_length=200, blank=True)
    n = models.PositiveSmallIntegerField(default=1)
    size = models.CharField(max_length=40, blank=True)
    references = models.JSONField(default=list)  # ids of pictures, in their order
    mask = models.ForeignKey(
        DraftMask, on_delete=models.PROTECT, null=True, blank=True, related_name="drafts"
    )
    view = models.JSONField(null=True, blank=True)  # where the page looked, and with which tool
    device = models.CharField(max_length=80)
    changed_at = models.DateTimeField()  # when the person did it, not when it arrived
    saved_at = models.DateTimeField(default=timezone.now)
    set_aside_at = models.DateTimeField(null=True)

    objects = DraftQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "picture"],
                condition=Q(set_aside_at=None),
                name="one_current_draft",
            )
        ]
        indexes = [models.Index(fields=["picture", "-set_aside_at"], name="draft_aside")]

    def __str__(self) -> str:
        return f"draft on {self.picture_id}"

    @property
    def is_blank(self) -> bool:
        """Whether nothing is painted and nothing is said."""
        return not self.prompt and self.mask_id is None
