"""What staff may type about a model, in lines that people read instead of JSON."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from django import forms

from editor.imaging.encoding import MaskDialect
from editor.models import UpstreamModel
from editor.money import NANO, dollars

MOST_LINES = 100
LONGEST_SIZE = 40
MOST_DOLLARS = 1000


class SizesField(forms.CharField):
    """Sizes as the upstream spells them, one on each line."""

    widget = forms.Textarea

    def prepare_value(self, value: Any) -> Any:
        """Give a list as lines."""
        return "\n".join(map(str, value)) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        """Read the lines. Raises ValidationError."""
        sizes = list(dict.fromkeys(_lines(value)))
        if any(re.search(r"\s", size) or len(size) > LONGEST_SIZE for size in sizes):
            message = "One size on each line, without spaces: 1024x1024, auto, 2k or 16:9."
            raise forms.ValidationError(message)
        return sizes

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare what the lines mean."""
        return _differs(self, initial, data)


class PricesField(forms.CharField):
    """The price of one image for each size, in dollars, one on each line."""

    widget = forms.Textarea

    def prepare_value(self, value: Any) -> Any:
        """Give prices in nano-dollars as lines."""
        if not isinstance(value, dict):
            return value
        return "\n".join(f"{size} {dollars(nano)}" for size, nano in value.items())

    def to_python(self, value: Any) -> Any:
        """Read the lines into nano-dollars. Raises ValidationError."""
        return dict(_price(line) for line in _lines(value))

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare what the lines mean."""
        return _differs(self, initial, data)


def _lines(value: Any) -> list[str]:
    lines = [line.strip() for line in str(value or "").splitlines()]
    lines = [line for line in lines if line]
    if len(lines) > MOST_LINES:
        message = f"At most {MOST_LINES} lines."
        raise forms.ValidationError(message)
    return lines


def _price(line: str) -> tuple[str, int]:
    size, _, amount = line.replace("\t", " ").rpartition(" ")
    size = size.strip().removesuffix(":").strip() or "auto"
    try:
        nano = Decimal(amount.removeprefix("$")) * NANO
        exact = nano == nano.to_integral_value() and 0 < nano <= MOST_DOLLARS * NANO
    except (ArithmeticError, ValueError):
        exact = False
    if not exact or len(size) > LONGEST_SIZE or re.search(r"\s", size):
        message = (
            f"“{line[:60]}” is no price. One size with its price on each line, in dollars above 0: "
            "1024x1024 $0.04."
        )
        raise forms.ValidationError(message)
    return size, int(nano)


def _differs(field: forms.CharField, initial: Any, data: Any) -> bool:
    try:
        was = initial if isinstance(initial, (list, dict)) else field.to_python(initial)
        return bool(was != field.to_python(data))
    except forms.ValidationError:
        return True


class UpstreamModelForm(forms.ModelForm):  # type: ignore[type-arg]
    """Checks what staff type into the catalogue: nonsense there would break every studio."""

    sizes = SizesField(required=False, help_text="One on each line, as the upstream spells them.")
    prices = PricesField(
        required=False,
        help_text="Size and price of one image, one on each line: 1024x1024 $0.04. "
        "Without any, the price is unknown, and people are told so.",
    )

    class Meta:
        model = UpstreamModel
        fields = (*UpstreamModel.CATALOGUE_FIELDS, "is_hidden", "position")
        labels = {
            "prices": "Price",
            "max_images": "Most images of one call",
            "fixed_images": "Always makes",
            "max_inputs": "Pictures it takes",
            "prompt_limit": "Longest prompt",
            "least_pixels": "Least pixels",
            "most_pixels": "Most pixels",
        }
        help_texts = {
            "name": "What people read in the studio.",
            "fixed_images": "So many images, whatever is asked, and each is paid for. "
            "Empty: as many as asked.",
            "max_inputs": "The picture itself and further ones that are sent along.",
            "prompt_limit": "In characters. Empty: no limit is known.",
            "least_pixels": "Width times height of what is sent; empty: no bound is known.",
            "mask_dialect": "How a mask is written for it: alpha (transparent is edited), "
            "luminance (white is edited), dual (both at once), none (no mask is sent).",
            "mask_support": "What people are told. Whatever the model does, only what was "
            "painted changes in the result.",
            "is_hidden": "Nobody can choose it any more. What is queued goes out.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Compared with what the page showed: a refresh meanwhile is nobody's change.
        for field in self.fields.values():
            field.show_hidden_initial = True

    def clean(self) -> dict[str, Any]:
        """Refuse to say of a model that it reads masks, and to send it none; and odd bounds."""
        cleaned = super().clean() or {}
        sends_none = cleaned.get("mask_dialect") == MaskDialect.NONE
        if sends_none and cleaned.get("mask_support") != UpstreamModel.MaskSupport.ENFORCED:
            self.add_error(
                "mask_support", "Where no mask is sent, nothing but this server enforces it."
            )
        least, most = cleaned.get("least_pixels"), cleaned.get("most_pixels")
        if least and most and least > most:
            self.add_error("most_pixels", "This is less than the least.")
        return cleaned
