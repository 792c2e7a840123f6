"""Small pictures, drawn in code."""

import io

from PIL import Image, ImageDraw

from editor.nanogpt.messages import EditRequest, FilePart


def picture(format: str = "PNG", size: tuple[int, int] = (24, 16)) -> bytes:
    """A disc on a plain ground, as a file."""
    image = Image.new("RGB", size, "#224466")
    ImageDraw.Draw(image).ellipse((4, 2, size[0] - 4, size[1] - 2), fill="#ffcc00")
    file = io.BytesIO()
    image.save(file, format)
    return file.getvalue()


PNG = picture("PNG")
JPEG = picture("JPEG")
WEBP = picture("WEBP")
PROMPT = "paint the marigold door in teal"


def an_edit(**changes: object) -> EditRequest:
    """An ordinary request; `changes` replace its fields."""
    usual: dict[str, object] = {
        "model": "gpt-image-2",
        "prompt": PROMPT,
        "image": FilePart("photo.png", PNG, "image/png"),
        "request_id": "3f2b8c1e-0000-4000-8000-00000000c0de",
    }
    return EditRequest(**{**usual, **changes})  # type: ignore[arg-type]
