"""What is to be expected: how long calls usually take here, and whether any can leave now."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime

from django.core.cache import caches
from django.utils import timezone

from editor.gates import key_hash
from editor.latencies import quantile, seconds_by_model
from editor.models import Gate, OwnKey, User

PER_MODEL = 200  # calls that count, the newest
AT_LEAST = 3
CACHE_KEY = "usual-seconds"
CACHE_SECONDS = 5
MOST_SHARE = 0.97
MONEY_WORDS = ("credit", "balance", "funds", "quota")  # in the codes of refusals for money


@dataclass(frozen=True)
class Usual:
    """How long answered calls of one model took on this server, in seconds."""

    median: float
    p90: float
    count: int

    @property
    def words(self) -> str:
        """The usual time as a range, for people."""
        return f"usually {range_words(self.median, self.p90)} on this server"


@dataclass(frozen=True)
class Closed:
    """Why no call can leave now, what the upstream said, and when it is looked at again."""

    title: str
    said: str
    until: datetime | None


def usual_seconds(model_id: str) -> Usual | None:
    """Median and 90th percentile of this model's calls; None before there are enough."""
    return usual_of_all().get(model_id)


def usual_of_all() -> dict[str, Usual]:
    """The usual times of every model that has been called often enough, by model id."""
    known: dict[str, Usual] | None = caches["memory"].get(CACHE_KEY)
    if known is None:
        known = _measure()
        caches["memory"].set(CACHE_KEY, known, CACHE_SECONDS)
    return known


def _measure() -> dict[str, Usual]:
    taken = seconds_by_model(PER_MODEL)
    usual = {model_id: usual_from(seconds) for model_id, seconds in taken.items()}
    return {model_id: found for model_id, found in usual.items() if found}


def usual_from(seconds: list[float]) -> Usual | None:
    """Summarise durations in seconds; None when there are too few to say anything."""
    if len(seconds) < AT_LEAST:
        return None
    ordered = sorted(seconds)
    return Usual(quantile(ordered, 0.5), quantile(ordered, 0.9), len(ordered))


def range_words(low: float, high: float) -> str:
    """Say a range of seconds: "12 to 40 s", "about 12 s", "50 s to 2 min", "2 to 3 min"."""
    first, last = _rounded(low), _rounded(high)
    if first >= last:
        return f"about {_one(first)}"
    if (first < 90) == (last < 90):
        return f"{_one(first).split()[0]} to {_one(last)}"
    return f"{_one(first)} to {_one(last)}"


def _rounded(seconds: float) -> int:
    """Whole seconds under 90, whole minutes above; never less than a second."""
    if seconds < 89.5:
        return max(1, round(seconds))
    return 60 * max(2, math.ceil(seconds / 60 - 0.25))


def _one(seconds: int) -> str:
    return f"{seconds} s" if seconds < 90 else f"{seconds // 60} min"


def share_done(elapsed: float, p90: float) -> float:
    """How far a progress bar may go: nine tenths at the 90th percentile, never the whole.

    static/js/elapsed.js draws by the same curve.
    """
    return min(MOST_SHARE, 1 - math.pow(0.1, max(0.0, elapsed) / max(p90, 0.1)))


def closed_gate(user: User | None = None) -> Closed | None:
    """Tell why no call of this person can leave at present; None when the gate is open.

    Without a person it is about this server's key.
    """
    own = OwnKey.objects.current_of(user) if user else None
    closed = Gate.objects.exclude(state=Gate.State.OPEN)
    gate = closed.filter(key_hash=own.key_hash if own else key_hash()).first()
    if gate is None:
        return None
    if gate.state == Gate.State.PAUSED and (gate.closed_until or timezone.now()) <= timezone.now():
        return None
    # The gate's own sentence is "its kind: what the upstream said"; the title has the kind.
    said = gate.sentence.partition(": ")[2] or gate.sentence
    return Closed(closed_title(gate, is_own=own is not None), said, gate.closed_until)


def closed_title(gate: Gate, *, is_own: bool = False) -> str:
    """Say in one sentence what keeps a closed gate closed; `is_own`: of the reader's own key."""
    key = f"your key …{gate.key_tail}" if is_own else "this server's key"
    if any(word in gate.reason for word in MONEY_WORDS):
        account = f"The account of {key}" if is_own else "This server's account at the upstream"
        return f"{account} has no credit left."
    if gate.state == Gate.State.PARKED:
        return f"The upstream refuses {key}."
    if gate.state == Gate.State.TRIPPED:
        return "The upstream does not answer just now and is left to rest."
    return "The upstream asks this server to wait."
