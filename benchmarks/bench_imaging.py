"""Times the imaging room against the plain way of doing the same.

    python benchmarks/bench_imaging.py [megapixels]

Both ways run in turn in this one process, best of three, so the ratios mean something on any
machine. The last line is one JSON object.
"""

import io
import json
import platform
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageFilter, ImageOps

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from editor.imaging.composing import compose
from editor.imaging.encoding import (
    MaskDialect,
    cut_frame,
    encode_for_call,
    encode_master,
    encode_renditions,
    placeholder,
)
from editor.imaging.framing import Frame, Size, frame_whole
from editor.imaging.masking import blend_mask
from editor.imaging.reading import Limits, ReadPicture, read_picture
from tests.pictures import encoded, exif_block, painted_mask, photo

LIMITS = Limits(max_bytes=200_000_000, max_pixels=200_000_000)
SIDES = (2048, 480)
FEATHER = 12
ROUNDS = 3


def best(work: Callable[[], Any]) -> float:
    """Seconds of the fastest round."""
    seconds = []
    for _round in range(ROUNDS):
        started = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - started)
    return min(seconds)


def naive_renditions(data: bytes) -> list[bytes]:
    """Decode anew, turn and shrink the whole picture for every rendition."""
    written = []
    for side in SIDES:
        with Image.open(io.BytesIO(data)) as opened:
            image = ImageOps.exif_transpose(opened).convert("RGB")
        image.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=None)
        stream = io.BytesIO()
        image.save(stream, "WEBP", quality=80)
        written.append(stream.getvalue())
    return written


def our_renditions(data: bytes) -> dict[int, bytes]:
    read = read_picture(data, LIMITS)
    placeholder(read.image)
    return encode_renditions(read.image, read.icc_profile, SIDES)


def whole_frame_compose(original: Image.Image, mask: Image.Image, answer: Image.Image) -> int:
    """Scale, soften, blend and compare everything as floating point arrays."""
    large = answer.resize(original.size, Image.Resampling.LANCZOS)
    soft = np.asarray(mask.filter(ImageFilter.GaussianBlur(FEATHER)), dtype=np.float32) / 255
    soft = np.where(np.asarray(mask) == 0, 0, soft)[..., None]
    mixed = np.asarray(original) * (1 - soft) + np.asarray(large) * soft
    result = np.asarray(Image.fromarray((mixed + 0.5).astype(np.uint8)))
    outside = np.asarray(mask) == 0
    return int((np.asarray(original) != result).any(axis=2)[outside].sum())


def call_without_a_guess(image: Image.Image, frame: Frame, ceiling: int) -> bytes:
    """Write the PNG first, whatever it costs, then walk down the qualities of JPEG."""
    part = cut_frame(image, frame)
    stream = io.BytesIO()
    part.save(stream, "PNG")
    for quality in range(95, 70, -1):
        if len(stream.getvalue()) <= ceiling:
            break
        stream = io.BytesIO()
        part.save(stream, "JPEG", quality=quality)
    return stream.getvalue()


def pillow_png(image: Image.Image) -> bytes:
    stream = io.BytesIO()
    image.save(stream, "PNG")
    return stream.getvalue()


def measure(megapixels: float) -> dict[str, tuple[float, float]]:
    """Give (our seconds, plain seconds) for each row."""
    width = round((megapixels * 1e6 * 4 / 3) ** 0.5)
    size = (width, round(width * 3 / 4))
    image = photo(*size)
    jpeg = encoded(image, "JPEG", quality=92, exif=exif_block(6))
    original = ReadPicture(image, None, "JPEG", "image/jpeg")
    answer = ReadPicture(photo(1024, 768, seed=2), None, "PNG", "image/png")
    frame = frame_whole(Size(*size), ["1024x768"], "1024x768", None)
    largest = frame_whole(Size(*size), [], "auto", None)
    small = painted_mask(size, (0.3, 0.3, 0.6, 0.7))
    large = painted_mask(size, (-0.2, -0.2, 1.2, 1.2))
    no_mask = MaskDialect.NONE
    rows: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {
        "upload: read + 2048 + 480": (lambda: our_renditions(jpeg), lambda: naive_renditions(jpeg)),
        "compose, a tenth painted": (
            lambda: compose(original, small, answer, frame, FEATHER),
            lambda: whole_frame_compose(image, small, answer.image),
        ),
        "compose, nearly all painted": (
            lambda: compose(original, large, answer, frame, FEATHER),
            lambda: whole_frame_compose(image, large, answer.image),
        ),
        "soften a mask": (
            lambda: blend_mask(large, FEATHER),
            lambda: large.filter(ImageFilter.GaussianBlur(FEATHER)),
        ),
        "fit a call under 4 MB": (
            lambda: encode_for_call(image, None, largest, no_mask, 4_000_000),
            lambda: call_without_a_guess(image, largest, 4_000_000),
        ),
        "keep a master": (lambda: encode_master(image, None), lambda: pillow_png(image)),
    }
    return {name: (best(ours), best(plain)) for name, (ours, plain) in rows.items()}


def main() -> None:
    megapixels = float(sys.argv[1]) if len(sys.argv) > 1 else 12.0
    rows = measure(megapixels)
    print(f"{megapixels:g} megapixels, best of {ROUNDS}\n")
    print(f"{'':30}{'ours':>9}{'plain':>9}{'times':>8}")
    for name, (ours, plain) in rows.items():
        print(f"{name:30}{ours:8.3f}s{plain:8.3f}s{plain / ours:8.1f}")
    summary = {
        "benchmark": "imaging",
        "megapixels": megapixels,
        "python": platform.python_version(),
        "rows": {
            name: {"seconds": round(ours, 4), "plain_seconds": round(plain, 4),
                   "times": round(plain / ours, 2)}
            for name, (ours, plain) in rows.items()
        },
    }  # fmt: skip
    print(json.dumps(summary))


if __name__ == "__main__":
    main()
