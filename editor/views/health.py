"""Is this server alive, and can it do its work?"""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import Error, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from editor.models import EditJob, JobState

LONGEST_UNCLAIMED = timedelta(minutes=2)


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process lives."""
    return HttpResponse("ok", content_type="text/plain")


@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Database, storage and worker; 503 with the reason when one of them is not well."""
    problems = {
        name: problem
        for name, check in (
            ("database", _database),
            ("storage", _storage),
            ("worker", _worker),
        )
        if (problem := check())
    }
    return JsonResponse(
        {"ready": not problems, "problems": problems}, status=503 if problems else 200
    )


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return "does not answer"
    return ""


def _storage() -> str:
    try:
        name = default_storage.save(f"readyz/{uuid.uuid4()}", ContentFile(b"ok"))
        default_storage.delete(name)
    except Exception as error:  # noqa: BLE001  every storage has its own exceptions
        return f"cannot be written: {type(error).__name__}"
    return ""


def _worker() -> str:
    try:
        oldest = EditJob.objects.filter(state=JobState.QUEUED).order_by("updated_at").first()
    except Error:
        return ""  # the database check says it
    if oldest and oldest.updated_at < timezone.now() - LONGEST_UNCLAIMED:
        return "a job has been queued for over two minutes: no worker takes it"
    return ""
