"""Money in words. Everywhere inside, money is an integer count of nano-dollars."""

NANO = 1_000_000_000


def dollars(nano: int | None) -> str:
    """Say an amount as people write it: "$0.04", "$0.0655", "$1.20", "unknown" for None.

    At least two decimals, and more only where the amount has them, so that
    small prices are never rounded to something else.
    """
    if nano is None:
        return "unknown"
    sign = "-" if nano < 0 else ""
    whole, rest = divmod(abs(nano), NANO)
    decimals = f"{rest:09d}".rstrip("0").ljust(2, "0")
    return f"{sign}${whole}.{decimals}"
