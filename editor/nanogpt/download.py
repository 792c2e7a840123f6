"""Fetches a result from the link that an answer gave, and says how long such a link lives.

The link was written by somebody else, so it may point anywhere. It is followed only to public
addresses over https on port 443, or to origins that the operator named. The address that was
checked is the very one that is connected to, so a name that changes its mind in between changes
nothing.
"""

from __future__ import annotations

import logging
import re
import socket
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import requests

from editor.nanogpt.addresses import is_public, origin_of
from editor.nanogpt.errors import DownloadFailed, DownloadForbidden
from editor.nanogpt.headers import retry_after_of
from editor.nanogpt.transport import NoAnswer, Reply, exchange
from editor.nanogpt.wire import AddressInfo, NotReached, Resolver, Wire

logger = logging.getLogger(__name__)

CONNECT_SECONDS = 10.0
MAX_URL_LENGTH = 8_192
USUAL_LIFE = timedelta(minutes=50)
LONGEST_LIFE = timedelta(days=7)
_GONE = frozenset({403, 404, 410})
_RETRIABLE = frozenset({408, 425, 429})


def download_result(
    url: str,
    *,
    allowed_origins: AbstractSet[str] = frozenset(),
    max_bytes: int,
    timeout_seconds: float,
    resolver: Resolver = socket.getaddrinfo,
    ca_file: str | None = None,
) -> bytes:
    """The bytes behind a result link: one GET without key, cookies, proxies or redirects.

    `allowed_origins`: `scheme://host:port` that may be private or plain http. `max_bytes` bounds
    the decoded body, `timeout_seconds` all of it. Raises DownloadForbidden before anything is
    connected to, DownloadFailed for everything else.
    """
    allowed = frozenset(map(origin_of, allowed_origins))
    origin = _checked_origin(url, allowed)
    prepared = _prepared(url, origin)

    def guard(host: str, port: int, found: Sequence[AddressInfo]) -> None:
        if origin not in allowed and not all(is_public(info[4][0]) for info in found):
            raise DownloadForbidden(
                "The result link leads to an address that is not public.", code="private_address"
            )

    with Wire(timeout_seconds, CONNECT_SECONDS, resolver=resolver, guard=guard) as wire:
        try:
            reply = exchange(prepared, wire, max_bytes=max_bytes, ca_file=ca_file)
            data = _whole_body(reply)
        except (NotReached, NoAnswer) as failure:
            _record(wire, origin, None, failure.code)
            sentence = "The result could not be fetched: the connection failed."
            raise DownloadFailed(sentence, retriable=True, code=failure.code) from None
        except (DownloadFailed, DownloadForbidden) as error:
            _record(wire, origin, error.status, error.code)
            raise
        _record(wire, origin, reply.status, "ok")
        return data


def link_expiry(url: str, received_at: datetime) -> datetime:
    """When a result link dies: by its own signature if it says so, else 50 minutes after receipt.

    `received_at` is aware. At most seven days from then, the longest that a signature may say.
    """
    try:
        query = {key.lower(): values[0] for key, values in parse_qs(urlsplit(url).query).items()}
        expiry = _amazon_expiry(query) or _epoch_expiry(query)
    except (ValueError, OverflowError, OSError):
        expiry = None
    return min(expiry or received_at + USUAL_LIFE, received_at + LONGEST_LIFE)


def _checked_origin(url: str, allowed: frozenset[str]) -> str:
    """The origin of a link that may be followed. Raises DownloadForbidden."""
    if len(url) > MAX_URL_LENGTH or re.search(r"[^\x21-\x7e]|[\\<>\"^`{|}]", url):
        raise DownloadForbidden("The result link is not a plain address.", code="bad_url")
    origin = origin_of(url)
    if not origin or "@" in urlsplit(url).netloc:
        raise DownloadForbidden("The result link is not a plain web address.", code="bad_url")
    https = origin.startswith("https://") and origin.endswith(":443")
    if origin not in allowed and not https:
        raise DownloadForbidden("The result link is not https on port 443.", code="not_https")
    return origin


def _prepared(url: str, origin: str) -> requests.PreparedRequest:
    """The request, provided that requests reads the same origin out of the link as we did."""
    headers = {
        "Accept": "image/*, */*;q=0.5",
        "Accept-Encoding": "identity",
        "Connection": "close",
        "User-Agent": "NanoEdit",
    }
    try:
        prepared = requests.Request("GET", url.partition("#")[0], headers=headers).prepare()
    except requests.RequestException:
        raise DownloadForbidden("The result link is not an address.", code="bad_url") from None
    if origin_of(prepared.url or "") != origin:
        raise DownloadForbidden("The result link can be read in two ways.", code="ambiguous_url")
    return prepared


def _whole_body(reply: Reply) -> bytes:
    status = reply.status
    if reply.broken == "answer_too_large" and status == 200:
        raise DownloadFailed(
            "The result is larger than we accept.", code=reply.broken, status=status
        )
    if status != 200:
        gone = status in _GONE
        sentence = (
            f"The result link is no longer good (HTTP {status})."
            if gone
            else f"The result could not be fetched (HTTP {status})."
        )
        raise DownloadFailed(
            sentence,
            retriable=status >= 500 or status in _RETRIABLE,
            gone=gone,
            code=f"http_{status}",
            status=status,
            retry_after=retry_after_of(reply.headers),
        )
    if reply.broken or not reply.body:
        raise DownloadFailed(
            "The result came back incomplete.",
            retriable=True,
            code=reply.broken or "empty_file",
            status=status,
        )
    return reply.body


def _amazon_expiry(query: dict[str, str]) -> datetime | None:
    signed, life = query.get("x-amz-date"), query.get("x-amz-expires")
    if not signed or not life:
        return None
    start = datetime.strptime(signed, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    return start + timedelta(seconds=int(life))


def _epoch_expiry(query: dict[str, str]) -> datetime | None:
    epoch = int(query.get("expires", "0"))
    # Anything before 2001 is no date but a number of seconds, or rubbish.
    return datetime.fromtimestamp(epoch, UTC) if epoch > 1_000_000_000 else None


def _record(wire: Wire, origin: str, status: int | None, code: str) -> None:
    """One line per download. The path and the signature of a link stay out of it."""
    facts = {
        "call": "download",
        "origin": origin,
        "status": status,
        "code": code,
        "seconds": round(wire.elapsed(), 3),
        "bytes_received": wire.bytes_received,
    }
    logger.info(
        "result %s", " ".join(f"{key}={value}" for key, value in facts.items()), extra=facts
    )
