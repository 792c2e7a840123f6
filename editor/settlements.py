"""Staff decide what calls without an answer have cost. The ledger follows, the history says why.

An owner can pay again or give up; only staff, who can look into the provider's books, say
what was charged. Settled calls stay "unknown": should an answer come after all, it is kept.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.db.models.functions import Now

from editor import budgets
from editor.audit import record
from editor.evidence import Finding, findings
from editor.models import Attempt, EditJob, JobState, LedgerEntry, User
from editor.models.receipts import SETTLED, SETTLED_BY, SETTLED_CALL
from editor.money import dollars


@dataclass(frozen=True)
class Doubt:
    """One call in doubt, as staff decide on it."""

    finding: Finding
    seq: int  # of its consent: which call of the job it is
    held_nano: int | None  # still set aside for it
    counted_nano: int | None  # already counted as spent, without anybody knowing

    @property
    def held_text(self) -> str:
        return dollars(self.held_nano)

    @property
    def counted_text(self) -> str:
        return dollars(self.counted_nano)


def doubts(job: EditJob) -> list[Doubt]:
    """The calls of a job, whatever its state, that nobody has settled; newest first."""
    return [_doubt(finding) for finding in findings(job)]


def _doubt(finding: Finding) -> Doubt:
    entries = list(LedgerEntry.objects.filter(consent=finding.attempt.consent_id))
    kinds = LedgerEntry.Kind
    reserved = sum(entry.amount_nano for entry in entries if entry.kind == kinds.RESERVE)
    counted = [e.amount_nano for e in entries if e.kind in (kinds.SETTLE, kinds.ADJUST)]
    ended = any(entry.kind in budgets.ENDS for entry in entries)
    return Doubt(
        finding,
        finding.attempt.seq,
        None if ended or not entries else reserved,
        sum(counted) if counted else None,
    )


def settle_call(
    attempt: Attempt, actor: User, *, charged: bool, cost_nano: int | None, reason: str
) -> bool:
    """Settle one call in doubt, whatever became of its job; the job itself stays as it is.

    What giving up had counted for it is corrected. False, and nothing changes, when it is not
    in doubt any more. Raises ValueError without a reason, or without a sum when `charged`.
    """
    verdict = _verdict(charged=charged, cost_nano=cost_nano, reason=reason)
    with transaction.atomic():
        job = EditJob.objects.select_for_update().get(pk=attempt.job_id)
        if not _settle(attempt, cost_nano if charged else None):
            return False
        said = SETTLED_CALL.format(attempt.seq)
        _judge(job)
        job.note(f"{said} {verdict}: {reason.strip()}", actor=actor)
        facts = {"job": str(job.pk), "charged": charged, "cost_nano": cost_nano}
        record("call.settled", by=actor, on=attempt, why=reason.strip(), facts=facts)
    return True


def settle_unknown(
    job: EditJob, actor: User, *, charged: bool, cost_nano: int | None, reason: str
) -> bool:
    """Close a job whose outcome is unknown as staff judge it, with their reason on record.

    `cost_nano` is what its calls in doubt cost together, and is needed when `charged`. False,
    and nothing changes, when the job is not unknown any more. Raises ValueError without a
    reason or a sum.
    """
    verdict = _verdict(charged=charged, cost_nano=cost_nano, reason=reason)
    with transaction.atomic():
        settled = job.state == JobState.UNKNOWN and job.move(
            JobState.FAILED,
            f"{SETTLED} {verdict}: {reason.strip()}",
            actor=actor,
            failure_sentence=f"No answer came back. Looked into, and settled as {verdict}.",
        )
        if settled:
            left = cost_nano if charged else None
            calls = Attempt.objects.filter(job=job, state=Attempt.State.UNKNOWN)
            for attempt in calls.order_by("-sent_at", "-id"):  # the newest bears the sum
                if _settle(attempt, left) and left:
                    left = 0
            budgets.release_unspent(job)
            _judge(job)
            facts = {"charged": charged, "cost_nano": cost_nano}
            record("job.settled", by=actor, on=job, why=reason.strip(), facts=facts)
    return settled


def _verdict(*, charged: bool, cost_nano: int | None, reason: str) -> str:
    if not reason.strip() or (charged and (cost_nano is None or cost_nano < 0)):
        message = "A settlement needs a reason, and a sum where something was charged."
        raise ValueError(message)
    return f"charged, {dollars(cost_nano)}" if charged else "not charged"


def _settle(attempt: Attempt, cost_nano: int | None) -> bool:
    """Make the ledger say what a call cost; None: it was not charged. False: not in doubt."""
    in_doubt = Attempt.objects.filter(pk=attempt.pk, state=Attempt.State.UNKNOWN, settled_at=None)
    if in_doubt.update(cost_nano=cost_nano or 0, settled_at=Now()) != 1:
        return False
    source = f"{SETTLED_BY}staff"  # the audit log knows who; a ledger outlives its people
    if cost_nano is None:
        budgets.release(attempt.paid_under, source)
    # After a release this changes nothing; after an assumption it corrects that.
    budgets.settle(attempt.paid_under, cost_nano or 0, source)
    return True


def _is_open(call: Attempt) -> bool:
    return call.is_in_doubt or call.state == Attempt.State.CALLING


def _judge(job: EditJob) -> None:
    """Say whether the job was charged, as soon as none of its calls is in doubt."""
    calls = Attempt.objects.filter(job=job).exclude(state=Attempt.State.NOT_CHARGED)
    if job.state == JobState.UNKNOWN or any(_is_open(call) for call in calls):
        return
    owed = any(call.cost_nano or call.state != Attempt.State.UNKNOWN for call in calls)
    charged = EditJob.Charged.YES if owed else EditJob.Charged.NO
    EditJob.objects.filter(pk=job.pk).update(charged=charged)
    job.charged = charged
