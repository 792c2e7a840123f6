"""Where an edit works: feathered masks, and guesses at the thing that is meant."""

import cv2
import numpy as np

from sandbox.pixels import Bools, Floats, Grey, Rgb, floats
from sandbox.wording import Colour

GUESS_PIXELS = 40_000


def feather(mask: Grey, pixels: float) -> Floats:
    """0..1, soft inside the mask and 0 everywhere outside it."""
    inside = (mask >= 128).astype(np.uint8)
    if inside.all():
        return np.ones(mask.shape, np.float32)
    depth = cv2.distanceTransform(inside, cv2.DIST_L2, 3)
    ramp = np.clip(depth / max(pixels, 1.0), 0, 1)
    return floats(ramp * ramp * (3 - 2 * ramp))


def box_of(mask: Bools) -> tuple[slice, slice]:
    """The rows and columns that hold the mask; the whole picture when it is empty."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not rows.size:
        return slice(0, mask.shape[0]), slice(0, mask.shape[1])
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)


def thing_inside(picture: Rgb, mask: Grey, seed: int) -> Floats:
    """A loose mask around a thing, narrowed to the thing (0..1). Where no thing stands out from
    what lies around the mask, all of the mask."""
    inside = mask >= 128
    everything = np.ones(mask.shape, np.float32)
    share = float(inside.mean())
    if not 0.002 < share < 0.6:
        return everything
    scale = min(1.0, (GUESS_PIXELS / mask.size) ** 0.5)
    size = (max(16, round(mask.shape[1] * scale)), max(16, round(mask.shape[0] * scale)))
    small = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA))
    small_inside = cv2.resize(inside.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
    labels = np.where(small_inside, cv2.GC_PR_FGD, cv2.GC_BGD).astype(np.uint8)
    if np.count_nonzero(small_inside) < 60:
        return everything
    cv2.setRNGSeed(seed & 0x7FFF_FFFF)
    models = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.grabCut(small, labels, None, *models, 4, cv2.GC_INIT_WITH_MASK)  # type: ignore[call-overload]
    thing = (labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD)
    found = np.count_nonzero(thing) / np.count_nonzero(small_inside)
    if not 0.2 < found < 0.97:
        return everything
    tidy = cv2.medianBlur(thing.astype(np.uint8) * 255, 5).astype(np.float32) / 255
    whole = cv2.resize(tidy, (mask.shape[1], mask.shape[0]), interpolation=cv2.INTER_LINEAR)
    return floats(np.clip((cv2.GaussianBlur(whole, (0, 0), 1.5) - 0.25) * 2, 0, 1))


def of_colour(picture: Rgb, colour: Colour, inside: Floats, least: float) -> Floats:
    """Where the picture has about this colour (0..1); everywhere if less than the share `least` of
    `inside` has."""
    lab = np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2Lab), np.float32)
    swatch = np.asarray([[colour]], np.uint8)
    target = np.asarray(cv2.cvtColor(swatch, cv2.COLOR_RGB2Lab), np.float32)[0, 0]
    chroma = np.hypot(lab[..., 1] - 128, lab[..., 2] - 128)
    wanted_chroma = float(np.hypot(target[1] - 128, target[2] - 128))
    if wanted_chroma < 12:
        far = np.abs(lab - target).max(axis=2)
        like = np.clip((70 - far) / 30, 0, 1)
    else:
        angle = np.arctan2(lab[..., 2] - 128, lab[..., 1] - 128)
        turn = angle - np.arctan2(target[2] - 128, target[1] - 128)
        apart = np.abs(np.angle(np.exp(1j * turn)))
        like = np.clip((0.75 - apart) / 0.3, 0, 1) * np.clip((chroma - 10) / 12, 0, 1)
    like = cv2.GaussianBlur(cv2.medianBlur((like * 255).astype(np.uint8), 5), (0, 0), 1.2) / 255.0
    if float((like * inside).sum()) < least * float(inside.sum()):
        return np.ones_like(inside)
    return np.asarray(like, np.float32)


def thing_standing_out(picture: Rgb) -> Grey | None:
    """The one thing whose colours are rare at the picture's border, as a mask, or None."""
    height, width = picture.shape[:2]
    scale = min(1.0, (GUESS_PIXELS / (height * width)) ** 0.5)
    size = (max(16, round(width * scale)), max(16, round(height * scale)))
    small = cv2.GaussianBlur(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), (0, 0), 1.5)
    lab = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2Lab), np.float32)
    rim = max(2, min(size) // 12)
    border = np.ones(lab.shape[:2], bool)
    border[rim:-rim, rim:-rim] = False
    cv2.setRNGSeed(1)
    stop = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 12, 1.0)
    samples = np.ascontiguousarray(lab[border])
    _, _, palette = cv2.kmeans(samples, 8, None, stop, 1, cv2.KMEANS_PP_CENTERS)  # type: ignore[call-overload]
    rare = np.min([np.linalg.norm(lab - tone, axis=2) for tone in palette], axis=0)
    level = max(22.0, float(np.percentile(rare, 90)))
    marked = cv2.morphologyEx(
        (rare > level).astype(np.uint8), cv2.MORPH_CLOSE, np.ones((7, 7), np.uint8)
    )
    count, labels, stats, _ = cv2.connectedComponentsWithStats(marked)
    areas = stats[1:count, cv2.CC_STAT_AREA]
    if not areas.size or not 0.004 < areas.max() / marked.size < 0.3:
        return None
    thing = (labels == 1 + int(areas.argmax())).astype(np.uint8) * 255
    wide = cv2.dilate(thing, np.ones((9, 9), np.uint8))
    return np.asarray(cv2.resize(wide, (width, height), interpolation=cv2.INTER_NEAREST))
