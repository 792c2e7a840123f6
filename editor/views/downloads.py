"""A picture in the format of one's choice: the form, and the file."""

from __future__ import annotations

import io
import logging
import uuid
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, JsonResponse, QueryDict
from django.http.response import HttpResponseBase, HttpResponseNotModified
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from editor import downloads, storage
from editor.accounts import MemberRequest
from editor.downloads import TooBusy
from editor.imaging.apart import StepFailed
from editor.imaging.formats_out import CannotWrite, DownloadAs, OutFormat, Words
from editor.imaging.reading import PictureRefused
from editor.models import Picture
from editor.views.files import stream
from editor.views.guards import at_a_pace, wants_json

logger = logging.getLogger(__name__)

KEEP_FOR_A_WHILE = "private, max-age=3600"
DEFAULT_QUALITY = 90
WHITE = "#ffffff"
_QUALITY_SENTENCE = "The quality is a whole number from 1 to 100."
_FORMAT_SENTENCE = "Choose PNG, JPEG, WebP or AVIF as the format."


class DownloadForm(forms.Form):
    """How a picture is wanted."""

    format = forms.ChoiceField(
        choices=[(each.value, each.name) for each in OutFormat],
        error_messages={"invalid_choice": _FORMAT_SENTENCE, "required": _FORMAT_SENTENCE},
    )
    quality = forms.IntegerField(
        min_value=1,
        max_value=100,
        required=False,
        error_messages={
            "invalid": _QUALITY_SENTENCE,
            "min_value": _QUALITY_SENTENCE,
            "max_value": _QUALITY_SENTENCE,
        },
    )
    background = forms.RegexField(
        r"\A#[0-9a-fA-F]{6}\Z",
        required=False,
        error_messages={"invalid": "The background is a colour like #ffffff."},
    )
    words = forms.BooleanField(required=False)

    def how(self, words: Words | None) -> DownloadAs:
        """What was asked for, and nothing that makes no difference to the file."""
        cleaned = self.cleaned_data
        file_format = OutFormat(cleaned["format"])
        how = DownloadAs(file_format, words=words if cleaned["words"] else None)
        if file_format is OutFormat.PNG:
            return how
        quality = cleaned["quality"] or DEFAULT_QUALITY
        background = cleaned["background"].lower() or WHITE
        if file_format is not OutFormat.JPEG:
            background = WHITE
        return DownloadAs(file_format, quality, background, how.words)

    def sentence(self) -> str:
        """All that is wrong, in words."""
        return " ".join(str(error) for errors in self.errors.values() for error in errors)


@login_required
@require_safe
@at_a_pace("download", asks="format")
def download(request: MemberRequest, pk: uuid.UUID) -> HttpResponseBase:
    """The form; with a format in the address, the file. For the owner alone, like the original."""
    picture = get_object_or_404(Picture.objects.owned_by(request.user), pk=pk)
    words = downloads.words_of(picture)
    if "format" not in request.GET:
        return render(request, "editor/download.html", download_context(picture, words))
    form = DownloadForm(request.GET)
    if not form.is_valid():
        return _refused(request, picture, words, form.sentence())
    how = form.how(words)
    tag = f'"{downloads.tag_of(picture, how)}"'
    if request.headers.get("If-None-Match") == tag:
        response: HttpResponseBase = HttpResponseNotModified()
    else:
        try:
            data = downloads.make_download(picture, how)
        except (FileNotFoundError, storage.OtherBytes) as missing:
            raise Http404 from missing
        except CannotWrite as cannot:
            return _refused(request, picture, words, str(cannot))
        except TooBusy as busy:
            return _refused(request, picture, words, str(busy), status=503)
        except (PictureRefused, StepFailed):
            logger.exception("Picture %s could not be written as %s.", pk, how.format)
            sentence = "This picture could not be written in this format. Choose another one."
            return _refused(request, picture, words, sentence)
        name = f"{picture.file_stem}.{how.format.extension}"
        response = stream(io.BytesIO(data), how.format.mime, name)
    response["ETag"] = tag
    response["Cache-Control"] = KEEP_FOR_A_WHILE
    return response


def download_context(picture: Picture, words: Words | None) -> dict[str, Any]:
    """What the form needs to know."""
    return {"picture": picture, "words": words, "chosen": _Chosen(QueryDict())}


class _Chosen:
    """What the form shows as chosen: what was asked for, as far as it is usable."""

    def __init__(self, asked: QueryDict) -> None:
        known = {each.value for each in OutFormat}
        self.format = asked["format"] if asked.get("format") in known else OutFormat.JPEG.value
        quality = asked.get("quality", "")
        self.quality = quality if quality.isdecimal() and len(quality) <= 3 else DEFAULT_QUALITY
        self.background = asked.get("background", WHITE)
        self.words = bool(asked.get("words"))


def _refused(
    request: MemberRequest,
    picture: Picture,
    words: Words | None,
    sentence: str,
    status: int = 422,
) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"error": sentence}, status=status)
    context = {
        **download_context(picture, words),
        "chosen": _Chosen(request.GET),
        "problem": sentence,
    }
    return render(request, "editor/download.html", context, status=status)
