"""Pictures are read in processes of their own: one that dies takes nothing with it."""

from __future__ import annotations

import os
import pickle
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from editor.imaging import apart, replies, steps
from editor.imaging.apart import StepFailed
from editor.imaging.framing import Box, Size
from editor.imaging.masking import MaskMeasure, MaskRefused
from editor.imaging.reading import Limits, PictureRefused
from tests.pictures import encoded, painted_mask, photo

LIMITS = Limits(max_bytes=50_000_000, max_pixels=64_000_000)
SIDES = (64, 32)


@pytest.fixture(autouse=True)
def no_process_is_left():
    apart.close()
    yield
    apart.close()


def photo_bytes(size: tuple[int, int], file_format: str) -> bytes:
    return encoded(photo(*size), file_format)


def painted_png(size: tuple[int, int]) -> bytes:
    return encoded(painted_mask(size))


def pids() -> list[int]:
    """The processes that this one keeps for its steps."""
    return [process._process.pid for process in apart._idle]


def test_a_step_gives_in_another_process_what_it_gives_here():
    data = photo_bytes((120, 80), "JPEG")
    assert apart.run(steps.show, data, LIMITS, SIDES) == steps.show(data, LIMITS, SIDES)
    mask = painted_png((120, 80))
    size = Size(120, 80)
    assert apart.run(steps.check_mask, mask, size) == steps.check_mask(mask, size)


def test_the_same_process_serves_again():
    data = photo_bytes((40, 30), "PNG")
    apart.run(steps.show, data, LIMITS, SIDES)
    first = pids()
    apart.run(steps.show, data, LIMITS, SIDES)
    assert pids() == first
    assert len(first) == 1


def test_a_refusal_comes_back_as_what_it_is():
    with pytest.raises(PictureRefused) as refused:
        apart.run(steps.show, b"no picture at all", LIMITS, SIDES)
    assert (refused.value.code, refused.value.status) == ("not_a_picture", 422)
    with pytest.raises(MaskRefused) as painted:
        apart.run(steps.check_mask, painted_png((10, 10)), Size(20, 20))
    assert painted.value.code
    assert len(pids()) == 1, "a refusal is no reason to start anew"


def test_a_step_with_a_fault_of_ours_tells_its_traceback():
    with pytest.raises(StepFailed, match="AttributeError") as failed:
        apart.run(steps.show, b"x", None, SIDES)  # type: ignore[arg-type]
    assert not failed.value.died


def test_a_process_that_was_killed_meanwhile_is_replaced_and_nobody_notices():
    data = photo_bytes((40, 30), "PNG")
    apart.run(steps.show, data, LIMITS, SIDES)
    os.kill(pids()[0], 9)
    assert apart.run(steps.show, data, LIMITS, SIDES).size == (40, 30)


def test_a_picture_that_kills_its_reader_every_time_is_named_and_others_go_on(monkeypatch):
    data = photo_bytes((40, 30), "PNG")
    real = apart._Process.ask

    def killed_over_it(process, message, seconds):
        process._process.kill()
        return real(process, message, seconds)

    with monkeypatch.context() as poisoned:
        poisoned.setattr(apart._Process, "ask", killed_over_it)
        with pytest.raises(StepFailed, match="took its process down") as failed:
            apart.run(steps.show, data, LIMITS, SIDES)
    assert failed.value.died
    assert pids() == []
    assert apart.run(steps.show, data, LIMITS, SIDES).size == (40, 30)


def test_who_waits_for_a_step_may_have_less_patience_than_others():
    data = photo_bytes((40, 30), "PNG")
    with pytest.raises(StepFailed, match="more than 0 s"):
        apart.run_within(0.001, steps.show, data, LIMITS, SIDES)
    places = [apart._places.acquire() for _ in range(apart.AT_ONCE)]
    try:
        with pytest.raises(StepFailed, match="no place"):
            apart.run_within(0.01, steps.show, data, LIMITS, SIDES)
    finally:
        for _ in places:
            apart._places.release()
    assert apart.run_within(60, steps.show, data, LIMITS, SIDES).size == (40, 30)


def test_a_step_that_takes_too_long_is_ended(monkeypatch):
    monkeypatch.setattr(apart, "SECONDS", 0.05)
    with pytest.raises(StepFailed, match="more than 0 s") as late:
        apart.run(steps.show, photo_bytes((3000, 2000), "JPEG"), LIMITS, SIDES)
    assert late.value.died
    assert pids() == []


def test_a_step_that_hangs_ends_also_when_nobody_waits_for_it_any_more():
    hanging = (
        "import sys, time; from editor.imaging import child, steps; child.MOST_SECONDS = 1; "
        "steps.hang = lambda: time.sleep(60); child.main(int(sys.argv[1]))"
    )
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-c", hanging, str(theirs.fileno())], pass_fds=[theirs.fileno()]
        )
    with ours:
        message = pickle.dumps(("hang", (), {}))
        ours.sendall(apart.LENGTH.pack(len(message)) + message)
    try:
        assert process.wait(30) == -signal.SIGALRM
    finally:
        process.kill()
        process.wait()


def test_a_process_that_cannot_be_started_is_not_the_pictures_fault(monkeypatch):
    monkeypatch.setattr(apart.sys, "executable", "/nowhere/python")
    with pytest.raises(StepFailed, match="no process could be started") as failed:
        apart.run(steps.show, b"x", LIMITS, SIDES)
    assert not failed.value.died


@pytest.mark.parametrize("parts", [(2, 90, 20), (10**18,)])
def test_a_reply_may_not_grow_without_end(monkeypatch, parts):
    monkeypatch.setattr(apart, "LARGEST_REPLY_BYTES", 100)
    count, *lengths = parts
    ours, theirs = socket.socketpair()
    process = apart._Process.__new__(apart._Process)
    process._socket = ours
    with ours, theirs:
        theirs.sendall(apart.LENGTH.pack(2) + b"{}" + apart.LENGTH.pack(count))
        for length in lengths:
            theirs.sendall(apart.LENGTH.pack(length) + bytes(length))
        with pytest.raises(OSError, match="absurdly long"):
            process._reply(time.monotonic() + 5)


def test_no_more_than_two_steps_run_at_once():
    data = photo_bytes((400, 300), "JPEG")
    threads = [
        threading.Thread(target=apart.run, args=(steps.show, data, LIMITS, SIDES)) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 1 <= len(pids()) <= apart.AT_ONCE


def test_the_process_holds_no_key_and_may_write_no_file(monkeypatch):
    monkeypatch.setenv("NANOGPT_API_KEY", "sk-nano-secret")
    monkeypatch.setenv("DATABASE_URL", "postgres://u:p@localhost/d")
    apart.run(steps.show, photo_bytes((40, 30), "PNG"), LIMITS, SIDES)
    environ = Path(f"/proc/{pids()[0]}/environ").read_bytes()
    assert b"sk-nano" not in environ
    assert b"DATABASE_URL" not in environ
    limits = Path(f"/proc/{pids()[0]}/limits").read_text()
    line = next(line for line in limits.splitlines() if line.startswith("Max file size"))
    assert line.split()[3:5] == ["0", "0"]


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        {"a": [1, 2.5, "x", (b"one", b"two")], 3: None},
        MaskMeasure(5, 10, Box(1, 2, 3, 4)),
        steps.Shown(Size(1, 2), "PNG", "image/png", {480: b"thumb"}, "data:"),
    ],
)
def test_a_reply_says_what_was_packed(value):
    header, blobs = replies.pack(value)
    assert replies.unpack(header, blobs, steps.KNOWN) == value


def test_a_reply_makes_nothing_that_is_not_on_the_list():
    header, blobs = replies.pack(StepFailed("x", died=True))
    with pytest.raises(replies.Unsayable, match="StepFailed"):
        replies.unpack(header, blobs, steps.KNOWN)
    with pytest.raises(replies.Unsayable, match="object"):
        replies.pack(object())
