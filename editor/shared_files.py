"""The files of share links: written anew from the pixels, so nothing private goes along.

The small ones are the renditions that pages show anyway. The full size is one of its own, without
even the colour profile; so is the picture that messengers show beside a link. Both are made when
first asked for and lie beside the other files of their picture, named in no row.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Sequence
from typing import IO

from editor import storage
from editor.imaging import apart, steps
from editor.imaging.renditions import RenditionFormat
from editor.models import Picture, RenditionFile
from editor.pictures import RENDITIONS, drop_if_erased, kept
from editor.renditions import format_of, open_rendition

logger = logging.getLogger(__name__)

FULL, CHAT = "full", "chat"
CHAT_SIDE = 1200
KINDS = (*RENDITIONS, FULL, CHAT)
_MIMES = {"jpg": "image/jpeg", "png": "image/png"}


def open_shared(picture: Picture, kind: str, *, takes_avif: bool) -> tuple[IO[bytes], str]:
    """Open one file of a picture for a stranger; give it with its MIME type.

    `kind` is one of KINDS. Raises FileNotFoundError when the picture is gone from storage, and
    OtherBytes, PictureRefused or StepFailed when it cannot be read any more.
    """
    if kind == FULL:
        return _full(picture)
    if kind == CHAT:
        return _chat(picture), "image/jpeg"
    file_format = format_of(picture, kind, takes_avif=takes_avif)
    return open_rendition(picture, kind, file_format), f"image/{file_format}"


def chat_size(picture: Picture) -> tuple[int, int]:
    """Give width and height of what messengers show."""
    scale = min(1.0, CHAT_SIDE / max(picture.width, picture.height))
    return max(1, round(picture.width * scale)), max(1, round(picture.height * scale))


def _full(picture: Picture) -> tuple[IO[bytes], str]:
    # A JPEG nearly always; where that is ruled out, a picture was never asked for as one.
    extensions: Sequence[str] = ("jpg", "png") if picture.transparent is not True else ("png",)
    for extension in extensions:
        there = _open(storage.picture_key(picture.pk, "shared", extension))
        if there is not None:
            return there, _MIMES[extension]
    data, extension = apart.run(steps.shared, kept(picture))
    _keep(picture, storage.picture_key(picture.pk, "shared", extension), data)
    return io.BytesIO(data), _MIMES[extension]


def _chat(picture: Picture) -> IO[bytes]:
    key = storage.picture_key(picture.pk, CHAT, RenditionFormat.JPEG)
    there = _open(key)
    if there is not None:
        return there
    data = apart.run(steps.chat_card, kept(picture), CHAT_SIDE)
    _keep(picture, key, data)
    return io.BytesIO(data)


def _open(key: str) -> IO[bytes] | None:
    try:
        return storage.open_for_reading(key)
    except FileNotFoundError:
        return None


def _keep(picture: Picture, key: str, data: bytes) -> None:
    try:
        storage.put(key, data)
    except Exception:  # every storage has exceptions of its own
        logger.exception("A shared file of picture %s could not be kept.", picture.pk)
        return
    RenditionFile.objects.note(picture.pk, {key: data})
    drop_if_erased(picture.pk, key)
