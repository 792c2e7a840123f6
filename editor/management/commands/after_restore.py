"""`manage.py after_restore --yes`: make a restored backup fit to go on, before workers start."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management import BaseCommand, CommandError
from django.db import transaction

from editor import budgets
from editor.audit import record
from editor.models import Attempt, EditJob, JobState, Worker
from editor.models.jobs import UNSENT_STATES

PERSONS = (JobState.HELD, JobState.UNKNOWN)  # they wait for somebody's decision
LIVING = timedelta(seconds=20)
WENT_ON = "The backup was made during the call. It may have been charged."


class Command(BaseCommand):
    """What was under way when the backup was made has ended since, one way or the other.

    A call that was out is UNKNOWN: nobody here can know its end. A claim is queued again,
    as nothing was sent under it. Answers that were paid for are fetched at once, before
    their links die. Whatever waits, waits on. No consent is given, nothing is paid for.
    """

    help = "Settle every open edit of a restored backup. Run it before any worker starts."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Ask for the word, as this is wrong on a database that was not restored."""
        parser.add_argument(
            "--yes", action="store_true", help="this database was restored from a backup"
        )
        parser.add_argument(
            "--cancel-unsent",
            action="store_true",
            help="cancel what had not been sent: it may have been sent since the backup was made",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it in one transaction, and print what became of how many edits."""
        if not options["yes"]:
            message = (
                "This is for a database restored from a backup, with all workers stopped. "
                "Say --yes if that is so. Nothing was changed."
            )
            raise CommandError(message)
        if Worker.objects.alive(LIVING).exists():
            message = "A worker is running on this database. Stop every worker first."
            raise CommandError(message)
        with transaction.atomic():
            counts = settle(cancel_unsent=options["cancel_unsent"])
            record("command.run", by=None, facts={"command": "after_restore", **counts})
        for what, count in counts.items():
            self.stdout.write(f"{count:>6}  {what}")


def settle(*, cancel_unsent: bool) -> dict[str, int]:
    """Move every open job to where it can go on from; give what happened how often."""
    counts = {"calling -> unknown": sum(map(_admit, _open(JobState.CALLING)))}
    if cancel_unsent:
        counts["not sent -> cancelled"] = sum(map(_cancel, _open(*UNSENT_STATES)))
    else:
        counts["claimed -> queued"] = sum(map(_queue, _open(JobState.CLAIMED)))
    # Hints, leases and workers of then are gone.
    EditJob.objects.filter(state=JobState.QUEUED).update(hinted_at=None)
    Attempt.objects.filter(state=Attempt.State.RECEIVED).update(lease_until=None, next_at=None)
    Worker.objects.all().delete()
    for state in (*PERSONS, JobState.QUEUED, JobState.WAITING, JobState.RECEIVED):
        counts[f"{state.value} now"] = EditJob.objects.filter(state=state).count()
    return counts


def _open(*states: JobState) -> list[EditJob]:
    return list(EditJob.objects.filter(state__in=states).select_related("owner"))


def _admit(job: EditJob) -> bool:
    Attempt.objects.filter(job=job, state=Attempt.State.CALLING).update(
        state=Attempt.State.UNKNOWN, error_code="restored", error_sentence=WENT_ON
    )
    return job.move(
        JobState.UNKNOWN,
        WENT_ON,
        reason="restored",
        failure_sentence=WENT_ON,
        charged=EditJob.Charged.UNKNOWN,
        hidden=False,
    )


def _queue(job: EditJob) -> bool:
    return job.move(JobState.QUEUED, "Restored from a backup; queued again.", hinted_at=None)


def _cancel(job: EditJob) -> bool:
    moved = job.move(
        JobState.CANCELLED,
        "Cancelled after a backup was restored, as it may have been sent since the backup.",
        reason="restored",
    )
    if moved:
        budgets.release_unspent(job)
    return moved
