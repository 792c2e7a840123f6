"""Asks staff to look at a job: its owner does, staff do, or a fact that NanoEdit noticed."""

from __future__ import annotations

from django.db import transaction

from editor.models import EditJob, Flag, User
from editor.models.reviews import judged

MOST_OF_ONE = 5  # flags of one person at one job
MOST_CHARACTERS = 400


class FlagRefused(Exception):
    """This cannot be flagged. The message is for people."""


def flag(job: EditJob, kind: Flag.Kind, *, by: User | None = None, reason: str = "") -> Flag:
    """Put a job into the lane of flagged ones, with a line in its history.

    Raises FlagRefused where words are missing, or somebody has said enough.
    """
    said = reason.replace("\0", "").strip()[:MOST_CHARACTERS]  # Postgres keeps no NUL
    if by is not None and not said:
        message = "Say in a few words what is wrong."
        raise FlagRefused(message)
    with transaction.atomic():
        EditJob.objects.select_for_update().get(pk=job.pk)
        if by is not None and job.flags.filter(by=by).count() >= MOST_OF_ONE:
            message = f"You have reported this edit {MOST_OF_ONE} times already."
            raise FlagRefused(message)
        made = Flag.objects.create(job=job, kind=kind, by=by, reason=said)
        judged(job)
        job.note(f"{made.kind_words}: {said}" if said else f"{made.kind_words}.", actor=by)
    return made


def flag_fact(job: EditJob, kind: Flag.Kind, reason: str) -> None:
    """Flag what NanoEdit noticed by itself, once for each kind: repeats tell nothing new."""
    with transaction.atomic():
        # Also locks the job (where the database can), so that two workers do not both flag.
        EditJob.objects.select_for_update().get(pk=job.pk)
        if not job.flags.filter(kind=kind, by=None).exists():
            flag(job, kind, reason=reason)
