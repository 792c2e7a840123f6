"""The people of the demonstration: one who owns and runs it, one who shares, one who reviews."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from editor.models import User

ROLES = {
    "alice": User.Role.ADMINISTRATOR,
    "bob": User.Role.MEMBER,
    "rita": User.Role.REVIEWER,
}


@dataclass
class People:
    """Everybody by the name they have in the stories, and the passwords just made."""

    by_name: dict[str, User] = field(default_factory=dict)
    passwords: dict[str, str] = field(default_factory=dict)  # username -> shown once

    def __getitem__(self, name: str) -> User:
        return self.by_name[name]


def gather_people(owner: str, password: str | None) -> People:
    """Make alice (as `owner`), bob and rita (who reviews), or take those who are there.

    An account that exists keeps its password and its rights.
    """
    people = People()
    for name, username in (("alice", owner), ("bob", "bob"), ("rita", "rita")):
        user = User.objects.filter(username=username).first()
        if user is None:
            chosen = password or secrets.token_urlsafe(9)
            user = User(username=username)
            user.role = ROLES[name]
            user.set_password(chosen)
            user.save()
            people.passwords[username] = chosen
        people.by_name[name] = user
    return people
