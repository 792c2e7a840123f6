"""Draws the pictures of docs/imaging.md: a raw answer, a plain paste-back, and what we make of it.

    python benchmarks/side_by_side.py [folder]

The scene is one of the demonstration's, the answer is the sandbox's own. "Plain" scales the answer
to the picture's size and pastes it through the same soft mask. The difference maps show, six
times as strong, how far each is from the original.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageChops

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from editor.imaging.composing import Blend, Composed, compose
from editor.imaging.encoding import Encoded, MaskDialect, encode_for_call
from editor.imaging.framing import Box, Frame, Size
from editor.imaging.reading import ReadPicture
from editor.management.drawing import draw, painted
from sandbox import catalogue
from sandbox.checks import Job
from sandbox.painting import paint

SIZE = Size(2400, 1600)
SENT = Size(1284, 856)
SHOWN = Size(480, 360)
FEATHER = 8
PROMPT, MODEL = "the roof blue", "sandbox/inpaint-pro"
TIMES = 6
IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else IMAGES
    scene = draw("hillside", SIZE, seed=4)
    original = scene.image.convert("RGB")
    mask = painted(scene, "roof", reach=0.05)
    frame = Frame(Box(0, 0, *SIZE), SENT, Box(0, 0, *SENT))
    sent = encode_for_call(original, mask, frame, MaskDialect.LUMINANCE, 4_000_000)
    answer = answer_of_sandbox(sent)
    plain = laid(
        original, mask, answer, frame, Blend(FEATHER, match_colour=False, undo_drift=False)
    )
    ours = laid(original, mask, answer, frame, Blend(FEATHER))
    print(ours.drift, ours.colour, ours.lock, sep="\n")
    pictures = {
        "original": original,
        "raw": answer.resize(SIZE, Image.Resampling.BICUBIC),
        "plain": plain.image,
        "ours": ours.image,
    }
    middle = middle_of(mask)
    for name, picture in pictures.items():
        save(picture.crop(middle), folder / f"composing-{name}.jpg")
        if name != "original":
            apart = ImageChops.difference(picture, original).convert("L")
            strong = apart.point(lambda level: min(255, level * TIMES))
            save(strong.crop(middle), folder / f"composing-{name}-difference.jpg")


def answer_of_sandbox(sent: Encoded) -> Image.Image:
    """What the sandbox would send back for this call."""
    image, mask = (
        np.asarray(Image.open(io.BytesIO(data)).convert(mode))
        for data, mode in ((sent.image, "RGB"), (sent.mask or b"", "L"))
    )
    wish = Job(catalogue.BY_ID[MODEL], PROMPT, (image,), mask, 1, "auto")
    return Image.fromarray(paint(wish, 7, 0))


def laid(
    original: Image.Image, mask: Image.Image, answer: Image.Image, frame: Frame, blend: Blend
) -> Composed:
    read, came = (ReadPicture(image, None, "PNG", "image/png") for image in (original, answer))
    return compose(read, mask, came, frame, blend)


def middle_of(mask: Image.Image) -> tuple[int, int, int, int]:
    """The part that is shown, at one pixel for one: the middle of what was painted."""
    left, top, right, bottom = mask.getbbox() or (0, 0, *mask.size)
    x, y = (left + right - SHOWN.width) // 2, (top + bottom - SHOWN.height) // 2
    return x, y, x + SHOWN.width, y + SHOWN.height


def save(image: Image.Image, path: Path) -> None:
    image.save(path, "JPEG", quality=86, optimize=True)


if __name__ == "__main__":
    main()
