"""Results that their owner may not see yet, or not any more, until a reviewer releases them.

The bytes, the receipt and the history stay as they are. Whether somebody may see a picture is
asked in one place (`models.pictures.IN_SIGHT`); here is what sets it.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from editor import archives
from editor.audit import record
from editor.models import EditJob, Extension, Picture, User

AT_ONCE, AFTER_REVIEW = "at_once", "after_review"


def release(job: EditJob, by: User, why: str = "") -> bool:
    """Show the results of an edit to its owner; False: they are shown already."""
    with transaction.atomic():
        # Only a state of the row is changed, so a result that comes at this moment waits for it.
        locked = EditJob.objects.select_for_update().filter(pk=job.pk, withheld_at__isnull=False)
        if not locked.exists():
            return False
        EditJob.objects.filter(pk=job.pk).update(withheld_at=None)
        _set(job, None)
        job.refresh_from_db()
        job.note(f"Results released: {why}" if why else "Results released.", actor=by)
        record("result.released", by=by, on=job, why=why)
    return True


def withhold(job: EditJob, by: User, why: str) -> bool:
    """Take the results of an edit out of its owner's sight; False: they are already.

    Links that show them open no more, and what was packed of them is not given out.
    """
    with transaction.atomic():
        locked = EditJob.objects.select_for_update().filter(pk=job.pk, withheld_at=None)
        if not locked.exists():
            return False
        moment = timezone.now()
        EditJob.objects.filter(pk=job.pk).update(withheld_at=moment)
        gone = _set(job, moment)
        made_from = EditJob.objects.made_from(gone).values_list("pk", flat=True)
        archives.close_with(job.owner_id, [job.pk, *gone, *made_from])
        job.refresh_from_db()
        job.note(f"Results withheld: {why}" if why else "Results withheld.", actor=by)
        record("result.held", by=by, on=job, why=why)
    return True


def starts_withheld() -> bool:
    """Whether results of edits that are asked for now wait for a review."""
    return bool(settings.PUBLISH == AFTER_REVIEW)


def withheld_since(job: EditJob) -> datetime | None:
    """Since when the results of an edit are withheld, for a picture that is about to be kept.

    To be asked in the transaction that keeps it: whoever releases waits for that one.
    """
    row = EditJob.objects.select_for_update().filter(pk=job.pk)
    since: datetime | None = row.values_list("withheld_at", flat=True).get()
    return since


def withheld_with(picture: Picture) -> datetime | None:
    """Since when a picture is withheld, for a canvas that is about to be made larger from it.

    To be asked in the transaction that keeps it, as `withheld_since`.
    """
    first = picture
    while grown := Extension.objects.filter(picture=first).select_related("of").first():
        first = grown.of
    made = (
        EditJob.objects.filter(attempts__results__picture=first).first()
        or EditJob.objects.filter(adjustments__picture=first).first()
    )
    return withheld_since(made) if made else None


def _set(job: EditJob, moment: datetime | None) -> list[uuid.UUID]:
    """Mark all that shows what the edit has brought; give it."""
    shown = list(Picture.objects.brought_by([job.pk]).values_list("pk", flat=True))
    more = shown
    while more:  # canvases that were made larger, and those made of them
        grown: QuerySet[Extension] = Extension.objects.filter(of__in=more)
        more = list(grown.values_list("picture", flat=True))
        shown += more
    Picture.objects.filter(pk__in=shown).update(withheld_at=moment)
    return shown
