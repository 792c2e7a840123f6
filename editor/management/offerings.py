"""The models that the demonstration uses: those of the catalogue, or a few like the sandbox's."""

from __future__ import annotations

from django.utils import timezone

from editor.models import UpstreamModel
from editor.money import NANO

MASK = UpstreamModel.MaskSupport
_AUTO = ["auto"]
_FIXED = ["auto", "1024x1024", "1536x1024", "1024x1536"]
# Name after "sandbox/", sizes, dollars per image, most images, mask support, mask dialect.
_ROWS: tuple[tuple[str, str, list[str], float | None, int, str, str], ...] = (
    ("inpaint-pro", "Inpaint Pro", _FIXED, 0.04, 4, MASK.NATIVE, "dual"),
    ("canvas-alpha-2", "Canvas Alpha 2", _FIXED, 0.0655, 4, MASK.NATIVE, "alpha"),
    ("redraw-flash", "Redraw Flash", _AUTO, 0.015, 2, MASK.ENFORCED, "none"),
    ("collage-4", "Collage 4", ["auto", "1k", "2k"], 0.05, 2, MASK.NATIVE, "dual"),
    ("quartet", "Quartet", _AUTO, 0.012, 4, MASK.NATIVE, "dual"),
    ("eraser", "Eraser", _AUTO, 0.02, 1, MASK.REQUIRED, "luminance"),
    ("preview-unpriced", "Preview (no price yet)", _AUTO, None, 1, MASK.NATIVE, "dual"),
    ("slow-master", "Slow Master", ["1k", "2k"], 0.153, 2, MASK.NATIVE, "alpha"),
)


def fill_catalogue() -> None:
    """Put a few models into an empty catalogue; one that has rows is left as it is."""
    if UpstreamModel.objects.exists():
        return
    for position, (key, name, sizes, price, most, support, dialect) in enumerate(_ROWS):
        nano = None if price is None else round(price * NANO)
        UpstreamModel.objects.create(
            model_id=f"sandbox/{key}",
            name=f"Sandbox {name}",
            sizes=sizes,
            prices={} if nano is None else dict.fromkeys(sizes, nano),
            max_images=most,
            fixed_images=4 if key == "quartet" else None,
            mask_support=support,
            mask_dialect=dialect,
            position=position,
            seen_at=timezone.now(),
        )


def pick_model(key: str, count: int, *, masked: bool) -> UpstreamModel:
    """The model of this name, else the first offered one that can do the same.

    Raises UpstreamModel.DoesNotExist when nothing is offered at all.
    """
    offered = list(UpstreamModel.objects.offered())
    fitting = [
        model
        for model in offered
        if model.max_images >= count
        and model.fixed_images in (None, count)
        and (masked or model.mask_support != MASK.REQUIRED)
    ]
    named = [model for model in fitting if model.model_id == f"sandbox/{key}"]
    for model in (*named, *fitting, *offered):
        return model
    message = "The catalogue offers no model."
    raise UpstreamModel.DoesNotExist(message)
