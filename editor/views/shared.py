"""What every page shows."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from editor.models import EditJob, StaffAlert, User

MOST_ALERTS = 50


def every_page(request: HttpRequest) -> dict[str, Any]:
    """Context of every template: the sandbox notice, the event stream, the queue's count."""
    context: dict[str, Any] = {
        "sandbox_in_use": settings.SANDBOX_IN_USE,
        "max_upload_mb": f"{settings.MAX_UPLOAD_BYTES / 1_000_000:g}",
        "max_megapixels": f"{settings.MAX_PIXELS / 1_000_000:g}",
        "events_url": "",
        "open_jobs": 0,
        "sharing": settings.SHARING,
        "oidc_name": settings.OIDC_NAME,
        "takes_own_keys": settings.OWN_KEYS != "off",
        "staff_alerts": (),
    }
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        context["events_url"] = "/events"
        context["queue_count_url"] = reverse("editor:queue_count")
        context["open_jobs"] = SimpleLazyObject(
            lambda: EditJob.objects.owned_by(user).still_open().count()
        )
        if user.is_staff:
            context["staff_alerts"] = SimpleLazyObject(lambda: _staff_alerts(user))
    return context


def _staff_alerts(user: User) -> list[StaffAlert]:
    """What this member of staff should look at, newest first."""
    if not user.has_perm("editor.view_staffalert"):
        return []
    return list(StaffAlert.objects.unresolved().select_related("job")[:MOST_ALERTS])
