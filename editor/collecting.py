"""Collections: pictures that somebody puts together, in an order of their own."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from editor.keeping import KeepingRefused, own_pictures
from editor.models import Collection, CollectionItem, User
from editor.models.pictures import in_sight

MOST_PICTURES = 5_000
NAME_LENGTH = 120
DESCRIPTION_LENGTH = 2_000
# Between two places, so that a picture can be moved there without touching the others.
STEP = 1 << 10
_AT_ONCE = 500


@dataclass(frozen=True)
class Added:
    """What came of adding pictures to a collection."""

    collection: Collection
    added: int
    there_before: int


def create_collection(owner: User, name: str, description: str = "") -> Collection:
    """Begin an empty collection. Raises KeepingRefused."""
    name = _checked_name(owner, name)
    try:
        with transaction.atomic():
            return Collection.objects.create(
                owner=owner, name=name, description=_description(description)
            )
    except IntegrityError as taken:
        raise _taken(name) from taken


def add_to_collection(
    owner: User, collection: Collection | str, pictures: Iterable[uuid.UUID]
) -> Added:
    """Put pictures at the end of a collection, in the order given; each is in it once.

    A name finds this person's collection of that name, or begins one. Raises KeepingRefused.
    """
    wanted = list(dict.fromkeys(pictures))
    with transaction.atomic():
        if isinstance(collection, str):
            there = Collection.objects.owned_by(owner).filter(name__iexact=_tidy(collection))
            collection = there.first() or create_collection(owner, collection)
        _must_own(owner, collection)
        owned = {
            pk for some in own_pictures(owner, wanted) for pk in some.values_list("pk", flat=True)
        }
        there_now = set(collection.items.values_list("picture_id", flat=True))
        new = [pk for pk in wanted if pk in owned and pk not in there_now]
        if len(there_now) + len(new) > MOST_PICTURES:
            message = f"A collection holds up to {MOST_PICTURES:,} pictures."
            raise KeepingRefused(message)
        last = collection.items.aggregate(last=Max("place"))["last"] or 0
        CollectionItem.objects.bulk_create(
            [
                CollectionItem(collection=collection, picture_id=pk, place=last + STEP * number)
                for number, pk in enumerate(new, 1)
            ],
            ignore_conflicts=True,
            batch_size=_AT_ONCE,
        )
        _touch(collection)
    return Added(collection, len(new), len(owned & there_now))


def remove_from_collection(
    owner: User, collection: Collection, pictures: Iterable[uuid.UUID]
) -> int:
    """Take pictures out of a collection; they stay where they are otherwise."""
    _must_own(owner, collection)
    wanted = list(dict.fromkeys(pictures))
    gone = 0
    with transaction.atomic():
        for start in range(0, len(wanted), _AT_ONCE):
            some = wanted[start : start + _AT_ONCE]
            gone += collection.items.filter(picture__in=some).delete()[0]
        if collection.cover_id in wanted:
            Collection.objects.filter(pk=collection.pk).update(cover=None)
        _touch(collection)
    return gone


def place_before(
    owner: User, collection: Collection, picture: uuid.UUID, other: uuid.UUID | None
) -> bool:
    """Put a picture before another one of the collection, or at the end; False: not in it."""
    _must_own(owner, collection)
    with transaction.atomic():
        order = list(collection.items.select_for_update().order_by("place", "added_at", "id"))
        moved = next((item for item in order if item.picture_id == picture), None)
        if moved is None or picture == other:
            return moved is not None
        rest = [item for item in order if item is not moved]
        at = next((place for place, item in enumerate(rest) if item.picture_id == other), len(rest))
        _put(moved, rest, at)
        _touch(collection)
    return True


def move_by(owner: User, collection: Collection, picture: uuid.UUID, steps: int) -> bool:
    """Move a picture so many places on, or back when negative; False: it is not in it."""
    _must_own(owner, collection)
    with transaction.atomic():
        # What lies in the trash is not seen, so moving past it would look like standing still.
        seen = collection.items.filter(**in_sight("picture"))
        order = list(seen.order_by("place", "added_at", "id").values_list("picture_id", flat=True))
        if picture not in order:
            return False
        at = order.index(picture)
        target = min(max(0, at + steps), len(order) - 1)
        if target == at:
            return True
        rest = [pk for pk in order if pk != picture]
        following = rest[target] if target < len(rest) else None
        return place_before(owner, collection, picture, following)


def change_collection(
    owner: User, collection: Collection, *, name: str, description: str
) -> Collection:
    """Call a collection otherwise, or say more of it. Raises KeepingRefused."""
    _must_own(owner, collection)
    name = _checked_name(owner, name, besides=collection)
    try:
        with transaction.atomic():
            Collection.objects.filter(pk=collection.pk).update(
                name=name, description=_description(description), updated_at=timezone.now()
            )
    except IntegrityError as taken:
        raise _taken(name) from taken
    collection.refresh_from_db()
    return collection


def choose_cover(owner: User, collection: Collection, picture: uuid.UUID | None) -> bool:
    """Let one of its pictures stand for a collection; None: the first ones. False: not in it."""
    _must_own(owner, collection)
    if picture is not None and not collection.items.filter(picture=picture).exists():
        return False
    Collection.objects.filter(pk=collection.pk).update(cover=picture)
    return True


def delete_collection(owner: User, collection: Collection) -> None:
    """Take the collection apart. Its pictures stay."""
    _must_own(owner, collection)
    collection.delete()


def _put(moved: CollectionItem, rest: Sequence[CollectionItem], at: int) -> None:
    low = rest[at - 1].place if at else (rest[0].place - 2 * STEP if rest else 0)
    high = rest[at].place if at < len(rest) else low + 2 * STEP
    if high - low >= 2:
        moved.place = (low + high) // 2
        moved.save(update_fields=["place"])
        return
    order = [*rest[:at], moved, *rest[at:]]
    for number, item in enumerate(order, 1):
        item.place = STEP * number
    CollectionItem.objects.bulk_update(order, ["place"], batch_size=_AT_ONCE)


def _must_own(owner: User, collection: Collection) -> None:
    if collection.owner_id != owner.pk:
        message = "This collection is not there any more."
        raise KeepingRefused(message)


def _checked_name(owner: User, name: str, besides: Collection | None = None) -> str:
    name = _tidy(name)
    if not name:
        message = "Give the collection a name."
        raise KeepingRefused(message)
    same = Collection.objects.owned_by(owner).filter(name__iexact=name)
    if besides is not None:
        same = same.exclude(pk=besides.pk)
    if same.exists():
        raise _taken(name)
    return name


def _tidy(name: str) -> str:
    return " ".join(name.replace("\x00", "").split())[:NAME_LENGTH].strip()


def _description(text: str) -> str:
    return text.replace("\x00", "").strip()[:DESCRIPTION_LENGTH]


def _taken(name: str) -> KeepingRefused:
    return KeepingRefused(f"You have a collection called “{name}” already.")


def _touch(collection: Collection) -> None:
    Collection.objects.filter(pk=collection.pk).update(updated_at=timezone.now())
