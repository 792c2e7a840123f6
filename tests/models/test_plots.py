"""Plots: round steps, right lengths, and words that cannot break out."""

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from editor.plots import Bar, Part, Series, Span, bars, columns, every, scaled, spans, ticks

SVG = "{http://www.w3.org/2000/svg}"


def read(svg):
    return ElementTree.fromstring(svg.replace("<svg ", f'<svg xmlns="{SVG[1:-1]}" '))  # noqa: S314


def marks(svg, tone):
    return [
        rect for rect in read(svg).iter(f"{SVG}rect") if rect.get("class").endswith(f"--{tone}")
    ]


def said(svg):
    return [text.text for text in read(svg).iter(f"{SVG}text")]


@pytest.mark.parametrize(
    ("highest", "expected"),
    [
        (0, [0, 1]),
        (1, [0, 0.5, 1.0]),
        (4, [0, 1, 2, 3, 4]),
        (7, [0, 2, 4, 6, 8]),
        (16, [0, 5, 10, 15, 20]),
        (43.15, [0, 20, 40, 60]),
        (0.07, [0, 0.02, 0.04, 0.06, 0.08]),
        (1_000_000, [0, 500_000, 1_000_000]),
    ],
)
def test_steps_are_round(highest, expected):
    assert ticks(highest) == pytest.approx(expected)


@given(st.floats(min_value=1e-6, max_value=1e12))
def test_steps_reach_the_highest_and_are_few(highest):
    found = ticks(highest)
    assert 2 <= len(found) <= 6
    assert found[-1] >= highest * (1 - 1e-9)
    assert found[-2] < highest
    digits = f"{found[1]:e}".partition("e")[0].rstrip("0").rstrip(".")
    assert digits in ("1", "2", "5")


def test_a_value_lies_where_its_share_says():
    assert scaled(5, 20, 200) == 50
    assert scaled(30, 20, 200) == 200
    assert scaled(-1, 20, 200) == 0
    assert scaled(1, 0, 200) == 0


def test_labels_are_left_out_before_they_touch():
    assert every(24, 600) == 3
    assert every(7, 600) == 1
    assert every(30, 282) == 7


def test_columns_are_stacked_in_order_and_as_tall_as_they_should_be():
    series = [Series("done", "accent", [10, 0]), Series("failed", "bad", [5, 20])]
    svg = columns("Edits", "told", ["a", "b"], series, width=300, words="{:.0f}".format)
    (done,), failed = marks(svg, "accent"), marks(svg, "bad")
    heights = [float(rect.get("height")) for rect in (done, *failed)]
    assert heights == pytest.approx([82, 41, 164], abs=0.1)  # of 164 pixels for 20
    assert float(failed[0].get("y")) + 41 == pytest.approx(float(done.get("y")), abs=0.1)
    assert done.find(f"{SVG}title").text == "a: 10 done"
    assert {"0", "5", "10", "15", "20", "a", "b"} <= set(said(svg))


def test_counted_things_have_no_halves():
    series = [Series("done", "accent", [1])]
    words = "{:g}".format
    assert "0.5" in said(columns("E", "t", ["a"], series, width=300, words=words))
    assert "0.5" not in said(columns("E", "t", ["a"], series, width=300, words=words, whole=True))


def test_the_newest_column_always_has_its_label():
    labels = [str(number) for number in range(30)]
    series = [Series("done", "accent", [1] * 30)]
    assert "29" in said(columns("E", "t", labels, series, width=326, words=str, whole=True))


def test_the_longest_bar_takes_the_whole_width_and_others_their_share():
    rows = [
        Bar("A", "$4", [Part(4, "accent")]),
        Bar("B", "$3", [Part(1, "accent"), Part(2, "bad")]),
        Bar("C", "$0", [Part(0, "accent")]),
    ]
    svg = bars("Spent", "told", rows, width=400)
    assert [float(rect.get("width")) for rect in marks(svg, "accent")] == [400, 100]
    (bad,) = marks(svg, "bad")
    assert (float(bad.get("x")), float(bad.get("width"))) == (100, 200)


def test_a_span_reaches_from_the_usual_to_the_slow():
    svg = spans(
        "Calls", "told", [Span("A", "10 to 40 s", 10, 40)], width=424, words="{:.0f}".format
    )
    (dot,) = read(svg).iter(f"{SVG}circle")
    (line,) = [each for each in read(svg).iter(f"{SVG}line") if each.get("class") == "plot__line"]
    assert float(dot.get("cx")) == 8 + 100
    assert (float(line.get("x1")), float(line.get("x2"))) == (108, 408)


HOSTILE = '<script>alert(1)</script>" onload="x" &'


@pytest.mark.parametrize(
    "svg",
    [
        columns(HOSTILE, HOSTILE, [HOSTILE], [Series(HOSTILE, "bad", [1])], width=326, words=str),
        bars(HOSTILE, HOSTILE, [Bar(HOSTILE, HOSTILE, [Part(1, "bad")])], width=2000),
        spans(HOSTILE, HOSTILE, [Span(HOSTILE, HOSTILE, 1, 2)], width=2000, words=str),
    ],
)
def test_no_word_breaks_out_and_nothing_is_styled_in_place(svg):
    tree = read(svg)  # well-formed
    assert {element.tag.removeprefix(SVG) for element in tree.iter()} <= {
        "svg", "title", "desc", "rect", "line", "text", "circle",
    }  # fmt: skip
    names = {name for element in tree.iter() for name in element.attrib}
    assert not any(name.startswith("on") or name in ("style", "href") for name in names)
    assert tree.find(f"{SVG}title").text == HOSTILE
    assert tree.find(f"{SVG}desc").text == HOSTILE
    assert tree.get("role") == "img"


def test_an_empty_plot_is_still_one():
    assert read(columns("E", "t", [], [], width=326, words=str)).tag == f"{SVG}svg"
    assert read(bars("E", "t", [], width=326)).tag == f"{SVG}svg"
    assert read(spans("E", "t", [], width=326, words=str)).tag == f"{SVG}svg"


def test_long_names_give_way_to_what_is_said():
    name = "A model with a name that goes on and on and on and on and on"
    svg = bars("E", "t", [Bar(name, "$1,234.56 · 12,345 edits", [Part(1, "accent")])], width=326)
    shown, figure = said(svg)
    assert re.fullmatch(r"A model with a.*…", shown)
    assert len(shown) * 7.2 + len(figure) * 6.6 < 326
