"""What a studio starts with: what was left there, or an earlier edit, all of it or one part."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.http import urlencode

from editor.accounts import MemberRequest
from editor.models import EditJob, Picture
from editor.models.framings import frame_as_json
from editor.views.drafts import draft_wish
from editor.views.extending import first_wish
from editor.views.lending import lent_by

ALL = "all"
PROMPT = "prompt"
MASK = "mask"
SIZE = "size"


@dataclass(frozen=True)
class Recall:
    """One way to go on from an edit. `command` is its name among the keys of the viewer."""

    command: str
    label: str
    about: str
    url: str


def recalls(picture: Picture, job: EditJob) -> list[Recall]:
    """Give the ways to go on from a picture that an edit has made, each with its studio."""
    start = job.picture if job.picture.is_shown else picture
    found = []
    if start != picture:
        about = "The same wish on the same picture, ready to be changed"
        found.append(Recall("use-all", "Use all", about, _studio(start, job, ALL)))
    about = "The same wish once more, on this result"
    found.append(Recall("remix", "Remix", about, _studio(picture, job, ALL)))
    about = "Only its words; the rest stays as you left it"
    found.append(Recall("use-prompt", "Prompt only", about, _studio(start, job, PROMPT)))
    if job.mask_id and _same_size(start, job.picture):
        about = "Only what was painted"
        found.append(Recall("use-mask", "Mask only", about, _studio(start, job, MASK)))
    if job.size:
        about = f"Only the size asked for: {job.size}"
        found.append(Recall("use-size", "Size only", about, _studio(start, job, SIZE)))
    return found


def _studio(picture: Picture, job: EditJob, take: str) -> str:
    query = {"again": str(job.pk)} if take == ALL else {"again": str(job.pk), "take": take}
    return f"{picture.get_absolute_url()}?{urlencode(query)}"


def first_or_earlier_wish(request: MemberRequest, picture: Picture) -> dict[str, Any]:
    """What a studio starts with: its draft, or what `?again=<job>` and `&take=<part>` recall."""
    job = _recalled(request, picture)
    if job is None:
        return draft_wish(picture) or first_wish(picture)
    take = request.GET.get("take", ALL)
    if take not in (PROMPT, MASK, SIZE):
        return {"is_again": True, **_whole(picture, job)}
    there = draft_wish(picture) or first_wish(picture)
    return {**there, "is_again": True, **_part(picture, job, take)}


def _recalled(request: MemberRequest, picture: Picture) -> EditJob | None:
    """The edit that is named, if it was made on this picture, or has made it."""
    try:
        job_id = uuid.UUID(request.GET.get("again", ""))
    except ValueError:
        return None
    jobs = EditJob.objects.owned_by(request.user).filter(trashed_at=None)
    made = Q(attempts__results__picture=picture) | Q(adjustments__picture=picture)
    found = jobs.filter(Q(picture=picture) | made, pk=job_id)
    return found.select_related("picture", "mask").first()


def _whole(picture: Picture, job: EditJob) -> dict[str, Any]:
    wish = {
        "prompt": job.prompt,
        "model": job.model_id,
        "n": job.n,
        "size": job.size,
        "references": lent_by(job),
        **_mask(picture, job),
    }
    # A frame by hand is a box of the picture that it was drawn on.
    if _same_size(picture, job.picture):
        wish["frame"] = frame_as_json(job.frame_wish)
    return wish


def _part(picture: Picture, job: EditJob, take: str) -> dict[str, Any]:
    if take == MASK:
        return _mask(picture, job)
    return {"prompt": job.prompt} if take == PROMPT else {"size": job.size}


def _mask(picture: Picture, job: EditJob) -> dict[str, Any]:
    """Its mask, where it fits; and what names it to a form without script, which knows its own."""
    if job.mask is None or not _same_size(picture, job.picture):
        return {"mask_url": None, "kept_mask": None}
    return {
        "mask_url": job.mask_url,
        "kept_mask": job.mask_id if job.picture_id == picture.pk else None,
    }


def _same_size(one: Picture, other: Picture) -> bool:
    return (one.width, one.height) == (other.width, other.height)
