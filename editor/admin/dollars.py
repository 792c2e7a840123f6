"""A field of a form in dollars, where the row holds nano-dollars."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms

from editor.money import NANO

MOST_DOLLARS = 1_000_000


class DollarsField(forms.DecimalField):
    """People write dollars; the row gets whole nano-dollars, or None where nothing is written."""

    def __init__(self, **more: Any) -> None:
        given = {"min_value": 0, "max_value": MOST_DOLLARS, "decimal_places": 9, "required": False}
        super().__init__(**{**given, **more})
        self.widget.attrs["step"] = "any"

    def prepare_value(self, value: Any) -> Any:
        """Show nano-dollars as dollars; what was sent is shown as it was."""
        return f"{Decimal(value) / NANO:f}" if isinstance(value, int) else value

    def clean(self, value: Any) -> int | None:
        """Read dollars as nano-dollars."""
        cleaned = super().clean(value)
        return None if cleaned is None else int(cleaned * NANO)

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare in dollars."""
        before = Decimal(initial) / NANO if isinstance(initial, int) else initial
        return super().has_changed(before, data)
