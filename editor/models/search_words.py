"""What people search jobs by: one row of words per job, which the database itself keeps.

On SQLite an FTS5 table lies over these rows, on Postgres a generated tsvector with a GIN
index (models/search_tables.py makes them). Both are behind the lookup `holds`.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models.lookups import Lookup

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models.sql.compiler import SQLCompiler

MAX_LENGTH = 400
MAX_TERMS = 16
PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"

_TERM = re.compile(r'"([^"]*)("?)|([^\s"]+)')
_ACCENTS = re.compile("[\u0300-\u036f]")
_BETWEEN_WORDS = re.compile(rf"[\x00-\x20\x7f-\xa0{re.escape(PUNCTUATION)}]+")


class SearchTerm(str):
    """Words that must stand next to each other, folded; the last may be only begun."""

    begun: bool

    def __new__(cls, words: str, *, begun: bool = False) -> SearchTerm:
        term = super().__new__(cls, words)
        term.begun = begun
        return term


def search_terms(typed: str) -> list[SearchTerm]:
    """Read what somebody typed: words, and phrases in quotes. Never fails.

    The last term counts as still being typed, unless its quotes are closed.
    """
    found = list(_TERM.finditer(typed[:MAX_LENGTH]))
    terms = []
    for match in found[:MAX_TERMS]:
        words = _folded(match[1] if match[3] is None else match[3])
        if any(character.isalnum() for character in words):
            terms.append(SearchTerm(words, begun=match is found[-1] and not match[2]))
    return terms


def _folded(text: str) -> str:
    """Without case, accents and punctuation, as both databases keep it."""
    plain = _ACCENTS.sub("", unicodedata.normalize("NFKD", text.replace('"', " ")))
    return _BETWEEN_WORDS.sub(" ", unicodedata.normalize("NFC", plain).lower()).strip()


class Holds(Lookup):
    """Whether a row of words holds all these terms."""

    lookup_name = "holds"
    prepare_rhs = False
    # Where SQLite begins: with the rows that hold them, of which it takes there to be few.
    first = ""

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_: Any
    ) -> tuple[str, list[str]]:
        row = compiler.quote_name_unless_alias(self.lhs.alias)
        # In quotes nothing is an operator; terms that stand side by side are all required.
        wanted = " ".join(f'"{term}"{" *" if term.begun else ""}' for term in self._terms)
        inner = "SELECT rowid FROM editor_jobwords_fts WHERE editor_jobwords_fts MATCH %s"
        return f"{self.first}{row}.id IN ({inner})", [wanted]

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_: Any
    ) -> tuple[str, list[str]]:
        row = compiler.quote_name_unless_alias(self.lhs.alias)
        wanted = " & ".join(f"'{term}'{':*' if term.begun else ''}" for term in self._terms)
        return f"{row}.vector @@ to_tsquery('pg_catalog.simple', %s)", [wanted]

    @property
    def _terms(self) -> Sequence[SearchTerm]:
        terms: Sequence[SearchTerm] = self.rhs
        return terms


class OftenHolds(Holds):
    """The same of words that stand in many rows: SQLite goes by the order of the wall then.

    Postgres knows from its statistics what is the case. The plus keeps SQLite's planner from
    using an index for this condition, and so from beginning with it.
    """

    lookup_name = "often_holds"
    first = "+"


class JobWords(models.Model):
    """The prompt of a job and the name of its picture. Triggers write it, never this code."""

    # A number of its own: FTS5 needs one that VACUUM leaves alone, and jobs have none.
    id = models.BigAutoField(primary_key=True)
    job = models.OneToOneField("editor.EditJob", on_delete=models.CASCADE, related_name="words")
    text = models.TextField()

    def __str__(self) -> str:
        return f"words of {self.job_id}"


for _lookup in (Holds, OftenHolds):
    JobWords._meta.get_field("text").register_lookup(_lookup)
