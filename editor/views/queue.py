"""What is still going on."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from editor.accounts import MemberRequest
from editor.models import EditJob


@login_required
@require_GET
def queue(request: MemberRequest) -> HttpResponse:
    """A person's open jobs, oldest first: the order in which they run."""
    jobs = EditJob.objects.owned_by(request.user).still_open().order_by("created_at")
    return render(request, "editor/queue.html", {"jobs": jobs.with_pictures()})


@login_required
@require_GET
def count(request: MemberRequest) -> HttpResponse:
    """The count badge in the header."""
    return render(request, "_open_jobs.html")
