"""Gates that several screens share."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect

from editor.accounts import MemberRequest
from editor.sessions import mark_seen
from editor.throttles import seconds_over_pace, wait_in_words

_View = Callable[..., HttpResponseBase]

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


def at_a_pace(act: str, asks: str = "") -> Callable[[_View], _View]:
    """Let one person do this only so often in an hour; `asks`: only if the address says this."""

    def limit(view: _View) -> _View:
        @wraps(view)
        def answer(request: MemberRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if asks and asks not in request.GET:
                return view(request, *args, **kwargs)
            seconds = seconds_over_pace(request.user, act)
            return _too_often(request, seconds) if seconds else view(request, *args, **kwargs)

        return answer

    return limit


def _too_often(request: HttpRequest, seconds: int) -> HttpResponse:
    wait = wait_in_words(seconds)
    sentence = f"This was too often within an hour. Nothing was done; try again in {wait}."
    response: HttpResponse
    if wants_json(request):
        response = JsonResponse({"error": sentence, "field": None}, status=429)
    else:
        response = render(request, "429.html", {"sentence": sentence}, status=429)
    response["Retry-After"] = str(seconds)
    return response
