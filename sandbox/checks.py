"""Is a wish allowed for its model? In the order in which the real API was seen to check."""

import re
from dataclasses import dataclass

from sandbox import catalogue, refusals
from sandbox.catalogue import Model
from sandbox.incoming import EditCall
from sandbox.pictures import read_mask, read_picture
from sandbox.pixels import Grey, Rgb

TRIGGER_WORD = re.compile(r"\bforbidden\b", re.IGNORECASE)


@dataclass(frozen=True)
class Job:
    """A wish that passed: decoded pictures, the mask with 255 = edit (None: the whole picture), the
    number of pictures to make, and the size string that counts."""

    model: Model
    prompt: str
    images: tuple[Rgb, ...]
    mask: Grey | None
    count: int
    size: str


def find_model(call: EditCall) -> Model:
    """The model asked for, or the default one; raises `Refusal` for an unknown or unfit one."""
    model = catalogue.BY_ID.get(call.model) if call.model else catalogue.DEFAULT_MODEL
    if model is None:
        raise refusals.unknown_model()
    if not model.edits:
        raise refusals.model_cannot_edit()
    return model


def check_number_of_pictures(call: EditCall, model: Model) -> None:
    """At least one picture, at most what the model takes."""
    if not call.images:
        raise refusals.no_picture()
    if len(call.images) > model.max_inputs:
        raise refusals.too_many_pictures(model.max_inputs)


def decode(call: EditCall, model: Model, limit: int) -> tuple[tuple[Rgb, ...], Grey | None]:
    """Pictures and mask as arrays. Heavy: run it in a thread. `limit`: bytes per file."""
    images = tuple(
        read_picture(sent, number, limit) for number, sent in enumerate(call.images, start=1)
    )
    mask = None
    if call.mask is not None and model.mask == "refused":
        raise refusals.takes_no_mask()
    if call.mask is not None:
        height, width = images[0].shape[:2]
        sense = "luminance" if model.mask == "ignored" else model.mask
        mask = read_mask(call.mask, limit, sense, (width, height))
    elif model.mask_required:
        raise refusals.no_mask()
    return images, None if model.mask == "ignored" else mask


def check_wish(call: EditCall, model: Model, *, moderated: bool) -> tuple[int, str]:
    """Prompt, size and n; gives the number of pictures to make and the size string that counts."""
    if not call.prompt:
        raise refusals.bad_parameter("prompt", "A prompt is required.", "missing_prompt")
    if model.prompt_limit is not None and len(call.prompt) > model.prompt_limit:
        raise refusals.prompt_too_long(
            model.prompt_limit, len(call.prompt), has_code=model.prompt_refusal_has_code
        )
    if TRIGGER_WORD.search(call.prompt):
        raise refusals.content_refused(checked_before=moderated)
    size = call.size.replace("*", "x").lower() or model.sizes[0]
    if size not in model.sizes:
        offered = ", ".join(model.sizes)
        raise refusals.bad_parameter(
            "size",
            f"Unsupported size for this model. Supported sizes: {offered}.",
            "unsupported_size",
        )
    count = 1 if call.n is None else call.n
    if model.fixed_images:
        return model.fixed_images, size
    if not 1 <= count <= model.max_images:
        raise refusals.bad_parameter(
            "n", f"n must be between 1 and {model.max_images} for this model.", "invalid_n"
        )
    return count, size
