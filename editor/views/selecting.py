"""What the studio asks while something is being selected: outlines, and earlier masks."""

from __future__ import annotations

import uuid

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET, require_POST

from editor.accounts import MemberRequest
from editor.forms import OutlineForm
from editor.models import Mask, Picture
from editor.outlining import MOST_ROUGH_BYTES, OutlineRefused, Rough, outline_of

MASKS_SHOWN = 12
_LOOKED_THROUGH = 60


@login_required
@require_POST
def outline(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """Answer a rough selection with the outline of what it lies on, as grey PNG of its size."""
    picture = get_object_or_404(Picture.objects.owned_by(request.user), pk=pk)
    form = OutlineForm(request.POST, request.FILES)
    if not form.is_valid():
        return _refused(form.first_problem(), 422)
    file = form.cleaned_data["rough"]
    if file.size > MOST_ROUGH_BYTES:
        sentence = f"A rough selection may have {MOST_ROUGH_BYTES // 1_000_000} MB at most."
        return _refused(sentence, 413)
    try:
        found = outline_of(picture, Rough(file.read(), form.cleaned_data["box"]))
    except OutlineRefused as refused:
        return _refused(str(refused), refused.status)
    return HttpResponse(found, content_type="image/png")


def _refused(sentence: str, status: int) -> HttpResponse:
    return JsonResponse({"error": sentence}, status=status)


@login_required
@require_GET
def masks(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """The fragment with one's newest masks that fit this picture, each once."""
    picture = get_object_or_404(Picture.objects.owned_by(request.user), pk=pk)
    newest = Mask.objects.fitting(picture).select_related("picture")
    different = {mask.sha256: mask for mask in reversed(newest[:_LOOKED_THROUGH])}
    shown = list(reversed(different.values()))[:MASKS_SHOWN]
    return render(request, "editor/_studio_masks.html", {"masks": shown, "picture": picture})
