"""Writes down who did what, on what, from where and why, in the transaction of the act itself.

    record("job.judged", by=request.user, on=job, why=note, facts={"verdict": "approved"})

The rows and their chain: models/audit.py. Acts have their names in audit_actions.py. Neither
prompts nor keys belong into `why` or `facts`: a row cannot be changed afterwards.
"""

from __future__ import annotations

import contextlib
import getpass
import logging
import secrets
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import connection, models, transaction
from django.http import HttpRequest
from django.utils import timezone

from editor.audit_actions import ACTIONS
from editor.log_context import now_about
from editor.models import AuditEntry, AuditHead, User
from editor.models.audit import canonical, link_hash
from editor.throttles import client_address

logger = logging.getLogger(__name__)

_STAFF_PAGES = "/admin/"
LARGEST_FACTS = 8000
ITSELF = "NanoEdit"
_answering: ContextVar[Answering | None] = ContextVar("audit_answering", default=None)


@dataclass
class Answering:
    """The request that is being answered; what its acts have written, or the administration."""

    request: HttpRequest
    acts: int = 0
    by_hand: set[tuple[str, str, str]] = field(default_factory=set)

    def reason(self) -> str:
        """What staff have written beside the button that they pressed in the administration."""
        if self.request.method != "POST" or not self.request.path.startswith(_STAFF_PAGES):
            return ""
        told = self.request.POST.get("why") or self.request.POST.get("note", "")
        return str(told)


class UnknownAct(ValueError):
    """Nobody has named this act."""


def record(
    action: str,
    *,
    by: User | AnonymousUser | None,
    on: models.Model | None = None,
    why: str = "",
    request: HttpRequest | None = None,
    facts: dict[str, Any] | None = None,
) -> AuditEntry:
    """Add one row to the log; it is there if and only if the act of the transaction is.

    `by` None or nobody logged in: the server itself, or a command. `on` may be any row;
    only its kind and id are kept, and of people and models their names. Without `request`
    the address is that of the request being answered, if there is one; without `why` the
    reason is what staff have written beside the button, if anything.
    """
    entry = _write(action, by, _thing(on), why, request, facts)
    answering_now = _answering.get()
    if answering_now:
        answering_now.acts += 1
    return entry


def _write(
    action: str,
    by: User | AnonymousUser | None,
    thing: dict[str, str],
    why: str = "",
    request: HttpRequest | None = None,
    facts: dict[str, Any] | None = None,
) -> AuditEntry:
    if action not in ACTIONS:
        message = f"{action!r} is no act that audit_actions.py names"
        raise UnknownAct(message)
    person = by if isinstance(by, User) else None
    answering_now = _answering.get()
    if answering_now:
        request = request or answering_now.request
        why = why or answering_now.reason()
    entry = AuditEntry(
        at=timezone.now(),
        action=action,
        who=person.pk if person else None,
        who_name=_clean(person.get_username() if person else _nobody(), 150),
        who_role=_clean(_role(person), 20),
        address=client_address(request) if request else "",
        request_id=_clean(now_about().get("request", ""), 64),
        why=_clean(why, 2000),
        facts=_facts(facts),
        salt=secrets.token_hex(16),
        **thing,
    )
    entry.words = entry.words_digest()
    entry.body = entry.body_digest()
    with transaction.atomic():
        if connection.vendor == "sqlite":
            _link(entry)
        else:
            entry.save()  # the database links it when the transaction ends
        transaction.on_commit(lambda: _tell(entry), robust=True)
    return entry


@contextlib.contextmanager
def answering(request: HttpRequest) -> Iterator[None]:
    """Let acts in the block be written down as coming from where this request comes from."""
    token = _answering.set(Answering(request))
    try:
        yield
    finally:
        _answering.reset(token)


def record_by_hand(action: str, *, by: User, kind: str, pk: str, fields: list[str]) -> None:
    """Write down what the administration itself did to a row, unless the act has done it."""
    answering_now = _answering.get()
    if answering_now:
        told = (action, kind, pk)
        if answering_now.acts or told in answering_now.by_hand:
            return
        answering_now.by_hand.add(told)
    thing = {"thing_type": kind[:40], "thing_id": _clean(pk, 64)}
    _write(action, by, thing, facts={"fields": fields} if fields else None)


def forget_names(person: int, *, by: User | None, why: str = "") -> int:
    """Blank somebody's name and addresses in the whole log; the chain holds, the acts stay.

    For accounts that are erased, after everything else of it is written down. This act gets a
    row like any other, without the name.
    """
    # Who leaves must not leave an address in the very row that says it was forgotten.
    token = _answering.set(_answering.get() if by else None)
    try:
        with transaction.atomic():
            rows = AuditEntry.objects.naming(person).forget_names()
            record("names.forgotten", by=by, why=why, facts={"person": person, "rows": rows})
    finally:
        _answering.reset(token)
    return rows


def _link(entry: AuditEntry) -> None:
    # SQLite: this transaction has the only lock on the whole database from its beginning on.
    head, _made = AuditHead.objects.get_or_create(pk=AuditHead.ONLY)
    entry.number, entry.previous = head.number + 1, head.hash
    entry.hash = link_hash(entry.previous, entry.number, entry.body)
    entry.save(force_insert=True)
    AuditHead.objects.filter(pk=AuditHead.ONLY).update(number=entry.number, hash=entry.hash)


def _tell(entry: AuditEntry) -> None:
    # Lines of the log leave the machine, or lie in another file: whoever rewrites the table has
    # to find and rewrite them as well. `manage.py verify --heads` compares both.
    number, found = entry.number, entry.hash
    if number is None:
        row = AuditEntry.objects.filter(pk=entry.pk).values_list("number", "hash").first()
        number, found = row or (None, "")
    logger.info("audit head %s %s", number, found)


def _thing(on: models.Model | None) -> dict[str, str]:
    if on is None:
        return {}
    label = ""
    if isinstance(on, User):
        label = on.get_username()
    elif on._meta.model_name in ("upstreammodel", "prompttemplate"):
        label = str(on)
    return {
        "thing_type": str(on._meta.model_name),
        "thing_id": _clean(str(on.pk), 64),
        "thing_label": _clean(label, 200),
    }


def _role(person: User | None) -> str:
    return str(person.role) if person else ""


def _nobody() -> str:
    if _answering.get() or now_about().get("request"):
        return ""  # somebody who is not logged in
    try:
        return f"{ITSELF} ({getpass.getuser()})"  # who runs it on the machine
    except (OSError, KeyError):
        return ITSELF


def _facts(facts: dict[str, Any] | None) -> str:
    if not facts:
        return ""
    told = canonical(facts)
    if len(told) > LARGEST_FACTS:
        message = f"{len(told)} characters of facts are more than a row of the log takes"
        raise ValueError(message)
    return told


def _clean(text: str, most: int) -> str:
    return text.replace("\0", "")[:most]
