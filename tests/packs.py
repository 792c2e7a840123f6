"""Evidence packs for tests: of edits that the application made, whole or spoilt."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

from editor import budgets, storage
from editor.archives import ask_for_evidence
from editor.models import Archive, Attempt, EditJob, JobState, Reference, Result, User
from editor.packing import make_next
from editor.renditions import make_waiting
from editor.results import compose_result
from tests.factories import make_job, make_picture, picture_bytes

SIZE = (320, 240)


def edited(owner: User, *, n: int = 1, masked: bool = True, references: int = 0) -> EditJob:
    """Make an edit of this person's with composed results, as if a model had answered."""
    picture = make_picture(owner, SIZE)
    job = make_job(owner, JobState.DONE, picture=picture, masked=masked, n=n, charged="yes")
    lent = [make_picture(owner, (64, 48), f"lent {i}.png") for i in range(references)]
    Reference.objects.keep(job, lent)
    box = [40, 30, 280, 210]
    attempt = Attempt.objects.create(
        job=job,
        consent=job.consents.get(),
        state=Attempt.State.SAVED,
        frame={"box": box, "planned": [240, 180], "sent": [240, 180], "inner": [0, 0, 240, 180]},
        cost_nano=40_000_000 * n,
        upstream_request_id="req-7",
        key_tail="wxyz",
    )
    for index in range(n):
        data = picture_bytes((240, 180 + index))
        result = Result.objects.create(
            attempt=attempt,
            index=index,
            raw=storage.put(storage.raw_key(attempt.pk, index), data),
            raw_sha256=hashlib.sha256(data).hexdigest(),
            raw_bytes=len(data),
        )
        for made, screen in compose_result(job, result, attempt):
            make_waiting(made, screen)
    budgets.settle(attempt.paid_under, attempt.cost_nano, "the answer")
    job.note(f"{n} pictures kept; 0 outside pixels changed.")
    return EditJob.objects.with_pictures().get(pk=job.pk)


def evidence_of(job: EditJob) -> bytes:
    """Have the worker pack an edit's evidence, and give the ZIP."""
    archive = ask_for_evidence(job)
    while make_next():
        pass
    archive.refresh_from_db()
    assert archive.state == Archive.State.READY, archive.problem
    return storage.get(str(archive.file.name))


def unpacked(pack: bytes) -> dict[str, bytes]:
    """Every file of a ZIP by name."""
    with zipfile.ZipFile(io.BytesIO(pack)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def repacked(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Put files into a ZIP, as any program would."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as writer:
        for name, data in files.items():
            writer.writestr(name, data)
    return out.getvalue()


def spoilt(
    pack: bytes,
    told: Callable[[dict[str, Any]], Any] | None = None,
    files: dict[str, bytes] | None = None,
    *,
    rehashed: bool = False,
) -> bytes:
    """Change the manifest or files of a pack; `rehashed`: and let the manifest say so."""
    there = {**unpacked(pack), **(files or {})}
    manifest = json.loads(there["manifest.json"])
    if rehashed:
        for name, data in (files or {}).items():
            sha256 = hashlib.sha256(data).hexdigest()
            manifest["files"][name] = {"sha256": sha256, "bytes": len(data)}
    if told:
        told(manifest)
    there["manifest.json"] = json.dumps(manifest).encode()
    return repacked(there)
