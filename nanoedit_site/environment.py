"""All settings as one value, once they are read and checked. Imports no Django."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

# Stands for "no key": the supervisor hands it to its children together with the sandbox's address.
SANDBOX_KEY = "sk-nano-sandbox"
MEGABYTE = 1_000_000


@dataclass(frozen=True)
class S3:
    """Where media go when a bucket is named. Without keys boto3 looks in its own places."""

    bucket: str
    endpoint_url: str | None
    region: str | None
    access_key_id: str | None
    secret_access_key: str | None = field(repr=False)
    checksums: str  # "when_required" | "when_supported"
    signed_links: bool = False  # browsers get small renditions from the bucket itself


@dataclass(frozen=True)
class MailServer:
    """Who takes the mail. Over the network it is always encrypted."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    starts_with_tls: bool
    asks_for_tls: bool  # STARTTLS


@dataclass(frozen=True)
class Oidc:
    """A server elsewhere that people log in by (OpenID Connect)."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    name: str  # on the button


@dataclass(frozen=True)
class Environment:
    """All settings, checked. Secrets are left out of its repr."""

    data_dir: Path
    debug: bool
    https: bool
    hosts: tuple[str, ...]
    secret_key: str = field(repr=False)
    field_keys: tuple[str, ...] = field(repr=False)  # newest first; the last is our own
    database_url: str = field(repr=False)
    broker_url: str = field(repr=False)
    s3: S3 | None
    api_key: str = field(repr=False)  # SANDBOX_KEY when no key was given
    base_url: str  # never ends with a slash
    starts_sandbox: bool  # nobody gave a key, so the supervisor starts the sandbox by itself
    auth: str  # "bearer" | "x-api-key" | "both"
    result_origins: frozenset[str]  # scheme://host:port, always with the base URL's own
    max_body_mb: float
    timeout_seconds: float
    max_calls: int  # paid calls in flight at once, over all workers
    calls_per_second: float
    own_keys: str  # "off" | "allowed" | "required": may people pay with keys of their own?
    metrics_token: str = field(repr=False)  # opens /metrics to other machines; empty: to none
    sharing: bool  # False: nobody makes share links, and none opens
    pay_again_codes: frozenset[int]  # statuses after which the operator pays a second time
    pay_again_up_to_nano: int  # … for calls of at most this price
    balance_floor_nano: int  # staff are told when less is left on the account; 0: never
    trash_days: int  # how long things lie in the trash; 0: until somebody erases them
    publish: str  # "at_once" | "after_review": when people see what was made for them
    review_sample_percent: float  # how many of the new edits staff look at as a sample
    max_upload_mb: float
    max_megapixels: float
    archive_hours: float  # how long a packed archive is kept
    registration: str  # "closed" | "invitation" | "open"
    staff_mfa: bool  # staff take a second step before anything else
    oidc: Oidc | None
    mail_server: MailServer | None  # None: mail is printed into the terminal
    mail_from: str
    proxies: int  # how many proxies in front add to X-Forwarded-For
    bind: str
    port: int
    worker_concurrency: int
    sandbox_delay: float  # seconds that a sandbox edit takes
    sandbox_link_life: float  # seconds that a sandbox result link lives

    @property
    def sandbox_in_use(self) -> bool:
        """True when no real key is used: every page must say so."""
        return self.api_key == SANDBOX_KEY

    @property
    def broker_in_process(self) -> bool:
        """True when no broker process is used: the worker finds its jobs in the job table."""
        return self.broker_url.startswith("memory:")

    @property
    def max_body_bytes(self) -> int:
        """Ceiling of image, mask and fields of one paid call together."""
        return int(self.max_body_mb * MEGABYTE)

    @property
    def max_upload_bytes(self) -> int:
        """Ceiling of one uploaded file."""
        return int(self.max_upload_mb * MEGABYTE)

    @property
    def max_pixels(self) -> int:
        """Ceiling of width times height of one uploaded picture."""
        return int(self.max_megapixels * 1_000_000)


class SettingsRefused(SystemExit):
    """A setting makes no sense. Uncaught, it prints its one line and ends the process with 1."""

    def __init__(self, line: str) -> None:
        super().__init__(f"NanoEdit cannot start: {line}")


def refuse(name: str, given: str | None, allowed: str) -> NoReturn:
    """Stop the start with one line. `given` None hides what was given."""
    said = f" is {given!r}" if given is not None else " (not shown) makes no sense"
    raise SettingsRefused(f"{name}{said}; allowed: {allowed}.")
