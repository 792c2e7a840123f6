"""Keeps the catalogue of models in step with the upstream."""

from __future__ import annotations

import logging
from typing import Any

from django.db import transaction
from django.utils import timezone

from editor.imaging.encoding import MaskDialect
from editor.models import CatalogueChange, CatalogueRefresh, UpstreamModel, User
from editor.models.catalogue_changes import kind_of
from editor.nanogpt.catalogue import CatalogueModel
from editor.nanogpt.errors import NanoGPTError
from editor.upstream import open_client

logger = logging.getLogger(__name__)

# The catalogue does not say how a model reads masks. These families are documented;
# all others get the dual mask, which both readings understand.
KNOWN_DIALECTS = {
    "gpt-image": MaskDialect.ALPHA,
    "openai/gpt-image": MaskDialect.ALPHA,
    "chatgpt-image": MaskDialect.ALPHA,
    "flux-lora/inpainting": MaskDialect.LUMINANCE,
}

# Total pixels that models were seen to insist on, whatever sizes the catalogue lists.
KNOWN_WINDOWS: dict[str, tuple[int | None, int | None]] = {
    "gpt-image-2": (655_360, 3_686_400),
    "openai/gpt-image-2": (655_360, 3_686_400),
    "seedream-v4.5": (3_686_400, None),
    "seedream-v5": (3_686_400, None),
}


def refresh_catalogue(
    by: User | None = None, timeout_seconds: float | None = None
) -> CatalogueRefresh:
    """Fetch the list of models, bring the rows in line, and keep what has changed.

    The last good list stays when the upstream does not answer or answers nothing: then
    `listed` is 0, and the row is not kept. `by`: who asked. Raises NanoGPTError.
    """
    client = open_client(timeout_seconds)
    try:
        listed = client.models()
    finally:
        client.close()
    editors = [model for model in listed if model.edits]
    if not editors:
        logger.warning("The upstream lists no model that edits pictures; the old list stays.")
        return CatalogueRefresh(by=by)
    with transaction.atomic():
        # Of the very first list everything would be new.
        is_first = not UpstreamModel.objects.exists()
        found: list[CatalogueChange] = []
        for position, model in enumerate(editors):
            found += _keep(model, position)
        found += _let_go([model.id for model in editors])
        refresh = CatalogueRefresh.objects.create(by=by, listed=len(editors))
        for change in found if not is_first else ():
            change.refresh = refresh
            change.save(force_insert=True)
        CatalogueRefresh.objects.forget_the_uneventful()
    return refresh


def try_refresh_catalogue() -> bool:
    """Refresh, and say whether it worked, for callers that will simply try again later."""
    try:
        return refresh_catalogue().listed > 0
    except NanoGPTError as error:
        logger.warning("The list of models could not be fetched: %s", error)
        return False


def _keep(model: CatalogueModel, position: int) -> list[CatalogueChange]:
    """Bring one row in line, but for what staff have overridden; give what has changed."""
    # Locked where the database can: what staff choose meanwhile must not be written over.
    row, is_new = UpstreamModel.objects.select_for_update().get_or_create(model_id=model.id)
    fresh = _told(model)
    changes = _changes(row, fresh, is_new=is_new)
    row.upstream = fresh
    for name, value in fresh.items():
        if name not in row.pinned:
            setattr(row, name, value)
        else:  # of an earlier release, which did not note what was overridden
            row.looked_at = {name: value, **row.looked_at}
    row.position = position
    row.is_listed = True
    row.seen_at = timezone.now()
    # Nothing else: staff, or an odd cost, may have changed the rest meanwhile.
    row.save(update_fields=[*fresh, "upstream", "looked_at", "position", "is_listed", "seen_at"])
    return changes


def _told(model: CatalogueModel) -> dict[str, Any]:
    """What the upstream, and what is known of its models, says of every field."""
    least_pixels, most_pixels = _window(model.id)
    return {
        "name": model.name or model.id,
        "description": model.description,
        "sizes": list(model.sizes),
        "prices": dict(model.prices),
        "max_images": model.max_images,
        "fixed_images": model.fixed_images,
        "max_inputs": model.max_inputs,
        "mask_support": _mask_support(model),
        "mask_dialect": _mask_dialect(model).value,
        "prompt_limit": model.prompt_limit,
        "least_pixels": least_pixels,
        "most_pixels": most_pixels,
        "edits": model.edits,
    }


def _changes(row: UpstreamModel, fresh: dict[str, Any], *, is_new: bool) -> list[CatalogueChange]:
    """Tell what of a row is not as it was."""
    if is_new:
        return [CatalogueChange(model=row, kind=CatalogueChange.Kind.NEW)]
    back = [] if row.is_listed else [CatalogueChange(model=row, kind=CatalogueChange.Kind.BACK)]
    # Rows of an earlier release do not know what the upstream said of what is overridden.
    before = row.upstream or {name: getattr(row, name) for name in fresh if name not in row.pinned}
    return back + [
        CatalogueChange(
            model=row,
            kind=kind_of(name, before[name], value),
            field=name,
            before=before[name],
            after=value,
            overridden=name in row.pinned,
        )
        for name, value in fresh.items()
        if name in before and before[name] != value
    ]


def _let_go(listed: list[str]) -> list[CatalogueChange]:
    """Mark what is not listed any more; give that as changes."""
    gone = list(UpstreamModel.objects.filter(is_listed=True).exclude(model_id__in=listed))
    UpstreamModel.objects.filter(pk__in=[row.pk for row in gone]).update(is_listed=False)
    return [CatalogueChange(model=row, kind=CatalogueChange.Kind.GONE) for row in gone]


def _mask_support(model: CatalogueModel) -> str:
    if "inpaint" in model.id and model.mask_hint == "native":
        return UpstreamModel.MaskSupport.REQUIRED
    if model.mask_hint == "native" or _known_dialect(model.id):
        return UpstreamModel.MaskSupport.NATIVE
    return UpstreamModel.MaskSupport.ENFORCED


def _mask_dialect(model: CatalogueModel) -> MaskDialect:
    known = _known_dialect(model.id)
    if known:
        return known
    # A model that ignores masks may take one for a second picture, so it gets none.
    return MaskDialect.NONE if model.mask_hint == "ignored" else MaskDialect.DUAL


def _window(model_id: str) -> tuple[int | None, int | None]:
    for start, window in KNOWN_WINDOWS.items():
        if model_id.startswith(start):
            return window
    return None, None


def _known_dialect(model_id: str) -> MaskDialect | None:
    for start, dialect in KNOWN_DIALECTS.items():
        if model_id.startswith(start):
            return dialect
    return None
