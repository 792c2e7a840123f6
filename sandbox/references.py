"""What further input pictures are good for: their colours, or a thing to put into the mask."""

import re

import cv2
import numpy as np

from sandbox.framing import lay
from sandbox.pixels import Floats, Grey, Rgb, floats, to_bytes
from sandbox.regions import box_of

MOOD = re.compile(
    r"\b(style|colou?rs?|palette|mood|look|tones?|light(?:ing)?|atmosphere)\b", re.IGNORECASE
)


def speaks_of_mood(prompt: str) -> bool:
    """Whether the wish is for the colours of a reference, not for what it shows."""
    return bool(MOOD.search(prompt))


def put_in(base: Rgb, area: Grey, reference: Rgb) -> Rgb:
    """The reference in the mask's box: filling it, or, on plain ground, cut out and stood in it."""
    rows, columns = box_of(area >= 128)
    height, width = area[rows, columns].shape
    picture = base.copy()
    cut = _cut_out(reference)
    if cut is None:
        picture[rows, columns] = lay(reference, (width, height))
        return picture
    thing, shape = cut
    scale = 0.9 * min(width / thing.shape[1], height / thing.shape[0])
    size = (max(1, round(thing.shape[1] * scale)), max(1, round(thing.shape[0] * scale)))
    top = rows.start + (height - size[1]) // 2
    left = columns.start + (width - size[0]) // 2
    place = (slice(top, top + size[1]), slice(left, left + size[0]))
    cover = cv2.resize(shape, size, interpolation=cv2.INTER_AREA)[..., None]
    drawn = cv2.resize(thing, size, interpolation=cv2.INTER_AREA)
    picture[place] = to_bytes(picture[place] * (1 - cover) + drawn * cover)
    return picture


def in_colours_of(base: Rgb, reference: Rgb) -> Rgb:
    """Reinhard's transfer: mean and spread of each Lab channel, three quarters of the way."""
    own = np.asarray(cv2.cvtColor(base, cv2.COLOR_RGB2Lab), np.float32)
    theirs = np.asarray(cv2.cvtColor(lay(reference, (256, 256)), cv2.COLOR_RGB2Lab), np.float32)
    mean, spread = own.mean((0, 1)), own.std((0, 1)) + 1
    wanted_mean, wanted_spread = theirs.mean((0, 1)), theirs.std((0, 1)) + 1
    factor = np.clip(wanted_spread / spread, 0.5, 1.8)
    moved = own + 0.75 * ((own - mean) * factor + wanted_mean - own)
    return np.asarray(cv2.cvtColor(to_bytes(moved), cv2.COLOR_Lab2RGB))


def _cut_out(reference: Rgb) -> tuple[Rgb, Floats] | None:
    """A thing on plain ground with its outline (0..1), trimmed; None if the ground is not plain."""
    rim = max(1, min(reference.shape[:2]) // 40)
    inner = np.zeros(reference.shape[:2], bool)
    inner[rim:-rim, rim:-rim] = True
    ground = reference[~inner].astype(np.float32)
    if float(ground.std(axis=0).max()) > 12:
        return None
    apart = np.abs(reference - np.median(ground, axis=0)).max(axis=2)
    outline = (apart > 22).astype(np.uint8)
    contours, _ = cv2.findContours(outline, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    solid = np.zeros_like(outline)
    cv2.drawContours(solid, contours, -1, 255, -1)
    if not 0.01 < (solid > 0).mean() < 0.95:
        return None
    rows, columns = box_of(solid > 0)
    shape = cv2.GaussianBlur(cv2.erode(solid, np.ones((3, 3), np.uint8)), (0, 0), 1.2)
    return reference[rows, columns], floats(shape[rows, columns] / 255)
