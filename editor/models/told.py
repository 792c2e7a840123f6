"""What pages say of an edit: where it stands, what it costs, how long it takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.utils import timezone

from editor.models import wording
from editor.money import dollars

if TYPE_CHECKING:
    from datetime import datetime

    from editor.models.jobs import EditJob

_ENDED = ("done", "failed", "cancelled")


class Told:
    """Words and figures of an edit, from its row and from what was loaded with it."""

    state: str
    charged: str
    estimate_nano: int | None
    imported_at: datetime | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None

    @property
    def _job(self) -> EditJob:
        return cast("EditJob", self)

    @property
    def state_sentence(self) -> str:
        return wording.state_sentence(self._job)

    @property
    def steps(self) -> list[dict[str, Any]]:
        return wording.steps(self._job)

    @property
    def billed_text(self) -> str:
        return wording.billed_text(self._job)

    @property
    def billed_source_text(self) -> str:
        return wording.billed_source_text(self._job)

    @property
    def estimate_text(self) -> str:
        return dollars(self.estimate_nano)

    @property
    def price_text(self) -> str:
        """One figure for a card: what it cost, or what it is expected to cost."""
        if self.state == "done" or self.charged != "no":
            return "imported" if self.imported_at else self.billed_text
        return "free" if self.state in _ENDED else self.estimate_text

    @property
    def elapsed_since(self) -> datetime:
        """From when a ticking clock on the page should count."""
        return self.started_at or self.created_at

    @property
    def elapsed_seconds(self) -> int:
        """Whole seconds from submit to the end, or until now."""
        return int(((self.finished_at or timezone.now()) - self.created_at).total_seconds())
