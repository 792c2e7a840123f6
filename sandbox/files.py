"""Result files behind signed links that stop working, as object storage does it."""

import hashlib
import hmac
import math
import secrets
import threading
import time
import uuid
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

KEPT_BYTES = 256 * 1024 * 1024
MIMES = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp"}


class LinkRefused(Exception):
    """A link that does not open its file. `code` is the storage's own word for it."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code

    def xml(self) -> str:
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f"<Error><Code>{self.code}</Code><Message>{self}</Message></Error>"
        )


@dataclass
class StoredFile:
    """A file and how its link misbehaves: `redirect` sends elsewhere, `failures` answers that many
    times with `failure_status` first."""

    name: str
    data: bytes
    mime: str
    call_id: str
    redirect: str | None = None
    failures: int = 0
    failure_status: int = 503
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def fails_now(self) -> bool:
        with self._lock:
            if self.failures > 0:
                self.failures -= 1
                return True
            return False


class Files:
    """Keeps files in memory: the oldest go when their sum grows over `KEPT_BYTES`."""

    def __init__(self, link_life: float) -> None:
        self.link_life = link_life
        self._secret = secrets.token_bytes(32)
        self._files: OrderedDict[str, StoredFile] = OrderedDict()
        self._held = 0
        self._lock = threading.Lock()

    def keep(self, data: bytes, extension: str, call_id: str) -> StoredFile:
        """Store one result under an unguessable name."""
        file = StoredFile(
            name=f"{uuid.uuid4().hex}.{extension}",
            data=data,
            mime=MIMES[extension],
            call_id=call_id,
        )
        with self._lock:
            self._files[file.name] = file
            self._held += len(data)
            while self._held > KEPT_BYTES and len(self._files) > 1:
                _, oldest = self._files.popitem(last=False)
                self._held -= len(oldest.data)
        return file

    def link(self, file: StoredFile, root: str, *, expired: bool = False) -> str:
        """An absolute address under `root` ("http://host:port") that works until it expires."""
        now = time.time()
        expires = math.ceil(now - 60 if expired else now + self.link_life)
        signature = self._sign(file.name, str(expires))
        return f"{root}/sandbox/files/{quote(file.name)}?Expires={expires}&Signature={signature}"

    def open(self, name: str, query: Mapping[str, str], *, has_key: bool) -> StoredFile:
        """The file behind a link; raises `LinkRefused` like the storage would, in its order."""
        if has_key:
            raise LinkRefused(403, "InvalidArgument", "Only one auth mechanism allowed")
        expires, signature = query.get("Expires", ""), query.get("Signature", "")
        if not expires or not signature:
            raise LinkRefused(403, "AccessDenied", "Access Denied")
        if not hmac.compare_digest(signature.encode(), self._sign(name, expires).encode()):
            raise LinkRefused(403, "SignatureDoesNotMatch", "The signature does not match")
        if time.time() >= int(expires):
            raise LinkRefused(403, "AccessDenied", "Request has expired")
        with self._lock:
            file = self._files.get(name)
        if file is None:
            raise LinkRefused(404, "NoSuchKey", "The specified key does not exist.")
        return file

    def call_of(self, name: str) -> str:
        """The id of the call that made a file; empty if there is no such file."""
        with self._lock:
            file = self._files.get(name)
        return file.call_id if file else ""

    def _sign(self, name: str, expires: str) -> str:
        return hmac.new(self._secret, f"{name}\n{expires}".encode(), hashlib.sha256).hexdigest()
