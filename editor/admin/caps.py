"""The page about money: caps of the server, what is left of them, and the balance upstream."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST

from editor import allowances, balances
from editor.accounts import MemberRequest
from editor.admin.dollars import DollarsField
from editor.audit import record
from editor.models import EditJob, JobState, SpendingCaps, User
from editor.money import dollars
from editor.nanogpt.errors import NanoGPTError
from editor.upstream import key_tail

CAPS = ("day_nano", "month_nano", "soft_percent")


class CapsForm(forms.ModelForm):  # type: ignore[type-arg]
    """What the server may spend, and from when people are warned."""

    day_nano = DollarsField(
        label="Dollars per day", help_text="What all edits may cost in a day, UTC; empty: no cap."
    )
    month_nano = DollarsField(
        label="Dollars per month",
        help_text="What all edits may cost in a calendar month, UTC; empty: no cap.",
    )
    floor_nano = DollarsField(
        label="Floor of the balance, dollars",
        help_text="Staff are warned when less is left upstream; empty: as the settings say.",
    )

    class Meta:
        model = SpendingCaps
        fields = (*CAPS, "floor_nano")


@admin.register(SpendingCaps)
class CapsAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """One row, so one page."""

    form = CapsForm
    change_form_template = "admin/editor/spendingcaps/change_form.html"
    fieldsets = (
        ("Caps of the whole server", {"fields": CAPS}),
        ("Balance", {"fields": ("floor_nano",)}),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        """There is one."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """There stays one."""
        return False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Lead to the one row."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        SpendingCaps.objects.get_or_create(pk=SpendingCaps.ONLY)
        return redirect("admin:editor_spendingcaps_change", SpendingCaps.ONLY)

    def get_urls(self) -> list[URLPattern]:
        """Add asking for the balance."""
        view = self.admin_site.admin_view(require_POST(self.read_balance))
        return [
            path("read-balance/", view, name="editor_spendingcaps_read_balance"),
            *super().get_urls(),
        ]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show what is left of everything beside what may be changed."""
        caps = SpendingCaps.objects.current()
        held = EditJob.objects.filter(state=JobState.HELD)
        context = {
            "title": "Caps and balance",
            "allowances": allowances.of_server(),
            "balance": balances.last_reading(),
            "floor_text": dollars(caps.balance_floor_nano) if caps.balance_floor_nano else "",
            "key_tail": key_tail(),
            "held": held.count(),
            "held_url": reverse("admin:editor_editjob_changelist") + "?state__exact=held",
        }
        more = {**context, **(extra_context or {})}
        return super().change_view(request, object_id, form_url, more)

    def save_model(self, request: HttpRequest, obj: SpendingCaps, form: Any, change: bool) -> None:
        """Keep it, and write down what it was before."""
        by = cast("User", request.user)
        with transaction.atomic():
            super().save_model(request, obj, form, change)
            for action, names in (("budget.changed", CAPS), ("balance.floor", ("floor_nano",))):
                changed = [name for name in names if name in form.changed_data]
                facts = {name: [form.initial[name], getattr(obj, name)] for name in changed}
                if facts:
                    record(action, by=by, on=obj, request=request, facts=facts)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        """Stay here: there is no list."""
        super().response_change(request, obj)
        return redirect("admin:editor_spendingcaps_change", SpendingCaps.ONLY)

    def read_balance(self, request: MemberRequest) -> HttpResponse:
        """Ask the upstream what is left, for free."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        try:
            reading = balances.read_now(request.user)
        except (NanoGPTError, ValueError) as error:  # ValueError: settings that cannot be used
            messages.error(request, f"The balance could not be read: {error}")
        else:
            if reading is None:
                messages.warning(request, "The upstream named no balance.")
            else:
                messages.success(request, f"{reading.text} left.")
        return redirect("admin:editor_spendingcaps_changelist")
