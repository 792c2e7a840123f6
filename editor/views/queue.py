"""What is still going on, and in which order it runs."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from editor import cancelling, forecasts, turns
from editor.accounts import MemberRequest
from editor.models import EditJob, JobState
from editor.models.jobs import UNSENT_STATES
from editor.views.standing import standings

MOST_ROWS = 200
# First what asks for a decision, then what runs, then what waits for its turn.
ORDER = (
    JobState.UNKNOWN,
    JobState.HELD,
    JobState.RECEIVED,
    JobState.CALLING,
    JobState.CLAIMED,
    JobState.QUEUED,
    JobState.WAITING,
)


@login_required
@require_GET
def queue(request: MemberRequest) -> HttpResponse:
    """A person's open jobs in the order in which they run."""
    open_jobs = EditJob.objects.owned_by(request.user).still_open()
    jobs = sorted(open_jobs.order_by("place", "created_at").with_pictures()[:MOST_ROWS], key=_rank)
    first = next((job.pk for job in jobs if job.state == JobState.QUEUED), None)
    context = {
        # The banner above all rows says why nothing leaves; they need not repeat it.
        "standings": standings(jobs, None),
        "first_queued": first,
        "more": max(0, open_jobs.count() - MOST_ROWS),
        "can_cancel_any": any(job.can_cancel for job in jobs),
        "closed": forecasts.closed_gate(request.user),
    }
    return render(request, "editor/queue.html", context)


def _rank(job: EditJob) -> tuple[int, int, datetime]:
    return ORDER.index(JobState(job.state)), job.place, job.created_at


@login_required
@require_GET
def count(request: MemberRequest) -> HttpResponse:
    """The count badge in the header."""
    return render(request, "_open_jobs.html")


@login_required
@require_GET
def gate(request: MemberRequest) -> HttpResponse:
    """The banner that says why no call can leave; empty when calls can."""
    return render(
        request, "editor/_gate_banner.html", {"closed": forecasts.closed_gate(request.user)}
    )


@login_required
@require_POST
def run_next(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """Let a queued job run before its owner's other ones."""
    job = get_object_or_404(EditJob.objects.owned_by(request.user), pk=pk)
    if turns.to_the_front(job):
        job.note("Moved before the other edits of its owner.", actor=request.user)
        messages.info(request, "This edit runs before your other ones now.")
    else:
        messages.info(request, "This edit does not wait for its turn any more.")
    return redirect("editor:queue")


@login_required
@require_http_methods(["GET", "POST"])
def cancel_all(request: MemberRequest) -> HttpResponse:
    """Ask first, saying how many of each kind; then cancel everything that can be."""
    mine = EditJob.objects.owned_by(request.user)
    if request.method == "POST":
        messages.info(request, cancelling.cancel_all(request.user))
        return redirect("editor:queue")
    context = {
        "unsent": mine.filter(state__in=UNSENT_STATES).count(),
        "running": mine.filter(state=JobState.CALLING, cancel_requested=False).count(),
        "kept": mine.filter(state__in=(JobState.UNKNOWN, JobState.RECEIVED)).count(),
    }
    return render(request, "editor/cancel_all.html", context)
