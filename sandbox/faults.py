"""Misbehaviour on order, for tests: each fault is used up by one call."""

import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from sandbox.refusals import ENVELOPES

DOORS = ("edits", "models", "balance", "usage")
COMMON = frozenset({"kind", "on", "times", "charged"})
# Kinds that answer before any work is done and, unless told otherwise, for nothing.
BEFORE_WORK: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "status": frozenset(
            {"status", "envelope", "code", "message", "retry_after", "retry_after_date", "location"}
        ),
        "text_413": frozenset(),
        "html_502": frozenset(),
        "reset_before_reading": frozenset(),
        "reset_mid_upload": frozenset(),
    }
)
# Kinds that spoil the way of a finished answer. The call is paid for.
ON_THE_WAY: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "html_200": frozenset(),
        "truncated_json": frozenset(),
        "drip": frozenset({"interval"}),
        "hang": frozenset({"seconds"}),
        "slow": frozenset({"seconds"}),
        "reset_after_reading": frozenset(),
        "reset_mid_answer": frozenset(),
        "huge_answer": frozenset({"megabytes"}),
    }
)
# Kinds that change what a finished answer of the edits route says. The call is paid for.
IN_THE_ANSWER: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "empty_data": frozenset(),
        "no_data": frozenset(),
        "null_keys": frozenset(),
        "url_and_null_b64": frozenset(),
        "error_in_200": frozenset(),
        "two_items": frozenset(),
        "base64": frozenset(),
        "base64_data_url": frozenset(),
        "broken_base64": frozenset(),
        "wrong_size": frozenset({"width", "height"}),
        "jpeg_named_png": frozenset(),
        "garbage_picture": frozenset(),
        "cost": frozenset({"value"}),
        "expired_link": frozenset(),
        "link": frozenset({"url"}),
        "link_redirect": frozenset({"location"}),
        "link_status": frozenset({"status", "failures"}),
    }
)
KINDS: Mapping[str, frozenset[str]] = MappingProxyType(
    {**BEFORE_WORK, **ON_THE_WAY, **IN_THE_ANSWER}
)
NEEDED = MappingProxyType(
    {"status": "status", "link": "url", "link_redirect": "location", "cost": "value"}
)
COSTS = ("missing", "string", "zero", "negative", "xno", "nonsense")
NUMBERS = (
    "status", "retry_after", "retry_after_date", "interval", "seconds", "megabytes", "width",
    "height", "failures", "times",
)  # fmt: skip


class FaultRefused(ValueError):
    """A fault that makes no sense; the text says why."""


@dataclass(frozen=True)
class Fault:
    """One misbehaviour. `options` are those of its kind; `charged` None: the kind's own way."""

    kind: str
    options: Mapping[str, Any]
    charged: bool | None = None

    def is_charged(self) -> bool:
        return self.kind not in BEFORE_WORK if self.charged is None else self.charged

    def number(self, name: str, otherwise: float) -> float:
        return float(self.options.get(name, otherwise))


class Faults:
    """One queue per door; safe to use from threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._queues: dict[str, deque[Fault]] = {door: deque() for door in DOORS}

    def add(self, sent: Any) -> int:
        """Queue `{"faults": [{"kind": …}, …]}`, all or none; gives how many now wait."""
        listed = sent.get("faults") if isinstance(sent, dict) else None
        if not isinstance(listed, list):
            raise FaultRefused('Send {"faults": [{"kind": "..."}, ...]}.')
        checked = [read_fault(entry) for entry in listed]
        with self._lock:
            for door, fault, times in checked:
                self._queues[door].extend([fault] * times)
        return self.waiting()

    def take(self, door: str) -> Fault | None:
        with self._lock:
            queue = self._queues[door]
            return queue.popleft() if queue else None

    def clear(self) -> None:
        with self._lock:
            for queue in self._queues.values():
                queue.clear()

    def waiting(self) -> int:
        return sum(len(queue) for queue in self._queues.values())

    def shown(self) -> dict[str, list[dict[str, Any]]]:
        with self._lock:
            return {
                door: [{"kind": fault.kind, **fault.options} for fault in queue]
                for door, queue in self._queues.items()
            }


def read_fault(entry: Any) -> tuple[str, Fault, int]:
    """The door, the fault and how often; raises `FaultRefused`."""
    if not isinstance(entry, dict) or entry.get("kind") not in KINDS:
        raise FaultRefused(f"Unknown kind. Kinds: {', '.join(sorted(KINDS))}.")
    kind = str(entry["kind"])
    _check_options(kind, entry)
    door, times, charged = entry.get("on", "edits"), entry.get("times", 1), entry.get("charged")
    if door not in DOORS:
        raise FaultRefused(f"on must be one of {', '.join(DOORS)}.")
    if door != "edits" and kind in IN_THE_ANSWER:
        raise FaultRefused(f"{kind} makes sense for edits only.")
    if not isinstance(times, int) or not 1 <= times <= 1000:
        raise FaultRefused("times must be 1 to 1000.")
    if charged is not None and not isinstance(charged, bool):
        raise FaultRefused("charged must be true or false.")
    options = {name: value for name, value in entry.items() if name not in COMMON}
    return door, Fault(kind, MappingProxyType(options), charged), times


def _check_options(kind: str, entry: Mapping[str, Any]) -> None:
    unknown = set(entry) - COMMON - KINDS[kind]
    if unknown:
        raise FaultRefused(f"{kind} knows no {', '.join(sorted(unknown))}.")
    needed = NEEDED.get(kind)
    if needed and needed not in entry:
        raise FaultRefused(f"{kind} needs {needed}.")
    for name, value in entry.items():
        if name in NUMBERS and (isinstance(value, bool) or not isinstance(value, int | float)):
            raise FaultRefused(f"{name} must be a number.")
    if "status" in entry and not 200 <= entry["status"] <= 599:
        raise FaultRefused("status must be 200 to 599.")
    if entry.get("envelope", "a") not in tuple(ENVELOPES):
        raise FaultRefused(f"envelope must be one of {', '.join(ENVELOPES)}.")
    if kind == "cost" and entry["value"] not in COSTS:
        raise FaultRefused(f"value must be one of {', '.join(COSTS)}.")
    for name in ("url", "location", "code", "message"):
        if not isinstance(entry.get(name, ""), str):
            raise FaultRefused(f"{name} must be text.")
