"""Which part of a picture to send: all of it, around the paint, or a box drawn by hand.

Models answer with about one megapixel, whatever they get. So the less of a large picture is sent,
the more of its own detail comes back; but a model that sees too little does not know what it
paints. Pure geometry.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import reduce

from editor.imaging.framing import Box, Frame, frame_of
from editor.imaging.sizes import (
    USEFUL_PIXELS,
    Size,
    SizeRule,
    answer_size,
    choose_size,
    factor_of,
    has_shape,
    nearest_shape,
    shape_of,
)

DEFAULT_CONTEXT = 0.5
LEAST_CONTEXT_PIXELS = 64
LEAST_SIDE = 64  # of a box drawn by hand
# The automatic frame takes more context where it costs no detail, but not without end: the paint
# must stay a good part of what the model sees.
_ROOMY = 2.0
_ROOMY_SIDE = 512
_WORTH_IT = 1.25  # so much more detail around the paint, and the whole picture is not sent
_MUCH_BETTER = 1.5  # so much more detail in each of two edits, and they are offered
_MOST_AREAS = 64
SOFT_FROM = 2.0  # from this enlargement on, people see that a result was stretched


class FrameChoice(StrEnum):
    """What a person may choose to send."""

    AUTOMATIC = "auto"
    AROUND = "around"
    WHOLE = "whole"
    BY_HAND = "hand"


@dataclass(frozen=True)
class FrameWish:
    """What a person chose. `context` is a share of the painted box, for AROUND; `box` is theirs."""

    choice: FrameChoice = FrameChoice.AUTOMATIC
    context: float = DEFAULT_CONTEXT
    box: Box | None = None


@dataclass(frozen=True)
class Plan:
    """A frame, and what is to be expected of it.

    `size` is the string to ask the model for, `choice` what the wish came down to (never
    AUTOMATIC), `answer` the expected pixel size of the answer.
    """

    frame: Frame
    size: str
    choice: FrameChoice
    answer: Size

    @property
    def enlargement(self) -> float:
        return enlargement(self.frame, self.answer)


def enlargement(frame: Frame, answer: Size) -> float:
    """How many pixels of the picture, along a side, each pixel of an answer has to cover.

    At most 1: nothing is lost. Above 2 the result is visibly softer than the picture.
    """
    left, top, right, bottom = frame.inner_span(answer)
    width, height = frame.box.size
    return max(width / (right - left), height / (bottom - top))


def plan_frame(picture: Size, painted: Box | None, rule: SizeRule, wish: FrameWish) -> Plan:
    """Choose what to send of a picture on which `painted` may change (None: all of it).

    The box lies in the picture and holds the paint with its context; a box by hand is taken as it
    is drawn. It is grown to the shape of the size asked for, as far as the picture goes.
    """
    whole = Box(0, 0, *picture)
    drawn = wish.box.meet(whole) if wish.box else None
    if painted is None or wish.choice is FrameChoice.WHOLE:
        return _planned(whole, rule, FrameChoice.WHOLE)
    if wish.choice is FrameChoice.BY_HAND and drawn:
        return _by_hand(picture, drawn, rule)
    if wish.choice is FrameChoice.AROUND:
        need = with_context(painted, wish.context, picture)
        return _planned(_in_shape(need, rule, picture), rule, FrameChoice.AROUND)
    around = _roomy(picture, painted, rule)
    all_of_it = _planned(whole, rule, FrameChoice.WHOLE)
    gain = all_of_it.enlargement / max(1.0, around.enlargement)
    return around if gain >= _WORTH_IT else all_of_it


def with_context(painted: Box, share: float, picture: Size) -> Box:
    """Widen a painted box on every side by a share of its mean side, as far as the picture goes."""
    mean = (painted.size.width + painted.size.height) / 2
    context = max(LEAST_CONTEXT_PIXELS, math.ceil(share * mean))
    return Box(
        max(0, painted.left - context),
        max(0, painted.top - context),
        min(picture.width, painted.right + context),
        min(picture.height, painted.bottom + context),
    )


@dataclass(frozen=True)
class Split:
    """Two edits in place of one: the box each would send, and how much more detail each gains."""

    boxes: tuple[Box, Box]
    gain: float


def split_paint(picture: Size, areas: Sequence[Box], rule: SizeRule) -> Split | None:
    """Tell whether painted areas lie so far apart that two edits would each gain much detail.

    `areas` are the boxes of the connected areas. None when one edit does as well.
    """
    if not 2 <= len(areas) <= _MOST_AREAS:
        return None
    together = plan_frame(picture, reduce(Box.join, areas), rule, FrameWish())
    if together.enlargement <= 1:
        return None
    splits = [
        split
        for groups in (_parted(areas, 0, 2), _parted(areas, 1, 3))
        if (split := _split(picture, groups, rule, together.enlargement))
    ]
    return max(splits, key=lambda split: split.gain, default=None)


def _parted(areas: Sequence[Box], start: int, end: int) -> tuple[Box, Box]:
    """Part the areas at the widest gap along one axis: one box around each of the two groups."""
    ordered = sorted(areas, key=lambda box: box[start])
    reach = [max(box[end] for box in ordered[: i + 1]) for i in range(len(ordered) - 1)]
    gaps = [after[start] - far for after, far in zip(ordered[1:], reach, strict=True)]
    cut = gaps.index(max(gaps)) + 1
    return reduce(Box.join, ordered[:cut]), reduce(Box.join, ordered[cut:])


def _split(picture: Size, groups: tuple[Box, Box], rule: SizeRule, together: float) -> Split | None:
    plans = [plan_frame(picture, group, rule, FrameWish()) for group in groups]
    first, second = (plan.frame.box for plan in plans)
    if first.meet(groups[1]) or second.meet(groups[0]):
        return None  # each would send paint of the other, too
    gain = together / max(1.0, *(plan.enlargement for plan in plans))
    return Split((first, second), gain) if gain >= _MUCH_BETTER else None


def _planned(box: Box, rule: SizeRule, choice: FrameChoice) -> Plan:
    size = choose_size(box.size, rule.sizes, rule.asked)
    bound = rule.most_pixels
    if bound is None and factor_of(size) is None:
        bound = USEFUL_PIXELS
    frame = frame_of(box, size, rule.least_pixels, bound)
    return Plan(frame, size, choice, answer_size(frame.sent, size, rule))


def _by_hand(picture: Size, drawn: Box, rule: SizeRule) -> Plan:
    least = Size(*(min(LEAST_SIDE, side) for side in picture))
    size = Size(max(least.width, drawn.size.width), max(least.height, drawn.size.height))
    box = _placed(drawn, size, picture)
    shape = shape_of(choose_size(box.size, rule.sizes, rule.asked))
    box = _grown_to_shape(box, shape, picture) if shape else box
    return _planned(box, rule, FrameChoice.BY_HAND)


def _roomy(picture: Size, painted: Box, rule: SizeRule) -> Plan:
    """Frame the paint with its context, and with more of it as long as no detail is lost."""
    need = with_context(painted, DEFAULT_CONTEXT, picture)
    plan = _planned(_in_shape(need, rule, picture), rule, FrameChoice.AROUND)
    box = plan.frame.box
    roomy = max(_ROOMY, _ROOMY_SIDE / min(box.size))
    factor = min(roomy, 1 / plan.enlargement)
    if factor <= 1:
        return plan
    shape = _shape(need.size, rule)
    keeps = shape if shape and has_shape(box.size, shape) else box.size.aspect
    return _planned(_grown_by(box, factor, keeps, picture), rule, FrameChoice.AROUND)


def _in_shape(need: Box, rule: SizeRule, picture: Size) -> Box:
    shape = _shape(need.size, rule)
    return _grown_to_shape(need, shape, picture) if shape else need


def _shape(need: Size, rule: SizeRule) -> float | None:
    """Give the shape asked for, else the nearest one that the model lists.

    Models that choose the shape themselves still answer in one of those that they list.
    """
    shape = shape_of(choose_size(need, rule.sizes, rule.asked))
    return shape or nearest_shape(need, rule.sizes)


def _grown_to_shape(need: Box, aspect: float, picture: Size) -> Box:
    width, height = need.size
    if has_shape(need.size, aspect):
        return need
    if width < height * aspect:
        width = min(picture.width, round(height * aspect))
    else:
        height = min(picture.height, round(width / aspect))
    return _placed(need, Size(width, height), picture)


def _grown_by(box: Box, factor: float, aspect: float, picture: Size) -> Box:
    """Grow a box of an aspect ratio by at most a factor, until it reaches across the picture."""
    width, height = box.size
    factor = min(factor, picture.width / width, picture.height / height)
    wide = min(int(width * factor), int((picture.height + 0.5) * aspect))
    high = min(picture.height, round(wide / aspect))
    if wide < width or high < height:
        return box
    return _placed(box, Size(wide, high), picture)


def _placed(need: Box, size: Size, picture: Size) -> Box:
    """Place a box of `size` around a smaller one, as near to its middle as the picture allows."""
    left = need.left - (size.width - need.size.width) // 2
    top = need.top - (size.height - need.size.height) // 2
    left = min(max(left, 0), picture.width - size.width)
    top = min(max(top, 0), picture.height - size.height)
    return Box(left, top, left + size.width, top + size.height)
