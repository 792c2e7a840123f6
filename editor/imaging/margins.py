"""How far a canvas reaches beyond a picture on each side. Pure geometry."""

from __future__ import annotations

from typing import NamedTuple

from editor.imaging.framing import Box
from editor.imaging.sizes import Size

# How much of the picture's own edge a model may paint over, to find the way on from there.
_OVERLAP_SHARE = 0.03  # of the picture's longer side
_LEAST_OVERLAP, _MOST_OVERLAP = 16, 256
_MOST_OF_SHORTER_SIDE = 4  # at most a quarter of it


class Margins(NamedTuple):
    """Pixels that are added on each side of a picture; none is negative."""

    left: int
    top: int
    right: int
    bottom: int

    def canvas(self, picture: Size) -> Size:
        """Give the size of a picture with these margins around it."""
        return Size(self.left + picture.width + self.right, self.top + picture.height + self.bottom)

    def inner(self, picture: Size) -> Box:
        """Give where the picture lies on the canvas."""
        return Box(self.left, self.top, self.left + picture.width, self.top + picture.height)

    def fit(self, picture: Size, max_pixels: int, max_side: int) -> bool:
        """Tell whether the canvas keeps to the caps: all its pixels, and each side."""
        canvas = self.canvas(picture)
        return canvas.pixels <= max_pixels and max(canvas) <= max_side

    def largest(self, picture: Size, max_pixels: int, max_side: int) -> Margins:
        """Give the largest margins in these proportions that fit; all 0 when none does."""
        most = max(self)
        fits, too_large = 0, most + 1
        while too_large - fits > 1:
            middle = (fits + too_large) // 2
            if self._scaled(middle, most).fit(picture, max_pixels, max_side):
                fits = middle
            else:
                too_large = middle
        return self._scaled(fits, most)

    def _scaled(self, share: int, of: int) -> Margins:
        return Margins(*(side * share // max(1, of) for side in self))


def overlap(picture: Size) -> int:
    """Give how many pixels of a picture's edge are left to the model that continues it."""
    share = round(max(picture) * _OVERLAP_SHARE)
    bounded = min(max(share, _LEAST_OVERLAP), _MOST_OVERLAP)
    return min(bounded, min(picture) // _MOST_OF_SHORTER_SIDE)
