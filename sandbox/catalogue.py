"""The models that the sandbox offers: invented, and different in everything a client must mind."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Literal

# "flattened" lays a mask on black before it reads its luminance, so transparency is lost.
MaskSense = Literal["alpha", "luminance", "flattened", "ignored", "refused"]
LISTED_SINCE = 1_767_225_600  # 1 January 2026, so that the list is the same on every start


@dataclass(frozen=True)
class Model:
    """One model. `sizes` are the strings it takes; `prices` are US dollars per picture by size key
    as published, `charged` is what is taken when the list gives no usable price."""

    id: str
    name: str
    description: str
    sizes: tuple[str, ...]
    prices: Mapping[str, Any]
    mask: MaskSense = "luminance"
    mask_required: bool = False
    erases: bool = False
    edits: bool = True
    max_images: int = 1
    fixed_images: int | None = None
    max_inputs: int = 1
    prompt_limit: int | None = None
    prompt_refusal_has_code: bool = True
    working_pixels: int = 1_048_576
    format: Literal["PNG", "JPEG", "WEBP"] = "PNG"
    base64_only: bool = False
    tells_cost: bool = True
    strength: Literal["light", "strong"] = "light"
    delay_factor: float = 1.0
    charged: Decimal = Decimal("0.02")
    tags: tuple[str, ...] = field(default=())

    def price(self, size: str) -> Decimal:
        """What one picture of this size really costs, in US dollars."""
        wanted = (
            size,
            size.replace("x", "*"),
            self.sizes[0],
            self.sizes[0].replace("x", "*"),
            "auto",
        )
        for key in wanted:
            value = self.prices.get(key)
            if isinstance(value, int | float) and value >= 0:
                return Decimal(str(value))
        return self.charged


MODELS: tuple[Model, ...] = (
    Model(
        id="sandbox/inpaint-pro",
        name="Sandbox Inpaint Pro",
        description=(
            "Changes what the mask marks (white = edit) and hardly touches the rest. Good "
            "for removing things. Any aspect ratio, up to 4 variants."
        ),
        sizes=("auto", "1024x1024", "1216x832", "832x1216", "1536x1024", "1024x1536"),
        prices={
            "auto": 0.04,
            "1024*1024": 0.04,
            "1216*832": 0.04,
            "832*1216": 0.04,
            "1536*1024": 0.06,
            "1024*1536": 0.06,
        },
        max_images=4,
        prompt_limit=3000,
        working_pixels=1_400_000,
        tags=("inpainting", "removal"),
    ),
    Model(
        id="sandbox/canvas-alpha-2",
        name="Sandbox Canvas Alpha 2",
        description=(
            "Takes an OpenAI-style mask: transparent = edit. Three fixed sizes or auto, "
            "up to 4 variants, up to 4 input pictures."
        ),
        sizes=("auto", "1024x1024", "1536x1024", "1024x1536"),
        prices={"auto": 0.0655, "1024*1024": 0.0655, "1536*1024": 0.098, "1024*1536": 0.098},
        mask="alpha",
        max_images=4,
        max_inputs=4,
        tags=("inpainting", "multi-image"),
    ),
    Model(
        id="sandbox/redraw-flash",
        name="Sandbox Redraw Flash",
        description=(
            "Fast and cheap. Takes no mask: it redraws the whole picture in its own hand. "
            "Sizes are aspect ratios, up to 2 variants."
        ),
        sizes=("auto", "1:1", "4:3", "3:4", "3:2", "2:3", "16:9", "9:16"),
        prices=dict.fromkeys(("auto", "1:1", "4:3", "3:4", "3:2", "2:3", "16:9", "9:16"), 0.015),
        mask="ignored",
        max_images=2,
        prompt_limit=800,
        format="JPEG",
        strength="strong",
        delay_factor=0.6,
        tags=("fast",),
    ),
    Model(
        id="sandbox/collage-4",
        name="Sandbox Collage 4",
        description=(
            "Several references: the first picture is edited, up to three more lend their "
            "content or colours. Mask white = edit."
        ),
        sizes=("auto", "1k", "2k"),
        prices={"auto": 0.05, "1k": 0.05, "2k": 0.11},
        max_images=2,
        max_inputs=4,
        prompt_limit=1200,
        delay_factor=1.3,
        tags=("multi-image", "references"),
    ),
    Model(
        id="sandbox/square-lite",
        name="Sandbox Square Lite",
        description=(
            "The cheapest. One square size, one variant, short prompts. Mask white = edit."
        ),
        sizes=("1024x1024",),
        prices={"1024*1024": 0.008},
        prompt_limit=512,
        delay_factor=0.5,
        tags=("cheap",),
    ),
    Model(
        id="sandbox/quartet",
        name="Sandbox Quartet",
        description=(
            "Always answers with four pictures, whatever is asked, and all four are paid "
            "for. Mask white = edit."
        ),
        sizes=("auto", "1024x1024"),
        prices={"auto": 0.012, "1024*1024": 0.012},
        max_images=4,
        fixed_images=4,
        working_pixels=700_000,
        format="WEBP",
        tags=("variants",),
    ),
    Model(
        id="sandbox/eraser",
        name="Sandbox Eraser",
        description=(
            "Removes whatever the mask marks (white = erase) and cannot work without a "
            "mask. The prompt is only a hint."
        ),
        sizes=("auto",),
        prices={"auto": 0.02},
        mask_required=True,
        erases=True,
        working_pixels=1_500_000,
        tags=("inpainting", "removal"),
    ),
    Model(
        id="sandbox/preview-unpriced",
        name="Sandbox Preview (no price yet)",
        description=(
            "A preview without a published price; the answer does not tell the cost "
            "either. Mask white = edit."
        ),
        sizes=("auto",),
        prices={"auto": None},
        prompt_limit=1200,
        prompt_refusal_has_code=False,
        tells_cost=False,
        format="JPEG",
        tags=("preview",),
    ),
    Model(
        id="sandbox/inline-base64",
        name="Sandbox Inline",
        description=(
            "Answers with the picture itself (base64), never with a link. Mask white = edit."
        ),
        sizes=("auto", "1024x1024"),
        prices={"auto": 0.03, "square": 0.03, "1024*1024": 0.03},
        max_images=2,
        base64_only=True,
        tags=("base64",),
    ),
    Model(
        id="sandbox/slow-master",
        name="Sandbox Slow Master",
        description=("Slow and dear, in 1k or 2k. Takes an OpenAI-style mask: transparent = edit."),
        sizes=("1k", "2k"),
        prices={"1k": 0.153, "2k": 0.24},
        mask="alpha",
        max_images=2,
        working_pixels=1_500_000,
        delay_factor=4.0,
        tags=("quality",),
    ),
    Model(
        id="sandbox/words-only",
        name="Sandbox Words Only",
        description=(
            "Takes words, but no mask: with one it refuses the edit. Good for changes that a "
            "prompt can name."
        ),
        sizes=("auto", "1024x1024"),
        prices={"auto": 0.018, "1024*1024": 0.018},
        mask="refused",
        prompt_limit=2000,
        delay_factor=0.8,
        tags=("prompt",),
    ),
    Model(
        id="sandbox/flat-fill",
        name="Sandbox Flat Fill",
        description=(
            "Mask white = edit. It lays the mask on black first, so a mask that says it by "
            "transparency means nothing to it."
        ),
        sizes=("auto", "1024x1024"),
        prices={"auto": 0.022, "1024*1024": 0.022},
        mask="flattened",
        working_pixels=1_200_000,
        tags=("inpainting",),
    ),
    Model(
        id="sandbox/text-only",
        name="Sandbox Text Only",
        description=("Makes pictures from text alone; it refuses every edit."),
        sizes=("1024x1024",),
        prices={"square_hd": 0.01, "1024*1024": 0.01},
        edits=False,
        tags=("generation",),
    ),
)
BY_ID: Mapping[str, Model] = MappingProxyType({model.id: model for model in MODELS})
DEFAULT_MODEL = MODELS[0]


def describe(model: Model) -> dict[str, Any]:
    """One entry of the detailed list, in the documented shape."""
    modality = "text+image->image" if model.edits else "text->image"
    return {
        "id": model.id,
        "object": "model",
        "created": LISTED_SINCE,
        "owned_by": "sandbox",
        "name": model.name,
        "description": model.description,
        "icon_url": "/sandbox/icon.svg",
        "tags": list(model.tags),
        "category": "image",
        "architecture": {
            "modality": modality,
            "input_modalities": ["text", "image"] if model.edits else ["text"],
            "output_modalities": ["image"],
        },
        "pricing": {"per_image": dict(model.prices), "currency": "USD"},
        "capabilities": {
            "image_generation": not model.mask_required,
            "image_to_image": model.edits,
            "inpainting": model.edits and model.mask not in ("ignored", "refused"),
            "nsfw": False,
        },
        "supported_parameters": _supported(model),
    }


def _supported(model: Model) -> dict[str, Any]:
    supported: dict[str, Any] = {
        "resolutions": list(model.sizes),
        "max_images": model.max_images,
        "max_output_images": model.max_images,
    }
    if model.edits:
        supported["max_input_images"] = model.max_inputs
        route = {
            "min_width": 8,
            "min_height": 8,
            "max_bytes": 31_457_280,
            "formats": ["png", "jpeg", "webp"],
        }
        supported["input_image_constraints"] = {"max_items": model.max_inputs, "route": route}
    if model.fixed_images:
        supported["fixed_image_count"] = model.fixed_images
    return supported


def listing(detailed: bool, now: int) -> dict[str, Any]:
    """The whole answer of the model list; `now` in Unix seconds."""
    data = [describe(m) if detailed else {"id": m.id, "object": "model"} for m in MODELS]
    return {"object": "list", "data": data, "meta": {"count": len(data), "generated_at": now}}
