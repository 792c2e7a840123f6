"""What a model would have sent back: the scene drawn again, a little different everywhere."""

from __future__ import annotations

import io

import cv2
import numpy as np
from PIL import Image

from editor.imaging.framing import Box, Frame, Size
from editor.management.canvas import Plane, blur
from editor.management.drawing import draw
from editor.management.noise import clouds
from editor.management.sources import Source

WORKING_PIXELS = 900_000
_DRIFT_PIXELS = 1.1  # how far a model moves what it should have kept
_DRIFT_LIGHT = 0.07


def answer_size(frame: Frame) -> Size:
    """The size at which the model works: as sent, but not above its limit."""
    factor = min(1.0, (WORKING_PIXELS / frame.sent.pixels) ** 0.5)
    return Size(max(1, round(frame.sent.width * factor)), max(1, round(frame.sent.height * factor)))


def draw_answer(
    source: Source,
    changes: str,
    frame: Frame,
    picture: Size,
    mask: Image.Image | None,
    take: int,
) -> bytes:
    """Draw one answer for what `frame` sends of a picture and encode it as a JPEG.

    Away from the mask the model has redrawn things by a pixel and a shade, as real ones
    do; `take` makes each answer differ.
    """
    size = answer_size(frame)
    inner = frame.inner_at(size)
    wanted = frozenset(change.strip() for change in changes.split(",") if change.strip())
    drawing = draw(
        source.scene,
        _whole(picture, frame.box, inner.size),
        seed=source.seed,
        changes=wanted,
        grain_seed=take + 1,
    )
    sent = drawing.image.resize(inner.size, box=_place(picture, frame.box, drawing.image.size))
    seen = mask.crop(frame.box) if mask else None
    drifted = _drift(np.asarray(sent, dtype=np.float32), seen, take)
    edges = (
        (inner.top, size.height - inner.bottom),
        (inner.left, size.width - inner.right),
        (0, 0),
    )
    levels = np.pad(drifted, edges, mode="edge")
    stream = io.BytesIO()
    image = Image.fromarray(np.clip(levels, 0, 255).round().astype(np.uint8))
    image.save(stream, "JPEG", quality=93, subsampling=0)
    return stream.getvalue()


def _whole(picture: Size, box: Box, shown: Size) -> tuple[int, int]:
    """How large the whole picture is to be drawn for its box to have the size `shown`."""
    across, down = shown.width / box.size.width, shown.height / box.size.height
    return round(picture.width * across), round(picture.height * down)


def _place(picture: Size, box: Box, drawn: tuple[int, int]) -> tuple[float, float, float, float]:
    """Where the box of the picture lies in a drawing of all of it."""
    across, down = drawn[0] / picture.width, drawn[1] / picture.height
    return box.left * across, box.top * down, box.right * across, box.bottom * down


def _drift(levels: Plane, mask: Image.Image | None, take: int) -> Plane:
    """Shift and tint by slow waves; not near the mask, where a seam would show."""
    height, width = levels.shape[:2]
    x = np.arange(width, dtype=np.float32)[None, :] / height * 5
    y = np.arange(height, dtype=np.float32)[:, None] / height * 5
    away = np.ones((height, width), dtype=np.float32)
    if mask is not None:
        painted = np.asarray(mask.resize((width, height)), dtype=np.float32) / 255
        away = 1 - np.clip(blur(painted, height / 60) * 4, 0, 1)
    waves = [(clouds(x, y, 100 + take * 3 + axis, 3) - 0.5) * 2 * away for axis in range(3)]
    rows = np.arange(height, dtype=np.float32)[:, None] + waves[0] * _DRIFT_PIXELS * 2
    columns = np.arange(width, dtype=np.float32)[None, :] + waves[1] * _DRIFT_PIXELS * 2
    across, down = (np.asarray(axis, dtype=np.float32) for axis in (columns, rows))
    moved = cv2.remap(levels, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return moved * np.asarray(1 + _DRIFT_LIGHT * waves[2], dtype=np.float32)[..., None]
