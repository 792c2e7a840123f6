"""Keeps the catalogue of models in step with the upstream."""

from __future__ import annotations

import logging

from django.db import transaction
from django.utils import timezone

from editor.imaging.encoding import MaskDialect
from editor.models import UpstreamModel
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


def refresh_catalogue() -> int:
    """Fetch the list of models and bring the rows in line; give how many can edit.

    The last good list stays when the upstream does not answer or answers nothing.
    Raises NanoGPTError.
    """
    client = open_client()
    try:
        listed = client.models()
    finally:
        client.close()
    editors = [model for model in listed if model.edits]
    if not editors:
        logger.warning("The upstream lists no model that edits pictures; the old list stays.")
        return 0
    with transaction.atomic():
        for position, model in enumerate(editors):
            _keep(model, position)
        UpstreamModel.objects.exclude(model_id__in=[model.id for model in editors]).update(
            is_listed=False
        )
    return len(editors)


def try_refresh_catalogue() -> bool:
    """Refresh, and say whether it worked, for callers that will simply try again later."""
    try:
        return refresh_catalogue() > 0
    except NanoGPTError as error:
        logger.warning("The list of models could not be fetched: %s", error)
        return False


def _keep(model: CatalogueModel, position: int) -> None:
    # Locked where the database can: what staff choose meanwhile must not be written over.
    row, _ = UpstreamModel.objects.select_for_update().get_or_create(model_id=model.id)
    least_pixels, most_pixels = _window(model.id)
    fresh = {
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
    for name, value in fresh.items():
        if name not in row.pinned:
            setattr(row, name, value)
    row.position = position
    row.is_listed = True
    row.seen_at = timezone.now()
    # Nothing else: staff, or an odd cost, may have changed the rest meanwhile.
    row.save(update_fields=[*fresh, "position", "is_listed", "seen_at"])


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
