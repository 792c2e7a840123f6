"""A headless Chromium, driven by the DevTools protocol over a pair of pipes.

No driver stands between: input can be sent at the pace of a real mouse without waiting for the
page, which a slow page must not be able to stretch.
"""

from __future__ import annotations

import fcntl
import itertools
import json
import os
import queue
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from tests.servers.chromium import FLAGS, chromium_path

MORE_FLAGS = (
    "--headless=new",
    "--remote-debugging-pipe",
    "--hide-scrollbars",
    "--disable-renderer-backgrounding",
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-extensions",
    "--force-color-profile=srgb",
)
# The protocol reads from the first and writes to the second.
PIPES = (3, 4)
ABOVE_PIPES = 10
ANSWER_SECONDS = 90.0
VIEWPORT = (1280, 800)


class DevToolsError(Exception):
    """Chromium refused an order, said nothing, or is gone."""


class Chromium:
    """One browser with a profile of its own."""

    def __init__(self) -> None:
        self.profile = tempfile.mkdtemp(prefix="nanoedit-bench-")
        theirs_in, ours_out = _pipe()
        ours_in, theirs_out = _pipe()

        def wire() -> None:
            for end, wanted in zip((theirs_in, theirs_out), PIPES, strict=True):
                os.dup2(end, wanted)

        command = [chromium_path(), *FLAGS, *MORE_FLAGS, f"--user-data-dir={self.profile}"]
        self.process = subprocess.Popen(  # noqa: S603 - the browser of this machine
            [*command, "about:blank"],
            preexec_fn=wire, close_fds=False, start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(theirs_in)
        os.close(theirs_out)
        self._to, self._from = os.fdopen(ours_out, "wb", 0), os.fdopen(ours_in, "rb", 0)
        self._numbers = itertools.count(1)
        self._answers: dict[int, queue.SimpleQueue[dict[str, Any]]] = {}
        self.events: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        rest = b""
        while data := self._from.read(1 << 20):
            *messages, rest = (rest + data).split(b"\0")
            for text in messages:
                message = json.loads(text)
                if "id" not in message:
                    self.events.put(message)
                elif waiting := self._answers.pop(message["id"], None):
                    waiting.put(message)

    def send(self, method: str, session: str = "", **parameters: Any) -> int:
        """Send an order without waiting for what comes of it."""
        number = next(self._numbers)
        self._write(number, method, session, parameters)
        return number

    def ask(self, method: str, session: str = "", **parameters: Any) -> dict[str, Any]:
        """Send an order and wait for its answer."""
        number = next(self._numbers)
        waiting = self._answers[number] = queue.SimpleQueue()
        self._write(number, method, session, parameters)
        try:
            answer = waiting.get(timeout=ANSWER_SECONDS)
        except queue.Empty as error:
            message = f"no answer to {method}"
            raise DevToolsError(message) from error
        if "error" in answer:
            message = f"{method}: {answer['error'].get('message')}"
            raise DevToolsError(message)
        result: dict[str, Any] = answer["result"]
        return result

    def _write(self, number: int, method: str, session: str, parameters: dict[str, Any]) -> None:
        order: dict[str, Any] = {"id": number, "method": method, "params": parameters}
        if session:
            order["sessionId"] = session
        data = json.dumps(order).encode() + b"\0"
        while data:
            data = data[self._to.write(data) or 0 :]

    def wait_for_event(self, method: str, seconds: float = ANSWER_SECONDS) -> list[dict[str, Any]]:
        """Collect what happens until the event has come; it is the last of the list."""
        end, seen = time.monotonic() + seconds, []
        while True:
            try:
                event = self.events.get(timeout=max(0.01, end - time.monotonic()))
            except queue.Empty as error:
                message = f"{method} did not come"
                raise DevToolsError(message) from error
            seen.append(event)
            if event["method"] == method:
                return seen

    def open(self, url: str, cookies: dict[str, str] | None = None) -> Page:
        """Open a page in the one tab."""
        found = self.ask("Target.getTargets")["targetInfos"]
        target = next(info["targetId"] for info in found if info["type"] == "page")
        session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        page = Page(self, session)
        width, height = VIEWPORT
        page.ask("Emulation.setDeviceMetricsOverride", width=width, height=height,
                 deviceScaleFactor=1, mobile=False)  # fmt: skip
        for name, value in (cookies or {}).items():
            page.ask("Network.setCookie", name=name, value=value, url=url)
        page.ask("Page.enable")
        page.ask("Page.navigate", url=url)
        return page

    def processes(self, kind: str) -> list[int]:
        """Process ids of a kind: "browser", "renderer", "GPU" or "utility"."""
        found = self.ask("SystemInfo.getProcessInfo")["processInfo"]
        return [info["id"] for info in found if info["type"] == kind]

    def close(self) -> None:
        """End the browser, and forget its profile."""
        try:
            self.ask("Browser.close")
            self.process.wait(10)
        except (DevToolsError, OSError, subprocess.TimeoutExpired):
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(10)
        self._to.close()
        shutil.rmtree(self.profile, ignore_errors=True)


class Page:
    """The page in the tab."""

    def __init__(self, browser: Chromium, session: str) -> None:
        self.browser, self.session = browser, session

    def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        return self.browser.ask(method, self.session, **parameters)

    def send(self, method: str, **parameters: Any) -> None:
        self.browser.send(method, self.session, **parameters)

    def evaluate(self, script: str) -> Any:
        """What a script comes to, as plain data; promises are waited for."""
        answer = self.ask(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True
        )
        return _value(answer, script)

    def wait_for(self, script: str, seconds: float = 60) -> None:
        """Look again and again until a script comes to something true."""
        end = time.monotonic() + seconds
        while not self.evaluate(script):
            if time.monotonic() > end:
                message = f"never came: {script}"
                raise DevToolsError(message)
            time.sleep(0.005)

    def with_instances(self, prototype: str, script: str) -> Any:
        """Call a function with all living objects of a class, which is given as a script."""
        group = {"objectGroup": "instances"}
        found = self.ask("Runtime.evaluate", expression=prototype, awaitPromise=True, **group)
        handle = found["result"]["objectId"]
        living = self.ask("Runtime.queryObjects", prototypeObjectId=handle, **group)
        answer = self.ask(
            "Runtime.callFunctionOn", objectId=living["objects"]["objectId"],
            functionDeclaration=script, returnByValue=True, awaitPromise=True,
        )  # fmt: skip
        self.ask("Runtime.releaseObjectGroup", **group)
        return _value(answer, script)

    def trace(self) -> Trace:
        """Record what the page's main thread does while the block runs."""
        return Trace(self)


class Trace:
    """A recording; `events` is there after the block."""

    CATEGORIES = ("toplevel", "devtools.timeline", "blink.user_timing", "__metadata")

    def __init__(self, page: Page) -> None:
        self.page, self.events = page, []  # type: Page, list[dict[str, Any]]

    def __enter__(self) -> Trace:
        wanted = {"includedCategories": self.CATEGORIES, "recordMode": "recordAsMuchAsPossible"}
        self.page.browser.ask("Tracing.start", transferMode="ReportEvents", traceConfig=wanted)
        return self

    def __exit__(self, *_error: object) -> None:
        self.page.browser.ask("Tracing.end")
        for event in self.page.browser.wait_for_event("Tracing.tracingComplete"):
            if event["method"] == "Tracing.dataCollected":
                self.events.extend(event["params"]["value"])


def _value(answer: dict[str, Any], script: str) -> Any:
    if "exceptionDetails" in answer:
        message = f"{answer['exceptionDetails']} in {script}"
        raise DevToolsError(message)
    return answer["result"].get("value")


def _pipe() -> tuple[int, int]:
    """Reading and writing end, both above the numbers that Chromium wants its own under."""
    ends = os.pipe()
    moved = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, ABOVE_PIPES) for end in ends]
    for end in ends:
        os.close(end)
    return moved[0], moved[1]


def memory_of(pids: list[int]) -> int:
    """Bytes of memory that processes hold, shared pages counted in part (PSS)."""
    total = 0
    for pid in pids:
        try:
            text = Path(f"/proc/{pid}/smaps_rollup").read_text()
        except OSError:
            continue
        line = next(line for line in text.splitlines() if line.startswith("Pss:"))
        total += int(line.split()[1]) * 1024
    return total
