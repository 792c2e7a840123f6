"""A wall clock that is wrong, for this process alone; the one for durations stays right.

`set_wrong` must come after the imports: it puts a wrong `datetime` in the place of the
real one wherever one of our packages has taken its name. What the database calls
"now", and `time.monotonic`, are not touched, as on a machine whose clock is off.
"""

from __future__ import annotations

import datetime as datetime_module
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo
from typing import Any

HOUR = 3600.0
JUMP_SECONDS = 0.7
PACKAGES = ("django", "editor", "nanoedit_site", "celery", "kombu")

_real = datetime
_real_time = time.time

CLOCKS: dict[str, Callable[[], float]] = {
    "an hour ahead": lambda: HOUR,
    "an hour behind": lambda: -HOUR,
    "jumping": lambda: HOUR if int(time.monotonic() / JUMP_SECONDS) % 2 else -HOUR,
}


class _AnyDatetime(type):
    """Lets real ones pass for instances of the wrong class."""

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, _real)

    def __subclasscheck__(cls, subclass: type) -> bool:
        return issubclass(subclass, _real)


def set_wrong(clock: str) -> None:
    """Let this process believe one of CLOCKS from now on."""
    seconds_off = CLOCKS[clock]

    class WrongDatetime(_real, metaclass=_AnyDatetime):
        """Reads the wrong clock; whatever it makes is an ordinary datetime."""

        def __new__(cls, *args: Any, **named: Any) -> Any:
            return _real(*args, **named)

        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Any:
            return _real.now(tz) + timedelta(seconds=seconds_off())

        @classmethod
        def utcnow(cls) -> Any:
            return cls.now(datetime_module.UTC).replace(tzinfo=None)

    def wrong_time() -> float:
        return _real_time() + seconds_off()

    for module in [m for name, m in sys.modules.items() if name.split(".")[0] in PACKAGES]:
        for name, value in list(vars(module).items()):
            if value is _real:
                setattr(module, name, WrongDatetime)
            elif value is _real_time:
                setattr(module, name, wrong_time)
    datetime_module.datetime = WrongDatetime  # type: ignore[misc]
    time.time = wrong_time
