"""How this server reaches the upstream: keys, and a client made from one and the settings."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any, cast

from django.conf import settings

from editor.nanogpt.client import NanoGPT


@dataclass(frozen=True)
class UpstreamKey:
    """A key that can pay: this server's, or somebody's own (then `own_id` names its row)."""

    secret: str = field(repr=False)
    own_id: int | None = None

    @property
    def tail(self) -> str:
        """Its last characters, to tell keys apart on a receipt."""
        return self.secret[-4:]

    @property
    def digest(self) -> str:
        """Names the key without giving it away: a digest of the address and the key."""
        together = f"{settings.NANOGPT_BASE_URL}\n{self.secret}"
        return hashlib.sha256(together.encode()).hexdigest()

    @property
    def words(self) -> str:
        """Whose it is, for its owner."""
        return f"your key …{self.tail}" if self.own_id else "this server's key"


def server_key() -> UpstreamKey:
    """The key of the settings, which pays for whoever has none."""
    return UpstreamKey(str(settings.NANOGPT_API_KEY))


def open_client(timeout_seconds: float | None = None, *, key: UpstreamKey | None = None) -> NanoGPT:
    """Make a client with the settings' address and deadline, and a key: by default this server's.

    Close it after use. `timeout_seconds` is for free calls that somebody waits for.
    """
    return NanoGPT(
        settings.NANOGPT_BASE_URL,
        (key or server_key()).secret,
        auth=cast("Any", settings.NANOGPT_AUTH),
        timeout_seconds=timeout_seconds or settings.NANOGPT_TIMEOUT_SECONDS,
    )


def key_tail() -> str:
    """The last characters of this server's key."""
    return server_key().tail
