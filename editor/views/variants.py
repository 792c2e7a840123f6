"""The strip of variants: what was asked of one picture, a tile for each result."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Prefetch
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from editor import allowances, forecasts
from editor.accounts import MemberRequest
from editor.models import Adjustment, EditJob, JobState, Picture
from editor.models.wording import place_words
from editor.views.standing import Standing, standings

MOST_JOBS = 30


@dataclass(frozen=True)
class Tile:
    """One place in the strip: a result, or what stands for one that is to come or never came."""

    key: str  # names it from one look to the next: "picture-<id>", "job-<id>-<number>"
    kind: str  # result, waiting, held, unknown or nothing
    label: str
    job: EditJob
    picture: Picture | None = None
    anchor: str = ""  # of it on the job's page
    adjust_url: str = ""
    number: int = 0  # among the results of its job; 0: it has none

    @property
    def url(self) -> str:
        """Where it stands on the job's page."""
        return f"{self.job.get_absolute_url()}{self.anchor}"

    @property
    def is_discarded(self) -> bool:
        return self.picture is not None and self.picture.discarded_at is not None

    @property
    def for_studio(self) -> str:
        """What the studio has to know to show it, as JSON."""
        picture = self.picture
        if picture is None:
            return ""
        shown = {
            "label": self.label,
            "prompt": self.job.prompt,
            "job_url": self.url,
            "view_url": picture.view_url,
            "adjust_url": self.adjust_url,
            "studio_url": picture.get_absolute_url(),
            "download_url": picture.original_url,
            "preview_url": picture.preview_url,
            "full_url": picture.full_url,
            "width": picture.width,
            "height": picture.height,
            "mask_url": self.job.mask_url,
            "split": self.job.paint_middle / 1000,
            "discarded": self.is_discarded,
        }
        return json.dumps(shown)


@dataclass(frozen=True)
class Variants:
    """The tiles of one job, and the words beside them."""

    standing: Standing
    tiles: list[Tile]
    facts: str  # what to expect of it, and what it costs

    @property
    def job(self) -> EditJob:
        return self.standing.job

    @property
    def is_discarded(self) -> bool:
        """Whether nothing of it is to be seen."""
        kept = any(not tile.is_discarded for tile in self.tiles)
        return self.job.discarded_at is not None or not kept

    @property
    def may_be_discarded(self) -> bool:
        """Whether it is over and has brought nothing that could be discarded by itself."""
        return not self.job.is_open and not any(tile.picture for tile in self.tiles)


def strip_context(request: MemberRequest, picture: Picture) -> dict[str, Any]:
    """What was asked of this picture, newest first, and the money left for more."""
    shown = Prefetch("adjustments", Adjustment.objects.shown())
    edits = EditJob.objects.for_gallery(request.user).filter(picture=picture)
    jobs = list(edits.prefetch_related(shown)[:MOST_JOBS])
    capped = allowances.allowances(request.user)
    variants = variants_of(standings(jobs, None))
    seen = [one for one in variants if not one.is_discarded]
    return {
        "picture": picture,
        "variants": variants,
        "seen_tiles": sum(tile.kind == "result" and not tile.is_discarded for tile in tiles(seen)),
        "open_edits": sum(one.job.is_open for one in seen),
        "discarded": len(variants) - len(seen) + sum(tile.is_discarded for tile in tiles(seen)),
        "allowances": capped,
        "tightest": min(capped, key=lambda each: each.left_nano, default=None),
    }


def tiles(variants: Sequence[Variants]) -> list[Tile]:
    """All tiles of these, in their order."""
    return [tile for one in variants for tile in one.tiles]


def variants_of(found: Sequence[Standing]) -> list[Variants]:
    """Give each job its tiles and its words. Jobs without anything to show are left out."""
    all_of = [Variants(standing, _tiles(standing.job), _facts(standing)) for standing in found]
    return [one for one in all_of if one.tiles]


def _tiles(job: EditJob) -> list[Tile]:
    came = job.results
    made = [(place, result) for place, result in enumerate(came, 1) if result.picture]
    # Those that came but could not be read count as well: they were paid for.
    total = max(job.n, len(came)) if job.is_open else len(came)
    kept = [
        Tile(
            key=f"picture-{result.picture.pk}",
            kind="result",
            label=result_label(place, total),
            job=job,
            picture=result.picture,
            anchor=f"#result-{place}",
            adjust_url=f"{reverse('editor:adjust', args=[job.pk])}?result={result.pk}",
            number=place,
        )
        for place, result in made
        if result.picture and result.picture.is_shown
    ]
    if job.is_held:
        return [_stand_in(job, "held", JobState.HELD.label)]
    if job.is_unknown:
        return [*kept, _stand_in(job, "unknown", "Outcome unknown")]
    if job.is_open:
        done = {place for place, _ in made}
        missing = [place for place in range(1, total + 1) if place not in done]
        waiting = [
            _stand_in(job, "waiting", result_label(place, total), place) for place in missing
        ]
        return kept + waiting
    if not made:
        return [_stand_in(job, "nothing", JobState(job.state).label)]
    return kept + _adjusted(job)


def result_label(number: int, total: int) -> str:
    """Name one of a job's results: "Result 2 of 3", and without a number when it is alone."""
    return f"Result {number} of {total}" if total > 1 else "Result"


def _stand_in(job: EditJob, kind: str, label: str, number: int = 0) -> Tile:
    return Tile(key=f"job-{job.pk}-{number}", kind=kind, label=label, job=job, number=number)


def _adjusted(job: EditJob) -> list[Tile]:
    made: list[Adjustment] = [each for each in job.adjustments.all() if each.picture]
    return [
        Tile(
            key=f"picture-{each.picture_id}",
            kind="result",
            label=f"Adjusted {place} of {len(made)}" if len(made) > 1 else "Adjusted",
            job=job,
            picture=each.picture,
            anchor=f"#adjusted-{each.pk}",
            adjust_url=each.again_url,
        )
        for place, each in enumerate(made, 1)
    ]


def _facts(standing: Standing) -> str:
    """Say what to expect of a job, and what it costs, in as few words as a tile has room for."""
    job, words = standing.job, []
    if job.state == JobState.QUEUED and standing.place:
        words.append(place_words(standing.place))
    elif standing.usual and job.runs_by_itself:
        words.append(forecasts.range_words(standing.usual.median, standing.usual.p90))
    price = job.price_text
    words.append("cost unknown" if price == "unknown" else price)
    return " · ".join(words)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def strip(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """The fragment; by POST one tile is discarded from it, or brought back into it."""
    picture = get_object_or_404(Picture.objects.owned_by(request.user), pk=pk)
    if request.method == "POST":
        _discard(picture, request.POST.get("discard", ""), back=False)
        _discard(picture, request.POST.get("bring_back", ""), back=True)
        if not request.htmx:
            return redirect(picture)
    return render(request, "editor/_studio_strip.html", strip_context(request, picture))


def _discard(picture: Picture, key: str, *, back: bool) -> None:
    """Take a result, or a job that brought none, out of this picture's strip, or put it back."""
    if not key:
        return
    kind, _, name = key.partition("-")
    try:
        named = uuid.UUID(name)
    except ValueError as nonsense:
        raise Http404 from nonsense
    at = None if back else timezone.now()
    mine = EditJob.objects.owned_by(picture.owner).filter(picture=picture)
    if kind == "job":
        closed = mine.filter(pk=named, state__in=(JobState.FAILED, JobState.CANCELLED))
        changed = closed.update(discarded_at=at)
    else:
        results = Picture.objects.owned_by(picture.owner).filter(pk=named)
        made = results.filter(made_by__attempt__job__in=mine)
        changed = (made or results.filter(adjusted_by__job__in=mine)).update(discarded_at=at)
    if not changed:
        raise Http404
