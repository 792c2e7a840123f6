"""Static files of an earlier release."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_safe


@require_safe
def moved(request: HttpRequest, prefix: str, rest: str) -> HttpResponse:
    """Lead a page that was open during an update to the current file of the same name.

    Files under the current prefix are answered before any view; what comes here with
    it does not exist.
    """
    if settings.STATIC_URL == "/static/" or settings.STATIC_URL.endswith(f"/{prefix}/"):
        raise Http404
    return HttpResponseRedirect(f"{settings.STATIC_URL}{rest}")
