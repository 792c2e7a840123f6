"""ZIPs with names that every system takes, written piece by piece."""

import csv
import io
import zipfile
from datetime import UTC, datetime

import pytest

from editor.zipping import ZipWriter, as_json, as_table, numbered, safe_stem

NOON = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given", "safe"),
    [
        ("garden", "garden"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("C:\\Windows\\system32", "C__Windows_system32"),
        ('what? "this" <is|it>*', "what_ _this_ _is_it__"),
        ("line\nfeed\x00and\u202eback", "linefeedandback"),
        (" . ", "picture"),
        ("", "picture"),
        ("Ärger im Café", "Ärger im Café"),
    ],
)
def test_a_name_is_safe_on_any_system(given, safe):
    assert safe_stem(given) == safe


def test_a_long_name_is_cut_between_characters():
    stem = safe_stem("ü" * 300)
    assert len(stem.encode()) <= 160
    assert set(stem) == {"ü"}


def test_equal_names_differ_by_their_numbers_and_sort_as_they_were_chosen():
    names = [numbered(n, 1200, "garden", "png") for n in (1, 2, 10, 1200)]
    assert names == [
        "0001 garden.png",
        "0002 garden.png",
        "0010 garden.png",
        "1200 garden.png",
    ]
    assert numbered(7, 20, "con", "jpg") == "007 con.jpg"
    assert sorted(names) == names


def test_what_goes_in_piece_by_piece_comes_out_whole():
    out = io.BytesIO()
    with ZipWriter(out) as writer:
        told = writer.add("001 a.bin", iter([b"one ", b"two ", b"three"]), NOON)
        writer.add("empty.txt", [], NOON, squeeze=True)
    with zipfile.ZipFile(out) as opened:
        assert opened.testzip() is None
        assert opened.read("001 a.bin") == b"one two three"
        assert opened.read("empty.txt") == b""
        info = opened.getinfo("001 a.bin")
    assert info.compress_type == zipfile.ZIP_STORED
    assert info.date_time == (2026, 11, 30, 12, 0, 0)
    assert told[1] == 13


def test_nothing_of_an_entry_is_there_when_its_first_piece_cannot_be_had():
    def missing():
        raise FileNotFoundError
        yield b""

    out = io.BytesIO()
    with ZipWriter(out) as writer:
        with pytest.raises(FileNotFoundError):
            writer.add("001 gone.png", missing(), NOON)
        writer.add("002 there.png", [b"x"], NOON)
    with zipfile.ZipFile(out) as opened:
        assert opened.namelist() == ["002 there.png"]


def test_the_same_content_is_the_same_file():
    assert as_json({"b": 1, "a": "ü"}) == b'{\n  "b": 1,\n  "a": "\xc3\xbc"\n}\n'


def test_no_cell_of_the_table_is_a_formula():
    rows = [{"prompt": "=HYPERLINK(1)", "n": -1}, {"prompt": "@sum\nnext", "more": True}]
    table = as_table(rows)
    assert table.startswith(b"\xef\xbb\xbf"), "spreadsheets know it as UTF-8 by that"
    read = list(csv.reader(io.StringIO(table.decode("utf-8-sig"))))
    assert read == [
        ["prompt", "n", "more"],
        ["'=HYPERLINK(1)", "-1", ""],
        ["'@sum\nnext", "", "yes"],
    ]
