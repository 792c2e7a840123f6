"""Everything that can go wrong, sorted by one question: may it have cost money?

`NotSent` and `Refused` are proof that nothing was charged. `OutcomeUnknown` is everything else
that can happen to a paid call once its first byte was written. No error is ever raised for a call
that brought back a usable picture.
"""

from __future__ import annotations

from editor.nanogpt.messages import Cost

MAX_SENTENCE = 300


class NanoGPTError(Exception):
    """Base of all errors here.

    `str()` is one clean sentence: no markup, no key, at most 300 characters.
    `retriable`: the same call may be made again without asking anybody.
    `maybe_billed`: the provider may have charged for it.
    `code`: lower-case machine word, the provider's own where it gave one.
    `status`: HTTP status, None if no answer came.
    `request_id`: the id that came back from the provider, None if none did.
    `retry_after`: seconds to wait that the provider asked for (1 s to 24 h), None if it did not.
    """

    retriable: bool = False
    maybe_billed: bool = False
    default_code = "upstream_error"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        status: int | None = None,
        request_id: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message[:MAX_SENTENCE])
        self.code = code or self.default_code
        self.status = status
        self.request_id = request_id
        self.retry_after = retry_after


class NotSent(NanoGPTError):
    """Not one byte of the request was written: name not found, nobody listening, TLS not agreed."""

    retriable = True
    default_code = "not_sent"


class Refused(NanoGPTError):
    """The provider said no in words that it documents; such answers are not charged."""

    default_code = "refused"


class BadRequest(Refused):
    """400, 413 or 422: something in this request does not suit the model or the route."""

    default_code = "bad_request"


class ContentRefused(Refused):
    """Moderation said no. Final: the same wish is refused again."""

    default_code = "content_policy_violation"


class KeyRefused(Refused):
    """401 or 403: the key is missing, wrong or not allowed to do this. Stop using it."""

    default_code = "key_refused"


class NoCredit(Refused):
    """402: the balance is too low. It can clear by itself when the account recharges."""

    default_code = "no_credit"


class ModelGone(Refused):
    """404 or a code about the model: refresh the catalogue."""

    default_code = "model_gone"


class RateLimited(Refused):
    """429: too many calls, or a daily cap (then `retry_after` can be near 24 hours)."""

    retriable = True
    default_code = "rate_limited"


class OutcomeUnknown(NanoGPTError):
    """The request was (partly) written and no usable, documented answer came.

    It may have been charged.
    `cost`, `balance_nano`: what the provider said about money in this very answer, if anything.
    `body_start`: the cleaned first characters of what came back, as evidence for staff ("" if
    nothing). `body`: all of it, as it came, when the status was a success: it may hold what was
    paid for. Never to be logged.
    """

    maybe_billed = True
    default_code = "outcome_unknown"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        status: int | None = None,
        request_id: str | None = None,
        retry_after: float | None = None,
        cost: Cost | None = None,
        balance_nano: int | None = None,
        body_start: str = "",
        body: bytes = b"",
    ) -> None:
        super().__init__(
            message, code=code, status=status, request_id=request_id, retry_after=retry_after
        )
        self.cost = cost
        self.balance_nano = balance_nano
        self.body_start = body_start
        self.body = body


class Unavailable(NanoGPTError):
    """A free call (catalogue, balance) brought nothing usable back. Ask again later."""

    retriable = True
    default_code = "unavailable"


class DownloadFailed(NanoGPTError):
    """A result could not be fetched. Never a reason to repeat the paid call.

    `retriable`: the same link may work on another try.
    `gone`: the provider says that the link is no longer good (403, 404, 410).
    """

    default_code = "download_failed"

    def __init__(
        self,
        message: str,
        *,
        retriable: bool = False,
        gone: bool = False,
        code: str | None = None,
        status: int | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message, code=code, status=status, retry_after=retry_after)
        self.retriable = retriable
        self.gone = gone


class DownloadForbidden(NanoGPTError):
    """A result link points where this server must not go; nothing was connected to."""

    default_code = "download_forbidden"
