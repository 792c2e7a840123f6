"""The admin, and everything else by editor.urls."""

from django.contrib import admin
from django.urls import include, path

from editor.admin.dashboard import dashboard

urlpatterns = [
    path("admin/dashboard/", admin.site.admin_view(dashboard), name="staff_dashboard"),
    path("admin/", admin.site.urls),
    path("", include("editor.urls")),
    path("", include("editor.account_urls")),
]

handler429 = "editor.views.accounts.too_many"
handler500 = "nanoedit_site.request_ids.server_error"
