"""The review desk and the administration, on Django's admin. Each module registers its pages."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin

from editor.admin import catalogue, jobs, pictures
from editor.models import User

__all__ = ["catalogue", "jobs", "pictures"]

admin.site.site_header = "NanoEdit"
admin.site.site_title = "NanoEdit"
admin.site.index_title = "Review and administration"

admin.site.register(User, UserAdmin)
