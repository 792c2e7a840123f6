"""The draft of a picture: saved by the page itself, and continued on whatever device is next."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods, require_safe

from editor import drafts
from editor.accounts import MemberRequest
from editor.draft_forms import DraftForm
from editor.drafts import DraftMoved, DraftNotStored
from editor.masks import MaskRefused
from editor.models import Draft, DraftMask, Picture
from editor.models.framings import frame_as_json
from editor.models.pictures import IN_SIGHT
from editor.views.devices import device_of
from editor.views.files import send_file
from editor.views.lending import lent_of

MOVED = "Another device has saved this draft meanwhile."
NOT_STORED = "This server could not store the draft; its storage may be full or away."


@login_required
@require_http_methods(["GET", "POST", "DELETE"])
def draft(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """What is kept (GET), save over what the page knows (POST), or forget all of it (DELETE)."""
    picture = get_object_or_404(Picture.objects.owned_by(request.user), pk=pk)
    if request.method == "POST":
        return _save(request, picture)
    if request.method == "DELETE":
        drafts.forget(picture)
    # A page that was open during a new login needs a token that counts again.
    return JsonResponse({**draft_state(picture), "token": get_token(request)})


def _save(request: MemberRequest, picture: Picture) -> JsonResponse:
    form = DraftForm(request.POST, request.FILES, owner=request.user)
    if not form.is_valid():
        return JsonResponse({"error": form.first_problem()}, status=422)
    said = form.cleaned_data
    try:
        saved = drafts.save_draft(
            picture,
            form.left(device_of(request.headers.get("User-Agent", ""))),
            revision=said["revision"],
            base=said["base"],
            set_aside=said["set_aside"],
            from_aside=said["from_aside"],
        )
    except DraftMoved:
        return JsonResponse({"error": MOVED, **draft_state(picture)}, status=409)
    except MaskRefused as refused:
        return JsonResponse({"error": str(refused)}, status=422)
    except DraftNotStored:
        return JsonResponse({"error": NOT_STORED}, status=507)
    aside = [_as_json(each) for each in Draft.objects.aside(picture)]
    return JsonResponse({"saved": _as_json(saved), "aside": aside})


@login_required
@require_safe
def mask(request: MemberRequest, pk: uuid.UUID) -> HttpResponseBase:
    """The strokes of a draft as 8-bit grey PNG, for their owner alone."""
    own = DraftMask.objects.filter(picture__in=Picture.objects.owned_by(request.user))
    found = get_object_or_404(own, pk=pk)
    return send_file(request, str(found.file.name), "image/png", etag=found.sha256)


def draft_state(picture: Picture) -> dict[str, Any]:
    """What a page needs to know: the current draft, and those that can be brought back."""
    current = Draft.objects.current(picture)
    return {
        "draft": _as_json(current) if current else None,
        "aside": [_as_json(each) for each in Draft.objects.aside(picture)],
    }


def draft_wish(picture: Picture) -> dict[str, Any] | None:
    """What the studio starts with where there is a draft; None where nothing was left."""
    current = Draft.objects.current(picture)
    if current is None or current.is_blank:
        return None
    wish = _wish(current)
    return wish | ({"kept_mask": current.mask_id} if current.mask_id else {})


def _wish(draft: Draft) -> dict[str, Any]:
    ids = [uuid.UUID(each) for each in draft.references]
    found = Picture.objects.filter(owner=draft.owner_id, **IN_SIGHT).in_bulk(ids)
    return {
        "prompt": draft.prompt,
        "model": draft.model_id,
        "n": draft.n,
        "size": draft.size,
        "mask_url": draft.mask.file_url if draft.mask else None,
        "frame": frame_as_json(draft.frame_wish),
        "references": [lent_of(found[each]) for each in ids if each in found],
    }


def _as_json(draft: Draft) -> dict[str, Any]:
    return {
        "id": str(draft.pk),
        "revision": str(draft.revision),
        "mask_id": str(draft.mask_id) if draft.mask_id else None,
        "view": draft.view,
        "device": draft.device,
        "changed_at": draft.changed_at.isoformat(),
        "wish": _wish(draft),
    }
