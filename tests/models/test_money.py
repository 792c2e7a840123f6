"""Money in words."""

import pytest

from editor.money import dollars


@pytest.mark.parametrize(
    ("nano", "words"),
    [
        (40_000_000, "$0.04"),
        (65_500_000, "$0.0655"),
        (3_500_000, "$0.0035"),
        (1_200_000_000, "$1.20"),
        (12_000_000_000, "$12.00"),
        (0, "$0.00"),
        (1, "$0.000000001"),
        (-40_000_000, "-$0.04"),
        (None, "unknown"),
    ],
)
def test_an_amount_is_said_without_rounding_it(nano, words):
    assert dollars(nano) == words
