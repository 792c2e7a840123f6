"""The picture and the mask with which a model's reading of masks is tested.

Soft waves of all colours everywhere: whatever is drawn in their place differs from them at
nearly every pixel, and where a model only redraws them, a little moved and tinted as all
models do, hardly any pixel differs visibly. Inside and outside of the mask look alike, so
nothing but the mask tells a model where to draw.
"""

from __future__ import annotations

import numpy as np
from PIL import Image

from editor.imaging.framing import Box, Size

SIDE = 1024
# Not in the middle: a model that likes middles must not pass for one that reads masks.
PAINTED = Box(520, 170, 930, 554)

_WAVES = 5
_LONGEST, _SHORTEST = 1100.0, 520.0  # pixels from crest to crest
_MIDDLE, _REACH = 128.0, 104.0
_SEED = 20260101


def probe_picture() -> Image.Image:
    """Draw the picture: RGB, `SIDE` pixels square, the same one every time."""
    rng = np.random.default_rng(_SEED)
    rows, columns = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32)
    bands = []
    for _band in range(3):
        waves = np.zeros((SIDE, SIDE), dtype=np.float32)
        for length in np.linspace(_LONGEST, _SHORTEST, _WAVES):
            turn, start = rng.uniform(0, 2 * np.pi, 2)
            way = (columns * np.cos(turn) + rows * np.sin(turn)) / length
            waves += np.cos(2 * np.pi * way + start)
        bands.append(_MIDDLE + _REACH * waves / np.abs(waves).max())
    return Image.fromarray(np.rint(np.stack(bands, axis=-1)).astype(np.uint8))


def probe_mask() -> Image.Image:
    """Draw its mask: L, 255 in one rectangle of 15 % of the picture."""
    mask = Image.new("L", Size(SIDE, SIDE), 0)
    mask.paste(255, PAINTED)
    return mask
