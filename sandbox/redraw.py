"""What every real model does besides the edit: it draws the whole picture anew, a little off.

Without this, a client that forgot to keep the unpainted pixels would look right by luck.
"""

import io

import cv2
import numpy as np
from PIL import Image

from sandbox import styles
from sandbox.pixels import Rgb, to_bytes

SHIFT_PIXELS = 2.6
SCALE_SHARE = 0.004
COLOUR_LEVELS = (1.0, 4.0)
NOISE_LEVELS = 1.2


def redraw_lightly(picture: Rgb, chance: np.random.Generator) -> Rgb:
    """Moved by up to 2.6 pixels, scaled by up to 0.4 %, softened, tinted by 1 to 4 levels, grained
    and re-encoded."""
    height, width = picture.shape[:2]
    scale = 1 + chance.uniform(-SCALE_SHARE, SCALE_SHARE)
    move_x, move_y = (chance.choice((-1, 1)) * chance.uniform(0.3, SHIFT_PIXELS) for _ in range(2))
    matrix = np.asarray(
        [
            [scale, 0, (1 - scale) * width / 2 + move_x],
            [0, scale, (1 - scale) * height / 2 + move_y],
        ]
    )
    moved = cv2.warpAffine(
        picture, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101
    )
    soft = cv2.GaussianBlur(moved, (0, 0), 0.5).astype(np.float32)
    tint = chance.choice((-1.0, 1.0), 3) * chance.uniform(*COLOUR_LEVELS, 3)
    noise = chance.standard_normal((height, width, 1), dtype=np.float32) * np.float32(NOISE_LEVELS)
    drawn = to_bytes(soft + tint.astype(np.float32) + noise)
    return _encoded_once(drawn)


def _encoded_once(picture: Rgb) -> Rgb:
    """Through a good JPEG and back, like a picture that passed a service's own pipeline."""
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "JPEG", quality=94, subsampling=0)
    return np.asarray(Image.open(buffer).convert("RGB"))


def redraw_strongly(picture: Rgb, chance: np.random.Generator) -> Rgb:
    """The whole picture in another hand: surfaces flattened, light and colours changed, moved."""
    flat = styles.flatten(picture, 0.8)
    colours = cv2.cvtColor(flat, cv2.COLOR_RGB2HSV)
    hue = colours[..., 0].astype(np.int16) + int(chance.choice((-1, 1)) * chance.integers(4, 8))
    colours[..., 0] = (hue % 180).astype(np.uint8)
    turned = np.asarray(cv2.cvtColor(colours, cv2.COLOR_HSV2RGB), np.uint8)
    lighter = styles.curve(turned, float(chance.uniform(0.68, 0.76)), 1.0, 4)
    return redraw_lightly(styles.saturate(lighter, 1.12), chance)
