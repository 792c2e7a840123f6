"""What the lists of the admin share."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import admin
from django.contrib.admin.helpers import ActionForm
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from editor.accounts import MemberRequest
from editor.audit import record_by_hand
from editor.models import Picture


class ReasonedActionForm(ActionForm):
    """What Django asks before an act on chosen rows, and why it is done: for the audit log."""

    why = forms.CharField(label="Reason:", required=False, max_length=2000)


class PlainList(admin.ModelAdmin):  # type: ignore[type-arg]
    """A list under the plain name of its rows, where Django says "Select … to change"."""

    action_form = ReasonedActionForm

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the list."""
        name = self.model._meta.verbose_name_plural or ""
        title = f"{name[:1].upper()}{name[1:]}"
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    def log_deletions(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        """Write each down: Django adds its own lines at once, which nobody is told of."""
        for row in queryset:
            kind = str(self.model._meta.model_name)
            by = cast("MemberRequest", request).user
            record_by_hand("row.deleted", by=by, kind=kind, pk=str(row.pk), fields=[])
        return super().log_deletions(request, queryset)


class ReadOnlyAdmin(PlainList):
    """Rows that people look at; nobody adds, changes or deletes them by hand."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def blurred(picture: Picture | None) -> SafeString | str:
    """Draw a picture of some 16 pixels, which is all that is sent before somebody wants it."""
    if picture is None:
        return "-"
    if not picture.placeholder:
        return format_html('<span class="admin-thumb admin-thumb--none">{}</span>', "blurred")
    return format_html(
        '<img class="admin-thumb admin-thumb--blurred" src="{}" width="{}" height="{}" alt="{}, '
        'blurred">',
        picture.placeholder,
        picture.width,
        picture.height,
        picture.name,
    )


def thumbnail(picture: Picture | None) -> SafeString | str:
    """Draw a picture as a small image for a list."""
    if picture is None:
        return "-"
    return format_html(
        '<img class="admin-thumb" src="{}" width="{}" height="{}" alt="{}" loading="lazy">',
        picture.thumb_url,
        picture.width,
        picture.height,
        picture.name,
    )
