"""Extend the canvas of a picture, and what its studio starts with."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from editor.accounts import MemberRequest
from editor.extending import ExtendRefused, extend_picture
from editor.forms import ExtendForm
from editor.models import Extension, Picture
from editor.pictures import limits_from
from editor.views.guards import at_a_pace, wants_json

# Says it to models that see no mask, too: they know the new area by its blur alone.
CONTINUE = (
    "Replace the blurred border by a natural continuation of the scene, "
    "with the same light, perspective and style."
)

RATIOS = ("1:1", "4:3", "3:2", "16:9", "9:16", "A4")  # as static/js/studio/extending.js reads them


@login_required
@require_POST
@at_a_pace("upload")
def extend(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """Put a picture on a larger canvas. A script gets the new studio's address, a form its page."""
    picture = get_object_or_404(Picture.objects.owned_by(request.user), pk=pk)
    form = ExtendForm(request.POST)
    if not form.is_valid():
        field, sentence = form.first_problem()
        return _refused(request, picture, sentence, 422, field)
    try:
        extended = extend_picture(request.user, picture, form.margins)
    except ExtendRefused as refused:
        return _refused(request, picture, str(refused), refused.status)
    if wants_json(request):
        return JsonResponse({"url": extended.get_absolute_url()}, status=201)
    return redirect(extended)


def _refused(
    request: MemberRequest, picture: Picture, sentence: str, status: int, field: str = ""
) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"error": sentence, "field": field or None}, status=status)
    messages.error(request, sentence)
    return redirect(picture)


def canvas_context() -> dict[str, Any]:
    """What the studio offers: ratios, and how many pixels a canvas may have in all and a side."""
    limits = limits_from(settings)
    return {
        "extend_ratios": RATIOS,
        "most_pixels": limits.max_pixels,
        "most_side": limits.max_side,
    }


def first_wish(picture: Picture) -> dict[str, Any]:
    """What the studio of a picture starts with: nothing, or the new area of a larger canvas."""
    wish = {"prompt": "", "model": "", "n": 1, "size": "", "mask_url": None}
    if picture.origin == Picture.Origin.EXTENDED:
        extension = Extension.objects.select_related("mask").filter(picture=picture).first()
        if extension is not None:
            mask = extension.mask
            wish |= {"prompt": CONTINUE, "mask_url": mask.file_url, "kept_mask": mask.pk}
    return wish
