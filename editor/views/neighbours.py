"""Which pictures lie beside one: the results of its edit, then the edits before and after it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q
from django.utils.http import urlencode

from editor.models import Adjustment, EditJob, Picture, Result
from editor.models.pictures import in_sight
from editor.views.paging import Sort, one_page
from editor.views.variants import result_label

if TYPE_CHECKING:
    from editor.models import User
    from editor.views.finding import Finding

_BACK = {Sort.NEWEST: Sort.OLDEST, Sort.OLDEST: Sort.NEWEST, Sort.DEAREST: Sort.OLDEST}


@dataclass(frozen=True)
class Sibling:
    """One of the pictures that the same edit has brought."""

    picture: Picture
    label: str
    anchor: str  # of it on the page of its edit
    url: str
    is_here: bool


@dataclass(frozen=True)
class Step:
    """Where an arrow leads."""

    picture: Picture
    url: str


@dataclass(frozen=True)
class Beside:
    """Where the arrows lead; None at either end."""

    previous: Step | None
    next: Step | None


def siblings(picture: Picture, job: EditJob | None, query: dict[str, str]) -> list[Sibling]:
    """Give what an edit has brought, in the order of its page; nothing when there is no edit.

    `job` has its results fetched along.
    """
    if job is None:
        return []
    total = job.result_count
    came = [result for result in job.results if result.picture or result.problem]
    found = [
        (result.picture, result_label(place, total), f"#result-{place}")
        for place, result in enumerate(came, 1)
        if result.picture and _may_be_seen(result.picture, picture)
    ]
    made = [(each.pk, each.picture) for each in job.adjustments.shown() if each.picture]
    for place, (key, adjusted) in enumerate(made, 1):
        label = f"Adjusted {place} of {len(made)}" if len(made) > 1 else "Adjusted"
        found.append((adjusted, label, f"#adjusted-{key}"))
    return [
        Sibling(each, label, anchor, address(each, query), each == picture)
        for each, label, anchor in found
    ]


def _may_be_seen(each: Picture, picture: Picture) -> bool:
    return each.is_shown or each == picture


def address(picture: Picture, query: dict[str, str]) -> str:
    """The viewer of a picture, with what somebody looks for carried along."""
    return f"{picture.view_url}?{urlencode(query)}" if query else picture.view_url


def beside(
    picture: Picture,
    job: EditJob | None,
    shown: list[Sibling],
    finding: Finding,
    query: dict[str, str],
    user: User,
) -> Beside:
    """Say what lies before and after: first within the edit, then among edits, or among uploads."""
    place = next((n for n, each in enumerate(shown) if each.is_here), 0)
    within = [shown[place - 1] if place else None, *shown[place + 1 : place + 2], None]
    steps = [Step(each.picture, each.url) if each else None for each in within[:2]]
    if picture.owner_id == user.pk and None in steps:
        ends = _edits_beside(job, finding, user) if job else _uploads_beside(picture, user)
        outside = [Step(each, address(each, query)) if each else None for each in ends]
        steps = [step or end for step, end in zip(steps, outside, strict=True)]
    return Beside(*steps)


def _edits_beside(
    job: EditJob, finding: Finding, user: User
) -> tuple[Picture | None, Picture | None]:
    """Give the last picture of the edit before, and the first one of the edit after."""
    edits = finding.narrow(EditJob.objects.on_wall_of(user), user).filter(_has_pictures())
    order = Sort.NEWEST if finding.sort == Sort.DEAREST else finding.sort
    mark = f"{job.created_at.isoformat()}_{job.pk}"
    before, after = (
        next(iter(one_page(edits, mark, 1, "", order=way)[0]), None)
        for way in (_BACK[order], order)
    )
    brought = _brought_by([each for each in (before, after) if each])
    first_of = brought.get(after.pk, [None])[0] if after else None
    last_of = brought.get(before.pk, [None])[-1] if before else None
    return last_of, first_of


def _has_pictures() -> Q:
    results = Result.objects.filter(
        attempt__job=OuterRef("pk"), picture__isnull=False, **in_sight("picture")
    )
    return Q(Exists(results))


def _brought_by(jobs: Iterable[EditJob]) -> dict[object, list[Picture | None]]:
    """Give the pictures of edits by their ids, in the order of their pages."""
    found: dict[object, list[Picture | None]] = {}
    results = Result.objects.filter(attempt__job__in=jobs, **in_sight("picture"))
    for result in results.exclude(picture=None).select_related("picture", "attempt"):
        found.setdefault(result.attempt.job_id, []).append(result.picture)
    adjusted = Adjustment.objects.filter(job__in=jobs).exclude(picture=None).shown()
    for each in adjusted:
        found.setdefault(each.job_id, []).append(each.picture)
    return found


def _uploads_beside(picture: Picture, user: User) -> tuple[Picture | None, Picture | None]:
    origins = (Picture.Origin.UPLOAD, Picture.Origin.EXTENDED)
    uploads = Picture.objects.on_wall_of(user).filter(origin__in=origins)
    mark = f"{picture.created_at.isoformat()}_{picture.pk}"
    newer, older = (
        next(iter(one_page(uploads, mark, 1, "", order=way)[0]), None)
        for way in (Sort.OLDEST, Sort.NEWEST)
    )
    return newer, older
