"""Gates that several screens share."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


class OwnPagesStayPrivate:
    """Keeps pages of people who are logged in out of shared and back-button caches."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and forbid caching where the view did not decide on it."""
        response = self.get_response(request)
        if "Cache-Control" not in response and request.user.is_authenticated:
            response["Cache-Control"] = "private, no-store"
        return response


def wants_json(request: HttpRequest) -> bool:
    """Tell whether a script asks, rather than a plain form."""
    return request.accepts("application/json") and not request.accepts("text/html")
