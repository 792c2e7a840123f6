"""Downloads in a format of choice: full size, the picture's own colours, nothing private.

The profile goes along as it is, so the values stay untouched: what is lossless is so to the
bit. Nothing else goes along, unless prompt and model are asked for.
"""

from __future__ import annotations

import dataclasses
import html
import io
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from PIL import Image, ImageColor, PngImagePlugin

from editor.imaging.colour import convert
from editor.imaging.png import write_png
from editor.imaging.reading import ReadPicture

LOSSLESS_QUALITY = 100
_NOT_IN_XML = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
MOST_LETTERS = 8000  # of a prompt; what a JPEG may hold beside its picture is 64 kB


class OutFormat(StrEnum):
    """The formats to choose from; the value is what addresses say."""

    PNG = "png"
    JPEG = "jpeg"
    WEBP = "webp"
    AVIF = "avif"

    @property
    def longest_side(self) -> int:
        """The most pixels that a side may have in this format."""
        return _LONGEST_SIDES[self]

    @property
    def mime(self) -> str:
        """What answers say of such a file."""
        return f"image/{self.value}"

    @property
    def extension(self) -> str:
        """How the name of such a file ends."""
        return "jpg" if self is OutFormat.JPEG else self.value


_LONGEST_SIDES = {
    OutFormat.PNG: 2**31 - 1,
    OutFormat.JPEG: 65_500,
    OutFormat.WEBP: 16_383,
    OutFormat.AVIF: 65_535,
}
# From here on, colour is kept at full resolution.
_FULL_COLOUR_QUALITY = 85
# With more effort, 50 megapixels would take one thread 17 s as WebP and 25 s as AVIF. With less,
# 3 and 8 s, and a few per cent more bytes.
_MANY_PIXELS = 24_000_000
_LOSSLESS_WEBP = {"lossless": True, "quality": 0, "method": 0, "exact": True}


@dataclass(frozen=True)
class Words:
    """What a file may say about how it was made."""

    prompt: str
    model: str


@dataclass(frozen=True)
class DownloadAs:
    """How a picture is wanted.

    `quality` is 1 to 100; PNG loses nothing at any, WebP at 100. `background` is the sRGB
    colour ("#rrggbb") that a JPEG, which knows no transparency, is laid on.
    """

    format: OutFormat
    quality: int = 90
    background: str = "#ffffff"
    words: Words | None = None

    @property
    def is_lossless(self) -> bool:
        """Whether every pixel comes back as it was, to the bit."""
        return self.format is OutFormat.PNG or (
            self.format is OutFormat.WEBP and self.quality == LOSSLESS_QUALITY
        )


class CannotWrite(ValueError):
    """A picture that the format asked for cannot hold. The text says why, for people."""


def encode_download(read: ReadPicture, how: DownloadAs) -> bytes:
    """Write a picture at its full size, as somebody wants it. Raises CannotWrite."""
    if max(read.image.size) > how.format.longest_side:
        sentence = (
            f"No side of a {_NAMES[how.format]} file may be longer than "
            f"{how.format.longest_side:,} pixels. Choose another format."
        )
        raise CannotWrite(sentence)
    return _WRITERS[how.format](read, how)


def _png(read: ReadPicture, how: DownloadAs) -> bytes:
    png = write_png(read.image, read.icc_profile)
    if how.words is None:
        return png
    told = PngImagePlugin.PngInfo()
    told.add_itxt("Description", _plain(how.words.prompt))
    told.add_itxt("Source", _plain(how.words.model))
    told.add_itxt("XML:com.adobe.xmp", xmp_packet(how.words).decode())
    return _with_text(png, told)


def _with_text(png: bytes, told: PngImagePlugin.PngInfo) -> bytes:
    """Lay text before the end of a PNG."""
    end = len(png) - 12
    stream = io.BytesIO()
    stream.write(memoryview(png)[:end])
    for kind, content, *_after in told.chunks:
        PngImagePlugin.putchunk(stream, kind, content)
    stream.write(memoryview(png)[end:])
    return stream.getvalue()


def _jpeg(read: ReadPicture, how: DownloadAs) -> bytes:
    if read.image.mode == "RGBA":
        ground = laid_on(read.image, how.background, read.icc_profile)
        read = dataclasses.replace(read, image=ground)
    return _written(read, how, subsampling=_subsampling(how))


def _webp(read: ReadPicture, how: DownloadAs) -> bytes:
    if how.is_lossless:
        return _written(read, how, **_LOSSLESS_WEBP)
    return _written(read, how, method=2 if _is_large(read.image) else 4)


def _avif(read: ReadPicture, how: DownloadAs) -> bytes:
    speed = 9 if _is_large(read.image) else 8
    return _written(read, how, speed=speed, max_threads=1, subsampling=_subsampling(how))


def _subsampling(how: DownloadAs) -> str:
    return "4:4:4" if how.quality >= _FULL_COLOUR_QUALITY else "4:2:0"


def _is_large(image: Image.Image) -> bool:
    return image.width * image.height > _MANY_PIXELS


_NAMES = {
    OutFormat.PNG: "PNG",
    OutFormat.JPEG: "JPEG",
    OutFormat.WEBP: "WebP",
    OutFormat.AVIF: "AVIF",
}
_WRITERS = {
    OutFormat.PNG: _png,
    OutFormat.JPEG: _jpeg,
    OutFormat.WEBP: _webp,
    OutFormat.AVIF: _avif,
}


def laid_on(image: Image.Image, background: str, icc_profile: bytes | None) -> Image.Image:
    """Lay an RGBA image on an sRGB colour, which is brought into the image's own profile."""
    colour = Image.new("RGB", (1, 1), ImageColor.getrgb(background))
    ground = convert(colour, None, icc_profile).resize(image.size)
    ground.paste(image, mask=image.getchannel("A"))
    return ground


def xmp_packet(words: Words) -> bytes:
    """Say prompt and model in XMP, which JPEG, PNG, WebP and AVIF all can carry."""
    prompt, model = (html.escape(_plain(text), quote=False) for text in (words.prompt, words.model))
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:xmp="http://ns.adobe.com/xap/1.0/">'
        f'<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{prompt}</rdf:li></rdf:Alt>'
        f"</dc:description><xmp:CreatorTool>{model}</xmp:CreatorTool>"
        '</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="r"?>'
    ).encode()


def _plain(text: str) -> str:
    """Leave out what no XML may hold, and what is too long for every format."""
    return _NOT_IN_XML.sub("", text)[:MOST_LETTERS]


def _written(read: ReadPicture, how: DownloadAs, **options: Any) -> bytes:
    bare = read.image
    if bare.info:  # savers take over what they find there
        bare = bare.copy()
        bare.info = {}
    if how.words is not None:
        options["xmp"] = xmp_packet(how.words)
    options = {"quality": how.quality, "icc_profile": read.icc_profile, **options}
    stream = io.BytesIO()
    bare.save(stream, how.format.name, **options)
    return stream.getvalue()
