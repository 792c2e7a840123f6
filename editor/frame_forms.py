"""Which part of a picture to send, and the boxes that take its paint apart: shape and limits."""

from __future__ import annotations

from typing import Any

from django import forms

from editor.imaging.framing import Box
from editor.imaging.planning import FrameChoice, FrameWish
from editor.models import UpstreamModel
from editor.models.framings import DEFAULT_CONTEXT_PERCENT, MAX_CONTEXT_PERCENT
from editor.submission import MOST_TOGETHER

MAX_AREAS = 64
MAX_SIDE = 100_000  # far beyond any picture; boxes are clipped to theirs


class FrameForm(forms.Form):
    """Which part of the picture to send: `frame_wish` of what is cleaned."""

    frame = forms.ChoiceField(
        choices=[(choice.value, choice.value) for choice in FrameChoice],
        required=False,
        error_messages={"invalid_choice": "Choose which part of the picture to send."},
    )
    frame_context = forms.IntegerField(min_value=0, max_value=MAX_CONTEXT_PERCENT, required=False)
    frame_left = forms.IntegerField(min_value=0, max_value=MAX_SIDE, required=False)
    frame_top = forms.IntegerField(min_value=0, max_value=MAX_SIDE, required=False)
    frame_width = forms.IntegerField(min_value=1, max_value=MAX_SIDE, required=False)
    frame_height = forms.IntegerField(min_value=1, max_value=MAX_SIDE, required=False)

    def clean(self) -> dict[str, Any]:
        """Put the choice together. A box is only needed, and only kept, by hand."""
        cleaned = super().clean() or {}
        choice = FrameChoice(cleaned.get("frame") or FrameChoice.AUTOMATIC)
        percent = cleaned.get("frame_context")
        context = (DEFAULT_CONTEXT_PERCENT if percent is None else percent) / 100
        wish = FrameWish(choice)
        if choice is FrameChoice.AROUND:
            wish = FrameWish(choice, context)
        elif choice is FrameChoice.BY_HAND:
            wish = FrameWish(choice, box=self._box(cleaned))
        cleaned["frame_wish"] = wish
        return cleaned

    def _box(self, cleaned: dict[str, Any]) -> Box | None:
        sides = [cleaned.get(f"frame_{name}") for name in ("left", "top", "width", "height")]
        if None in sides:
            self.add_error("frame", "Say which box to send: left, top, width and height.")
            return None
        left, top, width, height = (int(side) for side in sides if side is not None)
        return Box(left, top, left + width, top + height)


def as_fields(wish: FrameWish) -> dict[str, str | int]:
    """Give a choice back as the fields of a `FrameForm`."""
    fields: dict[str, str | int] = {
        "frame": wish.choice.value,
        "frame_context": round(100 * wish.context),
    }
    if wish.box:
        fields |= {"frame_left": wish.box.left, "frame_top": wish.box.top}
        fields |= {"frame_width": wish.box.size.width, "frame_height": wish.box.size.height}
    return fields


class BoxField(forms.Field):
    """A box of pixels, written "left,top,right,bottom"."""

    def to_python(self, value: str | None) -> Box | None:
        """Read four whole numbers that make a box with something in it."""
        if not value:
            return None
        try:
            left, top, right, bottom = (int(side) for side in value[:60].split(","))
        except ValueError as unreadable:
            raise forms.ValidationError("A box is four whole numbers.") from unreadable
        if not (0 <= left < right <= MAX_SIDE and 0 <= top < bottom <= MAX_SIDE):
            raise forms.ValidationError("A box has a width and a height.")
        return Box(left, top, right, bottom)


class FrameQuestion(FrameForm):
    """What the studio asks after a stroke: the wish as far as it matters, and what is painted."""

    model = forms.ModelChoiceField(queryset=UpstreamModel.objects.none(), to_field_name="model_id")
    size = forms.CharField(max_length=40, required=False)
    painted = BoxField(required=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        models = self.fields["model"]
        models.queryset = UpstreamModel.objects.offered()  # type: ignore[attr-defined]

    def areas(self) -> list[Box]:
        """The boxes of the painted areas; none when they cannot be read or are too many."""
        given: list[str] = self.data.getlist("area")  # type: ignore[attr-defined]
        if len(given) > MAX_AREAS:
            return []
        try:
            return [box for text in given if (box := BoxField().clean(text))]
        except forms.ValidationError:
            return []


class PartsField(forms.Field):
    """Boxes of pixels that the paint is to be taken apart by: none, or one for each edit."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value: list[str] | None) -> list[Box]:
        """Read the boxes."""
        boxes = [box for text in value or [] if (box := BoxField().clean(text))]
        if len(boxes) not in (0, MOST_TOGETHER):
            raise forms.ValidationError(f"One press sends one edit, or {MOST_TOGETHER}.")
        return boxes
