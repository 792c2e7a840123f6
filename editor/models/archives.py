"""Files that a worker packs for somebody to take away."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone

from editor.models.people import User


def size_words(size: int) -> str:
    """Say how large something is, 1 MB being 1 000 000 bytes."""
    if size >= 950_000_000:
        return f"{size / 1_000_000_000:.1f}".removesuffix(".0") + "\u00a0GB"
    if size >= 950_000:
        return f"{size / 1_000_000:.1f}".removesuffix(".0") + "\u00a0MB"
    return f"{max(1, round(size / 1000))}\u00a0kB"


class ArchiveQuerySet(models.QuerySet["Archive"]):
    """Reads over archives."""

    def owned_by(self, user: User) -> ArchiveQuerySet:
        """This person's archives, the newest first; parts of one wish by their numbers."""
        return self.filter(owner=user).order_by("-created_at", "number", "id")

    def still_open(self) -> ArchiveQuerySet:
        """Those that are still to be packed."""
        return self.filter(state__in=(Archive.State.WAITING, Archive.State.PACKING))

    def due(self, dead_workers: Collection[str] = ()) -> ArchiveQuerySet:
        """Those whose time has come and that nobody packs; nor do workers that are dead."""
        waiting = Q(state=Archive.State.WAITING) & (Q(next_at=None) | Q(next_at__lte=Now()))
        left = Q(lease_until=None) | Q(lease_until__lt=Now()) | Q(worker__in=dead_workers)
        return self.filter(waiting | (Q(state=Archive.State.PACKING) & left))

    def over(self) -> ArchiveQuerySet:
        """Those whose time is up."""
        return self.filter(state=Archive.State.READY, expires_at__lte=Now())

    def of_wish(self, archive: Archive) -> ArchiveQuerySet:
        """All parts of the wish that an archive is of, in order."""
        first = archive.first_id or archive.pk
        return self.filter(Q(pk=first) | Q(first=first)).order_by("number")


class Archive(models.Model):
    """One ZIP file: what was asked for, how far it is, and where it lies until it goes.

    Made again whenever it is asked for; nothing in it exists only there. The row is the queue:
    a worker takes it by its lease, and `fence` grows with every taking, so that who was
    overtaken changes nothing. What is too much for one file is several rows, `number` of `of`,
    which lead to the `first`.
    """

    class Kind(models.TextChoices):
        PICTURES = "pictures", "Pictures"
        EVIDENCE = "evidence", "Evidence of one edit"
        EVERYTHING = "everything", "Everything of one person"

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        PACKING = "packing", "Packing"
        READY = "ready", "Ready"
        FAILED = "failed", "Failed"
        GONE = "gone", "No longer kept"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="archives"
    )
    kind = models.CharField(max_length=10, choices=Kind.choices)
    name = models.CharField(max_length=200)  # of the file, when it is downloaded
    asked = models.JSONField(default=dict)  # ids of what goes in, by the names of their models
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    total = models.PositiveIntegerField(default=0)  # files that go in
    packed = models.PositiveIntegerField(default=0)
    file = models.FileField(max_length=200, blank=True)
    bytes = models.PositiveBigIntegerField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    problem = models.CharField(max_length=300, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)  # while it is being packed
    worker = models.CharField(max_length=100, blank=True, default="", db_default="")
    fence = models.PositiveIntegerField(default=0, db_default=0)
    next_at = models.DateTimeField(null=True)  # not before then, after a try that failed
    digest = models.CharField(max_length=64, blank=True, default="", db_default="")  # of `asked`
    first = models.ForeignKey("self", on_delete=models.CASCADE, null=True, related_name="further")
    number = models.PositiveSmallIntegerField(default=1, db_default=1)
    of = models.PositiveSmallIntegerField(default=1, db_default=1)
    created_at = models.DateTimeField(default=timezone.now)
    ready_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)

    objects = ArchiveQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["owner", "-created_at"], name="archive_list"),
            models.Index(fields=["state", "lease_until"], name="archive_due"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.get_state_display()})"

    def get_absolute_url(self) -> str:
        return reverse("editor:archive", args=[self.pk])

    @property
    def file_url(self) -> str:
        return reverse("editor:archive_file", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.state in (self.State.WAITING, self.State.PACKING)

    @property
    def is_ready(self) -> bool:
        return self.state == self.State.READY

    @property
    def state_word(self) -> str:
        """The state of an edit that looks the same: colours of dots are theirs."""
        words = {"packing": "calling", "ready": "done", "gone": "cancelled"}
        return words.get(self.state, self.state)

    @property
    def can_be_made_again(self) -> bool:
        return self.state in (self.State.FAILED, self.State.GONE)

    @property
    def size_text(self) -> str:
        """How large the file is; while there is none, at most."""
        return size_words(self.bytes or self.asked.get("bytes", 0))

    @property
    def file_name(self) -> str:
        """What it is called when it is downloaded."""
        part = f" (part {self.number} of {self.of})" if self.of > 1 else ""
        return f"{self.name}{part}.zip"
