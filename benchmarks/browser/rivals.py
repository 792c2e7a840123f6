"""The two pages that are measured: the real studio of a running NanoEdit, and the plain way."""

from __future__ import annotations

import functools
import threading
import time
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from benchmarks.browser.devtools import Chromium, DevToolsError, Page
from benchmarks.browser.hands import Hand
from tests.line.running import Person, RunningApp

HERE = Path(__file__).parent
PROBE = (HERE / "probe.js").read_text()
BRUSH_ON_SCREEN = 48
# What one press of a key does to it.
BRUSH_STEP = 1.12
# The same on both pages, so that both are painted alike; it lies on the picture in both.
BOX = (420.0, 240.0, 420.0, 250.0)
MAIN = """document.querySelector('script[src*="js/studio/main"]').src"""


class Studio:
    """The studio page of NanoEdit."""

    name = "studio"

    def __init__(self, app: RunningApp, alice: Person, address: str) -> None:
        self.url = app.url + address
        self.cookies = {cookie.name: cookie.value or "" for cookie in alice.http.cookies}

    def open(self, browser: Chromium) -> Page:
        page = browser.open(self.url, self.cookies)
        page.wait_for("document.querySelector('[data-studio]')?.dataset.ready === 'yes'")
        page.wait_for("document.querySelector('[data-stage-preview]')?.hidden")
        page.evaluate(PROBE)
        self._instances(page, "mask/sheet.js", "MaskSheet", """function () {
            bench.sheet = this[0];
            bench.sheet.onChange(() => document.dispatchEvent(new Event("bench:changed")));
        }""")  # fmt: skip
        self._instances(page, "stage.js", "Stage", "function () { bench.stage = this[0]; }")
        self._size_brush(Hand(page, BOX))
        page.evaluate("bench.count(); bench.watchUndo()")
        return page

    def put(self, hand: Hand, count: int, seed: int) -> None:
        """Paint strokes, one by one, with the mouse; every other one erases, so each counts."""
        for number, stroke in enumerate(hand.strokes(count, seed)):
            hand.paint(stroke, erase=number % 2 == 1)

    def steps(self, page: Page) -> int:
        return int(page.evaluate("bench.sheet.history.length"))

    def write(self, page: Page) -> dict[str, float]:
        """Write the mask as the studio does before it sends an edit."""
        page.evaluate(
            f"{_module('mask-files.js')}.then((m) => void (bench.files ??= new m.MaskFiles()))"
        )
        return dict(page.evaluate("""(async () => {
            const began = performance.now();
            const file = await bench.files.write(bench.sheet.mask);
            return { ms: performance.now() - began, bytes: file.size };
        })()"""))  # fmt: skip

    def wait_until_sharp(self, page: Page) -> None:
        """Wait for the full picture, which is fetched when one zooms past the preview."""
        time.sleep(0.3)
        page.wait_for("!bench.stage.isSharpening")

    def bytes(self, page: Page) -> dict[str, float]:
        """What the engine itself holds: tiles, history, canvases and bitmaps."""
        counted: dict[str, float] = page.evaluate("""(() => {
            const { mask, history } = bench.sheet;
            const isDense = (slot) => slot && slot.some((value) => value !== 255);
            let canvases = 0;
            for (const { width, height } of document.querySelectorAll("canvas")) {
                canvases += width * height * 4;
            }
            return {
                tiles_bytes: new Set(mask.slots.filter(isDense)).size * 65536,
                history_bytes: history.bytes,
                canvases_bytes: canvases,
            };
        })()""")  # fmt: skip
        sum_of = "function () {{ return this.reduce((sum, it) => sum + {}, 0); }}"
        for name, prototype, size in (
            ("canvases_bytes", "ImageData.prototype", "it.data.length"),
            ("bitmaps_bytes", "ImageBitmap.prototype", "it.width * it.height * 4"),
        ):
            counted[name] = counted.get(name, 0) + page.with_instances(
                prototype, sum_of.format(size)
            )
        return counted

    def _size_brush(self, hand: Hand) -> None:
        """Bring the brush as near to the wanted size as its keys do."""
        hand.hover(0.5, 0.5)
        hand.page.wait_for("!document.querySelector('[data-cursor-ring]').hidden")
        for _press in range(40):
            ring = "parseFloat(document.querySelector('[data-cursor-ring]').style.width)"
            share = hand.page.evaluate(ring) / BRUSH_ON_SCREEN
            if BRUSH_STEP**-0.5 <= share <= BRUSH_STEP**0.5:
                return
            hand.press("[" if share > 1 else "]")
        message = "the brush keys do not reach the wanted size"
        raise DevToolsError(message)

    def _instances(self, page: Page, path: str, name: str, script: str) -> None:
        page.with_instances(f"{_module(path)}.then((m) => m.{name}.prototype)", script)


def _module(path: str) -> str:
    """A script that imports the module the page itself uses."""
    return f"import(new URL('{path}', {MAIN}))"


class Naive:
    """The plain way, from a server of its own beside the picture."""

    name = "naive"

    def __init__(self, folder: Path) -> None:
        for page in ("naive.html", "naive.js"):
            (folder / page).write_text((HERE / page).read_text())
        handler = functools.partial(_Quiet, directory=str(folder))
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/naive.html"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def open(self, browser: Chromium) -> Page:
        page = browser.open(self.url)
        page.wait_for("document.documentElement?.dataset.ready === 'yes'")
        page.evaluate(PROBE)
        page.evaluate("bench.count(); bench.watchUndo()")
        return page

    def put(self, hand: Hand, count: int, seed: int) -> None:
        """Put the strokes there at once: painting them one by one takes the plain way minutes."""
        strokes = hand.strokes(count, seed)
        hand.page.evaluate(f"naive.add({[[list(point) for point in s] for s in strokes]})")

    def steps(self, page: Page) -> int:
        return int(page.evaluate("naive.count()"))

    def write(self, page: Page) -> dict[str, float]:
        return dict(page.evaluate("""(async () => {
            const began = performance.now();
            const file = await naive.write();
            return { ms: performance.now() - began, bytes: file.size };
        })()"""))  # fmt: skip

    def wait_until_sharp(self, _page: Page) -> None:
        """It has the full picture always."""

    def bytes(self, page: Page) -> dict[str, float]:
        return {"bitmaps_bytes": page.evaluate("naive.bytes()")}


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_args: object) -> None:
        pass


Rival = Studio | Naive
