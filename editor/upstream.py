"""How this server reaches the upstream: one client, made from the settings."""

from __future__ import annotations

from typing import Any, cast

from django.conf import settings

from editor.nanogpt.client import NanoGPT


def open_client(timeout_seconds: float | None = None) -> NanoGPT:
    """Make a client with this server's address, key and deadline. Close it after use.

    `timeout_seconds` is for free calls that somebody waits for.
    """
    return NanoGPT(
        settings.NANOGPT_BASE_URL,
        settings.NANOGPT_API_KEY,
        auth=cast("Any", settings.NANOGPT_AUTH),
        timeout_seconds=timeout_seconds or settings.NANOGPT_TIMEOUT_SECONDS,
    )


def key_tail() -> str:
    """The last characters of the key that pays, to tell keys apart on a receipt."""
    return str(settings.NANOGPT_API_KEY)[-4:]
