"""What was asked and what was charged. Keeps no prompt, no picture and no whole key."""

import re
import threading
import time
import uuid
from collections import deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any

KEPT_CALLS = 10_000
PLAIN_ID = re.compile(r"[\x21-\x7e]{1,128}")


@dataclass
class Call:
    """One POST to the edits route. `status` is None while it runs; sizes are "WxH"."""

    id: str
    time: float
    path: str
    request_id: str
    sent_request_id: str | None
    auth: str
    key_tail: str
    encoding: str = ""
    body_bytes: int = 0
    model: str = ""
    prompt_length: int = 0
    had_mask: bool = False
    images: int = 0
    image_size: str = ""
    image_mime: str = ""
    mask_size: str = ""
    asked_size: str = ""
    asked_n: int | None = None
    result_sizes: list[str] = field(default_factory=list)
    fault: str | None = None
    status: int | None = None
    charged: bool = False
    cost: Decimal = Decimal(0)
    seconds: float = 0.0
    downloads: int = 0
    download_with_key: bool = False

    def shown(self) -> dict[str, Any]:
        """The record as JSON can carry it; `cost` becomes a decimal string."""
        return asdict(self) | {"cost": str(self.cost)}


class Ledger:
    """The calls and the money, safe to use from threads.

    `accounts` are keys that have money of their own; all others share `balance`.
    """

    def __init__(self, balance: Decimal, accounts: Mapping[str, Decimal]) -> None:
        self._lock = threading.Lock()
        self._calls: deque[Call] = deque(maxlen=KEPT_CALLS)
        self._left = {"": balance} | {key[-4:]: left for key, left in accounts.items()}

    def balance_of(self, tail: str = "") -> Decimal:
        """What is left on the account of the key that ends so."""
        return self._left[self.account_of(tail)]

    def account_of(self, tail: str) -> str:
        """The account of the key that ends so; "" is the one that most keys share."""
        return tail if tail in self._left else ""

    def open(self, *, path: str, sent_request_id: str | None, auth: str, key: str) -> Call:
        """Write down a call the moment its headers are in."""
        usable = bool(sent_request_id and PLAIN_ID.fullmatch(sent_request_id))
        call = Call(
            id=uuid.uuid4().hex,
            time=time.time(),
            path=path,
            request_id=str(sent_request_id) if usable else str(uuid.uuid4()),
            sent_request_id=sent_request_id[:200] if sent_request_id else None,
            auth=auth,
            key_tail=key[-4:] if len(key) >= 8 else "",
        )
        with self._lock:
            self._calls.append(call)
        return call

    def close(self, call: Call, status: int) -> None:
        """The call is over; `status` 0 means that it ended without an answer."""
        call.status = status
        call.seconds = round(time.time() - call.time, 3)

    def charge(self, call: Call, amount: Decimal) -> bool:
        """Take the money at once, so that parallel calls cannot overdraw. False: not enough."""
        account = self.account_of(call.key_tail)
        with self._lock:
            if amount > self._left[account]:
                return False
            self._left[account] -= amount
            call.cost += amount
            call.charged = True
            return True

    def refund(self, call: Call) -> None:
        """Give back what a failed call took."""
        with self._lock:
            self._left[self.account_of(call.key_tail)] += call.cost
            call.cost = Decimal(0)
            call.charged = False

    def note_download(self, call_id: str) -> None:
        """A result of this call was fetched."""
        for call in self.calls():
            if call.id == call_id:
                call.downloads += 1

    def note_key_on_download(self, call_id: str) -> None:
        """Somebody sent a key along with a download, which leaks it to a third host."""
        for call in self.calls():
            if call.id == call_id:
                call.download_with_key = True

    def calls(self) -> list[Call]:
        with self._lock:
            return list(self._calls)

    def forget(self) -> None:
        """Forget all calls; the balance stays."""
        with self._lock:
            self._calls.clear()

    def charged_on(self, tail: str) -> list[Call]:
        """All charges on the account of the key that ends so."""
        account = self.account_of(tail)
        calls = [call for call in self.calls() if call.charged]
        return [call for call in calls if self.account_of(call.key_tail) == account]

    def charged_under(self, request_id: str, tail: str) -> list[Call]:
        """Those that carry this request id (more than one if a client reused it)."""
        return [call for call in self.charged_on(tail) if call.request_id == request_id]


class RateLimit:
    """At most `limit` calls in any second per key; 0 means no limit."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._recent: dict[str, deque[float]] = {}

    def wait(self, key: str) -> int:
        """0 when the call may pass, else whole seconds to wait. Keys are kept hashed by Python."""
        if not self.limit:
            return 0
        now = time.monotonic()
        recent = self._recent.setdefault(str(hash(key)), deque())
        while recent and recent[0] <= now - 1:
            recent.popleft()
        if len(recent) >= self.limit:
            return 1
        recent.append(now)
        return 0
