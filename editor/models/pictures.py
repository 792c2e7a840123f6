"""Pictures and the masks painted on them."""

from __future__ import annotations

import re
import uuid
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils import timezone

from editor.models.people import User

_PICTURE_ENDING = re.compile(r"\.(jpe?g|jpe|jfif|mpo|png|webp|avif|heic|heif|hif)$", re.IGNORECASE)
_NOT_IN_FILE_NAMES = re.compile(r'[<>:"/\\|?*]')


def _size_in_words(size: int) -> str:
    """Give bytes as people's file managers and our own pages count them: 1 MB = 1 000 000."""
    return f"{size / 1_000_000:.1f} MB" if size >= 950_000 else f"{max(1, round(size / 1000))} kB"


# Without links there is one address for all pages, so that a browser fetches it once.
_ON_WALLS = {False: "", True: "?wall"}


# What its owner, and whoever they share it with, may see. The one rule: every address asks it.
IN_SIGHT = {"deleted_at": None, "withheld_at": None}


def in_sight(of: str) -> dict[str, None]:
    """Give that rule for rows that name a picture by `of`."""
    return {f"{of}__{name}": value for name, value in IN_SIGHT.items()}


class PictureQuerySet(models.QuerySet["Picture"]):
    """Reads over pictures."""

    def owned_by(self, user: User) -> PictureQuerySet:
        """Pictures of this person that are not in the bin, and not withheld from them."""
        return self.filter(owner=user, **IN_SIGHT)

    def on_wall_of(self, user: User) -> PictureQuerySet:
        """What this person looks through: their own, without what only tests of masks made."""
        return self.owned_by(user).exclude(origin=Picture.Origin.TEST)

    def viewable_by(self, user: User) -> PictureQuerySet:
        """Pictures this person may look at: their own, and all for those who review."""
        if user.has_perm("editor.view_picture"):
            return self.filter(purging_at=None)
        return self.owned_by(user)

    def with_parents(self) -> PictureQuerySet:
        """Together with what `parent` needs, in the same query."""
        return self.select_related(
            "made_by__attempt__job__picture", "adjusted_by__job__picture", "extension__of"
        )

    def newest_first(self) -> PictureQuerySet:
        """For walls and lists."""
        return self.order_by("-created_at", "-id")

    def brought_by(self, jobs: Any) -> PictureQuerySet:
        """What these edits have made: results, and what was adjusted of them. Ids will do."""
        results, adjustments = (
            apps.get_model("editor", name)._default_manager for name in ("Result", "Adjustment")
        )
        return self.filter(
            models.Q(
                pk__in=results.filter(attempt__job__in=jobs, picture__isnull=False)
                .order_by()
                .values("picture")
            )
            | models.Q(
                pk__in=adjustments.filter(job__in=jobs, picture__isnull=False).values("picture")
            )
        )

    def in_trash_of(self, user: User) -> PictureQuerySet:
        """What this person can still bring back."""
        return self.filter(owner=user, deleted_at__isnull=False, purging_at=None)

    def favourite(self) -> PictureQuerySet:
        """Those with a heart."""
        return self.filter(favourite=True)

    def rated(self, at_least: int) -> PictureQuerySet:
        """Those with so many stars, or more."""
        return self.filter(rating__gte=at_least)

    def tagged(self, name: str) -> PictureQuerySet:
        """Those with a tag of this name, in whatever case."""
        return self.filter(tags__name__iexact=name)

    def in_collection(self, collection: uuid.UUID) -> PictureQuerySet:
        """Those of one collection, in its order."""
        return self.filter(collected__collection=collection).order_by(
            "collected__place", "collected__id"
        )


class Picture(models.Model):
    """One verified, upright raster image that NanoEdit keeps: an upload or a result.

    Never changed after it is made. `file` holds the bytes from which the upright
    raster of `width` x `height` pixels is decoded.
    """

    class Origin(models.TextChoices):
        UPLOAD = "upload", "Uploaded"
        RESULT = "result", "Edited here"
        EXTENDED = "extended", "Extended here"
        ADJUSTED = "adjusted", "Adjusted here, free"
        TEST = "test", "Test of masks"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="pictures"
    )
    name = models.CharField(max_length=200)
    origin = models.CharField(max_length=10, choices=Origin.choices, default=Origin.UPLOAD)
    file = models.FileField(max_length=200)
    # For pages. Empty while they are waited for; those of earlier releases are WebP.
    preview = models.FileField(max_length=200, blank=True)
    card = models.FileField(max_length=200, blank=True, db_default="", default="")
    thumb = models.FileField(max_length=200, blank=True)
    renditions_due_at = models.DateTimeField(null=True, blank=True)  # None: nothing is waited for
    full = models.FileField(max_length=200, blank=True)  # made when first asked for
    placeholder = models.TextField(blank=True)  # data URI, some 150 characters
    transparent = models.BooleanField(null=True)  # None: made before anybody asked
    format = models.CharField(max_length=10)
    mime = models.CharField(max_length=40)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    bytes = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=timezone.now)
    deleted_at = models.DateTimeField(null=True, blank=True)
    # Of an edit that waits for a review, or that staff have taken back: for staff alone.
    withheld_at = models.DateTimeField(null=True, blank=True)
    purging_at = models.DateTimeField(null=True, blank=True)  # no way back: its files are going
    purged_at = models.DateTimeField(
        null=True, blank=True
    )  # from then on none of its bytes is kept
    favourite = models.BooleanField(default=False, db_default=False)
    rating = models.PositiveSmallIntegerField(null=True)  # 1 to 5; None: not rated
    # Not wanted beside the picture it was made from; it is kept all the same.
    discarded_at = models.DateTimeField(null=True, blank=True)

    objects = PictureQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["owner", "-created_at"], name="picture_wall"),
            # What is kept, by kind, without reading the rows.
            models.Index(
                fields=["origin", "deleted_at", "purged_at", "bytes"], name="picture_sizes"
            ),
            models.Index(
                fields=["owner", "deleted_at"],
                name="picture_trash",
                condition=models.Q(deleted_at__isnull=False),
            ),
            models.Index(
                fields=["purging_at"],
                name="picture_purging",
                condition=models.Q(purging_at__isnull=False, purged_at=None),
            ),
            models.Index(
                fields=["owner", "-created_at"],
                name="picture_favourite",
                condition=models.Q(favourite=True),
            ),
            models.Index(
                fields=["owner", "rating"],
                name="picture_rated",
                condition=models.Q(rating__isnull=False),
            ),
            models.Index(
                fields=["renditions_due_at"],
                name="picture_renditions_due",
                condition=models.Q(renditions_due_at__isnull=False),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(rating=None) | models.Q(rating__range=(1, 5)),
                name="rated_one_to_five",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.width} x {self.height})"

    def get_absolute_url(self) -> str:
        return reverse("editor:studio", args=[self.pk])

    @property
    def parent(self) -> Picture | None:
        """The picture that this one was made of; None for uploads, and when that was deleted."""
        result = getattr(self, "made_by", None)
        adjustment = getattr(self, "adjusted_by", None)
        extension = getattr(self, "extension", None)
        parent: Picture | None = None
        if result:
            parent = result.attempt.job.picture
        elif adjustment:
            parent = adjustment.job.picture
        elif extension:
            parent = extension.of
        return parent if parent and parent.is_shown else None

    @property
    def is_shown(self) -> bool:
        """Whether its owner may see it: neither in the bin nor withheld."""
        return self.deleted_at is None and self.withheld_at is None

    @property
    def view_url(self) -> str:
        """Where it is looked at full screen."""
        return reverse("editor:picture_view", args=[self.pk])

    @property
    def thumb_url(self) -> str:
        return reverse("editor:picture_thumb", args=[self.pk])

    @property
    def thumb_srcset(self) -> str:
        """The small renditions by their widths, for screens of every density."""
        card_url = reverse("editor:picture_card", args=[self.pk])
        return self.srcset_of([(480, self.thumb_url), (960, card_url)])

    def srcset_of(self, sizes: list[tuple[int, str]]) -> str:
        """Name renditions, given by longest side, by their widths; empty if they are all one."""
        longest = max(self.width, self.height)
        # They never grow: a picture smaller than one size is that one and all larger ones.
        if longest <= sizes[0][0]:
            return ""
        return ", ".join(
            f"{url} {max(1, round(self.width * min(1, side / longest)))}w" for side, url in sizes
        )

    @property
    def wall_url(self) -> str:
        """The small rendition where nothing but people look at it: it may lie in the bucket."""
        return self.thumb_url + _ON_WALLS[settings.S3_SIGNED_LINKS]

    @property
    def wall_srcset(self) -> str:
        """The same for screens of every density."""
        card = reverse("editor:picture_card", args=[self.pk])
        return self.srcset_of(
            [(480, self.wall_url), (960, card + _ON_WALLS[settings.S3_SIGNED_LINKS])]
        )

    @property
    def preview_url(self) -> str:
        return reverse("editor:picture_preview", args=[self.pk])

    @property
    def download_url(self) -> str:
        return reverse("editor:picture_download", args=[self.pk])

    @property
    def full_url(self) -> str:
        return reverse("editor:picture_full", args=[self.pk])

    @property
    def file_stem(self) -> str:
        """Its name without the ending, fit for a file on any system."""
        stem = _PICTURE_ENDING.sub("", self.name)
        return _NOT_IN_FILE_NAMES.sub("_", stem).strip(" .") or "picture"

    @property
    def was_edited(self) -> bool:
        """Whether a prompt and a model have made it what it is."""
        return self.origin in (self.Origin.RESULT, self.Origin.ADJUSTED)

    @property
    def kept_as(self) -> str:
        """Format and size of the file itself."""
        name = {"WEBP": "WebP", "HEIF": "HEIC"}.get(self.format, self.format)
        return f"{name}, {_size_in_words(self.bytes)}"

    @property
    def original_url(self) -> str:
        return reverse("editor:picture_original", args=[self.pk])

    @property
    def is_in_use(self) -> bool:
        """Whether an edit that is still open starts from it, or sends it along."""
        lent = self.lent_to.values("job")
        jobs = self.jobs.model.objects.filter(models.Q(picture=self) | models.Q(pk__in=lent))
        return jobs.still_open().exists()

    @property
    def megapixels(self) -> float:
        return self.width * self.height / 1_000_000


class MaskQuerySet(models.QuerySet["Mask"]):
    """Reads over masks."""

    def viewable_by(self, user: User) -> MaskQuerySet:
        """Masks on pictures this person may look at."""
        return self.filter(picture__in=Picture.objects.viewable_by(user)).exclude(file="")

    def fitting(self, picture: Picture) -> MaskQuerySet:
        """Masks of the owner's pictures of this shape, this one among them, the newest first.

        Shapes that differ by a hundredth are the same: sides are whole pixels.
        """
        # As whole numbers, which get too long for the columns' own type.
        width, height = (Cast(side, models.BigIntegerField()) for side in ("width", "height"))
        pictures = (
            Picture.objects.on_wall_of(picture.owner)
            .annotate(slant=height * 100 * picture.width)
            .filter(
                slant__gte=width * 99 * picture.height,
                slant__lte=width * 101 * picture.height,
            )
        )
        # Not of edits in the trash, unless one outside has it too.
        thrown_away = models.Q(jobs__trashed_at__isnull=False)
        fitting = self.filter(picture__in=pictures.values("pk")).exclude(file="")
        of_edits = fitting.filter(thrown_away).exclude(jobs__trashed_at=None).values("pk")
        return fitting.exclude(pk__in=of_edits).order_by("-created_at", "-id")


class Mask(models.Model):
    """What may change in a picture: 8-bit grey, exactly its size, 255 = edit, 0 = keep."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    picture = models.ForeignKey(Picture, on_delete=models.PROTECT, related_name="masks")
    file = models.FileField(max_length=200)
    sha256 = models.CharField(max_length=64)
    bytes = models.PositiveBigIntegerField(null=True)  # None: kept by an earlier release
    painted_pixels = models.PositiveBigIntegerField()
    left = models.PositiveIntegerField()  # the box that holds every painted pixel
    top = models.PositiveIntegerField()
    right = models.PositiveIntegerField()
    bottom = models.PositiveIntegerField()
    created_at = models.DateTimeField(default=timezone.now)

    objects = MaskQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.share:.1%} of {self.picture_id}"

    @property
    def share(self) -> float:
        """Painted share of the picture, 0 to 1."""
        return self.painted_pixels / (self.picture.width * self.picture.height)

    @property
    def share_text(self) -> str:
        """The painted share in words, as the studio words it."""
        percent = self.share * 100
        if percent < 0.1:
            return "Under 0.1\u00a0%"
        rounded = f"{percent:.1f}".removesuffix(".0") if percent < 10 else f"{percent:.0f}"
        return f"{rounded}\u00a0%"

    @property
    def box_width(self) -> int:
        return self.right - self.left

    @property
    def box_height(self) -> int:
        return self.bottom - self.top

    @property
    def file_url(self) -> str:
        return reverse("editor:mask_file", args=[self.pk])
