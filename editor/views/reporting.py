"""The owner of an edit tells staff that something is wrong with it."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from editor.accounts import MemberRequest
from editor.flagging import FlagRefused, flag
from editor.models import EditJob, Flag


@login_required
@require_POST
def report(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """Flag one's own edit, with a reason."""
    mine = EditJob.objects.owned_by(request.user).filter(trashed_at=None)
    job = get_object_or_404(mine, pk=pk)
    try:
        flag(job, Flag.Kind.REPORTED, by=request.user, reason=request.POST.get("reason", ""))
    except FlagRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, "Reported. Staff will look at this edit, and see its pictures.")
    return redirect(job)
