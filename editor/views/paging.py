"""Long walls in pages that stay put while new rows arrive."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

from django.db.models import (
    BigIntegerField,
    BooleanField,
    DateTimeField,
    F,
    Func,
    QuerySet,
    UUIDField,
    Value,
)
from django.utils.http import urlencode

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Rows = TypeVar("Rows", bound=QuerySet[Any])


class Sort(StrEnum):
    """What comes first on a wall."""

    NEWEST = "newest"
    OLDEST = "oldest"
    DEAREST = "cost"  # rows have `cost_nano`; of equal ones the newest first


# When a row came, and what tells it from others of that moment.
PLACE = "created_at", "pk"


def _fields(order: Sort, place: tuple[str, str]) -> tuple[str, ...]:
    when, key = place
    if order == Sort.OLDEST:
        return when, key
    return (*(["-cost_nano"] if order == Sort.DEAREST else []), f"-{when}", f"-{key}")


def one_page(
    rows: Rows,
    mark: str,
    size: int,
    address: str,
    query: Mapping[str, str] | None = None,
    order: Sort = Sort.NEWEST,
    place: tuple[str, str] = PLACE,
) -> tuple[list[Any], str | None]:
    """Give the rows after the mark, and the address of the page behind them, if there is one.

    `query` is what that address carries besides its own mark. A mark that is none gives the
    first page. `place`: where rows have copies of time and id that an index is in the order of.
    """
    fields = _fields(order, place)
    page = list(_after(rows, mark, order, fields).order_by(*fields)[: size + 1])
    if len(page) <= size:
        return page, None
    last = page[size - 1]
    behind = f"{last.created_at.isoformat()}_{last.pk}"
    if order == Sort.DEAREST:
        behind = f"{last.cost_nano}_{behind}"
    following = {"after": behind, **(query or {})}
    return page[:size], f"{address}?{urlencode(following)}"


def _after(rows: Rows, mark: str, order: Sort, fields: Sequence[str]) -> Rows:
    """Only rows behind the mark "<time>_<id>", or "<cost>_<time>_<id>"."""
    cost, _, moment = "", "", mark
    if order == Sort.DEAREST:
        cost, _, moment = mark.partition("_")
    moment, _, row_id = moment.rpartition("_")
    try:
        when, key = datetime.fromisoformat(moment).astimezone(UTC), uuid.UUID(row_id)
        nano = int(cost[:18]) if order == Sort.DEAREST else 0
    except (ValueError, OverflowError):
        return rows
    behind = [Value(when, DateTimeField()), Value(key, UUIDField())]
    if order == Sort.DEAREST:
        behind.insert(0, Value(nano, BigIntegerField()))
    at = [F(name.removeprefix("-")) for name in fields]
    return rows.filter(_compared(at, ">" if order == Sort.OLDEST else "<", behind))


def _compared(fields: Sequence[F], sign: str, place: Sequence[Value]) -> Func:
    """Compare all of a row's order at once: an index begins right there, however deep it is."""
    sides = (Func(*side, template="(%(expressions)s)") for side in (fields, place))
    return Func(
        *sides, template="%(expressions)s", arg_joiner=f" {sign} ", output_field=BooleanField()
    )
