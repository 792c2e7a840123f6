"""Prompts to begin from, asked for and kept by the studio without leaving the prompt."""

from __future__ import annotations

import uuid
from dataclasses import asdict

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET, require_POST

from editor.accounts import MemberRequest
from editor.models import Picture, PromptTemplate
from editor.prompt_forms import TemplateForm, TemplateNameForm
from editor.prompts import (
    BUILT_IN,
    TemplateRefused,
    earlier_of,
    rename_template,
    save_template,
)

GONE = "This template is not there any more."


@login_required
@require_GET
def prompts(request: MemberRequest, pk: uuid.UUID) -> JsonResponse:
    """Answer what one wrote before, what one saved, and what comes with NanoEdit."""
    picture = get_object_or_404(Picture.objects.owned_by(request.user), pk=pk)
    saved = PromptTemplate.objects.owned_by(request.user)
    return JsonResponse(
        {
            "earlier": [asdict(each) for each in earlier_of(request.user, picture)],
            "templates": [_as_json(template) for template in saved],
            "built_in": [asdict(each) for each in BUILT_IN],
        }
    )


@login_required
@require_POST
def save(request: MemberRequest) -> HttpResponse:
    """Keep a prompt under a name."""
    form = TemplateForm(request.POST)
    if not form.is_valid():
        return _refused(*form.first_problem())
    try:
        template = save_template(request.user, **form.cleaned_data)
    except TemplateRefused as refused:
        return _refused("name", str(refused), 409)
    return JsonResponse(_as_json(template), status=201)


@login_required
@require_POST
def rename(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """Give a template another name."""
    template = PromptTemplate.objects.owned_by(request.user).filter(pk=pk).first()
    if template is None:
        return _refused("", GONE, 404)
    form = TemplateNameForm(request.POST)
    if not form.is_valid():
        return _refused(*form.first_problem())
    try:
        rename_template(template, form.cleaned_data["name"])
    except TemplateRefused as refused:
        return _refused("name", str(refused), 409)
    return JsonResponse(_as_json(template))


@login_required
@require_POST
def delete(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """Delete a template. What is gone already is no mistake of the person who deletes it."""
    gone, _ = PromptTemplate.objects.owned_by(request.user).filter(pk=pk).delete()
    return JsonResponse({"deleted": gone}) if gone else _refused("", GONE, 404)


def _as_json(template: PromptTemplate) -> dict[str, str]:
    return {"id": str(template.pk), "name": template.name, "prompt": template.prompt}


def _refused(field: str, sentence: str, status: int = 422) -> JsonResponse:
    return JsonResponse({"error": sentence, "field": field or None}, status=status)
