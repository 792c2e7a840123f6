"""Sending a wish over HTTP."""

import io
import re
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from editor.models import EditJob, JobState, UpstreamModel
from editor.turns import in_turn
from tests.factories import CENT, make_job, make_mask, make_model, make_picture, mask_bytes

pytestmark = pytest.mark.django_db

SCRIPT = {"accept": "application/json"}


@pytest.fixture
def picture(alice):
    return make_picture(alice)


@pytest.fixture
def wish(picture):
    """A form as the studio sends it."""
    model = make_model()
    return {
        "prompt": "make it golden",
        "model": model.model_id,
        "n": "1",
        "size": "auto",
        "submit_key": str(uuid.uuid4()),
        "shown_price": str(4 * CENT),
        "mask": SimpleUploadedFile("mask.png", mask_bytes(), "image/png"),
    }


def send(client, picture, wish, **changes):
    form = {key: value for key, value in {**wish, **changes}.items() if value is not None}
    if "mask" in form:
        form["mask"].seek(0)
    return client.post(reverse("editor:submit", args=[picture.pk]), form, headers=SCRIPT)


def test_a_wish_is_queued_and_the_page_gets_what_it_needs(alices, picture, wish):
    answer = send(alices, picture, wish)
    assert answer.status_code == 201, answer.content
    job = EditJob.objects.get()
    body = answer.json()
    assert body["job"] == str(job.pk)
    assert str(job.pk) in body["strip"]
    assert body["submit_key"] != wish["submit_key"]
    assert job.mask.share == pytest.approx(80 * 60 / (320 * 240))


def test_a_double_click_is_one_job(alices, picture, wish):
    assert send(alices, picture, wish).status_code == 201
    assert send(alices, picture, wish).status_code == 200
    assert EditJob.objects.count() == 1


def test_a_plain_form_works_without_script(alices, picture, wish):
    wish["mask"].seek(0)
    answer = alices.post(reverse("editor:submit", args=[picture.pk]), wish)
    assert answer["Location"] == EditJob.objects.get().get_absolute_url()


def test_without_script_the_price_is_named_before_anything_is_queued(alices, picture, wish):
    wish["mask"].seek(0)
    form = {key: value for key, value in wish.items() if key != "shown_price"}
    page = alices.post(reverse("editor:submit", args=[picture.pk]), form)
    assert page.status_code == 200
    assert "$0.04" in page.content.decode()
    assert not EditJob.objects.exists()
    mask = page.context["mask"]
    again = {**form, "mask": "", "kept_mask": str(mask.pk), "shown_price": str(4 * CENT)}
    alices.post(reverse("editor:submit", args=[picture.pk]), again)
    assert EditJob.objects.get().mask == mask


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"prompt": ""}, "prompt", "empty"),
        ({"prompt": " \n\t "}, "prompt", "empty"),
        ({"prompt": "x" * 4001}, "prompt", "4,000"),
        ({"prompt": "\x00\x01"}, "prompt", ""),
        ({"model": "nobody/knows"}, "model", "not offered"),
        ({"model": None}, "model", "Choose a model"),
        ({"n": "0"}, "n", ""),
        ({"n": "-1"}, "n", ""),
        ({"n": "1000000000"}, "n", ""),
        ({"n": "NaN"}, "n", ""),
        ({"n": "true"}, "n", ""),
        ({"n": "5"}, "n", "at most 4"),
        ({"size": "9999x9999"}, "size", "does not offer"),
        ({"submit_key": "again"}, "submit_key", ""),
        ({"shown_price": "1"}, "shown_price", "price has changed"),
        ({"shown_price": "-5"}, "shown_price", ""),
    ],
)
def test_nonsense_is_refused_with_a_sentence_and_nothing_is_queued(
    alices, picture, wish, changes, field, words
):
    answer = send(alices, picture, wish, **changes)
    assert 400 <= answer.status_code < 500
    assert answer.json()["field"] == field
    assert words in answer.json()["error"]
    assert not EditJob.objects.exists()


def test_a_price_that_changed_comes_back_with_the_new_one(alices, picture, wish):
    make_model(prices={"auto": 5 * CENT})
    answer = send(alices, picture, wish)
    assert answer.status_code == 409
    assert answer.json()["price_nano"] == 5 * CENT


@pytest.mark.parametrize(
    "data",
    [b"no mask", mask_bytes((100, 100), (0, 0, 50, 50)), mask_bytes(box=(0, 0, 0, 0))],
    ids=["text", "other size", "empty"],
)
def test_a_bad_mask_is_refused(alices, picture, wish, data):
    answer = send(alices, picture, wish, mask=SimpleUploadedFile("mask.png", data))
    assert answer.status_code == 422
    assert answer.json()["field"] == "mask"
    assert not EditJob.objects.exists()


def test_a_mask_of_another_picture_is_not_taken(alices, alice, picture, wish):
    mask = make_mask(make_picture(alice))
    answer = send(alices, picture, wish, mask=None, kept_mask=str(mask.pk))
    assert answer.status_code == 409
    assert answer.json()["field"] == "mask"
    assert not EditJob.objects.exists(), "without its mask the whole picture could change"


def test_a_prompt_is_text_and_nothing_else(alices, picture, wish):
    prompt = "<script>alert(1)</script> {{7*7}} {% debug %} café"
    send(alices, picture, wish, prompt=prompt)
    job = EditJob.objects.get()
    assert job.prompt == "<script>alert(1)</script> {{7*7}} {% debug %} café"
    page = alices.get(job.get_absolute_url()).content.decode()
    assert "<script>alert(1)" not in page
    assert "{{7*7}}" in page


def test_unknown_fields_are_dropped(alices, picture, wish):
    assert send(alices, picture, wish, webhook="https://evil.example").status_code == 201


def test_charlie_cannot_edit_alices_picture(charlies, picture, wish):
    assert send(charlies, picture, wish).status_code == 404
    assert not EditJob.objects.exists()


def test_the_studio_fills_in_an_earlier_wish(alices, alice, picture):
    job = make_job(alice, JobState.DONE, picture=picture)
    page = alices.get(f"{picture.get_absolute_url()}?again={job.pk}")
    assert page.context["wish"]["prompt"] == job.prompt
    assert page.context["wish"]["mask_url"] == job.mask.file_url


def test_bobs_wish_does_not_fill_alices_studio(alices, bob, picture):
    job = make_job(bob, JobState.DONE)
    page = alices.get(f"{picture.get_absolute_url()}?again={job.pk}")
    assert page.context["wish"]["prompt"] == ""


def test_the_buttons_of_a_job_act_once(alices, alice):
    job = make_job(alice, JobState.UNKNOWN, charged=EditJob.Charged.UNKNOWN)
    again = reverse("editor:job_pay_again", args=[job.pk])
    alices.post(again)
    alices.post(again)
    job.refresh_from_db()
    assert job.state == JobState.QUEUED
    assert job.consents.count() == 2


def _hidden_fields(page, address):
    """What the form with this address sends, as a browser would."""
    form = page.content.decode().partition(f'action="{address}"')[2].partition("</form>")[0]
    return dict(re.findall(r'name="(shown_price|agreed_before)" value="(\w*)"', form))


def test_a_stale_page_does_not_pay_again_for_a_job_that_is_unknown_anew(alices, alice):
    job = make_job(alice, JobState.UNKNOWN, charged=EditJob.Charged.UNKNOWN)
    again = reverse("editor:job_pay_again", args=[job.pk])
    shown = _hidden_fields(alices.get(job.get_absolute_url()), again)
    alices.post(again, shown)
    EditJob.objects.update(state=JobState.UNKNOWN)  # the second call had no answer either
    alices.post(again, shown)
    assert job.consents.count() == 2
    alices.post(again, _hidden_fields(alices.get(job.get_absolute_url()), again))
    assert job.consents.count() == 3


def test_paying_again_needs_the_price_that_this_very_page_named(alices, alice):
    job = make_job(alice, JobState.UNKNOWN, charged=EditJob.Charged.UNKNOWN)
    again = reverse("editor:job_pay_again", args=[job.pk])
    shown = _hidden_fields(alices.get(job.get_absolute_url()), again)
    UpstreamModel.objects.update(prices={"auto": 6 * CENT})
    for _ in range(2):  # the first one is told of the new price; other tabs still show the old one
        alices.post(again, shown)
        assert job.consents.count() == 1
    alices.post(again, _hidden_fields(alices.get(job.get_absolute_url()), again))
    assert job.consents.last().max_cost_nano == 6 * CENT


def test_the_same_again_needs_the_price_that_the_button_named(alices, alice):
    job = make_job(alice, JobState.DONE)
    retry = reverse("editor:job_retry", args=[job.pk])
    alices.post(retry, {"submit_key": str(uuid.uuid4()), "shown_price": str(CENT)})
    assert EditJob.objects.count() == 1
    key = str(uuid.uuid4())
    for _ in range(2):
        alices.post(retry, {"submit_key": key, "shown_price": str(4 * CENT)})
    assert EditJob.objects.count() == 2


@pytest.mark.parametrize("state", JobState)
def test_the_job_page_can_be_read_in_every_state(alices, alice, state):
    job = make_job(alice, state)
    page = alices.get(job.get_absolute_url())
    assert page.status_code == 200
    assert job.prompt in page.content.decode()
    for name in ("job_status", "job_card"):
        assert alices.get(reverse(f"editor:{name}", args=[job.pk])).status_code == 200


def test_a_script_learns_of_the_earlier_result_and_can_run_it_again(alices, picture, wish):
    send(alices, picture, wish)
    job = EditJob.objects.get()
    answer = send(alices, picture, wish, submit_key=str(uuid.uuid4()))
    assert answer.status_code == 409
    body = answer.json()
    assert body["already"]["url"] == job.get_absolute_url()
    assert alices.get(body["already"]["thumb"]).status_code == 200
    assert body["price_nano"] == 4 * CENT
    again = send(alices, picture, wish, submit_key=str(uuid.uuid4()), run_again="1")
    assert again.status_code == 201
    assert EditJob.objects.count() == 2


def test_without_script_the_earlier_result_is_a_page_with_the_same_two_choices(
    alices, picture, wish
):
    send(alices, picture, wish)
    job = EditJob.objects.get()
    wish["mask"].seek(0)
    form = {key: value for key, value in wish.items() if key != "shown_price"}
    form["submit_key"] = str(uuid.uuid4())
    page = alices.post(reverse("editor:submit", args=[picture.pk]), form)
    assert page.status_code == 409
    words = page.content.decode()
    assert job.get_absolute_url() in words
    assert "Run again · $0.04" in words
    again = {
        **form,
        "mask": "",
        "kept_mask": str(page.context["mask"].pk),
        "shown_price": str(4 * CENT),
        "run_again": "1",
    }
    alices.post(reverse("editor:submit", args=[picture.pk]), again)
    assert EditJob.objects.count() == 2
    assert set(EditJob.objects.values_list("wish_hash", flat=True)) == {job.wish_hash}


def two_areas():
    """A mask with one area on the left, and one on the right."""
    mask = Image.open(io.BytesIO(mask_bytes(box=(10, 10, 60, 60))))
    mask.paste(255, (250, 150, 300, 200))
    out = io.BytesIO()
    mask.save(out, "PNG")
    return SimpleUploadedFile("mask.png", out.getvalue(), "image/png")


BOTH = ["0,0,160,240", "160,0,320,240"]


def test_two_areas_are_two_jobs_of_one_press_and_both_are_in_the_strip(alices, picture, wish):
    both = {"mask": two_areas(), "part": BOTH, "shown_price": str(8 * CENT)}
    for status in (201, 200):
        answer = send(alices, picture, wish, **both)
        assert answer.status_code == status, answer.content
        jobs = answer.json()["jobs"]
        assert len(set(jobs)) == 2
        assert all(job in answer.json()["strip"] for job in jobs)
    assert EditJob.objects.count() == 2


def test_two_areas_at_the_price_of_one_are_refused_with_the_price_of_both(alices, picture, wish):
    answer = send(alices, picture, wish, mask=two_areas(), part=BOTH)
    assert answer.status_code == 409
    assert answer.json()["price_nano"] == 8 * CENT
    assert not EditJob.objects.exists()


@pytest.mark.parametrize("part", [BOTH[:1], [*BOTH, "0,0,1,1"], ["all", "of it"], ["5,5,1,1"] * 2])
def test_parts_that_are_no_two_boxes_are_refused(alices, picture, wish, part):
    answer = send(alices, picture, wish, mask=two_areas(), part=part, shown_price=str(8 * CENT))
    assert answer.status_code == 422
    assert answer.json()["field"] == "part"
    assert not EditJob.objects.exists()


def test_an_edit_that_is_there_costs_both_again_when_both_are_run_again(alices, picture, wish):
    both = {"mask": two_areas(), "part": BOTH, "shown_price": str(8 * CENT)}
    send(alices, picture, wish, **both)
    answer = send(alices, picture, wish, **both, submit_key=str(uuid.uuid4()))
    assert answer.status_code == 409
    assert "one of these 2" in answer.json()["error"]
    assert answer.json()["price_nano"] == 8 * CENT


def test_a_wish_may_go_to_the_front_at_once(alices, alice, picture, wish):
    waiting = make_job(alice)
    send(alices, picture, wish, prompt="make it blue", to_front="1")
    job = EditJob.objects.exclude(pk=waiting.pk).get()
    assert job.place < waiting.place
    assert in_turn() == [job.pk, waiting.pk]
