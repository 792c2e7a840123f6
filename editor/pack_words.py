"""What an archive tells of a picture: how it was made, with what, and what the lock check found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from editor.models import EditJob, Picture
from editor.models.results import lock_words
from editor.money import dollars


def described(picture: Picture) -> dict[str, Any]:
    """Tell of a picture all but its file: names of people, keys and places are not in it."""
    told: dict[str, Any] = {
        "picture": picture.name,
        "width": picture.width,
        "height": picture.height,
        "made": picture.get_origin_display(),
        "at": picture.created_at.isoformat(timespec="seconds"),
    }
    result = getattr(picture, "made_by", None)
    adjustment = getattr(picture, "adjusted_by", None)
    if result is not None:
        told |= _edit(result.attempt.job)
        told |= {
            "cost_nano": result.attempt.cost_nano,
            "cost": dollars(result.attempt.cost_nano),
            **_lock(result.outside_pixels, result.changed_pixels),
        }
    elif adjustment is not None:
        told |= _edit(adjustment.job)
        told |= {
            "adjusted": adjustment.words,
            "cost_nano": 0,
            "cost": "free",
            **_lock(adjustment.outside_pixels, adjustment.changed_pixels),
        }
    return told


def _edit(job: EditJob) -> dict[str, Any]:
    return {
        "prompt": job.prompt,
        "model": job.model_name,
        "model_id": job.model_id,
        "parameters": {"n": job.n, "size": job.size or None, "masked": job.mask_id is not None},
    }


def _lock(outside: int | None, changed: int | None) -> dict[str, Any]:
    if outside is None:
        return {"lock": None}
    words = lock_words(changed or 0, outside).replace("\u202f", " ")
    return {
        "lock": {
            "outside_pixels": outside,
            "changed_pixels": changed,
            "holds": changed == 0,
            "words": words,
        }
    }


def row_of(entry: Mapping[str, Any]) -> dict[str, Any]:
    """The same of one file as a row of a table: plain values only."""
    parameters = entry.get("parameters") or {}
    lock = entry.get("lock") or {}
    return {
        "file": entry["name"],
        "picture": entry["picture"],
        "made": entry["made"],
        "at": entry["at"],
        "width": entry["width"],
        "height": entry["height"],
        "prompt": entry.get("prompt"),
        "model": entry.get("model"),
        "results asked": parameters.get("n"),
        "size asked": parameters.get("size"),
        "cost of the call": entry.get("cost"),
        "lock check": lock.get("words"),
        "bytes": entry["bytes"],
        "sha256": entry["sha256"],
        "note": entry.get("note"),
    }
