"""Shape and limits of a draft: nobody has finished it, so it need not make sense yet."""

from __future__ import annotations

import json
import math
import re
import uuid
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from editor.drafts import Left
from editor.forms import MAX_IMAGES, ReferencesField, clean_text
from editor.frame_forms import FrameForm
from editor.imaging.framing import Box
from editor.masks import MAX_MASK_BYTES
from editor.models import Picture, User

MAX_DRAFT_PROMPT = 20_000  # more than any model reads: what is too long to send is still kept
LONGEST_AGO = timedelta(days=30)
MAX_VIEW = 400  # characters
MAX_NUMBER = 1e7
_TOOL = re.compile(r"[a-z][a-z-]{0,30}")


def _is_sane(number: Any) -> bool:
    # In this order: a whole number can be too large for a float.
    return abs(number) < MAX_NUMBER and math.isfinite(number)


class DraftForm(FrameForm):
    """What the studio saves by itself."""

    revision = forms.UUIDField()
    base = forms.UUIDField(required=False)
    changed_ago = forms.IntegerField(min_value=0, required=False)  # milliseconds
    prompt = forms.CharField(required=False, max_length=MAX_DRAFT_PROMPT, strip=False)
    model = forms.CharField(required=False, max_length=200)
    n = forms.IntegerField(min_value=1, max_value=MAX_IMAGES, required=False)
    size = forms.CharField(required=False, max_length=40)
    references = ReferencesField(required=False)
    mask = forms.FileField(required=False, allow_empty_file=True)
    kept_mask = forms.UUIDField(required=False)
    view = forms.CharField(required=False, max_length=MAX_VIEW)
    set_aside = forms.BooleanField(required=False)
    from_aside = forms.UUIDField(required=False)

    def __init__(self, *args: object, owner: User, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.owner = owner

    def clean_prompt(self) -> str:
        """Drop what is no text."""
        return clean_text(self.cleaned_data["prompt"])

    def clean_references(self) -> list[uuid.UUID]:
        """Keep those that are the person's own and still there; the rest is no reason to refuse."""
        ids: list[uuid.UUID] = self.cleaned_data["references"]
        own = Picture.objects.owned_by(self.owner).in_bulk(ids)
        return [each for each in ids if each in own]

    def clean_mask(self) -> Any:
        """Refuse before it is read what is larger than any mask."""
        given = self.cleaned_data["mask"]
        if given is not None and given.size > MAX_MASK_BYTES:
            raise forms.ValidationError("The mask is too large to be kept with the draft.")
        return given

    def clean_view(self) -> dict[str, Any] | None:
        """Take a place, a scale and a tool; anything else is no view."""
        try:
            given = json.loads(self.cleaned_data["view"] or "null")
        except (ValueError, RecursionError):
            return None
        if not isinstance(given, dict):
            return None
        place = {name: given.get(name) for name in ("x", "y", "scale")}
        is_place = all(isinstance(each, int | float) for each in place.values())
        view: dict[str, Any] = place if is_place and all(map(_is_sane, place.values())) else {}
        tool = given.get("tool")
        if isinstance(tool, str) and _TOOL.fullmatch(tool):
            view["tool"] = tool
        return view or None

    def _box(self, cleaned: dict[str, Any]) -> Box | None:
        """Give the box that was drawn so far, which may be none."""
        sides = [cleaned.get(f"frame_{name}") for name in ("left", "top", "width", "height")]
        return None if None in sides else super()._box(cleaned)

    def left(self, device: str) -> Left:
        """Put together what was left."""
        said = self.cleaned_data
        return Left(
            prompt=said["prompt"],
            model_id=said["model"],
            n=said["n"] or 1,
            size=said["size"],
            frame=said["frame_wish"],
            references=said["references"],
            mask=said["mask"].read() if said["mask"] else said["kept_mask"],
            view=said["view"],
            device=device,
            changed_at=self._changed_at(),
        )

    def _changed_at(self) -> datetime:
        ago = timedelta(milliseconds=min(self.cleaned_data["changed_ago"] or 0, 10**10))
        return timezone.now() - min(ago, LONGEST_AGO)

    def first_problem(self) -> str:
        """The first complaint."""
        return next(str(problems[0]) for problems in self.errors.values())
