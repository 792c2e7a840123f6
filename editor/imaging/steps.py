"""The whole steps of imaging, from bytes to bytes: what `apart` runs in other processes.

Each reads what it needs, does one thing, and gives plain values; the classes in `KNOWN` are
all that comes back, as result or as exception.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image

from editor.imaging.adjusting import NothingLeft, OtherAreas, Recipe, adjusted
from editor.imaging.changes import NothingInCommon
from editor.imaging.comparing import Comparison
from editor.imaging.composing import Blend, LockProof, compose
from editor.imaging.drift import Drift
from editor.imaging.encoding import (
    DoesNotFit,
    Encoded,
    EncodedReference,
    MaskDialect,
    encode_full,
    encode_kept_mask,
    encode_master,
)
from editor.imaging.extending import extended, new_area, with_overlap
from editor.imaging.formats_out import CannotWrite, DownloadAs, encode_download, laid_on
from editor.imaging.framing import Box, Frame, Size
from editor.imaging.heat import heat_of
from editor.imaging.margins import Margins
from editor.imaging.masking import MaskMeasure, MaskRefused, measure_mask, parts_of, read_mask
from editor.imaging.previewing import Areas, Found, Laid, Preview, preview
from editor.imaging.proving import Proved
from editor.imaging.proving import prove as prove
from editor.imaging.reading import Limits, PictureRefused, ReadPicture, as_srgb, read_picture
from editor.imaging.renditions import (
    RenditionFormat,
    Screen,
    encode_renditions,
    on_screen,
    placeholder,
)
from editor.imaging.replies import by_name
from editor.imaging.seam import ColourMatch
from editor.imaging.sharing import bounded, encode_together


@dataclass(frozen=True)
class Kept:
    """The bytes of a kept picture, and the size that its row says it has.

    The caps in force when it came in have judged it. One lowered since must not lock people
    out of what they own, so only its own measures count.
    """

    data: bytes
    size: Size

    def read(self) -> ReadPicture:
        """Decode it. Raises PictureRefused when it is damaged."""
        return read_picture(self.data, Limits(len(self.data), self.size.pixels))


@dataclass(frozen=True)
class Shown:
    """A picture made ready to be kept and shown: its measures and its display renditions.

    `renditions` are files in the format `kind`, by longest side; `transparent` tells whether
    anything shows through; `placeholder` is a tiny data URI. Where the renditions are made to
    be replaced, `screen` is what better ones are made of.
    """

    size: Size
    format: str
    mime: str
    renditions: dict[int, bytes]
    placeholder: str
    transparent: bool = False
    kind: RenditionFormat = RenditionFormat.AVIF
    screen: Screen | None = None


@dataclass(frozen=True)
class PutTogether:
    """A composed picture as lossless PNG, how it is shown, and what was found on the way.

    Without a mask there is neither a lock nor a drift.
    """

    master: bytes
    shown: Shown
    lock: LockProof | None
    drift: Drift | None
    colour_matched: bool


@dataclass(frozen=True)
class Extended:
    """A picture on a larger canvas as lossless PNG, how it is shown, and the mask of what is new.

    `mask` is written as it is kept.
    """

    master: bytes
    shown: Shown
    mask: bytes
    measure: MaskMeasure


@dataclass(frozen=True)
class Answer:
    """The bytes that a model sent for a frame, and how large they may be when decoded."""

    data: bytes
    frame: Frame
    limits: Limits

    def read(self) -> ReadPicture:
        """Decode it. Raises AnswerRefused when it is no picture."""
        try:
            return read_picture(self.data, self.limits)
        except PictureRefused as refused:
            raise AnswerRefused(str(refused)) from refused


@dataclass(frozen=True)
class Adjusted:
    """An edit put together anew as lossless PNG, how it is shown, and what the check found."""

    master: bytes
    shown: Shown
    outside_pixels: int
    changed_pixels: int


class AnswerRefused(ValueError):
    """What a model sent is no usable picture. The text says why, for people."""


def show(data: bytes, limits: Limits, sides: tuple[int, ...]) -> Shown:
    """Read a picture completely and make its renditions. Raises PictureRefused."""
    read = read_picture(data, limits)
    renditions = encode_renditions(read.image, read.icc_profile, sides)
    return Shown(
        Size(*read.image.size),
        read.format,
        read.mime,
        renditions,
        placeholder(read.image),
        _is_transparent(read.image),
    )


def _shown_at_once(image: Image.Image, icc_profile: bytes | None, sides: tuple[int, ...]) -> Shown:
    """Make a picture that was put together ready to be shown, without letting anybody wait.

    AVIF takes longer than all else together, so JPEG is made first; where something shows
    through, which JPEG cannot hold, AVIF is made at once.
    """
    size, transparent = Size(*image.size), _is_transparent(image)
    if transparent:
        made = encode_renditions(image, icc_profile, sides)
        return Shown(size, "PNG", "image/png", made, placeholder(image), transparent)
    small = on_screen(image, icc_profile, max(sides))
    made = encode_renditions(small, None, sides, RenditionFormat.JPEG)
    return Shown(
        size,
        "PNG",
        "image/png",
        made,
        placeholder(small),
        transparent,
        RenditionFormat.JPEG,
        Screen(Size(*small.size), small.tobytes()),
    )


def _is_transparent(image: Image.Image) -> bool:
    return image.mode == "RGBA" and image.getchannel("A").getextrema() != (255, 255)


def check_mask(data: bytes, size: Size) -> tuple[bytes, MaskMeasure]:
    """Read a painted mask; give it as it is kept, and what is painted. Raises MaskRefused."""
    mask = read_mask(data, size)
    return encode_kept_mask(mask), measure_mask(mask)


def outline(picture: Kept, box: Box, rough: bytes) -> bytes:
    """Give the outline of what is roughly selected in a box, as grey PNG of the selection's size.

    Raises PictureRefused and MaskRefused.
    """
    # OpenCV takes 30 MB of every process that has it, and most never need it.
    from editor.imaging.outlining import outlined, read_rough  # noqa: PLC0415

    selected = read_rough(rough, box)
    return encode_kept_mask(outlined(picture.read(), box, selected))


def part_mask(data: bytes, size: Size, boxes: Sequence[Box]) -> list[tuple[bytes, MaskMeasure]]:
    """Read a painted mask and take it apart by boxes, each as it is kept. Raises MaskRefused."""
    parts = parts_of(read_mask(data, size), boxes)
    return [(encode_kept_mask(part), measure_mask(part)) for part in parts]


def prepare(
    picture: Kept,
    mask: bytes | None,
    frame: Frame,
    dialect: MaskDialect,
    ceiling_bytes: int,
    continued: Box | None = None,
    references: Sequence[Kept] = (),
) -> Encoded:
    """Encode what one call sends of a kept picture, its kept mask and further kept pictures.

    `continued` is the part that a model is to continue outward: the mask that is sent
    reaches into its edge. Raises PictureRefused, MaskRefused and DoesNotFit.
    """
    painted = read_mask(mask, picture.size) if mask is not None else None
    if painted is not None and continued is not None:
        painted = with_overlap(painted, continued)
    # One after the other, as each may be large until it is brought to its size.
    others = [bounded(as_srgb(reference.read())) for reference in references]
    image = as_srgb(picture.read())
    return encode_together(image, painted, frame, dialect, ceiling_bytes, others)


def put_together(
    picture: Kept,
    mask: bytes | None,
    answer: bytes,
    answer_limits: Limits,
    frame: Frame,
    blend: Blend,
    sides: tuple[int, ...],
) -> PutTogether:
    """Compose an answer into the kept picture it was made for, and encode what comes out.

    Raises AnswerRefused when the answer is no picture, PictureRefused and MaskRefused when
    what is kept cannot be read any more.
    """
    answered = Answer(answer, frame, answer_limits).read()
    painted = read_mask(mask, picture.size) if mask is not None else None
    composed = compose(picture.read(), painted, answered, frame, blend)
    return PutTogether(
        encode_master(composed.image, composed.icc_profile),
        _shown_at_once(composed.image, composed.icc_profile, sides),
        composed.lock,
        composed.drift,
        composed.colour_matched,
    )


def heat(picture: Kept, mask: bytes, answer: Answer) -> tuple[bytes, bytes]:
    """Give an answer as it came, and where and how far it differs, both as WebP for people.

    Raises AnswerRefused, PictureRefused and MaskRefused as `put_together` does.
    """
    original, painted = picture.read(), read_mask(mask, picture.size)
    drawn = heat_of(Comparison(original, answer.read(), painted, answer.frame))
    side, kind = max(drawn.answer.size), RenditionFormat.WEBP
    return (
        encode_renditions(drawn.answer, original.icc_profile, (side,), kind)[side],
        encode_renditions(drawn.difference, None, (side,), kind)[side],
    )


def look(picture: Kept, mask: bytes | None, answer: Answer, longest_side: int) -> Preview:
    """Make what a page needs to lay an answer into its picture by itself, at a small size.

    Raises AnswerRefused, PictureRefused and MaskRefused as `put_together` does.
    """
    painted = read_mask(mask, picture.size) if mask is not None else None
    return preview(picture.read(), painted, answer.read(), answer.frame, longest_side)


def adjust(
    picture: Kept,
    mask: bytes | None,
    answers: tuple[Answer, ...],
    recipe: Recipe,
    restored: bytes | None,
    sides: tuple[int, ...],
) -> Adjusted:
    """Put an edit together anew from its kept answers, and encode what comes out.

    `restored` is a mask file of what was painted back. Raises what `look` raises, and
    NothingLeft, OtherAreas and NothingInCommon as `adjusted` does.
    """
    painted, back = (
        read_mask(data, picture.size) if data is not None else None for data in (mask, restored)
    )
    answered = [(answer.read(), answer.frame) for answer in answers]
    done = adjusted(picture.read(), painted, answered, recipe, back)
    return Adjusted(
        encode_master(done.image, done.icc_profile),
        _shown_at_once(done.image, done.icc_profile, sides),
        done.outside_pixels,
        done.changed_pixels,
    )


def extend(picture: Kept, margins: Margins, sides: tuple[int, ...]) -> Extended:
    """Put a kept picture on a larger canvas and encode what comes out. Raises PictureRefused."""
    read = picture.read()
    image, mask = extended(read.image, margins), new_area(picture.size, margins)
    master = encode_master(image, read.icc_profile)
    shown = _shown_at_once(image, read.icc_profile, sides)
    return Extended(master, shown, encode_kept_mask(mask), measure_mask(mask))


def renditions(picture: Kept, sides: tuple[int, ...], kind: RenditionFormat) -> dict[int, bytes]:
    """Make display renditions of a kept picture, by longest side. Raises PictureRefused."""
    read = picture.read()
    return encode_renditions(read.image, read.icc_profile, sides, kind)


def renditions_of(
    screen: Screen, sides: tuple[int, ...], kind: RenditionFormat
) -> dict[int, bytes]:
    """Make display renditions of what a step before has already brought to their size."""
    return encode_renditions(screen.image, None, sides, kind)


def download(picture: Kept, how: DownloadAs) -> bytes:
    """Write a kept picture for somebody's own use. Raises PictureRefused and CannotWrite."""
    return encode_download(picture.read(), how)


def full_size(picture: Kept) -> tuple[bytes, str]:
    """Give a kept picture in a format that every browser shows, and its file extension."""
    read = picture.read()
    return encode_full(read.image, read.icc_profile)


def shared(picture: Kept) -> tuple[bytes, str]:
    """Give a kept picture at full size as strangers get it, and its file extension.

    In sRGB, so that not even a colour profile goes along: those of screens name their owner's
    device. JPEG, or PNG where something shows through.
    """
    return encode_full(as_srgb(picture.read()), None)


def chat_card(picture: Kept, side: int) -> bytes:
    """Give a kept picture as messengers show it beside a link: a JPEG, on white."""
    image = as_srgb(picture.read())
    if image.mode == "RGBA":
        image = laid_on(image, "#ffffff", None)
    return encode_renditions(image, None, (side,), RenditionFormat.JPEG)[side]


KNOWN = by_name(
    (
        Adjusted,
        AnswerRefused,
        Areas,
        Box,
        CannotWrite,
        ColourMatch,
        DoesNotFit,
        Drift,
        Encoded,
        EncodedReference,
        Extended,
        Found,
        Frame,
        Laid,
        LockProof,
        MaskDialect,
        MaskMeasure,
        MaskRefused,
        NothingInCommon,
        NothingLeft,
        OtherAreas,
        PictureRefused,
        Preview,
        Proved,
        PutTogether,
        RenditionFormat,
        Screen,
        Shown,
        Size,
    )
)
