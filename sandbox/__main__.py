"""Start the sandbox: `python -m sandbox --port 8001`. Says one line when it listens."""

import logging
import os
import signal
import socket
import sys
from types import FrameType

import uvicorn

from sandbox.app import build
from sandbox.connections import OpenConnection
from sandbox.settings import Settings, read_settings
from sandbox.work import Sandbox


class Server(uvicorn.Server):
    """uvicorn that tells when it listens and does not wait for anybody when it is told to end."""

    def __init__(self, config: uvicorn.Config, address: str) -> None:
        super().__init__(config)
        self.address = address

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        print(f"sandbox ready on {self.address}", flush=True)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Not kept for later, as uvicorn does to raise it again: an ordered end is a clean one."""
        del sig, frame
        self.should_exit = True


def listen(settings: Settings) -> socket.socket:
    """A bound socket; ends the program with one line if the address cannot be had."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
    except OSError as problem:
        sys.exit(f"sandbox: cannot listen on {settings.host}:{settings.port}: {problem.strerror}")
    return listener


def main() -> None:
    settings = read_settings(sys.argv[1:])
    listener = listen(settings)
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
    config = uvicorn.Config(
        build(Sandbox(settings)),
        http=OpenConnection,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=0,
        server_header=False,
    )
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    server = Server(config, f"http://{host}:{listener.getsockname()[1]}")
    signal.signal(signal.SIGTERM, server.handle_exit)
    signal.signal(signal.SIGINT, server.handle_exit)
    server.run(sockets=[listener])
    sys.stdout.flush()
    sys.stderr.flush()
    # A painter thread cannot be interrupted and has nothing to save: waiting for it would only
    # delay the end.
    os._exit(0)


if __name__ == "__main__":
    main()
