"""The calls: one paid, the others free. Each is exactly one HTTP request with a total deadline."""

from __future__ import annotations

import ipaddress
import logging
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from types import TracebackType
from typing import Literal, NoReturn, Self, TypeVar
from urllib.parse import urlsplit

import requests

from editor.nanogpt.addresses import origin_of
from editor.nanogpt.answers import read_answer
from editor.nanogpt.catalogue import CatalogueModel, parse_catalogue
from editor.nanogpt.cleaning import read_json
from editor.nanogpt.encoding import Encoding, encode_edit
from editor.nanogpt.errors import NanoGPTError, NotSent, OutcomeUnknown, Unavailable
from editor.nanogpt.messages import Balance, DayUsage, EditAnswer, EditRequest, RequestUsage
from editor.nanogpt.money import nano_dollars
from editor.nanogpt.refusals import error_for
from editor.nanogpt.transport import BROKEN_SENTENCES, NoAnswer, Reply, exchange
from editor.nanogpt.usage import is_plain_id, read_charge, read_day, without_charge
from editor.nanogpt.wire import NotReached, Wire

logger = logging.getLogger(__name__)

Auth = Literal["bearer", "x-api-key", "both"]
T = TypeVar("T")

MODELS_PATH = "/api/v1/image-models?detailed=true"
BALANCE_PATH = "/api/check-balance"
EDITS_PATH = "/api/v1/images/edits"
USAGE_PATH = "/api/v1/usage"
# The free calls answer at once or not at all.
FREE_CALL_SECONDS = 30.0
DEFAULT_MAX_ANSWER_BYTES = 64 * 1024 * 1024

_KEY = re.compile(r"[\x21-\x7e]{1,512}")
_NOT_SENT: Mapping[str, str] = {
    "name_not_found": "The service's name could not be found. Nothing was sent.",
    "name_timeout": "Looking up the service's name took too long. Nothing was sent.",
    "connect_refused": "The service does not take connections. Nothing was sent.",
    "connect_timeout": "Connecting to the service took too long. Nothing was sent.",
    "connect_failed": "The service could not be reached. Nothing was sent.",
    "tls_failed": "No secure connection to the service could be made. Nothing was sent.",
}
_UNKNOWN: Mapping[str, str] = {
    "timeout": "The service did not answer in time.",
    "connection_lost": "The connection to the service was lost before it answered.",
}


class NanoGPT:
    """Client of one upstream with one key. Safe to share between threads: it keeps no connection.

    `base_url`: https, or http on a loopback host; a path prefix is kept. `auth`: the header that
    carries the key. `timeout_seconds` is the total for a paid call, `connect_seconds` for name,
    connection and TLS. `max_answer_bytes` bounds the decoded answer. `ask_for_links` asks for
    links instead of picture bytes. `ca_file` replaces the trusted certificate authorities. Raises
    ValueError for nonsense.
    """

    def __init__(
        self,
        base_url: str,
        api_key: str,
        *,
        auth: Auth = "bearer",
        timeout_seconds: float = 240,
        connect_seconds: float = 10,
        max_answer_bytes: int = DEFAULT_MAX_ANSWER_BYTES,
        edits_path: str = EDITS_PATH,
        ask_for_links: bool = True,
        ca_file: str | None = None,
    ) -> None:
        self._base_url = checked_base_url(base_url)
        if not _KEY.fullmatch(api_key):
            message = "The API key must be 1 to 512 printable ASCII characters without spaces."
            raise ValueError(message)
        if auth not in ("bearer", "x-api-key", "both"):
            message = f"Unknown way to authenticate: {auth!r}."
            raise ValueError(message)
        if timeout_seconds <= 0 or connect_seconds <= 0 or max_answer_bytes <= 0:
            message = "Deadlines and limits must be above zero."
            raise ValueError(message)
        if not re.fullmatch(r"/[\x21-\x7e]*", edits_path):
            message = "The path of the edits must start with a slash."
            raise ValueError(message)
        self._key = api_key
        self._auth = auth
        self._timeout = float(timeout_seconds)
        self._connect_timeout = float(connect_seconds)
        self._max_answer_bytes = max_answer_bytes
        self._edits_path = edits_path
        self._response_format = "url" if ask_for_links else None
        self._ca_file = ca_file

    def edit(self, request: EditRequest, *, encoding: Encoding = "multipart") -> EditAnswer:
        """Make one paid edit: exactly one HTTP request, never repeated, never redirected.

        Raises NotSent or a Refused (surely free), or OutcomeUnknown (may have been charged).
        """
        secrets = (self._key, request.prompt)
        headers = self._headers(self._auth) | {"X-Request-ID": request.request_id}
        prepared = encode_edit(
            self._base_url + self._edits_path,
            headers,
            request,
            encoding,
            response_format=self._response_format,
        )

        def read(reply: Reply, wire: Wire) -> EditAnswer:
            if not 200 <= reply.status < 300:
                raise error_for(reply, secrets)
            return read_answer(reply, seconds=wire.elapsed(), secrets=secrets)

        return self._call("edit", prepared, self._timeout, read, request.request_id)

    def models(self) -> list[CatalogueModel]:
        """The catalogue. Free. Raises NotSent, a Refused or Unavailable."""
        prepared = requests.Request(
            "GET", self._base_url + MODELS_PATH, headers=self._headers(self._auth)
        ).prepare()

        def read(reply: Reply, _: Wire) -> list[CatalogueModel]:
            try:
                return parse_catalogue(self._free_json(reply))
            except ValueError:
                raise _unavailable(reply, "The list of models cannot be read.") from None

        return self._free_call("models", prepared, read)

    def balance(self) -> Balance:
        """What is left on the account. Free. Raises NotSent, a Refused or Unavailable."""
        # The documented header of this one route is x-api-key.
        headers = self._headers("x-api-key" if self._auth == "x-api-key" else "both")
        prepared = requests.Request(
            "POST", self._base_url + BALANCE_PATH, headers=headers
        ).prepare()

        def read(reply: Reply, _: Wire) -> Balance:
            body = self._free_json(reply)
            if not isinstance(body, dict) or "usd_balance" not in body:
                raise _unavailable(reply, "The balance cannot be read.")
            return Balance(usd_nano=nano_dollars(body["usd_balance"]))

        return self._free_call("balance", prepared, read)

    def usage_of(self, request_id: str) -> RequestUsage:
        """What the provider charged under this request id. Free, and never raises.

        Only "found" says something: a charge that is not known yet can still come.
        """
        if not is_plain_id(request_id):
            sentence = "This request id has a form that cannot be looked up."
            return RequestUsage("failed", sentence, code="odd_request_id")
        prepared = requests.Request(
            "GET",
            f"{self._base_url}{USAGE_PATH}/requests/{request_id}",
            headers=self._headers(self._auth),
        ).prepare()

        def read(reply: Reply, _: Wire) -> RequestUsage:
            missing = without_charge(reply)
            if missing:
                return missing
            charge = read_charge(self._free_json(reply))
            if charge is None:
                raise _unavailable(reply, "The look-up's answer cannot be read.")
            return charge

        try:
            return self._free_call("usage_of", prepared, read)
        except NanoGPTError as error:
            answered = error.status is not None
            return RequestUsage("failed", str(error), code=error.code, answered=answered)

    def usage_on(self, day: date) -> DayUsage:
        """This key's totals of one UTC day. Free. Raises NotSent, a Refused or Unavailable."""
        prepared = requests.Request(
            "GET",
            f"{self._base_url}{USAGE_PATH}?from={day:%Y-%m-%d}&to={day:%Y-%m-%d}",
            headers=self._headers(self._auth),
        ).prepare()

        def read(reply: Reply, _: Wire) -> DayUsage:
            totals = read_day(self._free_json(reply), day)
            if totals is None:
                raise _unavailable(reply, "The day's totals cannot be read.")
            return totals

        return self._free_call("usage_on", prepared, read)

    def usage_today(self) -> DayUsage:
        """The same for the running UTC day."""
        return self.usage_on(datetime.now(UTC).date())

    def close(self) -> None:
        """Nothing to do: no connection outlives its call. Callers need not know that."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"NanoGPT({self._base_url!r})"

    def _headers(self, auth: Auth) -> dict[str, str]:
        headers = {
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "Connection": "close",
            "User-Agent": "NanoEdit",
        }
        if auth in ("bearer", "both"):
            headers["Authorization"] = f"Bearer {self._key}"
        if auth in ("x-api-key", "both"):
            headers["x-api-key"] = self._key
        return headers

    def _call(
        self,
        name: str,
        prepared: requests.PreparedRequest,
        seconds: float,
        read: Callable[[Reply, Wire], T],
        request_id: str = "",
    ) -> T:
        """Send it, read it, and write one line about it, however it ends."""
        with Wire(seconds, self._connect_timeout) as wire:
            try:
                reply = self._exchange(prepared, wire)
                outcome = read(reply, wire)
            except NanoGPTError as error:
                _record(name, wire, request_id, error.status, error.code, error)
                raise
            _record(name, wire, request_id, reply.status, "ok", outcome)
            return outcome

    def _exchange(self, prepared: requests.PreparedRequest, wire: Wire) -> Reply:
        try:
            return exchange(prepared, wire, max_bytes=self._max_answer_bytes, ca_file=self._ca_file)
        except NotReached as failure:
            raise NotSent(_NOT_SENT[failure.code], code=failure.code) from None
        except NoAnswer as failure:
            raise OutcomeUnknown(_UNKNOWN[failure.code], code=failure.code) from None

    def _free_call(
        self, name: str, prepared: requests.PreparedRequest, read: Callable[[Reply, Wire], T]
    ) -> T:
        try:
            return self._call(name, prepared, min(self._timeout, FREE_CALL_SECONDS), read)
        except OutcomeUnknown as error:
            # Nothing can have been charged for a free call.
            raise Unavailable(
                str(error),
                code=error.code,
                status=error.status,
                request_id=error.request_id,
                retry_after=error.retry_after,
            ) from None

    def _free_json(self, reply: Reply) -> object:
        if not 200 <= reply.status < 300:
            raise error_for(reply, (self._key,))
        if reply.broken:
            raise _unavailable(reply, BROKEN_SENTENCES[reply.broken])
        try:
            return read_json(reply.body)
        except ValueError:
            raise _unavailable(reply, "The service answered with something unreadable.") from None


def checked_base_url(base_url: str) -> str:
    """The base URL without a slash at its end. Raises ValueError unless it may be used."""
    origin = origin_of(base_url)
    if not origin or re.search(r"[^\x21-\x7e]|[\\@]", base_url):
        _bad_base_url("must be an address like https://host or https://host/prefix")
    if "?" in base_url or "#" in base_url:
        _bad_base_url("must not hold a query or a fragment")
    if not origin.startswith("https://") and not _is_loopback(urlsplit(base_url).hostname or ""):
        _bad_base_url("must use https, or a loopback host")
    try:
        understood = requests.Request("GET", base_url).prepare().url
    except requests.RequestException:
        _bad_base_url("is not an address")
    if origin_of(understood or "") != origin:
        _bad_base_url("can be read in two ways")
    return base_url.rstrip("/")


def _bad_base_url(why: str) -> NoReturn:
    message = f"The base URL {why}."
    raise ValueError(message)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _unavailable(reply: Reply, sentence: str) -> Unavailable:
    return Unavailable(sentence, code="unusable_answer", status=reply.status)


def _record(
    name: str, wire: Wire, request_id: str, status: int | None, code: str, outcome: object
) -> None:
    """One line per call: what came of it, how long, how big. No prompt, no picture, no key."""
    cost = getattr(outcome, "cost", None)
    facts = {
        "call": name,
        "status": status,
        "code": code,
        "seconds": round(wire.elapsed(), 3),
        "bytes_sent": wire.bytes_sent,
        "bytes_received": wire.bytes_received,
        "request_id": request_id,
        "upstream_request_id": getattr(outcome, "request_id", None),
        "cost_nano": cost.nano_dollars if cost else None,
    }
    logger.info(
        "upstream %s", " ".join(f"{key}={value}" for key, value in facts.items()), extra=facts
    )


__all__: Sequence[str] = ("Auth", "Encoding", "NanoGPT", "checked_base_url")
