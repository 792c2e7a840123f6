"""The colours of the tokens can be told apart: WCAG AA, in both themes."""

import re
from pathlib import Path

import pytest

TOKENS = Path(__file__).parents[2] / "static" / "css" / "tokens.css"
GROUNDS = ("canvas", "surface", "raised", "sunken")
INKS = ("text", "text-muted", "text-faint", "accent-text", "good", "warn", "bad")
STATES = ("good", "warn", "bad", "accent")

TEXT = [(ink, ground) for ink in INKS for ground in GROUNDS]
TEXT += [(ink, f"{state}-soft") for state in STATES for ink in ("text", "text-muted")]
TEXT += [(state, f"{state}-soft") for state in ("good", "warn", "bad")]
TEXT += [
    ("accent-text", "accent-soft"),
    ("on-accent", "accent"),
    ("on-accent", "accent-hover"),
    ("on-bad", "bad-fill"),
    ("text-muted", "stage"),
]
SHAPES = [("line-control", ground) for ground in ("canvas", "surface", "raised")]
SHAPES += [("focus", ground) for ground in (*GROUNDS, "stage")]


def colours() -> dict[str, tuple[str, str]]:
    """Name to its light and its dark value."""
    css = TOKENS.read_text()
    both = re.findall(r"--color-([\w-]+): light-dark\((#\w{6}), (#\w{6})\);", css)
    one = re.findall(r"--color-([\w-]+): (#\w{6});", css)
    return {name: (light, dark) for name, light, dark in both} | {
        name: (value, value) for name, value in one
    }


def luminance(colour: str) -> float:
    """Relative luminance by WCAG, 0 to 1."""
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """The ratio by WCAG, 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_black_on_white_has_the_known_ratio():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(
    ("front", "ground", "least"),
    [(*pair, 4.5) for pair in TEXT] + [(*pair, 3.0) for pair in SHAPES],
)
def test_it_can_be_read(front, ground, least, theme):
    of_theme = {name: pair[theme == "dark"] for name, pair in colours().items()}
    assert contrast(of_theme[front], of_theme[ground]) >= least
