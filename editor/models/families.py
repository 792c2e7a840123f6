"""What a family is made of: pictures, and the steps that lead from one to the next."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from editor.models.jobs import CLOSED_STATES, EditJob, JobState
from editor.money import dollars

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterator
    from datetime import datetime

    from editor.models.pictures import Picture

_SIDES = {
    "left": "on the left",
    "top": "at the top",
    "right": "on the right",
    "bottom": "at the bottom",
}


@dataclass
class Sum:
    """Money together: what is known, and how many edits nobody knows the cost of."""

    nano: int = 0
    edits: int = 0
    in_doubt: int = 0

    def add(self, other: Sum) -> None:
        """Take another sum in."""
        self.nano += other.nano
        self.edits += other.edits
        self.in_doubt += other.in_doubt

    @property
    def text(self) -> str:
        """The amount; where a part of it is not known, it says so."""
        if self.in_doubt:
            return f"at least {dollars(self.nano)}" if self.nano else "cost unknown"
        return dollars(self.nano) if self.nano else "free"


@dataclass
class Node:
    """One picture of the family, and the steps that start from it."""

    picture: Picture
    kind: str  # first, result, adjusted or extended
    place: int
    depth: int
    made_by: Step | None = None
    steps: list[Step] = field(default_factory=list)
    branch: Sum = field(default_factory=Sum)  # of everything that was made from it

    @property
    def key(self) -> str:
        """Names it on the page."""
        return f"picture-{self.picture.pk}"

    @property
    def is_deleted(self) -> bool:
        return not self.picture.is_shown

    @property
    def gone_words(self) -> str:
        """Where it is instead; empty unless it was deleted."""
        if not self.is_deleted:
            return ""
        if self.picture.deleted_at is None:
            return "withheld"
        return "in the trash" if self.picture.purging_at is None else "deleted for good"

    @property
    def is_discarded(self) -> bool:
        return self.picture.discarded_at is not None

    @property
    def label(self) -> str:
        """What it is, beside the others that came of the same step."""
        if self.made_by is None or self.kind == "first":
            return self.picture.name
        alike = [node for node in self.made_by.nodes if node.kind == self.kind]
        word = {"adjusted": "Adjusted", "extended": "Extended"}.get(self.kind, "Result")
        return f"{word} {alike.index(self) + 1} of {len(alike)}" if len(alike) > 1 else word

    @property
    def how(self) -> str:
        """How it was put together anew; empty unless it was."""
        adjustment = getattr(self.picture, "adjusted_by", None)
        if adjustment is None or self.made_by is None or self.made_by.job is None:
            return ""
        adjustment.job = self.made_by.job
        return str(adjustment.words)

    @property
    def created_at(self) -> datetime:
        return self.picture.created_at


@dataclass
class Step:
    """What was done to a picture: an edit, or a larger canvas. Its pictures are what came of it."""

    parent: Node
    job: EditJob | None  # None: a larger canvas
    extended: Picture | None = None
    lent: list[Picture] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)
    branch: Sum = field(default_factory=Sum)  # of itself and everything after it

    @property
    def key(self) -> str:
        """Names it on the page."""
        if self.job is not None:
            return f"job-{self.job.pk}"
        return f"extended-{self.extended.pk}" if self.extended else "nothing"

    @property
    def created_at(self) -> datetime:
        if self.job is not None:
            return self.job.created_at
        return self.nodes[0].created_at if self.nodes else self.parent.created_at

    @property
    def words(self) -> str:
        """The prompt of an edit; of a larger canvas, where it was made larger."""
        if self.job is not None:
            return self.job.prompt or "An edit that was deleted for good"
        extension = getattr(self.extended, "extension", None)
        if extension is None:
            return "Extended"
        sides = [(getattr(extension, side), where) for side, where in _SIDES.items()]
        return "Extended by " + ", ".join(f"{px} px {where}" for px, where in sides if px)

    @property
    def is_trashed(self) -> bool:
        return self.job is not None and self.job.trashed_at is not None

    @property
    def gone_words(self) -> str:
        """Where it is instead; empty unless it was thrown away."""
        if self.job is None or not self.is_trashed:
            return ""
        return "in the trash" if self.job.purging_at is None else "deleted for good"

    @property
    def cost(self) -> Sum:
        """What it is known to have cost by itself."""
        if self.job is None:
            return Sum()
        nano: int = self.job.cost_nano  # type: ignore[attr-defined]
        unnamed = self.job.charged == EditJob.Charged.YES and not nano
        in_doubt = self.job.charged == EditJob.Charged.UNKNOWN or unnamed
        return Sum(nano, 1, int(in_doubt))

    @property
    def cost_text(self) -> str:
        """One figure: what it cost, or while it is open what it is expected to cost."""
        if self.job is None or self.job.state in CLOSED_STATES or self.cost.in_doubt:
            return self.cost.text
        if self.cost.nano or self.job.state in (JobState.UNKNOWN, JobState.RECEIVED):
            return self.cost.text
        return "price unknown" if self.job.estimate_nano is None else f"about {self._estimate}"

    @property
    def _estimate(self) -> str:
        return self.job.estimate_text if self.job else ""

    @property
    def brought_nothing(self) -> bool:
        """Whether none of its pictures is to be seen."""
        return not self.nodes

    @property
    def nothing_words(self) -> str:
        """Say why it has no picture."""
        if self.job is None or self.job.state == JobState.DONE:
            return "Its pictures were deleted"
        return JobState(self.job.state).label


@dataclass(frozen=True)
class Line:
    """One line of the nested list: a picture or a step, and how the nesting goes on after it."""

    node: Node | None
    step: Step | None
    parent: str  # key of what it hangs on; empty for the first
    level: int
    opens: bool  # what hangs on it follows
    closes: range  # so many lists end after it


class Family:
    """The first picture and everything after it."""

    def __init__(self, current_id: uuid.UUID, *, is_cut: bool) -> None:
        self.current_id = current_id
        self.is_cut = is_cut  # whether there is more than what is here
        self.nodes: dict[uuid.UUID, Node] = {}
        self.trashed = Sum()  # of edits in the trash that nothing was made from
        self._steps: dict[str, Step] = {}
        self._first: Node | None = None

    @property
    def first(self) -> Node:
        if self._first is None:
            message = "a family without its first picture"
            raise LookupError(message)
        return self._first

    @property
    def steps(self) -> list[Step]:
        return list(self._steps.values())

    @property
    def all(self) -> Sum:
        """What all of it has cost."""
        return self.first.branch

    @property
    def pictures(self) -> int:
        """How many of its pictures are still there."""
        return sum(not node.is_deleted for node in self.nodes.values())

    def begin(self, picture: Picture) -> None:
        """Set the picture that all others come from."""
        self._first = Node(picture, "first", 0, 0)
        self.nodes[picture.pk] = self._first

    def step(
        self, parent: Node, job: EditJob | None, extended: Picture | None, lent: list[Picture]
    ) -> Step:
        """Give the step from this picture, which may have brought other pictures already."""
        step = Step(parent, job, None if job else extended, lent)
        found = self._steps.setdefault(step.key, step)
        if found is step:
            parent.steps.append(step)
        return found

    def add(self, node: Node) -> None:
        """Hang a picture on the step that made it."""
        self.nodes[node.picture.pk] = node
        if node.made_by is not None:
            node.made_by.nodes.append(node)

    def finish(self) -> None:
        """Put all in the order of time, drop what is gone for good, and add up what it cost."""
        for step in self._steps.values():
            step.nodes.sort(key=lambda node: (node.kind == "adjusted", node.place, node.created_at))
        # Children come after their parents, so from behind all that hangs on one is known.
        for node in sorted(self.nodes.values(), key=lambda node: -node.depth):
            self._finish(node)

    def _finish(self, node: Node) -> None:
        for step in list(node.steps):
            step.nodes = [each for each in step.nodes if each.picture.pk in self.nodes]
            if not step.nodes and (step.job is None or step.is_trashed):
                node.steps.remove(step)
                del self._steps[step.key]
                self.trashed.add(step.cost)
                continue
            step.branch = step.cost
            for each in step.nodes:
                step.branch.add(each.branch)
            node.branch.add(step.branch)
        node.steps.sort(key=lambda step: (step.created_at, step.key))
        if node.is_deleted and not node.steps and node.kind != "first":
            del self.nodes[node.picture.pk]

    def lines(self) -> Iterator[Line]:
        """Everything as one nested list: a picture, then its steps, each with its pictures."""
        waiting: list[tuple[Node | Step, str, int, int]] = [(self.first, "", 0, 0)]
        while waiting:
            each, parent, level, ends = waiting.pop()
            below: list[Node] | list[Step]
            below = each.steps if isinstance(each, Node) else each.nodes
            # The last one of a list ends it, and all those that it is the last one of.
            last = len(below) - 1
            for i in range(last, -1, -1):
                waiting.append((below[i], each.key, level + 1, ends + 1 if i == last else 0))
            closes = range(0 if below else ends)
            yield Line(
                each if isinstance(each, Node) else None,
                each if isinstance(each, Step) else None,
                parent,
                level,
                bool(below),
                closes,
            )
