"""Prompts to begin from: written before, saved under a name, or come with NanoEdit."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import IntegrityError, transaction

from editor.models import EditJob, Picture, PromptTemplate, User

LOOK_BACK = 600  # edits, the newest
LOOK_BACK_HERE = 200  # of one picture
MOST_EARLIER = 100
MOST_TEMPLATES = 200


class TemplateRefused(Exception):
    """A template that is not kept. The text is one sentence for the person who asked."""


@dataclass(frozen=True)
class Earlier:
    """A prompt that was sent before; `is_here`: for the picture that is open now."""

    prompt: str
    is_here: bool


@dataclass(frozen=True)
class BuiltIn:
    """A prompt that comes with NanoEdit."""

    name: str
    prompt: str


BUILT_IN = (
    BuiltIn(
        "Product on plain ground",
        "Replace the background by a seamless light grey studio backdrop, with a soft natural "
        "shadow under the product. Keep the product exactly as it is.",
    ),
    BuiltIn(
        "Golden hour",
        "Relight the scene as in the last hour of sunlight: low warm light from one side, long "
        "soft shadows, a clear sky. Keep every object where it is.",
    ),
    BuiltIn(
        "Clear sky",
        "Replace the sky by a clear blue one with a few soft clouds, and match the light on the "
        "scene to it.",
    ),
    BuiltIn(
        "Tidy up",
        "Remove litter, cables, stains and other distractions, and continue what lies behind "
        "them. Keep everything else as it is.",
    ),
    BuiltIn(
        "Restore an old photo",
        "Repair scratches, dust, stains and faded colours of this old photograph. Keep faces, "
        "clothes and the grain of the film as they are.",
    ),
    BuiltIn(
        "Pencil drawing",
        "Turn the picture into a fine pencil drawing on white paper, with the same composition.",
    ),
)


def earlier_of(owner: User, picture: Picture) -> list[Earlier]:
    """Give what this person wrote before, each once: this picture's first, then newest first.

    Tests of masks have prompts that nobody wrote.
    """
    own = (
        EditJob.objects.owned_by(owner)
        .filter(mask_test=None, trashed_at=None)
        .order_by("-created_at")
    )
    here = own.filter(picture=picture).values_list("prompt", flat=True)[:LOOK_BACK_HERE]
    anywhere = own.values_list("prompt", flat=True)[:LOOK_BACK]
    of_this_picture = set(here)
    prompts = dict.fromkeys([*here, *anywhere])
    return [Earlier(prompt, prompt in of_this_picture) for prompt in prompts][:MOST_EARLIER]


def save_template(owner: User, name: str, prompt: str) -> PromptTemplate:
    """Keep a prompt under a name; the same one under the same name is kept once.

    Raises TemplateRefused.
    """
    same = PromptTemplate.objects.owned_by(owner).filter(name__iexact=name).first()
    if same is not None and same.prompt == prompt:
        return same
    if PromptTemplate.objects.owned_by(owner).count() >= MOST_TEMPLATES:
        sentence = f"You have {MOST_TEMPLATES} templates, the most there can be. Delete one first."
        raise TemplateRefused(sentence)
    template = PromptTemplate(owner=owner, name=name, prompt=prompt)
    try:
        with transaction.atomic():
            template.save(force_insert=True)
    except IntegrityError as taken:
        raise _taken(name) from taken
    return template


def rename_template(template: PromptTemplate, name: str) -> None:
    """Give a template another name. Raises TemplateRefused."""
    template.name = name
    try:
        with transaction.atomic():
            template.save(update_fields=["name"])
    except IntegrityError as taken:
        raise _taken(name) from taken


def _taken(name: str) -> TemplateRefused:
    return TemplateRefused(f"You have a template named “{name}” already. Choose another name.")
