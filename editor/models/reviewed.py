"""What staff have said of an edit, kept in its row so that lanes are found in one index."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from editor.models.pictures import Picture

_ON_WALL = {"hidden": False, "mask_test": None, "trashed_at": None}
# Ended well, on its owner's wall, and without a verdict that counts.
NEW = {"state": "done", "verdict": "", **_ON_WALL}
REVIEW_INDEXES = [
    # State and verdict are columns of it: a condition on them is not found again in a query,
    # which has them as parameters.
    models.Index(
        fields=["state", "verdict", "created_at", "id"],
        name="job_lane",
        condition=Q(**_ON_WALL),
    ),
    models.Index(
        fields=["flagged_at", "id"],
        name="job_lane_flagged",
        condition=Q(flagged_at__isnull=False),
    ),
    models.Index(
        fields=["state", "withheld_at", "id"],
        name="job_lane_withheld",
        condition=Q(withheld_at__isnull=False),
    ),
    models.Index(
        fields=["created_at", "id"],
        name="job_lane_all",
        condition=Q(purging_at=None, mask_test=None),
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
