"""One's own API key: who pays, entering, trying, replacing and removing it."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.core.internal import ratelimit
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from editor import keys, own_keys
from editor.accounts import MemberRequest
from editor.key_forms import KeyForm
from editor.models import OwnKey
from editor.money import dollars
from editor.own_keys import CannotAsk, WrongKey
from editor.sealing import CannotUnseal, seal, unseal
from editor.upstream import UpstreamKey, key_tail

WAITING = "key to keep"  # in the session: sealed, until somebody decides about it
WAITS_SECONDS = 600
TRIES = {"try_key": "10/5m/user"}

View = Callable[..., HttpResponse]


def _if_taken(view: View) -> View:
    """Have no such address where the server takes no keys of people's own."""

    @wraps(view)
    def answer(request: MemberRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if settings.OWN_KEYS == "off":
            raise Http404
        return view(request, *args, **kwargs)

    return answer


@sensitive_post_parameters("key")
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@_if_taken
@sensitive_variables("form", "secret")
def own_key(request: MemberRequest) -> HttpResponse:
    """Who pays now; POST: try a key, and keep it if the upstream takes it."""
    if request.method != "POST":
        return _page(request, KeyForm())
    form = KeyForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    secret = str(form.cleaned_data["key"])
    return _try(request, form, secret)


@sensitive_variables("form", "secret")
def _try(request: MemberRequest, form: KeyForm, secret: str) -> HttpResponse:
    if not ratelimit.consume(
        request, app="editor", action="try_key", config=TRIES, user=request.user
    ):
        form.add_error("key", "Too many tries. Nothing was saved; try again in five minutes.")
        return _page(request, form, status=429)
    try:
        balance = own_keys.ask(UpstreamKey(secret))
    except WrongKey as refused:
        form.add_error("key", f"The upstream does not take this key: {refused} Nothing was saved.")
        return _page(request, form, status=422)
    except CannotAsk as away:
        request.session[WAITING] = {"sealed": _sealed(request, secret), "at": time.time()}
        # Sessions are not kept with an answer of 500 and above.
        return _page(request, KeyForm(), status=409, away=str(away), tail=secret[-4:])
    own = own_keys.keep(request.user, secret, balance)
    request.session.pop(WAITING, None)
    messages.success(request, f"Your key …{own.tail} works and pays for your edits from now on.")
    return redirect("editor:own_key")


@login_required
@require_POST
@_if_taken
@sensitive_variables("secret")
def keep_waiting_key(request: MemberRequest) -> HttpResponse:
    """Decide about a key that could not be tried: try again, keep it untried, or forget it."""
    choice = request.POST.get("choice", "")
    secret = _waiting_key(request)
    if secret is None:
        messages.warning(request, "That key is not waiting any more. Enter it again.")
        return redirect("editor:own_key")
    if choice == "again":
        return _try(request, KeyForm({"key": secret}), secret)
    del request.session[WAITING]
    if choice == "keep":
        own = own_keys.keep(request.user, secret, None)
        messages.warning(
            request, f"Your key …{own.tail} is kept without having been tried. Edits use it."
        )
    else:
        messages.info(request, "Nothing of that key was kept.")
    return redirect("editor:own_key")


@login_required
@require_POST
@_if_taken
def look_again(request: MemberRequest) -> HttpResponse:
    """Ask the upstream for the balance of one's key."""
    own = OwnKey.objects.current_of(request.user)
    if own is None:
        return redirect("editor:own_key")
    try:
        own_keys.look_again(own)
    except WrongKey as refused:
        messages.error(request, f"Your key …{own.tail} is not taken any more: {refused}")
    except CannotAsk as away:
        messages.warning(request, f"The upstream cannot be asked just now. {away}")
    return redirect("editor:own_key")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@_if_taken
def remove_key(request: MemberRequest) -> HttpResponse:
    """First the question, then erase it."""
    own = OwnKey.objects.current_of(request.user)
    if own is None:
        return redirect("editor:own_key")
    if request.method == "POST":
        own_keys.remove(request.user)
        messages.success(request, f"Your key …{own.tail} is erased from this server.")
        return redirect("editor:own_key")
    context = {
        "own": own,
        "waiting": keys.waiting_jobs(own),
        "required": settings.OWN_KEYS == "required",
    }
    return render(request, "account/key_remove.html", context)


def _page(request: MemberRequest, form: KeyForm, status: int = 200, **more: Any) -> HttpResponse:
    own = OwnKey.objects.current_of(request.user)
    left, left_at = own_keys.last_balance(own) if own else (None, None)
    context = {
        "form": form,
        "own": own,
        "left_text": dollars(left) if left is not None else "",
        "left_at": left_at,
        "waiting": keys.waiting_jobs(own) if own else 0,
        "required": settings.OWN_KEYS == "required",
        "server_tail": "" if settings.SANDBOX_IN_USE else key_tail(),
        **more,
    }
    return render(request, "account/keys.html", context, status=status)


@sensitive_variables("secret")
def _sealed(request: MemberRequest, secret: str) -> str:
    return seal(secret, of=f"key entered by account {request.user.pk}")


@sensitive_variables("secret")
def _waiting_key(request: MemberRequest) -> str | None:
    kept = request.session.get(WAITING)
    if not kept or time.time() - kept["at"] > WAITS_SECONDS:
        return None
    try:
        return unseal(kept["sealed"], of=f"key entered by account {request.user.pk}")
    except CannotUnseal:
        return None
