"""Keys and look of the studio, kept per person."""

from __future__ import annotations

import json

from django.contrib.auth.decorators import login_required
from django.http import JsonResponse
from django.views.decorators.http import require_POST

from editor.accounts import MemberRequest
from editor.preferences import PreferenceRefused, keep_preferences

MOST_BYTES = 20_000


@login_required
@require_POST
def studio_preferences(request: MemberRequest) -> JsonResponse:
    """Keep the keys or the look that this person chose; the answer is what is kept now."""
    if len(request.body) > MOST_BYTES:
        return JsonResponse({"error": "That is more than could be kept."}, status=413)
    try:
        asked = json.loads(request.body)
        return JsonResponse(keep_preferences(request.user, asked))
    except (ValueError, RecursionError):
        return JsonResponse({"error": "That could not be read. Reload the page."}, status=422)
    except PreferenceRefused as refused:
        return JsonResponse({"error": str(refused)}, status=422)
