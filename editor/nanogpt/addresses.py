"""What an address means: the origin it names, and whether it is one of the public internet."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

# What `is_global` of some Python versions lets through although it leads elsewhere: protocol
# assignments, the relay of 6to4, and multicast.
_REFUSED_V4 = tuple(
    ipaddress.IPv4Network(block) for block in ("192.0.0.0/24", "192.88.99.0/24", "224.0.0.0/4")
)
# Public IPv6 is this block; 64:ff9b::/96 (NAT64), ::/96, fec0::/10 and the like lie outside ...
_PUBLIC_V6 = ipaddress.IPv6Network("2000::/3")
# ... and these within it carry an IPv4 address (Teredo, 6to4) or are for documents and protocols.
_REFUSED_V6 = tuple(
    ipaddress.IPv6Network(block)
    for block in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
)

_PORTS = {"http": 80, "https": 443}
_NAME = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?")
_IPV6 = re.compile(r"[0-9a-f:.]+")


def origin_of(url: str) -> str:
    """`scheme://host:port` of a web address, lower case, the port always written out.

    "" if it has none, or one whose host is not spelled plainly.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        return ""
    if parts.scheme not in _PORTS:
        return ""
    if ":" in host:
        return f"{parts.scheme}://[{host}]:{port}" if _IPV6.fullmatch(host) else ""
    return f"{parts.scheme}://{host}:{port}" if _NAME.fullmatch(host) else ""


def is_public(address: str) -> bool:
    """True if this literal IPv4 or IPv6 address is one of the public internet."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is None:
            return (
                parsed.is_global
                and parsed in _PUBLIC_V6
                and not any(parsed in block for block in _REFUSED_V6)
            )
        parsed = parsed.ipv4_mapped
    return parsed.is_global and not any(parsed in block for block in _REFUSED_V4)
