"""A finished edit put together anew: which answer shows in which area, and how softly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image

from editor.imaging.changes import find_changes, full_mask
from editor.imaging.comparing import Comparison
from editor.imaging.composing import Blend, Fit, measured
from editor.imaging.framing import Frame, Size
from editor.imaging.layering import Layer, Layered, put_layers
from editor.imaging.reading import ReadPicture
from editor.imaging.regions import Regions, find_regions


class NothingLeft(ValueError):
    """Everything was rejected or painted back, so the original itself would come of it."""


class OtherAreas(ValueError):
    """The areas that were chosen from are not the areas of this mask."""


@dataclass(frozen=True)
class Recipe:
    """How to put an edit together from its answers.

    `areas` names for each area of the mask, in order, the answer that shows in it, from 1 on, or
    0 for the original; empty means the first answer everywhere. For an edit without a mask,
    `level` says how finely to look for what its one answer has changed (see `changes`).
    """

    blend: Blend
    areas: tuple[int, ...] = ()
    level: int | None = None


def adjusted(
    original: ReadPicture,
    mask: Image.Image | None,
    answers: Sequence[tuple[ReadPicture, Frame]],
    recipe: Recipe,
    restored: Image.Image | None = None,
) -> Layered:
    """Put an edit together as the recipe says, without what was `restored` (L, 255 = original).

    Raises NothingLeft, OtherAreas when the recipe was made for another mask, and
    NothingInCommon when an answer without a mask shows another picture.
    """
    if mask is None:
        layers = _what_changed(original, *answers[0], recipe)
    else:
        layers = _by_area(original, mask, answers, recipe)
    layered = put_layers(original, layers, recipe.blend, restored)
    if layered.outside_pixels == original.image.width * original.image.height:
        message = "Nothing of the edit is left, so there is no new picture."
        raise NothingLeft(message)
    return layered


def _by_area(
    original: ReadPicture,
    mask: Image.Image,
    answers: Sequence[tuple[ReadPicture, Frame]],
    recipe: Recipe,
) -> list[Layer]:
    regions = find_regions(mask)
    layers = []
    for number, (answer, frame) in enumerate(answers, 1):
        chosen = _chosen(regions, recipe.areas, number)
        if chosen:
            # How an answer lies is judged by all that nobody painted, whatever is chosen of it.
            fit = measured(Comparison(original, answer, mask, frame), recipe.blend)
            layers.append(Layer(answer, frame, fit, regions.only(mask, chosen)))
    return layers


def _what_changed(
    original: ReadPicture, answer: ReadPicture, frame: Frame, recipe: Recipe
) -> list[Layer]:
    changes = find_changes(original, answer, frame)
    small = changes.at(changes.usual if recipe.level is None else recipe.level)
    regions = find_regions(small)
    chosen = regions.only(small, _chosen(regions, recipe.areas, 1))
    fit = Fit(
        changes.fit.drift if recipe.blend.undo_drift else None,
        changes.fit.colour if recipe.blend.match_colour else None,
    )
    mask = full_mask(chosen, changes.box, Size(*original.image.size))
    return [Layer(answer, frame, fit, mask)]


def _chosen(regions: Regions, areas: tuple[int, ...], answer: int) -> list[int]:
    if not areas:
        return list(range(1, regions.count + 1)) if answer == 1 else []
    if len(areas) != regions.count:
        message = f"there are {regions.count} areas, and {len(areas)} choices"
        raise OtherAreas(message)
    return [number for number, chosen in enumerate(areas, 1) if chosen == answer]
