"""A hand at the mouse and the keyboard, through the browser's own input."""

from __future__ import annotations

import math
import random
import time

from benchmarks.browser.devtools import Page

SAMPLES_PER_SECOND = 200
WHEELS_PER_SECOND = 16
# Turns of 60 are a mouse wheel; gentler ones count as a trackpad, which moves the view.
WHEEL_TURN = 60
CONTROL = 2
KEYS = {"z": ("KeyZ", 90), "[": ("BracketLeft", 219), "]": ("BracketRight", 221)}
BUTTONS = {"left": 1, "right": 2}
Point = tuple[float, float]
Stroke = list[Point]


class Hand:
    """Moves within a box of the window, as left, top, width and height in CSS pixels."""

    def __init__(self, page: Page, box: tuple[float, float, float, float]) -> None:
        self.page, self.box = page, box

    def at(self, x: float, y: float) -> Point:
        """A place in the box, by shares of its sides."""
        left, top, width, height = self.box
        return left + width * x, top + height * y

    def strokes(self, count: int, seed: int) -> list[Stroke]:
        """Strokes of six points all over the box, always the same ones for a seed."""
        chance = random.Random(seed)
        drawn = []
        for _stroke in range(count):
            x, y = chance.random(), chance.random()
            reach = [(chance.uniform(-0.1, 0.1), chance.uniform(-0.1, 0.1)) for _ in range(5)]
            points = [(x, y), *((_inside(x + dx), _inside(y + dy)) for dx, dy in reach)]
            drawn.append([self.at(*point) for point in points])
        return drawn

    def paint(self, stroke: Stroke, *, erase: bool = False) -> None:
        """Pull one stroke; returns when the page has seen its end."""
        button = "right" if erase else "left"
        self._mouse("mousePressed", stroke[0], button)
        for point in stroke[1:]:
            self._mouse("mouseMoved", point, button)
        self._mouse("mouseReleased", stroke[-1], button, wait=True)

    def scribble(self, seconds: float) -> int:
        """Paint curls without pause, at the pace of a mouse; gives the number of samples."""
        self._mouse("mousePressed", self._curl(0), wait=True)
        began, sent = time.monotonic(), 0
        while (now := time.monotonic() - began) < seconds:
            self._mouse("mouseMoved", self._curl(now))
            sent += 1
            time.sleep(max(0.0, began + sent / SAMPLES_PER_SECOND - time.monotonic()))
        self._mouse("mouseReleased", self._curl(seconds), wait=True)
        return sent

    def _curl(self, seconds: float) -> Point:
        return self.at(
            0.5 + 0.42 * math.sin(2.9 * seconds) + 0.06 * math.sin(17 * seconds),
            0.5 + 0.40 * math.sin(3.7 * seconds + 1) + 0.06 * math.cos(17 * seconds),
        )

    def wheel(self, turns: int, *, closer: bool) -> None:
        """Turn the wheel over the middle of the box."""
        x, y = self.at(0.5, 0.5)
        began = time.monotonic()
        for turn in range(1, turns + 1):
            self.page.send(
                "Input.dispatchMouseEvent", type="mouseWheel", x=x, y=y,
                deltaX=0, deltaY=-WHEEL_TURN if closer else WHEEL_TURN,
            )  # fmt: skip
            time.sleep(max(0.0, began + turn / WHEELS_PER_SECOND - time.monotonic()))

    def hover(self, x: float, y: float) -> None:
        """Lay the mouse on a place of the box, without pressing it."""
        left, top = self.at(x, y)
        self.page.ask("Input.dispatchMouseEvent", type="mouseMoved", x=left, y=top)

    def undo(self) -> None:
        """Press Ctrl+Z once."""
        self.press("z", CONTROL)

    def press(self, key: str, modifiers: int = 0) -> None:
        """Press a key and let it go."""
        code, number = KEYS[key]
        order = {"key": key, "code": code, "windowsVirtualKeyCode": number, "modifiers": modifiers}
        self.page.send("Input.dispatchKeyEvent", type="rawKeyDown", **order)
        self.page.ask("Input.dispatchKeyEvent", type="keyUp", **order)

    def _mouse(self, kind: str, point: Point, button: str = "left", *, wait: bool = False) -> None:
        held = 0 if kind == "mouseReleased" else BUTTONS[button]
        order = {
            "type": kind, "x": point[0], "y": point[1], "clickCount": 1,
            "button": button, "buttons": held,
        }  # fmt: skip
        give = self.page.ask if wait else self.page.send
        give("Input.dispatchMouseEvent", **order)


def _inside(share: float) -> float:
    return min(1.0, max(0.0, share))
