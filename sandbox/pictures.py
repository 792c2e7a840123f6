"""Pictures in and out: strict on what comes in, numpy RGB inside."""

import io
from typing import Literal

import numpy as np
from PIL import Image

from sandbox import refusals
from sandbox.catalogue import MaskSense
from sandbox.incoming import SentPicture
from sandbox.pixels import Grey, Rgb

MAX_SIDE = 8192
MIN_SIDE = 8
MIMES = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp", "GIF": "image/gif"}
SAME_MIME = {"image/jpg": "image/jpeg"}
EXTENSIONS = {"PNG": "png", "JPEG": "jpg", "WEBP": "webp"}
Image.MAX_IMAGE_PIXELS = None  # the sides are checked below, before anything is decoded


def read_picture(sent: SentPicture, number: int, limit: int) -> Rgb:
    """A sent picture as RGB rows; transparency is laid on white, EXIF orientation is not applied.
    Raises `Refusal`."""
    image = _open(sent, limit)
    if image.mode not in ("RGB", "RGBA", "L", "LA") and image.format != "GIF":
        raise refusals.bad_picture_file(f"Invalid image file or mode for image {number}.")
    if image.mode in ("RGBA", "LA", "P"):
        rgba = image.convert("RGBA")
        flat = Image.new("RGB", rgba.size, "white")
        flat.paste(rgba, mask=rgba.getchannel("A"))
        return np.asarray(flat)
    return np.asarray(image.convert("RGB"))


def read_mask(sent: SentPicture, limit: int, sense: MaskSense, size: tuple[int, int]) -> Grey:
    """A sent mask as grey, 255 = edit, whatever the model's own way is. Raises `Refusal`."""
    image = _open(sent, limit)
    if image.size != size:
        raise refusals.bad_mask(
            f"Invalid mask image format - mask size {image.width}x{image.height} does not match "
            f"image size {size[0]}x{size[1]}."
        )
    if sense == "alpha":
        if image.format != "PNG" or image.mode not in ("RGBA", "LA"):
            raise refusals.bad_mask("Invalid mask image format - mask image missing alpha channel.")
        return 255 - np.asarray(image.getchannel("A"))
    if sense == "flattened" and image.mode in ("RGBA", "LA"):
        ground = Image.new("RGBA", image.size, "black")
        image = Image.alpha_composite(ground, image.convert("RGBA"))
    if image.mode in ("RGBA", "LA"):
        image = image.convert("RGB" if image.mode == "RGBA" else "L")
    return np.asarray(image.convert("L"))


def _open(sent: SentPicture, limit: int) -> Image.Image:
    if len(sent.data) > limit:
        raise refusals.picture_too_large(limit)
    if not sent.mime:
        raise refusals.bad_picture_file("Expected a file with a content type.")
    try:
        image = Image.open(io.BytesIO(sent.data), formats=list(MIMES))
    except (OSError, ValueError, SyntaxError) as problem:
        raise refusals.bad_picture("The input is not a readable image.") from problem
    if MIMES[str(image.format)] != SAME_MIME.get(sent.mime, sent.mime):
        raise refusals.mislabelled_picture()
    if max(image.size) > MAX_SIDE:
        raise refusals.too_many_pixels(*image.size)
    if min(image.size) < MIN_SIDE:
        raise refusals.bad_picture(f"Images must be at least {MIN_SIDE}x{MIN_SIDE} pixels.")
    try:
        image.load()
    except (OSError, ValueError, SyntaxError) as problem:
        raise refusals.bad_picture("The input image is damaged.") from problem
    return image


def write_picture(pixels: Rgb, kind: Literal["PNG", "JPEG", "WEBP"]) -> bytes:
    """Encode an answer; JPEG and WebP at the quality that services use."""
    buffer = io.BytesIO()
    image = Image.fromarray(pixels)
    if kind == "PNG":
        image.save(buffer, "PNG", compress_level=3)
    else:
        image.save(buffer, kind, quality=92)
    return buffer.getvalue()
