"""The settings around accounts that are more than a word or a number. Imports no Django."""

from email.utils import parseaddr
from urllib.parse import unquote

from nanoedit_site.addresses import is_loopback, split_url, without_secrets
from nanoedit_site.environment import MailServer, Oidc, SettingsRefused, refuse

CONSOLE = "console:"
PORTS = {"smtp": 587, "smtps": 465}


def mail_server(name: str, value: str) -> MailServer | None:
    """Return whom to hand mail to; None prints it into the terminal."""
    if value in (CONSOLE, "console", "console://"):
        return None
    url = split_url(value, ("smtp", "smtps"))
    if url is None or not url.hostname or url.path.strip("/") or url.query or url.fragment:
        allowed = "console: or smtp(s)://user:password@host:port"
        refuse(name, without_secrets(value), allowed)
    if url.username and not url.password:
        refuse(
            name, without_secrets(value), "a password beside the user: smtp://user:password@host"
        )
    here = is_loopback(url.hostname)
    return MailServer(
        host=url.hostname,
        port=url.port or (25 if here and url.scheme == "smtp" else PORTS[url.scheme]),
        user=unquote(url.username or ""),
        password=unquote(url.password or ""),
        starts_with_tls=url.scheme == "smtps",
        # A password, and a link that sets one, never cross the network in the clear.
        asks_for_tls=url.scheme == "smtp" and not here,
    )


def mail_from(name: str, value: str) -> str:
    """Return the sender of all mail: an address, or a name with an address in brackets."""
    address = parseaddr(value)[1]
    before, _, after = address.partition("@")
    if not before or not after or len(value.splitlines()) != 1 or " " in address:
        refuse(name, value, "an address such as NanoEdit <nanoedit@example.org>")
    return value


def oidc(issuer: str, client_id: str, client_secret: str, name: str) -> Oidc | None:
    """Return whom else to log people in by; None when no issuer is named."""
    if not issuer:
        if client_id or client_secret:
            raise SettingsRefused("NANOEDIT_OIDC_ISSUER is empty although a client is named.")
        return None
    url = split_url(issuer, ("http", "https"))
    if url is not None and url.scheme == "http" and not is_loopback(url.hostname or ""):
        refuse("NANOEDIT_OIDC_ISSUER", issuer, "https://…, or http:// on this machine alone")
    for missing, value in (("ID", client_id), ("SECRET", client_secret)):
        if not value:
            raise SettingsRefused(f"NANOEDIT_OIDC_CLIENT_{missing} is empty beside an issuer.")
    return Oidc(issuer, client_id, client_secret, name)
