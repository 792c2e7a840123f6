"""What somebody is here for: given and taken by administrators, and never all of them away."""

from __future__ import annotations

from django.db import transaction

from editor import audit
from editor.models import User


class RoleRefused(Exception):
    """A role or a state of an account that may not change so; `str()` says it to people."""


def change_role(person: User, role: User.Role, by: User) -> bool:
    """Give somebody another role. False when it is theirs already.

    Raises RoleRefused when it is one's own, or the last administrator's.
    """
    with transaction.atomic():
        keep_an_administrator(person, role == User.Role.ADMINISTRATOR)
        now = User.objects.select_for_update().get(pk=person.pk)
        check_role(now, role, by)
        if now.role == role:
            return False
        facts = {"from": str(now.role), "to": str(role)}
        now.role = role
        now.save(update_fields=["role"])
        audit.record("account.role", by=by, on=now, facts=facts)
    person.refresh_from_db()
    return True


def check_role(person: User, role: str, by: User) -> None:
    """Refuse a change of one's own role."""
    if person.pk == by.pk and person.role != role:
        message = "Nobody changes their own role. Ask another administrator."
        raise RoleRefused(message)


def keep_an_administrator(person: User, stays_one: bool) -> None:
    """Refuse what would leave nobody who runs the server. Belongs into the act's transaction.

    All who run it are locked, so that two cannot take the role from each other at once.
    """
    running = User.objects.filter(role=User.Role.ADMINISTRATOR, is_active=True)
    others = [one for one in running.select_for_update().order_by("pk") if one.pk != person.pk]
    if not others and person.is_active and person.is_administrator and not stays_one:
        message = (
            f"{person} is the last administrator who is switched on. Make somebody else one first."
        )
        raise RoleRefused(message)
