"""The review desk and the administration, on Django's admin. Each module registers its pages."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin

from editor.admin import alerts, catalogue, jobs, mask_tests, pictures, shares
from editor.admin.rows import PlainList
from editor.models import User

__all__ = ["alerts", "catalogue", "jobs", "mask_tests", "pictures", "shares"]

admin.site.site_header = "NanoEdit"
admin.site.site_title = "NanoEdit"
admin.site.index_title = "Review and administration"


@admin.register(User)
class PeopleAdmin(PlainList, UserAdmin):  # type: ignore[type-arg]
    """Accounts, as Django keeps them."""
