"""Colour profiles: which are usable, and the way to sRGB and back."""

from __future__ import annotations

import io
from functools import lru_cache
from itertools import product

import numpy as np
from PIL import Image, ImageCms

# Real profiles reach 3 MB (CMYK printing conditions); anything far above is padding or an attack.
MAX_PROFILE_BYTES = 4_000_000

_CMS_ERRORS = (ImageCms.PyCMSError, OSError, ValueError, TypeError)
_INTENT = ImageCms.Intent.RELATIVE_COLORIMETRIC
_FLAGS = ImageCms.Flags.BLACKPOINTCOMPENSATION
# One level is what rounding alone may do to a value.
_SAME_AS_SRGB_LEVELS = 1


def working_profile(icc_profile: bytes | None) -> bytes | None:
    """Judge an RGB picture's profile: give it back, or None where sRGB serves as well.

    None comes back for no profile, a broken or non-RGB one, one that LittleCMS cannot
    convert both from and to, and one that means the same colours as sRGB.
    """
    if colour_space(icc_profile) != "RGB":
        return None
    sample = _sample()
    try:
        there = convert(sample, icc_profile, None)
        convert(sample, None, icc_profile)
    except _CMS_ERRORS:
        return None
    return icc_profile if _differ(sample, there) else None


def colour_space(icc_profile: bytes | None) -> str | None:
    """Give a profile's device colour space ("RGB", "CMYK", "GRAY", ...); None if unreadable."""
    if not icc_profile or len(icc_profile) > MAX_PROFILE_BYTES:
        return None
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(icc_profile))
    except _CMS_ERRORS:
        return None
    return profile.profile.xcolor_space.strip()


def convert(image: Image.Image, source: bytes | None, target: bytes | None) -> Image.Image:
    """Convert an RGB or RGBA image from one RGB profile to another; None stands for sRGB.

    Alpha is kept. Gives `image` itself when there is nothing to do. Raises PyCMSError
    for profiles that `working_profile` would have turned away.
    """
    if source == target:
        return image
    return _apply(image, _profile(source), _profile(target), image.mode)


def device_to_srgb(image: Image.Image, icc_profile: bytes | None) -> Image.Image | None:
    """Convert a CMYK or L image through its own profile to RGB in sRGB.

    None when the profile is missing, broken or meant for another kind of image.
    """
    expected = {"CMYK": "CMYK", "L": "GRAY"}.get(image.mode)
    if icc_profile is None or expected is None or colour_space(icc_profile) != expected:
        return None
    try:
        return _apply(image, _profile(icc_profile), _profile(None), "RGB")
    except _CMS_ERRORS:
        return None


def _apply(
    image: Image.Image,
    source: ImageCms.ImageCmsProfile,
    target: ImageCms.ImageCmsProfile,
    mode: str,
) -> Image.Image:
    transform = ImageCms.buildTransform(source, target, image.mode, mode, _INTENT, _FLAGS)
    converted = transform.apply(image)
    converted.info = {}
    return converted


def _profile(icc_profile: bytes | None) -> ImageCms.ImageCmsProfile:
    if icc_profile is None:
        return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    return ImageCms.ImageCmsProfile(io.BytesIO(icc_profile))


@lru_cache(maxsize=1)
def _sample() -> Image.Image:
    """Colours spread over the whole RGB cube, and the greys."""
    steps = range(0, 256, 17)
    cube = bytes(level for colour in product(steps, repeat=3) for level in colour)
    greys = bytes(level for level in range(256) for _channel in range(3))
    return Image.frombytes("RGB", ((len(cube) + len(greys)) // 3, 1), cube + greys)


def _differ(one: Image.Image, other: Image.Image) -> bool:
    apart = np.asarray(one).astype(np.int16) - np.asarray(other)
    return int(np.abs(apart).max()) > _SAME_AS_SRGB_LEVELS
