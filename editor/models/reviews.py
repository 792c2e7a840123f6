"""What staff think of a job, what was flagged of it, and who has looked. Nothing is rewritten."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

from editor.models.append_only import AppendOnly, AppendOnlyQuerySet
from editor.models.jobs import EditJob
from editor.models.people import User

UNDO_SECONDS = 20


class ReviewQuerySet(AppendOnlyQuerySet["Review"]):
    """Reads over verdicts."""

    def counting(self) -> ReviewQuerySet:
        """Verdicts that nobody has taken back, the newest first."""
        return self.exclude(verdict=Review.Verdict.WITHDRAWN).filter(withdrawn_by=None)

    def may_be_undone_by(self, user: User) -> ReviewQuerySet:
        """The newest verdicts of this person that they gave moments ago."""
        since = Now() - timedelta(seconds=UNDO_SECONDS)
        return self.counting().filter(reviewer=user, at__gte=since)


class Review(AppendOnly):
    """A staff verdict on a job. The newest one that counts decides; the older ones stay.

    Taking one back is a row too: `withdrawn`, and which one it withdraws.
    """

    class Verdict(models.TextChoices):
        APPROVED = "approved", "Approved"
        REJECTED = "rejected", "Rejected"
        WITHDRAWN = "withdrawn", "Taken back"

    class Effect(models.TextChoices):
        NONE = "", "Nothing else"
        RELEASED = "released", "Results released"
        WITHHELD = "withheld", "Results withheld"

    job = models.ForeignKey(EditJob, on_delete=models.CASCADE, related_name="reviews")
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="reviews"
    )
    verdict = models.CharField(max_length=10, choices=Verdict.choices)
    note = models.TextField(blank=True, max_length=2000)  # reason and words, as the owner reads it
    at = models.DateTimeField(default=timezone.now)
    withdraws = models.OneToOneField(
        "self", on_delete=models.CASCADE, null=True, related_name="withdrawn_by"
    )
    # What came with it, so that taking it back can undo that too.
    effect = models.CharField(
        max_length=8, choices=Effect.choices, blank=True, default="", db_default=""
    )

    objects = ReviewQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["reviewer", "-at"], name="review_undo")]

    def __str__(self) -> str:
        return f"{self.verdict_label} by {self.reviewer_name}"

    @property
    def verdict_label(self) -> str:
        return self.get_verdict_display()

    @property
    def reviewer_name(self) -> str:
        return self.reviewer.get_username()


class Flag(AppendOnly):
    """Somebody, or a fact, asks staff to look at a job. A later verdict answers it."""

    class Kind(models.TextChoices):
        REPORTED = "reported", "Reported by its owner"
        STAFF = "staff", "Flagged by staff"
        LOCK = "lock", "Lock check failed"
        REFUSED = "refused", "Refused by moderation"
        COST = "cost", "Charged above the estimate"

    job = models.ForeignKey(EditJob, on_delete=models.CASCADE, related_name="flags")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )  # None: a fact that NanoEdit noticed
    reason = models.CharField(max_length=400, blank=True)
    at = models.DateTimeField(default=timezone.now)

    objects = AppendOnlyQuerySet["Flag"].as_manager()

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.reason}" if self.reason else self.kind_words

    @property
    def kind_words(self) -> str:
        return self.get_kind_display()

    @property
    def by_name(self) -> str:
        return self.by.get_username() if self.by else "NanoEdit"


def judged(job: EditJob) -> None:
    """Bring what the row of a job says in step with its verdicts and flags."""
    newest = Review.objects.counting().filter(job=job).first()
    flags = job.flags.filter(at__gt=newest.at) if newest else job.flags.all()
    open_flag = flags.first()
    job.verdict = newest.verdict if newest else ""
    job.flagged_at = open_flag.at if open_flag else None
    EditJob.objects.filter(pk=job.pk).update(verdict=job.verdict, flagged_at=job.flagged_at)


class Look(AppendOnly):
    """Somebody of staff was sent pictures of a member's job. One row for each job and hour."""

    job = models.ForeignKey(EditJob, on_delete=models.CASCADE, related_name="looks")
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    hour = models.DateTimeField()  # its beginning

    objects = AppendOnlyQuerySet["Look"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["job", "reviewer", "hour"], name="one_look_per_hour")
        ]

    def __str__(self) -> str:
        return f"{self.reviewer_id} at {self.job_id}"


class ReviewReason(models.Model):
    """A reason that staff choose instead of writing it each time. Owners read its sentence."""

    class Use(models.TextChoices):
        REJECT = "rejected", "Rejecting"
        APPROVE = "approved", "Approving"
        DECLINE = "declined", "Declining what is over budget"

    use = models.CharField("for", max_length=8, choices=Use.choices, default=Use.REJECT)
    sentence = models.CharField(max_length=300, help_text="As the owner of the edit reads it.")
    place = models.PositiveSmallIntegerField(
        default=10, help_text="Smaller ones come first. The first nine have a key of their own."
    )
    in_use = models.BooleanField(default=True)

    class Meta:
        ordering = ["use", "place", "id"]

    def __str__(self) -> str:
        return self.sentence
