"""Money: whole nano-dollars, exact, and nothing that only looks like a sum."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from editor.nanogpt.messages import Cost
from editor.nanogpt.money import nano_dollars, read_balance, read_cost


@pytest.mark.parametrize(
    ("value", "nano"),
    [
        (0, 0),
        (1, 1_000_000_000),
        ("0.0655", 65_500_000),
        (0.0655, 65_500_000),
        (0.1 + 0.2, 300_000_000),
        (Decimal("0.04"), 40_000_000),
        ("0.000000001", 1),
        ("0.0000000005", 1),
        ("0.0000000004", 0),
        (".5", 500_000_000),
        ("5.", 5_000_000_000),
        (" $1.20 ", 1_200_000_000),
        ("-0.04", -40_000_000),
        ("4e-3", 4_000_000),
        ("999999999.999999999", 999_999_999_999_999_999),
    ],
)
def test_sums_are_read_exactly(value: Any, nano: int) -> None:
    assert nano_dollars(value) == nano


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        False,
        "",
        "free",
        "1,20",
        "1 000",
        "0x10",
        "٣",
        "NaN",
        "Infinity",
        "1e999",
        "9" * 30,
        float("nan"),
        float("inf"),
        Decimal("sNaN"),
        Decimal("1e999999"),
        10**400,
        [1],
        {"amount": 1},
    ],
)
def test_what_is_no_sum_is_none(value: Any) -> None:
    assert nano_dollars(value) is None


@pytest.mark.parametrize(
    ("body", "headers", "cost"),
    [
        ({}, {}, None),
        ({"cost": None}, {}, None),
        ({"cost": 0}, {}, Cost(0, "0")),
        ({"cost": "0.04"}, {}, Cost(40_000_000, "0.04")),
        ({"cost": 0.04}, {"x-cost": "9"}, Cost(40_000_000, "0.04")),
        ({}, {"x-cost": "0.04"}, Cost(40_000_000, "0.04")),
        ({}, {"x-nano-cost": "0.04"}, Cost(40_000_000, "0.04")),
        ({"cost": None}, {"x-cost": "0.04"}, Cost(40_000_000, "0.04")),
        ({"cost": 0.5, "paymentSource": "XNO"}, {}, Cost(None, "0.5", "XNO")),
        ({"cost": 0.5, "currency": "nano"}, {}, Cost(None, "0.5", "XNO")),
        ({"cost": 0.5, "paymentSource": "balance"}, {}, Cost(500_000_000, "0.5")),
        ({"cost": -1}, {}, Cost(None, "-1")),
        ({"cost": "NaN"}, {}, Cost(None, "NaN")),
        ({"cost": Decimal("NaN")}, {}, Cost(None, "NaN")),
        ({"cost": 10**9}, {}, Cost(None, "1000000000")),
        ({"cost": True}, {}, Cost(None, "True")),
        ({"cost": {"usd": 1}}, {}, Cost(None, "")),
        ({"cost": "a\x00b" + "c" * 99}, {}, Cost(None, "ab" + "c" * 38)),
    ],
)
def test_absent_zero_odd_and_foreign_costs_are_told_apart(
    body: Any, headers: Any, cost: Cost | None
) -> None:
    assert read_cost(body, headers) == cost


def test_a_gigantic_cost_is_no_sum_and_no_crash() -> None:
    cost = read_cost({"cost": 10**300}, {})
    assert cost == Cost(None, "1.0e+300")


@pytest.mark.parametrize(
    ("body", "headers", "nano"),
    [
        ({}, {}, None),
        ({"remainingBalance": "3.5"}, {}, 3_500_000_000),
        ({"remainingBalance": 3.5}, {"x-remaining-balance": "3.4"}, 3_400_000_000),
        ({"remainingBalance": 3.5}, {"x-remaining-balance": "odd"}, 3_500_000_000),
        ({"remainingBalance": 3.5, "paymentSource": "XNO"}, {"x-remaining-balance": "1"}, None),
        ({"remainingBalance": []}, {}, None),
    ],
)
def test_the_balance_of_the_header_goes_before_that_of_the_body(
    body: Any, headers: Any, nano: int | None
) -> None:
    assert read_balance(body, headers) == nano
