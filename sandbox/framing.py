"""How large an answer is, and how a sent picture is laid into that size."""

import re

import cv2
import numpy as np
from numpy.typing import NDArray

from sandbox.catalogue import Model
from sandbox.pixels import Grey, Rgb

PIXELS = re.compile(r"(\d+)x(\d+)")
RATIO = re.compile(r"(\d+):(\d+)")
THOUSANDS = re.compile(r"(\d)k")
LARGEST_ENLARGEMENT = 2.0
SAME_SHAPE = 0.04


def answer_size(model: Model, size: str, width: int, height: int) -> tuple[int, int]:
    """Width and height of the answer to a picture of width x height, for a size string."""
    exact = PIXELS.fullmatch(size)
    if exact:
        return int(exact.group(1)), int(exact.group(2))
    ratio = RATIO.fullmatch(size)
    if ratio:
        shape = int(ratio.group(1)) / int(ratio.group(2))
        return _rounded(
            (model.working_pixels * shape) ** 0.5, (model.working_pixels / shape) ** 0.5
        )
    thousands = THOUSANDS.fullmatch(size)
    if thousands:
        scale = 1024 * int(thousands.group(1)) / max(width, height)
    else:
        scale = min(LARGEST_ENLARGEMENT, (model.working_pixels / (width * height)) ** 0.5)
    return _rounded(width * scale, height * scale)


def _rounded(width: float, height: float) -> tuple[int, int]:
    """Models work in blocks: sides are multiples of 8."""
    return max(64, 8 * round(width / 8)), max(64, 8 * round(height / 8))


def lay(pixels: Rgb | Grey, size: tuple[int, int]) -> NDArray[np.uint8]:
    """Scale to `size`; another shape is filled and cut at its edges, as the real models do."""
    width, height = size
    rows, columns = pixels.shape[:2]
    shape, wanted = columns / rows, width / height
    if abs(shape / wanted - 1) > SAME_SHAPE:
        if shape > wanted:
            kept = max(1, round(rows * wanted))
            left = (columns - kept) // 2
            pixels = pixels[:, left : left + kept]
        else:
            kept = max(1, round(columns / wanted))
            top = (rows - kept) // 2
            pixels = pixels[top : top + kept]
    smaller = pixels.shape[0] > height or pixels.shape[1] > width
    way = cv2.INTER_AREA if smaller else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(np.ascontiguousarray(pixels), size, interpolation=way))
