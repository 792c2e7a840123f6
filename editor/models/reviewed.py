"""What staff have said of an edit, kept in its row so that lanes are found in one index."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from editor.models.pictures import Picture

# Ended well, on its owner's wall, and without a verdict that counts. The index holds nothing else.
NEW = {
    "state": "done", "verdict": "", "hidden": False, "mask_test": None, "trashed_at": None,
}  # fmt: skip
REVIEW_INDEXES = [
    models.Index(fields=["created_at", "id"], name="job_lane_new", condition=Q(**NEW)),
    models.Index(
        fields=["flagged_at", "id"],
        name="job_lane_flagged",
        condition=Q(flagged_at__isnull=False),
    ),
    models.Index(
        fields=["withheld_at"], name="job_withheld", condition=Q(withheld_at__isnull=False)
    ),
]


class ReviewFields(models.Model):
    """The verdict that counts, the newest flag that nobody has answered, and what is withheld."""

    state: str
    picture: Picture

    verdict = models.CharField(max_length=10, default="", db_default="", editable=False)
    flagged_at = models.DateTimeField(null=True, editable=False)
    # Its results are kept, but shown to staff alone until a reviewer releases them.
    withheld_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        abstract = True

    @property
    def verdict_words(self) -> str:
        """The verdict that counts; empty where nobody has judged."""
        return self.verdict.capitalize()

    @property
    def is_withheld(self) -> bool:
        """Whether there are results that its owner cannot see."""
        return self.withheld_at is not None and self.state == "done"

    @property
    def withheld_words(self) -> str:
        """Where it stands for its owner instead of its state; empty when nothing is withheld."""
        if not self.is_withheld:
            return ""
        return "Not released" if self.verdict == "rejected" else "Waiting for review"

    @property
    def starts_from_shown(self) -> bool:
        """Whether its owner may see what it starts from."""
        return self.picture.is_shown
