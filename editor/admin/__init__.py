"""The review desk and the administration, on Django's admin. Each module registers its pages."""

from django.contrib import admin

from editor.admin import (
    alerts,
    audit,
    caps,
    catalogue,
    invitations,
    jobs,
    mask_tests,
    people,
    pictures,
    reasons,
    shares,
)

__all__ = [
    "alerts",
    "audit",
    "caps",
    "catalogue",
    "invitations",
    "jobs",
    "mask_tests",
    "people",
    "pictures",
    "reasons",
    "shares",
]

admin.site.site_header = "NanoEdit"
admin.site.site_title = "NanoEdit"
admin.site.index_title = "Review and administration"
