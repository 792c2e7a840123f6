"""What lines of the log are about: the request, job or call during which they are written."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from types import MappingProxyType

_NOTHING: Mapping[str, str] = MappingProxyType({})
_names: ContextVar[Mapping[str, str]] = ContextVar("log_context", default=_NOTHING)


@contextlib.contextmanager
def about(**names: object) -> Iterator[None]:
    """Put these names and values into every line that this thread or task writes in the block."""
    token = _names.set({**_names.get(), **{name: str(value) for name, value in names.items()}})
    try:
        yield
    finally:
        _names.reset(token)


def now_about() -> Mapping[str, str]:
    """The names and values that the lines written just now are about."""
    return _names.get()
