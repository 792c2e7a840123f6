"""Marks that people put on what they keep: hearts, stars and tags.

Marks belong to pictures; an edit has what its results have (`Picture.objects.brought_by`).
Whatever is not the person's own, or lies in the trash, is passed over without a word.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from typing import Any

from django.db import transaction

from editor.models import Picture, Tag, User
from editor.models.kept_marks import hold_jobs_of
from editor.models.pictures import PictureQuerySet

MOST_TAGS_AT_ONCE = 20
MOST_STARS = 5
TAG_LENGTH = 60
_AT_ONCE = 500


class KeepingRefused(Exception):
    """A mark that cannot be put. The text is one sentence for the person who asked for it."""


def own_pictures(owner: User, ids: Iterable[uuid.UUID]) -> Iterator[PictureQuerySet]:
    """Give those of these pictures that are this person's and not in the trash, some at a time."""
    wanted = list(dict.fromkeys(ids))
    for start in range(0, len(wanted), _AT_ONCE):
        yield Picture.objects.owned_by(owner).filter(pk__in=wanted[start : start + _AT_ONCE])


def mark_favourite(owner: User, pictures: Iterable[uuid.UUID], *, on: bool) -> int:
    """Give pictures a heart, or take it away; give how many have it so now."""
    return _mark(owner, pictures, favourite=on)


def rate(owner: User, pictures: Iterable[uuid.UUID], stars: int | None) -> int:
    """Give pictures 1 to 5 stars, or none; give how many have them now. Raises KeepingRefused."""
    if stars is not None and not 1 <= stars <= MOST_STARS:
        message = "A picture has 1 to 5 stars, or none."
        raise KeepingRefused(message)
    return _mark(owner, pictures, rating=stars)


def _mark(owner: User, pictures: Iterable[uuid.UUID], **marks: Any) -> int:
    with transaction.atomic():
        wanted = list(dict.fromkeys(pictures))
        hold_jobs_of(wanted)
        return sum(some.update(**marks) for some in own_pictures(owner, wanted))


def tag(owner: User, pictures: Iterable[uuid.UUID], names: Iterable[str]) -> list[Tag]:
    """Put tags on pictures, new ones if they are not there yet. Raises KeepingRefused."""
    wanted = tag_names(names)
    if not wanted:
        message = "Write at least one word for a tag."
        raise KeepingRefused(message)
    if len(wanted) > MOST_TAGS_AT_ONCE:
        message = f"No more than {MOST_TAGS_AT_ONCE} tags at once, please."
        raise KeepingRefused(message)
    through = Tag.pictures.through
    with transaction.atomic():
        found = [pk for some in own_pictures(owner, pictures) for pk in _ids(some)]
        if not found:
            return []
        tags = [_tag_named(owner, name) for name in wanted]
        through.objects.bulk_create(
            [through(tag_id=each.pk, picture_id=pk) for each in tags for pk in found],
            ignore_conflicts=True,
            batch_size=_AT_ONCE,
        )
    return tags


def untag(owner: User, pictures: Iterable[uuid.UUID], names: Iterable[str]) -> int:
    """Take tags off pictures; give how many came off. A tag that is on none is forgotten."""
    gone = 0
    with transaction.atomic():
        tags = [found for name in tag_names(names) if (found := _find_tag(owner, name))]
        for some in own_pictures(owner, pictures):
            put = Tag.pictures.through.objects.filter(tag__in=tags, picture__in=list(_ids(some)))
            gone += put.delete()[0]
        Tag.objects.filter(pk__in=[each.pk for each in tags], pictures=None).delete()
    return gone


def rename_tag(owner: User, tag_id: uuid.UUID, name: str) -> Tag:
    """Call a tag otherwise; if there is one of that name, the two become one.

    Raises KeepingRefused.
    """
    old = Tag.objects.owned_by(owner).filter(pk=tag_id).first()
    if old is None:
        message = "This tag is not there any more."
        raise KeepingRefused(message)
    names = tag_names([name])
    if len(names) != 1:
        message = "Write one name for the tag, without a comma."
        raise KeepingRefused(message)
    with transaction.atomic():
        there = _find_tag(owner, names[0])
        if there is None or there.pk == old.pk:
            old.name = names[0]
            old.save(update_fields=["name"])
            return old
        through = Tag.pictures.through
        put = through.objects.filter(tag=old).values_list("picture_id", flat=True)
        through.objects.bulk_create(
            [through(tag_id=there.pk, picture_id=pk) for pk in put],
            ignore_conflicts=True,
            batch_size=_AT_ONCE,
        )
        old.delete()
    return there


def delete_tag(owner: User, tag_id: uuid.UUID) -> bool:
    """Take a tag off everything; no picture is touched. False when it is not there."""
    return bool(Tag.objects.owned_by(owner).filter(pk=tag_id).delete()[0])


def tag_names(given: Iterable[str]) -> list[str]:
    """Read what somebody typed: names between commas, each once, without needless spaces."""
    names: dict[str, str] = {}
    for text in given:
        for piece in text.replace("\x00", "").split(","):
            name = " ".join(piece.split())[:TAG_LENGTH].strip()
            if name:
                names.setdefault(name.lower(), name)
    return list(names.values())


def _tag_named(owner: User, name: str) -> Tag:
    found = _find_tag(owner, name)
    if found is not None:
        return found
    # Two pages may do this at once: the database takes the first one only.
    Tag.objects.bulk_create([Tag(owner=owner, name=name)], ignore_conflicts=True)
    return Tag.objects.get(owner=owner, name__iexact=name)


def _find_tag(owner: User, name: str) -> Tag | None:
    return Tag.objects.filter(owner=owner, name__iexact=name).first()


def _ids(pictures: PictureQuerySet) -> Iterator[uuid.UUID]:
    return pictures.values_list("pk", flat=True).iterator()
