"""Pictures that may be sent along with an edit, as the studio offers them."""

from __future__ import annotations

from collections.abc import Sequence

from editor.models import EditJob, Picture, Reference

RECENT_PICTURES = 24

Lent = dict[str, str]  # id, name and address of the thumbnail


def lent_by(job: EditJob) -> list[Lent]:
    """What an earlier edit sent along, as far as it is still there."""
    pictures = Reference.objects.pictures_of(job)
    return [lent_of(picture) for picture in pictures if picture.is_shown]


def lendable(picture: Picture, chosen: Sequence[Lent]) -> list[Lent]:
    """What to choose from for an edit of a picture: what is chosen already, then the newest."""
    there = {each["id"] for each in chosen}
    wall = Picture.objects.on_wall_of(picture.owner).exclude(pk=picture.pk).newest_first()
    newest = [lent_of(each) for each in wall[:RECENT_PICTURES]]
    return [*chosen, *(each for each in newest if each["id"] not in there)]


def lent_of(picture: Picture) -> Lent:
    """Give a picture as it is offered."""
    return {"id": str(picture.pk), "name": picture.name, "thumb": picture.thumb_url}
