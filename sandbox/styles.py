"""Ways to restyle a picture: RGB bytes in, RGB bytes of the same size out."""

from collections.abc import Callable

import cv2
import numpy as np

from sandbox.pixels import Floats, Rgb, floats, to_bytes
from sandbox.wording import Colour

Style = Callable[[Rgb, float], Rgb]


def luminance(picture: Rgb) -> Floats:
    """Grey values 0..255 as floats, with a last axis of one."""
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.float32)[..., None]


def saturate(picture: Rgb, factor: float) -> Rgb:
    """Colours stronger (over 1) or weaker (under 1)."""
    grey = luminance(picture)
    return to_bytes(grey + (picture - grey) * np.float32(factor))


def curve(picture: Rgb, gamma: float, gain: float = 1.0, lift: float = 0.0) -> Rgb:
    """A tone curve: gamma under 1 brightens; `lift` in levels."""
    levels = 255 * gain * (np.arange(256) / 255) ** gamma + lift
    return np.asarray(cv2.LUT(picture, to_bytes(levels)))


def tint(picture: Rgb, shadows: Colour, lights: Colour, strength: float) -> Rgb:
    """Splits the tones: shadows and lights pulled towards two colours."""
    grey = luminance(picture) / 255
    wanted = np.asarray(shadows, np.float32) * (1 - grey) + np.asarray(lights, np.float32) * grey
    return to_bytes(picture * (1 - strength) + wanted * np.float32(strength))


def _unit(picture: Rgb) -> float:
    """A length that grows with the picture: 1.0 at about one megapixel."""
    return max(0.35, float(np.sqrt(picture.shape[0] * picture.shape[1] / 1_048_576)))


def _down_and_up(picture: Rgb, work: Callable[[Rgb], Rgb], pixels: int = 420_000) -> Rgb:
    """Runs slow filters on a smaller copy."""
    height, width = picture.shape[:2]
    scale = min(1.0, (pixels / (height * width)) ** 0.5)
    if scale == 1.0:
        return work(picture)
    size = (max(8, round(width * scale)), max(8, round(height * scale)))
    done = work(np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA)))
    return np.asarray(cv2.resize(done, (width, height), interpolation=cv2.INTER_CUBIC))


def flatten(picture: Rgb, strength: float) -> Rgb:
    """Smooths surfaces and keeps edges, as a painter would."""

    def work(small: Rgb) -> Rgb:
        done = small
        for _ in range(2):
            done = np.asarray(cv2.bilateralFilter(done, 7, 28 + 34 * strength, 5))
        return done

    return _down_and_up(picture, work)


def brighter(picture: Rgb, chance: float) -> Rgb:
    return saturate(curve(picture, 0.62 - 0.1 * chance, 1.02, 6), 1.08)


def darker(picture: Rgb, chance: float) -> Rgb:
    return saturate(curve(picture, 1.45 + 0.3 * chance, 0.8), 0.95)


def blur(picture: Rgb, chance: float) -> Rgb:
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), (9 + 5 * chance) * _unit(picture)))


def sharpen(picture: Rgb, chance: float) -> Rgb:
    values = picture.astype(np.float32)
    fine = values - cv2.GaussianBlur(values, (0, 0), 1.2 * _unit(picture))
    broad = values - cv2.GaussianBlur(values, (0, 0), 18 * _unit(picture))
    return saturate(to_bytes(values + (0.9 + 0.4 * chance) * fine + 0.28 * broad), 1.08)


def contrast(picture: Rgb, chance: float) -> Rgb:
    levels = np.arange(256) / 255
    bent = levels + (0.24 + 0.1 * chance) * np.sin((levels - 0.5) * 2 * np.pi) / np.pi * 1.6
    return tint(
        np.asarray(cv2.LUT(picture, to_bytes(255 * bent))), (0, 24, 42), (255, 236, 208), 0.14
    )


def vivid(picture: Rgb, chance: float) -> Rgb:
    return contrast(saturate(picture, 1.35 + 0.3 * chance), 0.0)


def negative(picture: Rgb, chance: float) -> Rgb:
    del chance
    return 255 - picture


def grey(picture: Rgb, chance: float) -> Rgb:
    values = curve(
        np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)), 1.0 + 0.25 * (chance - 0.4)
    )
    even = cv2.createCLAHE(1.6, (8, 8)).apply(values)
    return np.repeat(even[..., None], 3, axis=2)


def sepia(picture: Rgb, chance: float) -> Rgb:
    faded = curve(tint(grey(picture, chance), (48, 28, 14), (255, 236, 200), 0.82), 0.95, 0.94, 8)
    return saturate(faded, 1.15 + 0.3 * chance)


def sketch(picture: Rgb, chance: float) -> Rgb:
    shade = np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.float32)
    soft = cv2.GaussianBlur(255 - shade, (0, 0), (6 + 5 * chance) * _unit(picture))
    lines = np.clip(shade * 255 / np.maximum(255 - soft, 1), 0, 255)
    hatch = np.random.default_rng(3).normal(0, 1, shade.shape).astype(np.float32)
    length = max(5, int(13 * _unit(picture)))
    hatch = cv2.filter2D(hatch, -1, np.eye(length, dtype=np.float32) / length) * np.sqrt(length)
    tone = np.clip((175 - shade) / 175, 0, 1)
    paper = lines / 255 * (1 - 0.42 * tone) + hatch * (0.04 + 0.11 * tone)
    return to_bytes(np.clip(paper, 0, 1)[..., None] * np.asarray((250, 247, 240), np.float32))


def watercolour(picture: Rgb, chance: float) -> Rgb:
    wash = curve(saturate(flatten(picture, 0.9), 1.25), 0.78, 0.95, 14).astype(np.float32)
    noise = np.random.default_rng(5 + int(chance * 9)).random((24, 32)).astype(np.float32)
    pigment = cv2.resize(noise, (picture.shape[1], picture.shape[0]), interpolation=cv2.INTER_CUBIC)
    edges = cv2.Laplacian(
        cv2.GaussianBlur(luminance(picture)[..., 0], (0, 0), 2 * _unit(picture)), cv2.CV_32F
    )
    rim = np.clip(np.abs(edges) / 9, 0, 1)[..., None]
    return to_bytes(wash * (0.96 + 0.08 * pigment[..., None]) * (1 - 0.3 * rim))


def oil(picture: Rgb, chance: float) -> Rgb:
    """Brush strokes: noise dragged along the edges, as relief on a flattened picture."""
    flat = saturate(flatten(picture, 1.0), 1.3 + 0.2 * chance)
    unit = _unit(picture)
    smooth = cv2.GaussianBlur(luminance(picture)[..., 0], (0, 0), 5 * unit)
    angle = (
        np.arctan2(cv2.Sobel(smooth, cv2.CV_32F, 0, 1), cv2.Sobel(smooth, cv2.CV_32F, 1, 0))
        + np.pi / 2
    )
    specks = np.random.default_rng(11 + int(chance * 9)).standard_normal(
        picture.shape[:2], dtype=np.float32
    )
    grain = floats(cv2.GaussianBlur(specks, (0, 0), 1.3 * unit))
    y, x = np.mgrid[0 : smooth.shape[0], 0 : smooth.shape[1]].astype(np.float32)
    dragged = np.zeros_like(grain)
    colour = np.zeros_like(picture, np.float32)
    for step in (-6, -3, 0, 3, 6):
        way_x = x + np.cos(angle).astype(np.float32) * step * unit
        way_y = y + np.sin(angle).astype(np.float32) * step * unit
        dragged += floats(
            cv2.remap(grain, way_x, way_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
        )
        colour += cv2.remap(flat, way_x, way_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    relief = floats(cv2.Sobel(dragged, cv2.CV_32F, 1, 1, ksize=3))
    relief = relief / max(float(np.abs(relief).mean()), 1e-6)
    return to_bytes(colour / 5 + 5.5 * np.clip(relief, -3.5, 3.5)[..., None])


def cartoon(picture: Rgb, chance: float) -> Rgb:
    flat = saturate(flatten(picture, 1.2), 1.45 + 0.3 * chance)
    lab = np.asarray(cv2.cvtColor(flat, cv2.COLOR_RGB2Lab), np.float32)
    steps = 7.0
    level = lab[..., 0] / 255 * steps
    soft = np.floor(level) + 1 / (1 + np.exp(-14 * (level - np.floor(level) - 0.5)))
    lab[..., 0] = soft / steps * 255
    toned = np.asarray(cv2.cvtColor(to_bytes(lab), cv2.COLOR_Lab2RGB))
    unit = _unit(picture)
    smooth = cv2.GaussianBlur(luminance(flat)[..., 0], (0, 0), 1.4 * unit)
    wide = cv2.GaussianBlur(smooth, (0, 0), 3.0 * unit)
    ink = np.clip((wide - smooth - 3.0) / 5, 0, 1)[..., None]
    return to_bytes(toned * (1 - 0.85 * ink))


def pixels(picture: Rgb, chance: float) -> Rgb:
    height, width = picture.shape[:2]
    across = 72 + int(40 * chance)
    size = (across, max(4, round(across * height / width)))
    tiny = saturate(np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA)), 1.25)
    tiny = to_bytes(np.round(tiny / 28.0) * 28)
    return np.asarray(cv2.resize(tiny, (width, height), interpolation=cv2.INTER_NEAREST))


def night(picture: Rgb, chance: float) -> Rgb:
    """Moonlight: dark and blue, with the lights kept a little."""
    dark = tint(saturate(curve(picture, 1.6, 0.72), 0.6), (2, 6, 22), (120, 160, 228), 0.5)
    moon = _falloff(picture, 0.25 + 0.5 * chance, -0.05)
    return to_bytes(dark * (0.68 + 0.75 * moon))


def sunset(picture: Rgb, chance: float) -> Rgb:
    warm = tint(contrast(curve(picture, 1.12), 0.2), (52, 10, 58), (255, 176, 84), 0.36)
    glow = _falloff(picture, 0.2 + 0.6 * chance, 0.25)
    light = np.asarray((255, 150, 66), np.float32) * glow * 0.42
    return to_bytes(255 - (255 - saturate(warm, 1.35).astype(np.float32)) * (255 - light) / 255)


def cold(picture: Rgb, chance: float) -> Rgb:
    return tint(
        saturate(curve(picture, 0.9), 0.62), (34, 58, 96), (226, 240, 255), 0.3 + 0.12 * chance
    )


def foggy(picture: Rgb, chance: float) -> Rgb:
    height, width = picture.shape[:2]
    noise = np.random.default_rng(2 + int(chance * 9)).random((6, 8)).astype(np.float32)
    drift = cv2.resize(noise, (width, height), interpolation=cv2.INTER_CUBIC)
    down = np.linspace(1, 0.45, height, dtype=np.float32)[:, None]
    veil = np.clip(0.82 * down * (0.7 + 0.5 * drift), 0, 0.92)[..., None]
    soft = cv2.GaussianBlur(picture, (0, 0), 1.6 * _unit(picture)).astype(np.float32)
    return to_bytes(soft * (1 - veil) + np.asarray((224, 229, 234), np.float32) * veil)


def _falloff(picture: Rgb, across: float, down: float) -> Floats:
    """Light around a point given in shares of the picture: 1 there, 0 far away."""
    height, width = picture.shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    far = np.hypot(x / width - across, (y / height - down) * 0.9)
    return floats(np.exp(-((far / 0.55) ** 2)))[..., None]


STYLES: dict[str, Style] = {
    "blur": blur,
    "brighter": brighter,
    "cartoon": cartoon,
    "cold": cold,
    "contrast": contrast,
    "darker": darker,
    "foggy": foggy,
    "grey": grey,
    "negative": negative,
    "night": night,
    "oil": oil,
    "pixels": pixels,
    "sepia": sepia,
    "sharpen": sharpen,
    "sketch": sketch,
    "sunset": sunset,
    "vivid": vivid,
    "watercolour": watercolour,
}
