"""One field of a model on its page: what is in use, and what the upstream says of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.forms import BaseForm, BoundField

from editor.models import UpstreamModel
from editor.models.catalogue_changes import label_of
from editor.money import dollars

NEVER_SAID = "Known after the next refresh"
# Fields whose value is a number of pictures, characters or pixels, or one line.
PARTS = (
    ("What people read", ("name", "description")),
    ("Price and sizes", ("prices", "sizes", "least_pixels", "most_pixels")),
    ("What it takes and makes", ("max_images", "fixed_images", "max_inputs", "prompt_limit")),
    ("Masks", ("mask_dialect", "mask_support", "edits")),
)


@dataclass(frozen=True)
class Override:
    """A field of the catalogue as the page of a model shows it."""

    name: str
    field: BoundField | None  # None: who looks may not change it
    label: str
    value_text: str
    upstream_text: str
    is_overridden: bool
    hides: str  # what the upstream said when staff last looked, if it says something else now
    can_follow: bool

    @property
    def is_choice(self) -> bool:
        """Whether it is a box to tick, whose label stands behind it."""
        return bool(self.field) and self.name == "edits"


def parts_of(model: UpstreamModel, form: BaseForm | None) -> list[tuple[str, list[Override]]]:
    """All fields of a model in their groups; without a form, only to be read."""
    hidden = model.hidden_changes
    return [(title, list(_overrides(model, form, names, hidden))) for title, names in PARTS]


def _overrides(
    model: UpstreamModel, form: BaseForm | None, names: Iterable[str], hidden: list[str]
) -> Iterable[Override]:
    for name in names:
        bound = form[name] if form and name in form.fields else None
        known = name in model.upstream
        yield Override(
            name,
            bound,
            str(bound.label) if bound else label_of(name),
            words(name, getattr(model, name)),
            words(name, model.upstream[name]) if known else NEVER_SAID,
            name in model.pinned,
            words(name, model.looked_at.get(name)) if name in hidden else "",
            known and name in model.pinned,
        )


def words(name: str, value: Any) -> str:
    """Say what a field holds."""
    if name == "prices":
        told = [f"{size} {dollars(nano)}" for size, nano in (value or {}).items()]
        return ", ".join(told) or "unknown"
    if name == "sizes":
        return ", ".join(map(str, value or [])) or "none named"
    if name == "mask_support":
        return dict(UpstreamModel.MaskSupport.choices).get(value, str(value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}".replace(",", "\u202f")
    return str(value) if value else "not said"
