"""The provider's list of models, read with suspicion: its shapes vary and some fields are wrong.

The list gives defaults only. It does not say how a model reads masks, nor how long a prompt may
be, and a listed model need not work; staff can correct every field where the rows are kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from editor.nanogpt.cleaning import plain_json
from editor.nanogpt.money import read_price

MaskHint = Literal["native", "ignored", "unknown"]

_MAX_ID = 200
_MAX_SIZE_TEXT = 40
_MAX_COUNT = 100
_ID = re.compile(r"[\x21-\x7e]+")
# Editing models that the provider labels as if they only made pictures from text.
_EDITOR_ID = re.compile(
    r"inpaint|image-to-image|upscal|kontext|(^|[/_-])edit([/_-]|$)", re.IGNORECASE
)
# The provider's own advice for requests with a mask, and models that are for masks by name.
_MASK_ID = re.compile(r"inpaint|(^|/)gpt-image-", re.IGNORECASE)
# Measured with a white-on-black mask: these repainted the whole picture.
_MASK_IGNORED_ID = re.compile(
    r"^(qwen-image(-2\.0)?|flux-2-.*-image-to-image|seedream-v4(\.5)?|glm-image-edit|"
    r"wan-2\.6-image-edit|bagel|hidream-o1|minimax-image-01)$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class CatalogueModel:
    """One model as listed.

    `sizes`: strings as the provider spells them: `1024x1024`, `auto`, `1k`, `16:9`.
    `prices`: size key -> nano-dollars per picture; one that makes no sense is absent, never 0.
    `fixed_images`: it always makes (and charges) this many, whatever is asked.
    `max_inputs` counts the picture itself. `mask_hint` is a guess. `raw` is the entry itself.
    """

    id: str
    name: str
    description: str
    sizes: tuple[str, ...]
    prices: Mapping[str, int]
    max_images: int
    fixed_images: int | None
    max_inputs: int
    edits: bool
    mask_hint: MaskHint
    prompt_limit: int | None
    raw: dict[str, Any] = field(repr=False)


def parse_catalogue(parsed: object) -> list[CatalogueModel]:
    """The models in a parsed answer; unreadable entries are left out, the first of equal ids stays.

    The list may lie under `data`, under `models`, or be the answer itself. Raises ValueError if
    there is no list at all.
    """
    listed = parsed
    if isinstance(parsed, Mapping):
        listed = next((parsed[key] for key in ("data", "models") if key in parsed), None)
    if not isinstance(listed, list):
        message = "no list of models"
        raise ValueError(message)
    models: dict[str, CatalogueModel] = {}
    for entry in listed:
        model_id = entry.get("id") if isinstance(entry, Mapping) else None
        if isinstance(model_id, str) and len(model_id) <= _MAX_ID and _ID.fullmatch(model_id):
            models.setdefault(model_id, _read_model(model_id, entry))
    return list(models.values())


def price_of(prices: Mapping[str, int], size: str | None) -> int | None:
    """Nano-dollars for one picture of this size; None if the list does not say.

    Without a size the provider chooses one: then it is the price of `auto`, or else the highest,
    which is what has to be put aside.
    """
    by_size = {_plain_size(key): price for key, price in prices.items()}
    wanted = _plain_size(size or "")
    if wanted in by_size:
        return by_size[wanted]
    if len(set(by_size.values())) == 1:
        return next(iter(by_size.values()))
    if wanted in ("", "auto", "default"):
        return by_size.get("auto", by_size.get("default", max(by_size.values(), default=None)))
    return None


def _read_model(model_id: str, entry: Mapping[str, Any]) -> CatalogueModel:
    capabilities = _mapping(entry.get("capabilities"))
    supported = _mapping(entry.get("supported_parameters"))
    constraints = _mapping(supported.get("input_image_constraints"))
    return CatalogueModel(
        id=model_id,
        name=_text(entry.get("name"), 200) or model_id,
        description=_text(entry.get("description"), 2000),
        sizes=_sizes(supported),
        prices=_prices(_mapping(entry.get("pricing"))),
        max_images=_first_count(supported.get("max_images"), supported.get("max_output_images"))
        or 1,
        fixed_images=_first_count(supported.get("fixed_image_count")),
        max_inputs=_first_count(
            supported.get("max_input_images"),
            entry.get("max_input_images"),
            capabilities.get("max_input_images"),
            constraints.get("max_items"),
        )
        or 1,
        edits=_edits(model_id, _mapping(entry.get("architecture")), capabilities),
        mask_hint=_mask_hint(model_id, capabilities),
        prompt_limit=_first_count(
            supported.get("max_prompt_length"),
            _mapping(supported.get("prompt")).get("max_length"),
            most=1_000_000,
        ),
        raw=plain_json(entry),
    )


def _sizes(supported: Mapping[str, Any]) -> tuple[str, ...]:
    """From the plain list, or from one of the two descriptor forms."""
    descriptors = (supported, _mapping(supported.get("parameters")))
    for source in descriptors:
        for name in ("resolutions", "resolution", "size", "sizes"):
            sizes = tuple(dict.fromkeys(_size_texts(source.get(name))))
            if sizes:
                return sizes
    return ()


def _size_texts(value: object) -> Iterable[str]:
    if isinstance(value, Mapping):
        value = value.get("values") or value.get("options")
    if not isinstance(value, list):
        return
    for item in value:
        text = _text(item.get("value") if isinstance(item, Mapping) else item, _MAX_SIZE_TEXT + 1)
        if 0 < len(text) <= _MAX_SIZE_TEXT:
            yield text


def _prices(pricing: Mapping[str, Any]) -> dict[str, int]:
    if str(pricing.get("currency", "USD")).upper() != "USD":
        return {}
    listed = pricing.get("per_image")
    if not isinstance(listed, Mapping):
        listed = {"auto": listed}
    prices = {_text(key, _MAX_SIZE_TEXT): read_price(value) for key, value in listed.items()}
    return {key: price for key, price in prices.items() if key and price is not None}


def _edits(model_id: str, architecture: Mapping[str, Any], capabilities: Mapping[str, Any]) -> bool:
    inputs = architecture.get("input_modalities")
    modality = _text(architecture.get("modality"), 100)
    return (
        capabilities.get("image_to_image") is True
        or capabilities.get("inpainting") is True
        or (isinstance(inputs, list) and "image" in inputs)
        or "image" in modality.partition("->")[0]
        or bool(_EDITOR_ID.search(model_id))
    )


def _mask_hint(model_id: str, capabilities: Mapping[str, Any]) -> MaskHint:
    if _MASK_IGNORED_ID.search(model_id):
        return "ignored"
    if capabilities.get("inpainting") is True or _MASK_ID.search(model_id):
        return "native"
    return "unknown"


def _first_count(*values: object, most: int = _MAX_COUNT) -> int | None:
    for value in values:
        if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= most:
            return value
    return None


def _plain_size(size: str) -> str:
    return size.strip().lower().replace("*", "x").replace("\u00d7", "x")


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _text(value: object, longest: int) -> str:
    return str(plain_json(value)).strip()[:longest] if isinstance(value, str) else ""
