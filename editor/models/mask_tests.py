"""Tests of how a model reads masks."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone

from editor.imaging.encoding import MaskDialect
from editor.models.catalogue import UpstreamModel
from editor.models.pictures import Mask, Picture

DIALECTS = [(dialect.value, dialect.value) for dialect in MaskDialect]


class MaskTest(models.Model):
    """One paid test: the same picture and mask, sent in one or more dialects.

    Each dialect is an EditJob of the member of staff who pays for it; its `mask_dialect`
    takes the place of the model's. Empty `proposed` and `chosen`: none, or not yet.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    model = models.ForeignKey(UpstreamModel, on_delete=models.PROTECT, related_name="mask_tests")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="mask_tests"
    )
    picture = models.ForeignKey(Picture, on_delete=models.PROTECT, related_name="mask_tests")
    mask = models.ForeignKey(Mask, on_delete=models.PROTECT, related_name="mask_tests")
    proposed = models.CharField(max_length=10, choices=DIALECTS, blank=True)
    chosen = models.CharField(max_length=10, choices=DIALECTS, blank=True)
    chosen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    chosen_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-created_at", "-id"]
        permissions = [("run_masktest", "Can pay for tests of how models read masks")]

    def __str__(self) -> str:
        return f"test of {self.model}"

    def get_absolute_url(self) -> str:
        return reverse("admin:editor_masktest_change", args=[self.pk])
