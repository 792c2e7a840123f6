"""The few answer headers that matter here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from editor.nanogpt.cleaning import clean_id

SHORTEST_WAIT = 1.0
LONGEST_WAIT = 86_400.0
_SECONDS = re.compile(r"[+-]?\d{1,18}(\.\d{1,9})?", re.ASCII)


def request_id_of(headers: Mapping[str, str]) -> str | None:
    """The provider's own id for this request, if it gave one."""
    return clean_id(headers.get("X-Request-ID", "").strip())


def retry_after_of(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Seconds to wait, between 1 s and 24 h; None if the header is absent or makes no sense."""
    text = headers.get("Retry-After", "").strip()
    if _SECONDS.fullmatch(text):
        seconds = float(text)
    else:
        try:
            moment = parsedate_to_datetime(text)
        except (ValueError, TypeError, OverflowError):
            return None
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        seconds = (moment - (now or datetime.now(UTC))).total_seconds()
    return min(LONGEST_WAIT, max(SHORTEST_WAIT, seconds))
