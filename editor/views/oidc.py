"""Logging in by another server: there, back, and which accounts do."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import requests
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.socialaccount.views import ConnectionsView
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from editor.oidc import PROVIDER, SignedOidc


def go_on(request: HttpRequest, provider_id: str) -> HttpResponse:
    """On to that server. A page leads there: forms may not be redirected to other hosts."""
    response = _answer(OAuth2LoginView, request, provider_id)
    address = response.headers.get("Location", "")
    if not urlsplit(address).netloc:
        return response
    page = render(request, "account/going_on.html", {"address": address})
    page["Refresh"] = f"0; url={address}"
    page["Cache-Control"] = "no-store"
    page["Referrer-Policy"] = "no-referrer"
    return page


def back(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Back from there, with a code."""
    return _answer(OAuth2CallbackView, request, provider_id)


def _answer(view: Any, request: HttpRequest, provider_id: str) -> HttpResponse:
    if not settings.OIDC_NAME or provider_id != PROVIDER:
        raise Http404
    try:
        answer: HttpResponse = view.adapter_view(SignedOidc(request, provider_id))(request)
    except SocialApp.DoesNotExist as none:
        raise Http404 from none
    except (requests.RequestException, OAuth2Error, KeyError, ValueError):
        return render(request, "account/elsewhere_away.html", status=503)
    return answer


def not_by_form(request: HttpRequest) -> HttpResponse:
    """Say that no account was made: accounts from there are made at once, or not at all."""
    return render(request, "account/signup_closed.html", status=403)


class Elsewhere(ConnectionsView):  # type: ignore[misc]
    """Whether one logs in by that server; by POST, end that."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer, where there is such a server."""
        if request.user.is_authenticated and not settings.OIDC_NAME:
            raise Http404
        answer: HttpResponse = super().dispatch(request, *args, **kwargs)
        return answer
