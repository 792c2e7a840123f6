"""What a share link opens, for whoever has it: no account, no way into anything else.

Pages are made without the context that others get, so nothing of the app can be on them. No
token of Django's guards the door's form: with `Referrer-Policy: no-referrer` browsers name no
origin that it could check, and who would trick somebody into opening a link must have the link.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase, HttpResponseNotModified
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from editor import shared_files
from editor.audit import record
from editor.models import Picture, Share, User
from editor.share_forms import DoorForm
from editor.sharing_links import (
    KNOCK_WINDOW,
    VISIT,
    DoorClosed,
    NothingHere,
    TooManyKnocks,
    Visit,
    WrongPassword,
    admitted,
    open_share,
)
from editor.throttles import client_address
from editor.views.files import UNREADABLE, stream

COOKIE = "nanoedit_visit"
PAGE_SIZE = 60
# What fetches a link to show a preview beside it has not looked at it.
_FETCHERS = re.compile(
    r"bot\b|crawl|spider|preview|facebookexternalhit|whatsapp|slack|discord|telegram|skype"
    r"|embedly|iframely|pinterest|vkshare|mastodon|curl/|wget/|python-",
    re.IGNORECASE,
)

View = Callable[..., HttpResponseBase]


def _sealed(view: View) -> View:
    """Answer with what holds for each address of a link, also when it opens nothing."""

    @wraps(view)
    def answer(request: HttpRequest, token: str, **rest: Any) -> HttpResponseBase:
        try:
            if not settings.SHARING:
                raise NothingHere
            response = view(request, token, **rest)
        except (NothingHere, Http404):
            response = HttpResponse(render_to_string("shared/nothing.html"), status=404)
        response.setdefault("Cache-Control", "private, no-store")
        response["Referrer-Policy"] = "no-referrer"
        response["X-Robots-Tag"] = "noindex, nofollow, noarchive, noimageindex"
        patch_vary_headers(response, ["Cookie"])
        return response

    return answer


@csrf_exempt
@sensitive_post_parameters("password")
@sensitive_variables("token", "password")
@require_http_methods(["GET", "HEAD", "POST"])
@_sealed
def share(request: HttpRequest, token: str) -> HttpResponseBase:
    """Show what the link names, or its door."""
    form = DoorForm(request.POST)
    fetcher = _FETCHERS.search(request.headers.get("User-Agent", ""))
    try:
        visit = open_share(
            token,
            form.cleaned_data["password"] if form.is_valid() else "",
            knocks=request.method == "POST",
            counts=request.method != "HEAD" and not fetcher,
            ticket=request.COOKIES.get(COOKIE, ""),
            address=client_address(request),
        )
    except DoorClosed as closed:
        return _door(request, closed)
    if request.method == "POST":
        # A reload must not ask whether to send the password again.
        response = HttpResponse(status=303, headers={"Location": request.path})
    else:
        response = _page(request, token, visit.share)
    _remember(response, token, visit)
    if visit.ticket and settings.SESSION_COOKIE_NAME in request.COOKIES:
        _write_down(request, visit.share)
    return response


def _write_down(request: HttpRequest, shared: Share) -> None:
    """Staff who open what somebody else has shared; strangers and members only look."""
    person = request.user
    if isinstance(person, User) and person.is_staff and person.pk != shared.owner_id:
        record("share.opened", by=person, on=shared, facts={"owner": shared.owner_id})


def _remember(response: HttpResponse, token: str, visit: Visit) -> None:
    """Give the ticket, for the pages of this link alone."""
    if visit.ticket:
        response.set_cookie(
            COOKIE,
            visit.ticket,
            max_age=VISIT,
            path=reverse("editor:share", args=[token]),
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )


def _door(request: HttpRequest, closed: DoorClosed) -> HttpResponse:
    """Ask for the password, or for a press: nothing of what lies behind is told."""
    context = {
        "asks_password": bool(closed.share.password),
        "views_left": _views_left(closed.share),
        "wrong": isinstance(closed, WrongPassword),
        "too_many": isinstance(closed, TooManyKnocks),
        "minutes": KNOCK_WINDOW.seconds // 60,
        "url": request.build_absolute_uri(request.path),
    }
    status = 429 if context["too_many"] else 403 if context["wrong"] else 200
    response = HttpResponse(render_to_string("shared/door.html", context), status=status)
    if context["too_many"]:
        response["Retry-After"] = str(KNOCK_WINDOW.seconds)
    return response


def _views_left(shared: Share) -> int | None:
    return None if shared.max_views is None else shared.max_views - shared.views


class SharedPicture:
    """A picture as the pages of one link show it: with addresses of this link alone."""

    def __init__(self, picture: Picture, token: str, shared: Share) -> None:
        self.id = picture.pk
        self.width, self.height = picture.width, picture.height
        self.placeholder = picture.placeholder
        self.transparent = picture.transparent
        self._picture, self._token = picture, token
        self.thumb_url, self.card_url = self._url("thumb"), self._url("card")
        self.preview_url = self._url("preview")
        # Every pixel only where the file itself may be had.
        self.full_url = self._url(shared_files.FULL) if shared.allow_download else self.preview_url
        self.download_url = f"{self.full_url}?download" if shared.allow_download else ""

    def _url(self, kind: str) -> str:
        return reverse("editor:share_file", args=[self._token, self.id, kind])

    @property
    def thumb_srcset(self) -> str:
        """The small renditions by their widths."""
        return self._picture.srcset_of([(480, self.thumb_url), (960, self.card_url)])

    @property
    def preview_srcset(self) -> str:
        """The renditions for a whole window by their widths."""
        return self._picture.srcset_of([(960, self.card_url), (2048, self.preview_url)])

    def chat_card(self, request: HttpRequest) -> dict[str, Any]:
        """What Open Graph says of it."""
        width, height = shared_files.chat_size(self._picture)
        url = request.build_absolute_uri(self._url(shared_files.CHAT))
        return {"url": url, "width": width, "height": height}


def _page(request: HttpRequest, token: str, shared: Share) -> HttpResponse:
    context: dict[str, Any] = {
        "share": shared,
        "title": shared.title,
        "url": request.build_absolute_uri(request.path),
    }
    if shared.kind == Share.Kind.COLLECTION:
        pages = Paginator(shared.pictures, PAGE_SIZE)
        page = pages.get_page(request.GET.get("page"))
        shown = [SharedPicture(picture, token, shared) for picture in page]
        context |= {"page": page, "pictures": shown, "count": pages.count}
        template, cover = "shared/collection.html", shown[0] if shown else None
    else:
        there = {picture.pk: SharedPicture(picture, token, shared) for picture in shared.pictures}
        # None of them is missing, unless it went to the trash a moment ago.
        if len(there) < (2 if shared.before_id else 1):
            raise NothingHere
        cover = next(each for pk, each in there.items() if pk == shared.picture_id)
        context["picture"] = cover
        template = "shared/picture.html"
        if shared.before_id:
            template = "shared/comparison.html"
            # The line of the comparison stands in the middle: where was painted is not told.
            context |= {"before": there[shared.before_id], "slider": {"paint_middle": 500}}
    # Whoever fetches a preview has no password, and would use up a view.
    if cover and not shared.has_door:
        context["chat_card"] = cover.chat_card(request)
    return HttpResponse(render_to_string(template, context))


@require_safe
@sensitive_variables("token")
@_sealed
def share_file(request: HttpRequest, token: str, picture: uuid.UUID, kind: str) -> HttpResponseBase:
    """One file of what the link names, as long as it names it."""
    shared = admitted(token, request.COOKIES.get(COOKIE, ""))
    found = shared.pictures.filter(pk=picture).first()
    if found is None or not _may_have(shared, kind):
        raise NothingHere
    takes_avif = "image/avif" in request.headers.get("Accept", "")
    tag = f'"{kind}-{picture}-{takes_avif:d}"'
    response: HttpResponseBase
    if request.headers.get("If-None-Match") == tag:
        response = HttpResponseNotModified()
    else:
        try:
            data, mime = shared_files.open_shared(found, kind, takes_avif=takes_avif)
        except UNREADABLE as missing:
            raise NothingHere from missing
        name = _file_name(shared, mime) if "download" in request.GET and kind == "full" else ""
        response = stream(data, mime, name)
    response["ETag"] = tag
    # Asked for again each time, so that an end of the link is one.
    response["Cache-Control"] = "private, no-store" if shared.has_door else "private, no-cache"
    patch_vary_headers(response, ["Accept"])
    return response


def _may_have(shared: Share, kind: str) -> bool:
    if kind == shared_files.FULL:
        return shared.allow_download
    if kind == shared_files.CHAT:
        return not shared.has_door
    return kind in shared_files.KINDS


def _file_name(shared: Share, mime: str) -> str:
    """Name a download by what the sharer wrote; never by the name of the upload."""
    stem = re.sub(r'[\x00-\x1f<>:"/\\|?*]', "_", shared.title).strip(" .")[:100] or "picture"
    return f"{stem}.{'png' if mime == 'image/png' else 'jpg'}"
