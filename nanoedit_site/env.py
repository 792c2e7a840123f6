"""Every setting a person may make, read from the environment and from `.env`, typed and checked.

Nothing here imports Django: the supervisor, the settings file and the tests all read the same
`Environment`. A value that makes no sense stops the start with one line that names the variable,
what was given (never a secret) and what is allowed.
"""

import difflib
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from dotenv import dotenv_values
from environs import Env, EnvError

from nanoedit_site.addresses import is_ip, is_loopback, origin_of, split_url, without_secrets
from nanoedit_site.env_accounts import mail_from, mail_server, oidc
from nanoedit_site.env_secrets import SECRET_KEY_CHARACTERS, field_keys, kept_secret_key
from nanoedit_site.environment import (
    S3,
    SANDBOX_KEY,
    Environment,
    SettingsRefused,
    refuse,
)

ROOT = Path(__file__).resolve().parent.parent
REAL_API = "https://api.nano-gpt.com"
# Where `python -m sandbox` listens when it is started by hand with nothing else said.
SANDBOX_BY_HAND = "http://127.0.0.1:8001"
MAIL_FROM = "nanoedit@localhost"
OIDC_NAME = "single sign-on"
OPEN_OUTCOMES = (408, 500, 502, 503, 504)

KNOWN_NAMES = (
    "NANOGPT_API_KEY",
    "NANOGPT_BASE_URL",
    "NANOGPT_AUTH",
    "NANOGPT_RESULT_ORIGINS",
    "NANOGPT_MAX_BODY_MB",
    "NANOGPT_TIMEOUT_SECONDS",
    "NANOGPT_MAX_CALLS",
    "NANOGPT_CALLS_PER_SECOND",
    "NANOEDIT_OWN_KEYS",
    "NANOEDIT_DATA_DIR",
    "NANOEDIT_ENV_FILE",
    "NANOEDIT_DEBUG",
    "NANOEDIT_SECRET_KEY",
    "NANOEDIT_FIELD_KEYS",
    "NANOEDIT_HOSTS",
    "NANOEDIT_HTTPS",
    "NANOEDIT_BIND",
    "NANOEDIT_MAX_UPLOAD_MB",
    "NANOEDIT_MAX_MEGAPIXELS",
    "NANOEDIT_ARCHIVE_HOURS",
    "NANOEDIT_METRICS_TOKEN",
    "NANOEDIT_SHARING",
    "NANOEDIT_PAY_AGAIN_CODES",
    "NANOEDIT_PAY_AGAIN_UP_TO_USD",
    "NANOEDIT_BALANCE_FLOOR_USD",
    "NANOEDIT_TRASH_DAYS",
    "NANOEDIT_PUBLISH",
    "NANOEDIT_REVIEW_SAMPLE_PERCENT",
    "NANOEDIT_REGISTRATION",
    "NANOEDIT_STAFF_MFA",
    "NANOEDIT_OIDC_ISSUER",
    "NANOEDIT_OIDC_CLIENT_ID",
    "NANOEDIT_OIDC_CLIENT_SECRET",
    "NANOEDIT_OIDC_NAME",
    "NANOEDIT_EMAIL_URL",
    "NANOEDIT_MAIL_FROM",
    "NANOEDIT_PROXY_COUNT",
    "DATABASE_URL",
    "CELERY_BROKER_URL",
    "S3_BUCKET",
    "S3_ENDPOINT_URL",
    "S3_REGION",
    "S3_ACCESS_KEY_ID",
    "S3_SECRET_ACCESS_KEY",
    "S3_CHECKSUMS",
    "S3_SIGNED_LINKS",
    "WORKER_CONCURRENCY",
    "SANDBOX_DELAY",
    "SANDBOX_LINK_LIFE",
    "PORT",
)
OUR_PREFIXES = ("NANOGPT_", "NANOEDIT_", "S3_", "SANDBOX_", "WORKER_", "CELERY_", "DATABASE_")


def read_environment(
    environ: Mapping[str, str] | None = None, dotenv_path: Path | None = None
) -> Environment:
    """Read and check every setting; the environment wins over the `.env` file.

    Makes the data folder and, once, the secret key in it. Raises SettingsRefused.
    """
    values = Values(os.environ if environ is None else environ, dotenv_path)
    data_dir = values.folder("NANOEDIT_DATA_DIR", "./var")
    debug = values.flag("NANOEDIT_DEBUG", default=False)
    api_key, base_url = values.upstream()
    secret_key = values.secret_key(data_dir, debug=debug)
    return Environment(
        data_dir=data_dir,
        debug=debug,
        https=values.flag("NANOEDIT_HTTPS", default=False),
        hosts=values.hosts(),
        secret_key=secret_key,
        field_keys=field_keys(
            "NANOEDIT_FIELD_KEYS", values.words("NANOEDIT_FIELD_KEYS"), secret_key
        ),
        database_url=values.address(
            "DATABASE_URL",
            # Quoted, since a hash in the folder's name would cut the path off.
            f"sqlite:///{quote(str(data_dir / 'nanoedit.sqlite3'))}",
            ("sqlite", "postgres", "postgresql"),
        ),
        broker_url=values.address(
            "CELERY_BROKER_URL",
            "memory://localhost/",
            ("memory", "redis", "rediss", "amqp", "amqps"),
        ),
        s3=values.s3(),
        api_key=api_key,
        base_url=base_url,
        starts_sandbox=not values.text("NANOGPT_API_KEY"),
        auth=values.choice("NANOGPT_AUTH", ("bearer", "x-api-key", "both")),
        result_origins=values.origins() | {origin_of(urlsplit(base_url))},
        max_body_mb=values.number("NANOGPT_MAX_BODY_MB", 4.0, 0.1, 100),
        timeout_seconds=values.number("NANOGPT_TIMEOUT_SECONDS", 240.0, 1, 3600),
        max_calls=values.whole("NANOGPT_MAX_CALLS", 16, 1, 1000),
        calls_per_second=values.number("NANOGPT_CALLS_PER_SECOND", 5.0, 0.01, 25),
        own_keys=values.choice("NANOEDIT_OWN_KEYS", ("off", "allowed", "required")),
        metrics_token=values.secret_word("NANOEDIT_METRICS_TOKEN"),
        sharing=values.flag("NANOEDIT_SHARING", default=True),
        pay_again_codes=values.statuses("NANOEDIT_PAY_AGAIN_CODES"),
        pay_again_up_to_nano=int(
            values.number("NANOEDIT_PAY_AGAIN_UP_TO_USD", 0.0, 0, 1000) * 1_000_000_000
        ),
        balance_floor_nano=int(
            values.number("NANOEDIT_BALANCE_FLOOR_USD", 1.0, 0, 1_000_000) * 1_000_000_000
        ),
        trash_days=values.whole("NANOEDIT_TRASH_DAYS", 30, 0, 36_500),
        publish=values.choice("NANOEDIT_PUBLISH", ("at_once", "after_review")),
        review_sample_percent=values.number("NANOEDIT_REVIEW_SAMPLE_PERCENT", 5.0, 0, 100),
        max_upload_mb=values.number("NANOEDIT_MAX_UPLOAD_MB", 50.0, 0.1, 1000),
        max_megapixels=values.number("NANOEDIT_MAX_MEGAPIXELS", 64.0, 0.1, 89),
        archive_hours=values.number("NANOEDIT_ARCHIVE_HOURS", 24.0, 0.1, 8760),
        registration=values.choice("NANOEDIT_REGISTRATION", ("closed", "invitation", "open")),
        staff_mfa=values.flag("NANOEDIT_STAFF_MFA", default=False),
        oidc=oidc(
            values.web_address("NANOEDIT_OIDC_ISSUER"),
            values.text("NANOEDIT_OIDC_CLIENT_ID"),
            values.text("NANOEDIT_OIDC_CLIENT_SECRET"),
            values.text("NANOEDIT_OIDC_NAME", OIDC_NAME)[:40],
        ),
        mail_server=mail_server(
            "NANOEDIT_EMAIL_URL", values.text("NANOEDIT_EMAIL_URL", "console:")
        ),
        mail_from=mail_from("NANOEDIT_MAIL_FROM", values.text("NANOEDIT_MAIL_FROM", MAIL_FROM)),
        proxies=values.whole("NANOEDIT_PROXY_COUNT", 0, 0, 9),
        bind=values.bind(),
        port=values.whole("PORT", 8000, 1, 65_535),
        worker_concurrency=values.whole("WORKER_CONCURRENCY", 16, 1, 256),
        sandbox_delay=values.number("SANDBOX_DELAY", 3.0, 0, 600),
        sandbox_link_life=values.number("SANDBOX_LINK_LIFE", 3600.0, 1, 86_400),
    )


class Values(Env):
    """The environment over the `.env` file; an empty value counts as not given."""

    def __init__(self, environ: Mapping[str, str], dotenv_path: Path | None) -> None:
        super().__init__()
        self._environ = {**read_dotenv(environ, dotenv_path), **environ}

    def _get_value(self, env_key: str, default: Any) -> Any:
        # environs would look into os.environ; tests and the supervisor hand in their own mapping.
        return self._environ.get(env_key, "").strip() or default

    def text(self, name: str, default: str = "") -> str:
        """Return the value without surrounding blanks, or the default."""
        return self.str(name, default)

    def _parsed(self, name: str, allowed: str, parse: Callable[[], Any]) -> Any:
        try:
            return parse()
        except EnvError:
            refuse(name, self.text(name), allowed)

    def flag(self, name: str, *, default: bool) -> bool:
        """Return True or False from 1/0, yes/no, true/false, on/off."""
        return bool(self._parsed(name, "1 or 0", lambda: self.bool(name, default)))

    def number(self, name: str, default: float, low: float, high: float) -> float:
        """Return a number between low and high."""
        allowed = f"a number from {low:g} to {high:g}"
        value = float(self._parsed(name, allowed, lambda: self.float(name, default)))
        if not low <= value <= high:
            refuse(name, self.text(name), allowed)
        return value

    def whole(self, name: str, default: int, low: int, high: int) -> int:
        """Return a whole number between low and high."""
        allowed = f"a whole number from {low} to {high}"
        value = int(self._parsed(name, allowed, lambda: self.int(name, default)))
        if not low <= value <= high:
            refuse(name, self.text(name), allowed)
        return value

    def choice(self, name: str, allowed: tuple[str, ...]) -> str:
        """Return one of the allowed words; the first is the default."""
        value = self.text(name, allowed[0]).lower()
        if value not in allowed:
            refuse(name, value, " or ".join(allowed))
        return value

    def words(self, name: str) -> list[str]:
        """Return a comma-separated list without blanks and empty items."""
        return [word.strip() for word in self.text(name).split(",") if word.strip()]

    def secret_word(self, name: str) -> str:
        """Return a secret that fits into a header and is not quickly guessed, or nothing."""
        word = self.text(name)
        if word and (len(word) < 16 or re.search(r"[^!-~]", word)):
            refuse(name, None, "at least 16 plain letters, digits and marks")
        return word

    def statuses(self, name: str) -> frozenset[int]:
        """Return HTTP statuses of failures that leave the outcome open, from a list by commas."""
        found = set()
        for word in self.words(name):
            if not word.isdigit() or int(word) not in OPEN_OUTCOMES:
                refuse(name, word, f"some of {', '.join(map(str, OPEN_OUTCOMES))}, by commas")
            found.add(int(word))
        return frozenset(found)

    def folder(self, name: str, default: str) -> Path:
        """Return an absolute folder; a relative one lies in the project's root."""
        path = (ROOT / Path(self.text(name, default)).expanduser()).resolve()
        if path.exists() and not path.is_dir():
            refuse(name, str(path), "a folder (this is a file)")
        return path

    def address(self, name: str, default: str, schemes: tuple[str, ...]) -> str:
        """Return a URL with one of the schemes. Its password is never shown."""
        value = self.text(name, default)
        allowed = " or ".join(f"{scheme}://…" for scheme in schemes)
        if split_url(value, schemes) is None:
            refuse(name, without_secrets(value), allowed)
        return value

    def web_address(self, name: str) -> str:
        """Return an http(s) URL without a slash at its end, or an empty string."""
        value = self.text(name).rstrip("/")
        if not value:
            return ""
        url = split_url(value, ("http", "https"))
        if url is None or not url.hostname or url.username or url.query or url.fragment:
            refuse(name, without_secrets(value), "an address such as https://example.org")
        return value

    def upstream(self) -> tuple[str, str]:
        """Return the key and the base URL; no key means the sandbox."""
        key, address = self.text("NANOGPT_API_KEY"), self.web_address("NANOGPT_BASE_URL")
        if not key.isascii() or any(not "!" <= character <= "~" for character in key):
            refuse("NANOGPT_API_KEY", None, "one word of plain letters, digits and marks")
        if address and not key:
            raise SettingsRefused(
                "NANOGPT_BASE_URL is set but NANOGPT_API_KEY is empty: set the key too, "
                "or remove the address to work with the sandbox."
            )
        if address.startswith("http:") and not is_loopback(urlsplit(address).hostname or ""):
            refuse("NANOGPT_BASE_URL", address, "https://…, or http:// on this machine alone")
        if not key or key == SANDBOX_KEY:
            return SANDBOX_KEY, address or SANDBOX_BY_HAND
        return key, address or REAL_API

    def origins(self) -> frozenset[str]:
        """Return the further origins that results may come from, each with its port."""
        found = set()
        for word in self.words("NANOGPT_RESULT_ORIGINS"):
            url = split_url(word, ("http", "https"))
            if url is None or not url.hostname or url.username or url.path.strip("/") or url.query:
                refuse("NANOGPT_RESULT_ORIGINS", without_secrets(word), "http(s)://host:port, …")
            found.add(origin_of(url))
        return frozenset(found)

    def hosts(self) -> tuple[str, ...]:
        """Return the host names under which the pages may be asked for."""
        found = self.words("NANOEDIT_HOSTS") or ["localhost", "127.0.0.1", "[::1]"]
        for word in found:
            bare = word.strip("[]") if word.startswith("[") else word
            if "/" in word or " " in word or (":" in bare and not is_ip(bare)):
                refuse("NANOEDIT_HOSTS", word, "host names without scheme and port, by commas")
        return tuple(found)

    def bind(self) -> str:
        """Return the address to listen on."""
        value = self.text("NANOEDIT_BIND", "127.0.0.1")
        if value != "localhost" and not is_ip(value):
            refuse("NANOEDIT_BIND", value, "an IP address of this machine, such as 127.0.0.1")
        return value

    def s3(self) -> S3 | None:
        """Return the S3 settings, or None when no bucket is named."""
        bucket = self.text("S3_BUCKET")
        endpoint = self.web_address("S3_ENDPOINT_URL")
        key_id, secret = self.text("S3_ACCESS_KEY_ID"), self.text("S3_SECRET_ACCESS_KEY")
        checksums = self.choice("S3_CHECKSUMS", ("when_required", "when_supported"))
        if bool(key_id) != bool(secret):
            missing = "S3_SECRET_ACCESS_KEY" if key_id else "S3_ACCESS_KEY_ID"
            raise SettingsRefused(f"{missing} is empty: the S3 key needs both of its halves.")
        if not bucket and (endpoint or key_id):
            raise SettingsRefused("S3_BUCKET is empty although other S3_… settings are made.")
        if not bucket:
            return None
        links = self.flag("S3_SIGNED_LINKS", default=False)
        if links and not (endpoint and key_id):
            raise SettingsRefused(
                "S3_SIGNED_LINKS=1 needs S3_ENDPOINT_URL and both halves of the S3 key."
            )
        if "/" in bucket or any(character.isspace() for character in bucket):
            refuse("S3_BUCKET", bucket, "the bare name of a bucket")
        return S3(
            bucket=bucket,
            endpoint_url=endpoint or None,
            region=self.text("S3_REGION") or None,
            access_key_id=key_id or None,
            secret_access_key=secret or None,
            checksums=checksums,
            signed_links=links,
        )

    def secret_key(self, data_dir: Path, *, debug: bool) -> str:
        """Return Django's secret: the one given, else the one kept in the data folder."""
        given = self.text("NANOEDIT_SECRET_KEY")
        if given:
            if len(given) < SECRET_KEY_CHARACTERS or len(set(given)) < 10:
                allowed = f"at least {SECRET_KEY_CHARACTERS} random characters"
                refuse("NANOEDIT_SECRET_KEY", None, allowed)
            return given
        try:
            return kept_secret_key(data_dir)
        except OSError as error:
            if debug:
                return "django-insecure-debugging-without-a-data-folder-keeps-no-secret"
            raise SettingsRefused(
                f"NANOEDIT_SECRET_KEY is empty and none can be kept in {data_dir} "
                f"({error.strerror}): set the key, or a NANOEDIT_DATA_DIR that can be written."
            ) from error


def read_dotenv(environ: Mapping[str, str], dotenv_path: Path | None) -> dict[str, str]:
    """Return the lines of the `.env` file; a misspelt name of ours in it is refused."""
    chosen = environ.get("NANOEDIT_ENV_FILE", "").strip()
    path = dotenv_path or ROOT / (chosen or ".env")
    if not path.exists():
        if chosen and dotenv_path is None:
            refuse("NANOEDIT_ENV_FILE", str(path), "a file that exists")
        return {}
    if path.is_dir():
        refuse("NANOEDIT_ENV_FILE", str(path), "a file (this is a folder)")
    lines = {name: value or "" for name, value in dotenv_values(path).items()}
    for name in lines:
        if name not in KNOWN_NAMES and name.startswith(OUR_PREFIXES):
            near = difflib.get_close_matches(name, KNOWN_NAMES, n=1)
            hint = f": did you mean {near[0]}?" if near else "."
            raise SettingsRefused(f"{path.name} sets {name}, which is no setting{hint}")
    return lines
