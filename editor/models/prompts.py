"""Prompts that somebody keeps under a name."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from editor.models.people import User


class PromptTemplateQuerySet(models.QuerySet["PromptTemplate"]):
    """Reads over templates."""

    def owned_by(self, user: User) -> PromptTemplateQuerySet:
        """This person's templates, by name."""
        return self.filter(owner=user).order_by(Lower("name"))


class PromptTemplate(models.Model):
    """One saved prompt of one person. No two of theirs have the same name, whatever its case."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="prompt_templates"
    )
    name = models.CharField(max_length=80)
    prompt = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)

    objects = PromptTemplateQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint("owner", Lower("name"), name="one_template_per_name")
        ]

    def __str__(self) -> str:
        return self.name
