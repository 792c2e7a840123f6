"""Takes large photographs through the whole line of imaging, and says what each step costs.

    python benchmarks/bench_imaging.py [megapixels ...]        (24 and 50)

A JPEG as a camera writes it is drawn, and a small part of it is painted. The worker's steps then
run one after the other, in fresh processes with the surroundings of the worker's own: one for the
times (of seven rounds, each step's best, on the clock and on the processor: what other work on the
machine took away is in the first alone) and one for the memory (the kernel's peak of resident
memory, reset before each step; the peak of the whole line is `ru_maxrss` at its end). The answer of
the model lies five pixels off, so that there is a drift to take back. What "compose" peaks at holds
for "check" too, its last part.

The floor is what nobody can do without: Pillow opens the same file and saves it again in the same
format and quality. Two sums are set against it. "steps" are read (picture and mask), frame,
encode, compose, check and renditions. "job" is all that a worker does for one edit: it reads
picture and mask a second time, for the answer, keeps the result as a lossless PNG, and when the
result is there, makes the AVIF renditions that take the place of the first ones. The last line
is one JSON object.
"""

from __future__ import annotations

import io
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from editor.imaging import composing, steps
from editor.imaging.apart import SURROUNDINGS
from editor.imaging.composing import Blend, compose
from editor.imaging.encoding import (
    MaskDialect,
    cut_frame,
    encode_for_call,
    encode_kept_mask,
    encode_master,
)
from editor.imaging.framing import Box, Frame, Size
from editor.imaging.masking import measure_mask, read_mask
from editor.imaging.reading import Limits, as_srgb, read_picture
from editor.imaging.renditions import RenditionFormat, Screen
from tests.imaging.redrawing import Redrawing, redrawn
from tests.pictures import encoded, painted_mask, photo

ROUNDS = 7
QUALITY = 93
CEILING_BYTES = 4_000_000
RENDITION_SIDES = (2048, 960, 480)
LIMITS = Limits(max_bytes=200_000_000, max_pixels=100_000_000)
STEPS = ("read", "mask", "frame", "encode", "compose", "check", "renditions")
FLOOR = ("floor: open", "floor: save")
JOB = (*STEPS, "read again", "mask again", "keep", "AVIF after it")
AIM_RATIO, AIM_BYTES_PER_PIXEL, AIM_MEGABYTES = 2.5, 8, 150


def main() -> None:
    asked = [float(text) for text in sys.argv[1:]] or [24.0, 50.0]
    reports = []
    for megapixels in asked:
        with tempfile.TemporaryDirectory() as folder:
            _child("draw", folder, str(megapixels))
            times, memory = _child("times", folder), _child("memory", folder)
        reports.append(_report(megapixels, times, memory))
    print(json.dumps({"benchmark": "imaging", "python": platform.python_version(),
                      "pictures": reports}))  # fmt: skip


def _report(megapixels: float, times: dict[str, Any], memory: dict[str, Any]) -> dict[str, Any]:
    """Print the table of one picture, and give its figures."""
    seconds, on_cpu, peaks = times["seconds"], times["cpu_seconds"], memory["peaks"]
    print(f"{megapixels:g} megapixels, {times['bytes'] / 1e6:.1f} MB of JPEG\n")
    print(f"{'':16}{'seconds':>9}{'of CPU':>9}{'peak MB':>9}")
    for name in (*FLOOR, *JOB):
        peak = f"{peaks[name] / 1e6:9.0f}" if name in peaks else ""
        print(f"{name:16}{seconds[name]:9.3f}{on_cpu[name]:9.3f}{peak}")
    ratios = {
        "steps": _ratio(seconds, STEPS),
        "steps_cpu": _ratio(on_cpu, STEPS),
        "job": _ratio(seconds, JOB),
        "job_cpu": _ratio(on_cpu, JOB),
    }
    allowed = AIM_BYTES_PER_PIXEL * times["pixels"] + AIM_MEGABYTES * 1e6
    print(
        f"\nsteps {ratios['steps']:.2f} times the floor (aim {AIM_RATIO}), "
        f"{ratios['steps_cpu']:.2f} on the processor; "
        f"whole job {ratios['job']:.2f} and {ratios['job_cpu']:.2f}; "
        f"peak {memory['peak'] / 1e6:.0f} MB of {allowed / 1e6:.0f} MB\n"
    )
    return {
        "megapixels": megapixels,
        "jpeg_bytes": times["bytes"],
        "seconds": {name: round(spent, 4) for name, spent in seconds.items()},
        "cpu_seconds": {name: round(spent, 4) for name, spent in on_cpu.items()},
        "peak_megabytes": {name: round(peak / 1e6) for name, peak in peaks.items()},
        "ratios": {name: round(ratio, 2) for name, ratio in ratios.items()},
        "line_peak_megabytes": round(memory["peak"] / 1e6),
        "allowed_megabytes": round(allowed / 1e6),
        "master_bytes": times["master_bytes"],
    }


def _ratio(spent: dict[str, float], steps: tuple[str, ...]) -> float:
    return sum(spent[step] for step in steps) / sum(spent[name] for name in FLOOR)


def _child(*arguments: str) -> dict[str, Any]:
    """Run one part of this benchmark in a fresh process, and give what it found."""
    command = [sys.executable, __file__, "--part", *arguments]
    env = os.environ | SURROUNDINGS
    done = subprocess.run(  # noqa: S603
        command, check=True, stdout=subprocess.PIPE, text=True, env=env
    )
    found: dict[str, Any] = json.loads(done.stdout or "{}")
    return found


# The line


class Line:
    """One edit, step by step; each step drops what the real one drops."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.spent: dict[str, float] = {}
        self.on_cpu: dict[str, float] = {}
        self.peaks: dict[str, int] = {}
        self.master_bytes = 0

    def step(self, name: str, work: Callable[[], Any]) -> Any:
        _forget_peak()
        started, at_work = time.perf_counter(), time.process_time()
        outcome = work()
        self.spent[name] = time.perf_counter() - started
        self.on_cpu[name] = time.process_time() - at_work
        self.peaks[name] = _peak()
        return outcome

    def run(self) -> None:
        self._prepare()
        screen = self._keep(self._put_together())
        self.step(
            "AVIF after it",
            lambda: steps.renditions_of(screen, RENDITION_SIDES, RenditionFormat.AVIF),
        )

    def _prepare(self) -> None:
        """What happens before the call."""
        data = (self.folder / "picture.jpg").read_bytes()
        read = self.step("read", lambda: read_picture(data, LIMITS))
        mask = self.step("mask", lambda: self._mask(read.image.size))
        frame = self.step("frame", lambda: frame_around(mask))
        self.step(
            "encode",
            lambda: encode_for_call(as_srgb(read), mask, frame, MaskDialect.DUAL, CEILING_BYTES),
        )

    def _put_together(self) -> composing.Composed:
        """What happens with the answer; original and mask are dropped at its end."""
        data = (self.folder / "picture.jpg").read_bytes()
        read = self.step("read again", lambda: read_picture(data, LIMITS))
        answer = read_picture((self.folder / "answer.jpg").read_bytes(), LIMITS)
        mask = self.step("mask again", lambda: self._mask(read.image.size))
        frame = frame_around(mask)
        checking = _Watched(composing._changed_outside)
        composing._changed_outside = checking
        composed = self.step("compose", lambda: compose(read, mask, answer, frame, Blend(12)))
        composing._changed_outside = checking.work
        self.spent["compose"] -= checking.seconds
        self.on_cpu["compose"] -= checking.cpu_seconds
        self.spent["check"], self.on_cpu["check"] = checking.seconds, checking.cpu_seconds
        self.peaks["check"] = self.peaks["compose"]
        assert composed.lock.holds
        assert composed.drift.undone
        return composed

    def _keep(self, composed: composing.Composed) -> Screen:
        master = self.step("keep", lambda: encode_master(composed.image, composed.icc_profile))
        self.master_bytes = len(master)
        shown = self.step(
            "renditions",
            lambda: steps._shown_at_once(composed.image, composed.icc_profile, RENDITION_SIDES),
        )
        return shown.screen

    def _mask(self, size: tuple[int, int]) -> Image.Image:
        return read_mask((self.folder / "mask.png").read_bytes(), size)


class _Watched:
    """A function that counts the seconds spent in it, by the clock and on the processor."""

    def __init__(self, work: Callable[..., Any]) -> None:
        self.work = work
        self.seconds = self.cpu_seconds = 0.0

    def __call__(self, *arguments: Any) -> Any:
        started, at_work = time.perf_counter(), time.process_time()
        outcome = self.work(*arguments)
        self.seconds += time.perf_counter() - started
        self.cpu_seconds += time.process_time() - at_work
        return outcome


def frame_around(mask: Image.Image) -> Frame:
    """Send the paint with half its size around it, at up to a megapixel."""
    left, top, right, bottom = measure_mask(mask).box
    rim = (right - left + bottom - top) // 4
    box = Box(max(0, left - rim), max(0, top - rim), right + rim, bottom + rim)
    scale = min(1.0, (1e6 / box.size.pixels) ** 0.5)
    sent = Size(round(box.size.width * scale), round(box.size.height * scale))
    return Frame(box, sent, Box(0, 0, *sent))


def _forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5")


def _peak() -> int:
    """Bytes of resident memory at most, since it was last forgotten."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    message = "no VmHWM in /proc/self/status"
    raise RuntimeError(message)


# The parts, each in a process of its own


def draw(folder: Path, megapixels: float) -> dict[str, Any]:
    """Draw the photograph, the mask and the model's answer."""
    width = round((megapixels * 1e6 * 3 / 2) ** 0.5)
    size = (width, round(width * 2 / 3))
    picture = camera_like(*size)
    mask = painted_mask(size, (0.55, 0.4, 0.66, 0.56))
    frame = frame_around(mask)
    answer = redrawn(cut_frame(picture, frame), Redrawing(4, -3, 1.006))
    (folder / "picture.jpg").write_bytes(encoded(picture, "JPEG", quality=QUALITY))
    (folder / "mask.png").write_bytes(encode_kept_mask(mask))
    (folder / "answer.jpg").write_bytes(encoded(answer, "JPEG", quality=95))
    return {}


def camera_like(width: int, height: int) -> Image.Image:
    """A drawn scene with detail of every size, so that it weighs what a camera's JPEG does."""
    levels = np.asarray(photo(width, height)).astype(np.int16)
    chance = np.random.default_rng(5)
    for octave in (1, 2, 4, 8, 16, 32):
        small = chance.integers(-128, 128, (height // octave + 1, width // octave + 1))
        large = Image.fromarray((small + 128).astype(np.uint8)).resize(
            (width, height), Image.Resampling.BICUBIC
        )
        strength = 2 + octave
        levels += ((np.asarray(large).astype(np.int16) - 128) * strength // 48)[..., None]
    return Image.fromarray(levels.clip(0, 255).astype(np.uint8))


def times(folder: Path) -> dict[str, Any]:
    """Time floor and line in turn, so that a busy moment of the machine hits both."""
    data = (folder / "picture.jpg").read_bytes()
    rounds = []
    for _round in range(ROUNDS):
        line = Line(folder)
        _floor(data, line)
        line.run()
        rounds.append((line.spent, line.on_cpu))
    seconds, on_cpu = (
        {name: min(spent[name] for spent in measured) for name in (*FLOOR, *JOB)}
        for measured in zip(*rounds, strict=True)
    )
    size = Image.open(io.BytesIO(data)).size
    return {
        "seconds": seconds,
        "cpu_seconds": on_cpu,
        "master_bytes": line.master_bytes,
        "bytes": len(data),
        "pixels": size[0] * size[1],
    }


def _floor(data: bytes, line: Line) -> None:
    image = Image.open(io.BytesIO(data))
    line.step("floor: open", image.load)
    line.step("floor: save", lambda: image.save(io.BytesIO(), "JPEG", quality="keep"))


def memory(folder: Path) -> dict[str, Any]:
    line = Line(folder)
    line.run()
    whole = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {"peaks": line.peaks, "peak": max(whole, *line.peaks.values())}


if __name__ == "__main__":
    if sys.argv[1:2] == ["--part"]:
        name, folder, *rest = sys.argv[2:]
        part = {"draw": draw, "times": times, "memory": memory}[name]
        print(json.dumps(part(Path(folder), *(float(text) for text in rest))))
    else:
        main()
