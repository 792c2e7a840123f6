"""The figures of the dashboard: a fixed number of queries, however much there is.

Days and hours are those of UTC. Whatever is told of models is told by their ids.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Func, Min, Q, QuerySet, Sum
from django.db.models.fields import CharField
from django.utils import timezone

from editor.latencies import LOOK_BACK, quantile, seconds_by_model
from editor.models import (
    Archive,
    EditJob,
    JobState,
    Mask,
    Picture,
    RenditionFile,
    Result,
    UnusableAnswer,
    UpstreamModel,
    User,
)

MOST_PEOPLE = 8
AT_LEAST = 3  # calls, before their median says anything
# Why an edit failed although the upstream had not said no.
OURS = ("cannot_prepare", "no_consent", "worker_lost", "result_lost", "unusable_answer", "restored")
WAITING = (JobState.QUEUED, JobState.CLAIMED, JobState.WAITING)
AGES = (10, 60, 600, 3600, 86400)  # seconds; what is older than the last is the last group
_FORMATS = {"hour": "YYYY-MM-DD HH24", "day": "YYYY-MM-DD", "month": "YYYY-MM"}
_LETTERS = {"hour": 13, "day": 10, "month": 7}
_WRITTEN = {"hour": "%Y-%m-%d %H", "day": "%Y-%m-%d", "month": "%Y-%m"}


class Bucket(Func):
    """A moment cut down to its hour, day or month in UTC, as text: quick on both databases."""

    output_field = CharField()

    def __init__(self, moment: str, unit: str) -> None:
        super().__init__(moment)
        self.unit = unit

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        """The beginning of the text that SQLite keeps moments as."""
        template = f"substr(%(expressions)s, 1, {_LETTERS[self.unit]})"
        return self.as_sql(compiler, connection, template=template, **extra)

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        """Formatted by Postgres."""
        template = f"to_char(%(expressions)s AT TIME ZONE 'UTC', '{_FORMATS[self.unit]}')"
        return self.as_sql(compiler, connection, template=template, **extra)


@dataclass(frozen=True)
class Stretch:
    """How far back, and in which steps."""

    key: str
    words: str
    unit: str
    steps: int

    def buckets(self, now: datetime) -> list[datetime]:
        """The beginning of each step, the oldest first; the last one is the step of now."""
        hour = now.replace(minute=0, second=0, microsecond=0)
        if self.unit == "hour":
            return [hour - timedelta(hours=back) for back in reversed(range(self.steps))]
        day = hour.replace(hour=0)
        if self.unit == "day":
            return [day - timedelta(days=back) for back in reversed(range(self.steps))]
        months = [day.year * 12 + day.month - 1 - back for back in reversed(range(self.steps))]
        return [day.replace(year=at // 12, month=at % 12 + 1, day=1) for at in months]

    def keys(self, now: datetime) -> list[str]:
        """The buckets as the database names them."""
        return [f"{each:{_WRITTEN[self.unit]}}" for each in self.buckets(now)]


STRETCHES = (
    Stretch("24h", "24 hours", "hour", 24),
    Stretch("7d", "7 days", "day", 7),
    Stretch("30d", "30 days", "day", 30),
    Stretch("12m", "12 months", "month", 12),
)


@dataclass
class OfModel:
    """What edits with one model came to."""

    model_id: str
    name: str
    count: int = 0
    paid_nano: int = 0
    ended: int = 0
    failed: int = 0  # by whatever but a refusal
    refused: int = 0  # the upstream said no, and charged nothing
    calls: int = 0  # measured ones
    median: float | None = None  # seconds
    p90: float | None = None
    measured: int = 0  # results whose surroundings were compared
    redrawn: float = 0.0  # median share of what should have stayed, before it was put back
    redrawn_p90: float = 0.0
    shifted: int = 0  # results that were moved back


@dataclass
class Figures:
    """All that the dashboard shows of one stretch of time."""

    stretch: Stretch
    now: datetime
    buckets: list[datetime]
    states: dict[str, list[int]] = field(default_factory=dict)  # by state, a number a bucket
    paid_nano: list[int] = field(default_factory=list)  # by bucket
    models: list[OfModel] = field(default_factory=list)
    people: list[tuple[str, int, int]] = field(default_factory=list)  # name, nano, edits
    oldest_waits: float | None = None  # seconds
    ages: list[int] = field(default_factory=list)
    storage: dict[str, tuple[int, int]] = field(default_factory=dict)  # kind: bytes, files; later

    @property
    def count(self) -> int:
        """How many edits were asked for."""
        return sum(map(sum, self.states.values()))

    @property
    def paid_total(self) -> int:
        """What they are known to have cost."""
        return sum(self.paid_nano)


def figures(stretch: Stretch, now: datetime | None = None) -> Figures:
    """Count everything."""
    now = now or timezone.now()
    found = Figures(stretch, now, stretch.buckets(now))
    jobs = EditJob.objects.filter(created_at__gte=found.buckets[0]).order_by()
    _by_bucket(found, jobs)
    found.models = _by_model(jobs, found.buckets[0])
    found.people = _by_person(jobs)
    _queue(found)
    return found


def _counted(jobs: QuerySet[EditJob], *by: str) -> list[tuple[Any, ...]]:
    """Number and money of edits that are alike. `*`: an id would have to be read in each row."""
    sums = jobs.values(*by).annotate(rows=Count("*"), paid=Sum("paid_nano"))
    return list(sums.values_list(*by, "rows", "paid"))


def _by_bucket(found: Figures, jobs: QuerySet[EditJob]) -> None:
    places = {key: place for place, key in enumerate(found.stretch.keys(found.now))}
    empty = len(places)
    found.paid_nano = [0] * empty
    by_step = jobs.annotate(bucket=Bucket("created_at", found.stretch.unit))
    for bucket, state, count, paid in _counted(by_step, "bucket", "state"):
        if bucket not in places:
            continue  # asked for at this very moment, in a step that begins now
        found.states.setdefault(state, [0] * empty)[places[bucket]] += count
        found.paid_nano[places[bucket]] += paid or 0


def _by_model(jobs: QuerySet[EditJob], since: datetime) -> list[OfModel]:
    models: dict[str, OfModel] = {}
    names = dict(UpstreamModel.objects.values_list("model_id", "name"))

    def of(model_id: str) -> OfModel:
        name = names.get(model_id, model_id)
        return models.setdefault(model_id, OfModel(model_id, name))

    for model_id, state, count, paid in _counted(jobs, "model_id", "state"):
        one = of(model_id)
        one.count += count
        one.paid_nano += paid or 0
        if state in (JobState.DONE, JobState.FAILED):
            one.ended += count
    failed = jobs.filter(state=JobState.FAILED)
    refused = failed.filter(charged=EditJob.Charged.NO).exclude(reason__in=("", *OURS))
    for model_id, count, _paid in _counted(failed, "model_id"):
        of(model_id).failed += count
    for model_id, count, _paid in _counted(refused, "model_id"):
        of(model_id).refused += count
        of(model_id).failed -= count
    for model_id, seconds in seconds_by_model(LOOK_BACK, since).items():
        one, ordered = of(model_id), sorted(seconds)
        one.calls = len(ordered)
        if len(ordered) >= AT_LEAST:
            one.median, one.p90 = quantile(ordered, 0.5), quantile(ordered, 0.9)
    for model_id, shares, shifted in _surroundings(since):
        one, ordered = of(model_id), sorted(shares)
        one.measured, one.shifted = len(ordered), shifted
        one.redrawn, one.redrawn_p90 = quantile(ordered, 0.5), quantile(ordered, 0.9)
    return sorted(models.values(), key=lambda one: (-one.count, one.name))


def _surroundings(since: datetime) -> list[tuple[str, list[float], int]]:
    """How far the newest answers had changed what was not painted, before it was put back."""
    shares: dict[str, list[float]] = defaultdict(list)
    shifted: Counter[str] = Counter()
    newest = Result.objects.filter(created_at__gte=since, raw_changed_share__isnull=False)
    rows = newest.order_by("-created_at").values_list(
        "attempt__job__model_id", "raw_changed_share", "drift_undone"
    )
    for model_id, share, undone in rows[:LOOK_BACK]:
        shares[model_id].append(share or 0.0)
        shifted[model_id] += bool(undone)
    return [(model_id, found, shifted[model_id]) for model_id, found in shares.items()]


def _by_person(jobs: QuerySet[EditJob]) -> list[tuple[str, int, int]]:
    rows = [(owner, paid or 0, count) for owner, count, paid in _counted(jobs, "owner_id")]
    dearest = sorted(rows, key=lambda row: (-row[1], -row[2]))
    names = User.objects.in_bulk([row[0] for row in dearest[:MOST_PEOPLE]])
    people = [
        (names[owner].get_username(), paid, count) for owner, paid, count in dearest[:MOST_PEOPLE]
    ]
    if rest := dearest[MOST_PEOPLE:]:
        name = f"{len(rest)} more people" if len(rest) > 1 else "1 more person"
        people.append((name, sum(row[1] for row in rest), sum(row[2] for row in rest)))
    return people


def _queue(found: Figures) -> None:
    edges = [found.now - timedelta(seconds=age) for age in AGES]
    within = {
        f"age{place}": Count("pk", filter=Q(created_at__gt=edge))
        for place, edge in enumerate(edges)
    }
    waiting = EditJob.objects.filter(state__in=WAITING).order_by()
    told = waiting.aggregate(oldest=Min("created_at"), all=Count("*"), **within)
    younger = [told[f"age{place}"] for place in range(len(AGES))] + [told["all"]]
    found.ages = [more - less for less, more in zip([0, *younger[:-1]], younger, strict=True)]
    if told["oldest"]:
        found.oldest_waits = max(0.0, (found.now - told["oldest"]).total_seconds())


def storage_used() -> dict[str, tuple[int, int]]:
    """Bytes and files by kind, as the rows know them. Of masks only the number is known."""
    kept = Picture.objects.filter(purged_at=None).order_by()
    sums: dict[str, list[int]] = {"originals": [0, 0], "results": [0, 0], "trash": [0, 0]}
    alike = kept.annotate(thrown=Q(deleted_at__isnull=False)).values("origin", "thrown")
    rows = alike.annotate(size=Sum("bytes"), files=Count("*")).values_list(
        "origin", "thrown", "size", "files"
    )
    uploaded = (Picture.Origin.UPLOAD, Picture.Origin.TEST)
    for origin, thrown, size, count in rows:
        kind = "trash" if thrown else "originals" if origin in uploaded else "results"
        sums[kind][0] += size or 0
        sums[kind][1] += count
    found = {kind: (size, count) for kind, (size, count) in sums.items()}
    for kind, files, column in (
        ("raw answers", Result.objects.filter(raw_bytes__gt=0), "raw_bytes"),
        ("unusable answers", UnusableAnswer.objects.exclude(file=""), "size"),
        ("renditions", RenditionFile.objects.all(), "bytes"),
        ("archives", Archive.objects.filter(state=Archive.State.READY), "bytes"),
        ("masks", Mask.objects.exclude(file=""), ""),
    ):
        size = {"size": Sum(column, default=0)} if column else {}
        told = files.order_by().aggregate(files=Count("*"), **size)
        found[kind] = (told.get("size", 0), told["files"])
    return found
