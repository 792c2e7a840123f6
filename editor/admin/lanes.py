"""The lists of the desk: lanes as tabs above, and acts on many jobs at once.

Such an act first says on a page of its own what will happen to how many jobs and what that
costs, and asks why. Then each job is treated by itself, with a row of its own in the audit log.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin import helpers
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from editor import approving, cancelling
from editor.accounts import MemberRequest
from editor.admin.desk import shows_pictures
from editor.models import EditJob, JobState, Review, ReviewReason, User
from editor.models.lanes import LANES
from editor.money import dollars
from editor.reviews import give_verdict
from editor.wishes import SubmitRefused
from editor.withholding import release, withhold

MOST_AT_ONCE = 200
MOST_SHOWN = 24


class LaneFilter(admin.SimpleListFilter):
    """Which lane the list shows. Drawn as tabs above it, not beside it."""

    title = "lane"
    parameter_name = "lane"
    template = "admin/editor/editjob/_lane_filter.html"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Name every lane."""
        return [(name, lane.label) for name, lane in LANES.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[EditJob]) -> QuerySet[EditJob]:
        """Narrow the list; an unknown lane is none."""
        lane = LANES.get(self.value() or "")
        return queryset.filter(pk__in=lane.jobs().values("pk")) if lane else queryset


class VerdictFilter(admin.SimpleListFilter):
    """By the verdict that counts."""

    title = "review"
    parameter_name = "verdict"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Offer both verdicts, and what nobody has judged."""
        given = [Review.Verdict.APPROVED, Review.Verdict.REJECTED]
        return [("none", "Not reviewed"), *((each.value, each.label) for each in given)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[EditJob]) -> QuerySet[EditJob]:
        """Narrow the list."""
        if not self.value():
            return queryset
        return queryset.filter(verdict="" if self.value() == "none" else self.value())


@dataclass(frozen=True)
class Bulk:
    """One act on many jobs: what it says, whom it fits, and what it does to one of them."""

    name: str
    button: str
    happens: str  # to each of them, as a sentence
    fits: Callable[[EditJob], bool]
    does: Callable[[EditJob, User, str], bool]
    is_paid: bool = False
    reasons: str = ReviewReason.Use.REJECT


def _judged(verdict: Review.Verdict) -> Callable[[EditJob, User, str], bool]:
    return lambda job, by, why: bool(give_verdict(job, by, verdict, why))


def _allow(job: EditJob, by: User, why: str) -> bool:
    """Allow what is over budget, at the price that the page named; else it waits on."""
    allowed = approving.approve(job, by, job.estimate_nano)
    if allowed:
        job.note(f"Reason of the approval: {why}", actor=by)
    return allowed


def _cancel(job: EditJob, by: User, why: str) -> bool:
    said = cancelling.cancel_edit(job, by)
    job.note(f"{said} Reason: {why}", actor=by)
    return True


_REJECT, _APPROVE = Review.Verdict.REJECTED, Review.Verdict.APPROVED
BULKS = (
    Bulk(
        "approve_many", "Approve", "Approved; results that wait for a review are released.",
        lambda job: not job.is_open, _judged(_APPROVE),
        reasons=ReviewReason.Use.APPROVE,
    ),
    Bulk(
        "reject_many", "Reject", "Rejected; the owner reads why.",
        lambda job: not job.is_open, _judged(_REJECT),
    ),
    Bulk(
        "withhold_many", "Withhold results", "The owner sees the results no more, nor does anybody "
        "with a link.",
        lambda job: job.withheld_at is None, withhold,
    ),
    Bulk(
        "release_many", "Release results", "The owner sees the results.",
        lambda job: job.withheld_at is not None, release,
        reasons=ReviewReason.Use.APPROVE,
    ),
    Bulk(
        "allow_many", "Allow above the budget", "Sent at once, and paid above the budget.",
        lambda job: job.state == JobState.HELD, _allow, is_paid=True,
        reasons=ReviewReason.Use.APPROVE,
    ),
    Bulk(
        "decline_many", "Decline what is over budget", "Closed; nothing is sent, and the owner "
        "reads why.",
        lambda job: job.state == JobState.HELD, approving.decline,
        reasons=ReviewReason.Use.DECLINE,
    ),
    Bulk(
        "cancel_many", "Cancel", "Cancelled. What is on its way already will be paid, and kept.",
        lambda job: job.can_cancel, _cancel,
    ),
)  # fmt: skip


def bulk_actions(request: HttpRequest) -> dict[str, tuple[Callable[..., Any], str, str]]:
    """What this person may do with many jobs, as Django's list asks for it."""
    user = request.user
    if not (isinstance(user, User) and user.has_perm("editor.review_editjob")):
        return {}
    allowed = [each for each in BULKS if not each.is_paid or approving.may_approve(user)]
    return {each.name: (_acting(each), each.name, f"{each.button}…") for each in allowed}


def _acting(bulk: Bulk) -> Callable[..., HttpResponse | None]:
    def act(
        model_admin: Any, request: MemberRequest, chosen: QuerySet[EditJob]
    ) -> HttpResponse | None:
        jobs = list(chosen.select_related("owner", "picture")[: MOST_AT_ONCE + 1])
        if len(jobs) > MOST_AT_ONCE:
            messages.error(request, f"Choose at most {MOST_AT_ONCE} jobs at once.")
            return None
        fitting = [job for job in jobs if bulk.fits(job)]
        why = _why(request)
        if not fitting:
            messages.info(request, "None of these can be treated like this.")
            return None
        if "confirmed" in request.POST and why:
            _do(bulk, request, fitting, why)
            return None
        return _ask(bulk, model_admin, request, fitting, len(jobs) - len(fitting))

    return act


def _why(request: HttpRequest) -> str:
    chosen = request.POST.get("reason", "")
    reason = ReviewReason.objects.filter(pk=chosen).first() if chosen.isdecimal() else None
    note = request.POST.get("note", "").replace("\0", "").strip()
    words = [reason.sentence if reason else "", note]
    return " ".join(filter(None, words))[:2000]


def _ask(
    bulk: Bulk, model_admin: Any, request: MemberRequest, jobs: Sequence[EditJob], left_out: int
) -> HttpResponse:
    prices = [job.estimate_nano for job in jobs]
    known = sum(price or 0 for price in prices)
    doubt = "" if None not in prices else ", and for some the price is not known"
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": EditJob._meta,
        "title": bulk.button,
        "bulk": bulk,
        "jobs": jobs[:MOST_SHOWN],
        "more": max(0, len(jobs) - MOST_SHOWN),
        "count": len(jobs),
        "left_out": left_out,
        "owners": len({job.owner_id for job in jobs}),
        "cost": f"{dollars(known)}{doubt}" if bulk.is_paid else "",
        "shown": shows_pictures(request.user),
        "reasons": ReviewReason.objects.filter(in_use=True, use=bulk.reasons),
        "is_missing": "confirmed" in request.POST,
        "ids": [job.pk for job in jobs],
        "checkbox": helpers.ACTION_CHECKBOX_NAME,
    }
    return TemplateResponse(request, "admin/editor/editjob/bulk.html", context)


def _do(bulk: Bulk, request: MemberRequest, jobs: Sequence[EditJob], why: str) -> None:
    """One job after the other, each in a transaction of its own: one refusal stops no other."""
    done, refused = 0, ""
    for job in jobs:
        try:
            with transaction.atomic():
                done += bulk.does(job, request.user, why)
        except SubmitRefused as problem:
            refused = str(problem)
    if done:
        messages.success(request, f"{bulk.button}: {done} job{'' if done == 1 else 's'}.")
    if done < len(jobs):
        kept = len(jobs) - done
        rest = f"{kept} stayed as {'it was' if kept == 1 else 'they were'}."
        messages.warning(request, f"{rest} {refused}".strip())
