"""What the processes write down: one line of `name=value` pairs per record, without secrets.

Nobody should have to weigh whether a message may be logged, so everything that reaches the
root handler is cleaned there: the message with its arguments, the traceback, what was
attached as `extra`. Prompts are not logged at all; the database's own words are cut where
they would quote one.
"""

from __future__ import annotations

import json
import logging
import re
import traceback
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from editor.log_context import now_about

HIDDEN = "[hidden]"
# A shorter secret would also hide ordinary words.
SHORTEST_SECRET = 6
LONGEST_LINE = 20_000

_HEADER = re.compile(
    r"""\b((?:proxy-)?authorization|x-api-key|(?:set-)?cookie|x-csrftoken)\b"""
    r"""(['"]?\s*[:=,]\s*(?:b(?=['"]))?['"]?)(?:(?:bearer|basic|token)\s+)?[^\s'",;)}\]]+""",
    re.IGNORECASE,
)
_BEARER = re.compile(r"\b(bearer\s+)[^\s'\",;)}\]]{4,}", re.IGNORECASE)
_KEY = re.compile(r"\bsk-[A-Za-z0-9_*.-]{3,}", re.IGNORECASE)
_URL_USER = re.compile(r"(\b[a-z][a-z0-9+.-]*://)[^\s/@'\"<>]+@", re.IGNORECASE)
_URL_QUERY = re.compile(r"(\b[a-z][a-z0-9+.-]*://[^\s?#'\"<>]*\?)[^\s'\"<>]+", re.IGNORECASE)
# Where only the path is written down, or the query alone.
_SIGNED = re.compile(
    r"\b(x-amz-[a-z-]+|awsaccesskeyid|signature|policy|key-pair-id|expires|sig|token)=[^\s&'\"<>]+",
    re.IGNORECASE,
)
# Links that are their own key: shares, invitations, new passwords, mail addresses.
_KEY_LINK = re.compile(
    r"(/s/)[\w-]{16,}|(/account/(?:invited|reset|mail/confirm)/)(?!sent/|done/)[^\s/?#'\"<>)]+",
    re.ASCII,
)
_DATA_URL = re.compile(r"\bdata:[a-z0-9.+-]+/[a-z0-9.+-]+[^\s'\"<>]*", re.IGNORECASE)
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{160,}={0,2}")
# Postgres quotes the whole row that it refuses, and with it somebody's prompt.
_ROW = re.compile(
    r"^DETAIL:.*?(?=^(?:CONTEXT:|HINT:|Traceback \(|The above exception|During handling)|\Z)",
    re.MULTILINE | re.DOTALL,
)

# Django attaches the request, which is a whole page of a person's cookies and fields.
_NOT_EXTRA = {"request", "data", "about"}
_ORDINARY = {*vars(logging.makeLogRecord({})), "message", "asctime", "taskName"}


def secrets_among(values: Iterable[str | None]) -> tuple[str, ...]:
    """Give every value that must not be seen, with the passwords that URLs among them carry."""
    found: set[str] = set()
    for value in values:
        if not value:
            continue
        password = urlsplit(value).password if "://" in value else value
        if password and len(password) >= SHORTEST_SECRET:
            found |= {password, unquote(password), quote(password, safe="")}
    return tuple(sorted(found, key=len, reverse=True))


class Redaction(logging.Filter):
    """Takes secrets out of a record: message, arguments, traceback and extras.

    `secrets` are exact texts to hide, such as this server's own key. Put it on a handler:
    filters of a logger do not see what its children pass up.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        super().__init__()
        self._secrets = tuple(secrets)

    def filter(self, record: logging.LogRecord) -> bool:
        """Clean the record in place, so that no later handler sees more; lets it pass."""
        record.about = {name: self.clean(value) for name, value in now_about().items()}
        record.msg = self.clean(_message(record))
        record.args = None
        if record.exc_info and not record.exc_text:
            record.exc_text = "".join(traceback.format_exception(*record.exc_info))
        record.exc_info = None  # or a handler behind us would write the traceback anew
        if record.exc_text:
            record.exc_text = self.clean(record.exc_text)
        if record.stack_info:
            record.stack_info = self.clean(record.stack_info)
        for name, value in extras(record).items():
            if not isinstance(value, int | float):  # numbers hold no secret, and stay numbers
                record.__dict__[name] = self.clean(str(value))
        return True

    def clean(self, text: str) -> str:
        """Give the text without keys, signed links, picture data and quoted rows."""
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        text = _ROW.sub(f"DETAIL: {HIDDEN}\n", text)
        text = _DATA_URL.sub("[picture data]", text)
        text = _URL_USER.sub(rf"\1{HIDDEN}@", text)
        text = _URL_QUERY.sub(rf"\1{HIDDEN}", text)
        text = _SIGNED.sub(rf"\1={HIDDEN}", text)
        text = _KEY_LINK.sub(lambda link: f"{link[1] or link[2]}{HIDDEN}", text)
        text = _HEADER.sub(rf"\1\2{HIDDEN}", text)
        text = _BEARER.sub(rf"\1{HIDDEN}", text)
        text = _KEY.sub(HIDDEN, text)
        return _BASE64.sub("[data]", text)


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except Exception:  # noqa: BLE001  a wrong format string must not cost the record
        return f"{record.msg} {record.args!r}"


def extras(record: logging.LogRecord) -> dict[str, Any]:
    """What was attached to the record beyond the ordinary."""
    return {
        name: value
        for name, value in vars(record).items()
        if name not in _ORDINARY and name not in _NOT_EXTRA and not name.startswith("_")
    }


class OneLine(logging.Formatter):
    """One line per record: `time=… level=… logger=… pid=… request=… message="…" …`.

    Values with blanks, quotes or line ends are written as JSON strings, so a traceback is
    one value on the same line.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Write the record down."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        pairs: dict[str, Any] = {
            "time": at.replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "pid": record.process,
            **getattr(record, "about", {}),
            "message": _message(record),
        }
        # Some messages already tell what they carry.
        more = extras(record).items()
        pairs |= {k: v for k, v in more if f"{k}={v}" not in pairs["message"]}
        if record.exc_info and not record.exc_text:
            record.exc_text = self.formatException(record.exc_info)
        if record.exc_text:
            pairs["exception"] = record.exc_text.rstrip()
        if record.stack_info:
            pairs["stack"] = record.stack_info
        return " ".join(f"{name}={_value(value)}" for name, value in pairs.items())


def _value(value: object) -> str:
    text = str(value)
    if len(text) > LONGEST_LINE:
        # The end of a traceback says what happened.
        text = f"{text[: LONGEST_LINE // 4]} … {text[-3 * LONGEST_LINE // 4 :]}"
    if re.fullmatch(r"[\w.:/@%+,\[\]-]+", text):
        return text
    return json.dumps(text, ensure_ascii=False)


def not_a_red_probe(record: logging.LogRecord) -> bool:
    """Keep Django from calling each red answer of /readyz an error.

    Monitoring asks every few seconds; `editor/views/health.py` writes a line when it changes.
    """
    path = getattr(getattr(record, "request", None), "path", "")
    return not (path == "/readyz" and getattr(record, "status_code", None) == 503)


def logging_settings(secrets: Iterable[str]) -> dict[str, Any]:
    """Give Django's LOGGING: everything goes to the root, and through the redaction.

    The loggers with no handlers of their own lose those that their makers gave them:
    Django's mails whole requests, uvicorn's and Celery's would write past the redaction.
    """
    passed_up: dict[str, Any] = {"handlers": [], "propagate": True}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {
            "redaction": {"()": Redaction, "secrets": tuple(secrets)},
            "probes": {"()": lambda: not_a_red_probe},
        },
        "formatters": {"line": {"()": OneLine}},
        "handlers": {
            "console": {
                "class": "logging.StreamHandler",
                "formatter": "line",
                "filters": ["redaction"],
            }
        },
        "root": {"handlers": ["console"], "level": "WARNING"},
        "loggers": {
            "editor": {"level": "INFO"},
            "django": {**passed_up, "level": "WARNING"},
            "django.request": {**passed_up, "level": "ERROR", "filters": ["probes"]},
            "django.server": {**passed_up, "level": "WARNING"},
            "uvicorn": {**passed_up, "level": "WARNING"},
            "uvicorn.error": {**passed_up, "level": "WARNING"},
            "uvicorn.access": {**passed_up, "level": "WARNING"},
            "celery": {**passed_up, "level": "WARNING"},
        },
    }
