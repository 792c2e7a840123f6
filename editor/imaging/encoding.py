"""Pictures and masks become bytes: for the upstream call, and for keeping."""

from __future__ import annotations

import io
import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from editor.imaging.framing import Frame, Size
from editor.imaging.png import write_mask_png, write_png

# Left free under the ceiling for the prompt, the other fields and the multipart marks.
FIELDS_RESERVE_BYTES = 64_000

# The best that fits is searched for. Below the least the loss shows: then the size gives way.
_MOST_QUALITY, _MOST_QUALITY_AFTER_JPEG, _LEAST_QUALITY = 97, 85, 75
_NEAR_ENOUGH = 2  # nobody sees less of a difference in quality
# Lossless WebP needs a fifth to a third less than PNG, but takes its time.
_WEBP_SAVES = 1.5
_FULL_COLOUR_QUALITY = 85  # from here on, JPEG keeps colour at full resolution
_FULL_SIZE_QUALITY = 95
_MOST_ATTEMPTS = 12
# A mask is small at any level: 0.2 MB of 50 megapixels instead of 0.05, but read in a third of
# the time, and it is read more often than written.
_MASK_PNG_LEVEL = 1
_WEBP_EFFORT = 2  # 4 % more bytes than the default effort of 4, in 40 % of its time
_WEBP_MAX_SIDE = 16_383
Places = NDArray[np.intp]

_ANY_PAINT = [0] + [255] * 255
_NO_PAINT = [255] + [0] * 255


class MaskDialect(StrEnum):
    """How a model wants the editable part marked."""

    ALPHA = "alpha"  # transparent = edit (OpenAI)
    LUMINANCE = "luminance"  # white = edit (Stable Diffusion, FLUX)
    DUAL = "dual"  # both at once, for models nobody knows yet
    NONE = "none"  # takes no mask


@dataclass(frozen=True)
class EncodedReference:
    """A further picture as it is sent."""

    data: bytes
    mime: str
    size: Size


@dataclass(frozen=True)
class Encoded:
    """Image and mask as they are sent, both of exactly `size` pixels; the mask is a PNG.

    `references` are sent along, each of its own size.
    """

    image: bytes
    image_mime: str
    mask: bytes | None
    size: Size
    references: tuple[EncodedReference, ...] = ()

    @property
    def byte_count(self) -> int:
        """What image and mask take of a body, without the references."""
        return len(self.image) + len(self.mask or b"")


class DoesNotFit(ValueError):
    """Even a very small image would not fit under the byte ceiling."""


def encode_mask(mask: Image.Image, dialect: MaskDialect) -> bytes:
    """Write a mask (L, above 0 = edit) as PNG in a dialect. Raises ValueError for NONE.

    alpha: RGBA, all black; the part to edit has alpha 0, the rest 255. A reader that lays it
    on white sees black on white, which is right in luminance too.
    luminance: grey, white to edit, black to keep.
    dual: RGBA; the part to edit is white with alpha 0, the rest black with alpha 255.
    """
    edit, keep = mask.point(_ANY_PAINT), mask.point(_NO_PAINT)
    black = Image.new("L", mask.size, 0)
    bands = {
        MaskDialect.LUMINANCE: (edit,),
        MaskDialect.ALPHA: (black, black, black, keep),
        MaskDialect.DUAL: (edit, edit, edit, keep),
    }.get(dialect)
    if bands is None:
        message = "the dialect 'none' has no mask to write"
        raise ValueError(message)
    written = bands[0] if len(bands) == 1 else Image.merge("RGBA", bands)
    return write_mask_png(written)


def encode_kept_mask(mask: Image.Image) -> bytes:
    """Write a mask (L) for keeping, with its greys, as 8-bit grey PNG."""
    return _written(mask, "PNG", compress_level=_MASK_PNG_LEVEL)


def cut_frame(image: Image.Image, frame: Frame) -> Image.Image:
    """Cut the frame's box out of an RGB or RGBA image, at exactly the size to send."""
    inner = frame.inner.size
    whole = frame.box == (0, 0, *image.size)
    if frame.box.size == inner:
        part = image if whole else image.crop(frame.box)
    else:
        part = image.resize(inner, Image.Resampling.LANCZOS, box=frame.box, reducing_gap=3.0)
    return _letterboxed(part, frame)


def cut_mask(mask: Image.Image, frame: Frame) -> Image.Image:
    """Cut the frame's box out of a mask, at exactly the size to send, as 0 and 255.

    Whatever touches a painted pixel is painted, so thin strokes survive shrinking. Where paint
    touches the picture's edge it goes on into the padding, as the picture itself does.
    """
    part = mask.crop(frame.box)
    painted = part.getbbox()
    inner = frame.inner.size
    cut = np.zeros((inner.height, inner.width), dtype=np.uint8)
    if painted is not None:  # what nobody painted is not looked at
        left, top, right, bottom = painted
        rows, down = _sources(part.height, inner.height, top, bottom)
        columns, across = _sources(part.width, inner.width, left, right)
        pixels = np.asarray(part.crop((left, top, right, bottom)).point(_ANY_PAINT))
        # Along rows numpy is several times as fast as across them.
        for starts in (down, across):
            pixels = np.ascontiguousarray(np.maximum.reduceat(pixels, starts, axis=0).T)
        cut[rows, columns] = pixels
    return _letterboxed(Image.fromarray(cut), frame)


def _sources(given: int, wanted: int, first: int, end: int) -> tuple[slice, Places]:
    """Bring a painted stretch of one axis, `first` to `end` of `given` pixels, to a new length.

    Gives the pixels that are painted then, and where in the stretch each of them begins. When
    it shrinks, whatever one of them covers counts, so that no paint is lost.
    """
    if wanted < given:
        starts = np.arange(wanted) * given // wanted
        low = int(np.searchsorted(starts, first, side="right")) - 1
        high = int(np.searchsorted(starts, end, side="left"))
    else:
        starts = (np.arange(wanted) * 2 + 1) * given // (2 * wanted)
        low, high = (int(np.searchsorted(starts, at, side="left")) for at in (first, end))
    return slice(low, high), np.maximum(starts[low:high] - first, 0)


def room_under(ceiling_bytes: int) -> int:
    """Give what the pictures of a call may take together, beside its other fields."""
    return ceiling_bytes - min(FIELDS_RESERVE_BYTES, ceiling_bytes // 8)


def encode_for_call(
    image_srgb: Image.Image,
    mask: Image.Image | None,
    frame: Frame,
    dialect: MaskDialect,
    ceiling_bytes: int,
    taken_bytes: int = 0,
) -> Encoded:
    """Write what one call sends: image and mask together under the ceiling, no metadata.

    Losslessly if that fits (PNG, else WebP), else as JPEG or WebP of the best quality that
    does, else smaller. Image and mask always have the same pixel size. `taken_bytes` of the
    ceiling are for other pictures. Raises DoesNotFit for an absurdly low ceiling.
    """
    image = without_needless_alpha(image_srgb)
    if image.mode == "RGBA" and max(frame.sent) > _WEBP_MAX_SIDE:
        frame = frame.scaled(_WEBP_MAX_SIDE / max(frame.sent))
    room = room_under(ceiling_bytes) - taken_bytes
    mask = None if dialect is MaskDialect.NONE else mask
    for _attempt in range(_MOST_ATTEMPTS):
        mask_png = encode_mask(cut_mask(mask, frame), dialect) if mask is not None else None
        mask_bytes = len(mask_png or b"")
        part = cut_frame(image, frame)
        image_bytes, mime = best_under(part, room - mask_bytes)
        written = Encoded(image_bytes, mime, mask_png, Size(*part.size))
        total = written.byte_count
        if total <= room:
            return written
        frame = frame.scaled(min(0.9, 0.97 * math.sqrt(room / total)))
    message = f"{ceiling_bytes} bytes are too few for any picture"
    raise DoesNotFit(message)


def encode_master(image: Image.Image, icc_profile: bytes | None) -> bytes:
    """Write an RGB or RGBA image as lossless PNG, with its colour profile and nothing else."""
    return _png(image, icc_profile=icc_profile)


def encode_full(image: Image.Image, icc_profile: bytes | None) -> tuple[bytes, str]:
    """Write a full-size file that every browser shows; give it with its extension.

    JPEG for an opaque picture, PNG where there is transparency; the profile is kept.
    """
    image = without_needless_alpha(image)
    if image.mode == "RGBA":
        return encode_master(image, icc_profile), "png"
    return _jpeg(image, _FULL_SIZE_QUALITY, icc_profile), "jpg"


def _letterboxed(part: Image.Image, frame: Frame) -> Image.Image:
    """Lay `part` at the frame's inner box and repeat its edge over the rest."""
    inner, sent = frame.inner, frame.sent
    if inner.size == sent:
        return part
    rim: list[tuple[int, int]] = [
        (inner.top, sent.height - inner.bottom),
        (inner.left, sent.width - inner.right),
    ]
    pixels = np.asarray(part)
    rim += [(0, 0)] * (pixels.ndim - 2)
    return Image.fromarray(np.pad(pixels, rim, mode="edge"))


def without_needless_alpha(image: Image.Image) -> Image.Image:
    """Drop an alpha channel that hides nothing."""
    if image.mode == "RGBA" and image.getchannel("A").getextrema() == (255, 255):
        return image.convert("RGB")
    return image


def best_under(image: Image.Image, room: int) -> tuple[bytes, str]:
    """Write an RGB or RGBA image as well as the room allows, with its MIME type.

    As small as can be at full size if nothing fits.
    """
    fits_webp = max(image.size) <= _WEBP_MAX_SIDE
    raw = image.width * image.height * len(image.getbands())
    needed = _png_guess(image) if raw > room else 0.0  # a PNG is no larger than its values
    if needed <= room * 1.2:
        png = _png(image)
        if len(png) <= room:
            return png, "image/png"
        needed = len(png)
    if fits_webp and needed <= room * _WEBP_SAVES:
        webp = _written(image, "WEBP", lossless=True, quality=0, method=0, exact=True)
        if len(webp) <= room:
            return webp, "image/webp"
    if image.mode == "RGBA":
        return _best_quality(_webp, image, room, _MOST_QUALITY), "image/webp"
    jpeg = _best_quality(_jpeg, image, room, _MOST_QUALITY)
    # At the least quality WebP needs half as much as JPEG, and still shows more than a smaller one.
    if len(jpeg) <= room or len(jpeg) > 3 * room or not fits_webp:
        return jpeg, "image/jpeg"
    return _best_quality(_webp, image, room, _MOST_QUALITY_AFTER_JPEG), "image/webp"


def _best_quality(
    write: Callable[[Image.Image, int], bytes], image: Image.Image, room: int, most: int
) -> bytes:
    """Search for the best quality that fits; give the least one if none does."""
    best = write(image, most)
    if len(best) <= room:
        return best
    best, low = write(image, _LEAST_QUALITY), _LEAST_QUALITY
    while len(best) <= room and most - low > _NEAR_ENOUGH:
        middle = (low + most) // 2
        written = write(image, middle)
        if len(written) <= room:
            best, low = written, middle
        else:
            most = middle
    return best


def _png_guess(image: Image.Image) -> float:
    """Judge from a few strips how many bytes a picture needs as PNG; 0 for a small one."""
    strips, rows = 8, 16
    if image.height < 4 * strips * rows:
        return 0
    step = image.height // strips
    sample = Image.new(image.mode, (image.width, strips * rows))
    for strip in range(strips):
        top = strip * step + (step - rows) // 2
        sample.paste(image.crop((0, top, image.width, top + rows)), (0, strip * rows))
    return len(_png(sample)) * image.height / sample.height


def _png(image: Image.Image, icc_profile: bytes | None = None) -> bytes:
    return write_png(image, icc_profile)


def _jpeg(image: Image.Image, quality: int, icc_profile: bytes | None = None) -> bytes:
    subsampling = "4:4:4" if quality >= _FULL_COLOUR_QUALITY else "4:2:0"
    return _written(
        image, "JPEG", quality=quality, subsampling=subsampling, icc_profile=icc_profile
    )


def _webp(image: Image.Image, quality: int) -> bytes:
    return _written(image, "WEBP", quality=quality, method=_WEBP_EFFORT)


def _written(image: Image.Image, file_format: str, **options: Any) -> bytes:
    # Savers pick up profiles, comments and key colours from `info` unless they are told not to.
    bare = image
    if image.info:
        bare = image.copy()
        bare.info = {}
    stream = io.BytesIO()
    bare.save(stream, file_format, **options)
    return stream.getvalue()
