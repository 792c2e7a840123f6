"""Lines of the log, written as the site writes them, and read back."""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Callable, Sequence

from nanoedit_site.logs import OneLine, Redaction


def written(log: Callable[[logging.Logger], object], *, secrets: Sequence[str] = ()) -> list[str]:
    """Let `log` write to a logger whose handler is ours; give the lines."""
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.addFilter(Redaction(secrets))
    handler.setFormatter(OneLine())
    logger = logging.Logger("a.test")
    logger.addHandler(handler)
    log(logger)
    return out.getvalue().splitlines()


def pairs(line: str) -> dict[str, str]:
    """Read a line of name=value back."""
    found = {}
    for name, text in re.findall(r'(\w+)=("(?:[^"\\]|\\.)*"|\S+)', line):
        found[name] = json.loads(text) if text.startswith('"') else text
    return found
