"""Measures the gallery among 1 000, 10 000 and 100 000 edits, on SQLite and on Postgres.

    python benchmarks/bench_gallery.py [--sizes 1000 10000 100000] [--rounds 20]
                                       [--databases sqlite postgres] [--only word] [--plans]

One person has five of six edits of a server (`gallery/rows.py`). Their gallery is asked for as
the browser asks for it, through every middleware, and rendered: the first page, pages deep
inside, every value of every filter that the form offers, some together, and searches for words
that stand in many prompts and in hardly any. Queries are counted in a request of their own. The
databases of all sizes are there at once and asked in turn, so what else the machine does meets
all of them alike, and the growth from the smallest to the largest is a ratio within one run.

Times are those of the processor, of this process and of the database's that serves it, and so
what an answer takes where nothing else wants the machine. Times by the clock are in the last
line, which is one JSON object.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"

import django

django.setup()

from django.core.management import call_command
from django.db import connection, connections
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext

from benchmarks.gallery.rows import PEOPLE, Past
from benchmarks.gallery.words import BEGUN, COMMON, FREQUENT, PHRASE, RARE
from editor.models import EditJob, User
from editor.models.wall_choices import wall_choices
from editor.views.finding import Finding
from nanoedit_site.asgi import settle
from tests.faults.place import using_database
from tests.servers.postgres import Postgres

AIM_QUERIES, AIM_GROWTH, AIM_SECONDS = 8, 1.5, 0.150
PATIENCE_SECONDS = 20.0  # for one page at all sizes; three rounds are made in any case
MOST_OPTIONS = 3  # of filters whose values are people's own: models, tags, collections
PART = {"hx-request": "true"}


@dataclass
class Place:
    """One filled database: its connection, and a browser in which its first person is."""

    size: int
    connection: Any
    client: Client
    owner: User
    fill_seconds: float


@dataclass
class Page:
    """One address at each size: the queries, and how long each answer took, in seconds."""

    name: str
    urls: dict[int, str]
    headers: dict[str, str]
    queries: dict[int, int]
    seconds: dict[int, list[float]]
    by_clock: dict[int, list[float]]
    cards: dict[int, int]

    @property
    def growth(self) -> float:
        """How much longer the median is at the largest size than at the smallest one.

        Only sizes count at which the page is as full: to show more cards takes longer.
        """
        largest = max(self.cards)
        full = [size for size, cards in self.cards.items() if cards == self.cards[largest]]
        return statistics.median(self.seconds[largest]) / statistics.median(self.seconds[min(full)])

    def p95(self, size: int) -> float:
        return _p95(self.seconds[size])


def _p95(seconds: list[float]) -> float:
    """Of few rounds this is close to the slowest one, and never beyond it."""
    return statistics.quantiles(seconds, n=20, method="inclusive")[-1]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--sizes", type=int, nargs="+", default=[1000, 10_000, 100_000])
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--databases", nargs="+", default=["sqlite", "postgres"])
    parser.add_argument("--only", default="", help="pages whose name holds this")
    parser.add_argument("--plans", action="store_true", help="print how queries are carried out")
    asked = parser.parse_args()
    report: dict[str, Any] = {
        "benchmark": "gallery", "python": platform.python_version(), "rounds": asked.rounds,
        "load": [round(load, 2) for load in os.getloadavg()],
    }  # fmt: skip
    for vendor in asked.databases:
        with filled(vendor, sorted(asked.sizes)) as places:
            pages = [page for page in pages_of(places) if asked.only in page.name]
            if asked.plans:
                show_plans(places[-1], pages)
            measure(places, pages, asked.rounds)
            report[vendor] = told(vendor, places, pages)
    report["load_after"] = [round(load, 2) for load in os.getloadavg()]
    print(json.dumps(report))


@contextmanager
def filled(vendor: str, sizes: list[int]) -> Iterator[list[Place]]:
    """Make a database of each size, and take them away afterwards."""
    server = Postgres() if vendor == "postgres" else None
    before = connections["default"]
    places = []
    with tempfile.TemporaryDirectory() as folder:
        try:
            for size in sizes:
                url = server.make_database(f"g{size}") if server else f"sqlite:///{folder}/{size}"
                places.append(fill(url, size))
                print(f"{vendor}: {size} edits written in {places[-1].fill_seconds:.0f} s")
            yield places
        finally:
            connections["default"] = before
            for place in places:
                place.connection.close()
            if server:
                server.stop()


def fill(url: str, size: int) -> Place:
    with using_database(url):
        call_command("migrate", verbosity=0)
        if connection.vendor == "sqlite":
            connection.cursor().execute("PRAGMA synchronous=OFF")
        began = time.monotonic()
        Past(size).write()
        took = time.monotonic() - began
        if connection.vendor == "postgresql":
            connection.cursor().execute("VACUUM (ANALYZE)")  # as its autovacuum does in a minute
        owner = User.objects.get(username=PEOPLE[0])
        client = Client()
        client.force_login(owner)
        connection.close()
        here = connections["default"]
        # What leaves the `with` closes it; it opens again by itself when it is asked.
        return Place(size, here, client, owner, took)


def pages_of(places: list[Place]) -> list[Page]:
    """Every address to measure, with the marks that are deep inside at each size."""
    queries = {"first page": "", "oldest first": "sort=oldest", "most expensive first": "sort=cost"}
    use(places[-1])
    finding = Finding(QueryDict())
    for link in finding.states()[1:]:
        queries[f"state {link.label}"] = link.url.partition("?")[2]
    for field in finding.fields(wall_choices(places[-1].owner.pk)):
        most = MOST_OPTIONS if field.name not in ("cost", "shape", "size", "mask") else None
        for value, label in field.options[:most]:
            queries[f"{field.label.lower()} {label}"] = f"{field.name}={value}"
    queries |= {
        "one week": "from=2026-10-20&to=2026-10-27",
        "two filters": "shape=square&mask=yes",
        "frequent word": f"q={FREQUENT}",
        "common word": f"q={COMMON}",
        "rare word": f"q={RARE}",
        "begun word": f"q={BEGUN}",
        "phrase": f"q={PHRASE}",
        "no such word": "q=xylophones",
        "word and filters": f"q={COMMON}&shape=portrait&mask=yes&state=done",
        "word, most expensive first": f"q={COMMON}&sort=cost",
    }
    pages = [
        Page(name, {place.size: f"/gallery/?{query}" for place in places}, {}, {}, {}, {}, {})
        for name, query in queries.items()
    ]
    for name, query in (
        ("deep inside", ""), ("deep inside, oldest first", "sort=oldest"),
        ("deep inside, most expensive first", "sort=cost"), ("deep inside a word", f"q={FREQUENT}"),
    ):  # fmt: skip
        urls = {place.size: deep_inside(place, query) for place in places}
        pages.append(Page(name, urls, PART, {}, {}, {}, {}))
    return pages


def deep_inside(place: Place, query: str) -> str:
    """The address of a page in the middle of all that there is."""
    use(place)
    finding = Finding(QueryDict(query))
    wall = EditJob.objects.on_wall_of(place.owner)
    jobs = finding.narrow(wall, place.owner).with_cost()
    fields = {"oldest": ("created_at",), "cost": ("-cost_nano", "-created_at")}
    ordered = jobs.order_by(*fields.get(finding.sort, ("-created_at",)))
    job = ordered[jobs.count() // 2]
    mark = f"{job.created_at.isoformat()}_{job.pk}"
    if "cost" in query:
        mark = f"{job.cost_nano}_{mark}"
    return f"/gallery/?{query}&after={mark.replace('+', '%2B')}"


def use(place: Place) -> None:
    connections["default"] = place.connection


def measure(places: list[Place], pages: list[Page], rounds: int) -> None:
    """Ask for every page at every size, in turn."""
    settle()  # as the web process does before its first page
    for page in pages:
        for place in places:
            use(place)
            counts = []
            for _warm in range(2):
                with CaptureQueriesContext(connection) as caught:
                    answer = place.client.get(page.urls[place.size], headers=page.headers)
                assert answer.status_code == 200, page.urls[place.size]
                counts.append(len(caught))
            # Once in five minutes a request also notes that the session is in use.
            page.queries[place.size] = min(counts)
            page.cards[place.size] = answer.content.count(b'id="job-')
            page.seconds[place.size], page.by_clock[place.size] = [], []
        gc.collect()
        patience = time.monotonic() + PATIENCE_SECONDS
        for done in range(rounds):
            if done >= 3 and time.monotonic() > patience:
                break
            for place in places:
                use(place)
                began, used = time.perf_counter(), processor_seconds()
                place.client.get(page.urls[place.size], headers=page.headers)
                page.seconds[place.size].append(processor_seconds() - used)
                page.by_clock[place.size].append(time.perf_counter() - began)


def processor_seconds() -> float:
    """What this process has used, and the one that serves its connection to Postgres."""
    used = time.process_time()
    if connection.vendor == "postgresql":
        server = connection.connection.info.backend_pid
        used += int(Path(f"/proc/{server}/schedstat").read_text().split()[0]) / 1e9
    return used


def show_plans(place: Place, pages: list[Page]) -> None:
    """Say of each query how the largest database carries it out."""
    use(place)
    explain = "EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN ANALYZE "
    for page in pages:
        print(f"\n=== {page.name}: {page.urls[place.size]}")
        with CaptureQueriesContext(connection) as caught:
            place.client.get(page.urls[place.size], headers=page.headers)
        for query in caught.captured_queries:
            print(f"--- {query['time']} s: {query['sql'][:200]} … {query['sql'][-700:]}")
            if query["sql"].startswith(("SELECT", "WITH")) and float(query["time"]) > 0.003:
                with connection.cursor() as cursor:
                    cursor.execute(explain + query["sql"])
                    for row in cursor.fetchall():
                        print("   ", *row)


def told(vendor: str, places: list[Place], pages: list[Page]) -> dict[str, Any]:
    """Print the table, and give the figures for the last line."""
    sizes = [place.size for place in places]
    heads = "".join(f"{f'{size:,}':>22}" for size in sizes)
    print(f"\n{vendor}: queries, then median and 95th percentile in ms\n{'':38}{heads}   growth")
    for page in pages:
        cells = "".join(
            f"{page.queries[size]:6}{statistics.median(page.seconds[size]) * 1000:8.1f}"
            f"{page.p95(size) * 1000:8.1f}"
            for size in sizes
        )
        miss = "  <- missed" if missed(page) else ""
        print(f"{page.name:38}{cells}{page.growth:9.2f}{miss}")
    return {
        page.name: {
            "queries": max(page.queries.values()),
            "constant": len(set(page.queries.values())) == 1,
            "median_ms": {s: round(statistics.median(page.seconds[s]) * 1000, 1) for s in sizes},
            "p95_ms": {s: round(page.p95(s) * 1000, 1) for s in sizes},
            "clock_p95_ms": {s: round(_p95(page.by_clock[s]) * 1000, 1) for s in sizes},
            "growth": round(page.growth, 2),
        }
        for page in pages
    }


def missed(page: Page) -> bool:
    """Whether one of the aims is not met."""
    return (
        max(page.queries.values()) > AIM_QUERIES
        or page.growth >= AIM_GROWTH
        or page.p95(max(page.seconds)) >= AIM_SECONDS
    )


if __name__ == "__main__":
    main()
