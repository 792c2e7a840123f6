"""What somebody wants to be told of their edits, and what is still to be told: the outbox.

A Notice is written in the very transaction in which an edit ends, by the line of its history
that says so. A worker sends it afterwards; no call ever waits for that.
"""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.db.models.signals import post_save
from django.utils import timezone

from editor.models.events import Event
from editor.models.jobs import EditJob, JobState
from editor.models.reviews import UNDO_SECONDS, Review

if TYPE_CHECKING:
    from editor.models.people import User


class NoticeKind(models.TextChoices):
    """What there is to tell. The labels are what people choose from."""

    DONE = "done", "Done"
    FAILED = "failed", "Failed"
    UNKNOWN = "unknown", "Outcome unknown"
    HELD = "held", "Waiting for approval"
    APPROVED = "approved", "Approved, on its way"
    DECLINED = "declined", "Declined"
    VERDICT = "verdict", "A verdict of staff"


class Channel(models.TextChoices):
    """How it is told."""

    BROWSER = "browser", "Browser"
    MAIL = "mail", "Mail"
    WEBHOOK = "webhook", "Webhook"


class NoticeSetting(models.Model):
    """What one person wants to be told, and how. No row: in the browser, if that is allowed."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="notice_setting",
    )
    browser = models.JSONField(default=list)  # kinds
    mail = models.JSONField(default=list)
    webhook = models.JSONField(default=list)
    site = models.CharField(max_length=200, blank=True)  # how this person reaches this server
    webhook_url = models.CharField(max_length=500, blank=True)
    webhook_secret = models.CharField(max_length=500, blank=True)  # sealed
    webhook_off_at = models.DateTimeField(null=True)  # switched off by itself
    webhook_problem = models.CharField(max_length=200, blank=True)
    mail_taken_until = models.DateTimeField(null=True)  # a worker writes a letter just now

    def __str__(self) -> str:
        return f"notices of {self.user}"

    def wants(self, channel: str, kind: str) -> bool:
        """Tell whether a kind is to be told by a channel."""
        return kind in getattr(self, channel)

    @property
    def webhook_is_on(self) -> bool:
        return bool(self.webhook_url) and self.webhook_off_at is None

    @property
    def secret_is_of(self) -> str:
        """What the secret is sealed to, so that it opens for nobody else."""
        return f"webhook of {self.user_id}"

    @staticmethod
    def of(user: User) -> NoticeSetting:
        """Somebody's settings, as they come where nothing was chosen. Not saved."""
        found = NoticeSetting.objects.filter(user=user).first()
        return found or NoticeSetting(user=user, browser=[kind.value for kind in NoticeKind])


class NoticeQuerySet(models.QuerySet["Notice"]):
    """Reads over the outbox."""

    def due(self, channel: str) -> NoticeQuerySet:
        """What waits to be sent by a channel, and may go now; the oldest first."""
        waiting = {channel: Notice.Sending.WAITING, f"{channel}_at__lte": Now()}
        return self.filter(**waiting).order_by("made_at", "pk")


class Notice(models.Model):
    """One thing to tell somebody, by each channel that they want. Its id tells repeats apart."""

    class Sending(models.TextChoices):
        NOT_WANTED = "", "Not wanted"
        WAITING = "waiting", "Waiting"
        SENT = "sent", "Sent"
        GIVEN_UP = "given up", "Given up"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices"
    )
    job = models.ForeignKey(EditJob, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=10, choices=NoticeKind.choices)
    made_at = models.DateTimeField(default=timezone.now)
    in_browser = models.BooleanField(default=False)
    mail = models.CharField(max_length=10, choices=Sending.choices, blank=True)
    mail_at = models.DateTimeField(default=timezone.now)  # not before then
    mail_tries = models.PositiveSmallIntegerField(default=0)
    webhook = models.CharField(max_length=10, choices=Sending.choices, blank=True)
    webhook_at = models.DateTimeField(default=timezone.now)
    webhook_tries = models.PositiveSmallIntegerField(default=0)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["owner", "-made_at"], name="notice_list"),
            models.Index(
                fields=["mail_at"], name="notice_mail", condition=models.Q(mail="waiting")
            ),
            models.Index(
                fields=["webhook_at"], name="notice_hook", condition=models.Q(webhook="waiting")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.job_id}"

    @property
    def is_void(self) -> bool:
        """Whether it is not true any more: its verdict was taken back, or its edit deleted."""
        if self.job.trashed_at is not None:
            return True
        if self.kind != NoticeKind.VERDICT:
            return False
        return not Review.objects.filter(job=self.job_id).counting().exists()


def _kind_of(event: Event) -> NoticeKind | None:
    """What a new line of a history tells, if the state has changed with it."""
    ends = {
        JobState.DONE: NoticeKind.DONE,
        JobState.FAILED: NoticeKind.FAILED,
        JobState.UNKNOWN: NoticeKind.UNKNOWN,
        JobState.HELD: NoticeKind.HELD,
    }
    if event.state not in (*ends, JobState.QUEUED, JobState.CANCELLED):
        return None
    earlier = Event.objects.filter(job=event.job_id, pk__lt=event.pk).order_by("-pk")
    before = earlier.values_list("state", flat=True).first()
    if before == event.state:
        return None
    if event.state in ends:
        return ends[JobState(event.state)]
    if before != JobState.HELD or event.actor_id in (None, event.job.owner_id):
        return None  # only what somebody else has decided is news
    return NoticeKind.APPROVED if event.state == JobState.QUEUED else NoticeKind.DECLINED


def _note(job: EditJob, kind: NoticeKind, seconds: int = 0) -> None:
    if job.mask_test_id is not None or job.imported_at is not None or not job.owner.is_active:
        return
    wanted = NoticeSetting.of(job.owner)
    by_hook = wanted.webhook_is_on and wanted.wants(Channel.WEBHOOK, kind)
    by_mail, in_browser = wanted.wants(Channel.MAIL, kind), wanted.wants(Channel.BROWSER, kind)
    if not (by_hook or by_mail or in_browser):
        return
    waiting, not_wanted = Notice.Sending.WAITING, Notice.Sending.NOT_WANTED
    from_then = timezone.now() + timedelta(seconds=seconds)
    Notice.objects.create(
        owner=job.owner,
        job=job,
        kind=kind,
        made_at=from_then,
        in_browser=in_browser,
        mail=waiting if by_mail else not_wanted,
        mail_at=from_then,
        webhook=waiting if by_hook else not_wanted,
        webhook_at=from_then,
    )


def _event_is_there(instance: Event, created: bool, **_: Any) -> None:
    kind = _kind_of(instance) if created else None
    if kind:
        _note(instance.job, kind)


def _review_is_there(instance: Review, created: bool, **_: Any) -> None:
    if created and instance.verdict != Review.Verdict.WITHDRAWN:
        # Told when it cannot be taken back by a key any more.
        _note(instance.job, NoticeKind.VERDICT, UNDO_SECONDS + 1)


post_save.connect(_event_is_there, sender=Event, dispatch_uid="editor.notices.event")
post_save.connect(_review_is_there, sender=Review, dispatch_uid="editor.notices.review")
