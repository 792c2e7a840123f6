"""A TCP proxy in front of Postgres that cuts a connection at a chosen COMMIT.

It reads along in what the client sends. Once a connection has sent the statement that is
looked for, its next COMMIT is the one: it is either never delivered, or delivered and
carried out while its answer is lost. Both look the same to the client.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

# What psycopg sends for it: a simple query, its length, its text and a null byte.
COMMIT = b"Q\x00\x00\x00\x0bCOMMIT\x00"

Fate = Literal["not delivered", "not answered"]


@dataclass
class Trap:
    """The statement to look for, and what becomes of the COMMIT after it."""

    statement: bytes
    fate: Fate


class Link:
    """One client's connection and the one to the server that belongs to it."""

    def __init__(self, client: socket.socket, server: socket.socket) -> None:
        self.client = client
        self.server = server
        self.caught: Trap | None = None
        self.answer_is_lost = False

    def cut(self) -> None:
        """End both; whoever waits in `recv` wakes up."""
        for end in (self.client, self.server):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


class Proxy:
    """Listens on loopback and passes everything on to one server until a trap snaps."""

    def __init__(self, server_url: str) -> None:
        parts = urlsplit(server_url)
        self._server = (parts.hostname or "127.0.0.1", parts.port or 5432)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._links: list[Link] = []
        self._trap: Trap | None = None
        self._lock = threading.Lock()
        self.snapped = threading.Event()
        port = self._listener.getsockname()[1]
        netloc = f"{parts.username}@127.0.0.1:{port}" if parts.username else f"127.0.0.1:{port}"
        self.url = parts._replace(netloc=netloc).geturl()
        threading.Thread(target=self._accept, daemon=True).start()

    def lay_trap(self, statement: str, fate: Fate) -> None:
        """Cut the first connection that commits this statement, once."""
        self.snapped.clear()
        with self._lock:
            self._trap = Trap(statement.encode(), fate)

    def close(self) -> None:
        """Stop listening and cut whatever is left."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for link in self._links:
            link.cut()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            link = Link(client, socket.create_connection(self._server))
            self._links.append(link)
            ends = [
                threading.Thread(target=self._to_server, args=(link,), daemon=True),
                threading.Thread(target=self._to_client, args=(link,), daemon=True),
            ]
            for end in ends:
                end.start()
            threading.Thread(target=self._bury, args=(link, ends), daemon=True).start()

    def _bury(self, link: Link, ends: list[threading.Thread]) -> None:
        for end in ends:
            end.join()
        link.client.close()
        link.server.close()

    def _to_server(self, link: Link) -> None:
        tail = b""
        with contextlib.suppress(OSError):
            while data := link.client.recv(65_536):
                if link.caught is None:
                    link.caught = self._caught_by(tail + data)
                    tail = data[-200:]  # a statement may lie across two reads
                if link.caught and data.endswith(COMMIT):
                    if link.caught.fate == "not delivered":
                        self.snapped.set()
                        break
                    link.answer_is_lost = True
                link.server.sendall(data)
        link.cut()

    def _caught_by(self, data: bytes) -> Trap | None:
        with self._lock:
            trap = self._trap
            if trap is None or trap.statement not in data:
                return None
            self._trap = None
        return trap

    def _to_client(self, link: Link) -> None:
        with contextlib.suppress(OSError):
            while data := link.server.recv(65_536):
                if link.answer_is_lost:
                    self.snapped.set()  # it answered, so it has committed
                    break
                link.client.sendall(data)
        link.cut()
