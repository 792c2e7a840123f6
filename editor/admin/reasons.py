"""The reasons that reviewers choose from."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from editor.admin.rows import PlainList
from editor.models import ReviewReason, User


@admin.register(ReviewReason)
class ReasonAdmin(PlainList):
    """Changed and ordered by whoever reviews. One that is deleted stays where it was said."""

    list_display = ("sentence", "use", "place", "in_use")
    list_filter = ("use", "in_use")
    ordering = ("use", "place", "id")

    def _reviews(self, request: HttpRequest) -> bool:
        return isinstance(request.user, User) and request.user.has_perm("editor.review_editjob")

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Those who review."""
        return self._reviews(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Those who review."""
        return self._reviews(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Those who review."""
        return self._reviews(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Those who review."""
        return self._reviews(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Those who review."""
        return self._reviews(request)
