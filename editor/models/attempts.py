"""Paying: leave to pay, the paid call, and the bytes that storage could not take yet."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from editor.models.jobs import EditJob
from editor.models.keys import OwnKey
from editor.money import dollars


class Consent(models.Model):
    """A person's leave to pay for exactly one upstream call."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    job = models.ForeignKey(EditJob, on_delete=models.CASCADE, related_name="consents")
    seq = models.PositiveSmallIntegerField()
    max_cost_nano = models.BigIntegerField(null=True)  # the price named on the button, if one was
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="consents"
    )
    policy = models.CharField(max_length=200, blank=True)  # the operator's rule that granted it
    granted_at = models.DateTimeField(default=timezone.now)
    # The only key that may pay for this; None: this server's.
    own_key = models.ForeignKey(
        OwnKey, on_delete=models.PROTECT, null=True, related_name="consents"
    )

    class Meta:
        ordering = ["seq"]
        constraints = [
            models.UniqueConstraint(fields=["job", "seq"], name="one_consent_per_number")
        ]

    def __str__(self) -> str:
        return f"leave {self.seq} for {self.job_id}"


class Attempt(models.Model):
    """One upstream call, opened and committed before its first byte leaves.

    CALLING -> RECEIVED -> SAVED is the good way. NOT_CHARGED gives the consent back,
    every other state has spent it: the constraint below lets the database itself
    refuse a second paid call under one consent.
    """

    class State(models.TextChoices):
        CALLING = "calling", "In flight"
        NOT_CHARGED = "not_charged", "Surely not charged"
        UNKNOWN = "unknown", "Outcome unknown"
        RECEIVED = "received", "Answer kept"
        SAVED = "saved", "Results kept"
        LOST = "lost", "Results lost"
        IMPORTED = "imported", "Made elsewhere"  # told of by an evidence pack; nothing was sent

    id = models.UUIDField(
        primary_key=True, default=uuid.uuid4, editable=False
    )  # sent as X-Request-ID
    job = models.ForeignKey(EditJob, on_delete=models.CASCADE, related_name="attempts")
    # None only of a call that was made elsewhere, and so needed nobody's leave here.
    consent = models.ForeignKey(
        Consent, on_delete=models.PROTECT, related_name="attempts", null=True
    )
    state = models.CharField(max_length=12, choices=State.choices, default=State.CALLING)
    frame = models.JSONField(default=dict)  # what part of the picture was sent, and how large
    key_tail = models.CharField(max_length=4, blank=True)  # which key paid: its last characters
    key_hash = models.CharField(max_length=64, blank=True)  # the gate it went through
    sent_at = models.DateTimeField(default=timezone.now)
    answered_at = models.DateTimeField(null=True)
    http_status = models.PositiveSmallIntegerField(null=True)
    error_code = models.CharField(max_length=80, blank=True)
    error_sentence = models.CharField(max_length=400, blank=True)
    upstream_request_id = models.CharField(max_length=200, blank=True)
    answer = models.JSONField(null=True)  # as it came, image bytes replaced by their length
    image_urls = models.JSONField(
        default=list
    )  # one entry per image, null when the bytes came along
    links_expire_at = models.DateTimeField(null=True)
    cost_nano = models.BigIntegerField(null=True)  # None: the upstream named none
    balance_after_nano = models.BigIntegerField(null=True)
    settled_at = models.DateTimeField(null=True)  # when staff decided what it cost, in doubt
    lease_until = models.DateTimeField(null=True)  # while someone fetches and composes
    tries = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True)  # next try to fetch and compose

    class Meta:
        ordering = ["sent_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["consent"],
                condition=~Q(state="not_charged"),
                name="one_paid_call_per_consent",
            ),
            models.CheckConstraint(
                condition=Q(consent__isnull=False) | Q(state="imported"),
                name="every_call_has_its_consent",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "next_at"], name="attempt_sweep"),
            models.Index(fields=["-sent_at"], name="attempt_newest"),
        ]

    def __str__(self) -> str:
        return f"attempt {self.id} ({self.get_state_display()})"

    @property
    def paid_under(self) -> uuid.UUID:
        """The id of its consent. A call that was made elsewhere has none, and no money here."""
        if self.consent_id is None:
            message = "a call that was made elsewhere has no consent"
            raise ValueError(message)
        return self.consent_id

    @property
    def seq(self) -> int:
        """The number of its consent among those of its job; 0 for a call made elsewhere."""
        return self.consent.seq if self.consent else 0

    @property
    def is_in_doubt(self) -> bool:
        """Whether nobody knows yet if it was charged."""
        return self.state == self.State.UNKNOWN and self.settled_at is None

    @property
    def is_paid_by_owner(self) -> bool:
        """Whether the key was somebody's own, and not this server's."""
        return self.consent is not None and self.consent.own_key_id is not None

    @property
    def key_text(self) -> str:
        """Which key paid, for the owner of the job; nothing when it is not on record."""
        if not self.key_tail:
            return ""
        whose = "your key" if self.is_paid_by_owner else "this server's key"
        return f"{whose} …{self.key_tail}"

    @property
    def sent_size_text(self) -> str:
        """How large the picture was when it was sent, in pixels; nothing when not on record."""
        width, height = self.frame.get("sent") or (0, 0)
        return f"{width} × {height}" if width and height else ""  # noqa: RUF001

    @property
    def balance_after_text(self) -> str:
        return dollars(self.balance_after_nano)


class UnusableAnswer(models.Model):
    """The whole body of a paid answer that holds no usable picture, for staff to look at."""

    attempt = models.OneToOneField(Attempt, on_delete=models.PROTECT, related_name="unusable")
    file = models.FileField(max_length=200, blank=True)  # empty: still in the lifeboat
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.size} bytes that answered {self.attempt_id}"

    @property
    def download_url(self) -> str:
        return reverse("editor:attempt_unusable", args=[self.attempt_id])


class Lifeboat(models.Model):
    """Bytes that were paid for, until storage has taken them.

    Images that came inside an answer are written in the same transaction as the answer,
    so that a paid picture never exists in memory alone.
    """

    WHOLE_ANSWER = -1  # in place of an image's number: the body of an answer without a usable one

    attempt = models.ForeignKey(Attempt, on_delete=models.CASCADE, related_name="lifeboats")
    index = models.SmallIntegerField()
    data = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["attempt", "index"], name="one_lifeboat_per_image")
        ]

    def __str__(self) -> str:
        what = "answer" if self.index == self.WHOLE_ANSWER else f"image {self.index + 1}"
        return f"{what} of {self.attempt_id}"
