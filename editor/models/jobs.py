"""The edit job and its state machine.

    HELD:      over a cap, waits for leave -> QUEUED (Consent by staff) | CANCELLED
    QUEUED --claim--> CLAIMED --intent committed--> CALLING
    CLAIMED:   lease over -> QUEUED (nothing was sent) | not now -> WAITING
               cannot be sent -> FAILED
    WAITING:   time has come -> QUEUED
    CALLING:   answer committed -> RECEIVED
               proof that nothing was charged -> WAITING | FAILED
               timeout, reset, 5xx, unusable answer, worker lost -> UNKNOWN
    UNKNOWN:   late answer -> RECEIVED | owner pays again (new Consent) -> QUEUED
               given up -> FAILED
    QUEUED, CLAIMED, WAITING: late answer of an earlier call -> RECEIVED (no second call)
    RECEIVED:  stored and composed -> DONE | nothing usable came, or the link died -> FAILED
    CANCELLED: from HELD, QUEUED, CLAIMED and WAITING only. During CALLING a cancel is remembered:
               the result was paid for, so it is kept, but hidden.

Open states: everything but DONE, FAILED, CANCELLED. An arrow is one conditional
UPDATE on state and fence; who comes second changes nothing and is told so.
"""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.conf import settings
from django.db import models, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone

from editor.models.covers import Covered
from editor.models.events import Event
from editor.models.framings import FrameFields
from editor.models.marks import Marked
from editor.models.narrowing import NarrowedQuerySet
from editor.models.pictures import Mask, Picture
from editor.models.reviewed import REVIEW_INDEXES, ReviewFields
from editor.models.told import Told

if TYPE_CHECKING:
    from editor.models.attempts import Attempt
    from editor.models.people import User
    from editor.models.results import Result


class JobState(models.TextChoices):
    """Where a job stands. The labels are what people read on a chip."""

    HELD = "held", "Waiting for approval"
    QUEUED = "queued", "Queued"
    CLAIMED = "claimed", "Preparing"
    CALLING = "calling", "Editing"
    WAITING = "waiting", "Waiting"
    UNKNOWN = "unknown", "Outcome unknown"
    RECEIVED = "received", "Saving"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


CLOSED_STATES = (JobState.DONE, JobState.FAILED, JobState.CANCELLED)
# Nothing was sent for this call yet, and a cancel is free.
UNSENT_STATES = (JobState.HELD, JobState.QUEUED, JobState.CLAIMED, JobState.WAITING)
OPEN_STATES = tuple(state for state in JobState if state not in CLOSED_STATES)
# What a person sees on the wall, as far as the row itself says; the indexes hold nothing else.
ON_WALL = {"hidden": False, "mask_test": None, "trashed_at": None}

_WALL_ORDER = ("owner", "-created_at", "-id")
_FILTERED_BY = (
    "state", "model_id", "mask", "charged", "picture_shape", "picture_scale", "paid_nano",
    "hearted", "best_stars",
)  # fmt: skip

ARROWS: dict[str, frozenset[str]] = {
    JobState.HELD: frozenset({JobState.QUEUED, JobState.CANCELLED}),
    JobState.QUEUED: frozenset({JobState.CLAIMED, JobState.RECEIVED, JobState.CANCELLED}),
    JobState.CLAIMED: frozenset(
        {
            JobState.QUEUED,
            JobState.WAITING,
            JobState.CALLING,
            JobState.RECEIVED,
            JobState.FAILED,
            JobState.CANCELLED,
        }
    ),
    JobState.WAITING: frozenset({JobState.QUEUED, JobState.RECEIVED, JobState.CANCELLED}),
    JobState.CALLING: frozenset(
        {JobState.RECEIVED, JobState.WAITING, JobState.FAILED, JobState.UNKNOWN}
    ),
    JobState.UNKNOWN: frozenset({JobState.RECEIVED, JobState.QUEUED, JobState.FAILED}),
    JobState.RECEIVED: frozenset({JobState.DONE, JobState.FAILED}),
    JobState.DONE: frozenset(),
    JobState.FAILED: frozenset(),
    JobState.CANCELLED: frozenset(),
}


class IllegalArrow(Exception):
    """The code asked for a move that the state machine does not have: a bug, not a race."""


class EditJobQuerySet(NarrowedQuerySet):
    """Reads over jobs, and the one write that must be a query: the claim."""

    def owned_by(self, user: User) -> EditJobQuerySet:
        """This person's jobs."""
        return self.filter(owner=user)

    def viewable_by(self, user: User) -> EditJobQuerySet:
        """Jobs this person may look at: their own, and all for those who review."""
        if user.has_perm("editor.view_editjob"):
            return self.all()
        return self.owned_by(user)

    def still_open(self) -> EditJobQuerySet:
        """Jobs that something may still happen to."""
        return self.filter(state__in=OPEN_STATES)

    def with_pictures(self) -> EditJobQuerySet:
        """Everything a card shows, in a fixed number of queries."""
        results = apps.get_model("editor", "Result")._default_manager.select_related("picture")
        return self.select_related("picture", "mask").prefetch_related(
            models.Prefetch("attempts__results", queryset=results)
        )

    def for_gallery(self, user: User) -> EditJobQuerySet:
        """A person's past and running edits, newest first."""
        return self.on_wall_of(user).order_by("-created_at", "-id").with_pictures()

    def on_wall_of(self, user: User) -> EditJobQuerySet:
        """Without what is in the trash, what they cancelled away, and tests of masks."""
        return self.owned_by(user).filter(**ON_WALL)

    def in_trash_of(self, user: User) -> EditJobQuerySet:
        """What this person can still bring back."""
        return self.owned_by(user).filter(trashed_at__isnull=False, purging_at=None)

    def made_from(self, pictures: Any) -> EditJobQuerySet:
        """Edits that start from one of these pictures, or send it along. Ids will do."""
        lent = apps.get_model("editor", "Reference")._default_manager
        return self.filter(
            models.Q(picture__in=pictures)
            | models.Q(pk__in=lent.filter(picture__in=pictures).order_by().values("job"))
        )

    def already_there(self, owner: User, wish_hash: str) -> EditJob | None:
        """This person's edit of the very same wish: one whose result is kept, else an open one."""
        same = self.owned_by(owner).filter(wish_hash=wish_hash, hidden=False, trashed_at=None)
        newest = same.order_by("-created_at").with_pictures()
        done = newest.exclude(withheld_at__isnull=False, verdict="rejected").filter(
            state=JobState.DONE,
            attempts__results__picture__isnull=False,
            attempts__results__picture__deleted_at=None,
        )
        return done.first() or newest.still_open().first()

    def claim(self, job_id: uuid.UUID, worker: str, lease: timedelta) -> EditJob | None:
        """Take a queued job for `worker`, or None when it is not queued any more.

        A compare-and-set instead of SELECT ... FOR UPDATE SKIP LOCKED: Django drops
        that silently on SQLite, and correctness must not hang on it.
        """
        with transaction.atomic():
            won = self.filter(pk=job_id, state=JobState.QUEUED).update(
                state=JobState.CLAIMED,
                fence=F("fence") + 1,
                worker=worker,
                lease_until=Now() + lease,
                updated_at=Now(),
            )
            if won != 1:
                return None
            job = self.get(pk=job_id)
            job.note("Preparing the call.")
        return job


class EditJob(Covered, Marked, Told, FrameFields, ReviewFields):
    """One wish: base picture, mask, prompt, model and parameters.

    The row is the queue; a broker message is only a hint. At most one paid call
    is made per Consent.
    """

    class Charged(models.TextChoices):
        NO = "no", "Nothing was charged"
        YES = "yes", "Charged"
        UNKNOWN = "unknown", "May have been charged"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="jobs"
    )
    submit_key = models.UUIDField(default=uuid.uuid4)
    picture = models.ForeignKey(Picture, on_delete=models.PROTECT, related_name="jobs")
    mask = models.ForeignKey(Mask, on_delete=models.PROTECT, null=True, related_name="jobs")
    prompt = models.TextField()
    model_id = models.CharField("model", max_length=200)
    model_name = models.CharField(max_length=200)
    n = models.PositiveSmallIntegerField(default=1)
    size = models.CharField(max_length=40, blank=True)
    # Set for a test of masks: how the mask is written, whatever the model's own way is.
    mask_dialect = models.CharField(max_length=10, blank=True, default="", db_default="")
    mask_test = models.ForeignKey(
        "editor.MaskTest", on_delete=models.PROTECT, null=True, related_name="jobs"
    )
    estimate_nano = models.BigIntegerField(null=True)
    wish_hash = models.CharField(max_length=64, blank=True)  # equal wishes have equal ones
    place = models.IntegerField(default=0)  # smaller runs earlier among its owner's jobs

    state = models.CharField(max_length=10, choices=JobState.choices, default=JobState.QUEUED)
    fence = models.PositiveIntegerField(default=0)  # grows with every claim; old claimants lose
    worker = models.CharField(max_length=100, blank=True)
    lease_until = models.DateTimeField(null=True)
    hinted_at = models.DateTimeField(null=True)  # when Celery was last told of the job
    next_at = models.DateTimeField(null=True)  # WAITING until then
    waits = models.PositiveSmallIntegerField(default=0)  # how often it had to wait, for the backoff
    cancel_requested = models.BooleanField(default=False)
    hidden = models.BooleanField(default=False)
    reason = models.CharField(max_length=60, blank=True)  # code of what went wrong
    failure_sentence = models.CharField(max_length=400, blank=True)
    charged = models.CharField(max_length=8, choices=Charged.choices, default=Charged.NO)
    # Kept by triggers (models/kept_facts.py), for filters and orders.
    paid_nano = models.BigIntegerField(default=0, db_default=0, editable=False)
    picture_shape = models.CharField(max_length=9, default="", db_default="", editable=False)
    picture_scale = models.CharField(max_length=6, default="", db_default="", editable=False)
    hearted = models.BooleanField(default=False, db_default=False, editable=False)
    best_stars = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    imported_at = models.DateTimeField(null=True)  # made elsewhere, and brought by a pack
    trashed_at = models.DateTimeField(null=True)  # with its results
    purging_at = models.DateTimeField(null=True)  # no way back: its files are going
    purged_at = models.DateTimeField(null=True)  # money and history stay, words and bytes do not
    # Brought nothing, and is not to be seen in strips.
    discarded_at = models.DateTimeField(null=True)

    objects = EditJobQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "submit_key"], name="one_job_per_submit_key")
        ]
        indexes = [
            models.Index(fields=["owner", "-created_at"], name="job_gallery"),
            models.Index(fields=["state", "next_at"], name="job_sweep"),
            models.Index(fields=["owner", "wish_hash"], name="job_wish"),
            # All that the dashboard counts, so that it need not read the rows.
            models.Index(
                fields=["created_at", "state", "model_id", "owner", "paid_nano"], name="job_figures"
            ),
            models.Index(fields=["owner", "model_id", "-created_at"], name="job_model"),
            # In the order of the wall, with all that filters look at: what they pass over costs
            # a look into the index, and none into the table.
            models.Index(
                fields=[*_WALL_ORDER, *_FILTERED_BY, *ON_WALL],
                name="job_wall",
                condition=models.Q(**ON_WALL),
            ),
            models.Index(
                fields=["owner", "-paid_nano", "-created_at", "-id"],
                name="job_dearest",
                condition=models.Q(**ON_WALL),
            ),
            models.Index(
                fields=["owner", "trashed_at"],
                name="job_trash",
                condition=models.Q(trashed_at__isnull=False),
            ),
            models.Index(
                fields=["purging_at"],
                name="job_purging",
                condition=models.Q(purging_at__isnull=False, purged_at=None),
            ),
            *REVIEW_INDEXES,
        ]
        permissions = [("review_editjob", "Can approve, reject, retry and cancel jobs")]

    def __str__(self) -> str:
        return f"{self.prompt[:60]} ({self.get_state_display()})"

    def get_absolute_url(self) -> str:
        return reverse("editor:job", args=[self.pk])

    # The arrows

    def move(
        self, to: JobState, sentence: str, *, actor: User | None = None, **changes: Any
    ) -> bool:
        """Follow one arrow, if the row still stands where this object believes it does.

        Returns False, and changes nothing, when someone else was quicker. Raises
        IllegalArrow for an arrow that does not exist.
        """
        if to not in ARROWS[self.state]:
            message = f"no arrow from {self.state} to {to}"
            raise IllegalArrow(message)
        if to in CLOSED_STATES:
            changes.setdefault("finished_at", Now())
        with transaction.atomic():
            moved = EditJob.objects.filter(pk=self.pk, state=self.state, fence=self.fence).update(
                state=to, updated_at=Now(), **changes
            )
            if moved != 1:
                return False
            self.refresh_from_db()
            self.note(sentence, actor=actor)
        return True

    def note(self, sentence: str, *, actor: User | None = None) -> Event:
        """Add a line to the job's history; listening pages are told by it."""
        said = sentence.replace("\0", "")[:400]  # Postgres keeps no NUL
        return Event.objects.create(job=self, state=self.state, sentence=said, actor=actor)

    def get_state_display(self) -> str:  # type: ignore[no-redef]
        """Where it stands for its owner, on a chip."""
        return self.withheld_words or JobState(self.state).label

    # Questions

    @property
    def is_open(self) -> bool:
        return self.state not in CLOSED_STATES

    @property
    def is_unknown(self) -> bool:
        return self.state == JobState.UNKNOWN

    @property
    def is_held(self) -> bool:
        """Whether a cap does not allow it, and it waits for somebody who may."""
        return self.state == JobState.HELD

    @property
    def runs_by_itself(self) -> bool:
        """Whether it goes on without anybody's decision."""
        return self.is_open and not self.is_unknown and not self.is_held

    @property
    def can_cancel(self) -> bool:
        """Whether a cancel still means something: before the call, or as a remembered wish."""
        return not self.cancel_requested and self.state in (*UNSENT_STATES, JobState.CALLING)

    @property
    def may_owe(self) -> bool:
        """Whether any call of this job was, or may have been, charged."""
        here = (attempt.state for attempt in self.attempts.all() if attempt.state != "imported")
        return any(state != "not_charged" for state in here)

    @property
    def can_retry(self) -> bool:
        """Whether the same wish may be sent again as a new job."""
        return not self.is_open

    @property
    def can_look_again(self) -> bool:
        """Whether it is of use to ask once more, for free: for the answer, or about the call."""
        return self.state in (JobState.RECEIVED, JobState.UNKNOWN)

    @property
    def latest_attempt(self) -> Attempt | None:
        attempts = list(self.attempts.all())
        return attempts[-1] if attempts else None

    @property
    def results(self) -> list[Result]:
        """Everything this job brought back, oldest attempt first."""
        return [result for attempt in self.attempts.all() for result in attempt.results.all()]

    @property
    def result_count(self) -> int:
        return len(self.results)
