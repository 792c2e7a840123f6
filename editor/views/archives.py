"""Pictures to take away as ZIP: asked for, followed while they are packed, fetched."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.http import content_disposition_header
from django.views.decorators.http import (
    require_GET,
    require_http_methods,
    require_POST,
    require_safe,
)

from editor import archives, storage
from editor.accounts import MemberRequest
from editor.archives import (
    MOST_BYTES,
    MOST_PICTURES,
    ArchiveRefused,
    FileChoice,
    NotTheirs,
    ask_for_archive,
    ask_for_evidence,
)
from editor.models import Archive, EditJob
from editor.models.archives import size_words
from editor.views.guards import at_a_pace, post_or_back, wants_json

MOST_LISTED = 100
_RANGE = re.compile(r"bytes=([0-9]{1,18})-([0-9]{0,18})")


class IdsField(forms.Field):
    """Ids, repeated or in one value with blanks or commas between them, each once."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value: list[str] | None) -> list[uuid.UUID]:
        """Read the ids."""
        words = [word for given in value or [] for word in re.split(r"[\s,]+", given) if word]
        try:
            return list(dict.fromkeys(uuid.UUID(word) for word in words))
        except ValueError as unreadable:
            raise NotTheirs from unreadable


class ArchiveForm(forms.Form):
    """What is to be packed, and as what. Without a choice, one is asked for it."""

    pictures = IdsField(required=False)
    jobs = IdsField(required=False)
    choice = forms.ChoiceField(
        choices=[(each.value, each.name) for each in FileChoice],
        required=False,
        error_messages={"invalid_choice": "Choose the files as they are kept, JPEG or WebP."},
    )
    with_originals = forms.BooleanField(required=False)
    name = forms.CharField(max_length=100, required=False)

    def sentence(self) -> str:
        """All that is wrong, in words."""
        return " ".join(str(error) for errors in self.errors.values() for error in errors)


@login_required
@require_GET
def all_archives(request: MemberRequest) -> HttpResponse:
    """One's archives, the newest first."""
    mine = list(Archive.objects.owned_by(request.user)[:MOST_LISTED])
    context = {
        "archives": mine,
        "polls": any(archive.is_open for archive in mine),
        "most_pictures": MOST_PICTURES,
        "most_size": size_words(MOST_BYTES),
    }
    part = _wants_part(request)
    answer = render(request, f"editor/{'_archive_list' if part else 'archives'}.html", context)
    patch_vary_headers(answer, ["HX-Request"])
    return answer


@login_required
@post_or_back("editor:archives")
@at_a_pace("download")
def new(request: MemberRequest) -> HttpResponse:
    """Have pictures packed; without a choice, say how much it is and ask how it is wanted."""
    form = ArchiveForm(request.POST)
    try:
        if not form.is_valid():
            raise ArchiveRefused(form.sentence())
        asked = form.cleaned_data
        wanted = {
            "pictures": asked["pictures"],
            "jobs": asked["jobs"],
            "with_originals": asked["with_originals"],
        }
        if not asked["choice"]:
            return ask_how(request, asked, archives.plan(request.user, **wanted))
        archive = ask_for_archive(
            request.user, **wanted, choice=FileChoice(asked["choice"]), name=asked["name"]
        )
    except NotTheirs as missing:
        raise Http404 from missing
    except ArchiveRefused as refused:
        return _refused(request, refused)
    if wants_json(request):
        return JsonResponse({"url": archive.get_absolute_url()}, status=201)
    return redirect(archive)


def ask_how(request: MemberRequest, asked: dict[str, Any], plan: archives.Plan) -> HttpResponse:
    """Say how much it is, and ask as what it shall be packed."""
    context = {"asked": asked, "plan": plan, "most_pictures": MOST_PICTURES}
    return render(
        request, "editor/archive_new.html", {**context, "most_size": size_words(MOST_BYTES)}
    )


def _refused(request: MemberRequest, refused: ArchiveRefused) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"error": str(refused)}, status=refused.status)
    messages.error(request, str(refused))
    return redirect("editor:archives")


@login_required
@require_GET
def archive(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """How far it is; when it is there, its file. A page that waits for it fetches it by itself."""
    found = _own(request, pk)
    parts = list(Archive.objects.of_wish(found))
    part = _wants_part(request)
    context = {
        "archive": found,
        "parts": parts,
        "polls": any(each.is_open for each in parts),
        # Only who has been waiting gets it unasked, and only one file.
        "starts": part and len(parts) == 1 and found.is_ready,
    }
    answer = render(request, f"editor/{'_archive_parts' if part else 'archive'}.html", context)
    patch_vary_headers(answer, ["HX-Request"])
    return answer


def _wants_part(request: MemberRequest) -> bool:
    return bool(request.htmx and not request.htmx.history_restore_request)


def _own(request: MemberRequest, pk: uuid.UUID) -> Archive:
    return get_object_or_404(Archive.objects.owned_by(request.user), pk=pk)


@login_required
@require_POST
@at_a_pace("download")
def again(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """Pack it anew."""
    found = _own(request, pk)
    archives.make_again(found)
    return redirect(found)


@login_required
@require_POST
def delete(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """Delete it, or stop packing it. The pictures themselves stay."""
    archives.remove(_own(request, pk))
    messages.success(request, "The archive is deleted. The pictures in it stay where they are.")
    return redirect("editor:archives")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def evidence(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """What an evidence pack holds; by POST, have it packed."""
    mine = EditJob.objects.owned_by(request.user).filter(trashed_at=None)
    job = get_object_or_404(mine.with_pictures(), pk=pk)
    if request.method != "POST":
        return render(request, "editor/evidence_pack.html", {"job": job})
    try:
        return redirect(ask_for_evidence(job))
    except ArchiveRefused as refused:
        messages.error(request, str(refused))
        return redirect(job)


# The file


@login_required
@require_safe
def file(request: MemberRequest, pk: uuid.UUID) -> HttpResponseBase:
    """The ZIP, for its owner alone; from a byte on, where a download was cut off."""
    found = _own(request, pk)
    if not found.is_ready or found.bytes is None:
        raise Http404
    start, end = _range(request, found)
    key = str(found.file.name)
    if storage.look_at(key) is None:
        raise Http404
    is_part = (start, end) != (0, found.bytes)
    response = StreamingHttpResponse(
        _pieces(key, start, end), status=206 if is_part else 200, content_type="application/zip"
    )
    response["Content-Length"] = str(end - start)
    if is_part:
        response["Content-Range"] = f"bytes {start}-{end - 1}/{found.bytes}"
    response["Accept-Ranges"] = "bytes"
    response["ETag"] = f'"{found.sha256}"'
    response["Cache-Control"] = "private, no-store"
    response["Content-Disposition"] = str(content_disposition_header(True, found.file_name))
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _range(request: MemberRequest, archive: Archive) -> tuple[int, int]:
    """The bytes asked for, as start and end; all of them when it is not one range of this file."""
    length = archive.bytes or 0
    asked = _RANGE.fullmatch(request.headers.get("Range", ""))
    same = request.headers.get("If-Range", f'"{archive.sha256}"') == f'"{archive.sha256}"'
    if asked is None or not same:
        return 0, length
    start = int(asked[1])
    end = min(int(asked[2]) + 1, length) if asked[2] else length
    return (start, end) if start < end else (0, length)


def _pieces(key: str, start: int, end: int) -> Iterator[bytes]:
    left = end - start
    for piece in storage.pieces(key, start):
        yield piece[:left]
        left -= len(piece)
        if left <= 0:
            return
