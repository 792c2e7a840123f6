"""How long a result link lives."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from editor.nanogpt.download import link_expiry

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("query", "expiry"),
    [
        ("X-Amz-Date=20261123T115500Z&X-Amz-Expires=3600&X-Amz-Signature=x", "23T12:55"),
        ("x-amz-date=20261123T120000Z&x-amz-expires=604800", "30T12:00"),
        ("X-Amz-Date=20261101T000000Z&X-Amz-Expires=60", "01T00:01"),
        ("Expires=1795435200&Signature=x", "23T12:00"),
        ("X-Amz-Date=20261123T115500Z&X-Amz-Expires=99999999", "30T12:00"),
    ],
)
def test_a_link_says_itself_when_it_dies(query: str, expiry: str) -> None:
    said = link_expiry(f"https://files.example/1.png?{query}", NOON)
    assert said == datetime.fromisoformat(f"2026-11-{expiry}:00+00:00")


@pytest.mark.parametrize(
    "query",
    [
        "",
        "X-Amz-Expires=3600",
        "X-Amz-Date=20261123T115500Z",
        "X-Amz-Date=yesterday&X-Amz-Expires=3600",
        "X-Amz-Date=20261123T115500Z&X-Amz-Expires=soon",
        "X-Amz-Date=20261123T115500Z&X-Amz-Expires=99999999999999999999",
        "Expires=never",
        "Expires=3600",
        "Expires=-1",
        "Expires=99999999999999999999",
    ],
)
def test_a_link_that_does_not_say_so_lives_fifty_minutes(query: str) -> None:
    url = f"https://files.example/1.png?{query}"
    assert link_expiry(url, NOON) == NOON + timedelta(minutes=50)


@pytest.mark.parametrize("url", ["", "not a url", "https://[::1", "data:image/png;base64,AA"])
def test_an_odd_link_has_an_expiry_too(url: str) -> None:
    assert link_expiry(url, NOON) == NOON + timedelta(minutes=50)
