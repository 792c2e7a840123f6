"""Reading, comparing and showing URLs and hosts, for the settings. Imports no Django."""

from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit


def split_url(value: str, schemes: tuple[str, ...]) -> SplitResult | None:
    """Return the URL's parts, or None when it cannot be read or has another scheme."""
    try:
        url = urlsplit(value)
        _ = url.port  # raises when it is no number
    except ValueError:
        return None
    return url if url.scheme in schemes and "://" in value else None


def origin_of(url: SplitResult) -> str:
    """Return scheme://host:port, with the port written out."""
    host = f"[{url.hostname}]" if ":" in (url.hostname or "") else url.hostname
    return f"{url.scheme}://{host}:{url.port or (443 if url.scheme == 'https' else 80)}"


def is_ip(word: str) -> bool:
    """Tell whether the word is an IPv4 or IPv6 address."""
    try:
        ip_address(word)
    except ValueError:
        return False
    return True


def is_loopback(host: str) -> bool:
    """Tell whether the host is this machine itself: the key may go there without TLS."""
    return host == "localhost" or (is_ip(host) and ip_address(host).is_loopback)


def without_secrets(value: str) -> str:
    """Return what of a URL may be shown: never what stands before the @."""
    scheme, separator, rest = value.partition("://")
    if "@" in value:
        return f"{scheme}://…@{rest.rpartition('@')[2]}" if separator else "…"
    return value
