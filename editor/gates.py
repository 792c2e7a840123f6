"""One gate in front of each upstream key, shared by all workers.

Where no key is named, this server's is meant. What closes the gate of somebody's own key
holds up nobody else.

A call passes when the gate is open, a place for a parallel call is free and the rate
allows it. What the upstream answers may close it: for a time (429), until somebody or a
free request finds the key well again (401, 402, 403), or to let a failing upstream
rest. Only free requests probe a closed gate, never a paid edit.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Now

from editor import costs, keys
from editor.models import Attempt, EditJob, Gate, JobState, OwnKey
from editor.models.jobs import EditJobQuerySet
from editor.nanogpt.errors import (
    KeyRefused,
    NanoGPTError,
    NoCredit,
    OutcomeUnknown,
    RateLimited,
)
from editor.upstream import UpstreamKey, open_client, server_key

logger = logging.getLogger(__name__)

BURST = 5  # calls that may leave at once before the rate counts
PLACE_WAIT = timedelta(seconds=1)
FIRST_PAUSE_SECONDS = 30.0
LONGEST_PAUSE_SECONDS = 24 * 3600.0  # a daily cap ends at midnight
FIRST_REST_SECONDS = 60.0
LONGEST_REST_SECONDS = 600.0
FAILURES_TO_TRIP = 5
FAILURES_WITHIN = timedelta(minutes=2)
REASON = "gate"  # of jobs that wait for the gate, so that they can be woken when it opens


class NotNow(Exception):
    """The gate lets nothing pass. `until` is when to ask again; the text says why, for people."""

    def __init__(self, sentence: str, until: datetime) -> None:
        super().__init__(sentence)
        self.until = until


def key_hash() -> str:
    """Name this server's key without giving it away."""
    return server_key().digest


def the_gate(key: UpstreamKey | None = None) -> Gate:
    """Give the gate of a key, making its row at the first time."""
    key = key or server_key()
    gate, _ = Gate.objects.get_or_create(key_hash=key.digest, defaults={"key_tail": key.tail})
    return gate


def gate_of(attempt: Attempt) -> Gate:
    """Give the gate that a call went through."""
    return Gate.objects.filter(key_hash=attempt.key_hash).first() or the_gate()


def take_slot(key: UpstreamKey | None = None) -> Gate:
    """Pass the gate, in the transaction that commits the intent to call. Raises NotNow.

    The row is locked, so that rate and places hold over all workers: Postgres keeps
    others waiting for it, SQLite's transactions that write run one at a time.
    """
    gate, now = _locked(key or server_key())
    if gate.state in (Gate.State.PARKED, Gate.State.TRIPPED):
        raise NotNow(gate.sentence, max(gate.closed_until or now, now + PLACE_WAIT))
    if gate.closed_until and gate.closed_until > now:
        raise NotNow(gate.sentence, gate.closed_until)
    if calls_in_flight(gate) >= settings.NANOGPT_MAX_CALLS:
        sentence = f"All {settings.NANOGPT_MAX_CALLS} places for calls are taken."
        raise NotNow(sentence, now + PLACE_WAIT)
    interval = timedelta(seconds=1 / settings.NANOGPT_CALLS_PER_SECOND)
    burst = interval * (BURST - 1)
    arrival = max(gate.next_call_at or now, now)
    if arrival > now + burst:
        raise NotNow("Calls leave one after the other.", arrival - burst)
    gate.next_call_at = arrival + interval
    gate.state = Gate.State.OPEN
    gate.closed_until = None
    gate.save(update_fields=["next_call_at", "state", "closed_until", "changed_at"])
    return gate


def calls_in_flight(gate: Gate) -> int:
    """Count the calls that are running under this key, in all workers."""
    return Attempt.objects.filter(key_hash=gate.key_hash, state=Attempt.State.CALLING).count()


def free_places(digest: str = "") -> int:
    """How many queued jobs it makes sense to start now; 0 while the gate is closed.

    `digest` names the key of the gate.
    """
    gate = Gate.objects.annotate(now=Now()).filter(key_hash=digest or key_hash()).first()
    if gate is None:
        return int(settings.NANOGPT_MAX_CALLS)
    if gate.state in (Gate.State.PARKED, Gate.State.TRIPPED):
        return 0
    if gate.closed_until and gate.closed_until > gate.now:
        return 0
    return max(0, int(settings.NANOGPT_MAX_CALLS) - calls_in_flight(gate))


def report_answer(key: UpstreamKey | None = None) -> None:
    """A call was answered: whatever was counted against the upstream is forgotten.

    A closed gate stays closed: the call may have left before it closed, so its answer
    says nothing about the pause that was asked for since, or the key.
    """
    key = key or server_key()
    counted = Gate.objects.filter(key_hash=key.digest, state=Gate.State.OPEN).exclude(
        failures=0, closings=0
    )
    if not counted.exists():
        return  # as nearly always: no need to wait for the row's lock
    with transaction.atomic():
        gate, _ = _locked(key)
        if gate.state == Gate.State.OPEN:
            _open(gate)


def report_failure(error: NanoGPTError, key: UpstreamKey | None = None) -> None:
    """Let a failed call close the gate, if it is of the kind that will befall every call."""
    key = key or server_key()
    with transaction.atomic():
        gate, now = _locked(key)
        if isinstance(error, RateLimited):
            wait = error.retry_after or _doubling(FIRST_PAUSE_SECONDS, gate.closings)
            wait = min(max(wait, 1.0), LONGEST_PAUSE_SECONDS)
            gate.sentence = f"The upstream asks to wait: {error}"
            _close(gate, Gate.State.PAUSED, now + timedelta(seconds=wait), error)
        elif isinstance(error, KeyRefused | NoCredit):
            rest = _doubling(FIRST_REST_SECONDS, gate.closings)
            gate.sentence = f"The upstream refuses {key.words}: {error}"
            _close(gate, Gate.State.PARKED, now + timedelta(seconds=rest), error)
        elif isinstance(error, OutcomeUnknown):
            _count_failure(gate, now, error)


def closes_the_gate(error: NanoGPTError) -> bool:
    """Tell whether this failure is the key's or the server's, not this job's: the job waits."""
    return isinstance(error, RateLimited | KeyRefused | NoCredit)


def probe_closed_gate() -> bool:
    """Ask, for free, whether a parked or resting key is well again; True when one opened.

    An own key is asked about while edits wait for it. Any number of workers may call this:
    the one whose UPDATE hits does the asking.
    """
    opened = [_probe(key) for key in _closed_keys()]
    return any(opened)


def _closed_keys() -> list[UpstreamKey]:
    closed = Gate.objects.filter(
        state__in=(Gate.State.PARKED, Gate.State.TRIPPED), closed_until__lte=Now()
    )
    names = set(closed.values_list("key_hash", flat=True))
    if not names:
        return []
    found = [server_key()] if key_hash() in names else []
    for own in OwnKey.objects.current().filter(key_hash__in=names):
        try:
            key = keys.opened(own)
        except keys.KeyGone:
            continue
        if _waiting_for(key).exists():
            found.append(key)
    return found


def _probe(key: UpstreamKey) -> bool:
    due = Gate.objects.filter(
        key_hash=key.digest,
        state__in=(Gate.State.PARKED, Gate.State.TRIPPED),
        closed_until__lte=Now(),
    )
    gate = due.first()
    if gate is None:
        return False
    rest = timedelta(seconds=_doubling(FIRST_REST_SECONDS, gate.closings + 1))
    if due.update(closed_until=Now() + rest, closings=gate.closings + 1) != 1:
        return False
    connection.close()
    if not _is_well(gate, key):
        return False
    open_gate(key, half=gate.state == Gate.State.TRIPPED)
    return True


def open_gate(key: UpstreamKey | None = None, *, half: bool = False) -> None:
    """Open the gate and wake the jobs that wait for it.

    Half open, one more call without an answer closes it again.
    """
    key = key or server_key()
    with transaction.atomic():
        gate, _ = _locked(key)
        _open(gate, failures=FAILURES_TO_TRIP - 1 if half else 0)
    waiting = list(_waiting_for(key).values_list("pk", flat=True))
    EditJob.objects.filter(pk__in=waiting, state=JobState.WAITING).update(next_at=Now())


def open_gate_if_closed(key: UpstreamKey) -> None:
    """Open a gate that a free question has just found well again."""
    shut = (Gate.State.PARKED, Gate.State.TRIPPED)
    if Gate.objects.filter(key_hash=key.digest, state__in=shut).exists():
        open_gate(key)


def _waiting_for(key: UpstreamKey) -> EditJobQuerySet:
    waiting = EditJob.objects.filter(state=JobState.WAITING, reason=REASON)
    if key.own_id:
        return waiting.filter(consents__own_key=key.own_id)
    return waiting.exclude(consents__own_key__isnull=False)


def _is_well(gate: Gate, key: UpstreamKey) -> bool:
    try:
        with open_client(key=key) as client:
            balance = client.balance().usd_nano
    except (NanoGPTError, ValueError) as error:
        logger.info("The upstream key …%s is still not well: %s", key.tail, error)
        return False
    if balance is not None:
        Gate.objects.filter(pk=gate.pk).update(balance_nano=balance, balance_at=Now())
    if key.own_id is None:
        costs.look_at_balance(balance, key.tail)
    if gate.reason == NoCredit.default_code or "balance" in gate.reason:
        return balance is None or balance >= _cheapest_waiting(key)
    return True


def _cheapest_waiting(key: UpstreamKey) -> int:
    cheapest = (
        _waiting_for(key).order_by("estimate_nano").values_list("estimate_nano", flat=True).first()
    )
    return cheapest or 1


def _locked(key: UpstreamKey) -> tuple[Gate, datetime]:
    """The gate's row, locked until the transaction ends, and the database's time."""
    rows = Gate.objects.select_for_update().annotate(now=Now()).filter(key_hash=key.digest)
    gate = rows.first()
    if gate is None:
        the_gate(key)
        gate = rows.get()
    return gate, gate.now


def _count_failure(gate: Gate, now: datetime, error: NanoGPTError) -> None:
    if gate.failing_since is None or gate.failing_since < now - FAILURES_WITHIN:
        # An old run of failures says nothing; after a half opening one is enough, though.
        gate.failures = gate.failures if gate.failures == FAILURES_TO_TRIP - 1 else 0
        gate.failing_since = now
    gate.failures += 1
    if gate.failures >= FAILURES_TO_TRIP:
        rest = _doubling(FIRST_REST_SECONDS, gate.closings)
        said = "The upstream has failed several times in a row and is left to rest"
        gate.sentence = f"{said}: {error}"
        _close(gate, Gate.State.TRIPPED, now + timedelta(seconds=rest), error)
    else:
        gate.save(update_fields=["failures", "failing_since", "changed_at"])


def _close(gate: Gate, state: Gate.State, until: datetime, error: NanoGPTError) -> None:
    gate.state = state
    gate.closed_until = until
    gate.closings += 1
    gate.reason = error.code[:60]
    gate.sentence = gate.sentence[:300]
    gate.save()


def _open(gate: Gate, failures: int = 0) -> None:
    gate.state = Gate.State.OPEN
    gate.closed_until = None
    gate.reason = gate.sentence = ""
    gate.failures = failures
    gate.failing_since = None
    if not failures:
        gate.closings = 0
    gate.save()


def _doubling(first: float, times: int) -> float:
    return float(min(LONGEST_REST_SECONDS, first * 2.0 ** min(times, 10)))
