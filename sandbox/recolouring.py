"""New paint on an old surface: the colour changes, light and texture stay."""

import cv2
import numpy as np

from sandbox.pixels import Floats, Rgb, to_bytes
from sandbox.wording import Colour


def recolour(picture: Rgb, colour: Colour, inside: Floats, variant: int) -> Rgb:
    """The picture in `colour`; `inside` (0..1) tells which part to judge the light by. Variants are
    neighbouring hues, darker and lighter."""
    lab = np.asarray(cv2.cvtColor(picture.astype(np.float32) / 255, cv2.COLOR_RGB2Lab))
    target = _variant_of(colour, variant)
    weight = inside / max(float(inside.sum()), 1e-6)
    mean = np.asarray([float((lab[..., channel] * weight).sum()) for channel in range(3)])
    light = lab[..., 0]
    chroma = float(np.hypot(target[1], target[2]))
    pull = 0.62 if chroma > 18 else 0.9
    contrast = 1.0 if 22 < target[0] < 88 else 0.72
    middle = mean[0] + (target[0] - mean[0]) * pull
    painted = np.empty_like(lab)
    painted[..., 0] = np.clip(middle + (light - mean[0]) * contrast, 2, 99)
    # Colour fades towards black and towards white, as paint does in shadow and in glare.
    room = np.clip(painted[..., 0] / max(target[0], 12.0), 0.25, 1.0)
    glare = np.clip((100 - painted[..., 0]) / max(100 - target[0], 12.0), 0.15, 1.0)
    strength = room * np.minimum(glare, 1.0)
    for channel in (1, 2):
        rest = (lab[..., channel] - mean[channel]) * 0.12
        painted[..., channel] = target[channel] * strength + rest
    rgb = np.asarray(cv2.cvtColor(painted, cv2.COLOR_Lab2RGB))
    return to_bytes(rgb * 255)


def _variant_of(colour: Colour, variant: int) -> tuple[float, float, float]:
    """The colour in Lab; turned by up to 24 degrees and moved in lightness for variants."""
    swatch = np.asarray([[colour]], np.float32) / 255
    light, green_red, blue_yellow = (
        float(v) for v in cv2.cvtColor(swatch, cv2.COLOR_RGB2Lab)[0, 0]
    )
    turn = np.deg2rad((0, 16, -16, 24)[variant % 4])
    shift = (0, 9, -10, -18)[variant % 4]
    cos, sin = float(np.cos(turn)), float(np.sin(turn))
    return (
        float(np.clip(light + shift, 4, 97)),
        green_red * cos - blue_yellow * sin,
        green_red * sin + blue_yellow * cos,
    )
