"""The past of a busy server, written straight into the tables; no file lies behind it.

Four people, of whom the first one has five of six edits. Everything a card, a filter or a
search looks at is there: uploads of every shape, masks, calls with their costs, results,
favourites, ratings, tags and collections. Equal numbers give equal rows.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection, models, transaction

from benchmarks.gallery.words import picture_name, prompt
from benchmarks.gallery.writing import write
from editor.models import (
    Attempt,
    Collection,
    CollectionItem,
    Consent,
    EditJob,
    JobState,
    Mask,
    Picture,
    Result,
    Tag,
    UpstreamModel,
    User,
)

PEOPLE = ("alice", "bob", "charlie", "dora")
SHARES = (50, 5, 4, 1)
LAST = datetime(2026, 11, 1, 18, tzinfo=UTC)
APART = timedelta(minutes=7)
PIECE = 2000  # edits in one round of writing
CENT = 10_000_000
SIZES = {
    (4032, 3024): 24, (3024, 4032): 18, (6000, 4000): 12, (1920, 1080): 12, (1080, 1350): 9,
    (2048, 1365): 8, (1024, 1024): 5, (3000, 3000): 2, (800, 600): 6, (8192, 5464): 4,
}  # fmt: skip
MODELS = {
    "openai/gpt-image-1": ("GPT Image 1", 17), "google/nano-banana": ("Nano Banana", 4),
    "black-forest-labs/flux-kontext": ("FLUX Kontext", 4), "bytedance/seedream": ("Seedream", 3),
    "qwen/image-edit": ("Qwen Image Edit", 2), "sandbox/inpaint": ("Inpaint", 0),
    "ideogram/edit": ("Ideogram Edit", 6), "recraft/inpaint": ("Recraft Inpaint", 8),
}  # fmt: skip
MODEL_SHARES = (34, 26, 14, 10, 7, 4, 3, 2)
STATES = {
    JobState.DONE: 920, JobState.FAILED: 42, JobState.CANCELLED: 30, JobState.UNKNOWN: 6,
    JobState.QUEUED: 1, JobState.WAITING: 1,
}  # fmt: skip
# In the order in which they refer to each other.
KINDS = (
    Picture, Mask, EditJob, Consent, Attempt, Result, CollectionItem, Tag.pictures.through,
)  # fmt: skip
TAGS = ("shop", "family", "holiday", "print", "client", "draft", "portrait", "food")
PLACEHOLDER = "data:image/webp;base64," + "UklGRlYAAABXRUJQVlA4IEoAAADQAQCdASoQAAwA" * 3 + "AA=="


class Past:
    """Writes edits, the oldest first."""

    def __init__(self, total: int) -> None:
        self.chance = random.Random(total)
        self.total = total
        self.people = [User.objects.create_user(name, password=None) for name in PEOPLE]
        for model_id, (name, cents) in MODELS.items():
            UpstreamModel.objects.create(
                model_id=model_id, name=name, sizes=["auto"], prices={"auto": cents * CENT}
            )
        self.tags = [Tag.objects.create(owner=self.people[0], name=name) for name in TAGS]
        self.collections = [
            Collection.objects.create(owner=self.people[0], name=f"Album {number}")
            for number in range(6)
        ]
        self.uploads: dict[int, list[Picture]] = {}
        self._forget_rows()

    def write(self) -> None:
        """Fill the database, and have it look at what it holds."""
        for start in range(0, self.total, PIECE):
            for number in range(start, min(start + PIECE, self.total)):
                self._edit(number)
            with transaction.atomic():
                for model, rows in self.rows.items():
                    write(model, rows)
            self._forget_rows()
        if connection.vendor == "postgresql":  # as its own daemon does after a while
            with connection.cursor() as cursor:
                cursor.execute("VACUUM ANALYZE")

    def _forget_rows(self) -> None:
        self.rows: dict[Any, list[models.Model]] = {kind: [] for kind in KINDS}

    def _add(self, row: Any) -> Any:
        self.rows[type(row)].append(row)
        return row

    def _one_of(self, shares: dict[Any, int]) -> Any:
        return self.chance.choices(list(shares), list(shares.values()))[0]

    def _edit(self, number: int) -> None:
        chance = self.chance
        place = chance.choices(range(len(PEOPLE)), SHARES)[0]
        owner, when = self.people[place], LAST - APART * (self.total - number)
        picture = self._picture(number, place, when)
        model_id = chance.choices(list(MODELS), MODEL_SHARES)[0]
        name, cents = MODELS[model_id]
        state = self._one_of(STATES)
        paid = state == JobState.DONE or (state == JobState.FAILED and chance.random() < 0.2)
        charged = {JobState.UNKNOWN: "unknown"}.get(state, "yes" if paid and cents else "no")
        count = chance.choices((1, 2, 4), (85, 12, 3))[0]
        job = self._add(EditJob(
            id=self._id(), owner=owner, submit_key=self._id(), picture=picture,
            mask=self._mask(picture, when) if chance.random() < 0.6 else None,
            prompt=prompt(chance), model_id=model_id, model_name=name, n=count, size="auto",
            estimate_nano=cents * count * CENT, wish_hash=f"{number:064x}", state=state,
            charged=charged, hidden=chance.random() < 0.002, created_at=when,
            started_at=when + timedelta(seconds=3), finished_at=when + timedelta(seconds=30),
        ))  # fmt: skip
        if state in (JobState.QUEUED, JobState.WAITING, JobState.CANCELLED):
            return
        consent = self._add(Consent(id=self._id(), job=job, seq=1, granted_by=owner))
        attempt = self._add(Attempt(
            id=self._id(), job=job, consent=consent, sent_at=when, cost_nano=None,
            frame={"box": [0, 0, picture.width, picture.height], "sent": [1024, 768]},
            state={JobState.UNKNOWN: "unknown", JobState.DONE: "saved"}.get(
                state, "saved" if paid else "not_charged"
            ),
        ))  # fmt: skip
        if paid:
            attempt.cost_nano = cents * count * CENT
            attempt.answer = {"created": 1_780_000_000, "data": [{"bytes": 900_000}] * count}
        if state == JobState.DONE:
            for index in range(count):
                self._result(job, attempt, index)

    def _picture(self, number: int, place: int, when: datetime) -> Picture:
        known = self.uploads.setdefault(place, [])
        if known and self.chance.random() < 0.6:
            return self.chance.choice(known[-30:])
        size = self._one_of(SIZES)
        name = picture_name(self.chance, number)
        known.append(self._row_of_picture(self.people[place], name, size, when, "upload"))
        return known[-1]

    def _row_of_picture(
        self, owner: User, name: str, size: tuple[int, int], when: datetime, origin: str
    ) -> Picture:
        key = self._id()
        chance = self.chance
        picture: Picture = self._add(Picture(
            id=key, owner=owner, name=name, origin=origin, file=f"pictures/{key}/original.png",
            preview=f"pictures/{key}/preview.avif", card=f"pictures/{key}/card.avif",
            thumb=f"pictures/{key}/thumb.avif", placeholder=PLACEHOLDER, transparent=False,
            format="PNG", mime="image/png", width=size[0], height=size[1], bytes=3_000_000,
            sha256=f"{key.int:064x}", created_at=when,
            favourite=chance.random() < 0.04,
            rating=chance.randint(1, 5) if chance.random() < 0.15 else None,
        ))  # fmt: skip
        return picture

    def _mask(self, picture: Picture, when: datetime) -> Mask:
        left, top = picture.width // 4, picture.height // 3
        mask: Mask = self._add(Mask(
            id=self._id(), picture=picture, file="masks/x/mask.png", sha256="0" * 64,
            painted_pixels=left * top, left=left, top=top, right=2 * left, bottom=2 * top,
            created_at=when,
        ))  # fmt: skip
        return mask

    def _result(self, job: EditJob, attempt: Attempt, index: int) -> None:
        size = (job.picture.width, job.picture.height)
        name = f"{job.picture.name[:40]} (edited)"
        made = self._row_of_picture(job.owner, name, size, job.created_at, "result")
        self._add(Result(
            attempt=attempt, index=index, raw=f"results/{attempt.pk}/{index}.raw",
            raw_sha256="0" * 64, raw_bytes=900_000, picture=made, created_at=job.created_at,
        ))  # fmt: skip
        if job.owner != self.people[0]:
            return
        if self.chance.random() < 0.06:
            tag = self.chance.choice(self.tags)
            self._add(Tag.pictures.through(tag_id=tag.pk, picture_id=made.pk))
        if self.chance.random() < 0.05:
            collection = self.chance.choice(self.collections)
            self._add(CollectionItem(collection=collection, picture=made, added_at=job.created_at))

    def _id(self) -> uuid.UUID:
        return uuid.UUID(int=self.chance.getrandbits(128), version=4)


def counted(of: Iterable[type[models.Model]]) -> dict[str, int]:
    """How many rows there are of each kind."""
    return {model.__name__: model._default_manager.count() for model in of}
