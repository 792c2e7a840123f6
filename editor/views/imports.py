"""Evidence packs come in: choose one, see what it holds, keep it."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from editor import importing, pack_stash
from editor.accounts import MemberRequest
from editor.importing import AlreadyHere
from editor.models import ImportedPack
from editor.models.archives import size_words
from editor.models.results import lock_words
from editor.pack_manifest import PackRefused
from editor.views.guards import wants_json


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def pack_import(request: MemberRequest) -> HttpResponse:
    """The page, and by POST a pack to look at. Nothing is kept before one says so."""
    if request.method != "POST":
        return _page(request)
    upload = request.FILES.get("pack")
    if upload is None:
        return _refused(request, "Choose the ZIP of an evidence pack.")
    try:
        pack = importing.look_at(request.user, upload)
    except AlreadyHere as here:
        return _here(request, here)
    except PackRefused as refused:
        return _refused(request, f"{refused} Nothing was kept.")
    if wants_json(request):
        return JsonResponse({"url": pack.get_absolute_url()}, status=201)
    return redirect(pack)


def _page(request: MemberRequest, problem: str = "", status: int = 200) -> HttpResponse:
    context = {
        "problem": problem,
        "waiting": ImportedPack.objects.owned_by(request.user).waiting(),
        "most_size": size_words(4 * settings.MAX_UPLOAD_BYTES),
    }
    return render(request, "editor/pack_import.html", context, status=status)


def _refused(request: MemberRequest, sentence: str) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"error": sentence}, status=422)
    return _page(request, sentence, 422)


def _here(request: MemberRequest, here: AlreadyHere) -> HttpResponse:
    if wants_json(request):
        url = here.job.get_absolute_url()
        return JsonResponse({"error": str(here), "url": url}, status=409)
    messages.info(request, str(here))
    return redirect(here.job)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def pack_imported(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """What a pack holds; by POST, it is kept as one's own edit."""
    pack = _own(request, pk)
    if request.method == "POST" or pack.job is not None:
        try:
            return redirect(importing.keep(pack))
        except AlreadyHere as here:
            return _here(request, here)
        except PackRefused as refused:
            messages.error(request, str(refused))
            return redirect("editor:pack_import")
    return render(request, "editor/pack_imported.html", _context(pack))


@login_required
@require_POST
def pack_forget(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """Do not keep it."""
    pack_stash.forget(_own(request, pk))
    messages.success(request, "Nothing of this pack was kept.")
    return redirect("editor:pack_import")


def _own(request: MemberRequest, pk: uuid.UUID) -> ImportedPack:
    packs = ImportedPack.objects.owned_by(request.user).select_related("job", "owner")
    return get_object_or_404(packs, pk=pk)


def _context(pack: ImportedPack) -> dict[str, Any]:
    shown, proved = pack.found["shown"], pack.found["proved"]
    edit = pack.told_edit
    results = [
        {
            "number": each["number"],
            "shown": shown.get(each["result"] or ""),
            "lock": _lock(proved.get(str(each["number"]))),
            "problem": each["problem"],
        }
        for each in pack.told["results"]
    ]
    mask = pack.found["mask"]
    return {
        "pack": pack,
        "edit": edit,
        "original": shown[edit["original"]],
        "painted": f"{100 * mask['painted'] / mask['total']:.1f}" if mask else "",
        "results": results,
        "references": [shown[each["file"]] for each in pack.told["references"]],
        "size_text": size_words(pack.bytes),
        "file_count": len(pack.told["files"]),
    }


def _lock(proved: list[int | None] | None) -> str:
    if proved is None or proved[0] is None:
        return ""
    return lock_words(proved[1] or 0, proved[0])
