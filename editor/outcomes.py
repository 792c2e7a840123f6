"""How a call ended, committed before anything is done with it.

An answer is kept whoever owns the job by now: it was paid for. A failure is either
proof that nothing was charged, or leaves the outcome unknown. Out of unknown leads only
a person, a late answer, or the rule that the operator has written down beforehand.

Rows are locked in the order in which everything else does it: job, attempt, ledger, budget.
Otherwise a person who decides at the same moment would be refused for a deadlock.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from editor import budgets, costs, gates, unusable
from editor.flagging import flag_fact
from editor.models import Attempt, EditJob, Flag, JobState, Lifeboat
from editor.money import dollars
from editor.nanogpt.download import link_expiry
from editor.nanogpt.errors import ContentRefused, NanoGPTError, OutcomeUnknown
from editor.nanogpt.messages import EditAnswer

FIRST_WAIT_SECONDS = 5.0
LONGEST_WAIT_SECONDS = 3600.0
MAX_WAITS = 20
# Whoever made the call goes on to keep its answer at once. The sweep need not tell others,
# unless that has not begun after so long.
KEPT_BY_ITS_CALLER = timedelta(seconds=3)
MOST_POLICY_CONSENTS = 1  # a rule may pay once more for a job, never again and again


def record_answer(
    attempt: Attempt, answer: EditAnswer, received_at: datetime | None = None
) -> bool:
    """Commit a paid answer, whoever owns the job by now: it is never thrown away.

    Image bytes that came along go into the lifeboat in the same transaction. False, and
    nothing changes, when the attempt has an answer already.
    """
    received_at = received_at or _database_time(attempt)
    urls = [image.url if image.data is None else None for image in answer.images]
    with transaction.atomic():
        # Locked (where the database can), so that a sweep cannot move it in between.
        job = EditJob.objects.select_for_update().get(pk=attempt.job_id)
        kept = Attempt.objects.filter(
            pk=attempt.pk, state__in=(Attempt.State.CALLING, Attempt.State.UNKNOWN)
        ).update(
            state=Attempt.State.RECEIVED,
            next_at=Now() + KEPT_BY_ITS_CALLER,
            answered_at=received_at,
            http_status=answer.status,
            upstream_request_id=(answer.request_id or "")[:200],
            answer=answer.body,
            image_urls=urls,
            links_expire_at=_earliest_expiry(urls, received_at),
            cost_nano=answer.cost.nano_dollars if answer.cost else None,
            balance_after_nano=answer.balance_nano,
            error_code="",
            error_sentence="",
            settled_at=None,
        )
        if kept != 1:
            return False
        budgets.settle(
            attempt.paid_under,
            answer.cost.nano_dollars if answer.cost else None,
            "the answer" if answer.cost and answer.cost.nano_dollars is not None else "estimate",
        )
        Lifeboat.objects.bulk_create(
            Lifeboat(attempt=attempt, index=index, data=image.data)
            for index, image in enumerate(answer.images)
            if image.data is not None
        )
        other_call = Attempt.objects.filter(job=job, state=Attempt.State.CALLING).exists()
        if job.is_open and job.state != JobState.RECEIVED and not other_call:
            job.move(
                JobState.RECEIVED,
                _answer_sentence(job, answer),
                charged=EditJob.Charged.YES,
                reason="",
                failure_sentence="",
            )
            # A consent given while this answer was missing is not needed any more.
            budgets.release_unspent(job)
        else:
            EditJob.objects.filter(pk=job.pk).update(charged=EditJob.Charged.YES)
            job.note("A late answer of an earlier call arrived and is kept.")
    costs.look_at_call(attempt, answer)
    return True


def _database_time(attempt: Attempt) -> datetime:
    """One clock for all: a worker's own may be wrong, and when links die is reckoned from this."""
    return Attempt.objects.annotate(now=Now()).get(pk=attempt.pk).now


def _answer_sentence(job: EditJob, answer: EditAnswer) -> str:
    count = len(answer.images)
    came = "1 image" if count == 1 else f"{count} images"
    more = f" ({job.n} asked for)" if count != job.n else ""
    return f"Answered after {answer.seconds:.0f} s with {came}{more}."


def _earliest_expiry(urls: list[str | None], received_at: datetime) -> datetime | None:
    expiries = [link_expiry(url, received_at) for url in urls if url]
    return min(expiries, default=None)


def record_failure(
    job: EditJob, attempt: Attempt, error: NanoGPTError, body: unusable.Body | None = None
) -> None:
    """Commit how a call failed: surely free, or unknown. `body`: what came instead of pictures."""
    with transaction.atomic():
        job = EditJob.objects.select_for_update().get(pk=job.pk)
        if body:
            unusable.note(attempt.pk, body)
        ended = Attempt.objects.filter(pk=attempt.pk, state=Attempt.State.CALLING).update(
            state=Attempt.State.UNKNOWN if error.maybe_billed else Attempt.State.NOT_CHARGED,
            answered_at=Now(),
            http_status=error.status,
            error_code=error.code[:80],
            error_sentence=str(error)[:400],
            upstream_request_id=(error.request_id or "")[:200],
            cost_nano=_said_cost(error),
            balance_after_nano=getattr(error, "balance_nano", None),
            answer=_evidence(error),
        )
        if ended != 1:
            return  # given up for lost meanwhile: the job may be at its next call already
        if job.state != JobState.CALLING:
            return
        if error.maybe_billed:
            _leave_unknown(job, error)
        elif job.cancel_requested:
            _cancel_after_all(job)
        elif gates.closes_the_gate(error):
            _wait_for_gate(job, attempt, error)
        elif error.retriable and job.waits < MAX_WAITS:
            wait_unsent(job, f"Not charged: {error}", str(error), error.code)
        else:
            _refuse(job, error)


def _said_cost(error: NanoGPTError) -> int | None:
    cost = error.cost if isinstance(error, OutcomeUnknown) else None
    return cost.nano_dollars if cost else None


def _evidence(error: NanoGPTError) -> dict[str, str] | None:
    """The beginning of an answer that could not be used, for staff."""
    body = error.body_start if isinstance(error, OutcomeUnknown) else ""
    return {"unusable_answer": body} if body else None


def _leave_unknown(job: EditJob, error: NanoGPTError) -> None:
    job.move(
        JobState.UNKNOWN,
        f"No usable answer: {error}",
        reason=error.code[:60],
        failure_sentence=str(error)[:400],
        charged=EditJob.Charged.UNKNOWN,
        hidden=False,  # a cancel was asked for, but now somebody has to decide
    )
    _pay_again_by_rule(job, error)


def _pay_again_by_rule(job: EditJob, error: NanoGPTError) -> None:
    """Give a second consent where the operator's rule says so; off by default."""
    limit = settings.PAY_AGAIN_UP_TO_NANO
    if error.status not in settings.PAY_AGAIN_CODES or job.cancel_requested:
        return
    if job.estimate_nano is None or job.estimate_nano > limit:
        return
    if job.consents.exclude(policy="").count() >= MOST_POLICY_CONSENTS:
        return
    if job.consents.filter(own_key__isnull=False).exists():
        return  # the operator's rule spends no money of others
    rule = f"after HTTP {error.status}, up to {dollars(limit)}"
    try:
        with transaction.atomic():
            budgets.grant_consent(job, job.estimate_nano, policy=rule)
            job.move(JobState.QUEUED, f"Paid again by rule: {rule}.", hinted_at=None)
    except budgets.OverBudget as over:
        job.note(f"Not paid again by rule: {over}")


def _cancel_after_all(job: EditJob) -> None:
    # Nothing was charged, so the wish to cancel can be met after all.
    job.move(
        JobState.FAILED,
        "Cancelled; the call was not taken and nothing was charged.",
        reason="cancelled",
        failure_sentence="Cancelled. The call was not taken and nothing was charged.",
        hidden=False,
    )
    budgets.release_unspent(job)


def _wait_for_gate(job: EditJob, attempt: Attempt, error: NanoGPTError) -> None:
    gate = gates.gate_of(attempt)
    job.move(
        JobState.WAITING,
        f"Not charged: {error}",
        next_at=gate.closed_until or Now() + backoff(job),
        reason=gates.REASON,
        failure_sentence=(gate.sentence or str(error))[:400],
    )


def _refuse(job: EditJob, error: NanoGPTError) -> None:
    job.move(
        JobState.FAILED,
        f"Refused, not charged: {error}",
        reason=error.code[:60],
        failure_sentence=f"{error} Nothing was charged."[:400],
    )
    budgets.release_unspent(job)
    if isinstance(error, ContentRefused):
        flag_fact(job, Flag.Kind.REFUSED, str(error))


def wait_unsent(job: EditJob, sentence: str, why: str, code: str) -> None:
    """Put a job off that was not sent, or surely not charged, longer every time."""
    job.move(
        JobState.WAITING,
        sentence,
        next_at=Now() + backoff(job),
        waits=job.waits + 1,
        reason=code[:60],
        failure_sentence=why[:400],
    )


def backoff(job: EditJob) -> timedelta:
    """How long to wait before trying again what was surely free."""
    return timedelta(seconds=min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2**job.waits))
