"""What a process that has read strangers' bytes may say: plain values, nothing that runs.

A pickle would let whoever takes over a decoder take over its caller as well. So a reply is
JSON with the bytes laid beside it, and only classes on a list are made from it.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any


class Unsayable(TypeError):
    """A value that a reply cannot hold, or that it must not."""


def pack(value: Any) -> tuple[bytes, list[bytes]]:
    """Give a value as JSON and the byte strings in it, apart. Raises Unsayable."""
    blobs: list[bytes] = []
    return json.dumps(_plain(value, blobs)).encode(), blobs


def unpack(header: bytes, blobs: list[bytes], known: Mapping[str, type]) -> Any:
    """Rebuild what `pack` took apart; `known` are the only classes that are made."""
    return _built(json.loads(header), blobs, known)


def by_name(classes: Iterable[type]) -> dict[str, type]:
    """Give classes by the names under which replies speak of them."""
    return {each.__name__: each for each in classes}


def _plain(value: Any, blobs: list[bytes]) -> Any:
    if value is None or (isinstance(value, bool | int | float | str) and not _is_named(value)):
        return value
    if isinstance(value, bytes | bytearray | memoryview):
        blobs.append(bytes(value))
        return {"bytes": len(blobs) - 1}
    if _is_named(value):
        parts, named = _parts(value)
        return {
            "class": type(value).__name__,
            "of": [_plain(part, blobs) for part in parts],
            "named": {name: _plain(part, blobs) for name, part in named.items()},
        }
    if isinstance(value, dict):
        return {"dict": [[_plain(k, blobs), _plain(v, blobs)] for k, v in value.items()]}
    if isinstance(value, list | tuple):
        return {type(value).__name__: [_plain(part, blobs) for part in value]}
    message = f"a reply cannot hold {type(value).__name__}"
    raise Unsayable(message)


def _is_named(value: Any) -> bool:
    """Tell what comes back as an instance of its class: it must be on the list then."""
    return (
        isinstance(value, Enum | Exception)
        or dataclasses.is_dataclass(value)
        or (isinstance(value, tuple) and hasattr(value, "_fields"))
    )


def _parts(value: Any) -> tuple[list[Any], dict[str, Any]]:
    """What the class is called with to make an equal instance."""
    if isinstance(value, Enum):
        return [value.value], {}
    if isinstance(value, Exception):
        return [str(value)], vars(value)
    if dataclasses.is_dataclass(value):
        return [getattr(value, field.name) for field in dataclasses.fields(value)], {}
    return list(value), {}


def _built(said: Any, blobs: list[bytes], known: Mapping[str, type]) -> Any:
    if not isinstance(said, dict):
        return said
    if "bytes" in said:
        return blobs[said["bytes"]]
    if "class" in said:
        made = known.get(said["class"])
        if made is None:
            message = f"a reply speaks of {said['class']!r}, which is not on the list"
            raise Unsayable(message)
        named = {k: _built(v, blobs, known) for k, v in said["named"].items()}
        return made(*(_built(part, blobs, known) for part in said["of"]), **named)
    if "dict" in said:
        pairs = ((_built(k, blobs, known), _built(v, blobs, known)) for k, v in said["dict"])
        return dict(pairs)
    kind, parts = next(iter(said.items()))
    built = [_built(part, blobs, known) for part in parts]
    return tuple(built) if kind == "tuple" else built
