"""What is told of one edit in the demonstration folder."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Story:
    """One edit. `answers` holds the changes of each picture that came back, comma-separated."""

    source: str
    prompt: str
    hours: float
    answers: tuple[str, ...] = ()
    mask: tuple[str, ...] = ()  # regions; none: the whole picture may change
    reach: float = 0.012
    model: str = "inpaint-pro"
    size: str = "auto"
    asked: int = 0  # how many results were asked for, when not as many as came
    seconds: float = 24.0  # how long the call took
    ending: str = "done"
    verdict: str = ""
    note: str = ""
    name: str = ""  # so that a later story can go on from its first result
    follows: str = ""

    @property
    def count(self) -> int:
        """How many results were asked for."""
        return self.asked or max(1, len(self.answers))
