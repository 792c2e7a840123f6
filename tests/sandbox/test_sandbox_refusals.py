"""What the sandbox refuses, with the documented code, and for nothing."""

import numpy as np
import pytest
import requests

from sandbox.refusals import ENVELOPES, dress
from tests.sandbox.sandbox_server import (
    KEY,
    PRO,
    QUICK,
    data_url,
    drawn,
    encoded,
    luminance_mask,
    png,
    running,
)

JPEG = encoded(drawn(), "JPEG")
CUT_OFF = b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\nb"
NAMELESS = b"--x\r\nContent-Disposition: form-data\r\n\r\nb\r\n--x--\r\n"
PART = ("a.png", png(), "image/png")


def code_of(answer):
    body = answer.json()
    error = body["error"]
    return error["code"] if isinstance(error, dict) else body.get("code")


def sixteen_bit_png():
    return encoded(np.full((32, 32), 4000, np.uint16))


REFUSED = {
    "no-key": ({"key": ""}, 401, "missing_api_key"),
    "no-picture": ({"files": {"nothing": (None, "")}}, 400, "missing_image_input"),
    "no-prompt": ({"prompt": ""}, 400, "missing_prompt"),
    "long-prompt": ({"prompt": "x" * 513}, 400, "prompt_too_long"),
    "trigger-word": ({"prompt": "something forbidden"}, 400, "content_policy_violation"),
    "unknown-model": ({"model": "sandbox/none"}, 404, "model_not_found"),
    "text-model": ({"model": "sandbox/text-only"}, 400, "model_not_available"),
    "unwanted-mask": (
        {"model": "sandbox/words-only", "mask": luminance_mask()},
        400,
        "unsupported_parameter",
    ),
    "size": ({"size": "640x480"}, 400, "unsupported_size"),
    "n-zero": ({"n": 0}, 400, "invalid_n"),
    "n-above": ({"n": 2}, 400, "invalid_n"),
    "n-word": ({"n": "two"}, 400, "invalid_parameter"),
    "response-format": ({"response_format": "png"}, 400, "invalid_parameter"),
    "two-pictures": (
        {"files": [("image[]", PART), ("image[]", PART)]},
        400,
        "IMAGE_INPUT_TOO_MANY",
    ),
    "image-twice": ({"files": [("image", PART), ("image", PART)]}, 400, "duplicate_parameter"),
    "mislabelled": (
        {"files": {"image": ("a.png", JPEG, "image/png")}},
        413,
        "IMAGE_INPUT_TOO_LARGE",
    ),
    "untyped-part": ({"files": {"image": ("a", png(), None)}}, 400, "invalid_image_file"),
    "no-image": (
        {"files": {"image": ("a.png", b"hello", "image/png")}},
        400,
        "INVALID_IMAGE_INPUT",
    ),
    "cut-image": (
        {"files": {"image": ("a.png", png()[:900], "image/png")}},
        400,
        "INVALID_IMAGE_INPUT",
    ),
    "tiny": ({"picture": encoded(drawn(7, 9))}, 400, "INVALID_IMAGE_INPUT"),
    "too-wide": (
        {"picture": encoded(np.zeros((8, 8200, 3), np.uint8))},
        413,
        "IMAGE_INPUT_TOO_LARGE",
    ),
    "16-bit": ({"picture": sixteen_bit_png()}, 400, "invalid_image_file"),
    "remote-url": (
        {"files": {"image": (None, "https://example.com/a.png")}},
        400,
        "INVALID_IMAGE_INPUT",
    ),
    "mask-size": ({"mask": luminance_mask(96, 64)}, 400, "invalid_image_file"),
    "mask-without-alpha": (
        {"model": "sandbox/canvas-alpha-2", "mask": luminance_mask()},
        400,
        "invalid_image_file",
    ),
    "mask-as-text": (
        {"files": {"image": PART, "mask": (None, data_url(luminance_mask()))}},
        400,
        "invalid_parameter",
    ),
}


@pytest.mark.parametrize(("sent", "status", "code"), REFUSED.values(), ids=REFUSED.keys())
def test_a_bad_request_is_refused_for_nothing(server, sent, status, code):
    before = server.balance()
    answer = server.edit(**sent)
    assert (answer.status_code, code_of(answer)) == (status, code)
    call = server.last_call()
    assert (call["status"], call["charged"], call["cost"]) == (status, False, "0")
    assert server.balance() == before


def test_a_model_that_needs_a_mask_says_so(server):
    answer = server.edit(model="sandbox/eraser")
    assert answer.status_code == 400
    assert answer.json()["error"].startswith("No mask image data provided")


def test_the_prompt_refusal_names_the_cap_and_the_length(server):
    assert "512" in server.edit(prompt="x" * 600).json()["error"]
    assert "600" in server.edit(prompt="x" * 600).json()["error"]


def test_one_model_refuses_long_prompts_in_prose_only(server):
    answer = server.edit(model="sandbox/preview-unpriced", prompt="x" * 1300)
    assert answer.status_code == 400
    assert set(answer.json()) == {"error"}


def test_a_checked_refusal_carries_the_moderation_object(server):
    answer = server.edit(prompt="forbidden", headers={"moderation": "true"})
    assert answer.json()["moderation"]["flagged"] is True


def test_a_body_over_the_platform_ceiling_gets_plain_text(server):
    heavy = np.random.default_rng(1).integers(0, 256, (1400, 1400, 3), dtype=np.uint8)
    answer = server.edit(picture=encoded(heavy))
    assert answer.status_code == 413
    assert answer.headers["content-type"].startswith("text/plain")
    assert "Request Entity Too Large" in answer.text
    assert "FUNCTION_PAYLOAD_TOO_LARGE" in answer.text


def test_a_picture_over_its_own_ceiling_gets_the_documented_code(server):
    heavy = np.random.default_rng(1).integers(0, 256, (1190, 1190, 3), dtype=np.uint8)
    picture = encoded(heavy)
    assert 4 * 1024 * 1024 < len(picture) < 4_490_000
    answer = server.edit(picture=picture)
    assert (answer.status_code, code_of(answer)) == (413, "image_input_too_large")


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"not multipart at all", "multipart/form-data; boundary=x"),
        (CUT_OFF, "multipart/form-data; boundary=x"),
        (b"--x--\r\n", "multipart/form-data"),
        (NAMELESS, "multipart/form-data; boundary=x"),
    ],
    ids=["nonsense", "cut-off", "no-boundary", "no-name"],
)
def test_a_broken_multipart_body_is_refused(server, body, kind):
    answer = requests.post(
        server.url + "/api/v1/images/edits",
        data=body,
        headers={"Content-Type": kind, "x-api-key": KEY},
        timeout=5,
    )
    assert (answer.status_code, code_of(answer)) == (400, "invalid_multipart_body")


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"imageDataUrl": None}, "missing_image_input"),
        ({"imageDataUrl": "https://example.com/a.png"}, "INVALID_IMAGE_INPUT"),
        ({"imageDataUrl": "data:image/png;base64,@@@"}, "INVALID_IMAGE_INPUT"),
        ({"imageDataUrl": 7}, "invalid_parameter"),
        ({"prompt": ["a"]}, "invalid_parameter"),
        ({"n": True}, "invalid_parameter"),
        ({"maskDataUrl": 7}, "invalid_parameter"),
    ],
)
def test_bad_json_fields_are_refused(server, fields, code):
    answer = server.edit_json(**fields)
    assert (answer.status_code, code_of(answer)) == (400, code)


def test_a_data_url_with_the_wrong_type_gives_the_misleading_413(server):
    answer = server.edit_json(imageDataUrl=data_url(JPEG, "image/png"))
    assert (answer.status_code, code_of(answer)) == (413, "IMAGE_INPUT_TOO_LARGE")


def test_jpg_is_taken_as_a_name_for_jpeg(server):
    assert server.edit_json(imageDataUrl=data_url(JPEG, "image/jpg")).status_code == 200


def test_only_the_given_key_opens_a_locked_sandbox():
    with running("--delay", "0", "--key", KEY) as server:
        wrong = server.edit(key="sk-nano-wrong")
        assert (wrong.status_code, code_of(wrong)) == (401, "invalid_api_key")
        assert server.edit(key=KEY).status_code == 200
        header = {"x-api-key": "sk-nano-wrong"}
        balance = requests.post(server.url + "/api/check-balance", headers=header, timeout=5)
        assert balance.status_code == 401


def test_keys_with_accounts_of_their_own_pay_from_them_alone():
    accounts = "sk-nano-alice-aaaa=1.00,sk-nano-bob-bbbb=0"
    with running("--delay", "0", "--key", KEY, "--accounts", accounts) as server:

        def balance(key: str) -> str:
            header = {"x-api-key": key}
            answer = requests.post(server.url + "/api/check-balance", headers=header, timeout=5)
            return answer.json()["usd_balance"]

        def used(key: str) -> str:
            header = {"x-api-key": key}
            answer = requests.get(server.url + "/api/v1/usage", headers=header, timeout=5)
            return answer.json()["totals"]["requests"]

        shared = balance(KEY)
        assert server.edit(key="sk-nano-alice-aaaa").status_code == 200
        assert server.edit(key="sk-nano-bob-bbbb").status_code == 402
        assert server.edit(key="sk-nano-eve-eeee").status_code == 401
        assert (balance(KEY), balance("sk-nano-bob-bbbb")) == (shared, "0")
        assert float(balance("sk-nano-alice-aaaa")) < 1
        assert [used(key) for key in (KEY, "sk-nano-alice-aaaa")] == [0, 1]


def test_too_many_calls_in_a_second_are_refused_with_a_wait():
    with running("--delay", "0", "--rate", "2") as server:
        answers = [server.edit(prompt="") for _ in range(3)]
        assert [answer.status_code for answer in answers] == [400, 400, 429]
        assert code_of(answers[2]) == "rate_limit_exceeded"
        assert answers[2].headers["Retry-After"] == "1"


def test_an_unknown_address_answers_in_json(server):
    answer = requests.get(server.url + "/api/v2/nothing", timeout=5)
    assert (answer.status_code, code_of(answer)) == (404, "not_found")
    wrong_method = requests.get(server.url + "/api/v1/images/edits", timeout=5)
    assert wrong_method.status_code == 405


def test_a_stray_size_for_another_model_is_refused_before_any_money(server):
    answer = server.edit(model=PRO, size="16:9")
    assert (answer.status_code, code_of(answer)) == (400, "unsupported_size")
    assert server.edit(model=QUICK, size="1024x1024").status_code == 200


@pytest.mark.parametrize("letter", ENVELOPES)
def test_every_envelope_carries_the_message(letter):
    shown = dress(letter, 418, "a_code", "The message.")
    assert "The message." in str(shown)
