"""The call that is shown to people is the call that is sent."""

from __future__ import annotations

import ast
import io
import re
import shlex
import shutil
import subprocess
from email import message_from_bytes

import pytest
from PIL import Image

from editor.nanogpt.encoding import encode_edit
from editor.nanogpt.messages import EditRequest, FilePart
from editor.nanogpt.scripts import script_of

NASTY = '@it\'s "golden" $HOME `id` \\ {x}\n<second line> ÄÖ'


def picture(kind: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, kind)
    return out.getvalue()


def parts_sent(request: EditRequest) -> list[tuple[str, str | None, str]]:
    """Name, file name and text or type of each part that the client sends."""
    sent = encode_edit("https://api.example/", {}, request, "multipart", response_format="url")
    head = f"Content-Type: {sent.headers['Content-Type']}\r\n\r\n".encode()
    assert isinstance(sent.body, bytes)
    found = []
    for part in message_from_bytes(head + sent.body).get_payload():
        name = part.get_param("name", header="content-disposition")
        if part.get_filename():
            found.append((name, part.get_filename(), part.get_content_type()))
        else:
            found.append((name, None, part.get_payload(decode=True).decode()))
    return found


CALLS = [
    {"n": None, "size": None, "image_mime": "image/png", "is_masked": False},
    {"n": 3, "size": "1024x1024", "image_mime": "image/jpeg", "is_masked": True},
    {
        "n": None,
        "size": "auto",
        "image_mime": "image/webp",
        "is_masked": True,
        "reference_mimes": ["image/jpeg", "image/png"],
    },
]


def shown(**how):
    return script_of("https://api.example", "bearer", model="maker/edit", prompt=NASTY, **how)


@pytest.mark.parametrize("how", CALLS)
def test_it_has_exactly_the_parts_that_the_client_sends(how) -> None:
    def kind(mime: str) -> FilePart:
        name = mime.removeprefix("image/")
        return FilePart("image", picture(name), mime)

    references = [
        FilePart(f"reference-{n}", picture(mime.removeprefix("image/")), mime)
        for n, mime in enumerate(how.get("reference_mimes", []), 1)
    ]
    request = EditRequest(
        model="maker/edit",
        prompt=NASTY,
        image=kind(how["image_mime"]),
        mask=FilePart("mask", picture("png"), "image/png") if how["is_masked"] else None,
        references=tuple(references),
        n=how["n"],
        size=how["size"],
        request_id="one",
    )
    script = shown(**how)
    said = [(name, None, text) for name, text in script.fields] + script.files
    assert said == parts_sent(request)


def test_a_shell_reads_the_prompt_as_it_was_written() -> None:
    words = shlex.split(shown(**CALLS[1]).as_curl.replace("\\\n", " "))
    assert f"prompt={NASTY}" in words
    assert words[words.index(f"prompt={NASTY}") - 1] == "--form-string"
    assert "mask=@mask.png;type=image/png" in words


@pytest.mark.skipif(not shutil.which("sh"), reason="there is no shell here")
def test_a_real_shell_passes_everything_on_and_runs_nothing_of_the_prompt() -> None:
    command = shown(**CALLS[1]).as_curl.replace("$(uuidgen)", "one")
    printing = "curl() { for word; do printf '%s\\0' \"$word\"; done; }\n" + command
    done = subprocess.run(
        ["sh", "-c", printing], capture_output=True, env={"NANOGPT_API_KEY": "key"}, check=True
    )
    words = done.stdout.decode().split("\0")
    assert f"prompt={NASTY}" in words
    assert "Authorization: Bearer key" in words


def test_python_reads_the_same_fields_and_files() -> None:
    script = shown(**CALLS[2])
    tree = ast.parse(script.as_python)
    call = next(node for node in ast.walk(tree) if isinstance(node, ast.Call) and node.keywords)
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    assert ast.literal_eval(given["data"]) == script.fields
    assert len(re.findall(r"open\(", script.as_python)) == len(script.files)


@pytest.mark.parametrize(
    ("auth", "headers"),
    [
        ("bearer", ["Authorization: Bearer $NANOGPT_API_KEY"]),
        ("x-api-key", ["x-api-key: $NANOGPT_API_KEY"]),
        ("both", ["Authorization: Bearer $NANOGPT_API_KEY", "x-api-key: $NANOGPT_API_KEY"]),
    ],
)
def test_the_key_is_a_variable_in_the_header_that_this_server_uses(auth, headers) -> None:
    script = script_of(
        "https://api.example/", auth, model="m", prompt="p", n=None, size=None,
        image_mime="image/png", is_masked=False,
    )  # fmt: skip
    for header in headers:
        assert f'-H "{header}"' in script.as_curl
    assert script.as_curl.count("NANOGPT_API_KEY") == len(headers)
    assert script.url == "https://api.example/api/v1/images/edits"
