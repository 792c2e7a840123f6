"""What an honest caller gets from the sandbox."""

import base64
import io
import time

import numpy as np
import pytest
import requests
from PIL import Image

from sandbox.catalogue import MODELS
from tests.sandbox.sandbox_server import (
    KEY,
    PRO,
    alpha_mask,
    ball_mask,
    data_url,
    drawn,
    dual_mask,
    encoded,
    fetched,
    luminance_mask,
    png,
    running,
)

ALPHA = "sandbox/canvas-alpha-2"
FLAT = "sandbox/flat-fill"
REDRAW = "sandbox/redraw-flash"


def change_inside_and_outside(answer):
    """Mean change in levels inside the ball's mask and well outside it, at the sent size."""
    made = np.asarray(Image.fromarray(fetched(answer)).resize((192, 128), Image.Resampling.BOX))
    change = np.abs(made.astype(int) - drawn().astype(int)).mean(axis=2)
    inside = ball_mask(radius=0.15) > 0
    outside = ball_mask(radius=0.3) == 0
    return change[inside].mean(), change[outside].mean()


@pytest.mark.parametrize("path", ["/api/v1/images/edits", "/api/v1/images/edit"])
def test_both_addresses_edit(server, path):
    assert server.edit(path=path).status_code == 200


def test_an_answer_has_the_documented_shape(server):
    answer = server.edit(model=PRO, headers={"X-Request-ID": "attempt-17"})
    body = answer.json()
    assert set(body) == {
        "created", "data", "cost", "paymentSource", "remainingBalance", "requestId",
    }  # fmt: skip
    assert body["cost"] == 0.04
    assert body["requestId"] == answer.headers["X-Request-ID"] == "attempt-17"
    assert float(answer.headers["x-cost"]) == 0.04
    assert float(answer.headers["x-remaining-balance"]) == body["remainingBalance"]
    assert set(body["data"][0]) == {"url", "storageKey"}


def test_links_lie_on_the_host_that_the_caller_used(server):
    port = server.url.rsplit(":", 1)[1]
    link = server.edit(headers={"Host": f"localhost:{port}"}).json()["data"][0]["url"]
    assert link.startswith(f"http://localhost:{port}/sandbox/files/")


def test_base64_is_given_when_it_is_asked_for(server):
    item = server.edit(response_format="b64_json").json()["data"][0]
    assert set(item) == {"b64_json"}
    image = Image.open(io.BytesIO(base64.b64decode(item["b64_json"], validate=True)))
    assert (image.format, image.size) == ("PNG", (1024, 1024))


def test_the_inline_model_never_gives_a_link(server):
    item = server.edit(model="sandbox/inline-base64", response_format="url").json()["data"][0]
    assert set(item) == {"b64_json"}


def test_json_with_data_urls_edits_too(server):
    answer = server.edit_json(maskDataUrl=data_url(luminance_mask()), n=1)
    assert answer.status_code == 200
    call = server.last_call()
    assert (call["encoding"], call["had_mask"], call["auth"]) == ("json", True, "x-api-key")


def test_json_takes_several_pictures_for_a_model_that_does(server):
    answer = server.edit_json(
        model="sandbox/collage-4",
        imageDataUrl=None,
        imageDataUrls=[data_url(png()), data_url(png(64, 64))],
    )
    assert answer.status_code == 200
    assert server.last_call()["images"] == 2


def test_repeated_image_parts_are_several_pictures(server):
    part = ("a.png", png(), "image/png")
    answer = server.edit(model="sandbox/collage-4", files=[("image[]", part), ("image[]", part)])
    assert answer.status_code == 200
    assert server.last_call()["images"] == 2


def test_a_data_url_is_taken_as_a_form_field(server):
    answer = server.edit(files={"image": (None, data_url(png()))})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("model", "mask"),
    [
        (PRO, luminance_mask()),
        (PRO, dual_mask()),
        (ALPHA, alpha_mask()),
        (ALPHA, dual_mask()),
        (FLAT, luminance_mask()),
    ],
    ids=[
        "white-for-luminance",
        "dual-for-luminance",
        "transparent-for-alpha",
        "dual-for-alpha",
        "white-on-black",
    ],
)
def test_only_the_masked_part_gets_the_new_colour(server, model, mask):
    inside, outside = change_inside_and_outside(server.edit(model=model, mask=mask))
    assert inside > 50
    assert outside < 8


@pytest.mark.parametrize("mask", [dual_mask(), alpha_mask()])
def test_a_model_that_lays_masks_on_black_sees_nothing_in_transparent_ones(server, mask):
    inside, outside = change_inside_and_outside(server.edit(model=FLAT, mask=mask))
    assert max(inside, outside) < 6


def test_an_eraser_with_nothing_to_erase_changes_nothing(server):
    answer = server.edit(model="sandbox/eraser", mask=encoded(np.zeros((128, 192), np.uint8)))
    inside, outside = change_inside_and_outside(answer)
    assert max(inside, outside) < 6


def test_a_model_that_ignores_masks_repaints_everything(server):
    answer = server.edit(model=REDRAW, mask=luminance_mask(), prompt="make it brighter")
    inside, outside = change_inside_and_outside(answer)
    assert inside > 15
    assert outside > 15


def test_the_rest_of_the_picture_never_comes_back_unchanged(server):
    picture = drawn(1024, 1024)
    mask = encoded(ball_mask(1024, 1024))
    answer = server.edit(picture=encoded(picture), mask=mask)
    made = fetched(answer)
    assert made.shape == picture.shape
    far = ball_mask(1024, 1024, radius=0.3) == 0
    differing = (made[far] != picture[far]).any(axis=1).mean()
    assert differing > 0.8
    assert np.abs(made[far].astype(int) - picture[far]).mean() > 1


@pytest.mark.parametrize(
    ("model", "size", "expected"),
    [
        ("sandbox/square-lite", None, (1024, 1024)),
        (PRO, "1216x832", (1216, 832)),
        (PRO, "1216*832", (1216, 832)),
        (REDRAW, "16:9", (1368, 768)),
        ("sandbox/collage-4", "1k", (1024, 680)),
        ("sandbox/slow-master", "2k", (2048, 1368)),
    ],
)
def test_the_answer_has_the_size_that_was_asked_for(server, model, size, expected):
    answer = server.edit(model=model, size=size)
    assert fetched(answer).shape[1::-1] == expected


def test_auto_keeps_the_shape_at_the_models_own_size(server):
    part = ("a.jpg", encoded(drawn(2400, 1600), "JPEG"), "image/jpeg")
    answer = server.edit(model=PRO, size="auto", files={"image": part})
    width, height = fetched(answer).shape[1::-1]
    assert abs(width / height - 1.5) < 0.02
    assert 1_200_000 < width * height < 1_500_000


@pytest.mark.parametrize(
    ("model", "format_"),
    [(PRO, "PNG"), (REDRAW, "JPEG"), ("sandbox/quartet", "WEBP")],
)
def test_models_answer_in_their_own_format(server, model, format_):
    link = server.edit(model=model).json()["data"][0]["url"]
    got = requests.get(link, timeout=10)
    assert Image.open(io.BytesIO(got.content)).format == format_
    assert got.headers["content-type"] == f"image/{format_.lower()}"


def test_four_variants_differ_and_all_are_paid_for(server):
    answer = server.edit(model=PRO, mask=luminance_mask(), n=4)
    assert answer.json()["cost"] == 0.16
    made = [fetched(answer, item).astype(int) for item in range(4)]
    middle = slice(140, 170), slice(215, 245)  # on the ball, at the doubled size
    for first in range(4):
        for second in range(first):
            assert np.abs(made[first][middle] - made[second][middle]).mean() > 4


@pytest.mark.parametrize("n", [None, 1, 9])
def test_the_quartet_always_answers_with_four(server, n):
    answer = server.edit(model="sandbox/quartet", n=n)
    assert len(answer.json()["data"]) == 4
    assert answer.json()["cost"] == 0.048


def test_the_same_request_gives_the_same_picture(server):
    first, second = (
        fetched(server.edit(mask=luminance_mask(), headers={"X-Request-ID": "same"}))
        for _ in range(2)
    )
    assert (first == second).all()


def test_a_new_request_id_gives_another_picture_unless_a_seed_is_sent(server):
    free = [fetched(server.edit(headers={"X-Request-ID": name})) for name in "ab"]
    seeded = [fetched(server.edit(seed=4, headers={"X-Request-ID": name})) for name in "ab"]
    assert (free[0] != free[1]).any()
    assert (seeded[0] == seeded[1]).all()


def test_an_equal_wish_is_given_again_where_that_is_asked_for_and_costs_what_it_costs():
    with running("--delay", "0", "--rate", "0", "--remember", "1") as server:
        first, again = (server.edit(headers={"X-Request-ID": name}) for name in "ab")
        other = server.edit(prompt="make it red")
        assert (fetched(first) == fetched(again)).all()
        assert (fetched(first) != fetched(other)).any()
        assert [call["cost"] for call in server.calls()] == [server.calls()[0]["cost"]] * 3
        assert float(server.calls()[0]["cost"]) > 0


def test_a_reference_on_plain_ground_appears_in_the_mask(server):
    reference = np.full((96, 96, 3), 250, np.uint8)
    reference[24:72, 24:72] = (20, 60, 210)
    parts = [
        ("image[]", ("a.png", png(), "image/png")),
        ("image[]", ("b.png", encoded(reference), "image/png")),
        ("mask", ("m.png", luminance_mask(), "image/png")),
    ]
    made = fetched(server.edit(model="sandbox/collage-4", files=parts, prompt="put this here"))
    small = np.asarray(Image.fromarray(made).resize((192, 128), Image.Resampling.BOX))
    red, _, blue = small[77, 115]
    assert blue > 150 > 80 > red


def test_a_link_dies_after_its_life():
    with running("--delay", "0", "--link-life", "0") as server:
        link = server.edit().json()["data"][0]["url"]
        # The second of the expiry is rounded up, so that a link never lives too short.
        deadline = time.monotonic() + 5
        gone = requests.get(link, timeout=5)
        while gone.status_code == 200 and time.monotonic() < deadline:
            time.sleep(0.1)
            gone = requests.get(link, timeout=5)
        assert gone.status_code == 403
        assert "<Code>AccessDenied</Code>" in gone.text
        assert gone.headers["content-type"].startswith("application/xml")


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda link: link[:-1] + ("0" if link[-1] != "0" else "1"), "SignatureDoesNotMatch"),
        (lambda link: link.replace("Expires=1", "Expires=9"), "SignatureDoesNotMatch"),
        (lambda link: link.split("?")[0], "AccessDenied"),
    ],
    ids=["signature", "later-expiry", "bare"],
)
def test_a_tampered_link_is_refused(server, spoil, code):
    link = server.edit().json()["data"][0]["url"]
    answer = requests.get(spoil(link), timeout=5)
    assert answer.status_code == 403
    assert f"<Code>{code}</Code>" in answer.text


def test_a_download_with_a_key_is_refused_and_noted(server):
    link = server.edit().json()["data"][0]["url"]
    answer = requests.get(link, headers={"Authorization": f"Bearer {KEY}"}, timeout=5)
    assert answer.status_code == 403
    call = server.last_call()
    assert (call["download_with_key"], call["downloads"]) == (True, 0)


def test_downloads_are_counted(server):
    answer = server.edit()
    fetched(answer)
    fetched(answer)
    assert server.last_call()["downloads"] == 2


def test_the_catalogue_has_the_documented_shape(server):
    listed = requests.get(server.url + "/api/v1/image-models?detailed=true", timeout=5).json()
    assert listed["object"] == "list"
    assert listed["meta"]["count"] == len(listed["data"]) == len(MODELS)
    for model in listed["data"]:
        assert model["id"].startswith("sandbox/")
        assert model["supported_parameters"]["resolutions"]
        assert set(model["capabilities"]) == {
            "image_generation", "image_to_image", "inpainting", "nsfw",
        }  # fmt: skip
        assert model["pricing"]["currency"] == "USD"
    by_id = {model["id"]: model for model in listed["data"]}
    assert by_id[PRO]["pricing"]["per_image"]["1536*1024"] == 0.06
    assert by_id["sandbox/preview-unpriced"]["pricing"]["per_image"] == {"auto": None}
    assert by_id["sandbox/quartet"]["supported_parameters"]["fixed_image_count"] == 4
    assert by_id["sandbox/collage-4"]["supported_parameters"]["max_input_images"] == 4
    assert not by_id["sandbox/text-only"]["capabilities"]["image_to_image"]


def test_the_icons_in_the_catalogue_exist(server):
    listed = requests.get(server.url + "/api/v1/image-models", timeout=5).json()["data"]
    for path in {model["icon_url"] for model in listed}:
        icon = requests.get(server.url + path, timeout=5)
        assert (icon.status_code, icon.headers["content-type"]) == (200, "image/svg+xml")


def test_the_short_catalogue_has_ids_only(server):
    listed = requests.get(server.url + "/api/v1/image-models?detailed=false", timeout=5).json()
    assert all(set(model) == {"id", "object"} for model in listed["data"])


@pytest.mark.parametrize("model", [model for model in MODELS if model.edits], ids=lambda m: m.id)
def test_every_editing_model_does_what_it_lists(server, model):
    white = luminance_mask()
    masks = {"alpha": alpha_mask(), "luminance": white, "flattened": white}
    mask = masks.get(model.mask)
    extra = {"mask": mask} if mask else {}
    for size in model.sizes:
        answer = server.edit(model=model.id, size=size, **extra)
        assert answer.status_code == 200, answer.text
    answer = server.edit(model=model.id, n=model.max_images, **extra)
    assert len(answer.json()["data"]) == model.max_images


def test_the_home_page_names_models_and_escapes_what_callers_sent(server):
    server.edit(model="<script>alert(1)</script>")
    page = requests.get(server.url + "/", timeout=5)
    assert page.headers["content-type"].startswith("text/html")
    assert all(model.id in page.text for model in MODELS)
    assert "<script" not in page.text
    assert "&lt;script&gt;" in page.text
