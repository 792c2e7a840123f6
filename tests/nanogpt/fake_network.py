"""A network that is not there: a resolver that makes answers up, and a recorder of connect targets.

No test of downloads connects to anything but our own server on 127.0.0.1.
"""

from __future__ import annotations

import socket
from typing import Any

from editor.nanogpt import wire
from editor.nanogpt.download import download_result

from .scripted_server import ScriptedServer

PUBLIC = "93.184.215.14"
LINK = "https://files.example/r/1.png?X-Amz-Signature=s1gn4ture&X-Amz-Expires=3600"


class Recorder:
    """Notes every connect target, and leads all of them to one server, or nowhere."""

    def __init__(self) -> None:
        self.targets: list[tuple[Any, ...]] = []
        self.server: ScriptedServer | None = None
        self._really_open = wire.open_socket

    def __call__(self, info: wire.AddressInfo, seconds: float) -> socket.socket:
        self.targets.append(info[4])
        if self.server is None:
            raise ConnectionRefusedError
        here = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", self.server.port))
        return self._really_open(here, seconds)


class Names:
    """A fake resolver: gives these addresses, whatever is asked, and counts how often it was."""

    def __init__(self, *addresses: str) -> None:
        self.addresses = addresses
        self.asked: list[tuple[str, int]] = []

    def __call__(self, host: str, port: int, *_: object) -> list[wire.AddressInfo]:
        self.asked.append((host, port))
        return [
            (
                (socket.AF_INET6, socket.SOCK_STREAM, 6, "", (address, port, 0, 0))
                if ":" in address
                else (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))
            )
            for address in self.addresses
        ]


def fetch(url: str = LINK, **options: Any) -> bytes:
    return download_result(url, **{"max_bytes": 1_000_000, "timeout_seconds": 10, **options})
