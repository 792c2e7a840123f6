"""What the sandbox is started with: one frozen record, made from arguments or the environment."""

import argparse
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation


@dataclass(frozen=True)
class Settings:
    """Everything a running sandbox needs to know. Seconds, bytes and US dollars."""

    host: str = "127.0.0.1"
    port: int = 8001
    link_life: float = 3600.0
    delay: float = 3.0
    key: str = ""
    seed: int = 7
    balance: Decimal = Decimal("25.00")
    body_limit: int = 4_500_000
    image_limit: int = 4 * 1024 * 1024
    rate: int = 25
    accounts: Mapping[str, Decimal] = field(default_factory=dict)
    remember: int = 0


def whole(text: str) -> int:
    """A whole number from 0 upwards."""
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError(f"{text} is below 0")
    return number


def port_number(text: str) -> int:
    """A TCP port; 0 lets the system choose a free one."""
    number = whole(text)
    if number > 65_535:
        raise argparse.ArgumentTypeError(f"{text} is above 65535")
    return number


def seconds(text: str) -> float:
    """A time in seconds, 0 to one week."""
    number = float(text)
    if not 0 <= number <= 604_800:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and 604800")
    return number


def dollars(text: str) -> Decimal:
    """An amount in US dollars, 0 or more."""
    try:
        amount = Decimal(text)
    except InvalidOperation:
        raise argparse.ArgumentTypeError(f"{text} is no amount of money") from None
    if not amount.is_finite() or amount < 0:
        raise argparse.ArgumentTypeError(f"{text} is no amount of money")
    return amount


def accounts_of(text: str) -> dict[str, Decimal]:
    """Keys with a balance each, as `key=dollars`, by commas."""
    pairs = [pair.strip().partition("=") for pair in text.split(",") if pair.strip()]
    found = {key: dollars(amount) for key, _, amount in pairs}
    if len({key[-4:] for key in found}) != len(pairs) or any(len(key) < 8 for key in found):
        raise argparse.ArgumentTypeError("keys have 8 characters and differ in the last 4")
    return found


ARGUMENTS = (
    ("host", str, "address to listen on (loopback unless you say otherwise)"),
    ("port", port_number, "port to listen on; 0 takes a free one"),
    ("link-life", seconds, "how long a result link works, in seconds"),
    ("delay", seconds, "simulated work per call, in seconds; a model may multiply it"),
    ("key", str, "the only API key that is accepted; without it any key is"),
    ("seed", whole, "starting point of every chance in the pictures"),
    ("balance", dollars, "prepaid balance in US dollars"),
    ("body-limit", whole, "largest request body in bytes"),
    ("image-limit", whole, "largest single picture or mask in bytes"),
    ("rate", whole, "paid calls per second and key; 0 turns the limit off"),
    ("accounts", accounts_of, "further keys with a balance each: key=dollars, by commas"),
    ("remember", whole, "pictures to give again to an equal wish; 0 paints each call anew"),
)


def read_settings(
    arguments: Sequence[str], environment: Mapping[str, str] | None = None
) -> Settings:
    """Arguments win over `SANDBOX_*` variables, those over the defaults. Nonsense ends the program
    with one line and status 2 (argparse's way)."""
    env = os.environ if environment is None else environment
    parser = argparse.ArgumentParser(
        prog="python -m sandbox",
        description="A stand-in of the upstream image edits API. It costs nothing.",
    )
    defaults = Settings()
    for name, kind, what in ARGUMENTS:
        attribute = name.replace("-", "_")
        variable = f"SANDBOX_{attribute.upper()}"
        value = getattr(defaults, attribute)
        shown = "" if value == {} else str(value)
        parser.add_argument(
            f"--{name}",
            type=kind,
            default=env.get(variable) or shown,
            help=f"{what} ({variable}, default {shown or 'none'})",
        )
    return Settings(**vars(parser.parse_args(arguments)))
