"""The uploaded pictures and painted masks of the demonstration."""

from __future__ import annotations

import io
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from editor.management.drawing import Drawing, draw, painted
from editor.management.people import People
from editor.management.sources import SOURCES
from editor.management.story import Story
from editor.masks import keep_mask
from editor.models import EditJob, Mask, Picture
from editor.renditions import make_waiting
from editor.uploads import receive_picture

_QUALITY: dict[str, dict[str, Any]] = {"JPEG": {"quality": 92}, "WEBP": {"quality": 90}}


class Shelf:
    """Draws and uploads each picture when a story first needs it, and paints its masks."""

    def __init__(self, people: People, stories: list[Story], side: int) -> None:
        self._people = people
        self._stories = stories
        self._side = side
        self._pictures: dict[str, Picture] = {}
        self._painted: dict[tuple[str, tuple[str, ...], float], Image.Image] = {}
        self._told: dict[str, EditJob] = {}
        # The next picture is drawn while the edits of this one are written.
        self._hand = ThreadPoolExecutor(1)
        self._to_draw = iter(dict.fromkeys(story.source for story in stories))
        self._drawn: dict[str, Future[Drawing]] = {}
        self._draw_next()

    def picture_for(self, story: Story) -> Picture:
        """The upload that a story starts from, or the result it goes on from."""
        if story.follows:
            return self._told[story.follows].cover
        if story.source not in self._pictures:
            self._pictures[story.source] = self._upload(story.source)
        return self._pictures[story.source]

    def mask_for(self, story: Story, picture: Picture) -> Mask | None:
        """The story's mask, painted anew on this picture."""
        if not story.mask:
            return None
        hand = self._painted[_key(story)]
        size = (picture.width, picture.height)
        # A model's answer without a mask has its own size, and so has what follows it.
        mask = keep_mask(picture, _png(hand if hand.size == size else hand.resize(size)))
        asked_at = timezone.now() - timedelta(hours=story.hours)
        Mask.objects.filter(pk=mask.pk).update(created_at=asked_at)
        return mask

    def told(self, story: Story, job: EditJob) -> None:
        """Remember a job that a later story goes on from."""
        if story.name:
            self._told[story.name] = job

    def _draw_next(self) -> None:
        name = next(self._to_draw, None)
        if name is not None:
            source = SOURCES[name]
            size = source.scaled(self._side)
            self._drawn[name] = self._hand.submit(draw, source.scene, size, seed=source.seed)

    def _upload(self, name: str) -> Picture:
        source = SOURCES[name]
        while name not in self._drawn:
            self._draw_next()
        drawing = self._drawn.pop(name).result()
        self._draw_next()
        stream = io.BytesIO()
        drawing.image.save(stream, source.format, **_QUALITY.get(source.format, {}))
        upload = SimpleUploadedFile(source.name, stream.getvalue())
        picture = receive_picture(self._people[source.owner], upload)
        make_waiting(picture.pk)  # there may be no worker
        Picture.objects.filter(pk=picture.pk).update(created_at=self._uploaded_at(name))
        for story in self._stories:
            if story.source == name and story.mask and _key(story) not in self._painted:
                hand = painted(drawing, *story.mask, seed=len(self._painted), reach=story.reach)
                self._painted[_key(story)] = hand
        return picture

    def _uploaded_at(self, name: str) -> datetime:
        """Some time before its first edit was asked for."""
        first = max(story.hours for story in self._stories if story.source == name)
        return timezone.now() - timedelta(hours=max(first + 0.2, SOURCES[name].hours))


def _key(story: Story) -> tuple[str, tuple[str, ...], float]:
    return story.source, story.mask, story.reach


def _png(mask: Image.Image) -> bytes:
    stream = io.BytesIO()
    mask.save(stream, "PNG")
    return stream.getvalue()
