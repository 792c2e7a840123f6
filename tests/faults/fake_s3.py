"""An S3 server in this process that keeps objects in memory and misbehaves when told to.

Path-style addresses, whole objects, no signatures checked: as much of S3 as NanoEdit uses.
`mood` says how it answers:

    well        as it should
    refusing    nobody listens
    silent      takes the connection and the request, and says nothing
    stuck       stops for ever in the middle of what is read
    forbidding  403 with S3's XML
    failing     503 SlowDown with S3's XML
    lying       what is read is what `lie` makes of the bytes
    losing      keeps what it is given, and cuts the connection instead of saying so
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

from tests.servers.launching import free_ports

Mood = Literal["well", "refusing", "silent", "stuck", "forbidding", "failing", "lying", "losing"]
SILENT_SECONDS = 60.0
ERRORS = {
    "forbidding": (403, "AccessDenied", "Access Denied"),
    "failing": (503, "SlowDown", "Please reduce your request rate."),
}


def flip_a_byte(data: bytes) -> bytes:
    """The same length, another byte in the middle."""
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 0xFF]) + data[middle + 1 :]


class FakeS3:
    """One bucket. `requests` are the methods of all that arrived, in their order."""

    bucket = "nanoedit"

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.requests: list[str] = []
        self.lie: Callable[[bytes], bytes] = flip_a_byte
        self.lies_about = ""  # only keys with this in them
        self.mood: Mood = "well"
        self.wake = threading.Event()  # ends a silence
        self._port = free_ports(1)[0]
        self._server: ThreadingHTTPServer | None = None
        self.url = f"http://127.0.0.1:{self._port}"
        self.turn("well")

    @classmethod
    def settings_for(cls, url: str) -> dict[str, str]:
        """NanoEdit's environment for this bucket on a server."""
        return {
            "S3_BUCKET": cls.bucket,
            "S3_ENDPOINT_URL": url,
            "S3_REGION": "us-east-1",
            "S3_ACCESS_KEY_ID": "nanoedit-tests",
            "S3_SECRET_ACCESS_KEY": "a-secret-that-only-the-tests-know",
        }

    def turn(self, mood: Mood) -> None:
        """Behave otherwise from the next request on; whoever waits for silence to end is let go."""
        self.mood = mood
        self.wake.set()
        self.wake = threading.Event()
        if mood == "refusing":
            self.close()
        elif self._server is None:
            self._listen()

    def _listen(self) -> None:
        class Answer(Answering):
            s3 = self

        self._server = ThreadingHTTPServer(("127.0.0.1", self._port), Answer)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        """Stop listening, and let go whoever waits."""
        self.wake.set()
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            self._server = None


class Answering(BaseHTTPRequestHandler):
    """One request and its answer; the connection ends with it."""

    protocol_version = "HTTP/1.1"
    s3: FakeS3

    def _handle(self) -> None:
        s3, mood = self.s3, self.s3.mood
        self.close_connection = True
        s3.requests.append(self.command)
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        if mood == "silent":
            s3.wake.wait(SILENT_SECONDS)
            return
        if mood in ERRORS:
            self._refuse(*ERRORS[mood])
            return
        key = unquote(urlsplit(self.path).path).removeprefix(f"/{s3.bucket}/")
        if self.command == "PUT":
            s3.objects[key] = body
        elif self.command == "DELETE":
            s3.objects.pop(key, None)
        elif key not in s3.objects:
            self._refuse(404, "NoSuchKey", "The specified key does not exist.")
            return
        if mood == "losing" and self.command == "PUT":
            return
        lies = mood == "lying" and s3.lies_about in key
        self._answer(204 if self.command == "DELETE" else 200, key, lies=lies)

    do_GET = do_HEAD = do_PUT = do_DELETE = _handle  # noqa: N815

    def _refuse(self, status: int, code: str, message: str) -> None:
        text = (
            f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>{message}</Message></Error>"
        )
        body = b"" if self.command == "HEAD" else text.encode()
        self._send(status, body, "application/xml")

    def _answer(self, status: int, key: str, *, lies: bool) -> None:
        data = self.s3.objects.get(key, b"")
        digest = hashlib.md5(data, usedforsecurity=False).hexdigest()
        said = self.s3.lie(data) if lies else data
        if self.command in ("PUT", "DELETE"):
            said = b""
        self._send(status, said, "application/octet-stream", {"ETag": f'"{digest}"'})

    def _send(
        self, status: int, body: bytes, kind: str, more: dict[str, str] | None = None
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Last-Modified", "Mon, 23 Nov 2026 12:00:00 GMT")
        self.send_header("Connection", "close")
        for name, value in (more or {}).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "HEAD":
            return
        if self.s3.mood == "stuck" and self.command == "GET":
            self.wfile.write(body[: len(body) // 2])
            self.s3.wake.wait(SILENT_SECONDS)
            return
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""
