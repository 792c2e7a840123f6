"""Money as integer nano-dollars (1 USD = 1_000_000_000), read without a single binary float."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from editor.nanogpt.messages import Cost

NANO = 1_000_000_000
# No single picture costs more than this, so a higher figure is a mistake and not a price.
PLAUSIBLE_COST = 1_000 * NANO
_LARGEST = Decimal(1_000_000_000)
_NUMBER = re.compile(r"[+-]?(\d{1,20}(\.\d{0,40})?|\.\d{1,40})([eE][+-]?\d{1,3})?", re.ASCII)
_MAX_TEXT = 40


def nano_dollars(value: object) -> int | None:
    """Dollars as int, float, Decimal or text -> nano-dollars; None for anything that is no sum."""
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal, str)):
        return None
    text = str(value).strip().removeprefix("$") if not isinstance(value, int) else None
    if text is not None and not _NUMBER.fullmatch(text):
        return None
    try:
        amount = Decimal(text) if text is not None else Decimal(value)
    except (InvalidOperation, ValueError):
        return None
    if abs(amount) > _LARGEST:
        return None
    return int((amount * NANO).to_integral_value(ROUND_HALF_UP))


def read_price(value: object) -> int | None:
    """A listed price in nano-dollars; None unless it is a plausible sum above zero."""
    nano = nano_dollars(value)
    return nano if nano is not None and 0 < nano <= PLAUSIBLE_COST else None


def read_cost(body: Mapping[str, object], headers: Mapping[str, str]) -> Cost | None:
    """What this answer says it cost, in its body or else its headers; None if it says nothing."""
    said = body.get("cost")
    for header in ("x-cost", "x-nano-cost"):
        if said is None:
            said = headers.get(header)
    if said is None:
        return None
    currency = _currency(body)
    nano = nano_dollars(said) if currency == "USD" else None
    if nano is not None and not 0 <= nano <= PLAUSIBLE_COST:
        nano = None
    text = _short(said) if isinstance(said, (str, int, float, Decimal)) else ""
    return Cost(nano_dollars=nano, text=text, currency=currency)


def read_balance(body: Mapping[str, object], headers: Mapping[str, str]) -> int | None:
    """The balance after the call; the header is read after the charge, so it goes first."""
    if _currency(body) != "USD":
        return None
    said: object = headers.get("x-remaining-balance")
    nano = nano_dollars(said)
    return nano if nano is not None else nano_dollars(body.get("remainingBalance"))


def _currency(body: Mapping[str, object]) -> str:
    for key in ("currency", "paymentSource"):
        word = body.get(key)
        if isinstance(word, str) and word.strip().upper() in ("XNO", "NANO"):
            return "XNO"
    return "USD"


def _short(said: str | int | float | Decimal) -> str:
    text = f"{said:.1e}" if isinstance(said, int) and abs(said) > NANO * NANO else str(said)
    return "".join(char for char in text if char.isprintable())[:_MAX_TEXT]
