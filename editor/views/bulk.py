"""What is done to many edits of the gallery at once."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render

from editor import archives, collecting, keeping, trash
from editor.accounts import MemberRequest
from editor.archives import ArchiveRefused, NotTheirs
from editor.keeping import KeepingRefused
from editor.models import EditJob, Picture
from editor.views.archives import ask_how
from editor.views.finding import Finding
from editor.views.guards import post_or_back, wants_json
from editor.views.trash import as_moment

# More than so many edits at once are asked about first.
LARGE = 100
_AT_ONCE = 500


@dataclass(frozen=True)
class Done:
    """What came of it: a sentence for people, and what a page must change on the screen."""

    sentence: str
    more: dict[str, Any] = field(default_factory=dict)


@login_required
@post_or_back("editor:gallery")
def gallery_action(request: MemberRequest) -> HttpResponse:
    """Do one thing to the chosen edits, all or nothing. Ids of anybody else's mean nothing."""
    name = request.POST.get("action", "")
    if "heart" in request.POST or name == "restore":
        at_once = _restore if name == "restore" else _one_heart
        return _answer(request, at_once(request))
    words, act = VERBS.get(name.partition("-")[0], ("", None))
    chosen = _chosen(request)
    if not chosen or (act is None and name != "download"):
        return _refuse(request, "Select at least one edit, and say what to do with it.")
    if act is None:
        return _download(request, chosen)
    if len(chosen) > LARGE and not request.POST.get("sure"):
        return _ask(request, words, len(chosen))
    try:
        with transaction.atomic():
            done = act(request, chosen)
    except KeepingRefused as refused:
        return _refuse(request, str(refused))
    return _answer(request, done)


def _chosen(request: MemberRequest) -> list[uuid.UUID]:
    """The edits by their ids, or the whole finding but some; newest first."""
    edits = EditJob.objects.on_wall_of(request.user)
    ids = [pk for text in request.POST.getlist("edit") if (pk := _id(text))]
    if request.POST.get("whole"):
        finding = Finding(QueryDict(request.POST.get("found", "")))
        found = finding.narrow(edits, request.user)
        exceptions = {pk for text in request.POST.getlist("except") if (pk := _id(text))}
        order = found.order_by("-created_at", "-pk").values_list("pk", flat=True)
        return [pk for pk in order if pk not in exceptions]
    mine = {
        pk for some in _some(ids) for pk in edits.filter(pk__in=some).values_list("pk", flat=True)
    }
    return [pk for pk in dict.fromkeys(ids) if pk in mine]


def _pictures(request: MemberRequest, jobs: list[uuid.UUID]) -> list[uuid.UUID]:
    """What these edits brought, in their order. Raises KeepingRefused when that is nothing."""
    mine = Picture.objects.owned_by(request.user).newest_first()
    found = [
        pk for some in _some(jobs) for pk in mine.brought_by(some).values_list("pk", flat=True)
    ]
    if not found:
        message = "None of these edits has a result that could be marked."
        raise KeepingRefused(message)
    return found


def _favourite(request: MemberRequest, jobs: list[uuid.UUID]) -> Done:
    keeping.mark_favourite(request.user, _pictures(request, jobs), on=True)
    return Done(f"Added to your favourites: {_edits(len(jobs))}.")


def _unfavourite(request: MemberRequest, jobs: list[uuid.UUID]) -> Done:
    keeping.mark_favourite(request.user, _pictures(request, jobs), on=False)
    return Done(f"No favourites any more: {_edits(len(jobs))}.")


def _rate(request: MemberRequest, jobs: list[uuid.UUID]) -> Done:
    text = request.POST["action"].partition("-")[2]
    stars = int(text) if text in {"1", "2", "3", "4", "5"} else None
    keeping.rate(request.user, _pictures(request, jobs), stars)
    if stars is None:
        return Done(f"Stars taken off: {_edits(len(jobs))}.")
    return Done(f"{stars} star{'s' if stars > 1 else ''} given to {_edits(len(jobs))}.")


def _tag(request: MemberRequest, jobs: list[uuid.UUID]) -> Done:
    names = [request.POST.get("tags", "")]
    tags = keeping.tag(request.user, _pictures(request, jobs), names)
    listed = ", ".join(f"#{each.name}" for each in tags)
    return Done(f"Tagged {listed}: {_edits(len(jobs))}.")


def _untag(request: MemberRequest, jobs: list[uuid.UUID]) -> Done:
    gone = keeping.untag(request.user, _pictures(request, jobs), [request.POST.get("tags", "")])
    return Done("Tags taken off." if gone else "None of these edits has this tag.")


def _collect(request: MemberRequest, jobs: list[uuid.UUID]) -> Done:
    name = request.POST.get("collection", "")
    added = collecting.add_to_collection(request.user, name, _pictures(request, jobs))
    count = f"{added.added} picture{'' if added.added == 1 else 's'}"
    there = f"; {added.there_before} were in it already" if added.there_before else ""
    return Done(f"{count} added to “{added.collection.name}”{there}.")


def _trash(request: MemberRequest, jobs: list[uuid.UUID]) -> Done:
    trashed = trash.put_edits_into_trash(request.user, jobs)
    mine = EditJob.objects.owned_by(request.user).filter(trashed_at=trashed.moment)
    gone = [str(pk) for pk in mine.values_list("pk", flat=True)]
    undo = {"action": "restore", "moment": trashed.moment.isoformat()} if gone else None
    return Done(trashed.sentence, {"gone": gone, "undo": undo})


VERBS: dict[str, tuple[str, Callable[[MemberRequest, list[uuid.UUID]], Done] | None]] = {
    "favourite": ("Add to favourites", _favourite),
    "unfavourite": ("Remove from favourites", _unfavourite),
    "rate": ("Change the stars", _rate),
    "tag": ("Tag", _tag),
    "untag": ("Take the tag off", _untag),
    "collect": ("Add to the collection", _collect),
    "trash": ("Move to the trash", _trash),
}


def _download(request: MemberRequest, jobs: list[uuid.UUID]) -> HttpResponse:
    """Ask how they shall be packed; the rest is the archive's own page."""
    asked = {"pictures": [], "jobs": jobs, "name": "", "with_originals": False}
    try:
        return ask_how(request, asked, archives.plan(request.user, jobs=jobs))
    except NotTheirs:
        return _refuse(request, "Some of these edits are not there any more. Select again.")
    except ArchiveRefused as refused:
        return _refuse(request, str(refused))


def _one_heart(request: MemberRequest) -> Done:
    """Turn the heart of one edit, as its card shows it."""
    edits = EditJob.objects.on_wall_of(request.user).with_pictures()
    mine = edits.filter(pk=_id(request.POST["heart"])).first()
    if mine is None:
        return Done("This edit is not there any more.")
    on = not mine.is_favourite
    keeping.mark_favourite(request.user, [picture.pk for picture in mine.made], on=on)
    return Done("Added to your favourites." if on else "No favourite any more.", {"on": on})


def _restore(request: MemberRequest) -> Done:
    """Bring back what went at one moment, or edits by their ids."""
    if request.POST.get("moment"):
        moment = as_moment(request.POST["moment"])
        back = trash.restore(request.user, moment).edits if moment else 0
    else:
        ids = [pk for text in request.POST.getlist("edit") if (pk := _id(text))]
        with transaction.atomic():
            back = sum(trash.restore_edit(request.user, pk) for pk in dict.fromkeys(ids))
    return Done(f"Brought back: {_edits(back)}." if back else "Nothing was left to bring back.")


def _answer(request: MemberRequest, done: Done) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"sentence": done.sentence, **done.more})
    messages.success(request, done.sentence)
    return _back(request)


def _refuse(request: MemberRequest, sentence: str) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"error": sentence}, status=422)
    messages.error(request, sentence)
    return _back(request)


def _ask(request: MemberRequest, words: str, count: int) -> HttpResponse:
    question = f"{words}: {_edits(count)}?"
    if wants_json(request):
        return JsonResponse({"ask": question, "verb": words}, status=409)
    fields = [
        (name, value)
        for name, values in request.POST.lists()
        if name != "csrfmiddlewaretoken"
        for value in values
    ]
    back = Finding(QueryDict(request.POST.get("found", ""))).address
    context = {"question": question, "verb": words, "fields": fields, "back": back}
    return render(request, "editor/gallery_sure.html", context, status=409)


def _back(request: MemberRequest) -> HttpResponse:
    return redirect(Finding(QueryDict(request.POST.get("found", ""))).address)


def _edits(count: int) -> str:
    return f"{count} edit" if count == 1 else f"{count} edits"


def _id(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _some(ids: list[uuid.UUID]) -> Iterator[list[uuid.UUID]]:
    for start in range(0, len(ids), _AT_ONCE):
        yield ids[start : start + _AT_ONCE]
