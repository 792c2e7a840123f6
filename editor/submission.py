"""Stage 3: a wish becomes a queued job. Also how it is asked for once more, or given up.

The web side of the line ends here: rows are written, and after the commit Celery is
given a hint. When the hint is lost, the sweep of the job table finds the row.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from functools import partial

from django.db import IntegrityError, transaction

from editor import budgets
from editor.budgets import OverBudget
from editor.imaging.encoding import MaskDialect
from editor.imaging.framing import Box
from editor.imaging.planning import FrameChoice, FrameWish
from editor.masks import PaintedMask, keep_painted, read_painted
from editor.models import (
    Attempt,
    EditJob,
    JobState,
    Mask,
    MaskTest,
    Picture,
    Reference,
    UpstreamModel,
    User,
    wording,
)
from editor.models.catalogue import HELD_BACK
from editor.models.frame_wording import NOTHING_PAINTED
from editor.models.framings import kept_wish, wish_key
from editor.models.wishes import wish_hash
from editor.money import dollars
from editor.tasks import hint_job, hint_results


@dataclass(frozen=True)
class Wish:
    """Everything a person asked for, checked for shape by the form."""

    picture: Picture
    prompt: str
    model: UpstreamModel
    n: int
    size: str
    mask: bytes | Mask | None  # painted just now, painted before, or the whole picture may change
    frame: FrameWish = field(default_factory=FrameWish)
    references: tuple[Picture, ...] = ()  # further pictures to send along, in this order
    test: MaskTest | None = None  # what it is part of, if it is a test of masks,
    dialect: MaskDialect | None = None  # and how the mask is written for it


class SubmitRefused(Exception):
    """A wish that is not taken, with one sentence for people and the field it is about."""

    def __init__(self, sentence: str, *, field: str = "", status: int = 422) -> None:
        super().__init__(sentence)
        self.field = field
        self.status = status


NOT_SHOWN = -1  # no price was shown at all, which is not the same as "unknown"


class PriceChanged(SubmitRefused):
    """The price on the button is not the price of the catalogue any more."""

    def __init__(self, price_nano: int | None) -> None:
        super().__init__(
            f"The price has changed: this edit is now {dollars(price_nano)}. "
            "Nothing was sent; press the button again if you agree.",
            field="shown_price",
            status=409,
        )
        self.price_nano = price_nano


class AlreadyDone(SubmitRefused):
    """The very same wish has its result already, or is on its way to it: `job`."""

    def __init__(self, job: EditJob) -> None:
        super().__init__(wording.already_there(job), status=409)
        self.job = job


def submit_edit(
    owner: User,
    wish: Wish,
    submit_key: uuid.UUID,
    shown_price_nano: int | None,
    *,
    run_again: bool = False,
    by: User | None = None,
) -> tuple[EditJob, bool]:
    """Queue a wish, once per submit key; give the job and whether it is new.

    The shown price is what the person agreed to pay, so it must still be the price.
    `run_again` pays for a wish although the same one has its result already; `by` is who
    consents, when it is not the owner.
    Raises AlreadyDone and PriceChanged before anything is kept; SubmitRefused, MaskRefused.
    """
    earlier = EditJob.objects.filter(owner=owner, submit_key=submit_key).first()
    if earlier:
        return _same_wish(earlier, wish), False
    _check_references(owner, wish)
    painted = read_painted(wish.picture, wish.mask) if isinstance(wish.mask, bytes) else wish.mask
    digest = _hash_of(wish, painted)
    there = None if run_again else EditJob.objects.already_there(owner, digest)
    if there is not None:
        raise AlreadyDone(there)
    estimate = _agreed_price(wish, shown_price_nano)
    _check_frame(wish.frame, painted)
    mask = keep_painted(wish.picture, painted) if isinstance(painted, PaintedMask) else painted
    job = EditJob(
        owner=owner,
        submit_key=submit_key,
        picture=wish.picture,
        mask=mask,
        prompt=wish.prompt,
        model_id=wish.model.model_id,
        model_name=wish.model.name,
        n=wish.n,
        size=wish.size,
        **kept_wish(wish.frame),
        mask_test=wish.test,
        mask_dialect=wish.dialect or "",
        estimate_nano=estimate,
        wish_hash=digest,
    )
    try:
        with transaction.atomic():
            job.save(force_insert=True)
            Reference.objects.keep(job, wish.references)
            budgets.grant_consent(job, estimate, by=by or owner)
            job.note("Queued.", actor=by or owner)
            transaction.on_commit(partial(hint_job, job.pk), robust=True)
    except OverBudget as over:
        raise SubmitRefused(str(over), field="budget", status=402) from over
    except IntegrityError:
        # The same form arrived twice at once and the other one was quicker.
        return _same_wish(EditJob.objects.get(owner=owner, submit_key=submit_key), wish), False
    return job, True


def _check_not_held_back(model: UpstreamModel) -> None:
    if model.held_back:
        sentence = f"{model.name} cannot be used just now. {HELD_BACK}"
        raise SubmitRefused(sentence, field="model", status=409)


def _agreed_price(wish: Wish, shown_price_nano: int | None) -> int | None:
    _check_not_held_back(wish.model)
    estimate = wish.model.estimate_nano(wish.size, wish.n)
    if shown_price_nano != estimate:
        raise PriceChanged(estimate)
    if wish.model.mask_support == UpstreamModel.MaskSupport.REQUIRED and wish.mask is None:
        sentence = f"{wish.model.name} only works with a mask: paint the part that may change."
        raise SubmitRefused(sentence, field="mask")
    return estimate


def _check_references(owner: User, wish: Wish) -> None:
    """Refuse more than the model takes, and what is not this person's, or not any more."""
    most, given = wish.model.max_references, wish.references
    if len(given) > most:
        sentence = f"{wish.model.name} takes {wish.model.references_text}, not {len(given)}."
        raise SubmitRefused(sentence, field="references")
    there = Picture.objects.owned_by(owner).filter(pk__in=[picture.pk for picture in given])
    if there.count() != len(given):  # gone meanwhile, somebody else's, or the same one twice
        sentence = "A reference is not there any more. Choose again."
        raise SubmitRefused(sentence, field="references")


def _check_frame(frame: FrameWish, mask: PaintedMask | Mask | None) -> None:
    """Refuse a frame by hand that holds nothing of the paint: nothing could change."""
    if mask is None or frame.choice is not FrameChoice.BY_HAND or frame.box is None:
        return
    painted = (
        mask.measure.box
        if isinstance(mask, PaintedMask)
        else Box(mask.left, mask.top, mask.right, mask.bottom)
    )
    if painted and not painted.meet(frame.box):
        raise SubmitRefused(NOTHING_PAINTED, field="frame")


def _hash_of(wish: Wish, mask: PaintedMask | Mask | None) -> str:
    return wish_hash(
        wish.picture.sha256,
        mask.sha256 if mask else None,
        wish.prompt,
        wish.model.model_id,
        wish.n,
        wish.size,
        wish_key(wish.frame, masked=mask is not None),
        [picture.sha256 for picture in wish.references],
        wish.dialect or "",
    )


def _same_wish(job: EditJob, wish: Wish) -> EditJob:
    same = (job.picture_id, job.prompt, job.model_id, job.n, job.size, job.frame_wish) == (
        wish.picture.pk,
        wish.prompt,
        wish.model.model_id,
        wish.n,
        wish.size,
        wish.frame,
    )
    if not same or Reference.objects.pictures_of(job) != list(wish.references):
        sentence = "This form was already sent with other settings. Reload the page and try again."
        raise SubmitRefused(sentence, status=409)
    return job


def repeat_edit(
    job: EditJob, actor: User, submit_key: uuid.UUID, shown_price_nano: int | None
) -> EditJob:
    """Queue the same wish again as a new job, at the price shown, for the job's owner.

    Raises SubmitRefused when the job is still open, or its picture or model is gone.
    """
    if job.is_open:
        sentence = "This edit is still running. Cancel it, or wait for its end."
        raise SubmitRefused(sentence, status=409)
    if job.picture.deleted_at is not None:
        sentence = "The picture of this edit has been deleted."
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
        again.note(f"Sent again by {actor.get_username()}.", actor=actor)
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
    if job.state == JobState.UNKNOWN:
        _renew_estimate(job)
        if shown_price_nano not in (NOT_SHOWN, job.estimate_nano):
            raise PriceChanged(job.estimate_nano)
    agreed = job.estimate_nano
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
        transaction.on_commit(partial(hint_job, job.pk), robust=True)
    return True


def _renew_estimate(job: EditJob) -> None:
    """Make the job's estimate today's price. Raises PriceChanged when it was another one."""
    model = UpstreamModel.objects.offered().filter(model_id=job.model_id).first()
    if model is None:
        sentence = f"{job.model_name} is not offered any more, so it cannot be paid again."
        raise SubmitRefused(sentence, status=409)
    _check_not_held_back(model)
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
