"""One's own share links: making, changing, renewing and revoking them."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from editor.accounts import MemberRequest
from editor.models import Collection, Picture, Share, User
from editor.models.shares import pictures_in
from editor.share_forms import ShareChangeForm, ShareForm
from editor.sharing_links import (
    ShareRefused,
    Shown,
    change_share,
    make_share,
    renew_link,
    revoke_share,
)
from editor.views.paging import one_page

PAGE_SIZE = 50
COVERS = 6
_THIS_MACHINE = ("localhost", "127.", "[::1]")

View = Callable[..., HttpResponse]


def _if_sharing(view: View) -> View:
    """Have no such address where the server shares nothing."""

    @wraps(view)
    def answer(request: MemberRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not settings.SHARING:
            raise Http404
        return view(request, *args, **kwargs)

    return answer


@login_required
@require_GET
@_if_sharing
def shares(request: MemberRequest) -> HttpResponse:
    """All of one's links, newest first."""
    rows = Share.objects.owned_by(request.user).with_things()
    address = reverse("editor:shares")
    page, next_url = one_page(rows, request.GET.get("after", ""), PAGE_SIZE, address)
    return render(request, "editor/shares.html", {"shares": page, "next_url": next_url})


@login_required
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@_if_sharing
def share_new(request: MemberRequest) -> HttpResponse:
    """The dialog for a new link; once made, the only page that ever shows it."""
    offers = Offers(request.user, request.GET)
    if request.method != "POST":
        # A collection's name is a title that somebody has thought of; a file's is not.
        title = offers.collection.name if offers.collection else ""
        chosen = {"expiry": "7", "title": title}
        context = {"offers": offers, "share_id": uuid.uuid4(), "chosen": chosen}
        return render(request, "editor/share_new.html", context)
    form = ShareForm(request.POST)
    problem = ""
    if form.is_valid():
        try:
            share, token = make_share(
                request.user,
                offers.shown(request.POST.get("kind", "")),
                form.limits(),
                form.cleaned_data["password"],
                share_id=_uuid(request.POST.get("share_id")),
            )
        except ShareRefused as refused:
            problem = str(refused)
        else:
            return _show_link(request, share, token)
    context = {
        "offers": offers,
        "share_id": request.POST.get("share_id", ""),
        "form": form,
        "chosen": request.POST,
        "problem": problem,
    }
    return render(request, "editor/share_new.html", context, status=422)


class Offers:
    """What the address names, as far as it is there and one's own: what can be shared of it.

    Raises Http404 when nothing of it is.
    """

    def __init__(self, user: User, asked: QueryDict) -> None:
        mine = Picture.objects.owned_by(user).filter(purged_at=None)
        self.collection = _found(Collection.objects.owned_by(user), asked.get("collection"))
        self.picture = _found(mine.with_parents(), asked.get("picture"))
        self.before = _found(mine, asked.get("before"))
        if (self.collection is None) == (self.picture is None):
            raise Http404
        self.asks_comparison = "before" in asked
        if self.picture and self.before is None:
            self.before = self.picture.parent
        if self.before == self.picture:
            self.before = None

    @property
    def kind(self) -> str:
        """What is chosen to begin with."""
        if self.collection:
            return Share.Kind.COLLECTION
        if self.before and self.asks_comparison:
            return Share.Kind.COMPARISON
        return Share.Kind.PICTURE

    @property
    def covers(self) -> list[Picture]:
        """What of it the preview shows."""
        if self.collection:
            return list(pictures_in(self.collection)[:COVERS])
        return [picture for picture in (self.before, self.picture) if picture]

    def shown(self, kind: str) -> Shown:
        """What is shared when this kind is chosen."""
        before = self.before if kind == Share.Kind.COMPARISON else None
        return Shown(self.picture, before, self.collection)


def _found(rows: QuerySet[Any], given: str | None) -> Any:
    key = _uuid(given)
    return rows.filter(pk=key).first() if key else None


def _uuid(given: str | None) -> uuid.UUID | None:
    try:
        return uuid.UUID(given or "")
    except ValueError:
        return None


@login_required
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@_if_sharing
def share_change(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """How one link stands, and its limits, to be changed."""
    share = get_object_or_404(Share.objects.owned_by(request.user).with_things(), pk=pk)
    context: dict[str, Any] = {"share": share, "chosen": _as_chosen(share)}
    if request.method != "POST":
        return render(request, "editor/share_change.html", context)
    form = ShareChangeForm(share, request.POST)
    if not form.is_valid():
        context |= {"form": form, "chosen": request.POST}
        return render(request, "editor/share_change.html", context, status=422)
    change_share(share, form.limits(), form.password_change())
    messages.success(request, "Changed. The link itself is the same.")
    return redirect("editor:shares")


def _as_chosen(share: Share) -> dict[str, Any]:
    return {
        "title": share.title,
        "expiry": "keep",
        "max_views": share.max_views or "",
        "allow_download": share.allow_download,
    }


@login_required
@require_POST
@_if_sharing
def share_renew(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """Make the link anew, as nobody can read the old one any more; the old one is over."""
    share = get_object_or_404(Share.objects.owned_by(request.user).with_things(), pk=pk)
    if share.revoked_at:
        messages.error(request, "This link was revoked. Make a new one instead.")
        return redirect("editor:shares")
    return _show_link(request, share, renew_link(share), renewed=True)


@login_required
@require_POST
@_if_sharing
def share_revoke(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """End a link for good, for those who are looking just now too."""
    share = get_object_or_404(Share.objects.owned_by(request.user), pk=pk)
    revoke_share(share, request.user)
    messages.success(request, "Revoked. The link opens nothing any more, for anybody.")
    return redirect("editor:shares")


@sensitive_variables("token", "link")
def _show_link(
    request: MemberRequest, share: Share, token: str, *, renewed: bool = False
) -> HttpResponse:
    """Show the link, once. It stands in no address, no cookie and no row."""
    link = request.build_absolute_uri(reverse("editor:share", args=[token]))
    only_here = _is_this_machine(request)
    context = {"share": share, "link": link, "renewed": renewed, "only_here": only_here}
    return render(request, "editor/share_made.html", context, status=200 if renewed else 201)


def _is_this_machine(request: HttpRequest) -> bool:
    return request.get_host().startswith(_THIS_MACHINE)
