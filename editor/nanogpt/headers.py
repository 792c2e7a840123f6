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


def retry_after_of(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait, between 1 s and 24 h; None if the header is absent or makes no sense.

    A date is reckoned from the answer's own Date: the clock of this machine may be wrong.
    """
    text = headers.get("Retry-After", "").strip()
    if _SECONDS.fullmatch(text):
        seconds = float(text)
    else:
        moment = _date_of(text)
        if moment is None:
            return None
        now = _date_of(headers.get("Date", "")) or datetime.now(UTC)
        seconds = (moment - now).total_seconds()
    return min(LONGEST_WAIT, max(SHORTEST_WAIT, seconds))


def _date_of(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text.strip())
    except (ValueError, TypeError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
