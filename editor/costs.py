"""Looks at figures: what a call is said to have cost, and what is left on the account.

Staff are told of odd ones. A model that charged more than was agreed to is held back until
they have looked. Nothing here changes a reserve or a charge.
"""

from __future__ import annotations

import logging
from decimal import Decimal, InvalidOperation

from django.db.models.functions import Now

from editor.flagging import flag_fact
from editor.models import (
    Attempt,
    EditJob,
    Flag,
    JobState,
    SpendingCaps,
    StaffAlert,
    UpstreamModel,
    User,
)
from editor.money import NANO, dollars
from editor.nanogpt.errors import NanoGPTError, OutcomeUnknown
from editor.nanogpt.messages import Cost, EditAnswer

logger = logging.getLogger(__name__)

ROUNDING_NANO = 100_000  # a hundredth of a cent: providers round, and nobody minds
UNHEARD_OF_NANO = 10 * NANO  # no edit costs as much, so it is odd without a price to compare too
HELD_BACK = "held_back"  # reason of jobs that wait until staff have looked at their model


def look_at_call(attempt: Attempt, ended: EditAnswer | NanoGPTError) -> None:
    """Look at what the end of a call said about money. Raises nothing: its record goes first."""
    if not isinstance(ended, EditAnswer | OutcomeUnknown):
        return
    try:
        if not (attempt.consent and attempt.consent.own_key_id):  # what is on theirs is private
            look_at_balance(ended.balance_nano, attempt.key_tail)
        if ended.cost or isinstance(ended, EditAnswer):  # a failure need not name a cost
            _look_at_cost(attempt, ended.cost)
    except Exception:
        logger.exception("The cost of attempt %s could not be looked at.", attempt.pk)


def look_at_balance(balance_nano: int | None, key_tail: str) -> None:
    """Tell staff when less is left than the floor, and take it back when it is more again."""
    if balance_nano is None:
        return
    floor = SpendingCaps.objects.current().balance_floor_nano
    if not floor:
        return
    subject = f"key …{key_tail}"
    if balance_nano < floor:
        left, least = dollars(balance_nano), dollars(floor)
        sentence = f"{left} left on the account of {subject}, less than {least}. Top it up."
        StaffAlert.objects.tell(StaffAlert.Kind.LOW_BALANCE, subject, sentence)
        return
    told = StaffAlert.objects.filter(kind=StaffAlert.Kind.LOW_BALANCE, subject=subject)
    if told.unresolved().exists():
        told.resolve()


def _look_at_cost(attempt: Attempt, cost: Cost | None) -> None:
    agreed = attempt.consent.max_cost_nano if attempt.consent else None
    said = _odd_words(cost, agreed)
    if not said:
        return
    job = EditJob.objects.get(pk=attempt.job_id)  # where it stands by now
    expected = "no price was known" if agreed is None else f"{dollars(agreed)} was expected"
    sentence = f"{job.model_name} {said} where {expected}."
    job.note(sentence)
    if _is_above(cost, agreed):
        flag_fact(job, Flag.Kind.COST, sentence)
        UpstreamModel.objects.filter(model_id=job.model_id).update(held_back=sentence[:300])
        sentence += " New edits with it wait until you have looked."
    StaffAlert.objects.tell(StaffAlert.Kind.ODD_COST, job.model_id, sentence, job)


def _odd_words(cost: Cost | None, agreed: int | None) -> str:
    """What is odd about a cost, or nothing."""
    if cost is None:
        return "named no cost"
    if cost.nano_dollars is None:
        currency = "" if cost.currency == "USD" else f" {cost.currency}"
        return f"named “{cost.text}”{currency} as its cost"
    limit = UNHEARD_OF_NANO if agreed is None else agreed + ROUNDING_NANO
    return f"charged {dollars(cost.nano_dollars)}" if cost.nano_dollars > limit else ""


def _is_above(cost: Cost | None, agreed: int | None) -> bool:
    """Whether more was charged than agreed to, as far as this can be compared."""
    if cost is None or agreed is None or cost.currency != "USD":
        return False
    if cost.nano_dollars is not None:
        return cost.nano_dollars > agreed + ROUNDING_NANO
    try:
        # A sum that is too large to be believed is settled at the estimate, and still above it.
        return Decimal(cost.text.removeprefix("$")) * NANO > agreed + ROUNDING_NANO
    except InvalidOperation:
        return False


def offer_again(model: UpstreamModel, by: User) -> None:
    """Let new edits with a model pass again: staff have looked. Wakes those that wait for it."""
    UpstreamModel.objects.filter(pk=model.pk).update(held_back="")
    told = StaffAlert.objects.filter(kind=StaffAlert.Kind.ODD_COST, subject=model.model_id)
    told.resolve(by)
    waiting = EditJob.objects.filter(state=JobState.WAITING, reason=HELD_BACK)
    waiting.filter(model_id=model.model_id).update(next_at=Now())


def resolve(alert: StaffAlert, by: User) -> UpstreamModel | None:
    """Close what staff have looked at; gives the model that was held back for it, if one was.

    It is offered again. Nothing happens when the alert is resolved already.
    """
    if StaffAlert.objects.filter(pk=alert.pk).resolve(by) != 1:
        return None
    if alert.kind != StaffAlert.Kind.ODD_COST:
        return None
    held = UpstreamModel.objects.filter(model_id=alert.subject).exclude(held_back="").first()
    if held:
        offer_again(held, by)
    return held
