"""Writes many rows at once, several times faster than Django's `bulk_create`."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection, models
from django.db.models.expressions import DatabaseDefault


def write(model: type[models.Model], rows: Sequence[models.Model]) -> None:
    """Insert these rows as they are, by COPY on Postgres; triggers fire, signals do not."""
    if not rows:
        return
    # What the first row leaves to the database, numbers of its own above all, all of them do.
    first = rows[0]
    fields = [
        field
        for field in model._meta.concrete_fields
        if not isinstance(getattr(first, field.attname), DatabaseDefault)
        and not (field.primary_key and getattr(first, field.attname) is None)
    ]
    makers = [(field.attname, _maker(field)) for field in fields]
    values = (
        tuple(make(getattr(row, name)) if make else getattr(row, name) for name, make in makers)
        for row in rows
    )
    columns = ", ".join(f'"{field.column}"' for field in fields)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {model._meta.db_table} ({columns}) FROM STDIN") as copy:
                for row in values:
                    copy.write_row(row)
        else:
            places = ", ".join(["%s"] * len(fields))
            statement = f"INSERT INTO {model._meta.db_table} ({columns}) VALUES ({places})"  # noqa: S608
            cursor.executemany(statement, list(values))


def _maker(field: models.Field[Any, Any]) -> Callable[[Any], Any] | None:
    """How values of this field are written, where not as they are."""
    while isinstance(field, models.ForeignKey):
        field = field.target_field
    if isinstance(field, models.FileField):
        return str
    if isinstance(field, models.JSONField):
        return lambda value: None if value is None else json.dumps(value)
    if connection.vendor == "postgresql":
        return None
    if isinstance(field, models.UUIDField):
        return lambda value: value and value.hex
    if isinstance(field, models.DateTimeField):
        return connection.ops.adapt_datetimefield_value
    return None
