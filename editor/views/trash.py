"""The trash: what lies there, since when and for how long; back, or gone for good."""

from __future__ import annotations

import math
import uuid
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import F, Q
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from editor import purging, trash
from editor.accounts import MemberRequest
from editor.models import EditJob, Picture, Reference, User
from editor.trash import kept_sentence
from editor.views.files import send_rendition

PAGE_SIZE = 48


@dataclass(frozen=True)
class Thrown:
    """One thing in the trash: an edit with what it has made, or a picture by itself."""

    kind: str  # edit or picture
    pk: uuid.UUID
    name: str
    moment: datetime
    shown: Picture | None  # what stands for it, if there is anything
    kept: str = ""  # why its file stays, when it does
    results: int = 0

    @property
    def thumb_url(self) -> str:
        return reverse("editor:trash_thumb", args=[self.shown.pk]) if self.shown else ""

    @property
    def goes(self) -> str:
        """When it is erased, in words; nothing when it stays."""
        if self.kept or not settings.TRASH_DAYS:
            return ""
        left = self.moment + timedelta(days=settings.TRASH_DAYS) - timezone.now()
        days = math.ceil(left / timedelta(days=1))
        if days <= 0:
            return "Deleted for good any moment now"
        return f"Deleted for good in {days} day{'' if days == 1 else 's'}"


@login_required
@require_safe
def in_trash(request: MemberRequest) -> HttpResponse:
    """What lies there, the newest first."""
    thrown, mark = _page(request.user, as_moment(request.GET.get("after", "")))
    here = reverse("editor:trash")
    context = {
        "thrown": thrown,
        "next_url": f"{here}?{urlencode({'after': mark})}" if mark else "",
        "is_first_page": "after" not in request.GET,
        "days": settings.TRASH_DAYS,
    }
    return render(request, "editor/trash.html", context)


def as_moment(text: str) -> datetime | None:
    """Read the moment at which something was thrown away; what is none finds nothing."""
    try:
        moment = datetime.fromisoformat(text)
        # Also: near either end of the calendar, another zone has no such moment.
        return moment.astimezone(UTC) if timezone.is_aware(moment) else None
    except (ValueError, OverflowError):
        return None


def _page(user: User, before: datetime | None) -> tuple[list[Thrown], str]:
    """Give a page of what was thrown away before a moment, and where the next one begins.

    What went at one moment is never parted, so a page may be longer than it should.
    """
    edits = EditJob.objects.in_trash_of(user).order_by("-trashed_at", "-pk")
    pictures = lone_pictures(user).order_by("-deleted_at", "-pk")
    if before:
        edits, pictures = (
            edits.filter(trashed_at__lt=before),
            pictures.filter(deleted_at__lt=before),
        )
    moments = sorted(
        [
            *edits.values_list("trashed_at", flat=True)[: PAGE_SIZE + 1],
            *pictures.values_list("deleted_at", flat=True)[: PAGE_SIZE + 1],
        ],
        reverse=True,
    )
    if not moments:
        return [], ""
    last = moments[:PAGE_SIZE][-1]
    page = [
        *_edits(list(edits.filter(trashed_at__gte=last).with_pictures()[: 4 * PAGE_SIZE])),
        *_pictures(user, list(pictures.filter(deleted_at__gte=last)[: 4 * PAGE_SIZE])),
    ]
    page.sort(key=lambda each: each.moment, reverse=True)
    more = any(moment < last for moment in moments)
    return page, last.isoformat() if more else ""


def lone_pictures(user: User) -> Any:
    """Pictures in the trash that did not come there with their edit."""
    with_edit = Q(made_by__attempt__job__trashed_at=F("deleted_at")) | Q(
        adjusted_by__job__trashed_at=F("deleted_at")
    )
    thrown = Picture.objects.in_trash_of(user)
    return thrown.exclude(pk__in=thrown.filter(with_edit).values("pk"))


def _edits(jobs: list[EditJob]) -> list[Thrown]:
    found = []
    for job in jobs:
        made = [result.picture for result in job.results if result.picture]
        there = [each for each in made if each.deleted_at and each.purging_at is None]
        shown = next((each for each in there if each.withheld_at is None), None)
        base = job.picture
        if shown is None and base.deleted_at and not (base.purging_at or base.withheld_at):
            shown = job.picture
        if job.trashed_at:
            found.append(
                Thrown("edit", job.pk, job.prompt, job.trashed_at, shown, results=len(there))
            )
    return found


def _pictures(user: User, pictures: list[Picture]) -> list[Thrown]:
    ids = [picture.pk for picture in pictures]
    needing = purging.needing_edits().owned_by(user)
    needed = Counter(needing.filter(picture__in=ids).values_list("picture_id", flat=True))
    lent = Reference.objects.filter(picture__in=ids, job__in=needing.values("pk"))
    needed.update(lent.values_list("picture_id", flat=True))
    return [
        Thrown(
            "picture",
            each.pk,
            each.name,
            each.deleted_at,
            each,
            kept_sentence(needed[each.pk]),
        )
        for each in pictures
        if each.deleted_at
    ]


@login_required
@require_safe
def thumb(request: MemberRequest, pk: uuid.UUID) -> HttpResponseBase:
    """A thumbnail of what lies in the trash: the one place where that is still shown."""
    thrown = Picture.objects.in_trash_of(request.user).filter(withheld_at=None)
    picture = get_object_or_404(thrown, pk=pk)
    return send_rendition(request, picture, "thumb")


def _id(text: str) -> uuid.UUID | None:
    """Read an id; what is none finds nothing."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


@login_required
@require_POST
def restore(request: MemberRequest) -> HttpResponse:
    """Bring back an edit, a picture, or all that went at one moment."""
    user, asked = request.user, request.POST
    edit, picture = _id(asked.get("edit", "")), _id(asked.get("picture", ""))
    moment = as_moment(asked.get("moment", ""))
    if edit and trash.restore_edit(user, edit):
        messages.success(request, "The edit is back, with its results.")
    elif picture and trash.restore_pictures(user, [picture]):
        messages.success(request, "The picture is back.")
    elif moment and (back := trash.restore(user, moment)) and (back.edits or back.pictures):
        messages.success(request, "It is all back.")
    else:
        messages.error(request, "This does not lie in the trash any more.")
    return redirect("editor:trash")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def erase(request: MemberRequest) -> HttpResponse:
    """Ask first; then have an edit or a picture erased, with the edits that need it if asked."""
    user = request.user
    asked = request.POST if request.method == "POST" else request.GET
    edit_id, picture_id = _id(asked.get("edit", "")), _id(asked.get("picture", ""))
    edit = EditJob.objects.in_trash_of(user).filter(pk=edit_id).first() if edit_id else None
    thrown = Picture.objects.in_trash_of(user)
    picture = thrown.filter(pk=picture_id).first() if picture_id else None
    if edit is None and picture is None:
        messages.error(request, "This does not lie in the trash any more.")
        return redirect("editor:trash")
    needing = purging.needing_edits().owned_by(user).made_from([picture.pk]) if picture else None
    if request.method == "POST":
        messages.success(request, _erased(request, edit, picture))
        return redirect("editor:trash")
    context = {
        "edit": edit,
        "picture": picture,
        "needing": needing.count() if needing is not None else 0,
        "still_open": needing.still_open().count() if needing is not None else 0,
    }
    return render(request, "editor/trash_erase.html", context)


def _erased(request: MemberRequest, edit: EditJob | None, picture: Picture | None) -> str:
    if edit is not None:
        purging.erase_edits(request.user, [edit.pk])
        return "The edit is deleted for good. What it cost stays on record."
    with_edits = request.POST.get("with_edits") == "yes"
    if picture and purging.erase_picture(request.user, picture.pk, with_edits=with_edits):
        return "The picture is deleted for good."
    return "An edit still needs this picture, so it stays in the trash."


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def empty(request: MemberRequest) -> HttpResponse:
    """Ask first; then have everything erased that no edit needs."""
    edits = EditJob.objects.in_trash_of(request.user)
    if request.method == "POST":
        gone, pictures = purging.empty_trash(request.user)
        kept = Picture.objects.in_trash_of(request.user).count()
        stays = f" {kept} stay, because edits still need them." if kept else ""
        if gone or pictures:
            messages.success(request, f"All of it is deleted for good.{stays}")
        else:
            messages.info(request, f"Nothing was deleted for good.{stays}")
        return redirect("editor:trash")
    context = {"edits": edits.count(), "pictures": lone_pictures(request.user).count()}
    return render(request, "editor/trash_empty.html", context)
