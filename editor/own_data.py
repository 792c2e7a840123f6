"""Everything that this server keeps of one person, to be read elsewhere: rows as JSON.

Named one by one, so that nothing gets in that a later release adds: no secret, no key, nothing of
somebody else's. What staff withhold is not in it either.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from allauth.usersessions.models import UserSession
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import QuerySet

from editor.models import (
    Adjustment,
    Attempt,
    AuditEntry,
    Collection,
    CollectionItem,
    Draft,
    EditJob,
    Event,
    LedgerEntry,
    Mask,
    NoticeSetting,
    Picture,
    PromptTemplate,
    Reference,
    Result,
    Review,
    Share,
    StudioPreference,
    Tag,
    User,
)

_AT_ONCE = 1000

Rows = QuerySet[Any, Any]


def tables_of(owner: User) -> Iterator[tuple[str, bytes]]:
    """Each table by its name, as JSON: a list of objects."""
    for name, rows in {**_own(owner), **_of_edits(owner)}.items():
        told = list(rows.iterator(chunk_size=_AT_ONCE))
        text = json.dumps(told, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)
        yield name, (text + "\n").encode()


def pictures_of(owner: User) -> QuerySet[Picture]:
    """Pictures whose files are theirs to take: also those in the trash, none that is withheld."""
    return Picture.objects.filter(owner=owner, purged_at=None, withheld_at=None).exclude(file="")


def masks_of(owner: User) -> QuerySet[Mask]:
    """What they have painted."""
    return Mask.objects.filter(picture__in=pictures_of(owner).values("pk")).exclude(file="")


def results_of(owner: User) -> QuerySet[Result]:
    """What models have sent for them, untouched."""
    kept = Result.objects.filter(attempt__job__owner=owner, attempt__job__withheld_at=None)
    return kept.exclude(raw="").exclude(picture__withheld_at__isnull=False)


def _own(owner: User) -> dict[str, Rows]:
    return {
        "account": User.objects.filter(pk=owner.pk).values(
            "username", "first_name", "last_name", "email", "role", "date_joined", "last_login"
        ),
        "sessions": UserSession.objects.filter(user=owner).values(
            "ip", "user_agent", "created_at", "last_seen_at"
        ),
        "pictures": Picture.objects.filter(owner=owner, withheld_at=None).values(
            "id", "name", "origin", "format", "width", "height", "bytes", "sha256", "created_at",
            "deleted_at", "purged_at", "favourite", "rating",
        ),
        "masks": Mask.objects.filter(picture__owner=owner, picture__withheld_at=None).values(
            "id", "picture_id", "sha256", "painted_pixels", "created_at"
        ),
        "tags": Tag.objects.filter(owner=owner).values("id", "name", "created_at"),
        "tagged": Tag.pictures.through.objects.filter(tag__owner=owner).values(
            "tag_id", "picture_id"
        ),
        "collections": Collection.objects.filter(owner=owner).values(
            "id", "name", "description", "cover_id", "created_at"
        ),
        "collected": CollectionItem.objects.filter(collection__owner=owner).values(
            "collection_id", "picture_id", "place", "added_at"
        ),
        "shares": Share.objects.filter(owner=owner).values(
            "id", "kind", "picture_id", "before_id", "collection_id", "title", "allow_download",
            "expires_at", "max_views", "views", "revoked_at", "created_at",
        ),
        "templates": PromptTemplate.objects.filter(owner=owner).values(
            "name", "prompt", "created_at"
        ),
        "drafts": Draft.objects.filter(owner=owner).values(
            "picture_id", "prompt", "model_id", "n", "size", "device", "saved_at"
        ),
        "studio": StudioPreference.objects.filter(user=owner).values("bindings", "look"),
        "notices": NoticeSetting.objects.filter(user=owner).values(
            "browser", "mail", "webhook", "webhook_url"
        ),
        "acts": AuditEntry.objects.filter(who=owner.pk).values("at", "action", "address"),
    }  # fmt: skip


def _of_edits(owner: User) -> dict[str, Rows]:
    calls = Attempt.objects.filter(job__owner=owner)
    return {
        "edits": EditJob.objects.filter(owner=owner).values(
            "id", "picture_id", "mask_id", "prompt", "model_id", "model_name", "n", "size",
            "state", "charged", "estimate_nano", "paid_nano", "reason", "failure_sentence",
            "created_at", "finished_at", "trashed_at", "purged_at",
        ),
        "references": Reference.objects.filter(job__owner=owner).values(
            "job_id", "picture_id", "place"
        ),
        "calls": calls.values(
            "id", "job_id", "state", "sent_at", "answered_at", "http_status", "error_sentence",
            "upstream_request_id", "cost_nano",
        ),
        "results": Result.objects.filter(attempt__in=calls.values("pk")).values(
            "id", "attempt_id", "index", "picture_id", "raw_sha256", "raw_bytes",
            "outside_pixels", "changed_pixels", "created_at",
        ),
        "adjustments": Adjustment.objects.filter(job__owner=owner).values(
            "job_id", "settings", "picture_id", "created_at"
        ),
        "history": Event.objects.filter(job__owner=owner).values(
            "job_id", "at", "state", "sentence"
        ),
        "verdicts": Review.objects.filter(job__owner=owner).values(
            "job_id", "verdict", "note", "at"
        ),
        "money": LedgerEntry.objects.filter(consent__job__owner=owner).values(
            "consent__job_id", "kind", "amount_nano", "source", "own_key", "at"
        ),
    }  # fmt: skip
