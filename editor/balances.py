"""What is left on the account of the upstream key: when it was last said, and asking now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models.functions import Now
from django.utils import timezone

from editor import costs
from editor.audit import record
from editor.gates import key_hash, the_gate
from editor.models import Attempt, Evidence, Gate, SpendingCaps, User
from editor.money import dollars
from editor.upstream import key_tail, open_client

SECONDS = 10.0  # somebody waits for it


@dataclass(frozen=True)
class Reading:
    """A balance, and when the upstream named it."""

    at: datetime
    nano: int

    @property
    def text(self) -> str:
        return dollars(self.nano)

    @property
    def is_low(self) -> bool:
        """Whether less is left than staff want to see."""
        return self.nano < SpendingCaps.objects.current().balance_floor_nano


def last_reading() -> Reading | None:
    """The newest balance of the present key that anything has told; None before the first."""
    answers = Attempt.objects.filter(key_hash=key_hash()).exclude(balance_after_nano=None)
    looks = Evidence.objects.filter(attempt__key_hash=key_hash()).exclude(balance_nano=None)
    asked = Gate.objects.filter(key_hash=key_hash()).exclude(balance_at=None)
    readings = [
        answers.exclude(answered_at=None)
        .order_by("-answered_at")
        .values_list("answered_at", "balance_after_nano")
        .first(),
        looks.order_by("-at").values_list("at", "balance_nano").first(),
        asked.values_list("balance_at", "balance_nano").first(),
    ]
    known = [Reading(at, nano) for at, nano in filter(None, readings) if at and nano is not None]
    return max(known, key=lambda each: each.at, default=None)


def read_now(by: User) -> Reading | None:
    """Ask the upstream, for free; None when it names no sum. Raises NanoGPTError."""
    gate = the_gate()
    with open_client(SECONDS) as client:
        balance = client.balance().usd_nano
    record("balance.read", by=by, facts={"balance_nano": balance, "key": key_tail()})
    if balance is None:
        return None
    Gate.objects.filter(pk=gate.pk).update(balance_nano=balance, balance_at=Now())
    costs.look_at_balance(balance, key_tail())
    return Reading(timezone.now(), balance)
