"""Looks whether the audit log is whole: nothing changed, taken out, put in, moved or cut off."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from django.db import connection

from editor.models import AuditEntry, AuditHead
from editor.models.audit import link_hash

_HEAD = re.compile(r"audit head (\d+) ([0-9a-f]{64})")


def head_in_words() -> str:
    """Give the newest row's number and hash, to be kept where this server cannot write."""
    head = AuditHead.objects.filter(pk=AuditHead.ONLY).first()
    return f"audit head {head.number} {head.hash}" if head else "audit head 0"


def broken_links() -> Iterator[tuple[str, str]]:
    """Give each row that does not fit, and why."""
    _link_what_this_transaction_wrote()
    head = AuditHead.objects.filter(pk=AuditHead.ONLY).first()
    last, hash_before = 0, ""
    forgotten: dict[int, AuditEntry] = {}
    people: set[int] = set()
    for entry in AuditEntry.objects.exclude(number=None).order_by("number").iterator():
        row, number = f"audit entry {entry.number}", entry.number or 0
        if number != last + 1:
            missing = f"{last + 1}" if number == last + 2 else f"{last + 1} to {number - 1}"
            yield row, f"the log has no row {missing} before it"
        elif entry.previous != hash_before:
            yield row, "does not follow the row before it"
        yield from ((row, why) for why in _wrong_in(entry))
        if entry.names_forgotten:
            forgotten[number] = entry
        if entry.action == "names.forgotten":
            people.add(int(entry.facts_told.get("person", 0)))
        last, hash_before = number, entry.hash
    yield from _forgotten_in_silence(forgotten, people)
    for pk in AuditEntry.objects.filter(number=None).values_list("pk", flat=True):
        yield f"audit row {pk}", "was never linked"
    # Read before the rows, and there may be newer ones by now.
    if last < (head.number if head else 0):
        yield "audit log", f"ends at {last}, and {head.number if head else 0} were written"


def _link_what_this_transaction_wrote() -> None:
    # Postgres links rows when their transaction ends, so nobody else ever sees one that is not
    # linked. Whoever looks within a transaction that has written some has them linked now.
    if connection.vendor == "postgresql" and connection.in_atomic_block:
        with connection.cursor() as cursor:
            for when in ("IMMEDIATE", "DEFERRED"):
                cursor.execute(f"SET CONSTRAINTS editor_audit_linked {when}")


def _wrong_in(entry: AuditEntry) -> Iterator[str]:
    if entry.hash != link_hash(entry.previous, entry.number or 0, entry.body):
        yield "is not linked as it says"
    if entry.body != entry.body_digest():
        yield "says something else than was written"
    if entry.names_forgotten:
        if entry.who_name or entry.address or entry.thing_label:
            yield "has names again that were forgotten"
    elif entry.words != entry.words_digest():
        yield "names somebody else, or another address, than was written"


def _forgotten_in_silence(
    forgotten: dict[int, AuditEntry], people: set[int]
) -> Iterator[tuple[str, str]]:
    for number, entry in forgotten.items():
        named = {entry.who} if entry.who else set()
        if entry.thing_type == "user" and entry.thing_id.isdigit():
            named.add(int(entry.thing_id))
        if not named & people:
            yield f"audit entry {number}", "its names are gone, and no row says they were forgotten"


def heads_that_differ(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Compare the rows with heads that were written down elsewhere, such as in files of the log."""
    told = [(int(number), found) for line in lines for number, found in _HEAD.findall(line)]
    for start in range(0, len(told), 500):
        part = told[start : start + 500]
        rows = AuditEntry.objects.filter(number__in=[number for number, _ in part])
        hashes = dict(rows.values_list("number", "hash"))
        for number, found in part:
            if number not in hashes:
                yield f"audit entry {number}", "is gone, and was there when its head was written"
            elif hashes[number] != found:
                yield f"audit entry {number}", "is not the one whose head was written down"
