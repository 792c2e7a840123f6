"""The receipt of a job: every movement of money for it, and where each figure comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from editor.models.ledger import LedgerEntry
from editor.money import dollars

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from editor.models.attempts import Attempt, Consent
    from editor.models.jobs import EditJob

SETTLED = "Settled as"  # how the event of a settlement by staff begins
SETTLED_CALL = "Settled call {} as"  # the same for a single call, by its consent's number
SETTLED_BY = "settled by "  # how the source of such a figure begins
_SOURCES = {
    "the answer": "as the upstream reported",
    "estimate": "estimate, the upstream named none",
}


@dataclass(frozen=True)
class Line:
    """One consent: who paid, what was set aside and what became of it.

    `billed_nano` is None while the end is open. `is_held` says that the money is still set aside.
    """

    seq: int
    granted: str
    granted_at: datetime
    reserved_nano: int | None
    billed_nano: int | None
    is_held: bool
    is_in_doubt: bool  # its call brought no answer, and nobody has settled it
    is_released: bool
    source: str
    balance_after_nano: int | None
    doubtful_nano: int  # what it counts for if nobody ever learns what it cost
    key_tail: str  # "" before the call, when this server's key pays
    is_own_key: bool

    @property
    def key_text(self) -> str:
        """Which key pays, for the owner of the job."""
        return self._key("your key")

    @property
    def key_text_for_staff(self) -> str:
        """The same for somebody else."""
        return self._key("its owner's own key")

    def _key(self, own: str) -> str:
        whose = own if self.is_own_key else "this server's key"
        return f"{whose} …{self.key_tail}" if self.key_tail else whose

    @property
    def reserved_text(self) -> str:
        return dollars(self.reserved_nano)

    @property
    def billed_text(self) -> str:
        if self.is_released and not self.billed_nano:
            return "nothing"
        return "not yet known" if self.billed_nano is None else dollars(self.billed_nano)

    @property
    def balance_after_text(self) -> str:
        return dollars(self.balance_after_nano)


@dataclass(frozen=True)
class Receipt:
    """What a job costs, consent by consent."""

    lines: list[Line]

    @property
    def held_text(self) -> str:
        """What is still set aside: this much counts as spent when the job is given up."""
        return dollars(sum(line.doubtful_nano for line in self.lines if line.is_held))

    @property
    def total_text(self) -> str:
        """The billed sum; where a part is not known, it says so instead of leaving it out."""
        known = [line.billed_nano for line in self.lines if line.billed_nano is not None]
        if len(known) == len(self.lines):
            return dollars(sum(known)) if sum(known) else "nothing"
        return f"{dollars(sum(known))}, the rest not yet known" if sum(known) else "not yet known"


def receipt_of(job: EditJob) -> Receipt:
    """Read the receipt of a job from the ledger. Jobs older than the ledger have no lines."""
    said = _settlements(job)
    consents = job.consents.select_related("granted_by", "own_key").prefetch_related(
        "entries", "attempts"
    )
    return Receipt([line_of(consent, said) for consent in consents if consent.entries.all()])


def line_of(consent: Consent, said: Sequence[str] = ()) -> Line:
    """Read one consent from the ledger; `said`: what staff said when they settled its job."""
    entries = list(consent.entries.all())
    kinds = LedgerEntry.Kind
    reserve = next((entry for entry in entries if entry.kind == kinds.RESERVE), None)
    paid = [entry for entry in entries if entry.kind in (kinds.SETTLE, kinds.ADJUST)]
    released = any(entry.kind == kinds.RELEASE for entry in entries)
    ended = bool(paid) or released
    last = next((entry for entry in reversed(entries) if entry.kind != kinds.RESERVE), None)
    attempts = list(consent.attempts.all())
    balances = [attempt.balance_after_nano for attempt in attempts]
    named = next((attempt.cost_nano for attempt in attempts if attempt.cost_nano is not None), None)
    reserved = reserve.amount_nano if reserve else 0
    return Line(
        seq=consent.seq,
        granted=_granted(consent),
        granted_at=consent.granted_at,
        reserved_nano=reserve.amount_nano if reserve else None,
        billed_nano=sum(entry.amount_nano for entry in paid) if ended else None,
        is_held=not ended,
        is_in_doubt=any(attempt.is_in_doubt for attempt in attempts),
        is_released=released,
        source=_source(last, _reason(said, consent.seq)),
        balance_after_nano=next((nano for nano in reversed(balances) if nano is not None), None),
        doubtful_nano=reserved if named is None else named,
        key_tail=_key_tail(consent, attempts),
        is_own_key=consent.own_key is not None,
    )


def _key_tail(consent: Consent, attempts: list[Attempt]) -> str:
    used = next((attempt.key_tail for attempt in reversed(attempts) if attempt.key_tail), "")
    return used or (consent.own_key.tail if consent.own_key else "")


def _granted(consent: Consent) -> str:
    if consent.policy:
        return f"by rule: {consent.policy}"
    return f"by {consent.granted_by.get_username()}" if consent.granted_by else "by NanoEdit"


def _source(end: LedgerEntry | None, said: str) -> str:
    if end is None:
        return ""
    source = _SOURCES.get(end.source, end.source)
    if source.startswith(SETTLED_BY):
        source = f"{SETTLED_BY}staff"  # rows of earlier releases name a person
    return f"{source}: {said}" if said and source.startswith(SETTLED_BY) else source


def _settlements(job: EditJob) -> list[str]:
    """What staff said when they settled this job or calls of it, oldest first."""
    events = job.events.filter(sentence__startswith=SETTLED.split()[0])
    return list(events.values_list("sentence", flat=True))


def _reason(said: Sequence[str], seq: int) -> str:
    """The reason for what this consent's call was settled as, or nothing."""
    about = [line for line in said if line.startswith(SETTLED_CALL.format(seq))]
    about = about or [line for line in said if line.startswith(SETTLED)]
    return about[-1].partition(": ")[2] if about else ""
