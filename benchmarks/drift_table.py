"""Makes the table of docs/imaging.md: which drifts of an answer are found and undone.

    python benchmarks/drift_table.py

Each row is one kind of unpainted surroundings. A model is played that moves, scales, tints,
softens, grains and compresses the picture, and paints something else into the mask, by every shift
and scale of a grid. "Left over" is how far, in pixels of the picture as sent, the worst corner
of the painted part is off in the end, whether the drift was undone or not; the answers that
came with a warning are counted, and left out of it. The last line is one JSON object.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import product
from pathlib import Path
from statistics import median

from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from editor.imaging.comparing import Comparison
from editor.imaging.drift import Drift
from editor.imaging.framing import Box, Frame, Size
from editor.imaging.reading import ReadPicture
from editor.management.drawing import draw
from tests.imaging.redrawing import (
    Redrawing,
    error_at_paint,
    middle_mask,
    redrawn,
    sky,
    stripes,
    with_sky,
)
from tests.pictures import painted_mask, photo

SIZE = (1024, 768)
SHIFTS = [(0, 0), (0.6, -0.4), (-1, 1.5), (3, -2), (-6, 5), (12, -12), (-12, 12)]
SCALES = [0.98, 0.99, 0.998, 1.0, 1.002, 1.01, 1.02]
AIM = 0.5


@dataclass(frozen=True)
class Row:
    """One kind of surroundings, and what the model does besides moving and scaling."""

    name: str
    picture: Callable[[], Image.Image]
    how: Redrawing = field(default_factory=Redrawing)
    mask: Callable[[tuple[int, int]], Image.Image] = middle_mask


def scene(name: str, size: tuple[int, int] = SIZE) -> Callable[[], Image.Image]:
    return lambda: draw(name, size).image.convert("RGB")


def painted_but_a_rim(size: tuple[int, int]) -> Image.Image:
    mask = Image.new("L", size, 0)
    mask.paste(255, (size[0] // 8, size[1] // 8, size[0] * 7 // 8, size[1] * 7 // 8))
    return mask


def painted_nearly_whole(size: tuple[int, int]) -> Image.Image:
    return painted_mask(size, (-0.25, -0.25, 1.25, 1.25))


ROWS = [
    Row("lake, trees and mountains", scene("lake")),
    Row("still life on a table", scene("still life")),
    Row("city by night", scene("skyline")),
    Row("dunes, soft light", scene("dunes")),
    Row("lake, JPEG quality 60, much grain", scene("lake"), Redrawing(quality=60, noise=4)),
    Row(
        "lake, other light and contrast",
        scene("lake"),
        Redrawing(gain=1.25, tint=(20, -12, 9)),
    ),
    Row("still life, a third of it repainted", scene("still life"), Redrawing(repainted=0.33)),
    Row("lake, sent at 512 x 384", scene("lake", (512, 384))),
    Row("lake, sent at 2048 x 1536", scene("lake", (2048, 1536))),
    Row("lake, painted up to a rim of an eighth", scene("lake"), mask=painted_but_a_rim),
    Row("three fifths smooth sky", lambda: with_sky(photo(*SIZE), 0.6)),
    Row("nine tenths smooth sky", lambda: with_sky(photo(*SIZE), 0.9)),
    Row("nothing but smooth sky", lambda: sky(*SIZE)),
    Row("upright stripes alone", lambda: stripes(*SIZE)),
    Row("lake, painted up to the very corners", scene("lake"), mask=painted_nearly_whole),
    Row("still life, all of it repainted", scene("still life"), Redrawing(repainted=1.0)),
]


def main() -> None:
    print("| unpainted part | answers | undone | lay right | warned | left over, px | time, ms |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    found = []
    for row in ROWS:
        figures = tried(row)
        found.append(figures)
        print("| {name} | {answers} | {undone} | {right} | {warned} | {worst} | {ms} |".format(
            **{**figures, "worst": "-" if figures["worst"] is None else f"{figures['worst']:.2f}"}
        ))  # fmt: skip
    print(json.dumps({"benchmark": "drift", "aim_pixels": AIM, "rows": found}))


def tried(row: Row) -> dict[str, str | int | float | None]:
    """Go through the grid, and count what came of it."""
    picture = row.picture()
    mask = row.mask(picture.size)
    whole = Box(0, 0, *picture.size)
    frame = Frame(whole, Size(*picture.size), whole)
    read = ReadPicture(picture, None, "PNG", "image/png")
    undone, warned, left, spent = 0, 0, [], []
    for (dx, dy), scale in product(SHIFTS, SCALES):
        how = replace(row.how, dx=dx, dy=dy, scale=scale)
        answer = ReadPicture(redrawn(picture, how, mask), None, "PNG", "image/png")
        started = time.thread_time()
        drift = Comparison(read, answer, mask, frame).drift()
        spent.append(time.thread_time() - started)
        undone += drift.undone
        if drift.warning:
            warned += 1
        else:
            left.append(left_over(drift, how, mask))
    answers = len(SHIFTS) * len(SCALES)
    return {
        "name": row.name,
        "answers": answers,
        "undone": undone,
        "right": answers - undone - warned,
        "warned": warned,
        "worst": round(max(left), 3) if left else None,
        "ms": round(median(spent) * 1000),
    }


def left_over(drift: Drift, how: Redrawing, mask: Image.Image) -> float:
    done = (drift.dx, drift.dy, drift.scale) if drift.undone else (0.0, 0.0, 1.0)
    return error_at_paint(done, how, mask)


if __name__ == "__main__":
    main()
