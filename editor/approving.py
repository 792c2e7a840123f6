"""The approval lane: somebody who may allows what a cap does not, or declines it.

A held job has no Consent, nothing is set aside for it and no worker takes it. An approval
gives its Consent above the caps, at the price of that moment; the history says who allowed
it, and where that is more than the owner had agreed to. Whoever comes second (another
approval, a decline, the owner's cancel) changes nothing and is told so.
"""

from __future__ import annotations

from functools import partial

from django.db import transaction

from editor import audit, budgets
from editor.models import EditJob, JobState, UpstreamModel, User, wording
from editor.money import dollars
from editor.tasks import hint_job
from editor.wishes import PriceChanged, SubmitRefused, check_not_held_back


def may_approve(user: User) -> bool:
    """Whether this person may spend above the caps: who sets them may allow more."""
    return user.is_active and user.is_administrator


def may_decline(user: User) -> bool:
    """Whether this person may say no, which costs nothing."""
    return user.is_active and user.has_perm("editor.review_editjob")


def price_today(job: EditJob) -> int | None:
    """What the call would cost now: what an approval agrees to. None: not known.

    Raises SubmitRefused when the model is not offered any more, or held back.
    """
    model = UpstreamModel.objects.offered().filter(model_id=job.model_id).first()
    if model is None:
        sentence = f"{job.model_name} is not offered any more. Decline the edit instead."
        raise SubmitRefused(sentence, status=409)
    check_not_held_back(model)
    return model.estimate_nano(job.size, job.n)


def approve(job: EditJob, by: User, shown_price_nano: int | None) -> bool:
    """Queue a held job above the caps, at the price that was shown to `by`.

    False when it does not wait any more. Raises SubmitRefused for somebody who may not, an
    owner who is switched off, a picture or model that is gone; PriceChanged when the price
    shown is not today's.
    """
    if not may_approve(by):
        sentence = "Only an administrator can allow more than the caps do."
        raise SubmitRefused(sentence, status=403)
    if job.state != JobState.HELD:
        return False
    if not job.owner.is_active:
        raise SubmitRefused("The account of its owner is switched off.", status=409)
    price = price_today(job)
    if price != shown_price_nano:
        raise PriceChanged(price)
    agreed = job.estimate_nano
    with transaction.atomic():
        moved = job.move(
            JobState.QUEUED,
            _approved_words(agreed, price),
            actor=by,
            estimate_nano=price,
            hinted_at=None,
            reason="",
            failure_sentence="",
        )
        if not moved:
            return False
        budgets.grant_consent(job, price, by=by, above_caps=True)
        facts = {"price_nano": price, "agreed_nano": agreed, "owner": job.owner_id}
        audit.record("job.approved", by=by, on=job, facts=facts)
        transaction.on_commit(partial(hint_job, job.pk), robust=True)
    return True


def decline(job: EditJob, by: User, reason: str) -> bool:
    """Close a held job; its owner reads the reason. False when it does not wait any more.

    Raises SubmitRefused for somebody who may not, or without a reason.
    """
    if not may_decline(by):
        raise SubmitRefused("Only staff who review edits can decline one.", status=403)
    said = reason.replace("\0", "").strip()
    if not said:
        raise SubmitRefused("Say why: the owner reads it.", field="reason")
    if job.state != JobState.HELD:
        return False
    sentence = f"Not approved: {said}"[:400]
    news = {"reason": wording.DECLINED, "failure_sentence": sentence}
    with transaction.atomic():
        moved = job.move(JobState.CANCELLED, sentence, actor=by, **news)
        if moved:
            audit.record("job.declined", by=by, on=job, why=said, facts={"owner": job.owner_id})
    return moved


def _approved_words(agreed: int | None, price: int | None) -> str:
    words = f"Approved above the budget, {dollars(price)}."
    if price is None or agreed is None or price <= agreed:
        return words
    return f"{words} When it was asked for, it cost {dollars(agreed)}."
