"""Upload, and the studio of one picture."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from editor import drafts, forecasts, purging
from editor.accounts import MemberRequest, no_account_yet
from editor.allowances import allowances
from editor.forecasts import Usual
from editor.forms import MAX_PROMPT
from editor.imaging.planning import FrameWish
from editor.models import Draft, Mask, Picture, UpstreamModel
from editor.models.framings import frame_as_json
from editor.preferences import preferences_of
from editor.trash import kept_sentence, put_picture_into_trash
from editor.uploads import UploadRefused, receive_picture
from editor.views.drafts import draft_state
from editor.views.extending import canvas_context
from editor.views.guards import at_a_pace, wants_json
from editor.views.lending import lendable
from editor.views.marking import marks_context
from editor.views.paging import one_page
from editor.views.recalling import first_or_earlier_wish
from editor.views.variants import strip_context

PAGE_SIZE = 24


@require_GET
def home(request: MemberRequest) -> HttpResponse:
    """The start: the upload zone, and one's pictures, the newest first."""
    if not request.user.is_authenticated:
        return redirect("editor:setup" if no_account_yet() else "editor:login")
    pictures, next_url = one_page(
        Draft.objects.mark(Picture.objects.on_wall_of(request.user).newest_first(), request.user),
        request.GET.get("after", ""),
        PAGE_SIZE,
        reverse("editor:home"),
    )
    context = {
        "pictures": pictures,
        "next_url": next_url,
        "is_first_page": "after" not in request.GET,
    }
    if not request.htmx:
        context["allowances"] = allowances(request.user)
    template = "editor/_picture_page.html" if request.htmx else "editor/home.html"
    return render(request, template, context)


@login_required
@require_POST
@at_a_pace("upload")
def upload(request: MemberRequest) -> HttpResponse:
    """Take one or more files. A script gets JSON per file, a plain form its page."""
    files = request.FILES.getlist("files")
    if not files:
        return _refused(request, "No file arrived. Choose a picture and try again.", 422)
    kept: list[Picture] = []
    for file in files:
        try:
            kept.append(receive_picture(request.user, file))
        except UploadRefused as refused:
            if wants_json(request):
                return _refused(request, str(refused), refused.status)
            messages.error(request, f"{file.name}: {refused}")
    if wants_json(request):
        return JsonResponse(_uploaded(request, kept[0]), status=201)
    return redirect(kept[0] if len(kept) == 1 == len(files) else "editor:home")


def _refused(request: MemberRequest, sentence: str, status: int) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"error": sentence}, status=status)
    messages.error(request, sentence)
    return redirect("editor:home")


def _uploaded(request: MemberRequest, picture: Picture) -> dict[str, str]:
    card = render_to_string("editor/_picture_card.html", {"picture": picture}, request)
    return {
        "id": str(picture.pk),
        "url": picture.get_absolute_url(),
        "name": picture.name,
        "thumb": picture.thumb_url,
        "card": card,
    }


@login_required
@require_GET
def studio(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """Paint and say what should happen: as it was left, or with what `?again=<job>` recalls."""
    picture = get_object_or_404(Picture.objects.owned_by(request.user).with_parents(), pk=pk)
    wish = {
        "frame": frame_as_json(FrameWish()),
        "references": [],
        **first_or_earlier_wish(request, picture),
    }
    context = {
        "models": _models(),
        "form_action": reverse("editor:submit", args=[picture.pk]),
        "submit_key": str(uuid.uuid4()),
        "wish": wish,
        "max_prompt": MAX_PROMPT,
        "closed": forecasts.closed_gate(request.user),
        **canvas_context(),
        "lendable": lendable(picture, wish["references"]),
        **strip_context(request, picture),
        "preferences": preferences_of(request.user),
        **marks_context(request.user, [picture]),
    }
    context["studio_data"] = _studio_data(context)
    return render(request, "editor/studio.html", context)


def _models() -> list[dict[str, Any]]:
    """What may be chosen, each with how long its calls took on this server, in seconds."""
    usual = forecasts.usual_of_all()
    return [
        {**model.for_studio(), "usual": _usual_as_json(usual.get(model.model_id))}
        for model in UpstreamModel.objects.offered()
    ]


def _usual_as_json(usual: Usual | None) -> dict[str, Any] | None:
    return {"words": usual.words, "median": usual.median, "p90": usual.p90} if usual else None


def _studio_data(context: dict[str, Any]) -> dict[str, Any]:
    picture: Picture = context["picture"]
    return {
        "picture": {
            "id": str(picture.pk),
            "name": picture.name,
            "width": picture.width,
            "height": picture.height,
            "preview_url": picture.preview_url,
            "full_url": picture.full_url,
            "outline_url": reverse("editor:picture_outline", args=[picture.pk]),
            "thumb_url": picture.thumb_url,
        },
        "models": context["models"],
        "wish": context["wish"],
        "submit_key": context["submit_key"],
        "draft": {"owner": str(picture.owner_id), **draft_state(picture)},
        "max_prompt": MAX_PROMPT,
        "preferences": context["preferences"],
        "urls": {
            "submit": context["form_action"],
            "strip": reverse("editor:picture_strip", args=[picture.pk]),
            "frame": reverse("editor:picture_frame", args=[picture.pk]),
            "draft": reverse("editor:picture_draft", args=[picture.pk]),
            "upload": reverse("editor:upload"),
            "masks": reverse("editor:picture_masks", args=[picture.pk]),
            "preferences": reverse("editor:studio_preferences"),
            "prompts": reverse("editor:picture_prompts", args=[picture.pk]),
            "templates": reverse("editor:template_save"),
        },
    }


@login_required
@require_POST
def delete(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """Throw a picture away. Edits made from it keep what they need."""
    picture = get_object_or_404(Picture.objects.owned_by(request.user), pk=pk)
    gone = put_picture_into_trash(request.user, picture)
    if not gone.pictures:
        messages.error(request, gone.refused)
        return redirect(picture)
    still = purging.needing_edits().filter(trashed_at=None).made_from([picture.pk]).count()
    messages.success(request, f"“{picture.name}” lies in the trash. {kept_sentence(still)}".strip())
    return redirect("editor:home")


def kept_mask(picture: Picture, mask_id: uuid.UUID | None) -> Mask | bytes | None:
    """A mask painted on this picture before, if there is one by this id; bytes: a draft's."""
    if mask_id is None:
        return None
    # "": it was erased with its edit, while a studio still named it.
    mask = Mask.objects.filter(picture=picture, pk=mask_id).exclude(file="").first()
    return mask or drafts.painted_before(picture, mask_id)
