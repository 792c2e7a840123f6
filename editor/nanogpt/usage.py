"""Reads what the provider's own books say: one charge by request id, or the totals of a day."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from editor.nanogpt.envelopes import read_envelope
from editor.nanogpt.messages import DayUsage, RequestUsage
from editor.nanogpt.money import nano_dollars, read_cost
from editor.nanogpt.transport import Reply

# One segment of a path: no slash, no dots alone, nothing that would need quoting.
_PLAIN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,199}")

FOUND = "The upstream knows of a charge under this request id."
NOT_FOUND = (
    "The upstream knows of no charge under this request id. That proves nothing: "
    "it may come later, or not be kept for pictures."
)
SEVERAL = "The upstream knows of several charges under this request id."


def is_plain_id(request_id: str) -> bool:
    """Whether the id can stand in an address as it is."""
    return _PLAIN_ID.fullmatch(request_id) is not None


def without_charge(reply: Reply) -> RequestUsage | None:
    """The two documented answers that name no charge; None for any other answer.

    Only in the provider's own words: a proxy's 404 page says nothing about a charge.
    """
    if reply.broken or reply.status not in (404, 409):
        return None
    if read_envelope(reply.status, reply.body) is None:
        return None
    if reply.status == 404:
        return RequestUsage("not_found", NOT_FOUND)
    return RequestUsage("several", SEVERAL)


def read_charge(body: object) -> RequestUsage | None:
    """A charge that was found; None if the body names no cost at all."""
    if not isinstance(body, Mapping):
        return None
    cost = read_cost(body, {})
    if cost is None:
        return None
    return RequestUsage("found", FOUND, cost)


def read_day(body: object, day: date) -> DayUsage | None:
    """The totals of a day; None if the body has none."""
    totals = body.get("totals") if isinstance(body, Mapping) else None
    if not isinstance(totals, Mapping):
        return None
    requests = totals.get("requests")
    counted = isinstance(requests, int) and not isinstance(requests, bool) and requests >= 0
    cost = nano_dollars(totals.get("netCostUsd"))
    if cost is None:
        cost = nano_dollars(totals.get("costUsd"))
    return DayUsage(day, requests if counted else None, cost)
