"""The acts of the approval lane on the review desk: allow one held edit, or decline it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST

from editor import approving
from editor.accounts import MemberRequest
from editor.admin.desk_addresses import desk_url
from editor.forms import PriceForm
from editor.models import EditJob, User
from editor.models.lanes import LANES
from editor.money import dollars
from editor.wishes import SubmitRefused

if TYPE_CHECKING:
    from django.contrib.admin import AdminSite

NO_LONGER = "Nothing was done: this edit does not wait for approval any more."


def approval_urls(site: AdminSite) -> list[URLPattern]:
    """The two acts, for those who may; each by POST alone."""
    acts = (("approve", approve), ("decline", decline))
    return [
        path(
            f"<uuid:pk>/{name}/",
            site.admin_view(require_POST(act)),
            name=f"editor_editjob_{name}",
        )
        for name, act in acts
    ]


def approval_context(job: EditJob, by: User) -> dict[str, Any]:
    """What the desk shows of a held job: today's price, and who may do what."""
    if not job.is_held:
        return {}
    price, problem = None, ""
    try:
        price = approving.price_today(job)
    except SubmitRefused as refused:
        problem = str(refused)
    agreed = job.estimate_nano
    return {
        "may_approve": approving.may_approve(by),
        "may_decline": approving.may_decline(by),
        "today_nano": price,
        "today_text": dollars(price),
        "today_is_dearer": price is not None and agreed is not None and price > agreed,
        "approval_problem": problem,
    }


def approve(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """Allow it above the budget, at the price that the button named."""
    if not approving.may_approve(request.user):
        raise PermissionDenied
    job = get_object_or_404(EditJob, pk=pk)
    form = PriceForm(request.POST)
    if "shown_price" not in request.POST or not form.is_valid():
        messages.error(request, "This form was incomplete. Please press the button again.")
        return _back_to(job)
    price = form.cleaned_data["shown_price"]
    done = partial(approving.approve, job, request.user, price)
    return _answered(request, job, done, "Approved. The edit is queued.")


def decline(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """Close it, with a reason that its owner reads."""
    if not approving.may_decline(request.user):
        raise PermissionDenied
    job = get_object_or_404(EditJob, pk=pk)
    done = partial(approving.decline, job, request.user, request.POST.get("reason", ""))
    return _answered(request, job, done, "Declined. Nothing was sent; its owner reads why.")


def _answered(
    request: MemberRequest, job: EditJob, act: Callable[[], bool], said: str
) -> HttpResponse:
    """Do it, say what came of it, and go on to the next job of the lane."""
    onwards = _onwards(request, job)  # before the act, which takes the job out of its lane
    try:
        is_done = act()
    except SubmitRefused as refused:
        messages.error(request, str(refused))
        return _back_to(job)
    if is_done:
        messages.success(request, said)
    else:
        messages.info(request, NO_LONGER)
    return redirect(onwards)


def _onwards(request: MemberRequest, job: EditJob) -> str:
    """Where the desk goes on afterwards: the next job of the lane that the form was in."""
    lane = LANES.get(request.POST.get("lane", ""))
    if lane is None:
        return reverse("admin:editor_editjob_change", args=[job.pk])
    return desk_url(lane, lane.beyond(job, forwards=True).first())


def _back_to(job: EditJob) -> HttpResponse:
    return redirect(reverse("admin:editor_editjob_change", args=[job.pk]))
