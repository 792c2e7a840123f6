"""Measures the studio in a real browser, against the plain way to paint a mask.

    python benchmarks/bench_browser.py [--sizes 2 24 50] [--rounds 3]

A drawn photograph of each size is uploaded to a NanoEdit that really runs, and its studio page is
driven in headless Chromium without a GPU: a scribble of five seconds with 20 strokes there
already, the mask as a PNG file, zooming in and out, and undo of 100 steps. Input goes through the
browser's own pipeline. The plain way (`browser/naive.js`) gets the same input in the same run, in
turn with the studio, each time in a fresh browser; but its strokes besides the scribble are put
there at once, and fewer are undone, because it would take minutes.

Frame times are the gaps between the frames that requestAnimationFrame reports; the screen's pace,
16.7 ms, is the least. Costs per movement and tasks are those of the main thread in Chromium's own
recording (tracing). "CPU" is processor time: it leaves out what others took of the machine.
Figures are medians over the rounds. The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"

import django

django.setup()

from benchmarks.browser import course, table
from benchmarks.browser.course import Figures
from benchmarks.browser.rivals import Naive, Studio
from tests.line.running import Person, RunningApp
from tests.pictures import encoded, photo

UNDOS = {"studio": 100, "naive": 12}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--sizes", type=float, nargs="+", default=[2, 24, 50])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=330)
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    began, reports = time.monotonic(), []
    app = RunningApp().start()
    try:
        alice = Person(app).sign_up()
        for done, size in enumerate(asked.sizes):
            left = began + asked.seconds - time.monotonic()
            patience = time.monotonic() + left / (len(asked.sizes) - done)
            reports.append(measure(app, alice, size, asked.rounds, patience))
    finally:
        app.remove()
    print(f"{time.monotonic() - began:.0f} s in all")
    print(json.dumps({"benchmark": "browser", "python": platform.python_version(),
                      "pictures": reports}))  # fmt: skip


def measure(
    app: RunningApp, alice: Person, megapixels: float, rounds: int, patience: float
) -> dict[str, Any]:
    """Take both pages through the course with a picture of one size, in turn.

    Rounds that would end after `patience`, a time, are left out, but for the first.
    """
    found: dict[str, list[Figures]] = {"studio": [], "naive": []}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        width = round((megapixels * 1e6 * 3 / 2) ** 0.5)
        data = encoded(photo(width, round(width * 2 / 3)), "JPEG", quality=90)
        (folder / "picture.jpg").write_bytes(data)
        studio, naive = Studio(app, alice, alice.upload(data)), Naive(folder)
        for _round in range(rounds):
            began = time.monotonic()
            for rival in (studio, naive):
                found[rival.name].append(course.run(rival, UNDOS[rival.name]))
            now = time.monotonic()
            if 2 * now - began > patience:
                break
        naive.server.shutdown()
    return table.report(megapixels, found)


if __name__ == "__main__":
    main()
