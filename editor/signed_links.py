"""Links to single objects of the bucket, which open without a key for an hour or two.

Within one window of an hour the link to an object is the same letter by letter, so that a
browser has what it fetched before. botocore signs with the time of the moment, which gives
another address each second; here the time of signing is the beginning of the window.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from botocore.auth import SIGV4_TIMESTAMP, S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from django.core.files.storage import default_storage

WINDOW_SECONDS = 3600
LIFE_SECONDS = 2 * WINDOW_SECONDS  # whoever gets a link at the end of a window can still use it


class _SignedAt(S3SigV4QueryAuth):
    """Signs as at a given moment."""

    def __init__(self, moment: int, *about: Any, **more: Any) -> None:
        super().__init__(*about, **more)
        self._stamp = datetime.fromtimestamp(moment, UTC).strftime(SIGV4_TIMESTAMP)

    def _modify_request_before_signing(self, request: AWSRequest) -> None:
        # Everything below reads the time from here.
        request.context["timestamp"] = self._stamp
        super()._modify_request_before_signing(request)  # type: ignore[misc]  # not in its stubs


def link_to(key: str, mime: str, now: float | None = None) -> tuple[str, int]:
    """Give the link to an object, and for how many seconds it is still the same.

    What the bucket answers with it is signed as well: the type, and that it is for one browser.
    """
    now = time.time() if now is None else now
    begun = int(now) // WINDOW_SECONDS * WINDOW_SECONDS
    bucket: Any = default_storage
    address = f"{bucket.endpoint_url.rstrip('/')}/{bucket.bucket_name}/{quote(key)}"
    answer = {
        "response-cache-control": f"private, max-age={LIFE_SECONDS}, immutable",
        "response-content-disposition": "inline",
        "response-content-type": mime,
    }
    request = AWSRequest("GET", address, params=answer)
    region = bucket.connection.meta.client.meta.region_name
    credentials = Credentials(bucket.access_key, bucket.secret_key)
    _SignedAt(begun, credentials, "s3", region, expires=LIFE_SECONDS).add_auth(request)
    return str(request.url), max(0, begun + WINDOW_SECONDS - int(now) - 1)
