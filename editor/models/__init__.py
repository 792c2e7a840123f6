"""The nouns of NanoEdit. Rows, states and queries; no I/O but the database."""

from editor.models.attempts import Attempt, Consent, Lifeboat
from editor.models.catalogue import UpstreamModel
from editor.models.events import Event
from editor.models.jobs import EditJob, IllegalArrow, JobState
from editor.models.people import User
from editor.models.pictures import Mask, Picture
from editor.models.results import Result
from editor.models.reviews import Review

__all__ = [
    "Attempt",
    "Consent",
    "EditJob",
    "Event",
    "IllegalArrow",
    "JobState",
    "Lifeboat",
    "Mask",
    "Picture",
    "Result",
    "Review",
    "UpstreamModel",
    "User",
]
