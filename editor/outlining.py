"""Beside the line: a rough selection becomes an outline. Nothing is kept, and nothing is paid."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass

from editor import storage
from editor.imaging import apart, steps
from editor.imaging.apart import StepFailed
from editor.imaging.framing import Box, Size
from editor.imaging.masking import MaskRefused
from editor.imaging.reading import PictureRefused
from editor.imaging.steps import Kept
from editor.models import Picture
from editor.pictures import RENDITIONS, kept
from editor.renditions import open_if_there

logger = logging.getLogger(__name__)

MOST_ROUGH_BYTES = 1_000_000
SECONDS = 10.0
_ENOUGH_PIXELS = 300_000  # of the box, for an outline as good as from the original
PATIENCE_SECONDS = 5.0

# One at a time in each web process: uploads and masks need the other places of `apart`.
_turn = threading.BoundedSemaphore(1)


@dataclass(frozen=True)
class Rough:
    """A rough selection: grey PNG of a box of the picture, 255 = surely selected."""

    png: bytes
    box: Box


class OutlineRefused(Exception):
    """No outline. The text is one sentence for the person who asked."""

    def __init__(self, sentence: str, *, status: int = 422) -> None:
        super().__init__(sentence)
        self.status = status


def outline_of(picture: Picture, rough: Rough) -> bytes:
    """Find the outline of what is roughly selected: grey PNG of the selection's size.

    Raises OutlineRefused.
    """
    if rough.box.meet(Box(0, 0, picture.width, picture.height)) != rough.box:
        sentence = "This selection reaches beyond the picture."
        raise OutlineRefused(sentence)
    if not _turn.acquire(timeout=PATIENCE_SECONDS):
        sentence = "Other outlines are being made just now. Try again in a moment."
        raise OutlineRefused(sentence, status=503)
    try:
        raster, scaled = _raster(picture, rough.box)
        return apart.run_within(SECONDS, steps.outline, raster, scaled, rough.png)
    except MaskRefused as refused:
        raise OutlineRefused(str(refused)) from refused
    except (FileNotFoundError, storage.OtherBytes, PictureRefused) as gone:
        sentence = "The file of this picture cannot be read any more."
        raise OutlineRefused(sentence, status=409) from gone
    except StepFailed as failed:
        # Nearly always it was late, but it may be something that only an operator can mend.
        logger.exception("There is no outline in picture %s.", picture.pk)
        sentence = "The outline took too long here. Your selection stays as it is."
        raise OutlineRefused(sentence, status=503) from failed
    finally:
        _turn.release()


def _raster(picture: Picture, box: Box) -> tuple[Kept, Box]:
    """The smallest kept raster that shows the box well enough, and the box in it.

    For most of a picture its preview does, which is read much faster than the original. It is
    not made for this: that may take minutes, and an outline has seconds.
    """
    longest = RENDITIONS["preview"]
    share = min(1.0, longest / max(picture.width, picture.height))
    if share == 1 or box.size.pixels * share * share < _ENOUGH_PIXELS:
        return kept(picture), box
    preview = open_if_there(picture, "preview")
    if preview is None:
        return kept(picture), box
    size = Size(round(picture.width * share), round(picture.height * share))
    with preview as file:
        data = file.read()
    across, down = size.width / picture.width, size.height / picture.height
    left, top = round(box.left * across), round(box.top * down)
    right, bottom = round(box.right * across), round(box.bottom * down)
    return Kept(data, size), Box(left, top, right, bottom)
