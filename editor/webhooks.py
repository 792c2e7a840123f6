"""Posts to an address that a person named: only to public places, only over https, bounded.

The address may lead anywhere, so it is treated like the links of results: the name is looked up
once, every address found must be one of the public internet, and the very one that was checked
is connected to. Redirects are not followed; what the other side says is not kept.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import re
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import requests

from editor.nanogpt.addresses import is_public, origin_of
from editor.nanogpt.transport import NoAnswer, exchange
from editor.nanogpt.wire import AddressInfo, NotReached, Resolver, Wire

logger = logging.getLogger(__name__)

SECONDS = 8.0  # for all of it
CONNECT_SECONDS = 4.0
MOST_ANSWER_BYTES = 65_536
LONGEST_URL = 500
_GONE = 410  # the other side never wants to hear of it again


class BadAddress(Exception):
    """An address that is never called. The text is a sentence for who named it."""


class _NotPublic(Exception):
    """The name leads to an address that is not one of the public internet."""


@dataclass(frozen=True)
class Answer:
    """What came of a call: fine, or why not, and whether there is any use in another."""

    ok: bool
    problem: str = ""
    is_final: bool = False


def check_address(url: str) -> str:
    """Give the address if it can be called at all; its name is not looked up. Raises BadAddress."""
    if len(url) > LONGEST_URL or re.search(r"[^\x21-\x7e]|[\\<>\"^`{|}]", url):
        message = "That is no plain web address."
        raise BadAddress(message)
    origin = origin_of(url)
    if not origin.startswith("https://"):
        message = "The address has to begin with https://"
        raise BadAddress(message)
    if "@" in urlsplit(url).netloc or "#" in url:
        message = "Leave out what stands before an @ or after a #: it would not be kept secret."
        raise BadAddress(message)
    if not origin.endswith(":443"):
        message = "Only the usual port of https, 443, is called."
        raise BadAddress(message)
    return url


def signature(secret: str, moment: int, body: bytes) -> str:
    """Sign a body sent at a moment: who has the secret can tell that it came from here."""
    told = f"{moment}.".encode() + body
    return "sha256=" + hmac.new(secret.encode(), told, hashlib.sha256).hexdigest()


def post(
    url: str,
    body: bytes,
    headers: dict[str, str],
    *,
    resolver: Resolver = socket.getaddrinfo,
    ca_file: str | None = None,
) -> Answer:
    """Send one POST and say what came of it. Raises nothing."""
    try:
        prepared = _prepared(check_address(url), body, headers)
    except BadAddress as bad:
        return Answer(False, str(bad), is_final=True)
    with Wire(SECONDS, CONNECT_SECONDS, resolver=resolver, guard=_guard) as wire:
        try:
            reply = exchange(prepared, wire, max_bytes=MOST_ANSWER_BYTES, ca_file=ca_file)
        except _NotPublic:
            return Answer(False, "The address is not one of the public internet.", is_final=True)
        except NotReached as failure:
            return Answer(False, f"It could not be reached ({failure.code.replace('_', ' ')}).")
        except NoAnswer:
            return Answer(False, f"It did not answer within {SECONDS:.0f} seconds.")
    if 200 <= reply.status < 300:
        return Answer(True)
    return Answer(False, f"It answered HTTP {reply.status}.", is_final=reply.status == _GONE)


def _guard(_host: str, _port: int, found: Sequence[AddressInfo]) -> None:
    if not all(is_public(info[4][0]) for info in found):
        raise _NotPublic


def _prepared(url: str, body: bytes, headers: dict[str, str]) -> requests.PreparedRequest:
    """The request, provided that requests reads the same origin out of the address as we did."""
    plain = {
        "Accept": "*/*",
        "Accept-Encoding": "identity",
        "Connection": "close",
        "Content-Type": "application/json",
        "User-Agent": "NanoEdit",
    }
    try:
        prepared = requests.Request("POST", url, headers={**plain, **headers}, data=body).prepare()
    except requests.RequestException:
        message = "That is no web address."
        raise BadAddress(message) from None
    if origin_of(prepared.url or "") != origin_of(url):
        message = "The address can be read in two ways."
        raise BadAddress(message)
    return prepared
