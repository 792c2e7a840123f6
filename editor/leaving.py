"""Somebody deletes their account: at once nobody comes in as them, and all of theirs goes.

What stays is what others must be able to trust: the ledger, the history of calls, and the audit
log, all without a name. The account's row stays for them to point at.
"""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import CASCADE

from editor import audit, departures, own_keys
from editor.models import (
    Archive,
    Budget,
    Departure,
    EditJob,
    ImportedPack,
    Invitation,
    OwnKey,
    Picture,
    Share,
    StaffAlert,
    User,
)
from editor.models.jobs import UNSENT_STATES, JobState
from editor.roles import keep_an_administrator
from editor.sessions import end_all

logger = logging.getLogger(__name__)

# Rows of a person that are not simply deleted with them: money stays, and which key has paid;
# files go before their rows.
_NOT_AT_ONCE = (Budget, OwnKey, Archive, ImportedPack, LogEntry)


@dataclass(frozen=True)
class Leaves:
    """What goes when somebody leaves, counted."""

    pictures: int
    edits: int
    waiting: int  # edits that are cancelled before anything was sent
    running: int  # calls that are out: they end, are paid for, and go then
    links: int


def what_goes(person: User) -> Leaves:
    """Count what somebody should know before."""
    jobs = EditJob.objects.owned_by(person)
    return Leaves(
        pictures=Picture.objects.filter(owner=person, purged_at=None).count(),
        edits=jobs.filter(purged_at=None).count(),
        waiting=jobs.filter(state__in=UNSENT_STATES).count(),
        running=jobs.filter(state__in=(JobState.CALLING, JobState.RECEIVED)).count(),
        links=Share.objects.owned_by(person).standing().count(),
    )


def leave(person: User) -> None:
    """Delete somebody's account. There is no way back. Raises RoleRefused."""
    with transaction.atomic():
        keep_an_administrator(person, stays_one=False)
        Departure.objects.get_or_create(user=person)
        audit.record("account.deleted", by=person, on=person)
        end_all(person)
        own_keys.remove(person)
        _unname(person)
        audit.forget_names(person.pk, by=None, why="The account was deleted.")
    try:
        departures.go_on(person)
    except Exception:  # every storage has exceptions of its own
        logger.exception("Account %s is deleted; workers go on with erasing.", person.pk)


def _unname(person: User) -> None:
    """Take name, address, password and all that is theirs alone off the account."""
    accounts = ContentType.objects.get_for_model(User)
    LogEntry.objects.filter(content_type=accounts, object_id=str(person.pk)).update(
        object_repr="a deleted account", change_message=""
    )
    _forget_invitation(person)
    StaffAlert.objects.filter(
        kind=StaffAlert.Kind.SPENDING, subject__startswith=f"{person.get_username()}: "
    ).delete()
    for relation in User._meta.related_objects:
        model = relation.related_model
        if relation.on_delete is CASCADE and not issubclass(model, _NOT_AT_ONCE):
            model._default_manager.filter(**{relation.field.name: person}).delete()
    person.username = _free_name(person)
    person.first_name = person.last_name = person.email = ""
    person.role, person.is_active, person.last_login = User.Role.MEMBER, False, None
    person.set_unusable_password()
    person.save()


def _forget_invitation(person: User) -> None:
    """Blank the address that an invitation was sent to, where this account came of it."""
    used = Invitation.objects.filter(used_by=person)
    LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(Invitation),
        object_id__in=[str(pk) for pk in used.values_list("pk", flat=True)],
    ).update(object_repr="an invitation that was used")
    used.update(mail="")


def _free_name(person: User) -> str:
    """What the account is called from now on; somebody may have taken that name for theirs."""
    name = f"deleted-{person.pk}"
    taken = User.objects.filter(username__iexact=name).exclude(pk=person.pk).exists()
    return f"{name}-{secrets.token_hex(4)}" if taken else name
