"""Honest words for where a job stands."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from editor.money import dollars

if TYPE_CHECKING:
    from editor.models.attempts import Attempt
    from editor.models.jobs import EditJob

DECLINED = "declined"  # reason of a job that was not allowed above a cap
WAITS_FOR_LEAVE = "It waits until an administrator allows it. Nothing is sent before."
_SENTENCES = {
    "held": "Over the budget.",
    "queued": "Waiting for a free place. Nothing has been sent or charged yet.",
    "claimed": "Preparing the picture and the mask. Nothing has been sent yet.",
    "calling": (
        "The model is working. This usually takes 10 to 180 seconds; you can leave the page."
    ),
    "unknown": (
        "The call was sent, but no answer came back. It may have been charged. "
        "Nothing is sent again unless you say so."
    ),
    "received": "Paid and answered. The result is being fetched and put into your picture.",
    "done": "The result is kept for good.",
    "cancelled": "Cancelled before anything was sent. Nothing was charged.",
}

_WITHHELD = {
    False: "The result is made and kept. A reviewer looks at it before you can.",
    True: "The result is kept, but was not released to you after a review.",
}
_HIDDEN = "Cancelled after the call was sent. The paid result was kept, hidden from the gallery."
_MAY_OWE = "An earlier call of this edit may have been charged."
_UNSENT_AGAIN = {
    "queued": "Waiting for a free place.",
    "claimed": "Preparing the picture and the mask.",
    "cancelled": "Cancelled before it was sent again.",
}


def uncharged(job: EditJob) -> str:
    """Say that nothing was charged, unless an earlier call of the job may have been."""
    return _earlier_call(job) or "Nothing has been charged."


def _earlier_call(job: EditJob) -> str:
    """Say what earlier calls may have cost, or what staff settled them as; "" without any."""
    if not job.may_owe:
        return ""
    calls = [call for call in job.attempts.all() if call.state != "not_charged"]
    if not all(call.settled_at for call in calls):
        return _MAY_OWE
    cost = sum(call.cost_nano or 0 for call in calls)
    charged = f"was charged, {dollars(cost)}" if cost else "was not charged"
    return f"An earlier call of this edit {charged}."


def state_sentence(job: EditJob) -> str:
    """Say in a full sentence what is happening to the job, or what became of it."""
    if job.state == "failed":
        return job.failure_sentence or "The edit failed."
    if job.state in ("held", "waiting") or job.reason == DECLINED:
        return _stopped_sentence(job)
    if job.state == "calling" and job.cancel_requested:
        return "Already sent, so it will be paid for. The result will be kept, but hidden."
    if job.state == "done" and (job.is_withheld or job.hidden):
        return _WITHHELD[job.verdict == "rejected"] if job.is_withheld else _HIDDEN
    if job.state == "received" and job.failure_sentence:
        return f"{job.failure_sentence} The paid answer is safe; trying again by itself."
    earlier = _earlier_call(job) if job.state in _UNSENT_AGAIN else ""
    return f"{_UNSENT_AGAIN[job.state]} {earlier}" if earlier else _SENTENCES[job.state]


def _stopped_sentence(job: EditJob) -> str:
    """Say why a job does not go on at once: over the budget, declined, or put off."""
    if job.state == "held":
        return job.failure_sentence or f"{_SENTENCES['held']} {WAITS_FOR_LEAVE}"
    until = ""
    if job.state == "waiting" and job.next_at:
        at = f"at {timezone.localtime(job.next_at):%H:%M:%S} UTC"
        until = f" Trying again {'later' if is_far_off(job.next_at) else at}."
    return f"{job.failure_sentence or 'Waiting.'}{until} {uncharged(job)}"


def is_far_off(moment: datetime) -> bool:
    """Whether it is of no use to anybody to be told the hour."""
    return moment - timezone.now() > timedelta(days=1)


def standing_sentence(
    job: EditJob, *, place: int | None = None, closed: str = "", usual: str = ""
) -> str:
    """Say where the job stands, knowing more than its row.

    `place` in the whole queue from 1; `closed`: why no call can leave, "" when calls can;
    `usual`: how long calls of this model take, "" when not known. Moments are left out:
    pages say them in the reader's own time zone.
    """
    in_line = place_words(place) if job.state == "queued" and place else ""
    waits_for_gate = job.state == "queued" or (job.state == "waiting" and job.reason == "gate")
    if closed and waits_for_gate:
        starts = f"{in_line}: starts" if in_line else "Starts"
        return f"{closed} {starts} by itself. {uncharged(job)}"
    if in_line:
        return f"{in_line}. {uncharged(job)}"
    if job.state == "waiting":
        return f"{job.failure_sentence or 'Waiting.'} {uncharged(job)}"
    if job.state == "calling" and usual and not job.cancel_requested:
        return f"The model is working: {usual}. You can leave the page."
    return state_sentence(job)


def place_words(place: int) -> str:
    """Say a place in the queue: "Next in line", "3rd in line"."""
    return "Next in line" if place == 1 else f"{ordinal(place)} in line"


def ordinal(number: int) -> str:
    """Write a positive whole number as an ordinal: 1st, 2nd, 3rd, 11th, 22nd."""
    if number % 100 in (11, 12, 13):
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"


def already_there(job: EditJob) -> str:
    """Say that the very same wish was asked for before, and what became of it."""
    if job.state == "done":
        return "You already have this result."
    if job.state == "held":
        return "This is already waiting for approval."
    if job.state == "unknown":
        return "You asked for this before. Its outcome is unknown, and it may have been charged."
    return "This is already running."


def cancelled_all(cancelled: int, owing: int, hidden: int) -> str:
    """Say what cancelling everything did.

    Jobs stopped before any call, before another call (the earlier one may have been
    charged), and during their call.
    """
    words = []
    if cancelled:
        edits = "1 edit" if cancelled == 1 else f"{cancelled} edits"
        words.append(f"{edits} cancelled before anything was sent; nothing was charged.")
    if owing:
        edits = "1 edit" if owing == 1 else f"{owing} edits"
        words.append(f"{edits} cancelled before being sent again; earlier calls may be charged.")
    if hidden:
        run, its = (
            ("1 edit is", "Its result") if hidden == 1 else (f"{hidden} edits are", "Results")
        )
        words.append(f"{run} running already and will be paid for. {its} will be kept, but hidden.")
    return " ".join(words) or "There was nothing left to cancel."


_STEPS = (
    ("Queued", ("held", "queued", "claimed", "waiting")),
    ("Editing", ("calling", "unknown")),
    ("Saving", ("received",)),
    ("Done", ("done",)),
)


def steps(job: EditJob) -> list[dict[str, Any]]:
    """The way of a job as a progress line: label, state (done, now or todo) and a time."""
    latest = job.latest_attempt
    times = (
        job.created_at,
        job.started_at,
        latest.answered_at if latest else None,
        job.finished_at if job.state == "done" else None,
    )
    place = next((i for i, (_, states) in enumerate(_STEPS) if job.state in states), None)
    if job.state == "done":
        place = len(_STEPS)
    if place is None:  # failed or cancelled: it got as far as it has times for
        place = 1 if job.started_at else 0
    words = ["done" if i < place else "now" if i == place else "todo" for i in range(len(_STEPS))]
    labels = [label for label, _ in _STEPS]
    if job.state == "held":
        labels[0] = "Approval"
    return [
        {"label": label, "state": word, "at": at}
        for label, word, at in zip(labels, words, times, strict=True)
    ]


def billed_text(job: EditJob) -> str:
    """What the job has cost so far, over all its attempts."""
    costs = [
        attempt.cost_nano
        for attempt in job.attempts.all()
        # Settled by staff: nobody will clear it up any more, and a figure was agreed on.
        if attempt.state in ("received", "saved", "lost") or attempt.settled_at
    ]
    if job.state == "calling":
        return "not yet known"
    if job.charged == "no" and not any(costs):
        return "nothing"
    if job.charged == "unknown" or not costs or None in costs:
        return "unknown"
    known = dollars(sum(cost for cost in costs if cost is not None))
    doubtful = any(attempt.is_in_doubt for attempt in job.attempts.all())
    return f"{known}, maybe more" if doubtful else known


_NO_ANSWER_HERE = {
    True: "It was made elsewhere, and imported for free.",
    False: "The call is running; its answer will say what it cost.",
}


def billed_source_text(job: EditJob) -> str:
    """Where the billed figure comes from."""
    text = billed_text(job)
    if job.imported_at or text == "not yet known":
        return _NO_ANSWER_HERE[job.imported_at is not None]
    calls = [call for call in job.attempts.all() if call.state != "not_charged"]
    if any(call.settled_at for call in calls):
        return _settled_source(calls)
    if text == "nothing":
        return "No call was answered, so nothing was charged."
    if text == "unknown":
        return "The upstream did not say what it charged."
    if text.endswith("more"):
        return "The answered call as the upstream reported it; an earlier one may be on top."
    return "As the upstream reported it with the answer."


def _settled_source(calls: list[Attempt]) -> str:
    if all(call.settled_at for call in calls):
        return "As staff settled it; the history says why."
    if any(call.is_in_doubt for call in calls):
        return "In part as staff settled it; another call may be on top."
    return "The answered call as the upstream reported it, an earlier one as staff settled it."
