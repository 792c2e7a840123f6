"""The catalogue of models, with what staff decide about it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from editor import costs
from editor.accounts import MemberRequest
from editor.admin.rows import PlainList
from editor.imaging.encoding import MaskDialect
from editor.models import UpstreamModel
from editor.money import dollars


class UpstreamModelForm(forms.ModelForm):  # type: ignore[type-arg]
    """Checks what staff type into the catalogue: nonsense there would break every studio."""

    class Meta:
        model = UpstreamModel
        fields = (*UpstreamModel.CATALOGUE_FIELDS, "is_hidden", "position")
        help_texts = {
            "prices": "Size to price of one image in nano-dollars: 40000000 is $0.04.",
            "sizes": "A list of sizes as the upstream spells them.",
            "mask_dialect": "How a mask is written for it: alpha (transparent is edited), "
            "luminance (white is edited), dual (both at once), none (no mask is sent).",
            "mask_support": "What people are told. Whatever the model does, only what was "
            "painted changes in the result.",
        }

    def clean_prices(self) -> dict[str, int]:
        """Take whole nano-dollars above 0 only: 0.04 would be meant as dollars."""
        prices = self.cleaned_data["prices"] or {}
        if not isinstance(prices, dict) or not all(
            type(nano) is int and nano > 0 for nano in prices.values()
        ):
            raise forms.ValidationError(
                'Prices are whole nano-dollars by size, for example {"auto": 40000000} for $0.04.'
            )
        return prices

    def clean(self) -> dict[str, Any]:
        """Refuse to say of a model that it reads masks, and to send it none."""
        cleaned = super().clean() or {}
        sends_none = cleaned.get("mask_dialect") == MaskDialect.NONE
        if sends_none and cleaned.get("mask_support") != UpstreamModel.MaskSupport.ENFORCED:
            self.add_error(
                "mask_support", "Where no mask is sent, nothing but this server enforces it."
            )
        return cleaned

    def clean_sizes(self) -> list[str]:
        """Take a list of words only."""
        sizes = self.cleaned_data["sizes"] or []
        if not isinstance(sizes, list) or not all(isinstance(size, str) for size in sizes):
            raise forms.ValidationError('Sizes are a list of words, for example ["auto"].')
        return sizes


@admin.register(UpstreamModel)
class UpstreamModelAdmin(PlainList):
    """The catalogue. A field changed here is pinned: refreshes leave it alone."""

    list_display = (
        "name",
        "model_id",
        "mask_support",
        "dialect",
        "max_images",
        "price",
        "is_hidden",
        "is_listed",
        "takes_edits",
    )
    actions = ("offer_again", "follow_catalogue")
    form = UpstreamModelForm
    list_filter = ("is_listed", "is_hidden", "mask_support")
    search_fields = ("name", "model_id")
    readonly_fields = ("model_id", "is_listed", "pinned_fields", "seen_at", "held_back")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Rows come from the upstream."""
        return False

    @admin.display(description="Mask dialect", ordering="mask_dialect")
    def dialect(self, model: UpstreamModel) -> SafeString | str:
        """How masks are written for it, and whether staff said so."""
        if "mask_dialect" not in model.pinned:
            return model.mask_dialect
        return format_html('{} <span class="desk__quiet">set by staff</span>', model.mask_dialect)

    @admin.action(description="Follow the catalogue again in everything", permissions=["change"])
    def follow_catalogue(self, request: MemberRequest, queryset: QuerySet[UpstreamModel]) -> None:
        """Give up what staff have overridden; the next refresh writes it."""
        for model in queryset.exclude(pinned=[]):
            self.log_change(request, model, f"No longer kept: {', '.join(model.pinned)}.")
        queryset.update(pinned=[])
        said = "The next refresh of the catalogue writes every field of them."
        self.message_user(request, said, messages.SUCCESS)

    @admin.display(description="Price")
    def price(self, model: UpstreamModel) -> str:
        """The default price of one image."""
        return dollars(model.price_nano())

    @admin.display(description="Takes edits", boolean=True, ordering="held_back")
    def takes_edits(self, model: UpstreamModel) -> bool:
        """Whether new edits pass, or wait until staff have looked at what it charges."""
        return not model.held_back

    @admin.action(description="Take edits again: its cost was looked at", permissions=["change"])
    def offer_again(self, request: MemberRequest, queryset: QuerySet[UpstreamModel]) -> None:
        """Let new edits with these models pass again."""
        for model in queryset:
            costs.offer_again(model, request.user)
        self.message_user(request, "New edits with them are taken again.", messages.SUCCESS)

    @admin.display(description="Kept when the catalogue is refreshed")
    def pinned_fields(self, model: UpstreamModel) -> str:
        """Which fields staff have overridden."""
        return ", ".join(model.pinned) or "nothing"

    def save_model(self, request: HttpRequest, obj: UpstreamModel, form: Any, change: bool) -> None:
        """Pin what was changed by hand."""
        changed = [name for name in form.changed_data if name in UpstreamModel.CATALOGUE_FIELDS]
        obj.pinned = sorted({*obj.pinned, *changed})
        super().save_model(request, obj, form, change)
