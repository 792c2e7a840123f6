"""A draft goes where its owner goes: saved, continued elsewhere, offered when both went on."""

import json
import re
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from editor import purging, storage, trash
from editor.models import Draft, EditJob, JobState, Picture
from tests.conftest import logged_in
from tests.factories import make_job, make_model, make_picture, mask_bytes

pytestmark = pytest.mark.django_db

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1"
)
JSON = {"accept": "application/json"}


@pytest.fixture
def picture(alice) -> Picture:
    return make_picture(alice)


@pytest.fixture
def model():
    return make_model()


def address(picture: Picture) -> str:
    return reverse("editor:picture_draft", args=[picture.pk])


def save(client: Client, picture: Picture, base: str = "", agent: str = FIREFOX, **fields):
    """Save as the studio's page does."""
    fields = {"prompt": "make it golden", "revision": str(uuid.uuid4()), "base": base, **fields}
    mask = fields.pop("mask", None)
    if mask:
        fields["mask"] = upload(mask)
    return client.post(address(picture), fields, headers={"user-agent": agent, **JSON})


def upload(data: bytes):
    return SimpleUploadedFile("mask.png", data, "image/png")


def studio(client: Client, picture: Picture, query: str = "") -> tuple[str, dict]:
    page = client.get(f"{reverse('editor:studio', args=[picture.pk])}{query}").content.decode()
    found = re.search(r'<script id="studio-data"[^>]*>(.*?)</script>', page, re.DOTALL)
    return page, json.loads(found.group(1))


def test_alice_goes_on_with_her_phone_where_she_stopped_at_her_desk(alices, alice, picture, model):
    lent = make_picture(alice, (90, 60), "moss.png")
    answer = save(
        alices,
        picture,
        mask=mask_bytes(),
        model=model.model_id,
        n=3,
        references=[lent.pk],
        frame="around",
        frame_context=80,
        view='{"x": 20.5, "y": 30, "scale": 0.5, "tool": "lasso"}',
    )
    assert answer.status_code == 200, answer.content
    _, data = studio(logged_in(alice), picture)
    there, wish = data["draft"]["draft"], data["wish"]
    assert there["revision"] == answer.json()["saved"]["revision"]
    assert there["device"] == "Firefox on Linux"
    assert there["view"] == {"x": 20.5, "y": 30, "scale": 0.5, "tool": "lasso"}
    assert (wish["prompt"], wish["model"], wish["n"]) == ("make it golden", model.model_id, 3)
    assert wish["frame"] == {"choice": "around", "context": 80, "box": None}
    assert [each["name"] for each in wish["references"]] == ["moss.png"]
    assert alices.get(wish["mask_url"]).body == storage.get(f"drafts/{there['mask_id']}/mask.png")


def test_who_comes_second_is_told_what_the_other_one_holds(alices, alice, picture):
    desk = save(alices, picture).json()["saved"]["revision"]
    phone = logged_in(alice)
    assert save(phone, picture, desk, IPHONE, prompt="at night").status_code == 200
    answer = save(alices, picture, desk, prompt="at noon")
    assert answer.status_code == 409
    other = answer.json()["draft"]
    assert (other["device"], other["wish"]["prompt"]) == ("Safari on iPhone", "at night")
    assert Draft.objects.get().prompt == "at night", "nothing is overwritten"
    chosen = save(alices, picture, other["revision"], prompt="at noon", set_aside="1")
    assert [each["wish"]["prompt"] for each in chosen.json()["aside"]] == ["at night"]


def test_neither_bob_nor_charlie_reaches_a_draft(alices, bobs, charlies, picture):
    saved = save(alices, picture, mask=mask_bytes()).json()["saved"]
    for stranger in (bobs, charlies):
        assert stranger.get(address(picture)).status_code == 404
        assert stranger.delete(address(picture)).status_code == 404
        assert save(stranger, picture, saved["revision"]).status_code == 404
        assert stranger.get(saved["wish"]["mask_url"]).status_code == 404
    assert alices.get(saved["wish"]["mask_url"]).status_code == 200


def test_staff_who_review_do_not_see_what_is_unfinished(alices, ritas, picture):
    saved = save(alices, picture, mask=mask_bytes()).json()["saved"]
    assert ritas.get(saved["wish"]["mask_url"]).status_code == 404
    assert ritas.get(address(picture)).status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"revision": "1"},
        {"base": "1"},
        {"prompt": "x" * 20_001},
        {"n": "11"},
        {"frame": "sideways"},
        {"references": ["../../etc"]},
        {"mask": mask_bytes((100, 100))},
        {"mask": b"GIF89a"},
        {"view": "x" * 500},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_nonsense_is_refused_in_a_sentence_and_nothing_is_kept(alices, picture, wrong):
    answer = save(alices, picture, **wrong)
    assert answer.status_code == 422
    assert answer.json()["error"]
    assert not Draft.objects.exists()


def test_what_is_not_finished_is_kept_all_the_same(alices, charlie, picture):
    answer = save(
        alices,
        picture,
        prompt="",
        model="gone/model",
        frame="hand",
        frame_left="3",
        references=[make_picture(charlie).pk],
        view='{"x": NaN, "tool": "<b>"}',
    )
    assert answer.status_code == 200
    saved = answer.json()["saved"]
    assert saved["wish"]["model"] == "gone/model"
    assert saved["wish"]["frame"]["box"] is None
    assert saved["wish"]["references"] == []
    assert saved["view"] is None


def test_a_view_beyond_all_numbers_is_no_view(alices, picture):
    far = "9" * 350  # whole, and too large for a float
    answer = save(alices, picture, view=f'{{"x": {far}, "y": 0, "scale": 1, "tool": "lasso"}}')
    assert answer.status_code == 200
    assert answer.json()["saved"]["view"] == {"tool": "lasso"}


def test_storage_that_is_away_is_said_and_the_draft_before_is_whole(alices, picture, monkeypatch):
    saved = save(alices, picture).json()["saved"]

    def away(*_: object) -> str:
        raise OSError("no space left")

    monkeypatch.setattr(storage, "put", away)
    answer = save(alices, picture, saved["revision"], prompt="other", mask=mask_bytes())
    assert answer.status_code == 507
    assert "storage" in answer.json()["error"]
    assert Draft.objects.get().prompt == "make it golden"


def test_a_page_from_before_a_new_login_gets_a_token_that_counts(alice, picture):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(alice)
    token = strict.get(address(picture)).json()["token"]
    fields = {"revision": str(uuid.uuid4()), "prompt": "a lamp"}
    assert strict.post(address(picture), fields).status_code == 403
    saved = strict.post(address(picture), {**fields, "csrfmiddlewaretoken": token})
    assert saved.status_code == 200


def test_without_script_the_draft_is_on_the_page_and_its_mask_goes_along(alices, picture, model):
    save(alices, picture, mask=mask_bytes())
    page, data = studio(alices, picture)
    kept = re.search(r'name="kept_mask" value="([^"]+)"', page).group(1)
    assert kept == data["draft"]["draft"]["mask_id"]
    assert ">make it golden</textarea>" in page
    form = {
        "prompt": "make it golden",
        "model": model.model_id,
        "submit_key": str(uuid.uuid4()),
        "shown_price": model.estimate_nano("", 1),
        "kept_mask": kept,
    }
    alices.post(reverse("editor:submit", args=[picture.pk]), form)
    job = EditJob.objects.get()
    assert job.mask.painted_pixels == 80 * 60
    assert studio(alices, picture)[1]["wish"]["mask_url"], "the mask survives its job"


def test_an_earlier_wish_comes_first_and_the_draft_is_still_told(alices, alice, picture, model):
    job = make_job(alice, JobState.DONE, picture=picture, model=model)
    save(alices, picture, prompt="at night")
    _, data = studio(alices, picture, f"?again={job.pk}")
    assert data["wish"]["prompt"] == "make it golden"
    assert data["wish"]["is_again"]
    assert data["draft"]["draft"]["wish"]["prompt"] == "at night"
    _, data = studio(alices, picture)
    assert data["wish"]["prompt"] == "at night"
    assert "is_again" not in data["wish"]


def test_a_blank_draft_leaves_the_studio_as_it_begins(alices, picture):
    save(alices, picture, prompt="")
    page, data = studio(alices, picture)
    assert data["wish"]["prompt"] == ""
    assert data["draft"]["draft"]["revision"]
    assert "kept_mask" not in page


def test_the_wall_marks_what_is_unfinished(alices, picture):
    mark = "Draft</span>"
    assert mark not in alices.get("/").content.decode()
    save(alices, picture)
    assert mark in alices.get("/").content.decode()


def test_a_draft_waits_in_the_trash_with_its_picture_and_is_erased_with_it(alice, alices, picture):
    saved = save(alices, picture, mask=mask_bytes()).json()["saved"]
    alices.post(reverse("editor:picture_delete", args=[picture.pk]))
    assert alices.get(saved["wish"]["mask_url"]).status_code == 404
    trash.restore_pictures(alice, [picture.pk])
    assert alices.get(saved["wish"]["mask_url"]).status_code == 200
    alices.post(reverse("editor:picture_delete", args=[picture.pk]))
    assert purging.erase_picture(alice, picture.pk)
    assert purging.erase_some()
    assert not Draft.objects.exists()
    with pytest.raises(FileNotFoundError):
        storage.get(f"drafts/{saved['mask_id']}/mask.png")


def test_alice_forgets_her_draft(alices, picture):
    saved = save(alices, picture, mask=mask_bytes()).json()["saved"]
    assert alices.delete(address(picture)).json()["draft"] is None
    assert save(alices, picture, saved["revision"]).status_code == 409
    assert save(alices, picture, "").status_code == 200
