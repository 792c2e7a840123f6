"""Writes one edit of the past: the job, its consents, its calls and every line of its history.

The words are those of the stages themselves, so a seeded job reads like a real one.
"""

from __future__ import annotations

import hashlib
import io
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models.signals import pre_save
from django.utils import timezone
from PIL import Image

from editor import budgets, storage
from editor.imaging.framing import Frame, Size, choose_size
from editor.management.answers import draw_answer
from editor.management.sources import SOURCES, Source
from editor.management.story import Story
from editor.models import (
    Attempt,
    Consent,
    EditJob,
    Event,
    JobState,
    LedgerEntry,
    Mask,
    Picture,
    Result,
    UpstreamModel,
    User,
    wording,
)
from editor.models.framings import plan_of
from editor.models.wishes import wish_hash
from editor.money import NANO
from editor.renditions import make_waiting
from editor.results import compose_result
from editor.upstream import key_tail

WORKER = "seed:0"
SENT_PIXELS = 2_600_000  # what fits under the ceiling of one call, roughly
LINK_SECONDS = 3600
FAR_DAYS = 27_000
HELD = "held"  # the ending that is none: it waits for approval
OVER = "This edit costs {}, but only $0.00 of the budget for this month of $20.00 are left."


@dataclass
class Purse:
    """The money of the one key that pays, in nano-dollars."""

    left: int = 25 * NANO

    def pay(self, cost: int | None) -> int:
        """Take a cost and give what is left; an unknown cost takes nothing."""
        self.left -= cost or 0
        return self.left


@dataclass
class Past:
    """One edit being written down, and the moment that the telling has come to."""

    story: Story
    source: Source
    job: EditJob
    now: datetime
    purse: Purse
    changes: dict[str, Any] = field(default_factory=dict)  # of the job row, written at the end

    @property
    def far(self) -> datetime:
        """A moment that a running worker does not live to see."""
        return self.now + timedelta(days=FAR_DAYS)

    def say(
        self, after: float, state: JobState, sentence: str, actor: User | None = None
    ) -> datetime:
        """Let `after` seconds pass and add a line to the history."""
        self.now += timedelta(seconds=after)
        self.changes["state"] = state
        Event.objects.create(
            job=self.job, at=self.now, state=state, sentence=sentence[:400], actor=actor
        )
        return self.now

    def grant(self) -> Consent:
        """A person's leave to pay, given now, and its price set aside."""
        return budgets.grant_consent(
            self.job, self.job.estimate_nano, by=self.job.owner, at=self.now
        )

    @contextmanager
    def money_moves(self) -> Iterator[None]:
        """Let what moves in the block have moved at this moment of the telling."""

        def date(instance: LedgerEntry, **_: Any) -> None:
            instance.at = self.now

        pre_save.connect(date, sender=LedgerEntry, weak=False)
        try:
            yield
        finally:
            pre_save.disconnect(date, sender=LedgerEntry)

    def claim(self) -> None:
        """A worker takes the job."""
        self.changes["fence"] = self.changes.get("fence", 0) + 1
        self.changes["worker"] = WORKER
        self.say(0.6, JobState.CLAIMED, "Preparing the call.")

    def send(self, consent: Consent) -> Attempt:
        """The intent to call, as the worker commits it."""
        self.claim()
        self.changes["started_at"] = self.say(
            1.7, JobState.CALLING, f"Sent to {self.job.model_name}."
        )
        return Attempt.objects.create(
            job=self.job,
            consent=consent,
            key_tail=key_tail(),
            sent_at=self.now,
            frame=frame_record(self.job),
        )

    def fail_call(
        self, attempt: Attempt, state: str, code: str, sentence: str, status: int | None
    ) -> None:
        """The call ends without an answer after the time it took."""
        self.now += timedelta(seconds=self.story.seconds)
        Attempt.objects.filter(pk=attempt.pk).update(
            state=state,
            answered_at=self.now,
            http_status=status,
            error_code=code,
            error_sentence=sentence,
            upstream_request_id="" if status is None else str(attempt.pk),
        )

    def answer(self, attempt: Attempt, count: int) -> None:
        """The paid answer arrives, with links to `count` pictures."""
        self.now += timedelta(seconds=self.story.seconds)
        price = UpstreamModel.objects.get(model_id=self.job.model_id).price_nano(self.job.size)
        cost = None if price is None else price * count
        left = self.purse.pay(cost)
        expires = self.now + timedelta(seconds=LINK_SECONDS)
        urls = [link(attempt, index, expires) for index in range(count)]
        attempt.state = Attempt.State.RECEIVED
        attempt.lease_until = self.far  # or a worker would fetch it before it is kept
        attempt.answered_at = self.now
        attempt.http_status = 200
        attempt.upstream_request_id = str(attempt.pk)
        attempt.image_urls = urls
        attempt.links_expire_at = expires
        attempt.cost_nano = cost
        attempt.balance_after_nano = left
        attempt.answer = {
            "created": int(self.now.timestamp()),
            "data": [{"url": url} for url in urls],
            **({} if cost is None else {"cost": cost / NANO}),
            "paymentSource": "USD",
            "remainingBalance": left / NANO,
            "requestId": str(attempt.pk),
        }
        attempt.save()
        source = "the answer" if cost is not None else "estimate"
        with self.money_moves():
            budgets.settle(attempt.paid_under, cost, source)
        self.changes["charged"] = EditJob.Charged.YES
        came = "1 image" if count == 1 else f"{count} images"
        more = f" ({self.job.n} asked for)" if count != self.job.n else ""
        after = f"Answered after {self.story.seconds:.0f} s with {came}{more}."
        self.say(0, JobState.RECEIVED, after)

    def keep(self, attempt: Attempt) -> None:
        """Store the pictures of the answer and compose them, by the application's own stage."""
        mask = opened(self.job.mask) if self.job.mask else None
        frame = frame_of(self.job)
        size = Size(self.job.picture.width, self.job.picture.height)

        def drawn(take: int) -> bytes:
            return draw_answer(self.source, self.story.answers[take], frame, size, mask, take)

        with ThreadPoolExecutor(2) as hands:
            answers = list(hands.map(drawn, range(len(self.story.answers))))
        for index, data in enumerate(answers):
            result = Result.objects.create(
                attempt=attempt,
                index=index,
                raw=storage.put(storage.raw_key(attempt.pk, index), data),
                raw_sha256=hashlib.sha256(data).hexdigest(),
                raw_bytes=len(data),
                created_at=self.now,
            )
            for picture_id, screen in compose_result(self.job, result, attempt):
                make_waiting(picture_id, screen)  # there may be no worker
        Picture.objects.filter(made_by__attempt=attempt).update(created_at=self.now)
        Attempt.objects.filter(pk=attempt.pk).update(state=Attempt.State.SAVED, lease_until=None)
        count = len(self.story.answers)
        kept = "1 picture kept" if count == 1 else f"{count} pictures kept"
        changed = [result.changed_pixels for result in attempt.results.all()]
        locks = [pixels for pixels in changed if pixels is not None]
        lock = f"; {sum(locks)} outside pixels changed" if locks else ""
        self.changes["finished_at"] = self.say(2.4, JobState.DONE, f"{kept}{lock}.")


def opened(mask: Mask) -> Image.Image:
    """The kept mask as an image."""
    with Image.open(io.BytesIO(storage.get(mask.file.name or ""))) as image:
        return image.convert("L")


def frame_of(job: EditJob) -> Frame:
    """What of the picture is sent, chosen as the worker chooses it."""
    return plan_of(job, UpstreamModel.objects.get(model_id=job.model_id)).frame


def frame_record(job: EditJob) -> dict[str, Any]:
    """The frame as an Attempt keeps it."""
    frame = frame_of(job)
    factor = min(1.0, (SENT_PIXELS / frame.sent.pixels) ** 0.5)
    sent = frame.scaled(factor).sent
    model = UpstreamModel.objects.get(model_id=job.model_id)
    return {
        "box": list(frame.box),
        "planned": list(frame.sent),
        "inner": list(frame.inner),
        "sent": list(sent),
        "mime": "image/jpeg" if factor < 1 else "image/png",
        "sha256": hashlib.sha256(job.picture.sha256.encode()).hexdigest(),
        "mask_dialect": model.mask_dialect if job.mask else "none",
    }


def link(attempt: Attempt, index: int, expires: datetime) -> str:
    """A result link like the sandbox's; nobody follows it any more."""
    name = uuid.uuid5(attempt.pk, f"link {index}").hex
    signature = hashlib.sha256(name.encode()).hexdigest()[:40]
    query = f"Expires={int(expires.timestamp())}&Signature={signature}"
    return f"http://127.0.0.1:8001/sandbox/files/{name}.jpg?{query}"


def begin(
    story: Story, picture: Picture, mask: Mask | None, model: UpstreamModel, purse: Purse
) -> Past:
    """Write the job as it was submitted."""
    asked_at = timezone.now() - timedelta(hours=story.hours)
    size = choose_size(Size(picture.width, picture.height), model.sizes, story.size)
    n = min(story.count, model.max_images)
    job = EditJob.objects.create(
        owner=picture.owner,
        picture=picture,
        mask=mask,
        prompt=story.prompt,
        model_id=model.model_id,
        model_name=model.name,
        n=n,
        size=size,
        estimate_nano=model.estimate_nano(size, story.count),
        wish_hash=wish_hash(
            picture.sha256, mask.sha256 if mask else None, story.prompt, model.model_id, n, size
        ),
        created_at=asked_at,
        # A worker that runs beside this must not take it while its past is being written.
        state=JobState.CALLING,
        worker=WORKER,
        lease_until=asked_at + timedelta(days=FAR_DAYS),
    )
    past = Past(story, SOURCES[story.source], job, asked_at, purse)
    if story.ending == HELD:
        over = OVER.format(job.estimate_text)
        past.say(0, JobState.HELD, f"Waiting for approval. {over}", picture.owner)
        past.changes["failure_sentence"] = f"{over} {wording.WAITS_FOR_LEAVE}"
    else:
        past.say(0, JobState.QUEUED, "Queued.", picture.owner)
    return past
