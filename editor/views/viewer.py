"""One picture full screen: what it shows, how it came about, and the ways to go on from it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any, cast

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from editor.accounts import MemberRequest
from editor.models import Adjustment, Attempt, EditJob, Picture, Reference, Result, SubmittedModel
from editor.models.framings import sent_count, sent_size
from editor.models.receipts import receipt_of
from editor.nanogpt.scripts import Script, script_of
from editor.views.finding import Finding
from editor.views.marking import marks_context
from editor.views.neighbours import Sibling, beside, siblings
from editor.views.recalling import recalls


@dataclass(frozen=True)
class Making:
    """How an edit has made a picture: the job, and the result or the adjustment that it is."""

    job: EditJob
    result: Result | None
    adjustment: Adjustment | None

    @property
    def attempt(self) -> Attempt | None:
        """The call that brought it."""
        return self.result.attempt if self.result else self.job.latest_attempt

    @property
    def lock_holds(self) -> bool | None:
        made = self.result or self.adjustment
        return made.lock_holds if made else None

    @property
    def lock_sentence(self) -> str:
        made = self.result or self.adjustment
        return made.lock_sentence if made else ""

    @property
    def seconds(self) -> int | None:
        """Whole seconds from the start of the call to the end; None when either is not known."""
        job = self.job
        if not (job.started_at and job.finished_at):
            return None
        return max(0, int((job.finished_at - job.started_at).total_seconds()))


@login_required
@require_GET
def view(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """Show a picture to its owner, and to those who review."""
    pictures = Picture.objects.viewable_by(request.user).with_parents()
    picture = get_object_or_404(pictures, pk=pk)
    making = _making(request, picture)
    finding, is_in_gallery = Finding(request.GET), request.GET.get("in") == "gallery"
    query = {"in": "gallery", **finding.query} if is_in_gallery else finding.query
    job = making.job if making else None
    shown = siblings(picture, job, query)
    here = next((each for each in shown if each.is_here), None)
    is_mine = picture.owner_id == request.user.pk and picture.deleted_at is None
    context = {
        "picture": picture,
        "is_mine": is_mine,
        "before": _before(picture),
        "siblings": shown,
        "here": here,
        "beside": beside(picture, job, shown, finding, query, request.user),
        "close_url": finding.address if is_in_gallery else _page_of(picture, job, here, is_mine),
        **(_facts(making) if making else {}),
    }
    if making and is_mine:
        context |= {"recalls": recalls(picture, making.job), "script": _script(making)}
    if is_mine:
        context |= marks_context(request.user, [picture])
    return render(request, "editor/viewer.html", context)


def _making(request: MemberRequest, picture: Picture) -> Making | None:
    """The edit behind a picture, as far as this person may look at it."""
    result: Result | None = getattr(picture, "made_by", None)
    adjustment: Adjustment | None = getattr(picture, "adjusted_by", None)
    made_for = result.attempt.job_id if result else adjustment.job_id if adjustment else None
    if made_for is None:
        return None
    jobs = EditJob.objects.viewable_by(request.user).with_pictures().select_related("owner")
    job = jobs.filter(pk=made_for, trashed_at=None).first()
    return Making(job, result, adjustment) if job else None


def _before(picture: Picture) -> Picture | None:
    """What it is compared with. On a larger canvas a picture lies in another place."""
    return None if picture.origin == Picture.Origin.EXTENDED else picture.parent


def _page_of(picture: Picture, job: EditJob | None, here: Sibling | None, is_mine: bool) -> str:
    """Where "Close" leads when nobody knows where one came from."""
    if not is_mine:
        kind, key = ("editjob", job.pk) if job else ("picture", picture.pk)
        return reverse(f"admin:editor_{kind}_change", args=[key])
    if job is None:
        return picture.get_absolute_url()
    return f"{job.get_absolute_url()}{here.anchor if here else ''}"


def _facts(making: Making) -> dict[str, Any]:
    job = making.job
    return {
        "making": making,
        "job": job,
        "references": Reference.objects.pictures_of(job),
        "receipt": receipt_of(job),
        "review": job.reviews.counting().select_related("reviewer").first(),
    }


def _script(making: Making) -> Script | None:
    """The call that would repeat it, as it is sent today; None where nothing was sent."""
    job, attempt = making.job, making.attempt
    if attempt is None:
        return None
    frame = attempt.frame
    model = SubmittedModel.objects.model_of(job)
    asked = job.size if job.size not in ("", "auto") else None
    count = len(frame.get("references") or [])
    return script_of(
        settings.NANOGPT_BASE_URL,
        cast("Any", settings.NANOGPT_AUTH),
        model=job.model_id,
        prompt=job.prompt,
        n=sent_count(job),
        size=sent_size(job, model) if model else asked,
        image_mime=frame.get("mime", "image/png"),
        is_masked=bool(job.mask_id) and frame.get("mask_dialect", "none") != "none",
        reference_mimes=frame.get("reference_mimes") or ["image/jpeg"] * count,
    )
