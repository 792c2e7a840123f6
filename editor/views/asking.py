"""What a submitted wish is asked back before anything is paid."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render

from editor.accounts import MemberRequest
from editor.forms import WishForm, as_fields
from editor.masks import keep_mask
from editor.models import EditJob, Mask
from editor.money import dollars
from editor.submission import AlreadyDone, Wish
from editor.views.guards import wants_json


def ask_for_consent(
    request: MemberRequest, wish: Wish, form: WishForm, price_nano: int | None
) -> HttpResponse:
    """Name the price on a page of its own: a form without script could not show it before."""
    mask = keep_mask(wish.picture, wish.mask) if isinstance(wish.mask, bytes) else wish.mask
    context = _wish_context(wish, form, mask, price_nano)
    return render(request, "editor/confirm_price.html", context)


def offer_what_is_there(
    request: MemberRequest, wish: Wish, form: WishForm, there: AlreadyDone
) -> HttpResponse:
    """Offer the earlier edit of the very same wish for free, beside paying once more."""
    job = there.job
    price = wish.model.estimate_nano(wish.size, wish.n)
    if wants_json(request):
        answer = {"error": str(there), "field": None, "price_nano": price}
        return JsonResponse({**answer, "already": _already(job)}, status=409)
    mask = wish.mask
    if isinstance(mask, bytes):
        # The earlier mask is the same one, so there is seldom a need to keep a second.
        same = job.mask if job.picture_id == wish.picture.pk else None
        mask = same or keep_mask(wish.picture, mask)
    context = _wish_context(wish, form, mask, price)
    more = {"there": str(there), "already": _already(job), "job": job}
    return render(request, "editor/already_done.html", {**context, **more}, status=409)


def _wish_context(
    wish: Wish, form: WishForm, mask: Mask | None, price_nano: int | None
) -> dict[str, Any]:
    return {
        "picture": wish.picture,
        "wish": wish,
        "mask": mask,
        "submit_key": form.cleaned_data["submit_key"],
        "run_again": form.cleaned_data["run_again"],
        "price_nano": price_nano,
        "price_text": dollars(price_nano),
        "frame_fields": as_fields(wish.frame),
        "references": wish.references,
    }


def _already(job: EditJob) -> dict[str, str]:
    made = [result.picture for result in job.results if result.picture]
    shown = next((picture for picture in made if picture.deleted_at is None), job.picture)
    words = {"done": "Use it, free", "unknown": "Decide there"}
    return {
        "url": job.get_absolute_url(),
        "thumb": shown.thumb_url,
        "link": words.get(job.state, "Look at it"),
    }
