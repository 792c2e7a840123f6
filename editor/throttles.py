"""How often somebody may try, counted over all web processes, and whom that keeps out.

Tries at one account are counted for strangers together, and apart for each browser that has
logged in to it before: whoever guesses at a name from elsewhere does not keep its owner out.
"""

from __future__ import annotations

import ipaddress
import secrets
import time

from allauth.core.internal import ratelimit
from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.db.models import Q
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from editor.models import User

DEVICE_SECONDS = 365 * 24 * 3600
NO_ADDRESS = "0.0.0.0"  # noqa: S104, nothing listens there: it stands for "not known"
_SALT = "editor.device"
_APP = "allauth.account"


def client_address(request: HttpRequest) -> str:
    """Tell where a request comes from, as the nearest proxy that is trusted saw it."""
    proxies = settings.PROXIES
    passed_on = [word.strip() for word in request.headers.get("X-Forwarded-For", "").split(",")]
    given = request.META.get("REMOTE_ADDR", "")
    if proxies and passed_on[0]:
        given = passed_on[-min(proxies, len(passed_on))]
    try:
        # Without the "%eth0" of addresses of a link, which no column of addresses takes.
        return str(ipaddress.ip_address(given.partition("%")[0]))
    except ValueError:
        return NO_ADDRESS


def account_key(request: HttpRequest, login: str) -> str:
    """Name what the tries at this account are counted under, by whichever name it is called."""
    found = _accounts_called(login)
    if len(found) == 1:
        return f"account {found[0]} {_device_of(request, found[0])}"
    # Anybody may have given an address as theirs, or have taken it for a name: that keeps nobody
    # out of where they have been. Together, as one can be known to an account of one's own.
    known = [person for person in found if _device_of(request, person)]
    return f"account {known[0]} known" if known else f"name {login.lower()}"


def _accounts_called(login: str) -> list[int]:
    """The accounts that a name or address can mean; a confirmed one is its owner's alone."""
    confirmed = Q(emailaddress__email__iexact=login, emailaddress__verified=True)
    owners = list(User.objects.filter(confirmed).values_list("pk", flat=True).distinct())
    if owners:
        return owners
    called = Q(username__iexact=login) | Q(email__iexact=login)
    called |= Q(emailaddress__email__iexact=login)
    return list(User.objects.filter(called).order_by("pk").values_list("pk", flat=True).distinct())


def seconds_to_wait(request: HttpRequest, action: str, key: str) -> int:
    """Tell how long the next try has to wait; at least a second."""
    now, waits = time.time(), [1.0]
    for rate in ratelimit.get_rates(app=_APP, action=action):
        place = ratelimit.get_cache_key(request, app=_APP, action=action, rate=rate, key=key)
        tries = cache.get(place, [])  # the newest first
        if len(tries) >= rate.amount:
            waits.append(tries[rate.amount - 1] + rate.duration - now)
    return int(max(waits)) + 1


def wait_in_words(seconds: int) -> str:
    """Say how long, in whole minutes from two on."""
    if seconds <= 1:
        return "a second"
    return f"{seconds} seconds" if seconds < 100 else f"{-(-seconds // 60)} minutes"


def know_device(request: HttpRequest, response: HttpResponseBase, user: User) -> None:
    """Let this browser be known as one that has logged in to the account."""
    if _device_of(request, user.pk):
        return
    mark = signing.dumps([user.pk, secrets.token_urlsafe(9)], salt=_SALT)
    response.set_cookie(
        settings.DEVICE_COOKIE_NAME,
        mark,
        max_age=DEVICE_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _device_of(request: HttpRequest, person: int) -> str:
    given = request.COOKIES.get(settings.DEVICE_COOKIE_NAME, "")
    try:
        whose, device = signing.loads(given, salt=_SALT, max_age=DEVICE_SECONDS)
    except (signing.BadSignature, ValueError, TypeError):
        return ""
    return str(device) if whose == person else ""


# How often one person may do what costs the server much, in an hour: far more than hands can.
AN_HOUR = 3600
PACES = {"upload": 600, "submit": 240, "pay_again": 60, "download": 600}


def seconds_over_pace(user: User, act: str, now: float | None = None) -> int:
    """Count one more act of this person; 0, or for how long they have to wait.

    Counted in the cache that all processes share, so a restart or a second process gives
    nobody more.
    """
    moment = time.time() if now is None else now
    window, over = divmod(moment, AN_HOUR)
    place = f"pace:{act}:{user.pk}:{window:.0f}"
    count = int(cache.get(place, 0)) + 1
    cache.set(place, count, AN_HOUR)  # `incr` would keep it for the cache's five minutes alone
    return int(AN_HOUR - over) + 1 if count > PACES[act] else 0
