"""Which part of its picture a job sends: what was chosen, and what that comes down to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.db import models

from editor.imaging.framing import Box, Size
from editor.imaging.planning import (
    DEFAULT_CONTEXT,
    FrameChoice,
    FrameWish,
    Plan,
    Split,
    plan_frame,
    split_paint,
)
from editor.imaging.sizes import SizeRule

if TYPE_CHECKING:
    from editor.models.catalogue import UpstreamModel
    from editor.models.jobs import EditJob
    from editor.models.pictures import Picture

DEFAULT_CONTEXT_PERCENT = round(100 * DEFAULT_CONTEXT)
MAX_CONTEXT_PERCENT = 200


class FrameFields(models.Model):
    """The choice as a job keeps it; `frame_box` is [left, top, right, bottom], for BY_HAND."""

    frame_choice = models.CharField(
        max_length=8,
        choices=[(choice.value, choice.value) for choice in FrameChoice],
        default=FrameChoice.AUTOMATIC.value,
        db_default=FrameChoice.AUTOMATIC.value,
    )
    frame_context = models.PositiveSmallIntegerField(  # per cent of the painted box
        default=DEFAULT_CONTEXT_PERCENT, db_default=DEFAULT_CONTEXT_PERCENT
    )
    frame_box = models.JSONField(null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def frame_wish(self) -> FrameWish:
        """What the person chose."""
        box = Box(*self.frame_box) if self.frame_box else None
        return FrameWish(FrameChoice(self.frame_choice), self.frame_context / 100, box)


def kept_wish(wish: FrameWish) -> dict[str, Any]:
    """Give a choice as the fields of a job."""
    by_hand = wish.choice is FrameChoice.BY_HAND and wish.box is not None
    return {
        "frame_choice": wish.choice.value,
        "frame_context": round(100 * wish.context),
        "frame_box": list(wish.box) if by_hand and wish.box else None,
    }


def frame_as_json(wish: FrameWish) -> dict[str, Any]:
    """Give a choice to the studio: the context in per cent, the box as its place and size."""
    box = wish.box
    return {
        "choice": wish.choice.value,
        "context": round(100 * wish.context),
        "box": [box.left, box.top, *box.size] if box else None,
    }


def wish_key(wish: FrameWish, *, masked: bool) -> list[str | int]:
    """Give what of a choice makes another result; nothing for the automatic one.

    Without a mask the whole picture is sent, whatever was chosen.
    """
    if not masked or wish.choice is FrameChoice.AUTOMATIC:
        return []
    if wish.choice is FrameChoice.AROUND:
        return [wish.choice.value, round(100 * wish.context)]
    if wish.choice is FrameChoice.BY_HAND and wish.box:
        return [wish.choice.value, *wish.box]
    return [wish.choice.value]


def plan_of(job: EditJob, model: UpstreamModel) -> Plan:
    """Plan what one call for a job sends, with the size string to ask for."""
    mask = job.mask
    painted = Box(mask.left, mask.top, mask.right, mask.bottom) if mask else None
    return plan_for(job.picture, painted, model, job.size, job.frame_wish)


def sent_size(job: EditJob, model: UpstreamModel) -> str | None:
    """Give the size that a call for a job asks for; None when it names none."""
    size = plan_of(job, model).size
    return size if size in model.sizes else None


def sent_count(job: EditJob) -> int | None:
    """Give how many pictures a call for a job asks for; None when it says nothing, for one."""
    return job.n if job.n > 1 else None


def plan_for(
    picture: Picture, painted: Box | None, model: UpstreamModel, asked: str, wish: FrameWish
) -> Plan:
    """Plan what would be sent of a picture on which the box `painted` may change."""
    return plan_frame(_size_of(picture), painted, rule_of(model, asked), wish)


def split_for(
    picture: Picture, areas: Sequence[Box], model: UpstreamModel, asked: str
) -> Split | None:
    """Tell whether two edits would do better than one, for painted areas far apart."""
    return split_paint(_size_of(picture), areas, rule_of(model, asked))


def rule_of(model: UpstreamModel, asked: str) -> SizeRule:
    """Give the sizes that a model takes, as far as they are known."""
    return SizeRule(tuple(model.sizes), asked, model.least_pixels or 0, model.most_pixels)


def _size_of(picture: Picture) -> Size:
    return Size(picture.width, picture.height)
