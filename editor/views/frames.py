"""What part of a picture would be sent: asked by the studio after every stroke."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import JsonResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from editor.accounts import MemberRequest
from editor.frame_forms import FrameQuestion
from editor.imaging.framing import Box
from editor.imaging.planning import SOFT_FROM, FrameWish, Plan
from editor.imaging.sizes import shape_of
from editor.models import Picture, UpstreamModel
from editor.models.frame_wording import frame_notes, frame_warning, offer_words, plan_words
from editor.models.framings import plan_for, split_for


@login_required
@require_GET
def frame(request: MemberRequest, pk: uuid.UUID) -> JsonResponse:
    """Answer the frame, what it means, and whether two edits would do better."""
    picture = get_object_or_404(Picture.objects.owned_by(request.user), pk=pk)
    asked = FrameQuestion(request.GET)
    if not asked.is_valid():
        problem = next(iter(asked.errors.values()))[0]
        return JsonResponse({"error": str(problem)}, status=422)
    model, size = asked.cleaned_data["model"], asked.cleaned_data["size"]
    whole = Box(0, 0, picture.width, picture.height)
    painted = asked.cleaned_data["painted"]
    painted = painted.meet(whole) if painted else None
    plan = plan_for(picture, painted, model, size, asked.cleaned_data["frame_wish"])
    automatic = plan_for(picture, painted, model, size, FrameWish())
    offer = _offer(asked.areas(), picture, model, size)
    warning = ""
    if painted:
        warning = frame_warning(plan, automatic, painted, has_offer=offer is not None)
    return JsonResponse(
        {
            **_as_json(plan),
            "shape": shape_of(size),
            "words": plan_words(plan, masked=painted is not None),
            "notes": frame_notes(plan, painted),
            "warning": warning,
            "offer": offer,
        }
    )


def _as_json(plan: Plan) -> dict[str, Any]:
    return {
        "box": list(plan.frame.box),
        "sent": list(plan.frame.sent),
        "inner": list(plan.frame.inner),
        "answer": list(plan.answer),
        "choice": plan.choice.value,
        "enlargement": round(plan.enlargement, 3),
        "soft": plan.enlargement > SOFT_FROM,
    }


def _offer(
    areas: list[Box], picture: Picture, model: UpstreamModel, size: str
) -> dict[str, Any] | None:
    """Two edits in place of one, where the painted areas lie far apart."""
    whole = Box(0, 0, picture.width, picture.height)
    inside = [met for area in areas if (met := area.meet(whole))]
    split = split_for(picture, inside, model, size)
    if split is None:
        return None
    return {"words": offer_words(split.gain), "boxes": [list(box) for box in split.boxes]}
