"""What staff should look at: all of it, also what is resolved."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from editor import costs
from editor.accounts import MemberRequest
from editor.admin.rows import ReadOnlyAdmin
from editor.audit import record
from editor.models import StaffAlert


class ResolvedFilter(admin.SimpleListFilter):
    """What is still to be looked at, or what is not any more."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Offer both."""
        return [("open", "To look at"), ("resolved", "Resolved")]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[StaffAlert]
    ) -> QuerySet[StaffAlert]:
        """Narrow the list."""
        if self.value() not in ("open", "resolved"):
            return queryset
        return queryset.filter(resolved_at__isnull=self.value() == "open")


@admin.register(StaffAlert)
class StaffAlertAdmin(ReadOnlyAdmin):
    """Alerts, newest first. They are resolved on the start page of the admin."""

    list_display = ("last_seen_at", "kind", "sentence", "times", "edit", "resolved")
    list_display_links = None
    list_filter = (ResolvedFilter, "kind")
    list_per_page = 50
    list_select_related = ("job", "resolved_by")

    @admin.display(description="Times", ordering="count")
    def times(self, alert: StaffAlert) -> int:
        """How often it was seen."""
        return alert.count

    @admin.display(description="Newest edit")
    def edit(self, alert: StaffAlert) -> SafeString | str:
        """Lead to the edit where it was last seen."""
        if alert.job is None:
            return "-"
        address = reverse("admin:editor_editjob_change", args=[alert.job.pk])
        return format_html('<a href="{}">Look at it</a>', address)

    @admin.display(description="Resolved", ordering="resolved_at")
    def resolved(self, alert: StaffAlert) -> str:
        """Who has looked at it, and when."""
        if alert.resolved_at is None:
            return "-"
        by = f" by {alert.resolved_by}" if alert.resolved_by else ", has passed"
        return f"{date_format(alert.resolved_at, 'DATETIME_FORMAT')} UTC{by}"

    def get_urls(self) -> list[URLPattern]:
        """Add the act of resolving."""
        view = self.admin_site.admin_view(require_POST(self.resolve))
        act = path("<int:pk>/resolve/", view, name="editor_staffalert_resolve")
        return [act, *super().get_urls()]

    def resolve(self, request: MemberRequest, pk: int) -> HttpResponse:
        """Close one alert, for staff who may."""
        if not request.user.has_perm("editor.change_staffalert"):
            raise PermissionDenied
        alert = get_object_or_404(StaffAlert, pk=pk)
        with transaction.atomic():
            offered = costs.resolve(alert, request.user)
            facts = {"kind": alert.kind, "offered_again": offered.model_id if offered else None}
            record("alert.resolved", by=request.user, on=alert, facts=facts)
        done = "Resolved."
        if offered:
            done = f"Resolved. New edits with {offered.name} are taken again."
        messages.success(request, done)
        return redirect("admin:index")
