"""Stage 1: bytes become a verified Picture."""

from __future__ import annotations

import logging
import re
import unicodedata
from typing import TYPE_CHECKING

from django.conf import settings

from editor.imaging import apart, steps
from editor.imaging.apart import StepFailed
from editor.imaging.reading import Limits, PictureRefused
from editor.models import Picture, User
from editor.pictures import keep_picture, limits_from
from editor.tasks import hint_new_renditions

if TYPE_CHECKING:
    from django.core.files import File

logger = logging.getLogger(__name__)

NAMELESS = "Untitled picture"


class UploadRefused(Exception):
    """An upload that is not taken. The text is one sentence for the person who sent it."""

    def __init__(self, sentence: str, *, code: str, status: int) -> None:
        super().__init__(sentence)
        self.code = code
        self.status = status


def receive_picture(
    owner: User, upload: File[bytes], origin: Picture.Origin = Picture.Origin.UPLOAD
) -> Picture:
    """Check an uploaded file by its content and keep it.

    The original bytes are kept as they came, for their owner alone. What is shown is made
    from the upright pixels and carries no metadata; here only the placeholder, the rest is
    left to a worker. Raises UploadRefused.
    """
    limits = limits_from(settings)
    if upload.size is not None and upload.size > limits.max_bytes:
        raise UploadRefused(
            f"This file has {upload.size / 1_000_000:.1f} MB; "
            f"the limit is {settings.MAX_UPLOAD_BYTES / 1_000_000:g} MB.",
            code="too_many_bytes",
            status=413,
        )
    picture = _kept(owner, upload, limits, origin)
    picture.save(force_insert=True)
    hint_new_renditions()
    return picture


def _kept(owner: User, upload: File[bytes], limits: Limits, origin: Picture.Origin) -> Picture:
    data = upload.read()
    try:
        shown = apart.run(steps.show, data, limits, ())
    except PictureRefused as refused:
        raise UploadRefused(str(refused), code=refused.code, status=refused.status) from refused
    except StepFailed as failed:
        logger.exception("An upload could not be read.")
        raise UploadRefused(
            "This picture makes its reader fail, so nothing was kept. Open it in another "
            "program, save it anew as JPEG or PNG, and try that.",
            code="reader_failed",
            status=422,
        ) from failed
    try:
        return keep_picture(owner, display_name(upload.name), origin, data, shown)
    except Exception as problem:  # every storage has exceptions of its own
        logger.exception("An upload could not be stored.")
        raise UploadRefused(
            "This server could not store the picture, most likely because its storage is full "
            "or away. Nothing was kept; please try again later.",
            code="storage_failed",
            status=507,
        ) from problem


def display_name(given: str | None) -> str:
    """Make a file's name safe to show; it is never used as a path.

    Folders, control and direction-changing characters go, the rest stays, up to 120
    characters.
    """
    last_part = re.split(r"[\\/]", given or "")[-1]
    shown = "".join(
        character
        for character in unicodedata.normalize("NFC", last_part)
        if unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
    ).strip(" .")
    return shown[:120] or NAMELESS
