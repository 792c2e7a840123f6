"""Who did what, on what, when, from where and why: a chain of rows that only grows.

Each row is sealed in three steps, so that names can be forgotten and the chain still holds:

    words   SHA-256 over a salt, the names and the address: what may have to be forgotten
    body    SHA-256 over everything else, and `words`
    hash    SHA-256 over the hash of the row before, this row's number, and `body`

A row whose names were forgotten has no salt any more, so nobody can guess them from `words`.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any, NoReturn

from django.db import models

ONLY_GROWS = "The audit log only grows."


def canonical(value: object) -> str:
    """Write a value in the one way that is hashed."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def digest_of(value: object) -> str:
    """SHA-256 of a value's canonical form, in hex."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def link_hash(previous: str, number: int, body: str) -> str:
    """SHA-256 that ties a row to the one before it; the database of Postgres makes it as well."""
    return hashlib.sha256(f"{previous} {number} {body}".encode()).hexdigest()


class AuditQuerySet(models.QuerySet["AuditEntry"]):
    """Rows of the log, to be read."""

    def update(self, **_: Any) -> NoReturn:
        """Always refused."""
        raise TypeError(ONLY_GROWS)

    def delete(self) -> NoReturn:
        """Always refused."""
        raise TypeError(ONLY_GROWS)

    def bulk_create(self, *_: Any, **__: Any) -> NoReturn:
        """Refused: each row is tied to the one before it."""
        raise TypeError(ONLY_GROWS)

    def bulk_update(self, *_: Any, **__: Any) -> NoReturn:
        """Always refused."""
        raise TypeError(ONLY_GROWS)

    def naming(self, person: int) -> AuditQuerySet:
        """What this person did, and what was done to their account."""
        done_to = models.Q(thing_type="user", thing_id=str(person))
        return self.filter(models.Q(who=person) | done_to)

    def forget_names(self) -> int:
        """Blank names and addresses for good; the only change that the database lets through."""
        kept = self.exclude(salt="")
        return models.QuerySet.update(kept, salt="", who_name="", address="", thing_label="")


class AuditEntry(models.Model):
    """One act. No foreign key leads anywhere: who and what may be gone, the row stays."""

    id = models.BigAutoField(primary_key=True)
    # On Postgres these three are written by the database, when the transaction ends.
    number = models.BigIntegerField(null=True, unique=True)
    previous = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64, blank=True)
    body = models.CharField(max_length=64)
    words = models.CharField(max_length=64)
    salt = models.CharField(max_length=32, blank=True)  # "": the names were forgotten
    at = models.DateTimeField()
    action = models.CharField(max_length=40)  # a key of editor.audit_actions.ACTIONS
    who = models.BigIntegerField("id of the person", null=True)  # None: nobody logged in
    who_name = models.CharField("person", max_length=150, blank=True)  # as it was
    who_role = models.CharField("role", max_length=20, blank=True)  # as it was
    thing_type = models.CharField(max_length=40, blank=True)  # the model's name
    thing_id = models.CharField(max_length=64, blank=True)
    thing_label = models.CharField("thing", max_length=200, blank=True)
    address = models.CharField(max_length=45, blank=True)
    request_id = models.CharField(max_length=64, blank=True)
    why = models.CharField(max_length=2000, blank=True)
    facts = models.TextField(blank=True)  # canonical JSON: what a database makes of it differs

    objects = AuditQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        verbose_name = "audit entry"
        verbose_name_plural = "audit entries"
        indexes = [
            models.Index(fields=["at"], name="audit_by_time"),
            models.Index(fields=["action", "id"], name="audit_by_action"),
            models.Index(fields=["who", "id"], name="audit_by_person"),
            models.Index(fields=["thing_type", "thing_id"], name="audit_by_thing"),
        ]

    def __str__(self) -> str:
        return f"{self.number or 'new'} {self.action}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Add the row. A second save of the same row is refused."""
        if not self._state.adding:
            raise TypeError(ONLY_GROWS)
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Always refused."""
        raise TypeError(ONLY_GROWS)

    @property
    def facts_told(self) -> dict[str, Any]:
        """The facts, read."""
        return dict(json.loads(self.facts)) if self.facts else {}

    @property
    def names_forgotten(self) -> bool:
        return not self.salt

    def words_digest(self) -> str:
        """Seal what may have to be forgotten."""
        return digest_of([self.salt, self.who_name, self.address, self.thing_label])

    def body_digest(self) -> str:
        """Seal everything that is said of the act."""
        told = {
            "at": self.at.isoformat(timespec="microseconds"),
            "action": self.action,
            "who": self.who,
            "role": self.who_role,
            "thing": [self.thing_type, self.thing_id],
            "request": self.request_id,
            "why": self.why,
            "facts": self.facts,
            "words": self.words,
        }
        return digest_of(told)


class AuditHead(models.Model):
    """The newest row's number and hash. One row; whoever writes next has to hold it."""

    ONLY = 1

    number = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = "head of the audit log"

    def __str__(self) -> str:
        return f"{self.number} {self.hash}"
