"""Evidence packs between being looked at and being kept: their bytes lie in storage for an hour."""

from __future__ import annotations

import contextlib
import logging
import tempfile
import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import IO

from django.conf import settings
from django.db.models import Model
from django.db.models.functions import Now

from editor import storage
from editor.models import Attempt, ImportedPack, Mask, Picture

logger = logging.getLogger(__name__)

LOOKED_AT_FOR = timedelta(hours=1)


@contextlib.contextmanager
def opened(pack: ImportedPack) -> Iterator[IO[bytes]]:
    """Give a pack's bytes as an open file. Raises FileNotFoundError and storage.OtherBytes."""
    folder = Path(settings.PACKING_DIR)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder) as whole:
        for piece in storage.pieces(str(pack.file.name)):
            whole.write(piece)
        if storage.digest_of_file(whole) != (pack.sha256, pack.bytes):
            message = f"{pack.file.name} is not what was written"
            raise storage.OtherBytes(message)
        yield whole


def forget(pack: ImportedPack) -> None:
    """Drop a pack that nobody wants to keep, with its bytes; one that was kept stays."""
    storage.drop(str(pack.file.name))
    ImportedPack.objects.waiting().filter(pk=pack.pk).delete()
    _drop_what_no_row_names(pack)


def sweep() -> int:
    """Drop what was looked at an hour ago, and bytes of what is kept; give how many."""
    old = ImportedPack.objects.waiting().filter(created_at__lt=Now() - LOOKED_AT_FOR)
    kept = ImportedPack.objects.exclude(job=None).exclude(file="")
    return sum(sweep_one(pack) for pack in [*old, *kept])


def sweep_one(pack: ImportedPack) -> bool:
    """Drop the bytes of a pack that nobody needs any more, and its row unless it was kept."""
    try:
        storage.drop(str(pack.file.name))
        _drop_what_no_row_names(pack)
    except Exception:  # every storage has exceptions of its own
        logger.exception("The bytes of pack %s stay until the next sweep.", pack.pk)
        return False
    if not ImportedPack.objects.waiting().filter(pk=pack.pk).delete()[0]:
        ImportedPack.objects.filter(pk=pack.pk).update(file="")
    return True


def _drop_what_no_row_names(pack: ImportedPack) -> None:
    """Drop what keeping it has stored for nothing: it broke off, or the same was here by then."""
    calls = range(1, len(pack.told["attempts"]) + 1)
    made: tuple[tuple[str, type[Model], list[uuid.UUID]], ...] = (
        ("pictures", Picture, [pack.picture_id(file) for file in pack.told["files"]]),
        ("masks", Mask, [pack.mask_id]),
        ("results", Attempt, [pack.attempt_id(number) for number in calls]),
    )
    for folder, rows, ids in made:
        named = set(rows._default_manager.filter(pk__in=ids).values_list("pk", flat=True))
        for pk in ids:
            if pk not in named:
                storage.drop_folder(f"{folder}/{pk}")
