"""Gates that several screens share."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect

from editor.sessions import mark_seen

View = TypeVar("View", bound=Callable[..., Any])
SECOND_STEPS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
# What somebody needs who has to set up a second step.
BEFORE_IT = {
    "account_reauthenticate",
    "editor:login",
    "editor:logout",
    "editor:second_step_needed",
    "editor:healthz",
    "editor:readyz",
    "editor:metrics",
}


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


class SessionsAreSeen:
    """Keeps the list of one's sessions up to date."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Note the session, then answer."""
        if request.user.is_authenticated and request.session.session_key:
            mark_seen(request)
        return self.get_response(request)


class StaffTakeASecondStep:
    """Where the server asks for it, staff set up a second step before they may do anything."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: Any) -> HttpResponse | None:
        """Lead whoever has none to the page about it."""
        user = request.user
        if not settings.STAFF_MFA or not user.is_authenticated or not user.is_staff:
            return None
        name = request.resolver_match.view_name if request.resolver_match else ""
        if name in BEFORE_IT or name.startswith("mfa_") or is_mfa_enabled(user, SECOND_STEPS):
            return None
        there = redirect("editor:second_step_needed")
        if "HX-Request" in request.headers:
            return HttpResponseClientRedirect(there["Location"])
        return there


def post_or_back(name: str) -> Callable[[View], View]:
    """Lead whoever comes by GET to the page of this name: by a bookmark, or by going back."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: Any, *args: Any, **more: Any) -> Any:
            if request.method in ("GET", "HEAD"):
                return redirect(name)
            return require_POST(view)(request, *args, **more)

        return guarded  # type: ignore[return-value]

    return guard


def wants_json(request: HttpRequest) -> bool:
    """Tell whether a script asks, rather than a plain form."""
    return request.accepts("application/json") and not request.accepts("text/html")
