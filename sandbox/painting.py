"""One job painted: the edit itself, then the redrawing that every model does besides.

The same job with the same seed gives the same pictures; each of several variants looks different.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from sandbox import regions, styles
from sandbox.checks import Job
from sandbox.filling import fill
from sandbox.framing import answer_size, lay
from sandbox.pixels import Floats, Grey, Rgb, to_bytes
from sandbox.recolouring import recolour
from sandbox.redraw import redraw_lightly, redraw_strongly
from sandbox.references import in_colours_of, put_in, speaks_of_mood
from sandbox.scenery import MAKERS, flowers
from sandbox.styles import STYLES
from sandbox.textures import Canvas
from sandbox.wording import Intent, read_intent

SELF_LIT = ("stars", "fire", "sky", "rainbow")
TOO_MUCH_TO_REMOVE = 0.85


def paint(job: Job, seed: int, variant: int) -> Rgb:
    """Variant number `variant` (from 0) of a job, at the model's answer size. Takes up to two
    seconds of processor time: run it in a thread."""
    chance = np.random.default_rng([seed, variant])
    picture = job.images[0]
    size = answer_size(job.model, job.size, picture.shape[1], picture.shape[0])
    base = lay(picture, size)
    mask = None if job.mask is None else lay(job.mask, size)
    references = tuple(job.images[1:])
    if job.model.erases and mask is not None and not (mask >= 128).any():
        edited = base
    elif job.model.erases:
        edited = remove(base, mask, variant, chance)
    else:
        edited = edit(base, mask, job.prompt, references, variant, chance)
    if job.model.strength == "strong":
        return redraw_strongly(edited, chance)
    return redraw_lightly(edited, chance)


def edit(
    base: Rgb,
    mask: Grey | None,
    prompt: str,
    references: tuple[Rgb, ...],
    variant: int,
    chance: np.random.Generator,
) -> Rgb:
    """The picture with the wish carried out where the mask is 128 or more (no mask: everywhere)."""
    intent = read_intent(prompt)
    if mask is not None and not (mask >= 128).any():
        return base
    if intent.kind == "remove":
        return remove(base, mask, variant, chance)
    area = np.full(base.shape[:2], 255, np.uint8) if mask is None else mask
    # A texture may end sharply; what nobody asked for in words fades out far from the edge.
    surprise = intent.kind == "surprise" and not references
    reach = 0.045 if surprise else 0.003 if intent.kind == "texture" else 0.006
    soft = regions.feather(area, reach * max(base.shape[:2]) + 1)
    if references:
        reference = references[variant % len(references)]
        if mask is None or speaks_of_mood(prompt):
            return _blend(base, in_colours_of(base, reference), soft)
        ground = remove(base, mask, 0, chance)
        return _blend(ground, put_in(ground, mask, reference), soft)
    if intent.kind == "recolour":
        soft = _only_what_is_meant(base, mask, intent, soft)
    return _blend(base, _painted(base, area, soft, intent, variant, chance), soft)


def _painted(
    base: Rgb,
    area: Grey,
    soft: Floats,
    intent: Intent,
    variant: int,
    chance: np.random.Generator,
) -> Rgb:
    """The whole picture as it should look where the edit applies."""
    if intent.kind == "recolour" and intent.colour:
        return recolour(base, intent.colour, soft, variant)
    if intent.kind == "texture":
        return _textured(base, area, intent, chance)
    if intent.kind == "style":
        return STYLES[intent.name](base, (0.35, 0.8, 0.0, 1.0)[variant % 4])
    return _surprise(base, intent, variant, chance)


def _only_what_is_meant(base: Rgb, mask: Grey | None, intent: Intent, soft: Floats) -> Floats:
    """Paint for "the red car": what is red; for a loose mask: the thing in it."""
    if intent.source is not None:
        least = 0.003 if mask is None else 0.06
        return soft * regions.of_colour(base, intent.source, soft, least)
    if mask is not None:
        return soft * regions.thing_inside(base, mask, 1)
    return soft


def _blend(base: Rgb, painted: Rgb, soft: Floats) -> Rgb:
    weight = soft[..., None]
    return to_bytes(base * (1 - weight) + painted * weight)


def remove(base: Rgb, mask: Grey | None, variant: int, chance: np.random.Generator) -> Rgb:
    """Fill from around. Without a mask, the thing that stands out is taken to be the one meant."""
    area = regions.thing_standing_out(base) if mask is None else mask
    if area is None or (area >= 128).mean() > TOO_MUCH_TO_REMOVE:
        return styles.flatten(base, 0.5 + 0.2 * variant)
    reach = max(3, 2 * round(0.0025 * max(base.shape[:2])) + 1)
    hole = cv2.dilate((area >= 128).astype(np.uint8), np.ones((reach, reach), np.uint8)) > 0
    filled = fill(base, hole, chance)
    if variant:
        # Variants of a removal would look alike on plain ground: each gets its own light.
        light = styles.curve(filled, 1 + 0.07 * (1 if variant % 2 else -1) * (1 + variant // 2))
        filled = _blend(filled, light, regions.feather(hole.astype(np.uint8) * 255, 40))
    return filled


def _textured(base: Rgb, area: Grey, intent: Intent, chance: np.random.Generator) -> Rgb:
    """A surface over the box of the mask, lit as the picture was there."""
    rows, columns = regions.box_of(area >= 128)
    part = base[rows, columns]
    height, width = part.shape[:2]
    unit = float(np.clip(min(height, width) / 12, 12, 88)) * chance.uniform(0.85, 1.15)
    canvas = Canvas(height, width, unit, chance)
    if intent.name == "flowers":
        surface = flowers(canvas, intent.colour)
    else:
        surface = MAKERS[intent.name](canvas)
    drawn = to_bytes(surface)
    if intent.colour and intent.name not in ("flowers", "stars"):
        drawn = recolour(drawn, intent.colour, np.ones(drawn.shape[:2], np.float32), 0)
    strength = 0.12 if intent.name in SELF_LIT else 0.6
    painted = base.copy()
    painted[rows, columns] = _lit_like(drawn, part, area[rows, columns] >= 128, unit, strength)
    return painted


def _lit_like(
    drawn: Rgb, part: Rgb, inside: NDArray[np.bool_], unit: float, strength: float
) -> Rgb:
    light = cv2.GaussianBlur(styles.luminance(part)[..., 0], (0, 0), max(2.0, unit * 0.6)) + 8
    middle = float(light[inside].mean())
    factor = np.clip((light / middle) ** strength, 0.5, 1.5)
    own = float(styles.luminance(drawn)[inside].mean()) + 8
    gain = float(np.clip((middle / own) ** (0.4 * strength), 0.75, 1.25))
    return to_bytes(drawn * (factor * gain)[..., None])


def _surprise(base: Rgb, intent: Intent, variant: int, chance: np.random.Generator) -> Rgb:
    """For wishes that no rule knows: painterly, tinted by the prompt's hash, softly patterned."""
    colour = intent.colour or (90, 120, 180)
    red, green, blue = colour[variant % 3 :] + colour[: variant % 3]
    painted = styles.oil(base, float(chance.random()))
    toned = styles.tint(
        styles.saturate(painted, 1.2), (red // 3, green // 3, blue // 3), (red, green, blue), 0.38
    )
    y, x = np.mgrid[0 : base.shape[0], 0 : base.shape[1]].astype(np.float32)
    turn = chance.uniform(0, np.pi)
    wave = (x * np.cos(turn) + y * np.sin(turn)) / max(base.shape[:2])
    bend = np.sin(wave * chance.uniform(14, 26) * np.pi + 2.2 * np.sin(y / base.shape[0] * 7))
    return to_bytes(toned * (1 + 0.045 * bend[..., None]) + 6)
