"""A pytest plugin: spares the tests of models, stages and views what none of them is about.

The same few small pictures are read, encoded and composed by hundreds of tests, in processes
of their own. A step of imaging is a function of its arguments, so what it gave once is given
again. And no power cut is waited for: files are written without forcing them onto the disk.
Both are tried for real by `tests/imaging`, by the whole line and by the faults.
"""

from __future__ import annotations

import hashlib
import os
import pickle
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from editor.imaging import apart

RINGS = {"models", "stages", "views"}
LARGEST_BYTES = 2_000_000  # larger ones are rare, and their results would fill memory
MOST_KEPT = 600

_kept: dict[bytes, bytes] = {}


def forget() -> None:
    """Have each step done for real once more: what a test breaks in it must be met."""
    _kept.clear()


def remembering(ran: Callable[..., Any]) -> Callable[..., Any]:
    """Give what a step gave before for the same arguments; refusals are not remembered."""

    def run(seconds: float, step: Callable[..., Any], *args: Any, **named: Any) -> Any:
        asked = pickle.dumps((seconds, step.__name__, args, named))
        if len(asked) > LARGEST_BYTES:
            return ran(seconds, step, *args, **named)
        key = hashlib.sha256(asked).digest()
        if key not in _kept:
            given = pickle.dumps(ran(seconds, step, *args, **named))
            if len(given) > LARGEST_BYTES:
                return pickle.loads(given)  # noqa: S301
            if len(_kept) >= MOST_KEPT:
                _kept.pop(next(iter(_kept)))
            _kept[key] = given
        return pickle.loads(_kept[key])  # noqa: S301 -- our own bytes

    return run


@pytest.fixture(autouse=True)
def _quick(request: pytest.FixtureRequest) -> Iterator[None]:
    if request.path.parent.name not in RINGS or request.node.get_closest_marker("line"):
        yield
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(apart, "_ran", remembering(apart._ran))
        patch.setattr(os, "fsync", lambda _file: None)
        yield
