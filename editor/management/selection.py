"""Which stories are told when fewer or more edits are wanted than there are."""

from __future__ import annotations

from dataclasses import replace

from editor.management.sources import DAY
from editor.management.stories import STORIES
from editor.management.story import Story


def chosen(jobs: int) -> list[Story]:
    """The first `jobs` stories worth telling, oldest first; never without one of each ending.

    More than there are: finished ones are told again, a week earlier each time.
    """
    kept: list[Story] = []
    endings: set[str] = set()
    for story in STORIES:
        if story.ending not in endings:
            endings.add(story.ending)
            kept.append(story)
    kept += [story for story in STORIES if story not in kept]
    again = [
        story for story in STORIES if story.ending == "done" and not story.name + story.follows
    ]
    count = max(jobs, len(endings))
    week = 1
    while len(kept) < count:
        kept += [replace(story, hours=story.hours + week * 7 * DAY) for story in again]
        week += 1
    found = kept[:count]
    for story in list(found):  # what a story follows must be told as well
        while story.follows:
            story = next(other for other in STORIES if other.name == story.follows)
            if story not in found:
                found.append(story)
    return sorted(found, key=lambda story: -story.hours)
