"""Lets the audit log know where the request comes from that is being answered."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from editor.audit import answering


class Callers:
    """A middleware; behind `RequestIds`, before anything that acts."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request."""
        with answering(request):
            return self.get_response(request)
