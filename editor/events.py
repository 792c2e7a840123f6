"""The hub: tells listening pages that a job has changed.

A plain ASGI application beside the pages. It reads the Event table in one thread per
web process, and only while somebody listens; an open tab costs a queue, no thread and
no database connection. A message says only "job X changed": the page then asks for
the fragment it shows, through the view that checks who may see it.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import Error, connections
from django.http import parse_cookie
from django.utils import timezone

from editor.models import Event, logged_in

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

logger = logging.getLogger(__name__)

READ_SECONDS = 0.2  # a change is on the page well within a second
KEEP_ALIVE_SECONDS = 15.0  # proxies cut silent connections, and a dead tab is noticed
STILL_THERE_SECONDS = 15.0  # how long a stream may outlive a logout
REPLAY_SECONDS = 10.0  # covers the time between rendering a page and listening
LOOK_BACK_ROWS = 500  # rows may commit out of the order of their ids


@dataclass(frozen=True)
class Change:
    """One line of a job's history, as far as the hub needs it."""

    id: int
    job_id: str
    owner_id: int

    def message(self) -> bytes:
        """Two server-sent events: one for the job's own fragments, one for lists."""
        return (
            f"id: {self.id}\nevent: job-{self.job_id}\ndata: {self.job_id}\n\n"
            f"id: {self.id}\nevent: jobs\ndata: {self.job_id}\n\n"
        ).encode()


@dataclass(eq=False)
class Listener:
    """One open tab."""

    user_id: int
    session_key: str
    dismissed: asyncio.Event = field(default_factory=asyncio.Event)
    queue: asyncio.Queue[bytes] = field(default_factory=lambda: asyncio.Queue(maxsize=1000))


class Hub:
    """The ASGI application of /events."""

    def __init__(self) -> None:
        self._listeners: set[Listener] = set()
        self._reader: asyncio.Task[None] | None = None
        # One thread of its own, so that exactly one database connection is used.
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="events")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Stream changes until the tab goes away, or its person logs out."""
        session_key = _session_key(scope)
        try:
            people = await self._in_thread(logged_in, [session_key]) if session_key else {}
        except Error:
            await self._in_thread(connections.close_all)
            await _ask_to_come_back(send)
            return
        if session_key not in people:
            await _refuse(send)
            return
        listener = Listener(people[session_key], session_key)
        # Listening first and looking back then: a change in between is told twice, not never.
        self._listeners.add(listener)
        try:
            self._start_reader()
            await self._look_back(listener, _last_event_id(scope))
            await _serve(listener, receive, send)
        finally:
            self._listeners.discard(listener)
        if listener.dismissed.is_set():
            await send({"type": "http.response.body", "body": b""})

    async def _look_back(self, listener: Listener, after_id: int | None) -> None:
        """Tell a tab first what it missed."""
        try:
            missed = await self._in_thread(_missed_changes, listener.user_id, after_id)
        except Error:
            return  # the reader will say so; a page that reconnects asks again
        for change in missed:
            _tell(listener, change)

    async def close(self) -> None:
        """Stop reading. Called when the server stops."""
        if self._reader:
            self._reader.cancel()
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _start_reader(self) -> None:
        if self._reader is None or self._reader.done():
            # In a context of its own: it works for all, so its log is not about one request.
            self._reader = asyncio.create_task(self._read(), context=Context())

    async def _read(self) -> None:
        """Pass new rows on to whom they concern, for as long as anybody listens."""
        seen: OrderedDict[int, None] = OrderedDict()
        first = True
        away = False
        looked = time.monotonic()
        while self._listeners:
            try:
                changes = await self._in_thread(_recent_changes)
                if time.monotonic() - looked >= STILL_THERE_SECONDS:
                    await self._dismiss_who_left()
                    looked = time.monotonic()
                away = False
            except Error as error:
                if not away:
                    logger.warning("The event table cannot be read just now: %s", error)
                away = True
                # A connection that was lost stays lost until it is closed in its own thread.
                await self._in_thread(connections.close_all)
                await asyncio.sleep(READ_SECONDS)
                continue
            for change in changes:
                if change.id in seen:
                    continue
                seen[change.id] = None
                if not first:
                    self._pass_on(change)
            first = False
            while len(seen) > 2 * LOOK_BACK_ROWS:
                seen.popitem(last=False)
            await asyncio.sleep(READ_SECONDS)
        # Before the last await: a tab that comes during it must start a reader of its own.
        self._reader = None
        await self._in_thread(connections.close_all)

    async def _dismiss_who_left(self) -> None:
        """End the streams of sessions that are over; one look for all tabs together."""
        listeners = list(self._listeners)
        still = await self._in_thread(logged_in, {each.session_key for each in listeners})
        for listener in listeners:
            if still.get(listener.session_key) != listener.user_id:
                listener.dismissed.set()

    def _pass_on(self, change: Change) -> None:
        for listener in self._listeners:
            if listener.user_id == change.owner_id:
                _tell(listener, change)

    async def _in_thread(self, function: Callable[..., Any], *args: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._thread, function, *args)


def _tell(listener: Listener, change: Change) -> None:
    # A full queue belongs to a tab that does not read; it will reconnect.
    with contextlib.suppress(asyncio.QueueFull):
        listener.queue.put_nowait(change.message())


def _recent_changes() -> list[Change]:
    """The newest rows, oldest first."""
    rows = Event.objects.order_by("-id").values_list("id", "job_id", "job__owner_id")
    return _as_changes(reversed(list(rows[:LOOK_BACK_ROWS])))


def _missed_changes(user_id: int, after_id: int | None) -> list[Change]:
    """What a tab may have missed: since its last event, or while its page was rendered."""
    rows = Event.objects.filter(job__owner_id=user_id)
    if after_id is None:
        since = timezone.now() - timedelta(seconds=REPLAY_SECONDS)
        rows = rows.filter(at__gte=since)
    else:
        rows = rows.filter(id__gt=after_id)
    newest = rows.order_by("-id").values_list("id", "job_id", "job__owner_id")[:LOOK_BACK_ROWS]
    latest_per_job = {change.job_id: change for change in _as_changes(reversed(list(newest)))}
    return list(latest_per_job.values())


def _as_changes(rows: Any) -> list[Change]:
    return [Change(event_id, str(job_id), owner_id) for event_id, job_id, owner_id in rows]


def _session_key(scope: Scope) -> str:
    """The browser's session, from the cookie that its pages are asked for with; "" without."""
    given = [value.decode("latin-1") for name, value in scope["headers"] if name == b"cookie"]
    return str(parse_cookie("; ".join(given)).get(settings.SESSION_COOKIE_NAME, ""))


def _last_event_id(scope: Scope) -> int | None:
    for name, value in scope["headers"]:
        # No id is as long; Python refuses to read thousands of digits at all.
        if name == b"last-event-id" and value.isdigit() and len(value) < 19:
            return int(value)
    return None


_HEADERS = [
    (b"content-type", b"text/event-stream"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),  # nginx would hold the events back
]


async def _serve(listener: Listener, receive: Receive, send: Send) -> None:
    """Stream until the tab goes away or is dismissed."""
    streaming = asyncio.create_task(_stream(listener, send))
    leaving = asyncio.create_task(_until_disconnect(receive))
    dismissed = asyncio.create_task(listener.dismissed.wait())
    tasks = (streaming, leaving, dismissed)
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with contextlib.suppress(asyncio.CancelledError, OSError):
                await task


async def _stream(listener: Listener, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
    await send(
        {"type": "http.response.body", "body": b"retry: 2000\n: listening\n\n", "more_body": True}
    )
    while True:
        try:
            body = await asyncio.wait_for(listener.queue.get(), KEEP_ALIVE_SECONDS)
        except TimeoutError:
            body = b": still here\n\n"
        await send({"type": "http.response.body", "body": body, "more_body": True})


async def _until_disconnect(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _ask_to_come_back(send: Send) -> None:
    # Nobody can be known while the database is away. A stream that ends is opened again.
    await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
    await send({"type": "http.response.body", "body": b"retry: 2000\n\n"})


async def _refuse(send: Send) -> None:
    # 204 tells EventSource to stop; after a 403 it would stop as well, but log an error.
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})


hub = Hub()
