"""What templates of marks need."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django import template

register = template.Library()


@register.filter
def of(marks: Mapping[uuid.UUID, Any], picture: uuid.UUID) -> Any:
    """Give the marks of one picture."""
    return marks.get(picture, [])
