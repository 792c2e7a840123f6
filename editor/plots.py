"""Draws plots as SVG, from plain numbers to one text: no colours and no styles, classes only.

Each is drawn for a width in pixels, so that its letters have the size of the page's letters.
The page's style sheet (dashboard.css) gives colours by the classes `plot__mark--…`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

AXIS = 44  # for the figures at the left of columns
FOOT = 24
HEAD = 12
ROW = 40
LABEL_WIDTH = 64  # one label under columns, with air

Words = Callable[[float], str]


@dataclass(frozen=True)
class Series:
    """One kind of what columns are stacked of; `tone` is one of the classes of marks."""

    name: str
    tone: str
    values: Sequence[float]


@dataclass(frozen=True)
class Part:
    """One piece of a bar."""

    value: float
    tone: str


@dataclass(frozen=True)
class Bar:
    """A row with a name, what is said at its end, and pieces one after the other."""

    name: str
    said: str
    parts: Sequence[Part]


@dataclass(frozen=True)
class Span:
    """A row with a name, and a line from the usual to the slow."""

    name: str
    said: str
    usual: float
    slow: float


def ticks(highest: float, most: int = 4) -> list[float]:
    """Round steps from 0 to the first one that is not below `highest`: 1, 2 or 5 and noughts."""
    if highest <= 0 or not math.isfinite(highest):
        return [0.0, 1.0]
    rough = highest / most
    size = 10.0 ** math.floor(math.log10(rough))
    step = next(size * each for each in (1, 2, 5, 10) if size * each >= rough * (1 - 1e-9))
    count = math.ceil(highest / step - 1e-9)
    return [round(step * number, 12) for number in range(count + 1)]


def scaled(value: float, highest: float, length: float) -> float:
    """Where a value lies on a line of this length that begins at 0."""
    return 0.0 if highest <= 0 else max(0.0, min(1.0, value / highest)) * length


def every(count: int, room: float) -> int:
    """How many labels to step over so that those shown have room."""
    return max(1, math.ceil(count * LABEL_WIDTH / max(room, 1.0)))


def columns(
    title: str,
    told: str,
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    width: int,
    words: Words,
    height: int = 200,
    whole: bool = False,
) -> str:
    """Columns side by side, each stacked of the series in their order.

    `whole`: only whole numbers can be, so steps are not smaller than 1.
    """
    totals = [sum(each.values[place] for each in series) for place in range(len(labels))]
    marks = ticks(max(totals, default=0.0))
    if whole and len(marks) > 1 and marks[1] < 1:
        marks = [0.0, 1.0]
    foot, room = height - FOOT, width - AXIS
    tall = foot - HEAD
    drawn = [_grid(mark, foot - scaled(mark, marks[-1], tall), width, words) for mark in marks]
    slot = room / max(1, len(labels))
    wide = max(1.0, min(48.0, slot * 0.72))
    step = every(len(labels), room)
    for place, label in enumerate(labels):
        left, base = AXIS + slot * place + (slot - wide) / 2, float(foot)
        for each in series:
            tall_part = scaled(each.values[place], marks[-1], tall)
            if tall_part > 0:
                shown = max(tall_part, 1.0)
                said = f"{label}: {words(each.values[place])} {each.name}".strip()
                drawn.append(_rect(left, base - shown, wide, shown, each.tone, said))
                base -= shown
        if (len(labels) - 1 - place) % step == 0:
            drawn.append(_text(left + wide / 2, height - 7, label, "tick", "middle"))
    return _svg(title, told, width, height, drawn)


def bars(title: str, told: str, rows: Sequence[Bar], *, width: int) -> str:
    """Rows with the name above a thin bar and what is said at the right, the longest first."""
    highest = max((sum(part.value for part in row.parts) for row in rows), default=0.0)
    drawn = []
    for place, row in enumerate(rows):
        top = place * ROW
        drawn += _named(row.name, row.said, top, width)
        drawn.append(_rect(0, top + 23, width, 6, "none", ""))
        left = 0.0
        for part in row.parts:
            long = scaled(part.value, highest, width)
            if long > 0:
                drawn.append(_rect(left, top + 23, max(long, 1.0), 6, part.tone, ""))
                left += max(long, 1.0)
    return _svg(title, told, width, max(1, len(rows)) * ROW, drawn)


def spans(title: str, told: str, rows: Sequence[Span], *, width: int, words: Words) -> str:
    """Rows with a dot at the usual and a line to the slow, over one scale."""
    marks = ticks(max((row.slow for row in rows), default=0.0))
    room, height = width - 24, len(rows) * ROW + FOOT
    drawn = []
    for mark in marks:
        x = 8 + scaled(mark, marks[-1], room)
        drawn.append(f'<line class="plot__grid" x1="{x:.1f}" y1="0" x2="{x:.1f}" '
                     f'y2="{height - FOOT}"/>')  # fmt: skip
        drawn.append(_text(x, height - 7, words(mark), "tick", _anchor(mark, marks)))
    for place, row in enumerate(rows):
        top = place * ROW
        drawn += _named(row.name, row.said, top, width)
        first, last = (8 + scaled(value, marks[-1], room) for value in (row.usual, row.slow))
        y = top + 27
        drawn.append(f'<line class="plot__line" x1="{first:.1f}" y1="{y}" x2="{last:.1f}" '
                     f'y2="{y}"/>')  # fmt: skip
        drawn.append(f'<circle class="plot__dot" cx="{first:.1f}" cy="{y}" r="5"/>')
        drawn.append(f'<line class="plot__end" x1="{last:.1f}" y1="{y - 5}" x2="{last:.1f}" '
                     f'y2="{y + 5}"/>')  # fmt: skip
    return _svg(title, told, width, height, drawn)


def _anchor(mark: float, marks: Sequence[float]) -> str:
    return "start" if mark == marks[0] else "end" if mark == marks[-1] else "middle"


def _named(name: str, said: str, top: float, width: int) -> list[str]:
    # The name gives way: what is said at the right is what the plot is for.
    most = max(8, int((width - len(said) * 6.6 - 16) / 7.2))
    shown = name if len(name) <= most else f"{name[: most - 1].rstrip()}…"
    return [
        _text(0, top + 15, shown, "name", "start"),
        _text(width, top + 15, said, "value", "end"),
    ]


def _grid(mark: float, y: float, width: int, words: Words) -> str:
    kind = "plot__base" if mark == 0 else "plot__grid"
    line = f'<line class="{kind}" x1="{AXIS}" y1="{y:.1f}" x2="{width}" y2="{y:.1f}"/>'
    return line + _text(AXIS - 8, y + 4, words(mark), "tick", "end")


def _rect(x: float, y: float, width: float, height: float, tone: str, said: str) -> str:
    told = f"<title>{escape(said)}</title>" if said else ""
    return (
        f'<rect class="plot__mark plot__mark--{tone}" x="{x:.1f}" y="{y:.1f}" '
        f'width="{width:.1f}" height="{height:.1f}">{told}</rect>'
    )


def _text(x: float, y: float, words: str, kind: str, anchor: str) -> str:
    return (
        f'<text class="plot__{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">'
        f"{escape(words)}</text>"
    )


def _svg(title: str, told: str, width: int, height: float, drawn: Sequence[str]) -> str:
    return (
        f'<svg class="plot" role="img" width="{width}" height="{height:.0f}" '
        f'viewBox="0 0 {width} {height:.0f}"><title>{escape(title)}</title>'
        f"<desc>{escape(told)}</desc>{''.join(drawn)}</svg>"
    )
