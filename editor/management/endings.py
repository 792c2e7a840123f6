"""How an edit can end, and how it can stay open for ever.

Open states are held: claims, calls and answers are leased to a worker that does not
exist until about the year 2100, and what waits, waits until then.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.utils import timezone

from editor import budgets
from editor.management.histories import HELD, LINK_SECONDS, Past
from editor.models import Attempt, Consent, EditJob, JobState, Result, Review, User
from editor.models.reviews import judged


def stay_queued(past: Past, consent: Consent) -> None:
    """No worker is told of it, and the health check does not complain of its age."""
    past.changes["hinted_at"] = past.changes["updated_at"] = past.far


def stay_claimed(past: Past, consent: Consent) -> None:
    """A worker that never comes back holds it."""
    past.claim()
    past.changes["lease_until"] = past.far


def stay_calling(past: Past, consent: Consent) -> None:
    """The call never ends."""
    past.send(consent)
    past.changes["lease_until"] = past.far


def stay_waiting(past: Past, consent: Consent) -> None:
    """Refused for now, without cost."""
    attempt = past.send(consent)
    sentence = "Too many image edit uploads. Please slow down."
    past.fail_call(attempt, Attempt.State.NOT_CHARGED, "rate_limit_exceeded", sentence, 429)
    past.say(0, JobState.WAITING, f"Not charged: {sentence}")
    past.changes.update(
        next_at=past.far, waits=1, reason="rate_limit_exceeded", failure_sentence=sentence
    )


def go_unknown(past: Past, consent: Consent) -> None:
    """No answer in time; it may have been charged."""
    attempt = past.send(consent)
    sentence = "The service did not answer in time."
    past.fail_call(attempt, Attempt.State.UNKNOWN, "timeout", sentence, None)
    past.say(0, JobState.UNKNOWN, f"No usable answer: {sentence}")
    past.changes.update(
        reason="timeout", failure_sentence=sentence, charged=EditJob.Charged.UNKNOWN
    )


def give_up(past: Past, consent: Consent) -> None:
    """Unknown, and closed by its owner."""
    go_unknown(past, consent)
    past.changes["finished_at"] = past.say(
        1900, JobState.FAILED, "Given up. The call may have been charged.", past.job.owner
    )
    past.changes["failure_sentence"] = (
        "Given up: no answer came back, and the call may have been charged."
    )
    with past.money_moves():
        budgets.settle_doubtful(past.job, "assumed when given up")


def stay_received(past: Past, consent: Consent) -> None:
    """Paid and answered; somebody else holds the answer for ever."""
    attempt = past.send(consent)
    past.answer(attempt, past.story.count)
    Attempt.objects.filter(pk=attempt.pk).update(
        lease_until=past.far, next_at=past.far, links_expire_at=past.far, tries=1
    )


def finish(past: Past, consent: Consent) -> None:
    """Answered and kept."""
    attempt = past.send(consent)
    past.answer(attempt, len(past.story.answers))
    past.keep(attempt)


def finish_hidden(past: Past, consent: Consent) -> None:
    """Cancelled during the call: paid for, so kept, but hidden."""
    attempt = past.send(consent)
    past.say(
        3,
        JobState.CALLING,
        "Cancelled while the call was running; its result will be hidden.",
        past.job.owner,
    )
    past.changes.update(cancel_requested=True, hidden=True)
    past.answer(attempt, len(past.story.answers))
    past.keep(attempt)


def finish_second(past: Past, consent: Consent) -> None:
    """Unknown first; its owner agreed to pay again, and that call was answered."""
    go_unknown(past, consent)
    past.say(
        340, JobState.QUEUED, f"Agreed to pay again, {past.job.estimate_text}.", past.job.owner
    )
    past.changes.update(reason="", failure_sentence="")
    finish(past, past.grant())


def refuse(past: Past, consent: Consent) -> None:
    """The upstream's moderation says no."""
    attempt = past.send(consent)
    sentence = "The request was rejected by the content policy."
    past.fail_call(attempt, Attempt.State.NOT_CHARGED, "content_policy_violation", sentence, 400)
    past.changes["finished_at"] = past.say(0, JobState.FAILED, f"Refused, not charged: {sentence}")
    past.changes.update(
        reason="content_policy_violation", failure_sentence=f"{sentence} Nothing was charged."
    )
    with past.money_moves():
        budgets.release_unspent(past.job)


def lose(past: Past, consent: Consent) -> None:
    """Paid for, but the link died before the picture could be fetched."""
    attempt = past.send(consent)
    past.answer(attempt, 1)
    reason = "The result could not be downloaded: the storage did not answer."
    past.say(15, JobState.RECEIVED, f"Not kept yet, trying again in 300 s: {reason}")
    Attempt.objects.filter(pk=attempt.pk).update(
        state=Attempt.State.LOST, tries=14, lease_until=None
    )
    problem = f"It could not be fetched before its link died. {reason}"
    Result.objects.create(attempt=attempt, index=0, raw_bytes=0, problem=problem)
    past.changes["finished_at"] = past.say(
        LINK_SECONDS, JobState.FAILED, f"The result is lost: {reason}"
    )
    past.changes.update(
        reason="result_lost",
        failure_sentence=(
            f"The paid result could not be fetched before its link died. {reason} "
            f"Request id: {attempt.pk}."
        ),
    )


def cancel(past: Past, consent: Consent) -> None:
    """Changed their mind in time."""
    past.changes["finished_at"] = past.say(
        7, JobState.CANCELLED, "Cancelled before anything was sent.", past.job.owner
    )
    with past.money_moves():
        budgets.release_unspent(past.job)


ENDINGS: Mapping[str, Callable[[Past, Consent], None]] = {
    "queued": stay_queued,
    "claimed": stay_claimed,
    "calling": stay_calling,
    "waiting": stay_waiting,
    "unknown": go_unknown,
    "received": stay_received,
    "done": finish,
    "hidden": finish_hidden,
    "second call": finish_second,
    "refused": refuse,
    "lost": lose,
    "given up": give_up,
    "cancelled": cancel,
}


def end(past: Past, reviewer: User) -> EditJob:
    """Tell how the story ended, and write the row as it stands since then."""
    if past.story.ending != HELD:  # over a cap: nobody has consented to pay
        ENDINGS[past.story.ending](past, past.grant())
    past.changes.setdefault("updated_at", past.now)
    past.changes.setdefault("lease_until", None)
    past.changes.setdefault("worker", "")
    EditJob.objects.filter(pk=past.job.pk).update(**past.changes)
    past.job.refresh_from_db()
    if past.story.verdict:
        review(past, reviewer)
    return past.job


def review(past: Past, reviewer: User) -> None:
    """A verdict some hours later, and its line in the history."""
    verdict, note = Review.Verdict(past.story.verdict), past.story.note
    later = min(4 * 3600.0, (timezone.now() - past.now).total_seconds() / 2)
    said = f": {note}" if note else "."
    past.say(later, JobState(past.job.state), f"{verdict.label}{said}", reviewer)
    Review.objects.create(job=past.job, reviewer=reviewer, verdict=verdict, note=note, at=past.now)
    judged(past.job)
