"""Long walls in pages, newest first, that stay put while new rows arrive."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any, TypeVar

from django.db.models import Q, QuerySet
from django.utils.http import urlencode

Rows = TypeVar("Rows", bound=QuerySet[Any])


def one_page(
    rows: Rows, mark: str, size: int, address: str, **query: str
) -> tuple[list[Any], str | None]:
    """Give the rows after the mark, and the address of the page behind them, if there is one.

    `rows` are ordered by falling `created_at` and `pk`. `query` is what that address carries
    besides its own mark. A mark that is none gives the first page.
    """
    page = list(_after(rows, mark)[: size + 1])
    if len(page) <= size:
        return page, None
    last = page[size - 1]
    following = {"after": f"{last.created_at.isoformat()}_{last.pk}", **query}
    return page[:size], f"{address}?{urlencode(following)}"


def _after(rows: Rows, mark: str) -> Rows:
    """Only rows older than the mark "<time>_<id>"."""
    moment, _, row_id = mark.rpartition("_")
    try:
        when, key = datetime.fromisoformat(moment).astimezone(UTC), uuid.UUID(row_id)
    except (ValueError, OverflowError):
        return rows
    return rows.filter(Q(created_at__lt=when) | Q(created_at=when, pk__lt=key))
