"""What goes out and what comes back, as frozen values.

Whatever could make a request unsendable is refused here with ValueError, when the request is made:
so before anybody has noted down the intent to pay for it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

# The first bytes that each type must have. A part whose type does not match its bytes is answered
# upstream with a misleading "too large", so such a part is never sent.
_SIGNATURES: Mapping[str, re.Pattern[bytes]] = {
    "image/png": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "image/jpeg": re.compile(rb"\xff\xd8\xff"),
    "image/webp": re.compile(rb"RIFF....WEBP", re.DOTALL),
    "image/gif": re.compile(rb"GIF8[79]a"),
}
_EXTENSIONS: Mapping[str, str] = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/webp": "webp",
    "image/gif": "gif",
}
_HEADER_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,127}")
_FIELD_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
# Fields that are this client's own business, in both vocabularies.
_RESERVED = frozenset(
    {"model", "prompt", "image", "mask", "size", "n", "response_format", "stream", "webhook"}
    | {"imagedataurl", "imagedataurls", "maskdataurl", "imageurl", "image_url", "input_references"}
)


@dataclass(frozen=True)
class FilePart:
    """One picture to send: a name, its bytes and their type (PNG, JPEG, WebP or GIF)."""

    name: str
    data: bytes = field(repr=False)
    mime: str

    def __post_init__(self) -> None:
        signature = _SIGNATURES.get(self.mime)
        if signature is None:
            raise ValueError(f"A picture of type {self.mime!r} cannot be sent.")
        if not signature.match(self.data):
            raise ValueError(f"The bytes of {self.name!r} are not {self.mime}.")

    @property
    def filename(self) -> str:
        """A plain ASCII file name whose extension fits the type."""
        return file_name(self.name, self.mime)


def file_name(name: str, mime: str) -> str:
    """Give the file name under which a picture of this name and type is sent."""
    stem = re.sub(r"[^A-Za-z0-9_-]+", "-", name.rsplit(".", 1)[0]).strip("-")
    return f"{stem[:60] or 'picture'}.{_EXTENSIONS[mime]}"


@dataclass(frozen=True)
class EditRequest:
    """One edit to pay for. `request_id` is fresh for every call and never used twice.

    `n` and `size` are left out of the request when None. `extra` holds further fields that the
    caller knows the model to understand; it cannot replace a field of ours.
    """

    model: str
    prompt: str = field(repr=False)
    image: FilePart
    mask: FilePart | None = None
    references: tuple[FilePart, ...] = ()
    n: int | None = None
    size: str | None = None
    request_id: str = field(kw_only=True)
    extra: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.model.strip() or not self.prompt.strip():
            raise ValueError("An edit needs a model and a prompt.")
        for text in (self.model, self.prompt, self.size or "", *self.extra.values()):
            text.encode("utf-8")  # a lone surrogate is a UnicodeEncodeError, which is a ValueError
        if self.n is not None and self.n < 1:
            raise ValueError("The number of pictures must be at least 1.")
        if not _HEADER_WORD.fullmatch(self.request_id):
            raise ValueError("The request id must be a plain word that fits into a header.")
        for name in self.extra:
            if not _FIELD_NAME.fullmatch(name) or name.lower() in _RESERVED:
                raise ValueError(f"The field {name!r} cannot be added to an edit.")

    @property
    def images(self) -> tuple[FilePart, ...]:
        """The picture to edit first, then the references."""
        return (self.image, *self.references)


@dataclass(frozen=True)
class AnswerImage:
    """One picture of an answer: its bytes, or a link to fetch them from. Exactly one is set."""

    url: str | None
    data: bytes | None = field(repr=False)


@dataclass(frozen=True)
class Cost:
    """What the provider said one call cost.

    `nano_dollars` (1 USD = 1_000_000_000) is None when the amount is not a plausible sum in USD:
    another currency, negative, not a number, absurdly high. `text` is what was said, `currency`
    USD or XNO. Zero means "included"; a provider that said nothing gives no Cost at all.
    """

    nano_dollars: int | None
    text: str
    currency: str = "USD"


@dataclass(frozen=True)
class EditAnswer:
    """A paid answer with at least one usable picture.

    `images` can be more or fewer than were asked for. `body` is the answer as plain JSON values
    that any database takes, picture bytes replaced by their length. `seconds` is how long the
    call took.
    """

    images: tuple[AnswerImage, ...]
    cost: Cost | None
    balance_nano: int | None
    request_id: str | None
    status: int
    body: dict[str, Any] = field(repr=False)
    seconds: float


@dataclass(frozen=True)
class Balance:
    """What is left on the account, in nano-dollars; None if it was not readable."""

    usd_nano: int | None


@dataclass(frozen=True)
class RequestUsage:
    """What the provider's books say of one request id.

    `outcome`: "found" (one charge), "not_found" (none is known, which proves nothing: it may be
    pending, expired or somebody else's), "several" (more than one charge), "failed" (the look-up
    itself brought nothing back). `sentence` says it for people; `code` is why a look-up failed.
    `answered` is False when nobody could be reached at all.
    """

    outcome: Literal["found", "not_found", "several", "failed"]
    sentence: str
    cost: Cost | None = None
    code: str = ""
    answered: bool = True


@dataclass(frozen=True)
class DayUsage:
    """The provider's totals of one UTC day for one key; None where it names no figure.

    They may be a minute old. `cost_nano` is after refunds where those are told.
    """

    day: date
    requests: int | None
    cost_nano: int | None
