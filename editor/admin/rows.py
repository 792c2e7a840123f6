"""What the lists of the admin share."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from editor.models import Picture


class PlainList(admin.ModelAdmin):  # type: ignore[type-arg]
    """A list under the plain name of its rows, where Django says "Select … to change"."""

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the list."""
        name = self.model._meta.verbose_name_plural or ""
        title = f"{name[:1].upper()}{name[1:]}"
        return super().changelist_view(request, {"title": title, **(extra_context or {})})


class ReadOnlyAdmin(PlainList):
    """Rows that people look at; nobody adds, changes or deletes them by hand."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


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
