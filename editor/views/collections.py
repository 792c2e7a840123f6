"""Collections: what somebody has put together, in their own order."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST

from editor import collecting
from editor.accounts import MemberRequest
from editor.keeping import KeepingRefused
from editor.models import Collection, CollectionItem, Picture
from editor.models.pictures import in_sight
from editor.views.paging import one_page

PAGE_SIZE = 60
COVERS = 4


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def collections(request: MemberRequest) -> HttpResponse:
    """All of them; by POST a new one is begun."""
    if request.method == "POST":
        name, said = request.POST.get("name", ""), request.POST.get("description", "")
        try:
            return redirect(collecting.create_collection(request.user, name, said))
        except KeepingRefused as refused:
            messages.error(request, str(refused))
            return redirect("editor:collections")
    found = Collection.objects.with_covers(request.user, COVERS)
    return render(request, "editor/collections.html", {"collections": found})


def _own(request: MemberRequest, pk: uuid.UUID) -> Collection:
    return get_object_or_404(Collection.objects.owned_by(request.user), pk=pk)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def collection(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """One of them in its order; by POST it is called otherwise and described."""
    found = _own(request, pk)
    if request.method == "POST":
        name, said = request.POST.get("name", ""), request.POST.get("description", "")
        try:
            collecting.change_collection(request.user, found, name=name, description=said)
        except KeepingRefused as refused:
            messages.error(request, str(refused))
        return redirect(found)
    items, next_url = _page(found, request.GET.get("after", ""))
    context: dict[str, Any] = {
        "collection": found,
        "items": items,
        "next_url": next_url,
        "is_first_page": "after" not in request.GET,
    }
    if request.htmx and not request.htmx.history_restore_request:
        return render(request, "editor/_collection_page.html", context)
    context["count"] = found.items.filter(**in_sight("picture")).count()
    return render(request, "editor/collection.html", context)


def _page(found: Collection, mark: str) -> tuple[list[CollectionItem], str | None]:
    """Give the items after the mark "<place>_<id>", and the address of the next page."""
    rows = found.items.filter(**in_sight("picture")).select_related("picture")
    place, _, row_id = mark.partition("_")
    try:
        here = int(place[:20]), int(row_id[:20])
        rows = rows.filter(Q(place__gt=here[0]) | Q(place=here[0], pk__gt=here[1]))
    except ValueError:
        pass
    page = list(rows.order_by("place", "pk")[: PAGE_SIZE + 1])
    if len(page) <= PAGE_SIZE:
        return page, None
    last = page[PAGE_SIZE - 1]
    query = urlencode({"after": f"{last.place}_{last.pk}"})
    return page[:PAGE_SIZE], f"{found.get_absolute_url()}?{query}"


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """One's pictures to choose from; by POST the chosen ones are put at the end."""
    found = _own(request, pk)
    if request.method == "POST":
        try:
            done = collecting.add_to_collection(
                request.user, found, _ids(request.POST.getlist("picture"))
            )
            messages.success(request, _added(done.added))
        except KeepingRefused as refused:
            messages.error(request, str(refused))
        return redirect(found)
    there = found.items.values("picture")
    wall = Picture.objects.on_wall_of(request.user).exclude(pk__in=there)
    here = reverse("editor:collection_add", args=[found.pk])
    pictures, next_url = one_page(wall, request.GET.get("after", ""), PAGE_SIZE, here)
    context = {"collection": found, "pictures": pictures, "next_url": next_url}
    return render(request, "editor/collection_add.html", context)


def _added(count: int) -> str:
    return f"{count} picture{'' if count == 1 else 's'} added."


def _ids(given: list[str]) -> list[uuid.UUID]:
    ids = []
    for text in given:
        try:
            ids.append(uuid.UUID(text))
        except ValueError:
            continue
    return ids


@login_required
@require_POST
def arrange(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """Change what lies in it and where: one picture, and what is to happen to it.

    `before` puts it before another one ("": at the end), `by` moves it so many places,
    `remove` takes it out, `cover` lets it stand for the collection.
    """
    found, asked = _own(request, pk), request.POST
    chosen = _ids([asked.get("picture", "")])
    if chosen:
        picture = chosen[0]
        if "before" in asked:
            other = _ids([asked["before"]])
            collecting.place_before(request.user, found, picture, other[0] if other else None)
        elif asked.get("by") in ("1", "-1"):
            collecting.move_by(request.user, found, picture, int(asked["by"]))
        elif "remove" in asked:
            collecting.remove_from_collection(request.user, found, [picture])
        elif "cover" in asked:
            collecting.choose_cover(request.user, found, picture)
    if request.htmx or request.headers.get("X-Requested-With") == "fetch":
        return HttpResponse(status=204)
    anchor = f"#picture-{chosen[0]}" if chosen and "remove" not in asked else ""
    return redirect(f"{found.get_absolute_url()}{anchor}")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """Ask first; then take the collection apart. Its pictures stay."""
    found = _own(request, pk)
    if request.method == "POST":
        collecting.delete_collection(request.user, found)
        messages.success(request, f"“{found.name}” is no more. Its pictures are where they were.")
        return redirect("editor:collections")
    return render(request, "editor/collection_delete.html", {"collection": found})
