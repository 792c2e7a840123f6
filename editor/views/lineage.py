"""The family of a picture as a tree and as a nested list, and any two of its pictures compared."""

from __future__ import annotations

import uuid

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.text import Truncator
from django.views.decorators.http import require_GET

from editor.accounts import MemberRequest
from editor.models import Picture
from editor.models.lineage import MOST_NODES, family_of

LABEL_LENGTH = 40
# Stands in an address until a script knows which picture is meant.
NOBODY = uuid.UUID("00000000-0000-4000-8000-000000000000")
# What static/js/lineage/main.js imports, so that the browser fetches all of it at once.
MODULES = [
    *(
        f"js/lineage/{name}.js"
        for name in (
            "cards",
            "choosing",
            "folding",
            "layout",
            "lines",
            "stacks",
            "table",
            "tree",
            "walking",
        )
    ),
    "js/studio/prices.js",
    "js/studio/view.js",
    "js/studio/wheel.js",
]


@login_required
@require_GET
def tree(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """Everything that belongs to a picture; with `?with=<picture>`, links compare with that one."""
    picture = _viewable(request, pk)
    family = family_of(picture, MOST_NODES)
    chosen = family.nodes.get(_asked(request.GET.get("with", "")))
    context = {
        "picture": picture,
        "family": family,
        "running": [step.job for step in family.steps if step.job and step.job.is_open],
        "most": MOST_NODES,
        "chosen": chosen if chosen and not chosen.is_deleted else None,
        "is_list": request.GET.get("as") == "list",
        "is_owner": picture.owner_id == request.user.pk,
        "modules": MODULES,
        "nobody": NOBODY,
    }
    return render(request, "editor/lineage.html", context)


@login_required
@require_GET
def compare(request: MemberRequest, pk: uuid.UUID, other: uuid.UUID) -> HttpResponse:
    """Two pictures of one person, the second laid onto the first."""
    before, after = _viewable(request, pk), _viewable(request, other)
    if before.owner_id != after.owner_id or None not in {before.deleted_at, after.deleted_at}:
        raise Http404
    labels = [_label(before), _label(after)]
    if labels[0] == labels[1]:
        labels = [f"First: {labels[0]}", f"Second: {labels[1]}"]
    context = {
        "before": before,
        "after": after,
        "before_label": labels[0],
        "after_label": labels[1],
        "is_owner": before.owner_id == request.user.pk,
    }
    return render(request, "editor/compare.html", context)


def _label(picture: Picture) -> str:
    """Tell it from others of its family, which have its name: by what was asked for."""
    result = getattr(picture, "made_by", None)
    if result is not None:
        return Truncator(result.attempt.job.prompt).chars(LABEL_LENGTH)
    if picture.origin == Picture.Origin.UPLOAD:
        return picture.name
    return picture.get_origin_display()


def _viewable(request: MemberRequest, pk: uuid.UUID) -> Picture:
    """One's own picture; or anybody's, for staff who may look at pictures and edits."""
    user = request.user
    pictures = Picture.objects.viewable_by(user)
    if not user.has_perm("editor.view_editjob"):
        pictures = Picture.objects.owned_by(user)
    return get_object_or_404(pictures.with_parents(), pk=pk)


def _asked(value: str) -> uuid.UUID:
    try:
        return uuid.UUID(value)
    except ValueError:
        return NOBODY
