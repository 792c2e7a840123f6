"""`python -m editor.imaging.child FD`: the other process of `apart`.

Does what comes in by the socket, one step after the other, until the socket closes or
nobody has asked for a while. It may neither write files nor grow without bounds.
"""

from __future__ import annotations

import ctypes
import pickle
import resource
import signal
import socket
import sys
import traceback
from typing import Any

from editor.imaging import replies, steps
from editor.imaging.apart import LENGTH, SECONDS, Broken

IDLE_SECONDS = 300.0
MOST_SECONDS = round(2 * SECONDS)
# Far more than a picture at the limit needs; a decoder that wants more is being fooled.
MOST_MEMORY_BYTES = 6 << 30
_NO_NEW_PRIVILEGES = 38


def main(descriptor: int) -> None:
    """Serve until nobody asks any more."""
    _give_up_rights()
    with socket.socket(fileno=descriptor) as line:
        line.settimeout(IDLE_SECONDS)
        while (message := _message(line)) is not None:
            name, args, named = pickle.loads(message)  # noqa: S301  from our own parent
            del message
            line.settimeout(None)
            # Who asked ends what takes too long; should they have died, nobody else would.
            signal.alarm(MOST_SECONDS)
            _say(line, _done(name, args, named))
            signal.alarm(0)
            del args, named
            line.settimeout(IDLE_SECONDS)


def _give_up_rights() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY_BYTES, MOST_MEMORY_BYTES))
    if sys.platform == "linux":
        libc = ctypes.CDLL(None)
        libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)


def _message(line: socket.socket) -> bytes | None:
    """Give what was asked; None at the end."""
    try:
        length = _exactly(line, LENGTH.size)
        return _exactly(line, LENGTH.unpack(length)[0]) if length else None
    except OSError:
        return None


def _exactly(line: socket.socket, length: int) -> bytes:
    data = bytearray(length)
    view, at = memoryview(data), 0
    while at < length:
        received = line.recv_into(view[at:])
        if not received:
            return b""
        at += received
    return bytes(data)


def _done(name: str, args: tuple[Any, ...], named: dict[str, Any]) -> tuple[bytes, list[bytes]]:
    try:
        return replies.pack(getattr(steps, name)(*args, **named))
    except Exception as raised:  # noqa: BLE001  all of it is told, and the caller judges
        if type(raised).__name__ in steps.KNOWN:
            return replies.pack(raised)
        return replies.pack(Broken(traceback.format_exc()[-4000:]))


def _say(line: socket.socket, reply: tuple[bytes, list[bytes]]) -> None:
    header, blobs = reply
    line.sendall(LENGTH.pack(len(header)) + header + LENGTH.pack(len(blobs)))
    for blob in blobs:
        line.sendall(LENGTH.pack(len(blob)))
        line.sendall(blob)


if __name__ == "__main__":
    main(int(sys.argv[1]))
