"""Somebody is switched off: nothing of theirs is sent any more, and nobody comes in as them.

What they have made stays theirs, and calls that are running end as they would: they are
paid for. A job that slips through while it is being queued is stopped by the worker, before
anything is sent (processing.py).
"""

from __future__ import annotations

from dataclasses import dataclass

from allauth.usersessions.models import UserSession
from django.db import transaction

from editor import audit
from editor.cancelling import cancel_unsent
from editor.models import EditJob, JobState, Share, User
from editor.models.jobs import UNSENT_STATES
from editor.roles import keep_an_administrator
from editor.sessions import end_all


@dataclass(frozen=True)
class Stops:
    """What switching somebody off ends, and what goes on."""

    queued: int  # edits that will be cancelled
    running: int  # calls that are out, whose results are kept
    links: int  # share links that stop opening
    sessions: int


def what_stops(person: User) -> Stops:
    """Count what an administrator should know before."""
    jobs = EditJob.objects.owned_by(person)
    return Stops(
        queued=jobs.filter(state__in=UNSENT_STATES).count(),
        running=jobs.filter(state=JobState.CALLING).count(),
        links=Share.objects.owned_by(person).standing().count(),
        sessions=UserSession.objects.filter(user=person).count(),
    )


def switch_off(person: User, by: User, why: str = "") -> int | None:
    """Switch somebody off, end their sessions, and cancel what was not sent yet.

    Gives how many edits were cancelled; None when the account was off already, and nothing
    changed. Raises RoleRefused for the last administrator.
    """
    stops = what_stops(person)
    with transaction.atomic():
        keep_an_administrator(person, stays_one=False)
        if not User.objects.filter(pk=person.pk, is_active=True).update(is_active=False):
            return None
        end_all(person)
        facts = {"queued": stops.queued, "running": stops.running, "links": stops.links}
        audit.record("account.switched_off", by=by, on=person, why=why, facts=facts)
    person.is_active = False
    # Each job on its own: a worker may be moving one of them at this very moment.
    reason = f" Reason: {why}" if why else ""
    # Without names, which histories never lose: the line says by itself who did it.
    sentence = f"Cancelled before anything was sent: the owner's account was switched off.{reason}"
    return cancel_unsent(person, by, sentence)


def switch_on(person: User, by: User, why: str = "") -> bool:
    """Let somebody in again. Nothing that was cancelled comes back; share links open again."""
    with transaction.atomic():
        changed = User.objects.filter(pk=person.pk, is_active=False).update(is_active=True)
        if changed:
            audit.record("account.switched_on", by=by, on=person, why=why)
    person.is_active = True
    return changed == 1
