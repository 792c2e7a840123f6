"""A kept picture, written for its owner in the format of their choice.

Nothing of it is kept here: it is made when it is asked for, and the browser keeps it.
"""

from __future__ import annotations

import hashlib
import threading

from django.db.models import Q

from editor.imaging import apart, steps
from editor.imaging.formats_out import DownloadAs, OutFormat, Words
from editor.models import EditJob, Picture
from editor.pictures import kept

# One at a time in each process: large pictures take many seconds and half a gigabyte, and
# uploads and renditions need the other place.
_place = threading.BoundedSemaphore(1)
PATIENCE_SECONDS = 30.0


class TooBusy(Exception):
    """Somebody else's download is being made, and it takes long. The text says so."""


def words_of(picture: Picture) -> Words | None:
    """How this picture was made, as far as a file may tell; None for what was not made here."""
    made_by = Q(attempts__results__picture=picture) | Q(adjustments__picture=picture)
    job = EditJob.objects.filter(made_by).first()
    return Words(job.prompt, job.model_name) if job else None


def tag_of(picture: Picture, how: DownloadAs) -> str:
    """Name exactly this file: the same picture in the same way is the same file."""
    return hashlib.sha256(f"{picture.sha256} {how}".encode()).hexdigest()[:32]


def make_download(picture: Picture, how: DownloadAs) -> bytes:
    """Write a picture at its full size.

    Raises CannotWrite, TooBusy, FileNotFoundError when the picture is gone, and OtherBytes,
    PictureRefused or StepFailed when it cannot be read any more.
    """
    ours = picture.origin != Picture.Origin.UPLOAD and picture.format == "PNG"
    if ours and how.format is OutFormat.PNG and how.words is None:
        return kept(picture).data  # without loss, and with nothing private
    if not _place.acquire(timeout=PATIENCE_SECONDS):
        message = "Other downloads are being made just now. Please try again in a moment."
        raise TooBusy(message)
    try:
        return apart.run(steps.download, kept(picture), how)
    finally:
        _place.release()
