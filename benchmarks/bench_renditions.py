"""Sets AVIF against WebP for the pictures that pages show: bytes at equal visible quality.

    python benchmarks/bench_renditions.py [photo ...]        (drawn scenes)

Every picture is shrunk to the sizes that pages show. WebP at the quality that the application
uses gives the mark: its similarity to the picture (SSIM of the luminance, over windows of 8 by 8
pixels, by numpy). The others are then written at rising qualities, and the bytes and the processor
seconds at which they would come to the same mark are read off between two of them; once for the
similarity, and once for PSNR over red, green and blue, because each measure flatters somebody.
One thread encodes: the others have better things to do. Decoding is Pillow's, and says roughly
what a browser spends.

The last line is one JSON object.
"""

from __future__ import annotations

import bisect
import io
import json
import math
import platform
import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, features

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from editor.management.drawing import draw

SIDES = (480, 960, 2048)
MARK = {"quality": 80, "method": 2}  # what encoding.py writes
AVIF_SPEEDS = (8, 9)
AVIF_QUALITIES = (25, 35, 45, 55, 65, 75, 85, 92, 97)
WEBP_METHODS = (4,)
WEBP_QUALITIES = (50, 60, 70, 80, 88)
SCENES = ("lake", "still life", "skyline", "hillside")
DRAWN_AT = (2400, 1600)
WINDOW = 8
ROUNDS = 2


@dataclass(frozen=True)
class Written:
    """One file: its size, processor seconds to write and to read it, and how near it comes."""

    bytes: float
    seconds: float
    reading: float
    ssim: float
    psnr: float
    quality: float


def main() -> None:
    found: dict[str, list[dict[str, float]]] = {}
    for name, picture in _pictures(sys.argv[1:]):
        for side in SIDES:
            if max(picture.size) < side:
                continue
            small = picture.copy()
            small.thumbnail((side, side), Image.Resampling.LANCZOS)
            for row, figures in _compared(small):
                found.setdefault(f"{side} {row}", []).append(figures)
                print(f"{name:18} {side:5} {row:14}" + _said(figures), flush=True)
    summary = {name: _medians(rows) for name, rows in found.items()}
    print("\nmedians")
    for name, figures in summary.items():
        print(f"{name:25}" + _said(figures))
    print(json.dumps({
        "benchmark": "renditions", "python": platform.python_version(),
        "webp": features.version("webp"), "avif": features.version("avif"), "medians": summary,
    }))  # fmt: skip


def _pictures(paths: list[str]) -> Iterator[tuple[str, Image.Image]]:
    for path in paths:
        yield Path(path).stem[:18], Image.open(path).convert("RGB")
    if not paths:
        for scene in SCENES:
            yield scene, draw(scene, DRAWN_AT).image


def _compared(picture: Image.Image) -> Iterator[tuple[str, dict[str, float]]]:
    """Give, for each encoder and effort, what it needs to come as near as the mark."""
    mark = _written(picture, "WEBP", **MARK)
    yield "webp (mark)", _figures(mark, mark, mark)
    for method in WEBP_METHODS:
        ladder = [_written(picture, "WEBP", quality=q, method=method) for q in WEBP_QUALITIES]
        yield f"webp method {method}", _against(mark, ladder)
    for speed in AVIF_SPEEDS:
        options = {"speed": speed, "max_threads": 1}
        ladder = [_written(picture, "AVIF", quality=q, **options) for q in AVIF_QUALITIES]
        yield f"avif speed {speed}", _against(mark, ladder)


def _against(mark: Written, ladder: list[Written]) -> dict[str, float]:
    return _figures(mark, _as_near(mark, ladder, "ssim"), _as_near(mark, ladder, "psnr"))


def _figures(mark: Written, same_ssim: Written, same_psnr: Written) -> dict[str, float]:
    return {
        "bytes": round(same_ssim.bytes),
        "seconds": round(same_ssim.seconds, 4),
        "reading": round(same_ssim.reading, 4),
        "bytes_at_ssim": round(same_ssim.bytes / mark.bytes, 3),
        "bytes_at_psnr": round(same_psnr.bytes / mark.bytes, 3),
        "quality_at_ssim": round(same_ssim.quality),
        "quality_at_psnr": round(same_psnr.quality),
        "ssim": round(same_ssim.ssim, 4),
        "psnr": round(same_psnr.psnr, 2),
    }


def _said(figures: dict[str, float]) -> str:
    return (
        f"{figures['bytes']:9,.0f} bytes, {figures['seconds'] * 1000:6.1f} ms to write, "
        f"{figures['reading'] * 1000:5.1f} ms to read; "
        f"{figures['bytes_at_ssim']:5.0%} at equal SSIM {figures['ssim']:.4f} "
        f"(quality {figures['quality_at_ssim']:g}), "
        f"{figures['bytes_at_psnr']:5.0%} at equal PSNR {figures['psnr']:.1f} "
        f"(quality {figures['quality_at_psnr']:g})"
    )


def _medians(rows: list[dict[str, float]]) -> dict[str, float]:
    return {name: round(statistics.median(row[name] for row in rows), 4) for name in rows[0]}


def _as_near(mark: Written, ladder: list[Written], measure: str) -> Written:
    """Read off between the two rungs around the mark; beyond the ends the last two go on."""
    wanted = getattr(mark, measure)
    rungs = [getattr(written, measure) for written in ladder]
    above = min(max(1, bisect.bisect_left(rungs, wanted)), len(ladder) - 1)
    low, high = ladder[above - 1], ladder[above]
    part = (wanted - rungs[above - 1]) / (rungs[above] - rungs[above - 1])
    return Written(
        math.exp(_between(math.log(low.bytes), math.log(high.bytes), part)),
        *(_between(getattr(low, each), getattr(high, each), part)
          for each in ("seconds", "reading", "ssim", "psnr", "quality")),
    )  # fmt: skip


def _between(low: float, high: float, part: float) -> float:
    return low + (high - low) * part


def _written(picture: Image.Image, file_format: str, **options: Any) -> Written:
    writing, reading = [], []
    for _round in range(ROUNDS):
        stream = io.BytesIO()
        started = time.process_time()
        picture.save(stream, file_format, **options)
        writing.append(time.process_time() - started)
        started = time.process_time()
        shown = Image.open(stream).convert("RGB")
        reading.append(time.process_time() - started)
    likeness = ssim(_light(picture), _light(shown)), psnr(picture, shown)
    quality = float(options["quality"])
    return Written(len(stream.getvalue()), min(writing), min(reading), *likeness, quality)


def psnr(one: Image.Image, other: Image.Image) -> float:
    """Peak signal to noise in decibels, over all three colours."""
    apart = np.asarray(one).astype(np.float64) - np.asarray(other)
    return 10 * math.log10(255**2 / max(1e-9, float(np.mean(apart**2))))


def _light(picture: Image.Image) -> NDArray[np.float64]:
    return np.asarray(picture.convert("L")).astype(np.float64)


def ssim(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Mean structural similarity, 0 to 1 (Wang and others, 2004), over flat windows."""
    mean_one, mean_other = _windows(one), _windows(other)
    var_one = _windows(one * one) - mean_one**2
    var_other = _windows(other * other) - mean_other**2
    both = _windows(one * other) - mean_one * mean_other
    steady, steadier = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    alike = (2 * mean_one * mean_other + steady) * (2 * both + steadier)
    apart = (mean_one**2 + mean_other**2 + steady) * (var_one + var_other + steadier)
    return float(np.mean(alike / apart))


def _windows(levels: NDArray[np.float64]) -> NDArray[np.float64]:
    """The mean over each window, by running sums."""
    for axis in (0, 1):
        sums = np.cumsum(levels, axis=axis)
        sums = np.insert(sums, 0, 0.0, axis=axis)
        high = np.take(sums, range(WINDOW, sums.shape[axis]), axis=axis)
        levels = (high - np.take(sums, range(sums.shape[axis] - WINDOW), axis=axis)) / WINDOW
    return levels


if __name__ == "__main__":
    main()
