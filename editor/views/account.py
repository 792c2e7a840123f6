"""What guards one's account, where one is logged in; and coming by invitation."""

from __future__ import annotations

from typing import cast

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from editor.accounts import MemberRequest
from editor.audit import record
from editor.invitations import bring, invitation_of
from editor.sessions import end_all, end_one, logins_of


@login_required
@require_safe
def security(request: MemberRequest) -> HttpResponse:
    """What guards the account, where each is changed, and where one is logged in."""
    kinds = set(Authenticator.objects.filter(user=request.user).values_list("type", flat=True))
    context = {
        "by_app": Authenticator.Type.TOTP in kinds,
        "by_passkey": Authenticator.Type.WEBAUTHN in kinds,
        "elsewhere": SocialAccount.objects.filter(user=request.user).exists(),
        "logins": logins_of(request.user, request.session.session_key),
    }
    return render(request, "account/security.html", context)


@login_required
@require_POST
def end_session(request: MemberRequest, number: int) -> HttpResponse:
    """End one session of one's own."""
    if not end_one(request.user, number):
        raise Http404
    record("session.ended", by=request.user, on=request.user, facts={"sessions": 1})
    messages.success(request, "That session has ended.")
    return redirect("editor:security")


@login_required
@require_POST
def end_other_sessions(request: MemberRequest) -> HttpResponse:
    """End every session but this."""
    ended = end_all(request.user, but=request.session.session_key)
    record("session.ended", by=request.user, on=request.user, facts={"sessions": ended})
    words = "1 other session has" if ended == 1 else f"{ended} other sessions have"
    messages.success(request, f"{words} ended.")
    return redirect("editor:security")


@login_required
@require_safe
def second_step_needed(request: HttpRequest) -> HttpResponse:
    """Say that staff need a second step here, and how to take it."""
    return render(request, "account/second_step_needed.html")


@require_safe
def invited(request: HttpRequest, token: str) -> HttpResponse:
    """Let somebody with a link of staff go on to make an account."""
    invitation = invitation_of(token)
    open_here = settings.REGISTRATION != "closed"
    if invitation and invitation.state == "open" and open_here and request.user.is_anonymous:
        bring(request, invitation)
        return without_referrer(redirect("account_signup"))
    why = invitation.state if invitation else "wrong"
    if why == "open":
        why = "closed" if not open_here else "logged in"
    status = 404 if why == "wrong" else 403 if why in ("closed", "logged in") else 410
    context = {"why": why, "name": cast("MemberRequest", request).user.get_username()}
    page = render(request, "account/invitation_over.html", context, status=status)
    return without_referrer(page)


def without_referrer(response: HttpResponse) -> HttpResponse:
    """Keep the link of an invitation from going along to the next page."""
    response["Referrer-Policy"] = "no-referrer"
    return response
