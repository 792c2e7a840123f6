"""A page when storage does not answer: nothing is lost by that, and it says so."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from editor import storage
from editor.views.guards import wants_json

logger = logging.getLogger(__name__)

RETRY_SECONDS = 30
_SENTENCE = "The storage of this server does not answer just now. Nothing is lost; try again soon."


class StorageMayBeAway:
    """Answers 503 with a sentence instead of 500, whichever view it was."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, problem: Exception) -> HttpResponse | None:
        """Say that storage is away, if that is what it was."""
        if not storage.is_away(problem):
            return None
        logger.error("Storage did not answer.", exc_info=problem)
        answer: HttpResponse
        if wants_json(request):
            answer = JsonResponse({"error": _SENTENCE}, status=503)
        else:
            answer = render(request, "503.html", status=503)
        answer["Retry-After"] = str(RETRY_SECONDS)
        answer["Cache-Control"] = "private, no-store"
        return answer
