"""What leaves the house: the one request of an edit."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from editor.nanogpt.client import NanoGPT
from editor.nanogpt.messages import EditRequest, FilePart

from .conftest import KEY, MakeClient, Serve
from .drawing import JPEG, PNG, PROMPT, WEBP, an_edit
from .scripted_server import Seen, answer_json

GOOD = {"data": [{"url": "https://files.example/1.png"}]}
MASK = FilePart("mask.png", PNG, "image/png")


def data_url(mime: str, data: bytes) -> str:
    return f"data:{mime};base64,{base64.b64encode(data).decode()}"


@pytest.fixture
def sent(serve: Serve, client_of: MakeClient) -> Any:
    """Send an edit and give back the one request that the server saw."""

    def send(request: EditRequest, encoding: Any = "multipart", **options: Any) -> Seen:
        server = serve(answer_json(GOOD))
        client_of(server, **options).edit(request, encoding=encoding)
        assert server.connections == 1
        return server.requests[0]

    return send


def test_an_edit_is_one_post_to_the_edits_route(sent: Any) -> None:
    seen = sent(an_edit())
    assert (seen.method, seen.target) == ("POST", "/api/v1/images/edits")


def test_multipart_carries_model_prompt_and_picture_and_nothing_unasked(sent: Any) -> None:
    seen = sent(an_edit())
    assert seen.fields() == {
        "model": "gpt-image-2",
        "prompt": PROMPT,
        "response_format": "url",
    }
    assert [(part.name, part.data) for part in seen.files()] == [("image", PNG)]


def test_multipart_sends_size_count_and_extra_fields_only_when_given(sent: Any) -> None:
    seen = sent(an_edit(n=2, size="1024x1024", extra={"strength": "0.6", "seed": "7"}))
    assert seen.fields() == {
        "model": "gpt-image-2",
        "prompt": PROMPT,
        "response_format": "url",
        "n": "2",
        "size": "1024x1024",
        "strength": "0.6",
        "seed": "7",
    }


def test_a_single_picture_is_image_and_the_mask_stays_beside_it(sent: Any) -> None:
    seen = sent(an_edit(mask=MASK))
    assert [part.name for part in seen.files()] == ["image", "mask"]


def test_several_pictures_are_all_named_image_brackets_in_their_order(sent: Any) -> None:
    references = (FilePart("a.jpg", JPEG, "image/jpeg"), FilePart("b.webp", WEBP, "image/webp"))
    seen = sent(an_edit(references=references, mask=MASK))
    assert [(part.name, part.data) for part in seen.files()] == [
        ("image[]", PNG),
        ("image[]", JPEG),
        ("image[]", WEBP),
        ("mask", PNG),
    ]


@pytest.mark.parametrize(
    ("part", "filename"),
    [
        (FilePart("photo.png", PNG, "image/png"), "photo.png"),
        (FilePart("IMG 0042.HEIC", JPEG, "image/jpeg"), "IMG-0042.jpg"),
        (FilePart("../../etc/pass\r\nwd.x", WEBP, "image/webp"), "etc-pass-wd.webp"),
        (FilePart("Grüße 🌻.png", PNG, "image/png"), "Gr-e.png"),
        (FilePart("日本", PNG, "image/png"), "picture.png"),
        (FilePart('"; name="model', PNG, "image/png"), "name-model.png"),
    ],
)
def test_file_names_are_plain_and_their_ending_fits_the_type(
    sent: Any, part: FilePart, filename: str
) -> None:
    file = sent(an_edit(image=part)).files()[0]
    assert (file.filename, file.mime) == (filename, part.mime)


def test_json_uses_its_own_field_names_and_data_urls(sent: Any) -> None:
    seen = sent(an_edit(mask=MASK, n=3, size="auto"), "json")
    assert seen.header("Content-Type") == "application/json"
    assert seen.json() == {
        "model": "gpt-image-2",
        "prompt": PROMPT,
        "imageDataUrl": data_url("image/png", PNG),
        "maskDataUrl": data_url("image/png", PNG),
        "n": 3,
        "size": "auto",
        "response_format": "url",
    }


def test_json_sends_several_pictures_as_a_list(sent: Any) -> None:
    body = sent(an_edit(references=(FilePart("a.jpg", JPEG, "image/jpeg"),)), "json").json()
    assert body["imageDataUrls"] == [data_url("image/png", PNG), data_url("image/jpeg", JPEG)]
    assert "imageDataUrl" not in body


def test_json_sends_extra_numbers_as_numbers_and_words_as_words(sent: Any) -> None:
    extra = {"strength": "0.6", "seed": "42", "kontext_max_mode": "true", "quality": "high"}
    body = sent(an_edit(extra=extra), "json").json()
    assert {key: body[key] for key in extra} == {
        "strength": 0.6,
        "seed": 42,
        "kontext_max_mode": True,
        "quality": "high",
    }


@pytest.mark.parametrize("encoding", ["multipart", "json"])
def test_a_prompt_arrives_as_it_was_typed(sent: Any, encoding: str) -> None:
    prompt = 'Zeile 1\nline 2 "quoted" 日本 🌻 --boundary\r\nx: y'
    seen = sent(an_edit(prompt=prompt), encoding)
    arrived = seen.json()["prompt"] if encoding == "json" else seen.fields()["prompt"]
    assert arrived == prompt


@pytest.mark.parametrize("encoding", ["multipart", "json"])
def test_links_need_not_be_asked_for(sent: Any, encoding: str) -> None:
    seen = sent(an_edit(), encoding, ask_for_links=False)
    fields = seen.json() if encoding == "json" else seen.fields()
    assert "response_format" not in fields


@pytest.mark.parametrize(
    ("auth", "bearer", "plain"),
    [
        ("bearer", f"Bearer {KEY}", None),
        ("x-api-key", None, KEY),
        ("both", f"Bearer {KEY}", KEY),
    ],
)
def test_the_key_travels_in_the_chosen_header(
    sent: Any, auth: str, bearer: str | None, plain: str | None
) -> None:
    seen = sent(an_edit(), auth=auth)
    assert (seen.header("Authorization"), seen.header("x-api-key")) == (bearer, plain)


def test_the_request_id_is_sent_as_it_is(sent: Any) -> None:
    assert sent(an_edit(request_id="abc-123")).header("X-Request-ID") == "abc-123"


def test_no_cookie_and_no_compression_is_offered(sent: Any) -> None:
    seen = sent(an_edit())
    assert seen.header("Cookie") is None
    assert seen.header("Accept-Encoding") == "identity"


def test_proxies_and_netrc_of_the_environment_are_not_used(
    sent: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login alice password in-the-netrc\n")
    monkeypatch.setenv("NETRC", str(netrc))
    assert sent(an_edit()).header("Authorization") == f"Bearer {KEY}"


@pytest.mark.parametrize("prefix", ["", "/", "/proxy/nano", "/proxy/nano/"])
def test_a_path_prefix_of_the_base_url_is_kept(
    serve: Serve, client_of: MakeClient, prefix: str
) -> None:
    server = serve(answer_json(GOOD))
    client_of(server, base_url=server.origin + prefix).edit(an_edit())
    assert server.requests[0].target == f"{prefix.rstrip('/')}/api/v1/images/edits"


def test_the_alias_of_the_edits_route_can_be_used(sent: Any) -> None:
    assert sent(an_edit(), edits_path="/api/v1/images/edit").target == "/api/v1/images/edit"


def test_an_edit_works_over_verified_tls(
    serve: Serve, client_of: MakeClient, certificate_for: Any, ca_file: str
) -> None:
    server = serve(answer_json(GOOD), tls=certificate_for("localhost"))
    answer = client_of(server, ca_file=ca_file).edit(an_edit())
    assert answer.images[0].url == "https://files.example/1.png"
    assert server.requests[0].header("Host") == f"localhost:{server.port}"


@pytest.mark.parametrize(
    "base_url",
    [
        "https://api.nano-gpt.com",
        "https://api.nano-gpt.com:8443/prefix",
        "http://127.0.0.1:8001",
        "http://localhost:8001",
        "http://[::1]:8001",
        "http://127.5.6.7",
    ],
)
def test_https_and_loopback_are_good_base_urls(base_url: str) -> None:
    assert NanoGPT(base_url, KEY)


@pytest.mark.parametrize(
    "base_url",
    [
        "http://api.nano-gpt.com",
        "http://10.0.0.1",
        "http://localhost.evil.example",
        "ftp://localhost",
        "https://",
        "https:///api",
        "api.nano-gpt.com",
        "",
        "https://user:pass@api.nano-gpt.com",
        "https://api.nano-gpt.com/?a=b",
        "https://api.nano-gpt.com/#x",
        "https://api.nano-gpt.com:99999",
        "https://api.nano gpt.com",
        "https://api.nano-gpt.com\r\nX: y",
        "https://[::1",
        "https://näno.example",
        "https:\\\\api.nano-gpt.com",
        "https://api%2enano-gpt.com",
        "https://%",
        "https://.",
        "https://*.nano-gpt.com",
    ],
)
def test_other_base_urls_are_refused(base_url: str) -> None:
    with pytest.raises(ValueError, match="base URL"):
        NanoGPT(base_url, KEY)


@pytest.mark.parametrize(
    "key",
    ["", " ", "sk-nano-a b", "sk-nano-a\r\nX-Evil: 1", "sk-nano-a\n", "schlüssel", "k" * 10_000],
)
def test_a_key_that_is_no_header_value_is_refused_without_being_shown(key: str) -> None:
    with pytest.raises(ValueError, match="API key must be") as caught:
        NanoGPT("https://api.nano-gpt.com", key)
    assert not key.strip() or key not in str(caught.value)


@pytest.mark.parametrize(
    "options",
    [
        {"auth": "basic"},
        {"timeout_seconds": 0},
        {"connect_seconds": -1},
        {"max_answer_bytes": 0},
        {"edits_path": "api/v1/images/edits"},
        {"edits_path": "/api\r\nX: y"},
    ],
)
def test_nonsense_options_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - each has its own sentence
        NanoGPT("https://api.nano-gpt.com", KEY, **options)


def test_the_key_is_not_in_the_clients_representation() -> None:
    assert KEY not in repr(NanoGPT("https://api.nano-gpt.com", KEY))


@pytest.mark.parametrize(
    "changes",
    [
        {"model": " "},
        {"prompt": ""},
        {"prompt": "\n\t "},
        {"prompt": "broken \ud800 text"},
        {"n": 0},
        {"n": -1},
        {"request_id": ""},
        {"request_id": "a\r\nX-Evil: 1"},
        {"request_id": "ä"},
        {"request_id": "x" * 200},
        {"extra": {"prompt": "other"}},
        {"extra": {"response_format": "b64_json"}},
        {"extra": {"imageDataUrl": "https://10.0.0.1/"}},
        {"extra": {"stream": "true"}},
        {"extra": {"image[]": "x"}},
        {"extra": {'a"; x="': "x"}},
    ],
)
def test_a_request_that_cannot_be_sent_is_refused_when_it_is_made(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - each has its own sentence
        an_edit(**changes)


@pytest.mark.parametrize(
    ("data", "mime"),
    [
        (JPEG, "image/png"),
        (PNG, "image/jpeg"),
        (b"", "image/png"),
        (b"<svg/>", "image/svg+xml"),
        (b"RIFF\x00\x00\x00\x00WAVE", "image/webp"),
        (PNG, "image/PNG\r\nX: y"),
    ],
)
def test_a_picture_whose_type_does_not_match_its_bytes_is_never_sent(
    data: bytes, mime: str
) -> None:
    with pytest.raises(ValueError, match=r"image/|cannot be sent"):
        FilePart("a.png", data, mime)


def test_an_unknown_encoding_is_refused_before_anything_is_sent(
    serve: Serve, client_of: MakeClient
) -> None:
    server = serve()
    with pytest.raises(ValueError, match="encoding"):
        client_of(server).edit(an_edit(), encoding="xml")  # type: ignore[arg-type]
    assert server.connections == 0


def test_requests_do_not_show_prompts_or_pictures_when_printed() -> None:
    shown = repr(an_edit())
    assert PROMPT not in shown
    assert "PNG\\r" not in shown
