"""What somebody looks for in the gallery, as it stands in the page's address."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.http import urlencode

from editor.keeping import MOST_STARS, TAG_LENGTH
from editor.models import Collection, JobState
from editor.models.narrowing import FILED_PLACE
from editor.models.search_words import MAX_LENGTH
from editor.money import NANO
from editor.views.paging import PLACE, Sort

if TYPE_CHECKING:
    from django.http import QueryDict

    from editor.models import User
    from editor.models.jobs import EditJobQuerySet
    from editor.models.wall_choices import WallChoices

# What people look for; the machine's finer states belong to "running".
STATES: dict[str, tuple[str, tuple[str, ...]]] = {
    "done": ("Done", (JobState.DONE,)),
    "running": (
        "Running",
        (
            JobState.QUEUED,
            JobState.CLAIMED,
            JobState.WAITING,
            JobState.CALLING,
            JobState.RECEIVED,
        ),
    ),
    "held": ("Waiting for approval", (JobState.HELD,)),
    "unknown": ("Needs you", (JobState.UNKNOWN,)),
    "failed": ("Failed", (JobState.FAILED,)),
    "cancelled": ("Cancelled", (JobState.CANCELLED,)),
}

# Filters with a fixed set of values: what the form calls them, and each value in words.
CHOICES: dict[str, tuple[str, dict[str, str]]] = {
    "shape": (
        "Shape",
        {"landscape": "Landscape", "portrait": "Portrait", "square": "Square"},
    ),
    "size": (
        "Size",
        {
            "small": "Small, up to 4 megapixels",
            "medium": "Medium, 4 to 16 megapixels",
            "large": "Large, over 16 megapixels",
        },
    ),
    "cost": (
        "Cost",
        {
            "0": "Free",
            "5": "Up to $0.05",
            "10": "Up to $0.10",
            "50": "Up to $0.50",
            "100": "Up to $1",
        },
    ),
    "mask": ("Mask", {"yes": "With a mask", "no": "Without a mask"}),
    "favourite": ("Favourites", {"yes": "Favourites"}),
    "rating": (
        "Stars",
        {
            str(stars): f"{stars} stars" + (" or more" if stars < MOST_STARS else "")
            for stars in range(MOST_STARS, 1, -1)
        }
        | {"1": "1 star or more"},
    ),
}
SORTS = {
    Sort.NEWEST: "Newest first",
    Sort.OLDEST: "Oldest first",
    Sort.DEAREST: "Most expensive first",
}
CENT = NANO // 100
# Filters whose values people and models bring, and how long these can get.
WORDS = {"q": MAX_LENGTH, "state": 20, "model": 200, "tag": TAG_LENGTH, "collection": 36}


@dataclass(frozen=True)
class Field:
    """A choice of the form."""

    name: str
    label: str
    chosen: str
    options: list[tuple[str, str]]


@dataclass(frozen=True)
class Link:
    """An address of the gallery that looks for something else."""

    label: str
    url: str
    is_current: bool = False


class Finding:
    """Filters, words and order. What makes no sense counts as not given."""

    def __init__(self, given: QueryDict) -> None:
        values = {name: given.get(name, "").strip() for name in (*WORDS, *CHOICES)}
        for name, length in WORDS.items():
            values[name] = values[name].replace("\x00", "")[:length]
        self.collection = _id(values["collection"])
        values["collection"] = str(self.collection) if self.collection else ""
        self.collection_name = "One collection"  # until its owner is known
        if values["state"] not in STATES:
            values["state"] = ""
        for name, (_, choices) in CHOICES.items():
            if values[name] not in choices:
                values[name] = ""
        self.first, self.last = _day(given.get("from", "")), _day(given.get("to", ""))
        values["from"] = self.first.isoformat() if self.first else ""
        values["to"] = self.last.isoformat() if self.last else ""
        self.values = {name: value for name, value in values.items() if value}
        wanted = given.get("sort", "")
        self.sort = Sort(wanted) if wanted in list(Sort) else Sort.NEWEST

    @property
    def query(self) -> dict[str, str]:
        """What an address carries to look for the same again."""
        sort = {} if self.sort == Sort.NEWEST else {"sort": self.sort.value}
        return {**self.values, **sort}

    @property
    def query_text(self) -> str:
        """The same as a form carries it."""
        return urlencode(self.query)

    @property
    def order_text(self) -> str:
        """What comes first, for readers of the screen."""
        return SORTS[self.sort].lower()

    @property
    def place(self) -> tuple[str, str]:
        """Whose copy of time and id pages go by: the edit's own, or that of a tag's wall."""
        return FILED_PLACE if self.collection or "tag" in self.values else PLACE

    @property
    def address(self) -> str:
        """The page that can be bookmarked."""
        return self._address(self.query)

    def narrow(self, jobs: EditJobQuerySet, owner: User, *, many: bool = False) -> EditJobQuerySet:
        """Only the jobs of this person that are looked for, with what their order needs.

        `many`: it is known that there are many.
        """
        values = self.values
        jobs = jobs.matching(values.get("q", ""), often=many).between(self.first, self.last)
        if "state" in values:
            jobs = jobs.in_states(STATES[values["state"]][1])
        if "model" in values:
            jobs = jobs.by_model(values["model"])
        if "shape" in values:
            jobs = jobs.of_shape(values["shape"])
        if "size" in values:
            jobs = jobs.of_size(values["size"])
        if "mask" in values:
            jobs = jobs.filter(mask__isnull=values["mask"] == "no")
        if "cost" in values:
            jobs = jobs.costing_at_most(int(values["cost"]) * CENT)
        return self.for_order(self._narrow_by_marks(jobs, owner))

    def for_order(self, jobs: EditJobQuerySet) -> EditJobQuerySet:
        """Give jobs with what their order needs."""
        return jobs.with_cost() if self.sort == Sort.DEAREST else jobs

    def _narrow_by_marks(self, jobs: EditJobQuerySet, owner: User) -> EditJobQuerySet:
        if "favourite" in self.values:
            jobs = jobs.favourite()
        if "rating" in self.values:
            jobs = jobs.rated(int(self.values["rating"]))
        if "tag" in self.values:
            jobs = jobs.tagged(self.values["tag"], owner)
        return jobs.in_collection(self.collection) if self.collection else jobs

    def states(self) -> list[Link]:
        """The same search among edits of each state."""
        chosen = self.values.get("state", "")
        links = [Link("All", self._without("state"), not chosen)]
        for value, (label, _) in STATES.items():
            address = self._address({**self.query, "state": value})
            links.append(Link(label, address, value == chosen))
        return links

    def active(self) -> list[Link]:
        """Each filter in words, with the address of the same search without it."""
        links = []
        for name, value in self.values.items():
            if name != "state":  # has a row of its own
                links.append(Link(self._in_words(name, value), self._without(name)))
        return links

    def _in_words(self, name: str, value: str) -> str:
        if name == "q":
            return f"“{value}”"
        if name == "model":
            return value.rpartition("/")[2]
        if name == "tag":
            return f"#{value}"
        if name == "collection":
            return self.collection_name
        if name in CHOICES:
            return CHOICES[name][1][value].split(",")[0]
        day = date_format(date.fromisoformat(value), "j M Y")
        return f"From {day}" if name == "from" else f"Until {day}"

    def name_collection(self, owner: User, choices: WallChoices | None) -> None:
        """Find out what the collection is called that is looked through, if it is this person's."""
        if self.collection is None:
            return
        if choices:
            self.collection_name = dict(choices.collections).get(str(self.collection), "")
            return
        mine = Collection.objects.owned_by(owner).filter(pk=self.collection).first()
        if mine:
            self.collection_name = mine.name

    def fields(self, choices: WallChoices) -> list[Field]:
        """The choices of the form."""
        given = {name: list(values.items()) for name, (_, values) in CHOICES.items()}
        options = {"model": choices.models, **given}
        options |= {"tag": choices.tags, "collection": choices.collections}
        labels = {"model": "Model", "tag": "Tag", "collection": "Collection"}
        labels |= {name: label for name, (label, _) in CHOICES.items()}
        return [
            Field(name, labels[name], self.values.get(name, ""), values)
            for name, values in options.items()
            if values
        ]

    def _without(self, name: str) -> str:
        return self._address({key: value for key, value in self.query.items() if key != name})

    @staticmethod
    def _address(query: dict[str, str]) -> str:
        address = reverse("editor:gallery")
        return f"{address}?{urlencode(query)}" if query else address


def _id(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1970 <= day.year <= 2999 else None
