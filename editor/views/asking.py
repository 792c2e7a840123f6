"""What a submitted wish is asked back before anything is paid."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render

from editor.accounts import MemberRequest
from editor.allowances import approval_words
from editor.forms import WishForm
from editor.frame_forms import as_fields
from editor.masks import PaintedMask, keep_mask, keep_painted
from editor.models import EditJob, Mask
from editor.money import dollars
from editor.views.guards import wants_json
from editor.wishes import AlreadyDone, Wish


def ask_for_consent(
    request: MemberRequest, wish: Wish, form: WishForm, price_nano: int | None
) -> HttpResponse:
    """Name the price on a page of its own: a form without script could not show it before."""
    context = _wish_context(wish, form, _kept(wish), price_nano)
    return render(request, "editor/confirm_price.html", context)


def offer_what_is_there(
    request: MemberRequest, wish: Wish, form: WishForm, there: AlreadyDone
) -> HttpResponse:
    """Offer the earlier edit of the very same wish for free, beside paying once more."""
    job = there.job
    price = wish.estimate_nano
    if wants_json(request):
        edits = len(form.cleaned_data["part"]) or 1
        price = None if price is None else edits * price
        answer = {"error": str(there), "field": None, "price_nano": price}
        return JsonResponse({**answer, "already": _already(job)}, status=409)
    # The earlier mask is the same one, so there is seldom a need to keep a second.
    same = job.mask if wish.mask and job.picture_id == wish.picture.pk else None
    mask = same or _kept(wish)
    context = _wish_context(wish, form, mask, price)
    more = {"there": str(there), "already": _already(job), "job": job}
    return render(request, "editor/already_done.html", {**context, **more}, status=409)


def _kept(wish: Wish) -> Mask | None:
    if isinstance(wish.mask, bytes):
        return keep_mask(wish.picture, wish.mask)
    if isinstance(wish.mask, PaintedMask):
        return keep_painted(wish.picture, wish.mask)
    return wish.mask


def _wish_context(
    wish: Wish, form: WishForm, mask: Mask | None, price_nano: int | None
) -> dict[str, Any]:
    return {
        "picture": wish.picture,
        "wish": wish,
        "mask": mask,
        "submit_key": form.cleaned_data["submit_key"],
        "run_again": form.cleaned_data["run_again"],
        "to_front": form.cleaned_data["to_front"],
        "price_nano": price_nano,
        "price_text": dollars(price_nano),
        "needs_approval": approval_words(wish.picture.owner, [price_nano]),
        "frame_fields": as_fields(wish.frame),
        "references": wish.references,
    }


def _already(job: EditJob) -> dict[str, str]:
    made = [result.picture for result in job.results if result.picture]
    shown = next((picture for picture in made if picture.is_shown), job.picture)
    words = {"done": "Use it, free", "unknown": "Decide there"}
    return {
        "url": job.get_absolute_url(),
        "thumb": shown.thumb_url,
        "link": words.get(job.state, "Look at it"),
    }
