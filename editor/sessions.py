"""Where somebody is logged in, and ending that."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest

from editor.models import User

SEEN_EVERY_SECONDS = 300
SEEN = "seen"
# The first that fits: Edge and Opera also call themselves Chrome, and Chrome calls itself Safari.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox|FxiOS", "Firefox"),
    ("Chrome|CriOS", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X|Macintosh", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


@dataclass(frozen=True)
class Login:
    """One place where somebody is logged in."""

    pk: int
    device: str
    address: str
    since: datetime
    seen: datetime
    is_this: bool


def device_of(agent: str) -> str:
    """Name browser and system as people do."""
    browser = next((name for mark, name in BROWSERS if re.search(mark, agent)), "")
    system = next((name for mark, name in SYSTEMS if re.search(mark, agent)), "")
    return " on ".join(word for word in (browser or "A browser", system) if word)


def logins_of(user: User, session_key: str | None) -> list[Login]:
    """Give where somebody is logged in: this session first, then whichever was seen last."""
    found = [
        Login(
            pk=row.pk,
            device=device_of(row.user_agent),
            address=row.ip,
            since=row.created_at,
            seen=row.last_seen_at,
            is_this=row.session_key == session_key,
        )
        for row in UserSession.objects.purge_and_list(user)
    ]
    return sorted(found, key=lambda login: (not login.is_this, -login.seen.timestamp()))


def end_one(user: User, pk: int) -> bool:
    """End one of somebody's sessions. False when there is none such."""
    row = UserSession.objects.filter(user=user, pk=pk).first()
    if row:
        row.end()
    return row is not None


def end_all(user: User, but: str | None = None) -> int:
    """End all of somebody's sessions, or all but one; give their number."""
    rows = list(UserSession.objects.filter(user=user).exclude(session_key=but))
    for row in rows:
        row.end()
    return len(rows)


def mark_seen(request: HttpRequest) -> None:
    """Note that this session is in use: once in some minutes, not with every picture on a wall."""
    if time.time() - request.session.get(SEEN, 0) > SEEN_EVERY_SECONDS:
        request.session[SEEN] = time.time()
        UserSession.objects.create_from_request(request)


def _note_login(request: HttpRequest, user: User, **_: Any) -> None:
    request.user = user
    request.session.pop(SEEN, None)
    mark_seen(request)


user_logged_in.connect(_note_login, dispatch_uid="editor.sessions")
