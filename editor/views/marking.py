"""Hearts, stars, tags and collections of one picture, as a fragment that any page may hold."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from editor import collecting, keeping
from editor.accounts import MemberRequest
from editor.keeping import KeepingRefused
from editor.models import Collection, CollectionItem, Picture, Tag, User

MOST_OFFERED = 200  # tags and collections that are offered while one types


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def marks(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """The marks of a picture; by POST one of them is put or taken off.

    `heart` asks for the heart alone, as it lies on cards.
    """
    picture = get_object_or_404(Picture.objects.owned_by(request.user), pk=pk)
    problem = _put(request, picture) if request.method == "POST" else ""
    if request.method == "POST" and not request.htmx:
        if problem:
            messages.error(request, problem)
        return redirect(back_to(request, picture.get_absolute_url()))
    picture.refresh_from_db()
    if "heart" in request.POST or "heart" in request.GET:
        return render(request, "editor/_heart.html", {"picture": picture})
    context = {**marks_context(request.user, [picture]), "picture": picture, "problem": problem}
    return render(request, "editor/_marks.html", context)


def _put(request: MemberRequest, picture: Picture) -> str:
    """Do what the form says; give a sentence when it cannot be done."""
    asked, owner, ids = request.POST, request.user, [picture.pk]
    acts: dict[str, Callable[[str], object]] = {
        "favourite": lambda value: keeping.mark_favourite(owner, ids, on=value == "on"),
        "rating": lambda value: keeping.rate(owner, ids, _stars(value)),
        "add_tags": lambda value: keeping.tag(owner, ids, [value]),
        "remove_tag": lambda value: keeping.untag(owner, ids, [value]),
        "collection": lambda value: collecting.add_to_collection(owner, value, ids),
    }
    try:
        for name, act in acts.items():
            if name in asked:
                act(asked[name])
    except KeepingRefused as refused:
        return str(refused)
    return ""


def _stars(value: str) -> int | None:
    if value in ("", "0"):
        return None
    return int(value) if value in {"1", "2", "3", "4", "5"} else 0


def marks_context(owner: User, pictures: Iterable[Picture]) -> dict[str, Any]:
    """What fragments of marks offer and show, in a fixed number of queries."""
    ids = [picture.pk for picture in pictures]
    tags: dict[uuid.UUID, list[str]] = {pk: [] for pk in ids}
    through = Tag.pictures.through.objects.filter(picture__in=ids, tag__owner=owner)
    for pk, name in through.order_by("tag__name").values_list("picture_id", "tag__name"):
        tags[pk].append(name)
    collections: dict[uuid.UUID, list[Collection]] = {pk: [] for pk in ids}
    items = CollectionItem.objects.filter(picture__in=ids, collection__owner=owner)
    for item in items.select_related("collection").order_by("collection__name"):
        collections[item.picture_id].append(item.collection)
    known_tags = Tag.objects.owned_by(owner).values_list("name", flat=True)
    known_collections = Collection.objects.owned_by(owner).values_list("name", flat=True)
    return {
        "tags_of": tags,
        "collections_of": collections,
        "known_tags": list(known_tags[:MOST_OFFERED]),
        "known_collections": list(known_collections[:MOST_OFFERED]),
        "stars": range(1, keeping.MOST_STARS + 1),
    }


def back_to(request: MemberRequest, otherwise: str) -> str:
    """Where a form without script leads back to: an address of this site, or another one."""
    asked = request.POST.get("back", "")
    allowed = url_has_allowed_host_and_scheme(asked, None)
    return asked if asked.startswith("/") and allowed else otherwise


@login_required
@require_http_methods(["GET", "HEAD"])
def tags(request: MemberRequest) -> HttpResponse:
    """All tags, with what they are on, to be renamed, put together or deleted."""
    return render(request, "editor/tags.html", {"tags": Tag.objects.counted(request.user)})


@login_required
@require_POST
def rename_tag(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """Call a tag otherwise; two of one name become one."""
    tag = get_object_or_404(Tag.objects.owned_by(request.user), pk=pk)
    try:
        renamed = keeping.rename_tag(request.user, tag.pk, request.POST.get("name", ""))
    except KeepingRefused as refused:
        messages.error(request, str(refused))
    else:
        if renamed.pk != tag.pk:
            messages.success(request, f"“{tag.name}” is part of “{renamed.name}” now.")
    return redirect("editor:tags")


@login_required
@require_POST
def delete_tag(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """Take a tag off everything. The pictures stay."""
    tag = get_object_or_404(Tag.objects.owned_by(request.user), pk=pk)
    keeping.delete_tag(request.user, tag.pk)
    messages.success(request, f"The tag “{tag.name}” is gone. Your pictures are as they were.")
    return redirect("editor:tags")
