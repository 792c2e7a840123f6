"""Looks at original and answer side by side, on reduced copies of what the frame shows."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from editor.imaging.colour import convert
from editor.imaging.drift import Drift, measure_drift
from editor.imaging.framing import Frame, Size
from editor.imaging.placing import place_of, reduced
from editor.imaging.reading import ReadPicture
from editor.imaging.seam import ColourMatch, match_colours

# Enough to see what an eye would see, and small enough that compression noise averages out.
COMPARED_PIXELS = 300_000
# From this many levels of 255 in any channel on, a change is called visible.
VISIBLE_LEVELS = 8
_HALF_PAINTED = 128
_NEARLY_CLEAR = 5  # of 255
_GREY = (128, 128, 128)


@dataclass(frozen=True)
class Comparison:
    """Original and answer in the frame, at one reduced size and in the original's colours."""

    original: ReadPicture
    answer: ReadPicture
    mask: Image.Image
    frame: Frame

    @cached_property
    def size(self) -> Size:
        """The size at which both are looked at: never larger than the answer's own."""
        left, top, right, bottom = self.frame.inner_span(Size(*self.answer.image.size))
        box = self.frame.box.size
        pixels = min(COMPARED_PIXELS, (right - left) * (bottom - top))
        scale = min(1.0, math.sqrt(pixels / box.pixels))
        return Size(*(max(1, round(side * scale)) for side in box))

    @cached_property
    def before(self) -> Image.Image:
        return self.original.image.resize(
            self.size, Image.Resampling.BICUBIC, box=self.frame.box, reducing_gap=1.0
        )

    @cached_property
    def painted(self) -> Image.Image:
        return self.mask.resize(
            self.size, Image.Resampling.BOX, box=self.frame.box, reducing_gap=1.5
        )

    @cached_property
    def after(self) -> Image.Image:
        """The answer as it came."""
        return self._after(None)

    def _after(self, drift: Drift | None) -> Image.Image:
        place = place_of(self.frame, Size(*self.answer.image.size), drift)
        image = reduced(self.answer.image, place, self.frame.box, self.size)
        return convert(image, self.answer.icc_profile, self.original.icc_profile)

    def drift(self) -> Drift:
        """Measure how the answer lies against the original; see `measure_drift`."""
        unit = self.frame.inner.size.width / self.size.width
        before, after = (image.convert("L") for image in on_one_ground(self.before, self.after))
        return measure_drift(before, after, self.painted, unit)

    def colours(self, drift: Drift | None) -> ColourMatch | None:
        """Compare the colours around the paint, with the drift taken back if it is undone."""
        moved = drift is not None and drift.undone
        after = self._after(drift) if moved else self.after
        # Colours change slowly: half the size says as much in a quarter of the time.
        return match_colours(*(image.reduce(2) for image in (self.before, after, self.painted)))

    def changed_shares(self) -> tuple[float, float]:
        """The shares (0 to 1) of unpainted and of painted pixels that the answer visibly changed.

        0 for a part that has no pixels.
        """
        old, new = (np.asarray(image) for image in on_one_ground(self.before, self.after))
        apart = np.maximum(old, new) - np.minimum(old, new)
        visible = (apart > VISIBLE_LEVELS).any(axis=2)
        paint = np.asarray(self.painted)
        inside = paint >= _HALF_PAINTED
        if not inside.any():  # strokes thinner than the reduced pixels
            inside = paint > 0
        return _share(visible, paint == 0), _share(visible, inside)


def _share(visible: NDArray[np.bool_], part: NDArray[np.bool_]) -> float:
    total = int(np.count_nonzero(part))
    return int(np.count_nonzero(visible & part)) / total if total else 0.0


def on_one_ground(before: Image.Image, after: Image.Image) -> tuple[Image.Image, Image.Image]:
    """Give both as RGB; what is transparent before gets the ground that the answer has there.

    Models lay a transparent picture on a ground of their own choice, often white. Compared with
    any other one, the whole ground would count as changed, and as a tint of the answer.
    """
    after = _laid_on(after, _GREY)
    if before.mode != "RGBA":
        return before, after
    clear = np.asarray(before.getchannel("A")) < _NEARLY_CLEAR
    if not clear.any():
        return _laid_on(before, _GREY), after
    red, green, blue = np.median(np.asarray(after)[clear], axis=0).astype(int).tolist()
    return _laid_on(before, (red, green, blue)), after


def _laid_on(image: Image.Image, ground: tuple[int, int, int]) -> Image.Image:
    if image.mode != "RGBA":
        return image
    return Image.alpha_composite(Image.new("RGBA", image.size, (*ground, 255)), image).convert(
        "RGB"
    )
