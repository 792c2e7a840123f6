"""Stage 3: a wish becomes a queued job. Also how it is asked for once more, or given up.

The web side of the line ends here: rows are written, and after the commit Celery is
given a hint. When the hint is lost, the sweep of the job table finds the row.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from functools import partial

from django.db import IntegrityError, transaction
from django.utils import timezone

from editor import allowances, budgets, keys, turns
from editor.audit import record
from editor.budgets import OverBudget
from editor.imaging.encoding import MaskDialect
from editor.masks import PaintedMask, keep_painted
from editor.models import (
    Attempt,
    EditJob,
    JobState,
    Reference,
    SubmittedModel,
    UpstreamModel,
    User,
    wording,
)
from editor.models.framings import kept_wish
from editor.tasks import hint_job, hint_results
from editor.wishes import (
    AlreadyDone,
    Checked,
    PriceChanged,
    SubmitRefused,
    Wish,
    check_is_on,
    check_not_held_back,
    checked,
    is_wish_of,
)
from editor.withholding import starts_withheld

__all__ = ["AlreadyDone", "PriceChanged", "SubmitRefused", "Wish"]

NOT_SHOWN = -1  # no price was shown at all, which is not the same as "unknown"
MOST_TOGETHER = 2  # edits that one press may send
MOST_HELD = 100  # edits of one person that may wait for approval at once


def submit_edit(
    owner: User,
    wish: Wish,
    submit_key: uuid.UUID,
    shown_price_nano: int | None,
    *,
    run_again: bool = False,
    to_front: bool = False,
    by: User | None = None,
    may_wait: bool = True,
) -> tuple[EditJob, bool]:
    """Queue a wish, once per submit key; give the job and whether it is new.

    The shown price is what the person agreed to pay, so it must still be the price.
    `run_again` pays for a wish although the same one has its result already; `to_front` lets
    it run before its owner's other jobs; `by` is who consents, when it is not the owner.
    What the caps do not allow waits for approval, or is refused unless it `may_wait`.
    Raises AlreadyDone and PriceChanged before anything is kept; SubmitRefused, MaskRefused.
    """
    jobs, is_new = submit_edits(
        owner,
        [wish],
        submit_key,
        shown_price_nano,
        run_again=run_again,
        to_front=to_front,
        by=by,
        may_wait=may_wait,
    )
    return jobs[0], is_new


def submit_edits(
    owner: User,
    wishes: Sequence[Wish],
    submit_key: uuid.UUID,
    shown_price_nano: int | None,
    *,
    run_again: bool = False,
    to_front: bool = False,
    by: User | None = None,
    may_wait: bool = True,
) -> tuple[list[EditJob], bool]:
    """Queue wishes that one press has sent: all of them or none, once per submit key.

    Each becomes a job with a key and a Consent of its own; the shown price is that of all
    together. When the caps do not allow all of them, all wait for approval, without a Consent.
    Otherwise as `submit_edit`.
    """
    earlier = _sent_before(owner, wishes, submit_key)
    if earlier:
        for job in reversed(earlier) if to_front else ():
            turns.to_the_front(job)
        return earlier, False
    ready = checked(owner, wishes, shown_price_nano, run_again=run_again)
    numbered = _keys_of(submit_key, len(ready))
    jobs = [_job_of(owner, each, key) for each, key in zip(ready, numbered, strict=True)]
    try:
        with transaction.atomic():
            place = turns.front_place(owner) if to_front else 0
            for job in jobs:
                job.place = place
            _queue_or_hold(jobs, ready, by or owner, may_wait=may_wait, to_front=to_front)
            for job in jobs if by and by != owner else ():
                record("job.retried", by=by, on=job, facts={"price_nano": job.estimate_nano})
    except keys.NoOwnKey as missing:
        raise SubmitRefused(str(missing), field="key", status=402) from missing
    except IntegrityError:
        # The same form arrived twice at once and the other one was quicker.
        earlier = _sent_before(owner, wishes, submit_key)
        if earlier is None:
            raise
        return earlier, False
    return jobs, True


def _keys_of(submit_key: uuid.UUID, count: int) -> list[uuid.UUID]:
    """Give each edit of one press its key: the form's own, and what follows from it."""
    more = [uuid.uuid5(submit_key, f"edit {number}") for number in range(2, count + 1)]
    return [submit_key, *more]


def _sent_before(
    owner: User, wishes: Sequence[Wish], submit_key: uuid.UUID
) -> list[EditJob] | None:
    """Find what this very form has sent already. Refuse it when it asked for something else."""
    possible = _keys_of(submit_key, MOST_TOGETHER)
    found = {
        job.submit_key: job for job in EditJob.objects.filter(owner=owner, submit_key__in=possible)
    }
    if not found:
        return None
    jobs = [found[key] for key in possible if key in found]
    if len(jobs) != len(wishes) or not all(map(is_wish_of, jobs, wishes)):
        sentence = "This form was already sent with other settings. Reload the page and try again."
        raise SubmitRefused(sentence, status=409)
    return jobs


def _job_of(owner: User, ready: Checked, submit_key: uuid.UUID) -> EditJob:
    """Make the job of a wish, not saved yet; what is painted is kept."""
    wish, mask = ready.wish, ready.mask
    return EditJob(
        owner=owner,
        submit_key=submit_key,
        picture=wish.picture,
        mask=keep_painted(wish.picture, mask) if isinstance(mask, PaintedMask) else mask,
        prompt=wish.prompt,
        model_id=wish.model.model_id,
        model_name=wish.model.name,
        n=wish.n,
        size=wish.size,
        **kept_wish(wish.frame),
        mask_test=wish.test,
        mask_dialect=wish.dialect or "",
        estimate_nano=ready.estimate_nano,
        wish_hash=ready.digest,
        withheld_at=timezone.now() if starts_withheld() and not wish.test else None,
    )


def _queue_or_hold(
    jobs: Sequence[EditJob], ready: Sequence[Checked], by: User, *, may_wait: bool, to_front: bool
) -> None:
    """Queue all of these, or where a cap does not allow it hold all. Raises SubmitRefused."""
    words = _queued_words(len(jobs), to_front=to_front)
    try:
        with transaction.atomic():
            for job, each in zip(jobs, ready, strict=True):
                _keep(job, each)
                job.note(words, actor=by)
                budgets.grant_consent(job, each.estimate_nano, by=by)
                transaction.on_commit(partial(hint_job, job.pk), robust=True)
    except OverBudget as over:
        owner = jobs[0].owner
        sentence = allowances.over_words(owner, [each.estimate_nano for each in ready])
        if not may_wait:
            raise _over_budget(f"{sentence} Nothing was sent.") from over
        held = EditJob.objects.owned_by(owner).filter(state=JobState.HELD).count()
        if held + len(jobs) > MOST_HELD:
            much = f"{held} edits of yours wait for approval already. Nothing was sent."
            raise _over_budget(f"{sentence} {much}") from over
        for job, each in zip(jobs, ready, strict=True):
            job.state = JobState.HELD
            job.failure_sentence = f"{sentence} {wording.WAITS_FOR_LEAVE}"
            _keep(job, each)
            job.note(f"Waiting for approval. {sentence}", actor=by)


def _keep(job: EditJob, ready: Checked) -> None:
    job.save(force_insert=True)
    Reference.objects.keep(job, ready.wish.references)
    SubmittedModel.objects.keep(job, ready.wish.model)


def _over_budget(sentence: str) -> SubmitRefused:
    return SubmitRefused(sentence, field="budget", status=402)


def _queued_words(together: int, *, to_front: bool) -> str:
    words = "Queued"
    if to_front:
        words += " before the other edits of its owner"
    if together > 1:
        words += f", as one of {together} edits for areas that lie far apart"
    return f"{words}."


def repeat_edit(
    job: EditJob, actor: User, submit_key: uuid.UUID, shown_price_nano: int | None
) -> EditJob:
    """Queue the same wish again as a new job, at the price shown, for the job's owner.

    Raises SubmitRefused when the job is still open, or it, its picture or its model is gone.
    """
    if job.is_open:
        sentence = "This edit is still running. Cancel it, or wait for its end."
        raise SubmitRefused(sentence, status=409)
    if job.trashed_at is not None:  # and once it is erased, neither words nor paint are left
        sentence = "This edit has been deleted, so it cannot be sent again."
        raise SubmitRefused(sentence, status=409)
    if not job.picture.is_shown:
        gone = "withheld" if job.picture.deleted_at is None else "deleted"
        sentence = f"The picture of this edit has been {gone}."
        raise SubmitRefused(sentence, status=409)
    model = UpstreamModel.objects.offered().filter(model_id=job.model_id).first()
    if model is None:
        sentence = f"{job.model_name} is not offered any more. Choose another model in the studio."
        raise SubmitRefused(sentence, field="model", status=409)
    wish = Wish(
        job.picture,
        job.prompt,
        model,
        job.n,
        job.size,
        job.mask,
        job.frame_wish,
        tuple(Reference.objects.pictures_of(job)),
        job.mask_test,
        MaskDialect(job.mask_dialect) if job.mask_dialect else None,
    )
    again, is_new = submit_edit(
        job.owner, wish, submit_key, shown_price_nano, run_again=True, by=actor
    )
    if is_new and actor != job.owner:
        again.note("Sent again by staff.", actor=actor)
    return again


def pay_again(
    job: EditJob,
    actor: User,
    *,
    shown_price_nano: int | None = NOT_SHOWN,
    agreed_before: int | None = None,
) -> bool:
    """Give a new consent to a job whose outcome is unknown, and queue it.

    The first call may have been charged; the page that leads here says so. `agreed_before`
    is how many consents that page knew of, None when it did not say. False when the job is
    not unknown any more, or unknown anew: a second click changes nothing. Raises OverBudget,
    and PriceChanged when the price the page named is not today's any more.
    """
    if agreed_before is not None and agreed_before != job.consents.count():
        return False
    check_is_on(job.owner)
    if job.state == JobState.UNKNOWN:
        _renew_estimate(job)
        if shown_price_nano not in (NOT_SHOWN, job.estimate_nano):
            raise PriceChanged(job.estimate_nano)
    agreed = job.estimate_nano
    try:
        keys.payer_of(job.owner, actor)
    except keys.NoOwnKey as missing:
        raise SubmitRefused(str(missing), field="key", status=402) from missing
    with transaction.atomic():
        if job.state != JobState.UNKNOWN or not job.move(
            JobState.QUEUED,
            f"Agreed to pay again, {job.estimate_text}.",
            actor=actor,
            hinted_at=None,
            reason="",
            failure_sentence="",
            cancel_requested=False,
            hidden=False,
        ):
            return False
        budgets.grant_consent(job, agreed, by=actor)
        if actor.pk != job.owner_id:
            record("job.paid_again", by=actor, on=job, facts={"price_nano": agreed})
        transaction.on_commit(partial(hint_job, job.pk), robust=True)
    return True


def _renew_estimate(job: EditJob) -> None:
    """Make the job's estimate today's price. Raises PriceChanged when it was another one."""
    model = UpstreamModel.objects.offered().filter(model_id=job.model_id).first()
    if model is None:
        sentence = f"{job.model_name} is not offered any more, so it cannot be paid again."
        raise SubmitRefused(sentence, status=409)
    check_not_held_back(model)
    price = model.estimate_nano(job.size, job.n)
    if price != job.estimate_nano:
        EditJob.objects.filter(pk=job.pk).update(estimate_nano=price)
        job.estimate_nano = price
        raise PriceChanged(price)


def give_up(job: EditJob, actor: User) -> bool:
    """Close a job whose outcome is unknown without paying again; False when it is not unknown."""
    with transaction.atomic():
        given_up = job.state == JobState.UNKNOWN and job.move(
            JobState.FAILED,
            "Given up. The call may have been charged.",
            actor=actor,
            failure_sentence="Given up: no answer came back, and the call may have been charged.",
        )
        if given_up:
            budgets.settle_doubtful(job, "assumed when given up")
    return given_up


def look_again(job: EditJob) -> bool:
    """Try at once, and for free, to keep an answer that is already paid for."""
    due = Attempt.objects.filter(job=job, state=Attempt.State.RECEIVED).update(next_at=None)
    for attempt in job.attempts.filter(state=Attempt.State.RECEIVED):
        hint_results(attempt.pk)
    return due > 0
