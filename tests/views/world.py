"""One of everything, and all of it Alice's: what the walks over every address look at."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import Model
from django.utils import timezone

from editor import audit, collecting, keeping, storage
from editor.imaging import steps
from editor.models import (
    Archive,
    Attempt,
    Draft,
    DraftMask,
    EditJob,
    ImportedPack,
    Invitation,
    JobState,
    MaskTest,
    Picture,
    PromptTemplate,
    Result,
    ReviewReason,
    SpendingCaps,
    StaffAlert,
    UnusableAnswer,
    UpstreamModel,
    User,
)
from editor.pictures import RENDITION_SIDES, keep_picture, kept, limits_from
from editor.sharing_links import Limits, Shown, make_share
from tests.factories import make_job, make_picture


def belongings_of(alice: User) -> dict[str, Any]:
    """One of everything that somebody can own, by the first word of the addresses of its kind."""
    job = make_job(alice, JobState.DONE)
    job.note("Done.")
    data = kept(job.picture).data
    size, box = [320, 240], [0, 0, 320, 240]
    attempt = Attempt.objects.create(
        job=job,
        consent=job.consents.get(),
        state=Attempt.State.SAVED,
        frame={"box": box, "planned": size, "sent": size, "inner": box},
    )
    shown = steps.show(data, limits_from(settings), RENDITION_SIDES)
    made = keep_picture(alice, "made", Picture.Origin.RESULT, data, shown)
    made.save(force_insert=True)
    result = Result.objects.create(
        attempt=attempt,
        index=0,
        raw=storage.put(storage.raw_key(attempt.pk, 0), data),
        raw_sha256=hashlib.sha256(data).hexdigest(),
        raw_bytes=len(data),
        picture=made,
    )
    key = storage.put(storage.unusable_key(attempt.pk), data)
    UnusableAnswer.objects.create(attempt=attempt, file=key, sha256="0" * 64, size=len(data))
    strokes = DraftMask.objects.create(picture=job.picture, file=job.mask.file, sha256="0" * 64)
    Draft.objects.create(
        owner=alice,
        picture=job.picture,
        revision=strokes.pk,
        mask=strokes,
        device="Firefox on Linux",
        changed_at=timezone.now(),
    )
    template = PromptTemplate.objects.create(owner=alice, name="Gold", prompt="golden")
    share, token = make_share(alice, Shown(job.picture), Limits())
    archive = Archive.objects.create(
        owner=alice, kind="pictures", name="Hers", state="ready", bytes=len(data), sha256="0" * 64
    )
    archive.file = storage.put(storage.archive_key(archive.pk, 1), data)
    archive.save()
    thrown = make_picture(alice)
    Picture.objects.filter(pk=thrown.pk).update(deleted_at=timezone.now())
    (tag,) = keeping.tag(alice, [job.picture.pk], ["garden"])
    collection = collecting.add_to_collection(alice, "Best", [job.picture.pk]).collection
    pack = ImportedPack.objects.create(
        owner=alice,
        identity="0" * 64,
        told={"edit": {}, "attempts": [], "files": []},
        found={},
        bytes=1,
        sha256="0" * 64,
        job=job,
    )
    return {
        "import": pack.pk,
        "archives": archive.pk,
        "trash": thrown.pk,
        "tags": tag.pk,
        "collections": collection.pk,
        "templates": template.pk,
        "shares": share.pk,
        "s": token,
        "drafts": strokes.pk,
        "pictures": job.picture.pk,
        "picture": job.picture.pk,
        "jobs": job.pk,
        "masks": job.mask.pk,
        "results": result.pk,
        "attempts": attempt.pk,
    }


def rows_of_the_admin(alice: User, adam: User) -> dict[str, Model]:
    """One row for each page of the administration, by the name of its model."""
    job = EditJob.objects.filter(owner=alice).latest("created_at")
    StaffAlert.objects.tell(StaffAlert.Kind.ODD_COST, job.model_id, "It was dear.", job)
    until = timezone.now() + timedelta(days=7)
    UpstreamModel.objects.filter(model_id=job.model_id).update(pinned=["name"])
    audit.record("account.changed", by=adam, on=alice)
    made: dict[str, Model] = {
        "reviewreason": ReviewReason.objects.create(sentence="It is not what was asked for."),
        "editjob": job,
        "picture": job.picture,
        "user": alice,
        "spendingcaps": SpendingCaps.objects.get_or_create(pk=SpendingCaps.ONLY)[0],
        "invitation": Invitation.objects.create(made_by=adam, ends_at=until),
        "masktest": MaskTest.objects.create(
            model=UpstreamModel.objects.get(model_id=job.model_id),
            by=adam,
            picture=job.picture,
            mask=job.mask,
        ),
    }
    for model in admin.site._registry:
        name = str(model._meta.model_name)
        row = made.get(name) or model._default_manager.first()
        assert row is not None, f"make one {name} here, for the walk over its pages"
        made[name] = row
    return made
