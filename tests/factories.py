"""Rows for tests, made the way the application makes them."""

from __future__ import annotations

import io
import uuid
from functools import lru_cache

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

from editor.masks import keep_mask
from editor.models import EditJob, JobState, Mask, Picture, UpstreamModel, User
from editor.renditions import make_waiting
from editor.submission import Wish, submit_edit
from editor.uploads import receive_picture

CENT = 10_000_000  # nano-dollars


@lru_cache(maxsize=32)
def picture_bytes(size: tuple[int, int] = (320, 240), image_format: str = "PNG") -> bytes:
    """Draw a small picture with edges, gradients and a coloured disc."""
    image = Image.linear_gradient("L").resize(size).convert("RGB")
    draw = ImageDraw.Draw(image)
    width, height = size
    draw.ellipse((width // 4, height // 4, width // 2, height // 2), fill=(200, 40, 40))
    draw.line((0, height, width, 0), fill=(30, 90, 160), width=max(1, width // 60))
    out = io.BytesIO()
    image.save(out, image_format)
    return out.getvalue()


def make_picture(
    owner: User, size: tuple[int, int] = (320, 240), name: str = "garden.png"
) -> Picture:
    """Upload a small drawn picture for this person; what pages show of it is made."""
    picture = receive_picture(owner, SimpleUploadedFile(name, picture_bytes(size)))
    make_waiting(picture.pk)
    picture.refresh_from_db()
    return picture


@lru_cache(maxsize=32)
def mask_bytes(
    size: tuple[int, int] = (320, 240), box: tuple[int, int, int, int] = (80, 60, 160, 120)
) -> bytes:
    """Paint a filled rectangle as the studio would send it: 8-bit grey, 255 = edit."""
    mask = Image.new("L", size, 0)
    mask.paste(255, box)
    out = io.BytesIO()
    mask.save(out, "PNG")
    return out.getvalue()


def make_mask(picture: Picture) -> Mask:
    """Keep a mask over the middle of this picture."""
    width, height = picture.width, picture.height
    box = (width // 4, height // 4, width // 2, height // 2)
    return keep_mask(picture, mask_bytes((width, height), box))


def make_model(model_id: str = "sandbox/inpaint", **fields: object) -> UpstreamModel:
    """Put a model into the catalogue: one size, four cents, up to four images."""
    values: dict[str, object] = {
        "name": model_id.rpartition("/")[2].capitalize(),
        "sizes": ["auto"],
        "prices": {"auto": 4 * CENT},
        "max_images": 4,
        "mask_support": UpstreamModel.MaskSupport.NATIVE,
    }
    model, _ = UpstreamModel.objects.update_or_create(
        model_id=model_id, defaults={**values, **fields}
    )
    return model


def make_job(
    owner: User,
    state: JobState = JobState.QUEUED,
    *,
    picture: Picture | None = None,
    model: UpstreamModel | None = None,
    masked: bool = True,
    **fields: object,
) -> EditJob:
    """Submit a wish for this person, then put the row into the wanted state."""
    picture = picture or make_picture(owner)
    model = model or make_model()
    wish = Wish(picture, "make it golden", model, 1, "auto", make_mask(picture) if masked else None)
    price = model.estimate_nano("auto", 1)
    job, _ = submit_edit(owner, wish, uuid.uuid4(), price, run_again=True)
    if state != JobState.QUEUED or fields:
        EditJob.objects.filter(pk=job.pk).update(state=state, **fields)
        job.refresh_from_db()
    return job
