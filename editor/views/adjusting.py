"""Adjust a finished edit: the page, the small layers that it shows, and the wish to keep it."""

from __future__ import annotations

import uuid
from base64 import b64encode
from dataclasses import asdict
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from editor import adjusting
from editor.accounts import MemberRequest
from editor.adjusting import AdjustRefused, Settings
from editor.forms import MOST_FEATHER, MOST_GROW, AdjustForm
from editor.imaging.changes import LEVELS
from editor.imaging.drift import Drift
from editor.imaging.framing import Size
from editor.imaging.previewing import Areas, Found, Laid, Preview
from editor.imaging.regions import MOST_REGIONS
from editor.masks import MaskRefused, keep_painted, read_painted
from editor.models import Adjustment, EditJob, Extension, Mask, Result
from editor.preferences import preferences_of
from editor.results import usual_blend
from editor.views.guards import wants_json

# What a result looks like in small never changes, but the way it is shown may with a release.
KEEP = "private, max-age=3600"
_SLIDER_SHARE = 1 / 20  # of the picture's longer side: how far the sliders for pixels go


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def adjust(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """The page, and by POST the wish to keep what it shows as a new picture. Nothing is sent."""
    job = _own_job(request, pk)
    try:
        results = adjusting.adjustable_results(job)
        if request.method == "POST":
            return _asked(request, job)
    except (AdjustRefused, MaskRefused) as refused:
        return _refused(request, job, str(refused), getattr(refused, "status", 422))
    return render(request, "editor/adjust.html", _context(request, job, results))


@login_required
@require_safe
def layers(request: MemberRequest, pk: int) -> HttpResponse:
    """All that the page needs of one result, as JSON: pictures as data, planes packed."""
    found = get_object_or_404(
        Result, pk=pk, attempt__job__owner=request.user, attempt__job__trashed_at=None
    )
    job = _own_job(request, found.attempt.job_id)
    try:
        if found not in adjusting.adjustable_results(job):
            sentence = "This result has no picture any more."
            raise AdjustRefused(sentence, status=409)
        small = adjusting.layers_of(job, found)
    except AdjustRefused as refused:
        return JsonResponse({"error": str(refused)}, status=refused.status)
    response = JsonResponse(_as_json(small))
    response["Cache-Control"] = KEEP
    return response


def _own_job(request: MemberRequest, pk: uuid.UUID) -> EditJob:
    return get_object_or_404(
        EditJob.objects.owned_by(request.user).filter(trashed_at=None).with_pictures(), pk=pk
    )


def _asked(request: MemberRequest, job: EditJob) -> HttpResponse:
    form = AdjustForm(request.POST, request.FILES)
    if not form.is_valid():
        raise AdjustRefused(form.first_problem())
    asked, is_new = adjusting.ask_for(job, _settings(form), _restored(job, form))
    url = f"{job.get_absolute_url()}#adjusted-{asked.pk}"
    if wants_json(request):
        return JsonResponse({"url": url}, status=201 if is_new else 200)
    return redirect(url)


def _settings(form: AdjustForm) -> Settings:
    names = ("feather", "grow", "opacity", "match_colour", "undo_drift", "result", "areas", "level")
    return Settings(**{name: form.cleaned_data[name] for name in names})


def _restored(job: EditJob, form: AdjustForm) -> Mask | None:
    """Keep what was painted back, once however often it is sent."""
    file = form.cleaned_data["restored"]
    if not file:
        return None
    painted = read_painted(job.picture, file.read())
    kept = Mask.objects.filter(picture=job.picture, sha256=painted.sha256).first()
    return kept or keep_painted(job.picture, painted)


def _refused(request: MemberRequest, job: EditJob, sentence: str, status: int) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"error": sentence}, status=status)
    messages.error(request, sentence)
    return redirect(job)


def _context(request: MemberRequest, job: EditJob, results: list[Result]) -> dict[str, Any]:
    earlier = _earlier(request, job)
    chosen = _chosen(request, results, earlier)
    settings = _start(job, chosen, earlier)
    numbers = {result.pk: place for place, result in enumerate(job.results, 1)}
    offered = [
        {
            "id": result.pk,
            "number": numbers[result.pk],
            "thumb_url": result.picture.thumb_url if result.picture else "",
            "layers_url": reverse("editor:result_layers", args=[result.pk]),
        }
        for result in results
    ]
    context = {
        "job": job,
        "picture": job.picture,
        "results": offered,
        "chosen": next(each for each in offered if each["id"] == chosen.pk),
        "settings": settings,
        "levels": LEVELS,
        "most_feather": min(MOST_FEATHER, _pixels(job)),
        "most_grow": min(MOST_GROW, _pixels(job)),
    }
    bindings = preferences_of(request.user)["bindings"]
    context["adjust_data"] = {**_adjust_data(job, context, earlier), "bindings": bindings}
    return context


def _pixels(job: EditJob) -> int:
    return max(20, round(max(job.picture.width, job.picture.height) * _SLIDER_SHARE))


def _earlier(request: MemberRequest, job: EditJob) -> Adjustment | None:
    """The adjustment that one wants to change, if one was asked for."""
    try:
        asked = uuid.UUID(request.GET.get("from", ""))
    except ValueError:
        return None
    return job.adjustments.select_related("restored").filter(pk=asked).first()


def _chosen(request: MemberRequest, results: list[Result], earlier: Adjustment | None) -> Result:
    asked = request.GET.get("result", "")
    if earlier is not None:
        asked = str(earlier.settings["result"])
    return next((result for result in results if str(result.pk) == asked), results[0])


def _start(job: EditJob, chosen: Result, earlier: Adjustment | None) -> dict[str, Any]:
    """The settings to begin with: those of the edit itself, or those of an adjustment of it."""
    if earlier is not None:
        return {**earlier.settings, "result": chosen.pk}
    continued = Extension.objects.continued(job.picture, job.mask)
    usual = usual_blend(Size(job.picture.width, job.picture.height), continued)
    return asdict(
        Settings(
            feather=usual.feather,
            grow=usual.grow,
            opacity=round(usual.opacity * 100),
            match_colour=usual.match_colour,
            undo_drift=usual.undo_drift,
            result=chosen.pk,
        )
    )


def _adjust_data(
    job: EditJob, context: dict[str, Any], earlier: Adjustment | None
) -> dict[str, Any]:
    picture = job.picture
    restored = earlier.restored if earlier else None
    return {
        "picture": {
            "name": picture.name,
            "width": picture.width,
            "height": picture.height,
            "preview_url": picture.preview_url,
        },
        "masked": job.mask_id is not None,
        "results": context["results"],
        "settings": context["settings"],
        "restored_url": restored.file_url if restored else None,
        "most_regions": MOST_REGIONS,
        "levels": LEVELS,
    }


def _as_json(small: Preview) -> dict[str, Any]:
    return {
        "size": list(small.size),
        "box": list(small.box),
        "came": _laid(small.came),
        "undone": _laid(small.undone) if small.undone else None,
        "drift_sentence": _said(small.drift),
        "fades_alpha": small.fades_alpha,
        "areas": _areas(small.areas) if small.areas else None,
        "found": _found(small.found, small) if small.found else None,
    }


def _said(drift: Drift | None) -> str:
    return (drift.sentence or drift.warning) if drift else ""


def _laid(laid: Laid) -> dict[str, Any]:
    colour = laid.colour
    image = b64encode(laid.image).decode()
    return {
        "image": f"data:image/webp;base64,{image}",
        "colour": {"gain": colour.gain, "offset": colour.offset} if colour else None,
    }


def _areas(areas: Areas) -> dict[str, Any]:
    return {
        "mask": b64encode(areas.mask).decode(),
        "numbers": b64encode(areas.numbers).decode(),
        "sizes": areas.sizes,
        "gathers_rest": areas.gathers_rest,
    }


def _found(found: Found, small: Preview) -> dict[str, Any]:
    return {
        "size": list(found.size),
        "box": list(small.box),
        "levels": b64encode(found.levels).decode(),
        "heat": b64encode(found.heat).decode(),
        "usual": found.usual,
        "shares": found.shares,
    }
