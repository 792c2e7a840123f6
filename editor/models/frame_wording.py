"""What a frame means for the result, in honest figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from editor.imaging.framing import Box, Size
from editor.imaging.planning import SOFT_FROM, FrameChoice, Plan
from editor.imaging.sizes import fixed_size

if TYPE_CHECKING:
    from editor.models.pictures import Picture

NOTHING_PAINTED = "The frame holds nothing of what is painted. Move it over the paint."
_FULL_DETAIL = 1.05  # nobody sees a twentieth


@dataclass(frozen=True)
class SentFrame:
    """The part of a picture that a call sent, as the job's page shows it."""

    box: Box
    is_whole: bool
    words: str


def sent_frame(kept: Mapping[str, Any], picture: Picture) -> SentFrame | None:
    """Read the frame that an attempt has kept; None when it has none."""
    if not kept.get("box") or not kept.get("sent"):
        return None
    box, sent = Box(*kept["box"]), Size(*kept["sent"])
    words = f"The outlined {size_words(box.size)} px were sent"
    words += "." if sent == box.size else f" at {size_words(sent)}."
    return SentFrame(box, box == (0, 0, picture.width, picture.height), words)


def size_words(size: Size) -> str:
    """Like "1 480 × 980", with spaces that do not break."""  # noqa: RUF002
    width, height = (f"{side:,}".replace(",", "\u202f") for side in size)
    return f"{width}\u00a0\u00d7\u00a0{height}"


def plan_words(plan: Plan, *, masked: bool) -> str:
    """Say what is sent, at which size, and how much of the detail comes back."""
    box, sent = plan.frame.box.size, plan.frame.sent
    whole = "the whole picture, " if plan.choice is FrameChoice.WHOLE else ""
    sends = f"Sends {whole}{size_words(box)}\u00a0px"
    sends += " as they are" if sent == box else f" at {size_words(sent)}"
    about = "" if fixed_size(plan.size) else "about "
    if plan.enlargement <= _FULL_DETAIL:
        return f"{sends}: full detail."
    if not masked:
        return f"{sends}. The result will have {about}{size_words(plan.answer)} pixels."
    return f"{sends}; each returned pixel covers {about}{plan.enlargement:.1f} of yours."


def frame_warning(plan: Plan, automatic: Plan, painted: Box, *, has_offer: bool) -> str:
    """Warn of a result that would be stretched too far, or not be there; "" where all is well."""
    if not plan.frame.box.meet(painted):
        return NOTHING_PAINTED
    if plan.enlargement <= SOFT_FROM:
        return ""
    warning = f"It comes back stretched {plan.enlargement:.1f} times, so it looks soft."
    if has_offer:
        return warning
    gain = plan.enlargement / max(1.0, automatic.enlargement)
    if gain >= 1.2:
        return f"{warning} Automatic would give {gain:.1f} times the detail."
    return f"{warning} Paint a smaller part, or send a larger size if the model has one."


def frame_notes(plan: Plan, painted: Box | None) -> list[str]:
    """Say what else is good to know of a frame."""
    notes = []
    if painted and not plan.frame.box.holds(painted):
        notes.append("Paint outside the frame is left out of this edit.")
    if plan.frame.inner.size != plan.frame.sent:
        notes.append("The picture has another shape, so its edge is repeated to fill the size.")
    return notes


def offer_words(gain: float) -> str:
    """Offer two edits in place of one."""
    return f"The painted areas lie far apart. Two edits would give {gain:.1f} times the detail."
