"""What attempts brought back."""

from __future__ import annotations

from django.db import models
from django.urls import reverse
from django.utils import timezone

from editor.imaging.drift import Drift
from editor.models.attempts import Attempt
from editor.models.pictures import Picture

FIT_FIELDS = (
    "drift_dx", "drift_dy", "drift_scale", "drift_undone", "drift_textured", "colour_matched",
)  # fmt: skip


def lock_words(changed_pixels: int, outside_pixels: int) -> str:
    """What a lock check found, in words."""
    changed, outside = (
        f"{pixels:,}".replace(",", "\u202f") for pixels in (changed_pixels, outside_pixels)
    )
    return f"{changed} of {outside} outside pixels changed"


class Result(models.Model):
    """One image that an attempt brought back: the raw bytes and the Picture composed from them."""

    attempt = models.ForeignKey(Attempt, on_delete=models.PROTECT, related_name="results")
    index = models.PositiveSmallIntegerField()
    raw = models.FileField(max_length=200, blank=True)  # empty: it never came
    raw_sha256 = models.CharField(max_length=64, blank=True)
    raw_bytes = models.PositiveBigIntegerField()
    picture = models.OneToOneField(
        Picture, on_delete=models.PROTECT, null=True, related_name="made_by"
    )
    problem = models.CharField(max_length=300, blank=True)  # why no picture could be made of it
    outside_pixels = models.PositiveBigIntegerField(null=True)  # None: the job had no mask
    changed_pixels = models.PositiveBigIntegerField(null=True)
    raw_changed_share = models.FloatField(null=True)
    inside_changed_share = models.FloatField(null=True)  # of what was painted
    # How the answer lay against the original, in pixels of the picture as sent; None: not measured.
    drift_dx = models.FloatField(null=True)
    drift_dy = models.FloatField(null=True)
    drift_scale = models.FloatField(null=True)
    drift_undone = models.BooleanField(null=True)
    drift_textured = models.BooleanField(null=True)  # False: the three figures are a guess
    colour_matched = models.BooleanField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["attempt__sent_at", "index"]
        constraints = [
            models.UniqueConstraint(fields=["attempt", "index"], name="one_result_per_place")
        ]
        indexes = [
            models.Index(fields=["-created_at"], name="result_newest"),
            models.Index(fields=["raw_bytes"], name="result_sizes"),
        ]

    def __str__(self) -> str:
        return f"result {self.index + 1} of {self.attempt_id}"

    @property
    def lock_holds(self) -> bool | None:
        """Whether every pixel outside the mask stayed; None when nothing was masked."""
        return None if self.changed_pixels is None else self.changed_pixels == 0

    @property
    def lock_sentence(self) -> str:
        """The lock check in words."""
        if self.outside_pixels is None:
            return "Without a mask the whole picture may change."
        return lock_words(self.changed_pixels or 0, self.outside_pixels)

    @property
    def raw_change_sentence(self) -> str:
        """How far the model's own answer had changed what it should have kept."""
        if self.raw_changed_share is None:
            return ""
        return (
            f"The model had redrawn {self.raw_changed_share * 100:.0f}\u00a0% of them; "
            "the originals were kept."
        )

    def note_fit(self, drift: Drift | None, *, colour_matched: bool) -> None:
        """Take over how the answer lay and what was done about it; the fields are FIT_FIELDS."""
        self.colour_matched = colour_matched
        if drift is None:
            return
        self.drift_dx, self.drift_dy, self.drift_scale = drift.dx, drift.dy, drift.scale
        self.drift_undone, self.drift_textured = drift.undone, drift.textured

    @property
    def drift(self) -> Drift | None:
        """How the answer lay, as it was measured; None when it was not."""
        if self.drift_undone is None:
            return None
        return Drift(
            dx=self.drift_dx or 0.0,
            dy=self.drift_dy or 0.0,
            scale=self.drift_scale or 1.0,
            undone=self.drift_undone,
            textured=bool(self.drift_textured),
        )

    @property
    def fit_sentence(self) -> str:
        """How the answer lay, and what was done about it; empty when there is nothing to say."""
        drift = self.drift
        words = [drift.sentence] if drift and drift.sentence else []
        if self.colour_matched:
            words.append("Its colours were matched at the edge of the paint.")
        return " ".join(words)

    @property
    def fit_warning(self) -> str:
        """Why to look closely at the edge of the paint; empty when there is no reason."""
        drift = self.drift
        return drift.warning if drift else ""

    @property
    def no_change_sentence(self) -> str:
        """Say so when the model gave back what was painted; it was paid for all the same."""
        if self.inside_changed_share != 0:
            return ""
        return "Nothing you painted has visibly changed: the model gave it back as it was."

    @property
    def download_url(self) -> str:
        return self.picture.original_url if self.picture else ""

    @property
    def raw_url(self) -> str:
        return reverse("editor:result_raw", args=[self.pk])
