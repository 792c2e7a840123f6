"""What goes into the evidence pack of one edit: its files, and the manifest that proves them.

No keys, no places in storage, and nobody but the owner is in it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from editor import storage
from editor.imaging.framing import Size
from editor.models import Attempt, EditJob, Event, Extension, Picture, Reference, Result
from editor.money import dollars
from editor.pack_manifest import FORMAT, VERSION
from editor.results import usual_blend

_FRAME = ("box", "planned", "sent", "inner")


class NothingToProve(Exception):
    """An edit whose evidence is not whole. The text is a sentence for its owner."""


@dataclass(frozen=True)
class Source:
    """One file of a pack, and where its bytes lie."""

    name: str
    key: str
    sha256: str


@dataclass(frozen=True)
class Contents:
    """All files but the manifest, and the manifest without their list."""

    files: list[Source]
    manifest: dict[str, Any]


def contents_of(job: EditJob) -> Contents:
    """Gather the evidence of a finished edit. Raises NothingToProve when it is not whole."""
    if job.purging_at or job.picture.purging_at or not any(each.picture for each in job.results):
        message = "This edit has no result any more, so there is nothing to prove."
        raise NothingToProve(message)
    lent = Reference.objects.pictures_of(job)
    if job.withheld_at or any(each.withheld_at for each in [job.picture, *lent]):
        message = "A part of this edit is withheld, so there is no pack of it."
        raise NothingToProve(message)
    files = [_of_picture("original", job.picture)]
    if job.mask:
        files.append(Source("mask.png", str(job.mask.file.name), job.mask.sha256))
    references = []
    for number, picture in enumerate(lent, 1):
        if picture.purged_at:
            message = (
                "A picture that was sent along was deleted for good: the evidence is not whole."
            )
            raise NothingToProve(message)
        files.append(_of_picture(f"reference-{number}", picture))
        references.append({"file": files[-1].name, "name": picture.name})
    attempts = list(job.attempts.all())
    results = []
    for number, result in enumerate(job.results, 1):
        came = _files_of(number, result)
        files += came.values()
        place = next(i for i, each in enumerate(attempts, 1) if each.pk == result.attempt_id)
        results.append(_result(number, place, result, came))
    manifest = {
        "format": FORMAT,
        "version": VERSION,
        "made_by": {"product": "NanoEdit", "version": product_version()},
        "edit": _edit(job, files[0].name),
        "blend": _blend(job),
        "attempts": [_attempt(attempt) for attempt in attempts],
        "references": references,
        "results": results,
        "events": [_event(event, job) for event in job.events.all()],
    }
    return Contents(files, manifest)


def product_version() -> str:
    """The version of this NanoEdit, as far as it is known."""
    try:
        return version("nanoedit")
    except PackageNotFoundError:
        return "0.1.0"


def _of_picture(stem: str, picture: Picture) -> Source:
    name = f"{stem}.{storage.extension_of(picture.format)}"
    return Source(name, str(picture.file.name), picture.sha256)


def _files_of(number: int, result: Result) -> dict[str, Source]:
    files = {}
    if result.raw:
        files["raw"] = Source(f"raw-{number}.bin", str(result.raw.name), result.raw_sha256)
    if result.picture and not result.picture.purged_at:
        files["result"] = _of_picture(f"result-{number}", result.picture)
    return files


def _edit(job: EditJob, original: str) -> dict[str, Any]:
    costs = [attempt.cost_nano for attempt in job.attempts.all()]
    known = [cost for cost in costs if cost is not None]
    return {
        "id": str(job.pk),
        "prompt": job.prompt,
        "model_id": job.model_id,
        "model": job.model_name,
        "n": job.n,
        "size": job.size,
        "mask_dialect": _dialect(job),
        "created_at": _at(job.created_at),
        "finished_at": _at(job.finished_at),
        "picture": job.picture.name,
        "width": job.picture.width,
        "height": job.picture.height,
        "original": original,
        "mask": "mask.png" if job.mask else None,
        "painted_pixels": job.mask.painted_pixels if job.mask else None,
        "charged": job.charged,
        "cost_nano": sum(known) if known else None,
        "cost": job.billed_text,
        "payment_source": job.billed_source_text,
    }


def _dialect(job: EditJob) -> str:
    latest = job.latest_attempt
    sent = latest.frame.get("mask_dialect") if latest else None
    return str(sent or job.mask_dialect or "none")


def _blend(job: EditJob) -> dict[str, Any] | None:
    if job.mask is None:
        return None
    size = Size(job.picture.width, job.picture.height)
    return asdict(usual_blend(size, Extension.objects.continued(job.picture, job.mask)))


def _attempt(attempt: Attempt) -> dict[str, Any]:
    frame = {name: attempt.frame[name] for name in _FRAME if name in attempt.frame}
    return {
        "request_id": str(attempt.pk),
        "upstream_request_id": attempt.upstream_request_id,
        "state": attempt.state,
        "sent_at": _at(attempt.sent_at),
        "answered_at": _at(attempt.answered_at),
        "http_status": attempt.http_status,
        "error": attempt.error_code,
        "cost_nano": attempt.cost_nano,
        "cost": dollars(attempt.cost_nano),
        "frame": frame if len(frame) == len(_FRAME) else None,
        "sent_sha256": attempt.frame.get("sha256"),
    }


def _result(number: int, place: int, result: Result, came: dict[str, Source]) -> dict[str, Any]:
    masked = result.outside_pixels is not None
    drift = result.drift
    return {
        "number": number,
        "attempt": place,
        "raw": came["raw"].name if "raw" in came else None,
        "result": came["result"].name if "result" in came else None,
        "name": result.picture.name if result.picture else "",
        "problem": result.problem,
        "lock": {
            "outside_pixels": result.outside_pixels,
            "changed_pixels": result.changed_pixels,
            "holds": result.lock_holds,
            "raw_changed_share": result.raw_changed_share,
            "inside_changed_share": result.inside_changed_share,
        }
        if masked
        else None,
        "drift": asdict(drift) if drift else None,
        "colour_matched": result.colour_matched,
    }


def _event(event: Event, job: EditJob) -> dict[str, Any]:
    theirs = event.actor_id in (None, job.owner_id)
    sentence = event.sentence if theirs else "Staff decided."
    return {"at": _at(event.at), "state": event.state, "sentence": sentence}


def _at(moment: Any) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None
