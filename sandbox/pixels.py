"""The few kinds of arrays that the painting files share."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Rgb = NDArray[np.uint8]  # rows x columns x 3, sRGB
Grey = NDArray[np.uint8]  # rows x columns; a mask has 255 = edit
Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]
Ints = NDArray[np.intp]


def to_bytes(values: NDArray[Any]) -> NDArray[np.uint8]:
    """Numbers around 0..255, rounded and cut to bytes."""
    return np.asarray(np.clip(values + 0.5, 0, 255), np.uint8)


def floats(values: NDArray[Any]) -> Floats:
    """Any numbers as 32-bit floats."""
    return np.asarray(values, np.float32)
