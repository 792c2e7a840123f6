"""Pictures that are another one on a larger canvas."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from editor.imaging.framing import Box
from editor.models.pictures import Mask, Picture


class ExtensionQuerySet(models.QuerySet["Extension"]):
    """Reads over extensions."""

    def continued(self, picture: Picture, mask: Mask | None) -> Box | None:
        """Give the part of a picture that an edit is to continue outward.

        None unless the picture was extended, and something is painted beyond what was there.
        """
        if mask is None or picture.origin != Picture.Origin.EXTENDED:
            return None
        extension = self.filter(picture=picture).first()
        painted = Box(mask.left, mask.top, mask.right, mask.bottom)
        return extension.inner if extension and not extension.inner.holds(painted) else None


class Extension(models.Model):
    """How a Picture was made of another one: the pixels added on each side, and their mask."""

    picture = models.OneToOneField(
        Picture, on_delete=models.PROTECT, primary_key=True, related_name="extension"
    )
    of = models.ForeignKey(Picture, on_delete=models.PROTECT, related_name="extensions")
    mask = models.OneToOneField(Mask, on_delete=models.PROTECT, related_name="extension")
    left = models.PositiveIntegerField()
    top = models.PositiveIntegerField()
    right = models.PositiveIntegerField()
    bottom = models.PositiveIntegerField()
    created_at = models.DateTimeField(default=timezone.now)

    objects = ExtensionQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.of_id} by {self.left}, {self.top}, {self.right}, {self.bottom}"

    @property
    def inner(self) -> Box:
        """Where the other picture lies in this one, bit for bit."""
        width, height = self.picture.width, self.picture.height
        return Box(self.left, self.top, width - self.right, height - self.bottom)
