"""The figures of both pages side by side."""

from __future__ import annotations

import os
import statistics
from typing import Any

from benchmarks.browser.course import Figures

# What is printed, in this order; the JSON line has more.
ROWS = {
    "Scribble of 5 s": (
        ("frames a second", "scribble_frames_per_second"),
        ("frame p50", "scribble_frame_p50_ms"),
        ("frame p95", "scribble_frame_p95_ms"),
        ("frame p99", "scribble_frame_p99_ms"),
        ("frames over 17.5 ms", "scribble_frames_over_17.5_share"),
        ("time in frames over 25 ms", "scribble_time_over_25_share"),
        ("time in frames over 33.5 ms", "scribble_time_over_33.5_share"),
        ("samples sent", "samples_sent"),
        ("samples that came", "samples_came"),
        ("handlers of a movement p50", "movement_p50_ms"),
        ("handlers of a movement p95", "movement_p95_ms"),
        ("the same, CPU p95", "movement_cpu_p95_ms"),
        ("main thread a sample, CPU", "cpu_ms_per_sample"),
        ("main thread busy", "busy_share"),
        ("main thread busy, CPU", "cpu_share"),
        ("tasks over 50 ms", "scribble_long_tasks"),
        ("the same, CPU", "scribble_long_cpu_tasks"),
        ("longest task, CPU", "scribble_longest_cpu_ms"),
    ),
    "Undo": (
        ("tasks over 50 ms", "undo_long_tasks"),
        ("the same, CPU", "undo_long_cpu_tasks"),
        ("steps undone", "undos"),
        ("until shown p50", "undo_p50_ms"),
        ("until shown p95", "undo_p95_ms"),
        ("until shown, worst", "undo_worst_ms"),
        ("longest task, CPU", "undo_longest_cpu_ms"),
    ),
    "Zoom in and out": (
        ("frame p50", "zoom_frame_p50_ms"),
        ("frame p95", "zoom_frame_p95_ms"),
        ("time in frames over 33.5 ms", "zoom_time_over_33.5_share"),
        ("tasks over 50 ms", "zoom_long_tasks"),
        ("the same, CPU", "zoom_long_cpu_tasks"),
        ("longest task, CPU", "zoom_longest_cpu_ms"),
    ),
    "Mask as PNG": (
        ("until there", "export_ms"),
        ("until there, first time", "export_first_ms"),
        ("file", "export_bytes"),
        ("tasks over 50 ms", "export_long_tasks"),
        ("the same, CPU", "export_long_cpu_tasks"),
        ("longest task, CPU", "export_longest_cpu_ms"),
    ),
    "Memory, zoomed in, after all strokes": (
        ("tiles", "tiles_bytes"),
        ("undo history", "history_bytes"),
        ("canvases, image data", "canvases_bytes"),
        ("bitmaps", "bitmaps_bytes"),
        ("engine in all", "engine_bytes"),
        ("renderer process", "renderer_bytes"),
        ("browser in all", "browser_bytes"),
    ),
}


def report(megapixels: float, found: dict[str, list[Figures]]) -> dict[str, Any]:
    """Print the table of one picture, and give its figures."""
    medians = {
        name: {key: statistics.median(each[key] for each in rounds) for key in rounds[0]}
        for name, rounds in found.items()
    }
    studio, naive = medians["studio"], medians["naive"]
    ratios = {key: naive[key] / value for key, value in studio.items() if naive.get(key) and value}
    load, rounds = os.getloadavg()[0], len(found["studio"])
    print(f"{megapixels:g} megapixels, rounds: {rounds}, load of the machine: {load:.1f}")
    for title, rows in ROWS.items():
        print(f"\n{title:30}{'studio':>12}{'naive':>12}{'naive/studio':>15}")
        for words, key in rows:
            other = _shown(key, naive[key]) if key in naive else ""
            ratio = f"{ratios[key]:.2f}" if key in ratios else ""
            print(f"  {words:28}{_shown(key, studio[key]):>12}{other:>12}{ratio:>15}")
    print(flush=True)
    return {
        "megapixels": megapixels,
        "rounds": rounds,
        "load": round(load, 2),
        **{name: _rounded(figures) for name, figures in medians.items()},
        "naive_by_studio": _rounded(ratios),
    }


def _shown(key: str, value: float) -> str:
    if key.endswith("_share"):
        return f"{100 * value:.1f} %"
    if key.endswith("_bytes"):
        return f"{value / 1e6:.1f} MB"
    if key.endswith("_ms") or key == "cpu_ms_per_sample":
        return f"{value:.1f} ms" if value >= 10 else f"{value:.2f} ms"
    return f"{value:.0f}"


def _rounded(figures: Figures) -> Figures:
    return {key: round(value, 4) for key, value in figures.items()}
