"""Which share links exist: who has made them, what kind, and how far they go. Never the links."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from editor.accounts import MemberRequest
from editor.admin.rows import ReadOnlyAdmin
from editor.models import Share
from editor.sharing_links import revoke_share


@admin.register(Share)
class ShareAdmin(ReadOnlyAdmin):
    """All links, newest first. What they show stays their owner's; staff may end them."""

    list_display = (
        "created_at",
        "owner",
        "kind",
        "standing",
        "expires_at",
        "seen",
        "last_viewed_at",
        "password_asked",
        "download",
    )
    list_display_links = None
    list_filter = ("kind", ("owner", admin.RelatedOnlyFieldListFilter), "created_at")
    list_per_page = 50
    list_select_related = ("owner", "picture", "before")
    ordering = ("-created_at",)
    search_fields = ("owner__username",)
    actions = ("revoke",)
    # Not for staff either: the digest, and the hash of a password.
    fields = ("owner", "kind", "created_at", "expires_at", "max_views", "views", "revoked_at")

    @admin.display(description="State")
    def standing(self, share: Share) -> str:
        """Whether it opens, or why not."""
        return share.state.capitalize()

    @admin.display(description="Views", ordering="views")
    def seen(self, share: Share) -> str:
        """How often it was opened, and how often it may be."""
        return f"{share.views} of {share.max_views}" if share.max_views else str(share.views)

    # In words: the admin's red crosses would say that something is wrong.
    @admin.display(description="Password")
    def password_asked(self, share: Share) -> str:
        """Whether it asks for one."""
        return "Yes" if share.password else "No"

    @admin.display(description="Download", ordering="allow_download")
    def download(self, share: Share) -> str:
        """Whether the full size may be taken away."""
        return "Yes" if share.allow_download else "No"

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        """Who may end links of others."""
        return request.user.has_perm("editor.change_share")

    @admin.action(description="Revoke the chosen links", permissions=["revoke"])
    def revoke(self, request: MemberRequest, chosen: QuerySet[Any]) -> None:
        """End links at once and for good."""
        ended = sum(revoke_share(share, request.user) for share in chosen)
        words = "1 link was revoked." if ended == 1 else f"{ended} links were revoked."
        self.message_user(request, words, messages.SUCCESS)
