"""The past: every edit, newest first."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from editor.accounts import MemberRequest
from editor.models import EditJob, JobState
from editor.models.jobs import EditJobQuerySet

PAGE_SIZE = 24

# What people look for; the machine's finer states belong to "running".
FILTERS: dict[str, tuple[str, tuple[str, ...]]] = {
    "done": ("Done", (JobState.DONE,)),
    "running": (
        "Running",
        (
            JobState.QUEUED,
            JobState.CLAIMED,
            JobState.WAITING,
            JobState.CALLING,
            JobState.RECEIVED,
        ),
    ),
    "unknown": ("Needs you", (JobState.UNKNOWN,)),
    "failed": ("Failed", (JobState.FAILED,)),
    "cancelled": ("Cancelled", (JobState.CANCELLED,)),
}


@login_required
@require_GET
def gallery(request: MemberRequest) -> HttpResponse:
    """One page of the wall, or for an endless scroll only its cards."""
    chosen = request.GET.get("state", "")
    jobs = EditJob.objects.for_gallery(request.user)
    if chosen in FILTERS:
        jobs = jobs.filter(state__in=FILTERS[chosen][1])
    jobs = _after(jobs, request.GET.get("after", ""))
    page = list(jobs[: PAGE_SIZE + 1])
    context = {
        "jobs": page[:PAGE_SIZE],
        "next_url": _next_url(page, chosen),
        "states": _filter_links(chosen),
        "is_first_page": "after" not in request.GET,
    }
    template = "editor/_gallery_page.html" if request.htmx else "editor/gallery.html"
    return render(request, template, context)


def _after(jobs: EditJobQuerySet, mark: str) -> EditJobQuerySet:
    """Only jobs older than the mark "<time>_<id>": a page stays put while new jobs arrive."""
    moment, _, job_id = mark.rpartition("_")
    try:
        when, key = datetime.fromisoformat(moment).astimezone(UTC), uuid.UUID(job_id)
    except (ValueError, OverflowError):
        return jobs
    return jobs.filter(Q(created_at__lt=when) | Q(created_at=when, pk__lt=key))


def _next_url(page: list[EditJob], chosen: str) -> str | None:
    if len(page) <= PAGE_SIZE:
        return None
    last = page[PAGE_SIZE - 1]
    query = {"after": f"{last.created_at.isoformat()}_{last.pk}"}
    if chosen:
        query["state"] = chosen
    return f"{reverse('editor:gallery')}?{urlencode(query)}"


def _filter_links(chosen: str) -> list[tuple[str, str, str, bool]]:
    address = reverse("editor:gallery")
    links = [("", "All", address, chosen not in FILTERS)]
    for value, (label, _) in FILTERS.items():
        links.append((value, label, f"{address}?state={value}", value == chosen))
    return links
