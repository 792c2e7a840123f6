"""One edit call as a script that people can run: curl, or Python with requests.

The key is a variable of the shell and the pictures are plain file names, so that nothing
private stands in it but the prompt.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from editor.nanogpt.client import EDITS_PATH, Auth
from editor.nanogpt.encoding import form_fields, image_field
from editor.nanogpt.messages import file_name

KEY_VARIABLE = "NANOGPT_API_KEY"


@dataclass(frozen=True)
class Script:
    """A call: where it goes, how it says who pays, its text fields and its files.

    `files` are (field, file name, type), in the order in which they are sent.
    """

    url: str
    auth: Auth
    fields: list[tuple[str, str]]
    files: list[tuple[str, str, str]]

    @property
    def as_curl(self) -> str:
        """For a shell."""
        words = [f"curl {shlex.quote(self.url)}"]
        words += [f'-H "{name}: {value}"' for name, value in self._key_headers("$" + KEY_VARIABLE)]
        words.append('-H "X-Request-ID: $(uuidgen)"')
        # Not -F: a prompt that begins with @ or < would be taken for a file.
        words += [f"--form-string {shlex.quote(f'{name}={text}')}" for name, text in self.fields]
        words += [
            f"-F {shlex.quote(f'{field}=@{name};type={mime}')}" for field, name, mime in self.files
        ]
        return " \\\n  ".join(words)

    @property
    def as_python(self) -> str:
        """For Python with requests."""
        headers = [
            f'        "{name}": f"{value}",'
            for name, value in self._key_headers(f"{{os.environ['{KEY_VARIABLE}']}}")
        ]
        data = [f"        ({name!r}, {text!r})," for name, text in self.fields]
        files = [
            f'        ({field!r}, ({name!r}, open({name!r}, "rb"), {mime!r})),'
            for field, name, mime in self.files
        ]
        lines = [
            "import os",
            "import uuid",
            "",
            "import requests",
            "",
            "answer = requests.post(",
            f"    {self.url!r},",
            "    headers={",
            *headers,
            '        "X-Request-ID": str(uuid.uuid4()),',
            "    },",
            "    data=[",
            *data,
            "    ],",
            "    files=[",
            *files,
            "    ],",
            "    timeout=240,",
            ")",
            "answer.raise_for_status()",
            "print(answer.json())",
        ]
        return "\n".join(lines)

    def _key_headers(self, key: str) -> list[tuple[str, str]]:
        bearer, plain = ("Authorization", f"Bearer {key}"), ("x-api-key", key)
        return {"bearer": [bearer], "x-api-key": [plain], "both": [bearer, plain]}[self.auth]


def script_of(
    base_url: str,
    auth: Auth,
    *,
    model: str,
    prompt: str,
    n: int | None,
    size: str | None,
    image_mime: str,
    is_masked: bool,
    reference_mimes: Sequence[str] = (),
) -> Script:
    """Put a call into words as the client would send it, as a form that asks for links."""
    name = image_field(1 + len(reference_mimes))
    files = [(name, file_name("image", image_mime), image_mime)]
    files += [
        (name, file_name(f"reference-{number}", mime), mime)
        for number, mime in enumerate(reference_mimes, 1)
    ]
    if is_masked:
        files.append(("mask", file_name("mask", "image/png"), "image/png"))
    fields = form_fields(model, prompt, n, size, response_format="url")
    return Script(base_url.rstrip("/") + EDITS_PATH, auth, fields, files)
