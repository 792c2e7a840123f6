"""The dashboard of staff: what is asked for, what it costs, how it goes. Drawn on the server."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.contrib import admin
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.defaultfilters import filesizeformat
from django.utils.safestring import SafeString, mark_safe

from editor.figures import AT_LEAST, STRETCHES, Figures, OfModel, Stretch, figures, storage_used
from editor.forecasts import range_words
from editor.latencies import LOOK_BACK
from editor.models import JobState
from editor.money import NANO, dollars
from editor.plots import Bar, Part, Series, Span, bars, columns, spans

WIDE, NARROW = 656, 326
CACHE_SECONDS = 20
STORAGE_SECONDS = 300
MOST_MODELS = 10
KINDS = (
    ("Done", "accent", (JobState.DONE,)),
    ("Under way", "soft", (
        JobState.HELD, JobState.QUEUED, JobState.CLAIMED, JobState.CALLING, JobState.WAITING,
        JobState.RECEIVED,
    )),
    ("Outcome unknown", "warn", (JobState.UNKNOWN,)),
    ("Failed", "bad", (JobState.FAILED,)),
    ("Cancelled", "faint", (JobState.CANCELLED,)),
)  # fmt: skip
AGE_WORDS = ("under 10 s", "under 1 min", "under 10 min", "under 1 h", "under 1 day", "longer")
AGE_LABELS = ("10 s", "1 min", "10 min", "1 h", "1 day", "more")
STORAGE_WORDS = {
    "originals": "Originals", "results": "Results", "raw answers": "Answers as they came",
    "unusable answers": "Answers without a picture", "renditions": "Renditions for pages",
    "masks": "Masks", "archives": "Archives", "trash": "In the trash",
}  # fmt: skip


@dataclass
class Figure:
    """One plot with its words and the same figures as a table."""

    key: str
    title: str
    lead: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    wide: str = ""
    narrow: str = ""
    empty: str = ""  # what is said instead of an empty plot
    legend: Sequence[tuple[str, str, str]] = field(default_factory=tuple)  # tone, name, figure

    def drawn(self, draw: Callable[[int], str]) -> Figure:
        """Draw it for both widths, unless there is nothing to draw."""
        if not self.empty:
            self.wide, self.narrow = _safe(draw(WIDE)), _safe(draw(NARROW))
        return self


def _safe(svg: str) -> SafeString:
    return mark_safe(svg)  # noqa: S308, plots.py escapes every word it is given


def dashboard(request: HttpRequest) -> HttpResponse:
    """Show all figures of the stretch of time that the address names; 30 days without."""
    asked = request.GET.get("range", "30d")
    stretch = next((each for each in STRETCHES if each.key == asked), STRETCHES[2])
    found = _figures(stretch)
    context = {
        **admin.site.each_context(request),
        "title": "Dashboard",
        "stretch": stretch,
        "stretches": STRETCHES,
        "found": found,
        "headlines": _headlines(found),
        "plots": [draw(found) for draw in PLOTS],
        "look_back": f"{LOOK_BACK:,}",
    }
    return render(request, "admin/dashboard.html", context)


def _figures(stretch: Stretch) -> Figures:
    """Counted anew at most every some seconds, whoever looks."""
    key = f"dashboard-{stretch.key}"
    found: Figures | None = caches["memory"].get(key)
    if found is None:
        found = figures(stretch)
        caches["memory"].set(key, found, CACHE_SECONDS)
    if not found.storage:
        found.storage = _storage_used()
    return found


def _storage_used() -> dict[str, tuple[int, int]]:
    """Of all pictures that ever were; so it is counted less often."""
    used: dict[str, tuple[int, int]] | None = caches["memory"].get("dashboard-storage")
    if used is None:
        used = storage_used()
        caches["memory"].set("dashboard-storage", used, STORAGE_SECONDS)
    return used


def _headlines(found: Figures) -> list[tuple[str, str, str]]:
    """The few figures that stand above all plots: name, figure, and what to know of it."""
    ended = sum(one.ended for one in found.models)
    failed = sum(one.failed + one.refused for one in found.models)
    size = sum(size for size, _files in found.storage.values())
    waiting = sum(found.ages)
    oldest = f"oldest: {_age(found.oldest_waits)}" if found.oldest_waits is not None else "nobody"
    return [
        ("Edits", f"{found.count:,}", f"in {found.stretch.words}"),
        ("Spent", dollars(found.paid_total), "as far as it is known"),
        ("Without a result", _percent(failed, ended), f"of {ended:,} that have ended"),
        ("Waiting now", f"{waiting:,}", oldest),
        ("Kept", _size(size), "originals, results and all else"),
    ]


def _jobs(found: Figures) -> Figure:
    labels = [_label(each, found.stretch) for each in found.buckets]
    series = []
    for name, tone, states in KINDS:
        rows = [found.states[state] for state in states if state in found.states]
        if rows:
            series.append(
                Series(name.lower(), tone, [sum(each) for each in zip(*rows, strict=True)])
            )
    names = {name.lower(): name for name, _tone, _states in KINDS}
    figure = Figure(
        "jobs",
        "Edits by what became of them",
        f"{found.count:,} were asked for in {found.stretch.words}.",
        ["When (UTC)", *(names[each.name] for each in series)],
        [
            [label, *(f"{each.values[place]:,.0f}" for each in series)]
            for place, label in enumerate(labels)
        ],
        empty="" if found.count else "Nobody has asked for an edit in this time.",
        legend=[(each.tone, names[each.name], f"{sum(each.values):,.0f}") for each in series],
    )
    return figure.drawn(
        lambda width: columns(
            figure.title, figure.lead, labels, series, width=width, words=_count, whole=True
        )
    )


def _spend(found: Figures) -> Figure:
    labels = [_label(each, found.stretch) for each in found.buckets]
    dearest = max(range(len(labels)), key=lambda place: found.paid_nano[place])
    lead = (
        f"{dollars(found.paid_total)} in all; the most at {labels[dearest]}: "
        f"{dollars(found.paid_nano[dearest])}."
    )
    series = [Series("", "accent", [nano / NANO for nano in found.paid_nano])]
    figure = Figure(
        "spend",
        "Money spent",
        lead,
        ["When (UTC)", "Spent"],
        [[label, dollars(nano)] for label, nano in zip(labels, found.paid_nano, strict=True)],
        empty="" if found.paid_total else "Nothing was spent in this time.",
    )
    return figure.drawn(
        lambda width: columns(figure.title, lead, labels, series, width=width, words=_money)
    )


def _spend_by_model(found: Figures) -> Figure:
    models = sorted(found.models, key=lambda one: -one.paid_nano)
    rows = [(one.name, one.paid_nano, one.count) for one in models if one.paid_nano]
    return _spend_by("spend-models", "Spent by model", "Model", rows)


def _spend_by_person(found: Figures) -> Figure:
    rows = [row for row in found.people if row[1]]
    return _spend_by("spend-people", "Spent by person", "Person", rows)


def _spend_by(key: str, title: str, what: str, rows: Sequence[tuple[str, int, int]]) -> Figure:
    lead = ""
    if rows:
        share = _percent(rows[0][1], sum(nano for _, nano, _ in rows))
        lead = f"{rows[0][0]}: {share} of it."
    figure = Figure(
        key,
        title,
        lead,
        [what, "Spent", "Edits"],
        [[name, dollars(nano), f"{count:,}"] for name, nano, count in rows],
        empty="" if rows else "Nothing was spent in this time.",
    )
    shown = [
        Bar(name, f"{dollars(nano)} · {_edits(count)}", [Part(nano, "accent")])
        for name, nano, count in rows[:MOST_MODELS]
    ]
    return figure.drawn(lambda width: bars(title, lead, shown, width=width))


def _latency(found: Figures) -> Figure:
    timed = [(one, one.median or 0.0, one.p90 or 0.0) for one in found.models if one.median]
    timed.sort(key=lambda row: row[1])
    lead = "Dot: half of the calls took less. Line: nine of ten did."
    figure = Figure(
        "latency",
        "How long calls take",
        lead,
        ["Model", "Median", "90th percentile", "Calls"],
        [
            [one.name, _seconds(usual), _seconds(slow), f"{one.calls:,}"]
            for one, usual, slow in timed
        ],
        empty="" if timed else f"No model has {AT_LEAST} answered calls in this time.",
    )
    shown = [
        Span(one.name, range_words(usual, slow), usual, slow)
        for one, usual, slow in timed[:MOST_MODELS]
    ]
    return figure.drawn(lambda width: spans(figure.title, lead, shown, width=width, words=_seconds))


def _failures(found: Figures) -> Figure:
    ended = [one for one in found.models if one.ended]
    ended.sort(key=lambda one: -(one.failed + one.refused) / one.ended)
    rows = [
        Bar(
            one.name,
            _failed_words(one),
            [Part(one.failed / one.ended, "bad"), Part(one.refused / one.ended, "warn")],
        )
        for one in ended[:MOST_MODELS]
    ]
    failed, refused = (sum(getattr(one, kind) for one in ended) for kind in ("failed", "refused"))
    lead = "Refused: the upstream said no and charged nothing."
    worst = max(((one.failed + one.refused) for one in ended), default=0)
    figure = Figure(
        "failures",
        "Edits that brought nothing",
        lead,
        ["Model", "Failed", "Refused", "Ended"],
        [[one.name, f"{one.failed:,}", f"{one.refused:,}", f"{one.ended:,}"] for one in ended],
        empty="" if worst else "No edit has failed in this time.",
        legend=[("bad", "Failed", f"{failed:,}"), ("warn", "Refused", f"{refused:,}")],
    )
    return figure.drawn(lambda width: bars(figure.title, lead, rows, width=width))


def _failed_words(one: OfModel) -> str:
    lost = _percent(one.failed + one.refused, one.ended)
    return f"{lost} of {one.ended:,}"


def _outside(found: Figures) -> Figure:
    measured = sorted((one for one in found.models if one.measured), key=lambda one: -one.redrawn)
    lead = (
        "Share of the unpainted pixels that came back changed, and were put back. "
        "Dot: half of the answers. Line: nine of ten."
    )
    figure = Figure(
        "outside",
        "What models change outside the paint",
        lead,
        ["Model", "Median", "90th percentile", "Answers", "Moved back"],
        [
            [
                one.name,
                _share(one.redrawn),
                _share(one.redrawn_p90),
                f"{one.measured:,}",
                f"{one.shifted:,}",
            ]
            for one in measured
        ],
        empty="" if measured else "No answer to a painted edit came in this time.",
    )
    shown = [
        Span(
            one.name,
            f"{_share(one.redrawn)} · {_percent(one.shifted, one.measured)} moved back",
            one.redrawn,
            one.redrawn_p90,
        )
        for one in measured[:MOST_MODELS]
    ]
    return figure.drawn(lambda width: spans(figure.title, lead, shown, width=width, words=_share))


def _queue(found: Figures) -> Figure:
    waiting = sum(found.ages)
    lead = "How long those have waited that have not been sent yet."
    if found.oldest_waits is not None:
        lead = f"The oldest has waited {_age(found.oldest_waits)}."
    figure = Figure(
        "queue",
        "The queue now",
        lead,
        ["Has waited", "Edits"],
        [[words, f"{count:,}"] for words, count in zip(AGE_WORDS, found.ages, strict=True)],
        empty="" if waiting else "Nothing waits.",
    )
    series = [Series("waiting", "accent", found.ages)]
    return figure.drawn(
        lambda width: columns(
            figure.title, lead, AGE_LABELS, series, width=width, words=_count, whole=True
        )
    )


def _storage(found: Figures) -> Figure:
    rows = [(STORAGE_WORDS[kind], *told) for kind, told in found.storage.items() if told[1]]
    rows.sort(key=lambda row: (-row[1], -row[2]))
    figure = Figure(
        "storage",
        "What is kept",
        "As the rows know it; of masks only the number is known.",
        ["Kind", "Size", "Files"],
        [[name, _size(size), f"{files:,}"] for name, size, files in rows],
        empty="" if rows else "Nothing is kept yet.",
    )
    shown = [
        Bar(
            name,
            f"{_size(size)} · {files:,} files" if size else f"{files:,} files",
            [Part(size, "faint" if name == STORAGE_WORDS["trash"] else "accent")],
        )
        for name, size, files in rows
    ]
    return figure.drawn(lambda width: bars(figure.title, figure.lead, shown, width=width))


PLOTS = (
    _jobs,
    _spend,
    _spend_by_model,
    _spend_by_person,
    _latency,
    _failures,
    _outside,
    _queue,
    _storage,
)


def _label(moment: datetime, stretch: Stretch) -> str:
    if stretch.unit == "hour":
        return f"{moment:%H}:00"
    if stretch.unit == "month":
        return f"{moment:%b %y}"
    return f"{moment.day} {moment:%b}"


def _percent(part: int, whole: int) -> str:
    if not whole:
        return "-"
    share = part / whole * 100
    return f"{share:.1f}\u00a0%" if 0 < share < 10 else f"{share:.0f}\u00a0%"


def _share(value: float) -> str:
    return f"{value * 100:.0f}\u00a0%"


def _edits(count: int) -> str:
    return "1 edit" if count == 1 else f"{count:,} edits"


def _count(value: float) -> str:
    return f"{value:,.0f}"


def _money(value: float) -> str:
    return f"${value:,.0f}" if value >= 10 or value == int(value) else f"${value:,.2f}"


def _seconds(value: float) -> str:
    if value >= 120:
        return f"{value / 60:.0f} min"
    return f"{value:.1f} s" if 0 < value < 2 else f"{value:.0f} s"


def _age(seconds: float) -> str:
    for size, word in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            count = int(seconds // size)
            return f"{count} {word}" if count == 1 else f"{count} {word}s"
    return f"{seconds:.0f} s"


def _size(value: int) -> str:
    return str(filesizeformat(value)).replace("\xa0", " ")
