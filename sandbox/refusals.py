"""How the API says no: every documented code, and every envelope that was ever seen around one."""

import json
from collections.abc import Mapping
from decimal import Decimal
from html import escape
from typing import Any

TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "insufficient_quota",
    403: "permission_denied_error",
    404: "not_found_error",
    413: "invalid_request_error",
    429: "rate_limit_error",
    503: "service_unavailable",
}
ENVELOPES = "abcdefghijkl"


class Refusal(Exception):
    """A documented no. `envelope` is one of the letters a to l, see `dress`."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        envelope: str = "a",
        param: str | None = None,
        headers: Mapping[str, str] | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.envelope = envelope
        self.param = param
        self.headers = dict(headers or {})
        self.extra = dict(extra or {})

    def body(self) -> tuple[bytes, str]:
        """The answer's bytes and content type."""
        dressed = dress(self.envelope, self.status, self.code, self.message, self.param)
        if isinstance(dressed, str):
            mime = "text/html" if self.envelope == "l" else "text/plain"
            return dressed.encode(), f"{mime}; charset=utf-8"
        return json.dumps(dressed | self.extra).encode(), "application/json"


def dress(
    envelope: str, status: int, code: str, message: str, param: str | None = None
) -> dict[str, Any] | str:
    """An error in one of the twelve shapes met so far: a JSON object, or text for k and l."""
    kind = TYPES.get(status, "server_error")
    full: dict[str, Any] = {"message": message, "type": kind, "code": code or None, "param": param}
    shapes: dict[str, dict[str, Any] | str] = {
        "a": {"error": full},
        "b": {
            "error": {"message": message, "type": kind, "code": code, "parameter": param},
            "code": code,
        },
        "c": {"error": message, "requiredBalance": 0.04, "status": status},
        "d": {"error": message, "code": code} if code else {"error": message},
        "e": {"error": message, "code": code, "type": kind},
        "f": {"error": {"message": message, "type": code or kind, "code": status}},
        "g": {"error": status, "message": message},
        "h": {"type": kind, "message": message},
        "i": {
            "error": full,
            "moderation": {"flagged": True, "categories": ["sandbox_trigger_word"]},
        },
        "j": {
            "error": full,
            "payment": {"amountUsd": 0.04, "expiresInSeconds": 600, "accepts": []},
        },
        "k": f"{message}\n\n{code.upper() or status}\n",
        "l": html_page(status, message),
    }
    return shapes[envelope]


def html_page(status: int, message: str) -> str:
    """An error page as a proxy in between would send it."""
    return (
        "<!DOCTYPE html>\n<html><head><title>Error</title></head>\n"
        f"<body><center><h1>{status} {escape(message)}</h1></center><hr>"
        "<center>edge</center></body></html>\n"
    )


def missing_key() -> Refusal:
    return Refusal(
        401, "missing_api_key", "Missing API key. Send Authorization: Bearer or x-api-key."
    )


def wrong_key() -> Refusal:
    return Refusal(401, "invalid_api_key", "Invalid API key.")


def no_credit(required: Decimal) -> Refusal:
    return Refusal(
        402,
        "insufficient_balance",
        "Insufficient balance",
        envelope="c",
        extra={"requiredBalance": float(required)},
    )


def too_many_calls(wait: int) -> Refusal:
    return Refusal(
        429,
        "rate_limit_exceeded",
        "Too many image edit uploads. Please slow down.",
        headers={"Retry-After": str(wait)},
    )


def body_over_ceiling() -> Refusal:
    """What the hosting platform answers before the API's own code runs: plain text."""
    return Refusal(413, "function_payload_too_large", "Request Entity Too Large", envelope="k")


def picture_too_large(limit: int) -> Refusal:
    return Refusal(
        413,
        "image_input_too_large",
        f"Image input is too large. The maximum is {limit / 1_048_576:.1f} MB.",
        param="image",
    )


def mislabelled_picture() -> Refusal:
    """What a wrong MIME type really gives: the wrong error, with nonsense dimensions."""
    return Refusal(
        413,
        "IMAGE_INPUT_TOO_LARGE",
        "Image dimensions 1229539657x1935894893 exceed the maximum of 8192x8192.",
        envelope="d",
    )


def too_many_pixels(width: int, height: int) -> Refusal:
    return Refusal(
        413,
        "IMAGE_INPUT_TOO_LARGE",
        f"Image dimensions {width}x{height} exceed the maximum of 8192x8192.",
        envelope="d",
    )


def unreadable_body() -> Refusal:
    return Refusal(400, "invalid_multipart_body", "The multipart body could not be parsed.")


def unreadable_json() -> Refusal:
    return Refusal(400, "invalid_json", "The request body is not valid JSON.")


def no_picture() -> Refusal:
    return Refusal(
        400, "missing_image_input", "An image is required for image edits.", param="image"
    )


def too_many_pictures(limit: int) -> Refusal:
    noun = "image" if limit == 1 else "images"
    return Refusal(
        400,
        "IMAGE_INPUT_TOO_MANY",
        f"Too many input images. This model accepts up to {limit} input {noun}.",
        envelope="d",
    )


def bad_picture(why: str) -> Refusal:
    return Refusal(400, "INVALID_IMAGE_INPUT", why, envelope="d")


def bad_picture_file(why: str) -> Refusal:
    return Refusal(400, "invalid_image_file", why, param="image")


def bad_mask(why: str) -> Refusal:
    return Refusal(400, "invalid_image_file", why, param="mask")


def no_mask() -> Refusal:
    return Refusal(
        400, "", "No mask image data provided. This model requires a mask.", envelope="d"
    )


def takes_no_mask() -> Refusal:
    return Refusal(400, "unsupported_parameter", "This model does not support masks.", param="mask")


def unknown_model() -> Refusal:
    return Refusal(404, "model_not_found", "The requested model was not found.", param="model")


def model_cannot_edit() -> Refusal:
    return Refusal(
        400, "model_not_available", "This model does not support image edits.", param="model"
    )


def bad_parameter(param: str, why: str, code: str = "invalid_parameter") -> Refusal:
    return Refusal(400, code, why, param=param)


def prompt_too_long(limit: int, length: int, *, has_code: bool) -> Refusal:
    message = f"Prompt is too long. Maximum is {limit} characters, yours has {length}."
    return Refusal(400, "prompt_too_long" if has_code else "", message, envelope="d")


def content_refused(*, checked_before: bool) -> Refusal:
    """`checked_before`: the caller asked for the inline check, which adds its own object."""
    return Refusal(
        400,
        "content_policy_violation",
        "The request was rejected by the content policy.",
        envelope="i" if checked_before else "a",
    )


def not_found(what: str) -> Refusal:
    return Refusal(404, "not_found", f"No such {what}.")


def broken() -> Refusal:
    return Refusal(
        500,
        "image_generation_failed",
        "Image generation failed. Please try a different prompt or image.",
    )
