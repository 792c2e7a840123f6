"""One job on the review desk: all that staff decide on, and where it stands in its lane."""

from __future__ import annotations

import uuid
from typing import Any, cast

from django.contrib.admin import AdminSite, site
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from editor import evidence, settlements
from editor.accounts import MemberRequest
from editor.admin.approvals import approval_context
from editor.admin.desk_addresses import desk_url
from editor.looking import note_look
from editor.models import (
    DeskPreference,
    EditJob,
    LedgerEntry,
    Reference,
    Review,
    ReviewReason,
    UpstreamModel,
    User,
)
from editor.models.lanes import LANES, Lane, count_words, counts
from editor.models.receipts import receipt_of
from editor.models.reviews import UNDO_SECONDS
from editor.money import dollars

MOST_EARLIER = 6  # edits of the same person beside one


def desk_urls(site: AdminSite) -> list[URLPattern]:
    """A lane's first job, one job in a lane, and how somebody likes the desk."""
    return [
        path(
            "desk/<slug:lane>/",
            site.admin_view(require_GET(first_of_lane)),
            name="editor_editjob_lane",
        ),
        path(
            "desk/<slug:lane>/<uuid:pk>/",
            site.admin_view(require_GET(one_of_lane)),
            name="editor_editjob_desk",
        ),
        path(
            "pictures/",
            site.admin_view(require_POST(show_pictures)),
            name="editor_editjob_pictures",
        ),
    ]


def lane_named(name: str) -> Lane:
    """Find a lane by its name in addresses. Raises Http404."""
    if name not in LANES:
        raise Http404
    return LANES[name]


def tabs(here: str) -> list[dict[str, Any]]:
    """Every lane with its count, as tabs of the list."""
    many = counts()
    there = reverse("admin:editor_editjob_changelist")
    return [
        {
            "lane": lane,
            "url": f"{there}?lane={name}",
            "count": count_words(many[name]) if name in many else "",
            "is_empty": many.get(name) == 0,
            "is_here": name == here,
        }
        for name, lane in LANES.items()
    ]


def first_of_lane(request: MemberRequest, lane: str) -> HttpResponse:
    """Begin a lane with its first job; or say that it is empty, or at its end."""
    _check_may_look(request)
    found = lane_named(lane)
    first = found.in_order().values_list("pk", flat=True).first()
    if first is not None and "end" not in request.GET:
        return redirect(desk_url(found, first))
    left = found.count()
    context = {
        **_of_admin(request),
        "lane": found,
        "left": left,
        "left_text": count_words(left),
        "first_url": desk_url(found, first) if first else "",
        "tabs": tabs(lane),
        "undoable": undoable(request.user),
        "undo_seconds": UNDO_SECONDS,
    }
    part = "_end" if "part" in request.GET else "end"
    return render(request, f"admin/editor/editjob/{part}.html", context)


def one_of_lane(request: MemberRequest, lane: str, pk: uuid.UUID) -> HttpResponse:
    """Show one job of a lane; with `part`, the desk without the page around it."""
    _check_may_look(request)
    found = lane_named(lane)
    job = get_object_or_404(_loaded(), pk=pk)
    context = {**_of_admin(request), **desk_context(request, job, found)}
    part = "_desk" if "part" in request.GET else "desk"
    return render(request, f"admin/editor/editjob/{part}.html", context)


def show_pictures(request: MemberRequest) -> HttpResponse:
    """Keep whether this person sees pictures at once, or blurred until they want them."""
    _check_may_look(request)
    wanted = request.POST.get("show") == "yes"
    DeskPreference.objects.update_or_create(user=request.user, defaults={"shows_pictures": wanted})
    back = request.POST.get("back", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure()):
        back = reverse("admin:editor_editjob_changelist")
    return redirect(back)


def shows_pictures(user: User) -> bool:
    """Whether this person has said that they want to see pictures at once."""
    return DeskPreference.objects.filter(user=user, shows_pictures=True).exists()


def undoable(user: User) -> Review | None:
    """The verdict that this person may still take back."""
    return Review.objects.may_be_undone_by(user).first()


def desk_context(request: MemberRequest, job: EditJob, lane: Lane) -> dict[str, Any]:
    """All that the desk shows. Whoever is shown pictures has looked, which is noted."""
    user = request.user
    prefers = shows_pictures(user)
    wanted = "show" in request.GET or job.owner_id == user.pk
    shown = "blur" not in request.GET and (prefers or wanted)
    if shown:
        note_look(job, user)
    return {
        "job": job,
        "shown": shown,
        "shows_pictures": prefers,
        "results": [result for result in job.results if result.picture or result.problem],
        "attempts": job.attempts.select_related("unusable"),
        "events": job.events.select_related("actor"),
        "reviews": job.reviews.select_related("reviewer"),
        "flags": job.flags.select_related("by"),
        "can_review": user.has_perm("editor.review_editjob"),
        "submit_key": uuid.uuid4(),
        "receipt": receipt_of(job),
        "ledger": LedgerEntry.objects.filter(consent__job=job).select_related("consent"),
        "references": Reference.objects.pictures_of(job),
        "earlier": _earlier(job),
        "doubts": (doubts := settlements.doubts(job)),
        "findings": (findings := [doubt.finding for doubt in doubts]),
        "settle_cost": evidence.named_cost(findings),
        "reasons": _reasons(),
        "undoable": undoable(user),
        "undo_seconds": UNDO_SECONDS,
        **_place(job, lane),
        **_again(job),
        **approval_context(job, user),
    }


def _place(job: EditJob, lane: Lane) -> dict[str, Any]:
    """Where the job stands in its lane, and what lies around it."""
    nearest = [lane.beyond(job, forwards=forwards) for forwards in (True, False)]
    after, before = (jobs.values_list("pk", flat=True).first() for jobs in nearest)
    left = lane.count()
    return {
        "lane": lane,
        "in_lane": lane.jobs().filter(pk=job.pk).exists(),
        "place": lane.place_of(job) + 1,
        "left": left,
        "left_text": count_words(left),
        "next_url": desk_url(lane, after),
        "has_next": after is not None,
        "previous_url": desk_url(lane, before) if before else "",
    }


def _earlier(job: EditJob) -> list[EditJob]:
    """The edits of the same person before this one, the newest first."""
    jobs = EditJob.objects.owned_by(job.owner).filter(mask_test=None, purging_at=None)
    before = jobs.filter(created_at__lt=job.created_at).order_by("-created_at")
    return list(before.with_pictures()[:MOST_EARLIER])


def _reasons() -> dict[str, list[ReviewReason]]:
    found: dict[str, list[ReviewReason]] = {use: [] for use in ReviewReason.Use.values}
    for reason in ReviewReason.objects.filter(in_use=True):
        found[reason.use].append(reason)
    return found


def _again(job: EditJob) -> dict[str, Any]:
    """What one more call would cost today."""
    if job.is_unknown:
        return {"again_price_nano": job.estimate_nano, "again_price_text": job.estimate_text}
    model = UpstreamModel.objects.offered().filter(model_id=job.model_id).first()
    price = model.estimate_nano(job.size, job.n) if model else None
    return {"again_price_nano": price, "again_price_text": dollars(price)}


def _loaded() -> Any:
    jobs = EditJob.objects.select_related("picture", "owner", "mask", "mask_test")
    return jobs.prefetch_related("attempts__results__picture")


def _check_may_look(request: HttpRequest) -> None:
    if not cast("User", request.user).has_perm("editor.view_editjob"):
        raise PermissionDenied


def _of_admin(request: HttpRequest) -> dict[str, Any]:
    """What every page of the admin needs."""
    return {**site.each_context(request), "opts": EditJob._meta, "title": "Review desk"}
