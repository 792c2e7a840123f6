"""The bytes. Nothing leaves without an owner check; strangers get a 404 like anybody."""

from __future__ import annotations

import io
import uuid
from collections.abc import Callable
from typing import IO

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpResponseRedirect
from django.http.response import HttpResponseBase, HttpResponseNotModified
from django.shortcuts import get_object_or_404
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from editor import signed_links, storage
from editor import unusable as unusable_answers
from editor.accounts import MemberRequest
from editor.imaging.apart import StepFailed
from editor.imaging.reading import PictureRefused
from editor.imaging.renditions import RenditionFormat
from editor.looking import note_look, note_look_at
from editor.models import Mask, Picture, Result, UnusableAnswer
from editor.pictures import full_rendition
from editor.renditions import format_of, open_rendition

# A picture never changes, so its files may stay in its owner's browser. `Vary: Cookie`
# (set by the session) keeps the next person at the same browser from being served them.
LINKED = ("thumb", "card")  # what walls show; the rest is read by scripts, or large
KEEP = "private, max-age=604800, immutable"

# The file is gone from storage, or what storage gives back cannot be read any more.
UNREADABLE = (FileNotFoundError, storage.OtherBytes, PictureRefused, StepFailed)


class _File(FileResponse):
    block_size = 256 * 1024  # the server writes block by block; 4 kB would be slow


def send_file(
    request: MemberRequest,
    source: str | Callable[[], IO[bytes]],
    mime: str,
    *,
    etag: str,
    download_as: str = "",
) -> HttpResponseBase:
    """Stream one object, or say that the browser has it already.

    `source` is its name in storage, or opens it.
    """
    tag = f'"{etag}"'
    response: HttpResponseBase
    if request.headers.get("If-None-Match") == tag:
        response = HttpResponseNotModified()
    else:
        try:
            stored = storage.open_for_reading(source) if isinstance(source, str) else source()
        except UNREADABLE as missing:
            raise Http404 from missing
        response = stream(stored, mime, download_as)
    response["ETag"] = tag
    response["Cache-Control"] = KEEP
    return response


def stream(stored: IO[bytes], mime: str, download_as: str = "") -> HttpResponseBase:
    """Give bytes out, as a download if it has a name."""
    response = _File(
        stored, as_attachment=bool(download_as), filename=download_as, content_type=mime
    )
    # Should a browser ever take the bytes for a document, nothing in it may run.
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _rendition(request: MemberRequest, pk: uuid.UUID, kind: str) -> HttpResponseBase:
    """Send what pages show, made now if nobody has yet; AVIF if the browser names it."""
    picture = get_object_or_404(Picture.objects.viewable_by(request.user), pk=pk)
    note_look_at(picture, request.user)
    return send_rendition(request, picture, kind)


def send_rendition(request: MemberRequest, picture: Picture, kind: str) -> HttpResponseBase:
    """Send a rendition of a picture that this person may look at."""
    pk = picture.pk
    takes_avif = "image/avif" in request.headers.get("Accept", "")
    file_format = format_of(picture, kind, takes_avif=takes_avif)
    if settings.S3_SIGNED_LINKS and kind in LINKED:
        link = _link(request, picture, kind, file_format)
        if link:
            return link
    response = send_file(
        request,
        lambda: open_rendition(picture, kind, file_format),
        f"image/{file_format}",
        etag=f"{kind}-{pk}-{file_format}",
    )
    patch_vary_headers(response, ["Accept"])
    if settings.S3_SIGNED_LINKS and kind in LINKED:
        patch_vary_headers(response, ["Sec-Fetch-Dest", "Sec-Fetch-Mode"])
    return response


def _link(
    request: MemberRequest, picture: Picture, kind: str, file_format: RenditionFormat
) -> HttpResponseBase | None:
    """Lead a picture on a page to the bucket, if it is its owner's and lies there for good.

    Only what an ordinary <img> of a wall asks for: the studio, which draws what it shows, and
    whoever follows a share link, get the bytes from here.
    """
    asked = [request.headers.get(f"Sec-Fetch-{name}") for name in ("Dest", "Mode")]
    key = str(getattr(picture, kind).name or "")
    lasting = file_format is not RenditionFormat.JPEG and key.endswith(file_format)
    if "wall" not in request.GET or asked != ["image", "no-cors"]:
        return None
    if picture.owner_id != request.user.pk or not lasting:
        return None
    url, seconds = signed_links.link_to(key, f"image/{file_format}")
    response = HttpResponseRedirect(url)
    response["Cache-Control"] = f"private, max-age={seconds}"
    patch_vary_headers(response, ["Accept", "Sec-Fetch-Dest", "Sec-Fetch-Mode"])
    return response


@login_required
@require_safe
def thumb(request: MemberRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Longest side 480."""
    return _rendition(request, pk, "thumb")


@login_required
@require_safe
def card(request: MemberRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Longest side 960."""
    return _rendition(request, pk, "card")


@login_required
@require_safe
def preview(request: MemberRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Longest side 2048."""
    return _rendition(request, pk, "preview")


@login_required
@require_safe
def full(request: MemberRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Full size in a format that every browser shows."""
    picture = get_object_or_404(Picture.objects.viewable_by(request.user), pk=pk)
    note_look_at(picture, request.user)
    try:
        key = full_rendition(picture)
    except UNREADABLE as missing:
        raise Http404 from missing
    mime = "image/png" if key.endswith(".png") else "image/jpeg"
    return send_file(request, key, mime, etag=f"full-{pk}")


@login_required
@require_safe
def original(request: MemberRequest, pk: uuid.UUID) -> HttpResponseBase:
    """The picture itself, as a download and for its owner alone.

    An upload comes back as its original bytes; a result as the lossless PNG.
    """
    picture = get_object_or_404(Picture.objects.owned_by(request.user), pk=pk)
    name = f"{picture.file_stem}.{storage.extension_of(picture.format)}"
    return send_file(
        request, str(picture.file.name), picture.mime, etag=picture.sha256, download_as=name
    )


@login_required
@require_safe
def mask(request: MemberRequest, pk: uuid.UUID) -> HttpResponseBase:
    """A mask as 8-bit grey PNG, 255 = edit."""
    found = get_object_or_404(Mask.objects.viewable_by(request.user), pk=pk)
    return send_file(request, str(found.file.name), "image/png", etag=found.sha256)


@login_required
@require_safe
def raw(request: MemberRequest, pk: int) -> HttpResponseBase:
    """What the upstream sent, untouched and unjudged; therefore only as a download."""
    mine = Result.objects.filter(
        attempt__job__owner=request.user,
        attempt__job__trashed_at=None,
        attempt__job__withheld_at=None,
    )
    if request.user.has_perm("editor.view_result"):
        mine = Result.objects.filter(attempt__job__purging_at=None)
    result = get_object_or_404(mine.select_related("attempt__job"), pk=pk)
    note_look(result.attempt.job, request.user)
    return send_file(
        request,
        str(result.raw.name),
        "application/octet-stream",
        etag=result.raw_sha256,
        download_as=f"raw-{result.attempt_id}-{result.index + 1}.bin",
    )


@login_required
@require_safe
def unusable(request: MemberRequest, pk: uuid.UUID) -> HttpResponseBase:
    """A whole answer that could not be used: for those who settle calls, and only as a download."""
    if not request.user.has_perm("editor.review_editjob"):
        raise Http404
    found = get_object_or_404(UnusableAnswer, attempt=pk)
    name, mime = f"answer-{pk}.bin", "application/octet-stream"
    if found.file.name:
        return send_file(request, found.file.name, mime, etag=found.sha256, download_as=name)
    try:
        waiting = io.BytesIO(unusable_answers.read(pk))
    except FileNotFoundError as missing:
        raise Http404 from missing
    return stream(waiting, mime, name)
