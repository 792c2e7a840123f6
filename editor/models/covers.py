"""What an edit looks like on a card or a page, from the rows that were loaded with it."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from editor.models.frame_wording import SentFrame, sent_frame
from editor.models.pictures import Picture


class Covered:
    """The picture that stands for an edit, its paint and frame, and where its parts are."""

    pk: Any
    picture: Any
    mask: Any
    results: Any
    latest_attempt: Any

    @property
    def cover(self) -> Picture:
        """The picture that stands for this job: its first result, else what it started from."""
        made = (result.picture for result in self.results)
        base: Picture = self.picture
        return next((each for each in made if each and each.is_shown), base)

    @property
    def has_cover(self) -> bool:
        """Whether any picture of this job can be shown: they may all lie in the trash."""
        return self.cover.is_shown

    @property
    def cover_url(self) -> str:
        return self.cover.thumb_url

    @property
    def cover_width(self) -> int:
        return self.cover.width

    @property
    def cover_height(self) -> int:
        return self.cover.height

    @property
    def cover_placeholder(self) -> str:
        return self.cover.placeholder if self.has_cover else ""

    @property
    def sent_frame(self) -> SentFrame | None:
        """Which part of the picture was sent last; None before anything was."""
        attempt = self.latest_attempt
        return sent_frame(attempt.frame, self.picture) if attempt else None

    @property
    def mask_url(self) -> str | None:
        return self.mask.file_url if self.mask else None

    @property
    def paint_middle(self) -> int:
        """Where across the picture the middle of the paint lies, in thousandths."""
        if self.mask is None:
            return 500
        middle = (self.mask.left + self.mask.right) / 2
        thousandths = round(1000 * middle / self.picture.width)
        return int(min(970, max(30, thousandths)))

    @property
    def status_url(self) -> str:
        return reverse("editor:job_status", args=[self.pk])

    @property
    def card_url(self) -> str:
        return reverse("editor:job_card", args=[self.pk])
