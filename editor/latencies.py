"""How long calls took, by model: the one source of what choosers, queues and the dashboard say."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.db.models import F

from editor.models import Attempt

ANSWERED = (Attempt.State.RECEIVED, Attempt.State.SAVED, Attempt.State.LOST)
LOOK_BACK = 5000  # calls of all models together that are read for it


def seconds_by_model(per_model: int, since: datetime | None = None) -> dict[str, list[float]]:
    """Seconds of each model's newest answered calls, at most `per_model`, by the model's id.

    Of all models together the newest LOOK_BACK calls are read; one query.
    """
    # States are told apart here: asked for them, SQLite sorts all calls instead of walking back.
    calls = Attempt.objects.filter(answered_at__gt=F("sent_at"))
    if since:
        calls = calls.filter(sent_at__gte=since)
    newest = calls.order_by("-sent_at").values_list(
        "job__model_id", "state", "sent_at", "answered_at"
    )
    taken: dict[str, list[float]] = defaultdict(list)
    for model_id, state, sent_at, answered_at in newest[:LOOK_BACK]:
        if state not in ANSWERED or not model_id or answered_at is None:
            continue
        if len(taken[model_id]) < per_model:
            taken[model_id].append((answered_at - sent_at).total_seconds())
    return dict(taken)


def quantile(ordered: Sequence[float], share: float) -> float:
    """The value that this share of an ascending list does not exceed."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
