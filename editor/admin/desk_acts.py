"""What staff do with one job on the desk: judge, take back, note, flag, withhold, release.

Each is a form. Without script it leads on to the next job of the lane; a script asks for JSON,
and shows the next job before the answer is there.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST

from editor import reviews
from editor.accounts import MemberRequest
from editor.admin.desk_addresses import desk_url
from editor.audit import record
from editor.flagging import FlagRefused, flag
from editor.forms import VerdictForm
from editor.models import EditJob, Flag, Review
from editor.models.lanes import LANES
from editor.reviews import give_verdict, undo
from editor.withholding import release, withhold


@dataclass(frozen=True)
class Said:
    """What came of an act, for the person who did it."""

    sentence: str
    is_done: bool = True
    leads_on: bool = False  # the next job of the lane comes
    review: Review | None = None


Act = Callable[[MemberRequest, EditJob], Said]


def act_urls(site: AdminSite) -> list[URLPattern]:
    """Each act by POST alone, for those who review."""
    acts: dict[str, Act] = {
        "review": judge,
        "note": note,
        "flag": put_flag,
        "withhold": take_out_of_sight,
        "release": show_again,
    }
    taking_back = site.admin_view(require_POST(take_back))
    return [
        *(
            path(
                f"<uuid:pk>/{name}/",
                site.admin_view(require_POST(_answering(act))),
                name=f"editor_editjob_{name}",
            )
            for name, act in acts.items()
        ),
        path("<uuid:pk>/undo/<int:review>/", taking_back, name="editor_editjob_undo"),
    ]


def _answering(act: Act) -> Callable[..., HttpResponse]:
    def view(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
        if not request.user.has_perm("editor.review_editjob"):
            raise PermissionDenied
        job = get_object_or_404(EditJob.objects.filter(purging_at=None), pk=pk)
        lane = LANES.get(request.POST.get("lane", ""))
        # Before the act, which may take the job out of its lane.
        after = (
            lane.beyond(job, forwards=True).first() if lane and not _is_script(request) else None
        )
        said = act(request, job)
        if _is_script(request):
            return JsonResponse(_told(said, job), status=200 if said.is_done else 422)
        messages.add_message(
            request, messages.SUCCESS if said.is_done else messages.ERROR, said.sentence
        )
        if lane and said.is_done and said.leads_on:
            return redirect(desk_url(lane, after))
        return _back_to(request, job)

    return view


def judge(request: MemberRequest, job: EditJob) -> Said:
    """Approve or reject, with a reason and words."""
    if job.is_held:
        return Said("It waits for approval: allow or decline it instead.", is_done=False)
    form = VerdictForm(request.POST)
    if not form.is_valid():
        return Said(form.first_problem(), is_done=False)
    verdict, said = Review.Verdict(form.cleaned_data["verdict"]), form.cleaned_data["said"]
    review = give_verdict(job, request.user, verdict, said)
    return Said(f"{review.verdict_label}.", leads_on=True, review=review)


def note(request: MemberRequest, job: EditJob) -> Said:
    """Write a line into the history without a verdict."""
    words = request.POST.get("note", "").strip()
    if not words:
        return Said("Write the note first.", is_done=False)
    reviews.add_note(job, request.user, words)
    return Said("Noted.")


def put_flag(request: MemberRequest, job: EditJob) -> Said:
    """Ask others of staff to look."""
    words = request.POST.get("note", "")
    try:
        with transaction.atomic():
            flag(job, Flag.Kind.STAFF, by=request.user, reason=words)
            record("job.flagged", by=request.user, on=job, why=words)
    except FlagRefused as refused:
        return Said(str(refused), is_done=False)
    return Said("Flagged.")


def take_out_of_sight(request: MemberRequest, job: EditJob) -> Said:
    """Withhold results that were shown."""
    words = request.POST.get("note", "").strip()
    if not words:
        return Said("Say why: the owner reads it.", is_done=False)
    if not withhold(job, request.user, words):
        return Said("Its results are withheld already.")
    return Said("Withheld: its owner does not see the results.")


def show_again(request: MemberRequest, job: EditJob) -> Said:
    """Release results that were withheld."""
    if not release(job, request.user, request.POST.get("note", "").strip()):
        return Said("Its results are shown already.")
    return Said("Released: its owner sees the results.")


def take_back(request: MemberRequest, pk: uuid.UUID, review: int) -> HttpResponse:
    """Take a verdict back that one gave moments ago, and go back to its job."""
    if not request.user.has_perm("editor.review_editjob"):
        raise PermissionDenied
    given = get_object_or_404(Review, pk=review, job=pk, reviewer=request.user)
    taken = undo(given, request.user)
    sentence = "Taken back." if taken else "It is too late to take this back."
    if _is_script(request):
        return JsonResponse({"said": sentence}, status=200 if taken else 409)
    messages.add_message(request, messages.SUCCESS if taken else messages.ERROR, sentence)
    return _back_to(request, given.job)


def _is_script(request: MemberRequest) -> bool:
    return request.accepts("application/json") and not request.accepts("text/html")


def _told(said: Said, job: EditJob) -> dict[str, Any]:
    told: dict[str, Any] = {"said": said.sentence}
    if said.review:
        told["undo"] = reverse("admin:editor_editjob_undo", args=[job.pk, said.review.pk])
    return told


def _back_to(request: MemberRequest, job: EditJob) -> HttpResponse:
    lane = LANES.get(request.POST.get("lane", ""))
    if lane:
        return redirect(desk_url(lane, job))
    return redirect(reverse("admin:editor_editjob_change", args=[job.pk]))
