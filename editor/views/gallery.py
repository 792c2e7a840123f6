"""The past: every edit, newest first."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from editor.accounts import MemberRequest
from editor.models import EditJob, JobState
from editor.views.paging import one_page

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
    page, next_url = one_page(
        jobs,
        request.GET.get("after", ""),
        PAGE_SIZE,
        reverse("editor:gallery"),
        **({"state": chosen} if chosen else {}),
    )
    context = {
        "jobs": page,
        "next_url": next_url,
        "states": _filter_links(chosen),
        "is_first_page": "after" not in request.GET,
    }
    template = "editor/_gallery_page.html" if request.htmx else "editor/gallery.html"
    return render(request, template, context)


def _filter_links(chosen: str) -> list[tuple[str, str, str, bool]]:
    address = reverse("editor:gallery")
    links = [("", "All", address, chosen not in FILTERS)]
    for value, (label, _) in FILTERS.items():
        links.append((value, label, f"{address}?state={value}", value == chosen))
    return links
