"""Everybody's pictures."""

from __future__ import annotations

from django.contrib import admin
from django.utils.safestring import SafeString

from editor.admin.rows import ReadOnlyAdmin, thumbnail
from editor.models import Picture


@admin.register(Picture)
class PictureAdmin(ReadOnlyAdmin):
    """All pictures."""

    list_display = ("image", "name", "origin", "owner", "width", "height", "created_at")
    list_filter = ("origin", ("owner", admin.RelatedOnlyFieldListFilter), "created_at")
    search_fields = ("name", "owner__username", "id")
    list_per_page = 25
    list_select_related = ("owner",)
    # Django would link to the storage itself; files go through the views alone.
    exclude = ("file", "preview", "card", "thumb", "full", "placeholder")

    @admin.display(description="Picture")
    def image(self, picture: Picture) -> SafeString | str:
        """The picture as a small image."""
        return thumbnail(picture)
