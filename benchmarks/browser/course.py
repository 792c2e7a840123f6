"""One course through a page: paint, write the mask, zoom, undo. Gives the figures of it."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.browser import traces
from benchmarks.browser.devtools import Chromium, Page, memory_of
from benchmarks.browser.hands import Hand
from benchmarks.browser.rivals import BOX, Rival

SCRIBBLE_SECONDS = 5.0
EARLIER_STROKES = 20
MORE_STROKES = 79
EXPORTS = 3
WHEEL_TURNS = 24
SETTLE_SECONDS = 1.5
UNDO_SECONDS = 20.0
FRAME_LIMITS = (17.5, 25.0, 33.5)
TICK = os.sysconf("SC_CLK_TCK")
Figures = dict[str, float]


def run(rival: Rival, undos: int) -> Figures:
    """Take a fresh browser through the course."""
    browser = Chromium()
    try:
        page = rival.open(browser)
        hand = Hand(page, BOX)
        rival.put(hand, EARLIER_STROKES, seed=1)
        time.sleep(SETTLE_SECONDS)
        figures = _scribble(browser, page, hand)
        rival.put(hand, MORE_STROKES, seed=2)
        time.sleep(SETTLE_SECONDS)
        figures["steps"] = rival.steps(page)
        figures |= _export(page, rival)
        figures |= _zoom(browser, page, hand, rival)
        return figures | _undo(page, hand, min(undos, rival.steps(page)))
    finally:
        browser.close()


def _scribble(browser: Chromium, page: Page, hand: Hand) -> Figures:
    pids = browser.processes("renderer") + browser.processes("GPU")
    used = _cpu_seconds(pids)
    page.evaluate("bench.input = { events: 0, samples: 0 }; bench.watch()")
    began = time.monotonic()
    with page.trace() as recorded:
        sent = hand.scribble(SCRIBBLE_SECONDS)
        gaps = page.evaluate("bench.gaps()")
    wall = time.monotonic() - began
    work, came = traces.read(recorded.events), page.evaluate("bench.input")
    return {
        **_frames("scribble", gaps),
        **_tasks("scribble", work),
        "samples_sent": sent,
        "samples_came": came["samples"],
        "movements": came["events"],
        "movement_p50_ms": percentile(work.moves, 50),
        "movement_p95_ms": percentile(work.moves, 95),
        "movement_cpu_p50_ms": percentile(work.moves_cpu, 50),
        "movement_cpu_p95_ms": percentile(work.moves_cpu, 95),
        "cpu_ms_per_sample": work.cpu_ms / sent,
        "busy_share": work.busy_share,
        "cpu_share": work.cpu_share,
        "cores": (_cpu_seconds(pids) - used) / wall,
    }


def _export(page: Page, rival: Rival) -> Figures:
    """Write the mask a few times; the first time the studio's worker has to start as well."""
    with page.trace() as recorded:
        written = [rival.write(page) for _ in range(EXPORTS)]
    return {
        "export_ms": statistics.median(each["ms"] for each in written),
        "export_first_ms": written[0]["ms"],
        "export_bytes": written[0]["bytes"],
        **_tasks("export", traces.read(recorded.events)),
    }


def _zoom(browser: Chromium, page: Page, hand: Hand, rival: Rival) -> Figures:
    """Zoom in and out; the memory is counted in between, with the full picture there."""
    gaps: list[float] = []
    works = []
    figures: Figures = {}
    for closer in (True, False):
        page.evaluate("bench.watch()")
        with page.trace() as recorded:
            hand.wheel(WHEEL_TURNS, closer=closer)
            time.sleep(SETTLE_SECONDS)
            gaps += page.evaluate("bench.gaps()")
        works.append(traces.read(recorded.events))
        if closer:
            rival.wait_until_sharp(page)
            figures |= _memory(browser, page, rival)
    worst = max(works, key=lambda work: work.longest_cpu_ms)
    return figures | _frames("zoom", gaps) | _tasks("zoom", worst)


def _memory(browser: Chromium, page: Page, rival: Rival) -> Figures:
    page.ask("HeapProfiler.collectGarbage")
    held = rival.bytes(page)
    renderers = browser.processes("renderer")
    everything = renderers + browser.processes("GPU") + browser.processes("browser")
    return {
        **held,
        "engine_bytes": sum(held.values()),
        # There is a spare one, which is empty.
        "renderer_bytes": max(memory_of([pid]) for pid in renderers),
        "browser_bytes": memory_of(everything),
    }


def _undo(page: Page, hand: Hand, undos: int) -> Figures:
    page.evaluate("bench.shown = []")
    began = time.monotonic()
    with page.trace() as recorded:
        for pressed in range(1, undos + 1):
            hand.undo()
            page.wait_for(f"bench.shown.length >= {pressed}", seconds=30)
            if time.monotonic() - began > UNDO_SECONDS:
                break
    shown = page.evaluate("bench.shown")
    return {
        "undos": len(shown),
        "undo_p50_ms": percentile(shown, 50),
        "undo_p95_ms": percentile(shown, 95),
        "undo_worst_ms": max(shown),
        **_tasks("undo", traces.read(recorded.events)),
    }


def _frames(name: str, gaps: Sequence[float]) -> Figures:
    """A page that starves has few frames: how many a second, and the time in gaps, tell it best."""
    figures = {f"{name}_frame_p{share}_ms": percentile(gaps, share) for share in (50, 95, 99)}
    figures[f"{name}_frame_worst_ms"] = max(gaps)
    figures[f"{name}_frames_per_second"] = 1000 * len(gaps) / sum(gaps)
    for limit in FRAME_LIMITS:
        over = [gap for gap in gaps if gap > limit]
        figures[f"{name}_frames_over_{limit:g}_share"] = len(over) / len(gaps)
        figures[f"{name}_time_over_{limit:g}_share"] = sum(over) / sum(gaps)
    return figures


def _tasks(name: str, work: traces.Work) -> Figures:
    return {
        f"{name}_long_tasks": work.long_tasks,
        f"{name}_long_cpu_tasks": work.long_cpu_tasks,
        f"{name}_longest_ms": work.longest_ms,
        f"{name}_longest_cpu_ms": work.longest_cpu_ms,
    }


def percentile(values: Sequence[float], share: int) -> float:
    """The value that a share of all, in per cent, does not exceed."""
    if len(values) < 2:
        return values[0] if values else 0.0
    return statistics.quantiles(values, n=100, method="inclusive")[share - 1]


def _cpu_seconds(pids: list[int]) -> float:
    """Processor time that processes have used so far."""
    total = 0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
        except OSError:
            continue
        total += int(fields[11]) + int(fields[12])
    return total / TICK
