"""What a recording of the browser says of the page's main thread."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

LONG_TASK = 50.0
TASK = "ThreadControllerImpl::RunTask"
MOVES = ("pointermove", "mousemove")


@dataclass
class Work:
    """Work of the main thread. Processor time leaves out what others took of the machine."""

    seconds: float
    busy_share: float
    cpu_share: float
    cpu_ms: float
    long_tasks: int
    long_cpu_tasks: int
    longest_ms: float
    longest_cpu_ms: float
    # Wall and processor time of the handlers of each movement.
    moves: list[float]
    moves_cpu: list[float]


def read(events: list[dict[str, Any]]) -> Work:
    """Sum up the thread that runs the page."""
    mains = {
        (event["pid"], event["tid"])
        for event in events
        if event["name"] == "thread_name" and event["args"].get("name") == "CrRendererMain"
    }
    by_thread = defaultdict(list)
    for event in events:
        if event["ph"] == "X" and (place := (event["pid"], event["tid"])) in mains:
            by_thread[place].append(event)
    found = max(by_thread.values(), key=lambda its: sum(e["dur"] for e in its))
    found.sort(key=lambda event: event["ts"])
    tasks = [event for event in found if event["name"] == TASK]
    seconds = (max(e["ts"] + e["dur"] for e in found) - found[0]["ts"]) / 1e6
    longest = max(tasks, key=lambda task: task["dur"])
    moves = _moves(found)
    return Work(
        seconds,
        sum(task["dur"] for task in tasks) / seconds / 1e6,
        sum(task.get("tdur", 0) for task in tasks) / seconds / 1e6,
        sum(task.get("tdur", 0) for task in tasks) / 1e3,
        sum(task["dur"] / 1e3 > LONG_TASK for task in tasks),
        sum(task.get("tdur", 0) / 1e3 > LONG_TASK for task in tasks),
        longest["dur"] / 1e3,
        max(task.get("tdur", 0) for task in tasks) / 1e3,
        [wall for wall, _cpu in moves],
        [cpu for _wall, cpu in moves],
    )


def _moves(events: list[dict[str, Any]]) -> list[tuple[float, float]]:
    """One movement is told to the page twice, as a pointer's and as a mouse's: the sum counts."""
    costs: list[tuple[float, float]] = []
    for event in events:
        if event["name"] != "EventDispatch" or event["args"]["data"]["type"] not in MOVES:
            continue
        wall, cpu = event["dur"] / 1e3, event.get("tdur", 0) / 1e3
        if event["args"]["data"]["type"] == "pointermove" or not costs:
            costs.append((wall, cpu))
        else:
            costs[-1] = (costs[-1][0] + wall, costs[-1][1] + cpu)
    return costs
