"""The past: every edit, newest first, and what of it somebody looks for."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_GET

from editor.accounts import MemberRequest
from editor.models import EditJob, User
from editor.models.jobs import EditJobQuerySet
from editor.models.marks import with_marks
from editor.models.wall_choices import wall_choices
from editor.views.days import Day, by_day
from editor.views.finding import SORTS, Finding
from editor.views.paging import PLACE, Sort, one_page

PAGE_SIZE = 60
# To count on would take longer and longer. Of edits that hold words, beyond so many the first
# ones of an order are quicker found along the wall.
MOST_COUNTED, MOST_WITH_WORDS = 10_000, 1000
# What the wall does by keyboard and pointer, for the list of keys.
KEYS = (
    (
        "Move",
        (
            ("Arrow keys", "To the next edit in that direction"),
            ("Home, End", "To the first or last edit that is loaded"),
            ("Enter", "Open the edit"),
            ("V", "Look at it full screen"),
            ("/", "Search"),
            ("?", "This list"),
        ),
    ),
    (
        "Select",
        (
            ("X, Space", "Select the edit, or not any more"),
            ("Shift + arrow keys", "Select everything up to the next edit"),
            ("Ctrl + A", "Select everything that is loaded"),
            ("Esc", "Select nothing"),
            ("Circle", "Select by mouse, with Shift everything in between"),
            ("Long press", "Begin to select by touch"),
        ),
    ),
    (
        "With what is selected, or the edit you are at",
        (
            ("F", "Favourite, or not any more"),
            ("1 to 5, 0", "Give stars, or none"),
            ("Delete", "Move to the trash"),
        ),
    ),
)


@login_required
@require_GET
def gallery(request: MemberRequest) -> HttpResponse:
    """One page of the wall; for an endless scroll its cards, for the form what was found."""
    finding = Finding(request.GET)
    is_part = request.htmx and not request.htmx.history_restore_request
    is_found = not is_part or request.htmx.target == "found"
    everything = with_marks(EditJob.objects.for_gallery(request.user))
    choices = None if is_part else wall_choices(request.user.pk)
    found = _found(finding, everything, request.user, counts=is_found)
    page, next_url = one_page(
        found.jobs,
        request.GET.get("after", ""),
        PAGE_SIZE,
        reverse("editor:gallery"),
        finding.query,
        finding.sort,
        found.place,
    )
    if request.htmx.trigger == "found-nothing" and not page:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)  # nothing to lay in, and no focus lost
    context: dict[str, Any] = {
        "jobs": page,
        "days": [Day(page)] if finding.sort == Sort.DEAREST else by_day(page),
        "next_url": next_url,
        "finding": finding,
        "is_first_page": "after" not in request.GET,
        "count": found.count,
        "are_many": found.are_many,
    }
    if is_found:
        finding.name_collection(request.user, choices)
    template = "editor/_gallery_found.html" if is_found else "editor/_gallery_page.html"
    if choices:
        context |= {
            "fields": finding.fields(choices),
            "open_jobs": choices.open_jobs,
            "sorts": SORTS.items(),
            "keys": KEYS,
        }
        template = "editor/gallery.html"
    answer = render(request, template, context)
    if template == "editor/_gallery_found.html":
        answer["HX-Replace-Url"] = finding.address
    patch_vary_headers(answer, ["HX-Request", "HX-Target"])
    return answer


@dataclass(frozen=True)
class Found:
    """Edits that were looked for, in no order yet; their number, as far as they were counted."""

    jobs: EditJobQuerySet
    place: tuple[str, str]
    count: int
    are_many: bool


def _found(finding: Finding, shown: EditJobQuerySet, user: User, *, counts: bool) -> Found:
    """Narrow down what is shown, and count it if the page says how many there are.

    Words are looked for once: few edits that hold them are named by their ids. Where many do,
    the first of an order are quicker found along the wall.
    """
    jobs = finding.narrow(EditJob.objects.on_wall_of(user), user)
    if "q" not in finding.values:
        count = jobs.count_up_to(MOST_COUNTED + 1) if counts else 0
        narrowed = finding.narrow(shown, user)
        return Found(narrowed, finding.place, min(count, MOST_COUNTED), count > MOST_COUNTED)
    ids = jobs.ids_up_to(MOST_WITH_WORDS + 1)
    if len(ids) > MOST_WITH_WORDS:
        narrowed = finding.narrow(shown, user, many=True)
        return Found(narrowed, finding.place, MOST_WITH_WORDS, are_many=True)
    return Found(finding.for_order(shown.filter(pk__in=ids)), PLACE, len(ids), are_many=False)
