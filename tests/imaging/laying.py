"""Short ways to lay an answer into a picture."""

import numpy as np
from PIL import Image

from editor.imaging.composing import Composed, compose
from editor.imaging.framing import Frame, Size, frame_whole
from editor.imaging.reading import ReadPicture

SIZE = (120, 90)
RED, BLUE = (255, 0, 0), (0, 0, 255)


def picture(image: Image.Image, profile: bytes | None = None) -> ReadPicture:
    return ReadPicture(image, profile, "PNG", "image/png")


def flat(colour: tuple[int, ...], size: tuple[int, int] = SIZE) -> Image.Image:
    return Image.new("RGBA" if len(colour) == 4 else "RGB", size, colour)


def whole(size: tuple[int, int], asked: str = "auto") -> Frame:
    return frame_whole(Size(*size), [asked], asked, None)


def composed_with(
    original: Image.Image,
    mask: Image.Image | None,
    answer: Image.Image,
    *,
    frame: Frame | None = None,
    feather: int = 0,
    profile: bytes | None = None,
) -> Composed:
    return compose(
        picture(original, profile),
        mask,
        picture(answer),
        frame or whole(original.size),
        feather,
    )


def same_outside(original: Image.Image, result: Image.Image, mask: Image.Image) -> bool:
    if original.mode != result.mode:
        original = original.convert(result.mode)
    outside = np.asarray(mask) == 0
    return bool((np.asarray(original)[outside] == np.asarray(result)[outside]).all())
